package access

import (
	"context"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// own reads whose session a token is, with their credentials.
func (g *Gate) own(ctx context.Context, v Visit, token string) (s bank.OperatorSession, a account, err error) {
	err = g.DB.Read(ctx, func(tx *store.Tx) (err error) {
		s, a.staff, a.creds, err = g.find(tx, v, token)
		a.email = a.staff.Email
		return err
	})
	return s, a, err
}

// lockOwn is find for a change: it locks the credentials too, which everything that depends on them then agrees with.
func (g *Gate) lockOwn(tx *store.Tx, v Visit, token string) (bank.OperatorSession, store.Staff, bank.Credentials, error) {
	s, staff, _, err := g.find(tx, v, token)
	if err != nil {
		return s, staff, bank.Credentials{}, err
	}
	c, err := tx.LockCredentials(s.Operator)
	if err == nil && c.Epoch != s.Epoch {
		err = errOver
	}
	return s, staff, c, err
}

// confirmed is lockOwn for what needs a proof within five minutes; ErrConfirm without one.
func (g *Gate) confirmed(tx *store.Tx, v Visit, token string) (bank.OperatorSession, store.Staff, bank.Credentials, error) {
	s, staff, c, err := g.lockOwn(tx, v, token)
	if err == nil && !view(s, staff, s.ID).Confirmed(g.Now()) {
		err = ErrConfirm
	}
	return s, staff, c, err
}

// Confirm proves once more who sits there, before what is grave: with the password, a code of the authenticator app or a
// recovery code. The session counts as confirmed for five minutes. ErrSignIn if it is not right; failures make the account
// wait as those of a sign-in do.
func (g *Gate) Confirm(ctx context.Context, v Visit, token, secret string) error {
	if err := g.admit(v); err != nil {
		return err
	}
	_, a, err := g.own(ctx, v, token)
	if err != nil {
		return err
	}
	proved, err := g.provesSelf(ctx, v, a, secret)
	if err != nil {
		return err
	}
	refused := false
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, c, err := g.lockOwn(tx, v, token)
		if err != nil {
			return err
		}
		good := proved && c.Password == a.creds.Password
		if !good {
			factor, err := g.useCode(tx, &c, secret)
			if err != nil {
				return fmt.Errorf("confirm: %w", err)
			}
			good = factor != ""
		}
		if refused = !good; refused {
			return g.countFailure(tx, v, staff.Email, &c)
		}
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("confirm: %w", err)
		}
		return tx.ConfirmOperatorSession(v.Customer, s.ID, s.Epoch, stamp(g.Now()))
	})
	if err == nil && refused {
		g.failed(v)
		return ErrSignIn
	}
	return over(err)
}

// provesSelf tries a text as a password, unless it can be none.
func (g *Gate) provesSelf(ctx context.Context, v Visit, a account, secret string) (bool, error) {
	if _, code := digits(secret); code {
		return false, nil
	}
	return g.provePassword(ctx, v, a, secret)
}
