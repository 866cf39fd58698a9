package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// NewMasterAccount is what is told of an account at the bank.
type NewMasterAccount struct {
	IBAN       string // spaces and small letters are forgiven; 26 digits are a Polish account number
	Name       string // at most 140 characters; may be empty
	Currency   money.Currency
	Format     string          // of the bank's files, one of bank.Formats; empty: bank.FormatPLI in PLN, bank.FormatCamt054 in any other currency
	Acceptance bank.Acceptance // empty: bank.Strict
	Dialect    bank.Dialect
}

// AddMasterAccount registers an account of the actor's customer at the bank, its bank balance and, with the first account
// of a currency, the customer's own funds, technical balance and receivable in it.
//
// Errors: bank.ErrInvalid for the number, the format, the acceptance or the dialect, bank.ErrCurrencyUnsupported,
// bank.ErrAlreadyExists for an account that is registered already, also by another customer, bank.ErrBaseIBANOverlap for a
// number that lies in another customer's base IBAN.
func (s *Service) AddMasterAccount(ctx context.Context, actor bank.Actor, n NewMasterAccount) (bank.MasterAccount, error) {
	if err := authorise(&actor, actor.Customer); err != nil {
		return bank.MasterAccount{}, err
	}
	m, err := n.check()
	if err != nil {
		return bank.MasterAccount{}, err
	}
	m.Customer, m.ID, m.CreatedAt = actor.Customer, bank.NewID(), s.instant()
	err = s.change(ctx, m.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		return nil, s.addMasterAccount(tx, actor, &m)
	})
	if err != nil {
		return bank.MasterAccount{}, err
	}
	return m, nil
}

// instant is now as the store keeps it.
func (s *Service) instant() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func (n NewMasterAccount) check() (m bank.MasterAccount, err error) {
	m = bank.MasterAccount{Name: strings.TrimSpace(n.Name), Currency: n.Currency, Format: n.format(), Acceptance: n.Acceptance, Dialect: n.Dialect}
	if m.Acceptance == "" {
		m.Acceptance = bank.Strict
	}
	if !n.Currency.Known() {
		return m, bank.ErrCurrencyUnsupported.Field("/currency", "unsupported", "one of the currencies of the service")
	}
	if err := checkFormat(m.Format, n.Currency); err != nil {
		return m, err
	}
	if err := checkFeed(m); err != nil {
		return m, err
	}
	m.IBAN, err = parseAccount(n.IBAN)
	return m, err
}

// format is the one told, or what banks usually write in the currency.
func (n NewMasterAccount) format() string {
	switch {
	case n.Format != "":
		return n.Format
	case n.Currency == money.PLN:
		return bank.FormatPLI
	}
	return bank.FormatCamt054
}

// checkFormat refuses what nobody can read, and Elixir-O files, whose amounts are grosze, for any other currency.
func checkFormat(format string, c money.Currency) error {
	switch {
	case !slices.Contains(bank.Formats(), format):
		known := strings.Join(bank.Formats(), ", ")
		return bank.ErrInvalid.With("unknown format of the bank's files").Field("/format", "unknown", "one of "+known)
	case format == bank.FormatPLI && c != money.PLN:
		return bank.ErrInvalid.With("an Elixir-O file is always in PLN").Field("/format", "currency", "another format for "+c.Code())
	}
	return nil
}

// nrbDigits is the length of a Polish account number.
const nrbDigits = 26

// parseAccount reads what a person types: an IBAN of any registered country, or a Polish number without its country code.
func parseAccount(text string) (iban.IBAN, error) {
	bare := strings.ReplaceAll(text, " ", "")
	if len(bare) == nrbDigits && strings.Trim(bare, "0123456789") == "" {
		bare = "PL" + bare
	}
	x, err := iban.ParseLenient(bare)
	if err != nil {
		code := "not-an-iban"
		if fault, ok := errors.AsType[*iban.ParseError](err); ok {
			code = string(fault.Kind())
		}
		return x, bank.ErrInvalid.With("the IBAN of the master account is wrong: %s", reasonOf(err)).Field("/iban", code, reasonOf(err))
	}
	return x, nil
}

// reasonOf is an error of package iban as part of a sentence.
func reasonOf(err error) string { return strings.TrimPrefix(err.Error(), "iban: ") }

// addMasterAccount follows the order of locks: the registry of ranges, then the head.
func (s *Service) addMasterAccount(tx *store.Tx, actor bank.Actor, m *bank.MasterAccount) error {
	if err := lockRegistry(tx); err != nil {
		return fmt.Errorf("add master account: %w", err)
	}
	if err := freeForMaster(tx, *m); err != nil {
		return fmt.Errorf("add master account: %w", err)
	}
	opened, err := s.openBalances(tx, m)
	if err != nil {
		return fmt.Errorf("add master account: open balances: %w", err)
	}
	if err := tx.AddMasterAccount(*m); err != nil {
		return fmt.Errorf("add master account: %w", err)
	}
	return s.audit(tx, actor, m.Customer, "master-account.added", m.ID.String(), nil, map[string]any{"iban": m.IBAN.String(), "name": m.Name,
		"currency": m.Currency.Code(), "format": m.Format, "acceptance": m.Acceptance, "dialect": m.Dialect, "balances": opened})
}

// freeForMaster refuses a number that is somebody's master account, or that another customer could issue.
func freeForMaster(tx *store.Tx, m bank.MasterAccount) error {
	all, err := masterAccounts(tx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.IBAN == m.IBAN {
			return bank.ErrAlreadyExists.With("this account is a master account already").Field("/iban", "taken", "registered before")
		}
	}
	bases, err := tx.RegisteredBases(m.IBAN.Country())
	if err != nil {
		return fmt.Errorf("registered base IBANs: %w", err)
	}
	for _, b := range bases {
		if b.Customer != m.Customer && iban.Overlap(b.Base, m.IBAN.Country()+m.IBAN.BBAN()) {
			return bank.ErrBaseIBANOverlap.With("the account lies in a base IBAN of the registry").Field("/iban", "overlap", "lies in a registered base IBAN")
		}
	}
	return nil
}

// masterAccounts lists those of all customers, under the lock of the registry.
func masterAccounts(tx *store.Tx) ([]bank.MasterAccount, error) {
	customers, err := tx.Customers()
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	var all []bank.MasterAccount
	for _, c := range customers {
		list, err := tx.MasterAccounts(c.ID)
		if err != nil {
			return nil, fmt.Errorf("master accounts of %d: %w", c.ID, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// openBalances inserts the bank balance of a master account and those of its currency that the customer lacks. It tells the
// numbers by kind.
func (s *Service) openBalances(tx *store.Tx, m *bank.MasterAccount) (map[string]bank.BalanceNo, error) {
	special, err := tx.SpecialBalances(m.Customer)
	if err != nil {
		return nil, err
	}
	there := map[bank.BalanceKind]bool{}
	for _, b := range special {
		if b.Currency == m.Currency && b.Kind != bank.KindBank {
			there[b.Kind] = true
		}
	}
	opened := map[string]bank.BalanceNo{}
	for _, kind := range []bank.BalanceKind{bank.KindOwn, bank.KindTechnical, bank.KindReceivable, bank.KindBank} {
		if there[kind] {
			continue
		}
		no, err := s.openBalance(tx, m, kind)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		opened[kind.String()] = no
		if kind == bank.KindBank {
			m.BankBalance = no
		}
	}
	return opened, nil
}

func (s *Service) openBalance(tx *store.Tx, m *bank.MasterAccount, kind bank.BalanceKind) (bank.BalanceNo, error) {
	no, err := tx.NextBalanceNo(m.Customer)
	if err != nil {
		return 0, err
	}
	b := bank.Balance{Customer: m.Customer, No: no, ID: bank.NewID(), Kind: kind, Currency: m.Currency, CreatedAt: m.CreatedAt}
	if kind == bank.KindBank {
		b.MasterAccount = m.ID
	}
	return no, tx.AddBalance(b)
}

// MasterAccounts lists a customer's master accounts in the order of their registration.
func (s *Service) MasterAccounts(ctx context.Context, customer bank.CustomerID) (list []bank.MasterAccount, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { list, err = tx.MasterAccounts(customer); return err })
	if err != nil {
		return nil, fmt.Errorf("list master accounts: %w", err)
	}
	return list, nil
}
