package store

import (
	"time"

	"ims/internal/bank"
)

// FileFigure counts the files of a customer in one status.
type FileFigure struct {
	Status   bank.FileStatus
	Files    int64
	Oldest   time.Time // upload of the oldest
	Stopped  int64     // wait for somebody to mend the reason
	LeaseEnd time.Time // of the lease that ran out first while its worker did not give it back; zero: none is held
}

// FileFigures counts a customer's files by status.
func (tx *Tx) FileFigures(customer bank.CustomerID) ([]FileFigure, error) {
	scan := func(row scanner) (f FileFigure, err error) {
		return f, row.Scan(&f.Status, &f.Files, instant{&f.Oldest}, &f.Stopped, instant{&f.LeaseEnd})
	}
	return query(tx, scan, `SELECT status, COUNT(*), MIN(uploaded_at), SUM(CASE WHEN stop_reason <> '' THEN 1 ELSE 0 END),
		MIN(CASE WHEN lease_owner <> '' THEN lease_until END) FROM transaction_files WHERE customer_id = $1 GROUP BY status ORDER BY status`, customer)
}

// ItemFigure adds the open items of a customer with one currency, state and reason.
type ItemFigure struct {
	Currency string
	State    bank.ItemState
	Reason   bank.Reason
	Items    int64
	Amount   int64 // minor units
	Oldest   time.Time
}

// ItemFigures adds a customer's open items.
func (tx *Tx) ItemFigures(customer bank.CustomerID) ([]ItemFigure, error) {
	scan := func(row scanner) (f ItemFigure, err error) {
		return f, row.Scan(&f.Currency, &f.State, &f.Reason, &f.Items, &f.Amount, instant{&f.Oldest})
	}
	return query(tx, scan, `SELECT currency, state, reason, COUNT(*), CAST(SUM(amount) AS bigint), MIN(opened_at) FROM items
		WHERE customer_id = $1 AND status IN ('OPEN', 'RETURN_ORDERED') GROUP BY currency, state, reason ORDER BY currency, state, reason`, customer)
}

// EventFigure tells how far a customer's notifications are behind.
type EventFigure struct {
	Active   bool
	Oldest   time.Time // the oldest transaction that nobody was told of, or whose telling failed; zero: none
	Failures int64     // of the endpoint, one after the other
	Failed   int64     // deliveries that wait to be tried again
}

// EventFigure reads it; bank.ErrNotFound where the customer has no endpoint.
func (tx *Tx) EventFigure(customer bank.CustomerID) (EventFigure, error) {
	scan := func(row scanner) (f EventFigure, err error) {
		var active int64
		var fresh, failed time.Time
		if err = row.Scan(&active, &f.Failures, instant{&fresh}, instant{&failed}, &f.Failed); err != nil {
			return f, err
		}
		f.Active, f.Oldest = active == 1, fresh
		if fresh.IsZero() || !failed.IsZero() && failed.Before(fresh) {
			f.Oldest = failed
		}
		return f, nil
	}
	return queryOne(tx, scan, `SELECT e.active, e.failures,
		(SELECT t.at FROM transactions t WHERE t.customer_id = e.customer_id AND t.id > e.cursor_id ORDER BY t.id LIMIT 1),
		(SELECT MIN(d.event_at) FROM deliveries d WHERE d.customer_id = e.customer_id AND d.state = 'PENDING'),
		(SELECT COUNT(*) FROM deliveries d WHERE d.customer_id = e.customer_id AND d.state = 'PENDING')
		FROM notification_endpoints e WHERE e.customer_id = $1`, customer)
}

// BalanceSum adds the balances of a customer with one currency and kind. The deltas of balances without a hot row are not in
// it.
type BalanceSum struct {
	Currency     string
	Kind         bank.BalanceKind
	Booked, Held int64
	Lowest       int64 // the smallest booked - held
}

// BalanceSums adds a customer's balances, in constant memory.
func (tx *Tx) BalanceSums(customer bank.CustomerID) ([]BalanceSum, error) {
	scan := func(row scanner) (s BalanceSum, err error) {
		return s, row.Scan(&s.Currency, &s.Kind, &s.Booked, &s.Held, &s.Lowest)
	}
	return query(tx, scan, `SELECT currency, kind, CAST(SUM(booked) AS bigint), CAST(SUM(held) AS bigint), CAST(MIN(booked - held) AS bigint)
		FROM balances WHERE customer_id = $1 GROUP BY currency, kind ORDER BY currency, kind`, customer)
}

// DeltaSums adds the deltas of a customer by currency and kind of their balances.
func (tx *Tx) DeltaSums(customer bank.CustomerID) ([]BalanceSum, error) {
	scan := func(row scanner) (s BalanceSum, err error) { return s, row.Scan(&s.Currency, &s.Kind, &s.Booked) }
	return query(tx, scan, `SELECT b.currency, b.kind, CAST(SUM(d.amount) AS bigint) FROM balance_deltas d
		JOIN balances b ON b.customer_id = d.customer_id AND b.no = d.balance_no WHERE d.customer_id = $1
		GROUP BY b.currency, b.kind ORDER BY b.currency, b.kind`, customer)
}
