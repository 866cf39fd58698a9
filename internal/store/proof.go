package store

import (
	"time"

	"ims/internal/bank"
)

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

// EachHoldSum hands the sum of the open holds for one reason of each balance that has some to fn.
func (tx *Tx) EachHoldSum(customer bank.CustomerID, fn func(no bank.BalanceNo, reason bank.HoldReason, amount int64) error) error {
	type sum struct {
		numbered
		reason bank.HoldReason
	}
	scan := func(row scanner) (s sum, err error) { return s, row.Scan(&s.no, &s.reason, &s.amount) }
	return each(tx, scan, func(s sum) error { return fn(s.no, s.reason, s.amount) }, `SELECT balance_no, reason, CAST(SUM(amount) AS bigint)
		FROM holds WHERE customer_id = $1 AND released_at IS NULL GROUP BY balance_no, reason`, customer)
}

// LinesPostedTwice returns origins that more than one posting claims; + 0 keeps the unique index out of it.
func (tx *Tx) LinesPostedTwice(customer bank.CustomerID, limit int) ([]bank.Origin, error) {
	scan := func(row scanner) (o bank.Origin, err error) { return o, row.Scan(&o.File, &o.Line, &o.Leg) }
	return query(tx, scan, `SELECT file_no + 0, line + 0, leg + 0 FROM postings WHERE customer_id = $1
		GROUP BY file_no + 0, line + 0, leg + 0 HAVING COUNT(*) > 1 LIMIT $2`, customer, limit)
}

// ProofDepth says how much of the ledger a proof walked.
type ProofDepth string

// The depths of proofs.
const (
	ProofFull  ProofDepth = "FULL"  // everything, from the first link on
	ProofLight ProofDepth = "LIGHT" // the sums of the balances and of the open items
)

// ProofResult is the last proof of a customer's ledger.
type ProofResult struct {
	Customer  bank.CustomerID
	Depth     ProofDepth
	At        time.Time // when it began
	Duration  time.Duration
	OK        bool
	Violation string // the first one
}

// SetProof remembers the last proof of a customer in its depth.
func (tx *Tx) SetProof(p ProofResult) error {
	return tx.execOne(`INSERT INTO proofs (customer_id, depth, at, duration, ok, violation) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (customer_id, depth) DO UPDATE SET at = excluded.at, duration = excluded.duration, ok = excluded.ok, violation = excluded.violation`,
		p.Customer, string(p.Depth), micros(p.At), p.Duration.Microseconds(), flag(p.OK), p.Violation)
}

// Proofs lists the last proofs of a customer by depth.
func (tx *Tx) Proofs(customer bank.CustomerID) ([]ProofResult, error) {
	scan := func(row scanner) (p ProofResult, err error) {
		var duration, ok int64
		err = row.Scan(&p.Customer, &p.Depth, instant{&p.At}, &duration, &ok, &p.Violation)
		p.Duration, p.OK = time.Duration(duration)*time.Microsecond, ok == 1
		return p, err
	}
	return query(tx, scan, "SELECT customer_id, depth, at, duration, ok, violation FROM proofs WHERE customer_id = $1 ORDER BY depth", customer)
}
