package store

import "ims/internal/bank"

// EachBalance hands every balance of a customer to fn.
func (tx *Tx) EachBalance(customer bank.CustomerID, fn func(bank.Balance) error) error {
	return each(tx, scanBalance, fn, balanceColumns+" WHERE customer_id = $1 ORDER BY no", customer)
}

// numbered is an amount of a balance.
type numbered struct {
	no     bank.BalanceNo
	amount int64
}

func scanNumbered(row scanner) (n numbered, err error) { return n, row.Scan(&n.no, &n.amount) }

// EachDeltaSum hands the sum of the deltas of each balance that has some to fn.
func (tx *Tx) EachDeltaSum(customer bank.CustomerID, fn func(no bank.BalanceNo, amount int64) error) error {
	return each(tx, scanNumbered, func(n numbered) error { return fn(n.no, n.amount) },
		"SELECT balance_no, CAST(SUM(amount) AS bigint) FROM balance_deltas WHERE customer_id = $1 GROUP BY balance_no", customer)
}

// EachHoldSum hands the sum of the open holds of each balance that has some to fn.
func (tx *Tx) EachHoldSum(customer bank.CustomerID, fn func(no bank.BalanceNo, amount int64) error) error {
	return each(tx, scanNumbered, func(n numbered) error { return fn(n.no, n.amount) },
		"SELECT balance_no, CAST(SUM(amount) AS bigint) FROM holds WHERE customer_id = $1 AND released_at IS NULL GROUP BY balance_no", customer)
}

// LinesPostedTwice returns origins that more than one posting claims; + 0 keeps the unique index out of it.
func (tx *Tx) LinesPostedTwice(customer bank.CustomerID, limit int) ([]bank.Origin, error) {
	scan := func(row scanner) (o bank.Origin, err error) { return o, row.Scan(&o.File, &o.Line, &o.Leg) }
	return query(tx, scan, `SELECT file_no + 0, line + 0, leg + 0 FROM postings WHERE customer_id = $1
		GROUP BY file_no + 0, line + 0, leg + 0 HAVING COUNT(*) > 1 LIMIT $2`, customer, limit)
}
