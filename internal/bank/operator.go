package bank

import "time"

// Credentials are how one operator proves who they are, whichever customer they work for.
type Credentials struct {
	Operator    ID
	Password    string    // argon2id in its own form; empty before the first invitation is accepted
	TOTP        []byte    // the secret of the authenticator app; empty without one
	TOTPStep    int64     // the last step whose code was used: none is used twice
	Epoch       int64     // sessions and tickets of an earlier one are over
	Failures    int       // attempts to sign in that failed, since one succeeded
	LockedUntil time.Time // no attempt succeeds before; zero if there was no reason
}

// Passkey is a key pair in a device of an operator; it works under the host it was made for.
type Passkey struct {
	Operator     ID
	ID           ID
	Host         string
	Name         string // the operator's own
	CredentialID []byte
	Credential   []byte // the public key, the count of its uses and what else the WebAuthn library keeps
	CreatedAt    time.Time
	UsedAt       time.Time
}

// LinkKind says what a link that was sent to an operator is good for.
type LinkKind string

// The kinds of links.
const (
	LinkInvitation LinkKind = "INVITATION" // to take up a role with a customer
	LinkReset      LinkKind = "RESET"      // to choose a new password
	LinkFactor     LinkKind = "FACTOR"     // to enrol a new second factor, with the password
)

// OperatorLink is a link that was sent to an operator. The token itself is known to them only.
type OperatorLink struct {
	Customer  CustomerID
	Operator  ID
	Kind      LinkKind
	TokenHash [32]byte
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// OperatorSession lets one browser of an operator work in the panel of one customer.
type OperatorSession struct {
	Customer    CustomerID
	ID          ID
	Operator    ID
	TokenHash   [32]byte
	Epoch       int64
	Address     string
	Agent       string
	CreatedAt   time.Time
	UsedAt      time.Time
	ConfirmedAt time.Time // when the operator last proved who they are
}
