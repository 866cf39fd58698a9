package transfers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// mayRead refuses whoever may neither read the customer's history nor is an end user.
func mayRead(actor bank.Actor) error {
	if actor.Kind == bank.ActorEndUser {
		_, err := actor.Self()
		return err
	}
	return actor.May(bank.PermHistoryRead)
}

// Transfer returns a transfer with its steps, to an end user only their own. It needs bank.PermHistoryRead otherwise.
func (s *Service) Transfer(ctx context.Context, actor bank.Actor, id bank.ID) (t bank.Transfer, steps []bank.TransferStep, err error) {
	return s.one(ctx, actor, func(tx *store.Tx) (bank.Transfer, error) { return tx.Transfer(actor.Customer, id) })
}

// TransferOf is Transfer for the one whose payer's side in the history is a transaction.
func (s *Service) TransferOf(ctx context.Context, actor bank.Actor, transaction bank.TransactionID) (t bank.Transfer, steps []bank.TransferStep, err error) {
	return s.one(ctx, actor, func(tx *store.Tx) (bank.Transfer, error) { return tx.TransferOf(actor.Customer, transaction) })
}

func (s *Service) one(ctx context.Context, actor bank.Actor, find func(*store.Tx) (bank.Transfer, error)) (t bank.Transfer, steps []bank.TransferStep, err error) {
	if err := mayRead(actor); err != nil {
		return t, nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if t, err = find(tx); err != nil {
			return noTransfer(err)
		}
		if !owns(actor, t.User) {
			return errNone
		}
		steps, err = tx.TransferSteps(actor.Customer, t.ID)
		return err
	})
	if err != nil {
		return bank.Transfer{}, nil, err
	}
	return t, steps, nil
}

// Filter selects transfers; zero fields do not filter.
type Filter struct {
	Statuses  []bank.TransferStatus
	Balance   bank.ID // that pays
	User      bank.ID // who pays; not for end users
	Payee     string  // IBAN, with spaces or without
	From, To  string  // ISO dates of the order, both inclusive
	OrderFile bank.ID
	Item      bank.ID
	MinAmount int64   // minor units, inclusive; 0: any
	MaxAmount int64   // minor units, inclusive; 0: any
	Before    bank.ID // continue behind this one, towards older ones
	Back      bool    // newer ones than Before instead
	Limit     int     // 0: all
}

func (f Filter) check() error {
	e := bank.ErrInvalid.With("the filter cannot be used")
	for _, s := range f.Statuses {
		if !s.Known() {
			e = e.Field("status", "unknown", "one of the statuses of transfers")
		}
	}
	for name, day := range map[string]string{"from": f.From, "to": f.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			e = e.Field(name, "invalid", "must be a date, YYYY-MM-DD")
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// Transfers lists transfers, newest first: to an end user those from their own balances, where other balances are not found.
// It needs bank.PermHistoryRead otherwise.
func (s *Service) Transfers(ctx context.Context, actor bank.Actor, f Filter) (list []bank.Transfer, err error) {
	if err := mayRead(actor); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if actor.Kind == bank.ActorEndUser {
		f.User = actor.User
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := f.resolve(tx, actor.Customer)
		if err != nil {
			return err
		}
		list, err = tx.Transfers(actor.Customer, q)
		return err
	})
	return list, err
}

func (f Filter) resolve(tx *store.Tx, customer bank.CustomerID) (q store.TransferFilter, err error) {
	q = store.TransferFilter{Statuses: f.Statuses, Payee: electronic(f.Payee), OrderFile: f.OrderFile, Item: f.Item, MinAmount: f.MinAmount, MaxAmount: f.MaxAmount, Before: f.Before, Back: f.Back, Limit: f.Limit}
	if f.From != "" {
		q.From = bank.CivilMidnight(f.From)
	}
	if f.To != "" {
		day, err := time.Parse(time.DateOnly, f.To)
		if err != nil { // check has seen it
			return q, bank.ErrInvalid.With("the filter cannot be used").Because(err)
		}
		q.To = bank.CivilMidnight(day.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	q.Payers, err = f.payers(tx, customer)
	return q, err
}

// payers are the balances that the filter names; nil: any.
func (f Filter) payers(tx *store.Tx, customer bank.CustomerID) ([]bank.BalanceNo, error) {
	none := bank.ErrNotFound.With("there is no such balance")
	if !f.Balance.IsZero() {
		b, err := tx.Balance(customer, f.Balance)
		if errors.Is(err, bank.ErrNotFound) || err == nil && (b.Kind != bank.KindUser || !f.User.IsZero() && b.User != f.User) {
			return nil, none
		}
		return []bank.BalanceNo{b.No}, err
	}
	if f.User.IsZero() {
		return nil, nil
	}
	if _, err := tx.User(customer, f.User); errors.Is(err, bank.ErrNotFound) {
		return nil, bank.ErrNotFound.With("there is no such end user")
	} else if err != nil {
		return nil, fmt.Errorf("end user: %w", err)
	}
	balances, err := tx.UserBalances(customer, f.User)
	if err != nil {
		return nil, fmt.Errorf("balances of end user: %w", err)
	}
	numbers := []bank.BalanceNo{}
	for _, b := range balances {
		if b.Kind == bank.KindUser {
			numbers = append(numbers, b.No)
		}
	}
	return numbers, nil
}

// electronic is an IBAN as it is stored; a text that is none finds nothing.
func electronic(text string) string {
	if number, err := iban.ParseLenient(text); err == nil {
		return number.String()
	}
	return strings.ToUpper(strings.ReplaceAll(text, " ", ""))
}
