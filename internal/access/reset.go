package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// RequestReset sends a link for a new password to an operator who may sign in, and answers everybody else in the same way
// and time: the letter is made behind the answer. bank.ErrConflict where no mail can be sent, bank.ErrRateLimited for an
// address that asks too often.
func (g *Gate) RequestReset(ctx context.Context, v Visit, email string) error {
	if !g.CanMail() {
		return bank.ErrConflict.With("This installation sends no mail. Please ask an administrator for a link to choose a new password.")
	}
	if !g.fails.spend(neighbourhood(v.Remote), g.Now()) {
		return g.admit(v)
	}
	email = foldEmail(email)
	if len(email) > maxEmail || !g.letters.spend(email, g.Now()) {
		return nil
	}
	background := context.WithoutCancel(ctx)
	g.mailing.Go(func() {
		ctx, cancel := context.WithTimeout(background, 2*mailTime)
		defer cancel()
		_, err := g.sendReset(ctx, v, email, email)
		if err != nil && !errors.Is(err, bank.ErrNotFound) {
			g.Log.Warn("a link for a new password could not be made", "error", err)
		}
	})
	return nil
}

// sendReset makes and sends the link; bank.ErrNotFound where there is no operator who could sign in with a new password.
func (g *Gate) sendReset(ctx context.Context, v Visit, email, by string) (Letter, error) {
	return g.send(ctx, v, resetLetter, func(tx *store.Tx) (bank.OperatorLink, bank.Operator, error) {
		staff, err := tx.StaffByEmail(v.Customer, email)
		if err != nil || staff.Locked || staff.AcceptedAt.IsZero() {
			return bank.OperatorLink{}, staff.Operator, errors.Join(err, bank.ErrNotFound.With("no operator who could sign in has the e-mail given"))
		}
		return bank.OperatorLink{Operator: staff.ID, Kind: bank.LinkReset, CreatedBy: by}, staff.Operator, nil
	})
}

// ResetLink makes a link for a new password. Only whoever holds the store may (bank.ErrForbidden): an operator who could see
// the link of another one could sign in as them. bank.ErrNotFound as in RequestReset.
func (g *Gate) ResetLink(ctx context.Context, actor bank.Actor, v Visit, email string) (Letter, error) {
	if actor.Kind != bank.ActorSystem {
		return Letter{}, bank.ErrForbidden.With("only whoever holds the store makes a link for somebody's new password")
	}
	return g.sendReset(ctx, v, foldEmail(email), actor.Name)
}

// ResetPassword keeps a new password that was chosen with a link. It ends all sessions of the account, and the waiting after
// failures; the second factor stays. bank.ErrNotFound if the link is not good, bank.ErrInvalid about /password.
func (g *Gate) ResetPassword(ctx context.Context, v Visit, token, password string) error {
	if err := g.admit(v); err != nil {
		return err
	}
	o, err := g.openLink(ctx, v, token)
	if err != nil {
		return err
	}
	if o.link.Kind != bank.LinkReset {
		return errLink
	}
	hash, err := g.newPassword(ctx, password, o.email)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCredentials(o.staff.ID)
		if err != nil {
			return fmt.Errorf("reset password: %w", err)
		}
		if err := tx.UseOperatorLink(v.Customer, o.link.TokenHash); errors.Is(err, bank.ErrNotFound) {
			return errLink
		} else if err != nil {
			return fmt.Errorf("reset password: %w", err)
		}
		c = renewed(c, hash)
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("reset password: %w", err)
		}
		return g.audit(tx, v, o.email, "operator.password-reset", o.email, nil)
	})
}

// renewed are credentials with another password: all sessions are over, and nobody waits.
func renewed(c bank.Credentials, hash string) bank.Credentials {
	return bank.Credentials{Operator: c.Operator, Password: hash, TOTP: c.TOTP, TOTPStep: c.TOTPStep, Epoch: c.Epoch + 1}
}

// ChangePassword gives the operator another password, which ends all other sessions of the account. ErrSignIn if current is not the
// password, bank.ErrInvalid about /password.
func (g *Gate) ChangePassword(ctx context.Context, v Visit, token, current, password string) error {
	if err := g.admit(v); err != nil {
		return err
	}
	_, a, err := g.own(ctx, v, token)
	if err != nil {
		return err
	}
	fits, err := g.provePassword(ctx, v, a, current)
	if err != nil {
		return err
	}
	if !fits {
		return g.refused(ctx, v, a)
	}
	hash, err := g.newPassword(ctx, password, a.email)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, c, err := g.lockOwn(tx, v, token)
		if err != nil {
			return err
		}
		c = renewed(c, hash)
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		if err := tx.ConfirmOperatorSession(v.Customer, s.ID, c.Epoch, stamp(g.Now())); err != nil {
			return fmt.Errorf("change password: %w", over(err))
		}
		return g.audit(tx, v, staff.Email, "operator.password-changed", staff.Email, nil)
	})
}

// ResetSecondFactor takes away all second factors of another operator who lost them, ends their sessions, and sends them a
// link to enrol a new one with their password. It needs what locking them needs; where the operator works for other
// customers too, the actor must be able to decide about them there as well, or hold the store (bank.ErrForbidden). Where four
// eyes bind it waits for a second person (bank.ErrFourEyes).
func (g *Gate) ResetSecondFactor(ctx context.Context, actor bank.Actor, v Visit, email string) (Letter, error) {
	if err := mayManage(&actor, v.Customer); err != nil {
		return Letter{}, err
	}
	email = foldEmail(email)
	if actor.Kind == bank.ActorOperator && actor.Name == email {
		return Letter{}, bank.ErrConflict.With("Nobody takes away their own second factor: ask another operator.")
	}
	err := g.Access.change(ctx, v.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		staff, err := g.Access.manageable(tx, actor, v.Customer, email)
		if err != nil {
			return nil, err
		}
		if err := mayDecideEverywhere(tx, actor, v.Customer, staff); err != nil {
			return nil, err
		}
		summary := staff.Email + " loses the second factor, to enrol a new one"
		pending, err := g.Access.Require(ctx, tx, actor, Request{Action: ActionSecondFactor, Object: staff.Email,
			Digest: sha256.Sum256([]byte(summary)), Summary: summary, Content: bank.ApprovalContent(OperatorContent{Email: staff.Email})})
		if err != nil || pending != nil {
			return pending, err
		}
		return nil, g.dropFactors(tx, v, actor, staff)
	})
	if err != nil {
		return Letter{}, err
	}
	return g.send(ctx, v, factorLetter, func(tx *store.Tx) (bank.OperatorLink, bank.Operator, error) {
		staff, err := g.Access.manageable(tx, actor, v.Customer, email)
		return bank.OperatorLink{Operator: staff.ID, Kind: bank.LinkFactor, CreatedBy: actor.Name}, staff.Operator, err
	})
}

// mayDecideEverywhere refuses to touch an account that also works where the actor may not decide about it.
func mayDecideEverywhere(tx *store.Tx, actor bank.Actor, here bank.CustomerID, staff store.Staff) error {
	if actor.Kind == bank.ActorSystem {
		return nil
	}
	list, err := tx.CustomersOfOperator(staff.ID)
	if err != nil {
		return fmt.Errorf("customers of operator: %w", err)
	}
	for _, c := range list {
		if c == here {
			continue
		}
		if err := mayDecideThere(tx, actor, c, staff.ID); err != nil {
			return err
		}
	}
	return nil
}

// mayDecideThere says the same whatever is missing there: one customer learns nothing of another.
func mayDecideThere(tx *store.Tx, actor bank.Actor, there bank.CustomerID, operator bank.ID) error {
	refused := bank.ErrForbidden.With("This account works elsewhere too: whoever runs the installation can do this (ims operator reset --second-factor).")
	own, err := tx.StaffByEmail(there, actor.Name)
	if errors.Is(err, bank.ErrNotFound) || err == nil && (own.Locked || own.AcceptedAt.IsZero()) {
		return refused
	}
	if err != nil {
		return fmt.Errorf("role of actor: %w", err)
	}
	other := bank.Actor{Customer: there, Kind: bank.ActorOperator, Name: actor.Name}
	if other.Permissions, err = effective(tx, own.OperatorRole); err != nil {
		return err
	}
	role, err := tx.Role(there, operator)
	if err != nil {
		return fmt.Errorf("role of operator: %w", err)
	}
	if other.May(bank.PermOperatorsWrite) != nil || holdsAll(tx, other, role) != nil {
		return refused
	}
	return nil
}

// dropFactors takes away what proves a second time who somebody is.
func (g *Gate) dropFactors(tx *store.Tx, v Visit, actor bank.Actor, staff store.Staff) error {
	c, err := tx.LockCredentials(staff.ID)
	if err != nil {
		return fmt.Errorf("reset second factor: %w", err)
	}
	if c.Password == "" {
		return bank.ErrConflict.With("This operator has no second factor yet: invite them again.")
	}
	keys, err := tx.Passkeys(staff.ID)
	if err != nil {
		return fmt.Errorf("reset second factor: %w", err)
	}
	for _, p := range keys {
		if err := tx.RemovePasskey(staff.ID, p.ID); err != nil {
			return fmt.Errorf("reset second factor: %w", err)
		}
	}
	if err := tx.SetRecoveryCodes(staff.ID, nil); err != nil {
		return fmt.Errorf("reset second factor: %w", err)
	}
	c.TOTP, c.Epoch = nil, c.Epoch+1
	if err := tx.SetCredentials(c); err != nil {
		return fmt.Errorf("reset second factor: %w", err)
	}
	return g.audit(tx, v, actor.Name, "operator.second-factor-reset", staff.Email, nil)
}
