package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
)

// FirstIDSince returns the first of a customer's ids below the bound that was given at an instant not before since, or the
// bound itself where there is none. Instants never go back as ids grow, and each link of the chain covers its ids, so it halves
// the chain: some thirty reads by key, whatever the size of the store, and no index by instant. The chain also covers the ids
// of postings that cleared an authorised transaction, which are no transaction's.
func (tx *Tx) FirstIDSince(customer bank.CustomerID, since time.Time, bound bank.TransactionID) (bank.TransactionID, error) {
	high, err := queryOne(tx, number, "SELECT COALESCE(MAX(no), 0) + 1 FROM links WHERE customer_id = $1", customer)
	if err != nil {
		return 0, err
	}
	first := bound
	for low := int64(1); low < high; {
		middle := low + (high-low)/2
		l, err := queryOne(tx, scanLink, linkSelect+" WHERE customer_id = $1 AND no = $2", customer, middle)
		switch {
		case err != nil:
			return 0, err
		case l.At.Before(since):
			low = middle + 1
		default:
			high, first = middle, min(l.FirstID, bound)
		}
	}
	return first, nil
}

// Two kinds of transactions moved money on a balance: those that were born with their posting stand at their own id, which is
// their posting's or the one behind it, and those that were authorised before stand where their posting does. Of the latter
// there are few, and they have an index of their own, transactions_late: its condition must stand in the query as it is.
const (
	atOnce = "posting_id > 0 AND posting_id <= id"
	late   = "posting_id > id"
)

// BookedBefore returns what was booked on a balance before the position id: of kinds with a row what the posting before has
// left, of the others the sum of all before, which reads them all.
func (tx *Tx) BookedBefore(b bank.Balance, id bank.TransactionID) (int64, error) {
	const of = " FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND "
	text := "SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM (SELECT amount" + of + "id < $3 AND " + atOnce +
		" UNION ALL SELECT amount" + of + "posting_id < $3 AND " + late + ") AS posted"
	if b.Kind.HasRow() {
		text = "SELECT balance_after FROM (SELECT * FROM (SELECT id AS position, balance_after" + of + "id < $3 AND " + atOnce +
			" ORDER BY id DESC LIMIT 1) AS once UNION ALL SELECT * FROM (SELECT posting_id, balance_after" + of + "posting_id < $3 AND " + late +
			" ORDER BY posting_id DESC LIMIT 1) AS later) AS posted ORDER BY position DESC LIMIT 1"
	}
	n, err := queryOne(tx, number, text, b.Customer, b.No, id)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, nil // nothing was posted yet
	}
	return n, err
}

// PostedSums returns how many postings with positions from first to last paid into a balance and out of it, and how much:
// both amounts are positive.
func (tx *Tx) PostedSums(customer bank.CustomerID, no bank.BalanceNo, first, last bank.TransactionID) (in, out bank.Sum, err error) {
	scan := func(row scanner) (sums [2]bank.Sum, err error) {
		err = row.Scan(&sums[0].Count, &sums[0].Amount, &sums[1].Count, &sums[1].Amount)
		return sums, err
	}
	sums, err := queryOne(tx, scan, `SELECT CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN 1 ELSE 0 END), 0) AS bigint),
		CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END), 0) AS bigint)
		FROM (SELECT amount FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND id >= $3 AND id <= $4 AND `+atOnce+`
		UNION ALL SELECT amount FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND posting_id >= $3 AND posting_id <= $4 AND `+late+`)
		AS posted`, customer, no, first, last)
	return sums[0], sums[1], err
}

// Posted lists up to limit transactions of a balance that moved money, with positions behind after up to last, in the order of
// positions. At is the instant of the posting.
func (tx *Tx) Posted(customer bank.CustomerID, no bank.BalanceNo, after, last bank.TransactionID, limit int) ([]HistoryRow, error) {
	list, err := query(tx, scanHistory, historySelect+` WHERE t.customer_id = $1 AND t.balance_no = $2 AND t.id > $3 AND t.id <= $4
		AND t.posting_id > 0 AND t.posting_id <= t.id ORDER BY t.id LIMIT $5`, customer, no, after, last, limit)
	if err != nil {
		return nil, err
	}
	if len(list) == limit {
		last = list[limit-1].ID // what stands behind it is on a later page
	}
	cleared, err := query(tx, scanHistory, historySelectPosted+` WHERE t.customer_id = $1 AND t.balance_no = $2 AND t.posting_id > $3
		AND t.posting_id <= $4 AND t.posting_id > t.id ORDER BY t.posting_id LIMIT $5`, customer, no, after, last, limit)
	if err != nil || len(cleared) == 0 {
		return list, err
	}
	list = append(list, cleared...)
	slices.SortFunc(list, func(a, b HistoryRow) int { return cmp.Compare(a.Position(), b.Position()) })
	return list[:min(len(list), limit)], nil
}

// historySelectPosted is historySelect with the instant of the posting.
var historySelectPosted = strings.Replace(historySelect, "t.at,", "p.posted_at,", 1)
