package transfers

import (
	"fmt"
	"slices"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// destination is where a transfer goes.
type destination struct {
	ours    bool // one of the customer's IBANs, or within a base IBAN of theirs
	issued  bool
	closed  bool
	balance bank.Balance // where issued
	master  bool         // the customer's own account at the bank
}

// destinationOf finds out about a payee's IBAN. It locks nothing.
func destinationOf(tx *store.Tx, customer bank.CustomerID, payee iban.IBAN) (d destination, err error) {
	states, err := tx.States(customer, []string{payee.String()})
	if err != nil {
		return d, fmt.Errorf("state of payee: %w", err)
	}
	if len(states) == 1 {
		s := states[0]
		return destination{ours: true, issued: true, closed: s.IBANClosed || s.Balance.Closed, balance: s.Balance}, nil
	}
	accounts, err := tx.MasterAccounts(customer)
	if err != nil {
		return d, fmt.Errorf("master accounts: %w", err)
	}
	d.master = slices.ContainsFunc(accounts, func(m bank.MasterAccount) bool { return m.IBAN == payee })
	bases, err := tx.BaseIBANs(customer)
	if err != nil {
		return d, fmt.Errorf("base IBANs: %w", err)
	}
	d.ours = slices.ContainsFunc(bases, func(b bank.BaseIBAN) bool { return liesIn(payee, b.Base) })
	return d, nil
}

// liesIn tells whether an IBAN belongs to a base: its country and the beginning of its BBAN, where ? is any character.
func liesIn(number iban.IBAN, base string) bool {
	text := number.Country() + number.BBAN()
	if len(text) < len(base) {
		return false
	}
	for i := range len(base) {
		if base[i] != '?' && base[i] != text[i] {
			return false
		}
	}
	return true
}

// errUnusable is the one answer to closed, blocked and never issued IBANs of ours: a payer learns nothing of other people's
// blocks.
var errUnusable = bank.ErrPayeeUnusable.With("nobody can be paid under this IBAN").Field("/payeeIban", "unusable", "nobody can be paid under it")

// refusal is why a transfer from a balance cannot go to the destination; nil: it can, as far as this tells.
func (d destination) refusal(payer bank.Balance, requestedOn string, today string) error {
	switch {
	case d.master:
		return bank.ErrPayeeUnusable.With("the IBAN is the customer's own account at the bank").Field("/payeeIban", "master-account", "is the customer's own account at the bank")
	case !d.ours:
		return nil
	case !d.issued || d.closed:
		return errUnusable
	case d.balance.No == payer.No:
		return bank.ErrPayeeUnusable.With("the IBAN is that of the paying balance").Field("/payeeIban", "same-balance", "is that of the paying balance")
	case d.balance.Currency != payer.Currency:
		return bank.ErrPayeeUnusable.With("the payee's balance is in another currency").Field("/payeeIban", "currency", "its balance is in another currency")
	case requestedOn > today:
		return bank.ErrInvalid.With("one of our own IBANs is paid at once").Field("/requestedOn", "invalid", "one of our own IBANs is paid at once: leave the date out")
	}
	return nil
}
