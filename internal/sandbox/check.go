package sandbox

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/pli"
)

// check reports what no transaction file could say, before anything happens. What was sent is not repeated.
func (in Incoming) check() error {
	e := bank.ErrInvalid.With("the transfer cannot be simulated")
	if in.Transfers < 1 || in.Transfers > MaxTransfers {
		e = e.Field("/numberOfTransfers", "invalid", fmt.Sprintf("must be 1 to %d", MaxTransfers))
	}
	if in.Amount.Sign() <= 0 || in.Amount.Minor() > bankfile.MaxAmount/MaxTransfers {
		return bank.ErrAmountInvalid.With("the amount cannot be simulated").Field("/amount/amount", "invalid", fmt.Sprintf("must be 1 to %d", bankfile.MaxAmount/MaxTransfers))
	}
	if in.Payee.Country() != polish {
		e = e.Field("/iban", "not-polish", "must be Polish: transaction files of the simulator name no others")
	}
	if !in.Payer.IsZero() && in.Payer.Country() != polish {
		e = e.Field("/payerIban", "not-polish", "must be Polish: transaction files of the simulator name no others")
	}
	if in.Payer == in.Payee {
		e = e.Field("/payerIban", "same-account", "must not be the payee's")
	}
	for _, text := range []struct {
		pointer, value string
		required       bool
		order          pli.Order
	}{{"/payerName", in.PayerName, true, pli.Order{PayerName: in.PayerName}}, {"/title", in.Title, false, pli.Order{Title: in.Title}}} {
		if bank.CheckText(text.value, text.required, longestText) != "" || !writable(text.order) {
			e = e.Field(text.pointer, "not-writable", "must be text that a transaction file carries: Latin letters, at most 4 lines of 35 characters")
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

const (
	polish      = "PL"
	longestText = 140
)

// writable tells whether a file carries the texts of an order.
func writable(o pli.Order) bool {
	o.Date, o.Amount, o.Payer, o.Payee = "2026-01-01", 1, outside(0), outside(1)
	return pli.NewWriter(io.Discard, pli.WriterOptions{}).Write(o) == nil
}

// outside is an account at a bank that does not exist.
func outside(n int) iban.IBAN {
	number, err := iban.Build(polish, iban.Parts{Bank: "9999999", Account: fmt.Sprintf("%016d", n)})
	if err != nil {
		panic(fmt.Sprintf("sandbox: invented account: %v", err)) // the parts have the form of the country
	}
	return number
}

// way is how a transfer comes to its payee: the master account whose file tells of it, and the base IBAN.
type way struct {
	account bank.MasterAccount
	base    bank.BaseIBAN // of the payee, or, where that is the master account, the first one on it; zero if there is none
}

// wayOf finds the master account of the payee.
func (s *Service) wayOf(ctx context.Context, customer bank.CustomerID, in Incoming) (w way, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		accounts, err := tx.MasterAccounts(customer)
		if err != nil {
			return fmt.Errorf("master accounts: %w", err)
		}
		bases, err := tx.BaseIBANs(customer)
		if err != nil {
			return fmt.Errorf("base IBANs: %w", err)
		}
		w = findWay(accounts, bases, in.Payee)
		return nil
	})
	switch {
	case err != nil:
		return w, err
	case w.account.ID.IsZero():
		return w, bank.ErrInvalid.With("the transfer cannot be simulated").Field("/iban", "not-yours", "must lie in one of your base IBANs, or be a master account of yours")
	case w.account.Format != bank.FormatPLI:
		return w, bank.ErrConflict.With("the bank of this master account sends files of another format than the simulator writes")
	case w.account.Currency != in.Amount.Currency():
		return w, bank.ErrCurrencyMismatch.With("the master account has another currency").Field("/amount/currency", "mismatch", "must be "+w.account.Currency.Code())
	}
	return w, nil
}

func findWay(accounts []bank.MasterAccount, bases []bank.BaseIBAN, payee iban.IBAN) (w way) {
	account := func(fits func(bank.MasterAccount) bool) bool {
		i := slices.IndexFunc(accounts, fits)
		if i >= 0 {
			w.account = accounts[i]
		}
		return i >= 0
	}
	master := account(func(m bank.MasterAccount) bool { return m.IBAN == payee })
	i := slices.IndexFunc(bases, func(b bank.BaseIBAN) bool {
		if master {
			return b.MasterAccount == w.account.ID
		}
		return strings.HasPrefix(payee.Country()+payee.BBAN(), b.Base)
	})
	if i >= 0 {
		w.base = bases[i]
		account(func(m bank.MasterAccount) bool { return m.ID == w.base.MasterAccount })
	}
	return w
}
