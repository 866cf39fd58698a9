package panel

import (
	"context"
	"net/netip"
	"time"

	"ims/internal/bank"
)

// Gate is what the panel needs of sign-in: from a password and a second factor to a session, and from the session's token to
// who works. Every wrong combination is the same bank.ErrUnauthenticated.
type Gate interface {
	SignIn(ctx context.Context, v Visit, email, password string) (Step, error)
	SecondFactor(ctx context.Context, v Visit, ticket, code string) (Opened, error)
	Authenticate(ctx context.Context, v Visit, token string, renew bool) (bank.Actor, OperatorSession, error)
	SignOut(ctx context.Context, v Visit, token string) error
}

// Visit is where a request comes from.
type Visit struct {
	Customer  bank.CustomerID
	Origin    string
	Remote    netip.Addr
	UserAgent string
}

// Step is a sign-in between password and second factor.
type Step struct {
	Ticket  string
	Email   string
	Enrol   bool
	TOTP    bool
	Passkey bool
	Expires time.Time
}

// Opened is a session that has just begun.
type Opened struct {
	Token         string
	Session       OperatorSession
	RecoveryCodes []string
	RecoveryLeft  int
}

// OperatorSession is the session of an operator.
type OperatorSession struct {
	ID                                 bank.ID
	Customer                           bank.CustomerID
	Operator                           bank.ID
	Email                              string
	Role                               bank.Role
	Institution                        bool
	Remote, UserAgent                  string
	CreatedAt, LastUsedAt, ConfirmedAt time.Time
	Expires                            time.Time
	Current                            bool
}
