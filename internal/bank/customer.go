package bank

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ims/iban"
	"ims/internal/money"
)

// CustomerStatus is SETUP until two ADMINs of the customer have signed in to its panel; four eyes bind after that.
type CustomerStatus string

// The customer statuses.
const (
	CustomerSetup  CustomerStatus = "SETUP"
	CustomerActive CustomerStatus = "ACTIVE"
)

// IBANMode says who issues the IBAN of a new balance.
type IBANMode string

// The modes of issuing IBANs.
const (
	IssueAutomatic IBANMode = "AUTOMATIC" // with the balance, in the same transaction
	IssueByAPI     IBANMode = "API"       // POST /secure/bank-accounts
	IssueFromPanel IBANMode = "PANEL"     // by an operator
)

// Settings of a customer. The zero value is not usable; DefaultSettings is.
type Settings struct {
	IBANMode IBANMode `json:"ibanMode"`
	FourEyes bool     `json:"fourEyes"` // a second person for files, items, roles, settings, certificates and base IBANs
	KYCGate  bool     `json:"kycGate"`  // no IBAN before the end user's kycStatus is ACCEPTED
	// SlidingSessions lets the session of an end user begin anew with each use; otherwise it ends after its time, used or not.
	SlidingSessions bool `json:"slidingSessions"`
	// RetentionYears is how long an end user is kept behind the last thing that happened; 0: for ever.
	RetentionYears int `json:"retentionYears"`
	// TransferFourEyes asks for a second person where an operator orders a transfer.
	TransferFourEyes bool `json:"transferFourEyes"`
	// PayeeNameMustMatch refuses transfers where the payee's bank, or we for our own IBANs, know another name.
	PayeeNameMustMatch bool `json:"payeeNameMustMatch"`
	// TransferLimits bound what leaves by transfers, one for each currency that has any.
	TransferLimits []TransferLimit `json:"transferLimits,omitempty"`
}

// DefaultSettings are those of a new customer.
func DefaultSettings() Settings {
	return Settings{IBANMode: IssueAutomatic, FourEyes: true, TransferFourEyes: true}
}

// NeedsSecond tells whether an action of an operator needs a second person. Transfers have a switch of their own; what sets money
// free that may be at the bank always needs one.
func (s Settings) NeedsSecond(action string) bool {
	if slices.Contains(alwaysTwo, action) {
		return true
	}
	if ApprovalPermission(action) == PermTransfersOrder {
		return s.TransferFourEyes
	}
	return s.FourEyes
}

// What is done to order files without a word of the bank, or on a person's word for it.
const (
	ActionHandOver    = "order-file.hand-over"    // without a word of the bank
	ActionDiscard     = "order-file.discard"      // of a file that somebody has downloaded
	ActionRejectFile  = "order-file.reject"       // the bank has refused it
	ActionRejectOrder = "order-file.reject-order" // the bank has refused one of its orders
)

// alwaysTwo are the actions that two people decide, whatever the settings say.
var alwaysTwo = []string{ActionHandOver, ActionDiscard, ActionRejectFile, ActionRejectOrder}

// TransferLimit bounds transfers in one currency, in minor units; 0: no limit. Days are those of Zone, by the order.
type TransferLimit struct {
	Currency   string `json:"currency"`
	Order      int64  `json:"order,omitempty"`      // of one transfer
	BalanceDay int64  `json:"balanceDay,omitempty"` // of all transfers of a balance
	UserDay    int64  `json:"userDay,omitempty"`    // of all transfers of an end user in the currency
}

// TransferLimit returns the limit of a currency; the zero value, which limits nothing, where there is none.
func (s Settings) TransferLimit(currency money.Currency) TransferLimit {
	for _, l := range s.TransferLimits {
		if l.Currency == currency.Code() {
			return l
		}
	}
	return TransferLimit{}
}

// Customer is the institution that integrates. Everything else belongs to exactly one.
type Customer struct {
	ID        CustomerID
	Name      string
	Status    CustomerStatus
	Settings  Settings
	CreatedAt time.Time
}

// NeedsSecond tells whether an action needs a second person now: it does so by the settings, once the customer is ACTIVE.
func (c Customer) NeedsSecond(action string) bool {
	return c.Status == CustomerActive && c.Settings.NeedsSecond(action)
}

// Acceptance says what a record with an error does to its file.
type Acceptance string

// The acceptances of a master account.
const (
	Strict   Acceptance = "STRICT"    // the file becomes Invalid
	ByRecord Acceptance = "BY_RECORD" // the record becomes an item, all others execute
)

// The feeding formats of master accounts: what the bank writes its bookings in. An account has one, since two of them
// would repeat the same bookings.
const (
	FormatPLI     = "pli"      // Elixir-O, in PLN only
	FormatCamt053 = "camt.053" // ISO 20022 statements
	FormatCamt054 = "camt.054" // ISO 20022 notifications of bookings
	FormatMT940   = "mt940"    // SWIFT statements
	FormatMT942   = "mt942"    // SWIFT interim reports
)

// Formats returns the feeding formats.
func Formats() []string {
	return []string{FormatPLI, FormatCamt053, FormatCamt054, FormatMT940, FormatMT942}
}

// MasterAccount is an account of the customer at the bank.
type MasterAccount struct {
	Customer    CustomerID
	ID          ID
	IBAN        iban.IBAN
	Name        string
	Currency    money.Currency
	Format      string // feeding format, one of Formats
	Acceptance  Acceptance
	Dialect     Dialect
	Ordering    Ordering // how orders go to the bank
	BankBalance BalanceNo
	CreatedAt   time.Time
}

// BaseIBAN is a prefix issued to a customer for one currency: country code and leading BBAN characters, no check digits.
type BaseIBAN struct {
	Customer      CustomerID
	Base          string
	Suffix        string // the end of all its numbers, in the few countries where that has a meaning
	MasterAccount ID
	Currency      money.Currency
	Issuing       bool // new IBANs of the currency come from here; older base IBANs stay ours
	Next          uint64
	Capacity      uint64
	Key           []byte // of the permutation; unsealed
	CreatedAt     time.Time
}

// Numbers is the range that the base IBAN numbers, in the order that its key tells.
func (b BaseIBAN) Numbers() (*iban.Range, error) {
	r, err := iban.NewRange(b.Base, b.Key, iban.WithSuffix(b.Suffix))
	if err != nil {
		return nil, fmt.Errorf("base IBAN %s: %w", b.Base, err)
	}
	return r, nil
}

// UserType is a person or a corporation.
type UserType string

// The types of end users.
const (
	Person      UserType = "PERSON"
	Corporation UserType = "CORPORATION"
)

// UserStatus is what an end user may do.
type UserStatus string

// The statuses of end users.
const (
	UserActive UserStatus = "ACTIVE"
	UserLocked UserStatus = "LOCKED"
)

// KYCStatus is the customer's word on who the end user is.
type KYCStatus string

// The KYC statuses.
const (
	KYCPending  KYCStatus = "PENDING"
	KYCAccepted KYCStatus = "ACCEPTED"
	KYCRejected KYCStatus = "REJECTED"
)

// User is an end user: the customer's client.
type User struct {
	Customer             CustomerID
	ID                   ID
	ExternalID           string // the customer's own name of the user; unique when given
	Type                 UserType
	FirstName, LastName  string // of a person
	CompanyName          string // of a corporation
	Email, Phone         string
	KYC                  KYCStatus
	Status               UserStatus
	CreatedAt, UpdatedAt time.Time
	LegalHold            string    // why the end user must not be erased; empty: nothing keeps them
	ErasedAt             time.Time // zero: they are not
}

// Name is how the end user is called: the company, or first and last name.
func (u User) Name() string {
	if u.Type == Corporation {
		return u.CompanyName
	}
	return strings.TrimSpace(u.FirstName + " " + u.LastName)
}

// Balance is money of one currency in one place.
type Balance struct {
	Customer      CustomerID
	No            BalanceNo
	ID            ID
	Kind          BalanceKind
	Currency      money.Currency
	User          ID // of a USER balance
	MasterAccount ID // of a BANK balance
	Closed        bool
	Booked, Held  int64 // minor units; meaningful where Kind.HasRow
	CreatedAt     time.Time
}

// Available is what may be spent: booked less held.
func (b Balance) Available() int64 { return b.Booked - b.Held }

// IBANStatus is the life of a virtual IBAN. BLOCKED is derived from the blocks that stand.
type IBANStatus string

// The statuses of a virtual IBAN.
const (
	IBANActive  IBANStatus = "ACTIVE"
	IBANBlocked IBANStatus = "BLOCKED"
	IBANClosed  IBANStatus = "CLOSED"
)

// BankAccount is a virtual IBAN bound to one balance for ever.
type BankAccount struct {
	Customer  CustomerID
	IBAN      iban.IBAN
	Balance   BalanceNo
	BalanceID ID
	Currency  money.Currency
	Status    IBANStatus
	CreatedAt time.Time
	ClosedAt  time.Time
}

// BlockTarget says what a block stands on.
type BlockTarget string

// The targets of blocks.
const (
	BlockIBAN    BlockTarget = "IBAN"
	BlockBalance BlockTarget = "BALANCE"
	BlockUser    BlockTarget = "USER"
)

// BlockKind says who asked for a block.
type BlockKind string

// The kinds of blocks.
const (
	BlockByCustomer BlockKind = "CUSTOMER"
	BlockByCourt    BlockKind = "COURT"
	BlockSanctions  BlockKind = "SANCTIONS"
	BlockFraud      BlockKind = "FRAUD"
	BlockDeath      BlockKind = "DEATH"
)

// Known tells whether the kind is one of the five.
func (k BlockKind) Known() bool {
	switch k {
	case BlockByCustomer, BlockByCourt, BlockSanctions, BlockFraud, BlockDeath:
		return true
	}
	return false
}

// BlockDirection says which movements a block stops.
type BlockDirection string

// The directions of blocks.
const (
	BlockDebits  BlockDirection = "DEBITS"
	BlockCredits BlockDirection = "CREDITS"
	BlockBoth    BlockDirection = "BOTH"
)

// Known tells whether the direction is one of the three.
func (d BlockDirection) Known() bool {
	return d == BlockDebits || d == BlockCredits || d == BlockBoth
}

// Block stops movements of its target. Several may stand at once.
type Block struct {
	Customer  CustomerID
	ID        ID
	Target    BlockTarget
	TargetKey string // the IBAN, or the ID of the balance or end user in text form
	Kind      BlockKind
	Direction BlockDirection
	Reference string
	From, To  time.Time // To zero: until lifted
	CreatedAt time.Time
}

// StandsAt tells whether the block stands at an instant.
func (b Block) StandsAt(at time.Time) bool {
	return !at.Before(b.From) && (b.To.IsZero() || at.Before(b.To))
}

// Stops tells whether the block stops money in the direction: credit or debit.
func (b Block) Stops(credit bool) bool {
	return b.Direction == BlockBoth || (b.Direction == BlockCredits) == credit
}

// Hold is reserved money of a balance, before a posting or while a block stands.
type Hold struct {
	Customer   CustomerID
	ID         ID
	Balance    BalanceNo
	Amount     int64
	Reason     HoldReason
	Origin     Origin
	CreatedAt  time.Time
	ReleasedAt time.Time
}

// HoldReason says why money is reserved.
type HoldReason string

// The reasons of holds.
const (
	HoldFrozen   HoldReason = "FROZEN"   // a credit to a blocked IBAN, balance or owner
	HoldTransfer HoldReason = "TRANSFER" // an outgoing transfer; Origin.Line is its authorised transaction
)
