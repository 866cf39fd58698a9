package accounts

import (
	"context"
	"errors"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// withBlocks reads the IBANs of balances and tells which are BLOCKED at an instant: by a block on the IBAN itself.
func withBlocks(tx *store.Tx, customer bank.CustomerID, balances []bank.BalanceNo, now time.Time) ([]bank.BankAccount, error) {
	accounts, err := tx.BankAccountsOf(customer, balances...)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	blocks, err := blocksOf(tx, customer, accounts)
	if err != nil {
		return nil, err
	}
	return markBlocked(accounts, blocks, now), nil
}

func blocksOf(tx *store.Tx, customer bank.CustomerID, accounts []bank.BankAccount) ([]bank.Block, error) {
	keys := make([]string, len(accounts))
	for i, a := range accounts {
		keys[i] = a.IBAN.String()
	}
	return tx.StandingBlocks(customer, keys)
}

// markBlocked returns a copy with the status BLOCKED where a block stands at an instant.
func markBlocked(accounts []bank.BankAccount, blocks []bank.Block, now time.Time) []bank.BankAccount {
	marked := append([]bank.BankAccount(nil), accounts...)
	for i := range marked {
		for _, block := range blocks {
			if marked[i].Status == bank.IBANActive && block.TargetKey == marked[i].IBAN.String() && block.StandsAt(now) {
				marked[i].Status = bank.IBANBlocked
			}
		}
	}
	return marked
}

// BankAccounts is getIban: the IBANs of a balance. It answers from the cache where that is known to be true.
func (s *Service) BankAccounts(ctx context.Context, actor bank.Actor, balance bank.ID) ([]bank.BankAccount, error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return nil, err
	}
	key := cacheKey(actor.Customer, balance)
	entry, generation, ok := s.cache.get(key)
	if !ok {
		var err error
		if entry, err = s.readIBANs(ctx, actor.Customer, balance); err != nil {
			return nil, err
		}
		s.cache.put(key, entry, generation)
	}
	if len(entry.blocks) == 0 {
		return entry.accounts, nil
	}
	return markBlocked(entry.accounts, entry.blocks, s.now()), nil
}

func (s *Service) readIBANs(ctx context.Context, customer bank.CustomerID, balance bank.ID) (entry cacheEntry, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		b, err := tx.Balance(customer, balance)
		if err != nil {
			return notFound(err, "balance")
		}
		if entry.accounts, err = tx.BankAccountsOf(customer, b.No); err != nil || len(entry.accounts) == 0 {
			return err
		}
		entry.blocks, err = blocksOf(tx, customer, entry.accounts)
		return err
	})
	return entry, err
}

// BankAccount returns one IBAN of the customer.
func (s *Service) BankAccount(ctx context.Context, actor bank.Actor, number iban.IBAN) (a bank.BankAccount, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return a, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		a, err = accountOf(tx, actor.Customer, number, s.now())
		return err
	})
	return a, err
}

func accountOf(tx *store.Tx, customer bank.CustomerID, number iban.IBAN, now time.Time) (bank.BankAccount, error) {
	a, err := tx.BankAccount(customer, number)
	if err != nil {
		return a, notFound(err, "IBAN")
	}
	blocks, err := blocksOf(tx, customer, []bank.BankAccount{a})
	if err != nil {
		return a, err
	}
	return markBlocked([]bank.BankAccount{a}, blocks, now)[0], nil
}

var errIBANClosed = bank.ErrConflict.With("the IBAN is closed already")

// CloseIBAN closes an IBAN for ever; its balance must be empty. The balance stays and may get another IBAN.
func (s *Service) CloseIBAN(ctx context.Context, actor bank.Actor, number iban.IBAN) (a bank.BankAccount, err error) {
	if err := actor.May(bank.PermIBANsIssue); err != nil {
		return a, err
	}
	now := s.now().UTC()
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		open, err := tx.BankAccount(actor.Customer, number)
		if err != nil {
			return notFound(err, "IBAN")
		}
		if open.Status == bank.IBANClosed {
			return errIBANClosed
		}
		if _, err := emptyBalance(tx, actor.Customer, open.BalanceID); err != nil {
			return err
		}
		err = tx.CloseIBAN(actor.Customer, number, now)
		if errors.Is(err, bank.ErrNotFound) { // somebody else closed it before the balance was locked
			return errIBANClosed
		}
		if err != nil {
			return err
		}
		if err := tx.Audit(actor.Customer, now, auditEvent(actor, "iban.close", number.String(), "", "")); err != nil {
			return err
		}
		if a, err = tx.BankAccount(actor.Customer, number); err != nil {
			return err
		}
		return tx.Publish(cacheKey(actor.Customer, open.BalanceID))
	})
	if err == nil {
		s.cache.drop(cacheKey(actor.Customer, a.BalanceID))
	}
	return a, err
}
