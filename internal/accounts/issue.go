package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// issue binds the next IBAN of the issuing base to a balance. It locks the range. The error is bank.ErrNoBaseIBAN or
// bank.ErrRangeExhausted where there is none to give.
func issue(tx *store.Tx, b bank.Balance, at time.Time) (iban.IBAN, error) {
	base, err := tx.IssuingBase(b.Customer, b.Currency.Code())
	if errors.Is(err, bank.ErrNotFound) {
		return iban.IBAN{}, noBase(b.Currency)
	}
	if err != nil {
		return iban.IBAN{}, fmt.Errorf("lock base IBAN: %w", err)
	}
	number, counter, err := next(tx, base)
	if err != nil {
		return iban.IBAN{}, err
	}
	if err := tx.AdvanceBase(b.Customer, base.Base, counter+1); err != nil {
		return iban.IBAN{}, fmt.Errorf("advance base IBAN: %w", err)
	}
	return number, tx.AddIBAN(b.Customer, number, b.No, base.Base, counter, at)
}

// next returns the first number from the counter on that is no master account's own, should one lie in the range.
func next(tx *store.Tx, base bank.BaseIBAN) (number iban.IBAN, counter uint64, err error) {
	allocation, err := base.Numbers()
	if err != nil {
		return number, 0, err
	}
	masters, err := tx.MasterAccounts(base.Customer)
	if err != nil {
		return number, 0, fmt.Errorf("master accounts beside base IBAN %s: %w", base.Base, err)
	}
	for counter = base.Next; counter < base.Capacity; counter++ {
		if number, err = allocation.At(counter); err != nil {
			return number, 0, fmt.Errorf("base IBAN %s: %w", base.Base, err)
		}
		if !slices.ContainsFunc(masters, func(m bank.MasterAccount) bool { return m.IBAN == number }) {
			return number, counter, nil
		}
	}
	return number, 0, exhausted(base)
}

func noBase(c money.Currency) *bank.Error {
	return bank.ErrNoBaseIBAN.With("the customer has no base IBAN for %s", c.Code())
}

func exhausted(base bank.BaseIBAN) *bank.Error {
	return bank.ErrRangeExhausted.With("all %d numbers of the base IBAN are used", base.Capacity)
}

// mayIssue tells whether the customer's settings let a balance of this end user have an IBAN now.
func mayIssue(c bank.Customer, u bank.User) error {
	if c.Settings.KYCGate && u.KYC != bank.KYCAccepted {
		return bank.ErrKYCNotAccepted.With("no IBAN before the end user's kycStatus is ACCEPTED")
	}
	return nil
}

// issueForUser issues for those of an end user's balances, which the caller has locked, that wait for an IBAN. Where a range
// has no numbers left they wait on.
func (s *Service) issueForUser(tx *store.Tx, actor bank.Actor, balances []bank.Balance) error {
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return err
	}
	if !c.Settings.KYCGate || c.Settings.IBANMode != bank.IssueAutomatic {
		return nil
	}
	for _, b := range balances {
		if _, err := s.issueWaiting(tx, actor, b); err != nil && !errors.Is(err, bank.ErrRangeExhausted) {
			return err
		}
	}
	return nil
}

// issueWaiting issues for an open user balance that never had an IBAN, if there is a base for it; it tells whether it did.
// The caller has locked the balance, so that it is not closed and no other IBAN issued meanwhile.
func (s *Service) issueWaiting(tx *store.Tx, actor bank.Actor, b bank.Balance) (bool, error) {
	had, err := tx.BankAccountsOf(b.Customer, b.No)
	if err != nil || len(had) > 0 || b.Closed || b.Kind != bank.KindUser {
		return false, err
	}
	number, err := issue(tx, b, s.now().UTC())
	if errors.Is(err, bank.ErrNoBaseIBAN) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, tx.Audit(b.Customer, s.now(), auditEvent(actor, "iban.issue", b.ID.String(), "", number.String()))
}

// issueGated is issueWaiting where the customer's settings let the end user have an IBAN now.
func (s *Service) issueGated(tx *store.Tx, actor bank.Actor, c bank.Customer, b bank.Balance) (bool, error) {
	if c.Settings.KYCGate {
		u, err := tx.User(b.Customer, b.User)
		if err != nil || mayIssue(c, u) != nil {
			return false, err
		}
	}
	return s.issueWaiting(tx, actor, b)
}

// IssueIBAN issues for one balance, where the customer's mode is not automatic or the base came late. A balance that has an
// open IBAN keeps it and gets bank.ErrAlreadyExists. It is done once per idempotency key of the context.
func (s *Service) IssueIBAN(ctx context.Context, actor bank.Actor, balance bank.ID) (a bank.BankAccount, err error) {
	if err := actor.May(bank.PermIBANsIssue); err != nil {
		return a, err
	}
	now := s.now().UTC()
	err = s.db.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		b, err := s.issuable(tx, actor, balance)
		if err != nil {
			return nil, err
		}
		number, err := issue(tx, b, now)
		if err != nil {
			return nil, err
		}
		if err := tx.Audit(b.Customer, now, auditEvent(actor, "iban.issue", b.ID.String(), "", number.String())); err != nil {
			return nil, err
		}
		if err := tx.Publish(cacheKey(b.Customer, b.ID)); err != nil {
			return nil, err
		}
		a, err = tx.BankAccount(b.Customer, number)
		return a, err
	})
	if err == nil {
		s.cache.drop(cacheKey(actor.Customer, balance))
	}
	return a, err
}

// issuable locks a balance and tells why it cannot have an IBAN.
func (s *Service) issuable(tx *store.Tx, actor bank.Actor, id bank.ID) (b bank.Balance, err error) {
	if b, err = lockBalance(tx, actor.Customer, id); err != nil {
		return b, err
	}
	if b.Closed {
		return b, bank.ErrBalanceClosed
	}
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return b, err
	}
	u, err := tx.User(actor.Customer, b.User)
	if err != nil {
		return b, err
	}
	if err := mayIssue(c, u); err != nil {
		return b, err
	}
	accounts, err := tx.BankAccountsOf(actor.Customer, b.No)
	if err != nil {
		return b, err
	}
	for _, a := range accounts {
		if a.Status == bank.IBANActive {
			return b, bank.ErrAlreadyExists.With("the balance has an open IBAN")
		}
	}
	return b, nil
}

// IssueMissing issues for all balances of a currency that wait for an IBAN, in transactions of some hundred each, and
// returns how many it issued. Where the customer's IBANs wait for KYC, so do these. With bank.ErrRangeExhausted the others
// still wait.
func (s *Service) IssueMissing(ctx context.Context, actor bank.Actor, currency money.Currency) (issued int, err error) {
	if err := actor.May(bank.PermIBANsIssue); err != nil {
		return 0, err
	}
	m := missing{currency: currency.Code()}
	for !m.ended && err == nil {
		from := m
		err = s.db.Write(ctx, func(tx *store.Tx) error {
			m = from // the closure may run twice
			return s.issueStep(tx, actor, &m)
		})
		if err != nil {
			m = from
		}
	}
	s.cache.drop("")
	return m.issued, errors.Join(err, m.exhausted)
}

// missing is how far IssueMissing has come.
type missing struct {
	currency  string
	after     bank.BalanceNo
	issued    int
	ended     bool
	exhausted error
}

// missingStep is how many balances one transaction of IssueMissing looks at.
const missingStep = 500

// issueStep issues for the next balances that wait.
func (s *Service) issueStep(tx *store.Tx, actor bank.Actor, m *missing) error {
	waiting, err := tx.BalancesWithoutIBAN(actor.Customer, m.currency, m.after, missingStep)
	if err != nil {
		return err
	}
	m.ended = len(waiting) < missingStep
	numbers := make([]bank.BalanceNo, len(waiting))
	for i, b := range waiting {
		numbers[i] = b.No
	}
	locked, err := tx.LockBalances(actor.Customer, numbers)
	if err != nil {
		return err
	}
	c, err := tx.Customer(actor.Customer)
	if err != nil {
		return err
	}
	for _, b := range locked {
		m.after = b.No
		ok, err := s.issueGated(tx, actor, c, b)
		if errors.Is(err, bank.ErrRangeExhausted) {
			m.ended, m.exhausted = true, err
			return nil
		}
		if err != nil {
			return err
		}
		if ok {
			m.issued++
		}
	}
	return nil
}
