package bank

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"ims/iban"
	"ims/internal/money"
)

// TransferStatus is the life of a transfer: from an order to money that has really left, or come back.
type TransferStatus string

// The statuses of transfers.
const (
	TransferReceived  TransferStatus = "RECEIVED"  // waits for the payer's signature or for a second person; nothing is reserved
	TransferHeld      TransferStatus = "HELD"      // the money is reserved, history shows AUTHORIZED
	TransferSent      TransferStatus = "SENT"      // handed over to the bank in an order file
	TransferSettled   TransferStatus = "SETTLED"   // posted, history shows CLEARED; between two of our IBANs at once
	TransferRejected  TransferStatus = "REJECTED"  // the bank has said no: the money is free again, history shows REVERSED
	TransferReturned  TransferStatus = "RETURNED"  // settled, and come back later
	TransferCancelled TransferStatus = "CANCELLED" // before it was sent, by whoever ordered it or because it waited too long
)

// transferMoves is the one table of what may follow what. No step can be skipped, done twice or taken back.
var transferMoves = map[TransferStatus][]TransferStatus{
	TransferReceived: {TransferHeld, TransferSettled, TransferCancelled},
	TransferHeld:     {TransferSent, TransferCancelled},
	TransferSent:     {TransferSettled, TransferRejected},
	TransferSettled:  {TransferReturned},
}

// TransferStatuses lists the statuses in the order of a life.
func TransferStatuses() []TransferStatus {
	return []TransferStatus{TransferReceived, TransferHeld, TransferSent, TransferSettled, TransferRejected, TransferReturned, TransferCancelled}
}

// Known tells whether the status is one of the seven.
func (s TransferStatus) Known() bool { return slices.Contains(TransferStatuses(), s) }

// MayBecome tells whether the next status may follow this one.
func (s TransferStatus) MayBecome(next TransferStatus) bool {
	return slices.Contains(transferMoves[s], next)
}

// Reserves tells whether money is held for a transfer of this status.
func (s TransferStatus) Reserves() bool { return s == TransferHeld || s == TransferSent }

// Transfer is an order to pay from a balance to an IBAN, and what became of it.
type Transfer struct {
	Customer    CustomerID
	ID          ID
	Status      TransferStatus
	Reason      Reason       // why it was rejected, returned or cancelled; empty otherwise
	Payer       BalanceNo    // who pays: an end user's balance, or the technical one where an item goes back
	PayerID     ID           // its identifier; read only
	User        ID           // who holds it; read only, zero for the technical balance
	Amount      money.Amount // positive
	Payee       iban.IBAN
	PayeeName   string
	Title       string
	Reference   string        // of whoever ordered it; the bank is given Number
	RequestedOn string        // ISO date before which it must not be sent; empty: as soon as possible
	Internal    bool          // to one of the customer's own IBANs: settled at once, no bank file
	Transaction TransactionID // the payer's side in the history; 0 while RECEIVED
	Hold        ID            // of the reserved money; zero where none was
	Item        ID            // that goes back to its payer by this; zero: none
	OrderFile   ID            // the order file it is in; zero: none
	Return      TransactionID // the posting that brought it back; 0: none
	OrderedBy   string        // as Actor.Name
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TransferStep is one step of a transfer's life. Steps are never changed.
type TransferStep struct {
	No     int64 // 1, 2, ... within the transfer
	Status TransferStatus
	Reason Reason
	Actor  string
	Note   string // the bank's own words or code, or what a person gave as the reason
	At     time.Time
}

// TransferChallenge is what an end user must sign so that an order is carried out: one order of theirs, no other amount, no
// other payee, and that within a short time.
type TransferChallenge struct {
	Transfer  ID
	Amount    money.Amount
	Payee     iban.IBAN
	Nonce     [32]byte
	ExpiresAt time.Time
}

// Challenge is the nonce as it is written: base64url without padding.
func (c TransferChallenge) Challenge() string {
	return base64.RawURLEncoding.EncodeToString(c.Nonce[:])
}

// Text is what is signed, five lines without one at the end: a name of this form, the order's id, the amount in minor units
// with its currency, the payee's electronic IBAN, the nonce as Challenge writes it.
func (c TransferChallenge) Text() string {
	return fmt.Sprintf("ims-transfer-1\n%s\n%d %s\n%s\n%s", c.Transfer, c.Amount.Minor(), c.Amount.Currency().Code(), c.Payee, c.Challenge())
}

// Digest is the SHA-256 of Text: what a passkey is given as its challenge, and all that we keep.
func (c TransferChallenge) Digest() [32]byte { return sha256.Sum256([]byte(c.Text())) }

// TransferSignature is an end user's signature over an order; one of the two is given.
type TransferSignature struct {
	JWS     string // compact, by a key of Trusted Identity
	Passkey []byte // JSON of the PublicKeyCredential that navigator.credentials.get returned
}

// Given tells whether there is a signature at all.
func (s TransferSignature) Given() bool { return s.JWS != "" || len(s.Passkey) > 0 }

// UserPasskey is a passkey of an end user, in the customer's app. The customer's backend registered it and vouches for whose
// it is.
type UserPasskey struct {
	Customer     CustomerID
	ID           ID
	User         ID
	CredentialID []byte
	PublicKey    []byte // COSE_Key, as the authenticator gave it
	RPID         string // the domain it was made for
	Origins      []string
	Count        int64 // of its uses, as the authenticator last told; 0: it does not count
	CreatedAt    time.Time
	UsedAt       time.Time // zero: never
}
