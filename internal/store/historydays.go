package store

import (
	"cmp"
	"errors"
	"slices"

	"ims/internal/bank"
)

// DayFlow is what the bank booked on one day in one currency: in and out, both positive.
type DayFlow struct {
	Day      string // booking date
	Currency string
	In, Out  bank.Sum
}

// maxFlowTail is how many ids behind the index a flow reads one by one.
const maxFlowTail = 16 * blockSize

// Flow returns what the bank booked from one booking date to another, both inclusive, by day and currency: of the blocks
// that the index has from the days that were added up with them, of what is behind it from the postings. complete is false
// while the index is so far behind that some are missing.
func (tx *Tx) Flow(customer bank.CustomerID, from, to string) (list []DayFlow, complete bool, err error) {
	head, err := tx.ReadHead(customer)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	next, err := tx.nextHistoryBlock(customer)
	if err != nil {
		return nil, false, err
	}
	list, err = query(tx, scanDay, `SELECT day, currency, in_count, in_amount, out_count, out_amount FROM history_days
		WHERE customer_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, currency`, customer, from, to)
	if err != nil {
		return nil, false, err
	}
	last := min(int64(head.NextID)-1, next*blockSize+maxFlowTail)
	tail, err := tx.flow(customer, next*blockSize, last)
	if err != nil {
		return nil, false, err
	}
	tail = slices.DeleteFunc(tail, func(d DayFlow) bool { return d.Day < from || d.Day > to })
	return joinDays(list, tail), last == int64(head.NextID)-1, nil
}

func scanDay(row scanner) (d DayFlow, err error) {
	return d, row.Scan(&d.Day, &d.Currency, &d.In.Count, &d.In.Amount, &d.Out.Count, &d.Out.Amount)
}

// joinDays adds days to days.
func joinDays(list, more []DayFlow) []DayFlow {
	for _, d := range more {
		at, found := slices.BinarySearchFunc(list, d, func(a, b DayFlow) int {
			return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Currency, b.Currency))
		})
		if !found {
			list = slices.Insert(list, at, d)
			continue
		}
		list[at].In = bank.Sum{Count: list[at].In.Count + d.In.Count, Amount: list[at].In.Amount + d.In.Amount}
		list[at].Out = bank.Sum{Count: list[at].Out.Count + d.Out.Count, Amount: list[at].Out.Amount + d.Out.Amount}
	}
	return list
}

// flow adds the postings of the bank's mirrors with ids from first to last by day and currency. Only a fact of the bank
// touches those, so nothing is counted twice.
func (tx *Tx) flow(customer bank.CustomerID, first, last int64) ([]DayFlow, error) {
	special, err := tx.SpecialBalances(customer)
	if err != nil {
		return nil, err
	}
	var all []DayFlow
	for _, b := range special {
		if b.Kind != bank.KindBank {
			continue
		}
		days, err := query(tx, scanDay, `SELECT booking_date, $4, SUM(CASE WHEN from_no = $5 THEN 1 ELSE 0 END),
			CAST(SUM(CASE WHEN from_no = $5 THEN amount ELSE 0 END) AS bigint), SUM(CASE WHEN to_no = $5 THEN 1 ELSE 0 END),
			CAST(SUM(CASE WHEN to_no = $5 THEN amount ELSE 0 END) AS bigint) FROM postings
			WHERE customer_id = $1 AND id >= $2 AND id <= $3 AND (from_no = $5 OR to_no = $5)
			GROUP BY booking_date ORDER BY booking_date`, customer, first, last, b.Currency.Code(), b.No)
		if err != nil {
			return nil, err
		}
		all = joinDays(all, days)
	}
	return all, nil
}

// addDays adds the days of a block to those of the blocks before.
func (tx *Tx) addDays(customer bank.CustomerID, days []DayFlow) error {
	for _, d := range days {
		_, err := tx.exec(`INSERT INTO history_days (customer_id, day, currency, in_count, in_amount, out_count, out_amount)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (customer_id, day, currency) DO UPDATE SET
			in_count = history_days.in_count + excluded.in_count, in_amount = history_days.in_amount + excluded.in_amount,
			out_count = history_days.out_count + excluded.out_count, out_amount = history_days.out_amount + excluded.out_amount`,
			customer, d.Day, d.Currency, d.In.Count, d.In.Amount, d.Out.Count, d.Out.Amount)
		if err != nil {
			return err
		}
	}
	return nil
}
