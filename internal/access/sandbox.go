package access

import (
	"context"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// sandboxOnly refuses shortcuts on a store whose money is real.
func sandboxOnly(tx *store.Tx) error {
	is, err := tx.Sandbox()
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if !is {
		return bank.ErrForbidden.With("only a sandbox lets operators in without an invitation")
	}
	return nil
}

// EnrolSandbox lets an operator of a sandbox sign in with this password and this secret of an authenticator app (base 32),
// as if the invitation had been accepted; where they do so already, nothing changes. bank.ErrForbidden on a production store.
func (g *Gate) EnrolSandbox(ctx context.Context, customer bank.CustomerID, email, password, secret string) error {
	raw, err := base32Text.DecodeString(secret)
	if err != nil {
		return fmt.Errorf("secret of %s: %w", email, err)
	}
	a, err := g.look(ctx, Visit{Customer: customer}, email)
	if err != nil {
		return err
	}
	password = normalPassword(password)
	if fits, _, err := g.hash.fits(ctx, password, a.creds.Password); err != nil || fits && string(a.creds.TOTP) == string(raw) {
		return err
	}
	hash, err := g.hash.make(ctx, password)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		if err := sandboxOnly(tx); err != nil {
			return err
		}
		staff, err := tx.StaffByEmail(customer, foldEmail(email))
		if err != nil {
			return fmt.Errorf("enrol in the sandbox: %w", err)
		}
		c, err := tx.LockCredentials(staff.ID)
		if err != nil {
			return fmt.Errorf("enrol in the sandbox: %w", err)
		}
		c = renewed(c, hash)
		c.TOTP, c.TOTPStep = raw, 0
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("enrol in the sandbox: %w", err)
		}
		events, err := come(tx, bank.System(customer, "sandbox"), staff, stamp(g.Now()))
		if err != nil || len(events) == 0 {
			return err
		}
		return tx.Audit(customer, g.Now(), events...)
	})
}

// SandboxCode returns the code that lets an operator of a sandbox in now: of this step, or of the next one if this one's was
// used. bank.ErrForbidden on a production store, bank.ErrNotFound without an authenticator app, bank.ErrConflict if both
// codes were used.
func (g *Gate) SandboxCode(ctx context.Context, email string) (code string, err error) {
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		if err := sandboxOnly(tx); err != nil {
			return err
		}
		o, err := tx.OperatorByEmail(foldEmail(email))
		if err != nil {
			return fmt.Errorf("code: %w", err)
		}
		c, err := tx.Credentials(o.ID)
		if err != nil || len(c.TOTP) == 0 {
			return bank.ErrNotFound.With("this operator has no authenticator app")
		}
		here := stepOf(g.Now())
		step := max(here, c.TOTPStep+1)
		if step > here+totpSkew {
			return bank.ErrConflict.With("the codes of this minute were used: wait half a minute")
		}
		code, err = codeAt(c.TOTP, step)
		return err
	})
	return code, err
}
