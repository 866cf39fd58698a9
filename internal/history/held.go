package history

import (
	"context"

	"ims/internal/bank"
	"ims/internal/store"
)

// Held lists the transactions of the balances of the end user who asks, as List does. To an end user other balances are not
// there: bank.ErrNotFound where the filter names one. What the customer alone may ask for is refused with bank.ErrInvalid.
func (s *Service) Held(ctx context.Context, actor bank.Actor, f Filter) (list []Row, err error) {
	user, err := actor.Self()
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if !f.User.IsZero() || !f.File.IsZero() || f.IBAN != "" {
		return nil, bank.ErrInvalid.With("the filter is not for end users")
	}
	balance := f.Balance
	f.Balance = bank.ID{}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := f.resolve(tx, actor.Customer)
		if err == nil {
			q.BalanceNos, err = held(tx, actor.Customer, user, balance)
		}
		if err != nil {
			return err
		}
		list, err = tx.History(actor.Customer, q)
		return err
	})
	return list, err
}

// HeldOne returns one transaction of the end user who asks.
func (s *Service) HeldOne(ctx context.Context, actor bank.Actor, id bank.TransactionID) (row Row, err error) {
	user, err := actor.Self()
	if err != nil {
		return row, err
	}
	none := bank.ErrNotFound.With("there is no such transaction")
	if id <= 0 { // to a filter zero means any
		return row, none
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		own, err := held(tx, actor.Customer, user, bank.ID{})
		if err != nil {
			return err
		}
		list, err := tx.History(actor.Customer, store.HistoryFilter{ID: id, BalanceNos: own, Limit: 1})
		if err == nil && len(list) == 0 {
			return none
		}
		if err == nil {
			row = list[0]
		}
		return err
	})
	return row, err
}

// held returns the numbers of an end user's balances, or of the one that is named, and is never nil: to a filter nil means
// every balance. The receivable beside a balance is the customer's matter.
func held(tx *store.Tx, customer bank.CustomerID, user, only bank.ID) ([]bank.BalanceNo, error) {
	balances, err := tx.UserBalances(customer, user)
	if err != nil {
		return nil, err
	}
	numbers := []bank.BalanceNo{}
	for _, b := range balances {
		if b.Kind == bank.KindUser && (only.IsZero() || b.ID == only) {
			numbers = append(numbers, b.No)
		}
	}
	if !only.IsZero() && len(numbers) == 0 {
		return nil, bank.ErrNotFound.With("there is no such balance")
	}
	return numbers, nil
}
