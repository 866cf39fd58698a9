package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// throwOut ends an operator's sessions and links with one customer.
func throwOut(tx *store.Tx, staff store.Staff) error {
	if _, err := tx.EndOperatorSessions(staff.Customer, staff.ID, bank.ID{}); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return tx.EndOperatorLinks(staff.Customer, staff.ID)
}

// forgive forgets the failed attempts of an account that works for this customer only. That of several stays as it is: one
// of them could else let somebody try the password for ever.
func forgive(tx *store.Tx, staff store.Staff) error {
	if _, err := tx.Credentials(staff.ID); err != nil {
		if errors.Is(err, bank.ErrNotFound) {
			return nil
		}
		return err
	}
	list, err := tx.CustomersOfOperator(staff.ID)
	if err != nil || len(list) != 1 {
		return err
	}
	c, err := tx.LockCredentials(staff.ID)
	if err != nil {
		return err
	}
	c.Failures, c.LockedUntil = 0, time.Time{}
	return tx.SetCredentials(c)
}

// LockAccount locks or unlocks a whole account, with every customer it works for, and ends its sessions. Only whoever holds
// the store may (bank.ErrForbidden). bank.ErrNotFound if there is no such account, bank.ErrConflict if it is the last active
// ADMIN of a customer.
func (s *Service) LockAccount(ctx context.Context, actor bank.Actor, email string, locked bool) error {
	if actor.Kind != bank.ActorSystem {
		return bank.ErrForbidden.With("only whoever holds the store locks a whole account")
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		o, err := tx.OperatorByEmail(foldEmail(email))
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		list, err := tx.CustomersOfOperator(o.ID)
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		if err := lockEverywhere(tx, o, list, locked); err != nil {
			return err
		}
		c, err := tx.LockCredentials(o.ID)
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		c.Epoch++
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		return s.auditAccount(tx, actor, o, list, locked)
	})
}

// lockEverywhere locks the customers' rows in their order, so that none loses its last ADMIN to two changes at once.
func lockEverywhere(tx *store.Tx, o bank.Operator, list []bank.CustomerID, locked bool) error {
	for _, c := range list {
		if _, err := tx.LockCustomer(c); err != nil {
			return fmt.Errorf("lock customer: %w", err)
		}
		staff, err := tx.StaffByID(c, o.ID)
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		if locked {
			if err := keepsAnAdmin(tx, staff, false); err != nil {
				return err
			}
		}
	}
	return tx.SetOperatorLocked(o.ID, locked)
}

func (s *Service) auditAccount(tx *store.Tx, actor bank.Actor, o bank.Operator, list []bank.CustomerID, locked bool) error {
	action := "operator.account-unlocked"
	if locked {
		action = "operator.account-locked"
	}
	for _, c := range list {
		if err := tx.Audit(c, s.now(), bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: o.Email}); err != nil {
			return fmt.Errorf("%s: audit: %w", action, err)
		}
	}
	return nil
}
