package accounts

import (
	"context"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// revealedFor is how long one audit event stands for further looks of the same operator at the same IBAN from the same
// place.
const revealedFor = time.Minute

// Reveal returns the open IBAN of an end user's balance to an operator who asks to see it, and audits that they saw it:
// `iban.revealed`, one event per operator, balance and minute. It needs bank.PermUsersRead. bank.ErrNotFound where the
// balance is none of an end user's or has no open IBAN.
func (s *Service) Reveal(ctx context.Context, actor bank.Actor, balance bank.ID) (a bank.BankAccount, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return a, err
	}
	now := s.now().UTC()
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if a, err = openIBAN(tx, actor.Customer, balance, now); err != nil {
			return err
		}
		event := auditEvent(actor, "iban.revealed", balance.String(), "", "")
		known, err := alreadyTold(tx, actor.Customer, event, now)
		if err != nil || known {
			return err
		}
		return tx.Audit(actor.Customer, now, event)
	})
	if err != nil {
		return bank.BankAccount{}, fmt.Errorf("reveal IBAN: %w", err)
	}
	return a, nil
}

func openIBAN(tx *store.Tx, customer bank.CustomerID, balance bank.ID, now time.Time) (bank.BankAccount, error) {
	b, err := tx.Balance(customer, balance)
	if err != nil || b.Kind != bank.KindUser {
		return bank.BankAccount{}, bank.ErrNotFound.With("there is no such balance").Because(err)
	}
	accounts, err := withBlocks(tx, customer, []bank.BalanceNo{b.No}, now)
	if err != nil {
		return bank.BankAccount{}, err
	}
	for _, a := range accounts {
		if a.Status != bank.IBANClosed {
			return a, nil
		}
	}
	return bank.BankAccount{}, bank.ErrNotFound.With("the balance has no open IBAN")
}

// alreadyTold tells whether the same event stands in the trail since a short while.
func alreadyTold(tx *store.Tx, customer bank.CustomerID, event bank.AuditEvent, now time.Time) (bool, error) {
	last, err := tx.AuditTrail(customer, store.AuditFilter{Object: event.Object, Action: event.Action, Actor: event.Actor, Limit: 1})
	if err != nil || len(last) == 0 {
		return false, err
	}
	return now.Sub(last[0].At) < revealedFor, nil
}
