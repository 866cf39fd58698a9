package store

import (
	"errors"
	"time"

	"ims/internal/bank"
)

// FirstIDSince returns the first of a customer's transaction ids below the bound whose instant is not before since, or the
// bound itself where there is none. Instants never go back as ids grow, so it halves: some thirty reads by key, whatever the
// size of the store, and no index by instant.
func (tx *Tx) FirstIDSince(customer bank.CustomerID, since time.Time, bound bank.TransactionID) (bank.TransactionID, error) {
	low, high, first := bank.TransactionID(1), bound, bound
	for low < high {
		middle := low + (high-low)/2
		t, err := queryOne(tx, scanTransaction, transactionSelect+" WHERE customer_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 1",
			customer, middle, high)
		switch {
		case errors.Is(err, bank.ErrNotFound):
			high = middle
		case err != nil:
			return 0, err
		case t.At.Before(since):
			low = t.ID + 1
		default:
			high, first = middle, t.ID
		}
	}
	return first, nil
}

// BookedBefore returns what was booked on a balance before the transaction id: of kinds with a row what the posting before
// has left, of the others the sum of all before, which reads them all.
func (tx *Tx) BookedBefore(b bank.Balance, id bank.TransactionID) (int64, error) {
	text := `SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM transactions
		WHERE customer_id = $1 AND balance_no = $2 AND id < $3 AND posting_id > 0`
	if b.Kind.HasRow() {
		text = `SELECT balance_after FROM transactions
			WHERE customer_id = $1 AND balance_no = $2 AND id < $3 AND posting_id > 0 ORDER BY id DESC LIMIT 1`
	}
	n, err := queryOne(tx, number, text, b.Customer, b.No, id)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, nil // nothing was posted yet
	}
	return n, err
}

// PostedSums returns how many postings with transaction ids from first to last paid into a balance and out of it, and how
// much: both amounts are positive.
func (tx *Tx) PostedSums(customer bank.CustomerID, no bank.BalanceNo, first, last bank.TransactionID) (in, out bank.Sum, err error) {
	scan := func(row scanner) (sums [2]bank.Sum, err error) {
		err = row.Scan(&sums[0].Count, &sums[0].Amount, &sums[1].Count, &sums[1].Amount)
		return sums, err
	}
	sums, err := queryOne(tx, scan, `SELECT CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN 1 ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END), 0) AS bigint)
		FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND id >= $3 AND id <= $4 AND posting_id > 0`, customer, no, first, last)
	return sums[0], sums[1], err
}

// Posted lists up to limit transactions of a balance that moved money, with ids behind after up to last, oldest first.
func (tx *Tx) Posted(customer bank.CustomerID, no bank.BalanceNo, after, last bank.TransactionID, limit int) ([]HistoryRow, error) {
	return query(tx, scanHistory, historySelect+` WHERE t.customer_id = $1 AND t.balance_no = $2 AND t.id > $3 AND t.id <= $4
		AND t.posting_id > 0 ORDER BY t.id LIMIT $5`, customer, no, after, last, limit)
}
