package accounts

import (
	"context"
	"errors"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// BalanceView is a balance as callers see it: with its IBANs.
type BalanceView struct {
	bank.Balance
	Accounts []bank.BankAccount
	Blocked  bool   // a block stands on the balance
	NoIBAN   string // why an end user's open balance has no open IBAN, where it has none
}

// CreateBalance opens a balance of an end user, once per idempotency key of the context; in automatic mode its IBAN is bound
// in the same transaction. Without a base IBAN for the currency the balance exists without one and NoIBAN says so.
func (s *Service) CreateBalance(ctx context.Context, actor bank.Actor, user bank.ID, currency money.Currency) (v BalanceView, err error) {
	if err := actor.May(bank.PermBalancesWrite); err != nil {
		return v, err
	}
	fresh := bank.Balance{Customer: actor.Customer, ID: bank.NewID(), Kind: bank.KindUser, Currency: currency, User: user, CreatedAt: s.now().UTC()}
	err = s.db.Once(ctx, actor.Customer, fresh.CreatedAt, func(tx *store.Tx) (any, error) {
		v, err = s.openBalance(tx, actor, fresh)
		return v, err
	})
	return v, err
}

func (s *Service) openBalance(tx *store.Tx, actor bank.Actor, b bank.Balance) (v BalanceView, err error) {
	u, err := tx.LockUser(actor.Customer, b.User)
	if err != nil {
		return v, notFound(err, "end user")
	}
	if u.Status != bank.UserActive {
		return v, bank.ErrUserLocked
	}
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return v, err
	}
	// The range is locked before the head, which gives the number: the order of locks is the same everywhere.
	if c.Settings.IBANMode == bank.IssueAutomatic {
		if _, err := tx.IssuingBase(b.Customer, b.Currency.Code()); err != nil && !errors.Is(err, bank.ErrNotFound) {
			return v, err
		}
	}
	if b.No, err = tx.NextBalanceNo(b.Customer); err != nil {
		return v, err
	}
	if err := tx.AddBalance(b); err != nil {
		return v, err
	}
	if err := issueWithBalance(tx, c, u, b); err != nil {
		return v, err
	}
	if err := tx.Audit(b.Customer, b.CreatedAt, auditEvent(actor, "balance.create", b.ID.String(), "", `{"currency":"`+b.Currency.Code()+`"}`)); err != nil {
		return v, err
	}
	return view(tx, b.Customer, b.ID, b.CreatedAt)
}

// issueWithBalance binds an IBAN to a new balance where the customer's settings and base IBANs let it.
func issueWithBalance(tx *store.Tx, c bank.Customer, u bank.User, b bank.Balance) error {
	if c.Settings.IBANMode != bank.IssueAutomatic {
		return nil
	}
	err := mayIssue(c, u)
	if err == nil {
		_, err = issue(tx, b, b.CreatedAt)
	}
	if waits(err) {
		err = nil
	}
	return err
}

// waits tells whether there is no IBAN to give now, so that the balance waits for one.
func waits(err error) bool {
	return errors.Is(err, bank.ErrKYCNotAccepted) || errors.Is(err, bank.ErrNoBaseIBAN) || errors.Is(err, bank.ErrRangeExhausted)
}

// view reads a balance with its IBANs.
func view(tx *store.Tx, customer bank.CustomerID, id bank.ID, now time.Time) (BalanceView, error) {
	b, err := tx.Balance(customer, id)
	if err != nil {
		return BalanceView{}, notFound(err, "balance")
	}
	views, err := viewsOf(tx, customer, []bank.Balance{b}, now)
	if err != nil {
		return BalanceView{}, err
	}
	return views[0], nil
}

// viewsOf adds IBANs and blocks to balances, in two queries whatever their number.
func viewsOf(tx *store.Tx, customer bank.CustomerID, balances []bank.Balance, now time.Time) ([]BalanceView, error) {
	numbers, keys := make([]bank.BalanceNo, len(balances)), make([]string, len(balances))
	for i, b := range balances {
		numbers[i], keys[i] = b.No, b.ID.String()
	}
	accounts, err := withBlocks(tx, customer, numbers, now)
	if err != nil {
		return nil, err
	}
	blocks, err := tx.StandingBlocks(customer, keys)
	if err != nil {
		return nil, err
	}
	views := make([]BalanceView, len(balances))
	for i, b := range balances {
		views[i].Balance = b
		for _, a := range accounts {
			if a.Balance == b.No {
				views[i].Accounts = append(views[i].Accounts, a)
			}
		}
		for _, block := range blocks {
			views[i].Blocked = views[i].Blocked || block.TargetKey == keys[i] && block.StandsAt(now)
		}
	}
	return views, tellWhy(tx, customer, views)
}

// Balance returns a balance of an end user or of the customer.
func (s *Service) Balance(ctx context.Context, actor bank.Actor, id bank.ID) (v BalanceView, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return v, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		v, err = view(tx, actor.Customer, id, s.now())
		return err
	})
	return v, err
}

// UserBalances lists the balances of an end user; a receivable beside one is the customer's matter.
func (s *Service) UserBalances(ctx context.Context, actor bank.Actor, user bank.ID) ([]BalanceView, error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return nil, err
	}
	return s.balancesOf(ctx, actor.Customer, user)
}

// HeldBalances is UserBalances for the end user who asks.
func (s *Service) HeldBalances(ctx context.Context, actor bank.Actor) ([]BalanceView, error) {
	user, err := actor.Self()
	if err != nil {
		return nil, err
	}
	return s.balancesOf(ctx, actor.Customer, user)
}

func (s *Service) balancesOf(ctx context.Context, customer bank.CustomerID, user bank.ID) (list []BalanceView, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.User(customer, user); err != nil {
			return notFound(err, "end user")
		}
		balances, err := tx.UserBalances(customer, user)
		if err != nil {
			return err
		}
		list, err = viewsOf(tx, customer, userKind(balances), s.now())
		return err
	})
	return list, err
}

// Fund is what the customer has of its own in one currency.
type Fund struct {
	bank.Balance
	Amount int64 // booked, with what no hot row holds
}

// Funds lists own funds, technical balances, bank balances and the customer's receivables.
func (s *Service) Funds(ctx context.Context, actor bank.Actor) (list []Fund, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list = nil
		balances, err := tx.SpecialBalances(actor.Customer)
		if err != nil {
			return err
		}
		for _, b := range balances {
			amount, err := tx.BookedWithDeltas(actor.Customer, b.No)
			if err != nil {
				return err
			}
			list = append(list, Fund{b, amount})
		}
		return nil
	})
	return list, err
}

// lockBalance locks a user balance by its identifier.
func lockBalance(tx *store.Tx, customer bank.CustomerID, id bank.ID) (bank.Balance, error) {
	b, err := tx.Balance(customer, id)
	if err != nil || b.Kind != bank.KindUser {
		return b, bank.ErrNotFound.With("there is no such balance").Because(err)
	}
	locked, err := tx.LockBalances(customer, []bank.BalanceNo{b.No})
	if err != nil {
		return b, err
	}
	return locked[0], nil
}

// CloseBalance closes an empty balance and its IBAN for ever. A balance with money, holds or a debt gets
// bank.ErrBalanceNotEmpty.
func (s *Service) CloseBalance(ctx context.Context, actor bank.Actor, id bank.ID) (v BalanceView, err error) {
	if err := actor.May(bank.PermBalancesWrite); err != nil {
		return v, err
	}
	now := s.now().UTC()
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		b, err := emptyBalance(tx, actor.Customer, id)
		if err != nil {
			return err
		}
		if err := closeIBANs(tx, b, now); err != nil {
			return err
		}
		if err := tx.CloseBalance(b.Customer, b.No); err != nil {
			return err
		}
		if err := tx.Audit(b.Customer, now, auditEvent(actor, "balance.close", b.ID.String(), "", "")); err != nil {
			return err
		}
		if v, err = view(tx, b.Customer, id, now); err != nil {
			return err
		}
		return tx.Publish(cacheKey(b.Customer, id))
	})
	if err == nil {
		s.cache.drop(cacheKey(actor.Customer, id))
	}
	return v, err
}

// emptyBalance locks an open balance that has neither money nor a debt.
func emptyBalance(tx *store.Tx, customer bank.CustomerID, id bank.ID) (bank.Balance, error) {
	b, err := lockBalance(tx, customer, id)
	switch {
	case err != nil:
		return b, err
	case b.Closed:
		return b, bank.ErrBalanceClosed
	case b.Booked != 0 || b.Held != 0:
		return b, bank.ErrBalanceNotEmpty
	}
	debts, err := tx.BalancesByNo(customer, []bank.BalanceNo{b.No.Companion()})
	if err != nil {
		return b, err
	}
	if len(debts) == 1 && debts[0].Booked != 0 {
		return b, bank.ErrBalanceNotEmpty.With("the balance owes money")
	}
	return b, nil
}

func closeIBANs(tx *store.Tx, b bank.Balance, at time.Time) error {
	accounts, err := tx.BankAccountsOf(b.Customer, b.No)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Status == bank.IBANActive {
			if err := tx.CloseIBAN(b.Customer, a.IBAN, at); err != nil {
				return err
			}
		}
	}
	return nil
}
