package history

import (
	"errors"

	"ims/internal/bank"
	"ims/internal/store"
)

// linked completes a transaction with who ordered it, the one that it takes back and the one that takes it back, as its holder
// sees them.
func linked(tx *store.Tx, customer bank.CustomerID, row *Row) (err error) {
	if row.Author, err = authorOf(tx, customer, row); err != nil {
		return err
	}
	if row.Reverses, err = sideOf(tx, customer, row.Reverses, row.Balance); err != nil || row.Posting == 0 {
		return err
	}
	p, err := tx.ReversalOf(customer, row.Posting)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err == nil {
		row.ReversedBy, err = sideOf(tx, customer, p.ID, row.Balance)
	}
	return err
}

// sideOf is the transaction of a posting on a balance: each side that is not BANK took an id, the payer's first, which is the
// posting's.
func sideOf(tx *store.Tx, customer bank.CustomerID, posting bank.TransactionID, balance bank.BalanceNo) (bank.TransactionID, error) {
	if posting == 0 {
		return 0, nil
	}
	side := posting
	err := tx.EachTransaction(customer, posting, posting+1, func(t bank.Transaction) error {
		if t.Posting == posting && t.Balance == balance {
			side = t.ID
		}
		return nil
	})
	return side, err
}

// authorOf is who ordered an operation of the API, also one that was declined; zero for files.
func authorOf(tx *store.Tx, customer bank.CustomerID, row *Row) (bank.Author, error) {
	if row.Origin.File != 0 {
		return bank.Author{}, nil
	}
	ordered := row.Posting
	if ordered == 0 {
		ordered = row.ID
	}
	list, err := tx.Authors(customer, ordered, ordered)
	if err != nil || len(list) == 0 {
		return bank.Author{}, err
	}
	return list[0], nil
}
