package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// How failures make an account wait: freeFailures cost nothing, then each doubles the time, from firstWait to longestWait.
// So nobody can try many passwords, and nobody can keep an operator out for long.
const (
	freeFailures = 4
	firstWait    = 30 * time.Second
	longestWait  = time.Hour
)

// waitAfter is how long an account waits after so many failures in a row.
func waitAfter(failures int) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	return min(firstWait<<min(failures-freeFailures-1, 20), longestWait)
}

// account is what a sign-in knows of an e-mail. Of an unknown one all is empty but the e-mail.
type account struct {
	staff    store.Staff
	email    string
	creds    bank.Credentials
	passkeys []bank.Passkey
}

// look reads an account of the visit's customer by its e-mail.
func (g *Gate) look(ctx context.Context, v Visit, email string) (a account, err error) {
	a.email = foldEmail(email)
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		a = account{email: a.email}
		staff, err := tx.StaffByEmail(v.Customer, a.email)
		if err != nil {
			return err
		}
		a.staff = staff
		if a.creds, err = tx.Credentials(staff.ID); err != nil {
			return err
		}
		a.passkeys, err = tx.Passkeys(staff.ID)
		return err
	})
	if errors.Is(err, bank.ErrNotFound) {
		return a, nil
	}
	if err != nil {
		return a, fmt.Errorf("look up operator: %w", err)
	}
	return a, nil
}

// hasFactor tells whether the account has a second factor that works for a sign-in with a password.
func (a account) hasFactor() bool { return len(a.creds.TOTP) > 0 || len(a.passkeys) > 0 }

// passkeyHere tells whether the account has a passkey for the visit's host.
func (a account) passkeyHere(v Visit) bool {
	host, err := v.host()
	for _, p := range a.passkeys {
		if err == nil && p.Host == host {
			return true
		}
	}
	return false
}

// SignIn checks e-mail and password, and returns the step at which the second factor is asked. All combinations that do not
// let in are ErrSignIn, with the same work done: one hash and one durable write. bank.ErrRateLimited for an address that
// failed too often, bank.ErrUnavailable where too many sign in at once.
func (g *Gate) SignIn(ctx context.Context, v Visit, email, password string) (Step, error) {
	if err := g.admit(v); err != nil {
		return Step{}, err
	}
	a, err := g.look(ctx, v, email)
	if err != nil {
		return Step{}, err
	}
	fits, err := g.provePassword(ctx, v, a, password)
	if err != nil {
		return Step{}, err
	}
	if !fits || a.staff.Locked || a.staff.AcceptedAt.IsZero() || !a.hasFactor() {
		return Step{}, g.refused(ctx, v, a)
	}
	return g.issue(ticket{Customer: v.Customer, Operator: a.staff.ID, Epoch: a.creds.Epoch}, a.email, a.creds, a.passkeyHere(v)), nil
}

// provePassword tells whether the password fits an account that need not wait. A hash that was made with less work than is
// usual now is renewed.
func (g *Gate) provePassword(ctx context.Context, v Visit, a account, password string) (bool, error) {
	password = normalPassword(password)
	fits, outdated, err := g.hash.fits(ctx, password, a.creds.Password)
	if err != nil || !fits || g.Now().Before(a.creds.LockedUntil) {
		return false, err
	}
	if !outdated {
		return true, nil
	}
	hash, err := g.hash.make(ctx, password)
	if err != nil {
		return false, err
	}
	return true, g.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCredentials(a.staff.ID)
		if err != nil || c.Password != a.creds.Password {
			return err
		}
		c.Password = hash
		return tx.SetCredentials(c)
	})
}

// nobody is whose failures those of unknown accounts are. No operator has this id: theirs are of version 7.
var nobody = bank.ID{15: 1}

// refused counts a failure of an account and of the address, and returns ErrSignIn. Who is unknown is counted as nobody, so
// that the same work is done.
func (g *Gate) refused(ctx context.Context, v Visit, a account) error {
	g.failed(v)
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		who := nobody
		if !a.creds.Operator.IsZero() {
			who = a.creds.Operator
		}
		c, err := tx.LockCredentials(who)
		if err != nil {
			return err
		}
		return g.countFailure(tx, v, a.email, &c)
	})
	if err != nil {
		return fmt.Errorf("count failure: %w", err)
	}
	return ErrSignIn
}

// countFailure counts a failed attempt in locked credentials. While an account waits, nothing is counted: whoever goes on
// meanwhile makes it wait no longer. An event is left each time it begins to wait, so there are few of them.
func (g *Gate) countFailure(tx *store.Tx, v Visit, email string, c *bank.Credentials) error {
	now := stamp(g.Now())
	waits := now.Before(c.LockedUntil)
	if !waits {
		c.Failures++
	}
	wait := waitAfter(c.Failures)
	unknown := c.Operator == nobody
	if !waits && wait > 0 && !unknown {
		c.LockedUntil = now.Add(wait)
	}
	if err := tx.SetCredentials(*c); err != nil {
		return fmt.Errorf("count failure: %w", err)
	}
	if waits || wait == 0 || unknown {
		return nil
	}
	return g.audit(tx, v, email, "operator.sign-in-failed", email, struct {
		Failures int       `json:"failures"`
		Until    time.Time `json:"waitsUntil"`
	}{c.Failures, c.LockedUntil})
}

// SecondFactor ends a sign-in with a code of the authenticator app or a recovery code, and opens the session. ErrSignIn if
// it is not right, was used before, or the account waits; bank.ErrUnauthenticated otherwise if the ticket is over.
func (g *Gate) SecondFactor(ctx context.Context, v Visit, ticketText, code string) (Opened, error) {
	t, err := g.ticket(v, ticketText)
	if err != nil {
		return Opened{}, err
	}
	if t.Enrol {
		return Opened{}, errOver
	}
	if err := g.admit(v); err != nil {
		return Opened{}, err
	}
	var opened Opened
	refused := false
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCredentials(t.Operator)
		if err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		factor, err := g.useCode(tx, &c, code)
		if err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		if refused = factor == ""; refused {
			return g.failedAt(tx, v, &c)
		}
		opened, err = g.open(tx, v, t, &c, factor)
		return err
	})
	if err == nil && refused {
		g.failed(v)
		err = ErrSignIn
	}
	if err != nil {
		return Opened{}, err
	}
	return opened, nil
}

// failedAt counts a failed second factor.
func (g *Gate) failedAt(tx *store.Tx, v Visit, c *bank.Credentials) error {
	staff, err := tx.StaffByID(v.Customer, c.Operator)
	if errors.Is(err, bank.ErrNotFound) {
		return ErrSignIn
	}
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	return g.countFailure(tx, v, staff.Email, c)
}

// open redeems a ticket and begins the session, in a transaction that has locked the credentials. factor says how the
// operator proved who they are.
func (g *Gate) open(tx *store.Tx, v Visit, t ticket, c *bank.Credentials, factor string) (Opened, error) {
	staff, err := g.redeem(tx, t, c)
	if err != nil {
		return Opened{}, err
	}
	failures := c.Failures
	c.Failures, c.LockedUntil = 0, time.Time{}
	if err := tx.SetCredentials(*c); err != nil {
		return Opened{}, fmt.Errorf("open session: %w", err)
	}
	token, now := sessionPrefix+secretText(), stamp(g.Now())
	fresh := bank.OperatorSession{Customer: v.Customer, ID: bank.NewID(), Operator: staff.ID, TokenHash: hashOf(token), Epoch: c.Epoch,
		Address: v.Remote.Unmap().String(), Agent: v.agent(), CreatedAt: now, UsedAt: now, ConfirmedAt: now}
	if err := tx.AddOperatorSession(fresh); err != nil {
		return Opened{}, fmt.Errorf("open session: %w", err)
	}
	left, err := tx.CountRecoveryCodes(staff.ID)
	if err != nil {
		return Opened{}, fmt.Errorf("open session: %w", err)
	}
	if err := g.auditOpened(tx, v, staff, fresh, factor, failures); err != nil {
		return Opened{}, err
	}
	return Opened{Token: token, Session: view(fresh, staff, fresh.ID), RecoveryLeft: left}, nil
}

// auditOpened accepts the role where this is the first session with the customer, and tells the trail.
func (g *Gate) auditOpened(tx *store.Tx, v Visit, staff store.Staff, s bank.OperatorSession, factor string, failures int) error {
	actor := bank.Actor{Customer: v.Customer, Kind: bank.ActorOperator, Name: staff.Email, Origin: v.from()}
	events, err := come(tx, actor, staff, s.CreatedAt)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	events = append(events, actor.Event("operator.signed-in", s.ID.String(), "", toJSON(struct {
		Factor   string `json:"secondFactor"`
		Agent    string `json:"userAgent"`
		Failures int    `json:"failuresBefore,omitempty"`
	}{factor, s.Agent, failures})))
	if err := tx.Audit(v.Customer, s.CreatedAt, events...); err != nil {
		return fmt.Errorf("open session: audit: %w", err)
	}
	return nil
}
