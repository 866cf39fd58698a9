package storetest

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestProofs proves what ims verify reads.
func TestProofs(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s) // a delta of -70 on balance 3, a hold of 1 on balance 5
		released := hold(c, 4)
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddDelta(c, 3, 2, 1<<53) },
				func() error { return tx.AddDelta(c, 2, 2, -5) },
				func() error { return tx.AddHolds(c, hold(c, 3)) },
				func() error { return tx.AddHolds(c, released) },
				func() error { return tx.ReleaseHolds(c, released) },
			)
		})
		deltas := get(t, s, func(tx *store.Tx) (map[bank.BalanceNo]int64, error) {
			return sums(func(fn func(bank.BalanceNo, int64) error) error { return tx.EachDeltaSum(c, fn) })
		})
		equal(t, "deltas", deltas, map[bank.BalanceNo]int64{3: 1<<53 - 70, 2: -5})
		reserved := hold(c, 5)
		reserved.Reason = bank.HoldTransfer
		s.write(t, func(tx *store.Tx) error { return tx.AddHolds(c, reserved) })
		holds := get(t, s, func(tx *store.Tx) (map[heldFor]int64, error) { return holdSums(tx, c) })
		equal(t, "holds", holds, map[heldFor]int64{{5, bank.HoldFrozen}: 4, {5, bank.HoldTransfer}: 5})
		all := get(t, s, func(tx *store.Tx) ([]bank.Balance, error) {
			return gather(func(fn func(bank.Balance) error) error { return tx.EachBalance(c, fn) })
		})
		var numbers []bank.BalanceNo
		for _, b := range all {
			numbers = append(numbers, b.No)
		}
		equal(t, "balances", numbers, []bank.BalanceNo{-5, 1, 2, 3, 4, 5, 6})
	})
}

type heldFor struct {
	No     bank.BalanceNo
	Reason bank.HoldReason
}

func holdSums(tx *store.Tx, c bank.CustomerID) (map[heldFor]int64, error) {
	all := map[heldFor]int64{}
	return all, tx.EachHoldSum(c, func(no bank.BalanceNo, reason bank.HoldReason, amount int64) error {
		all[heldFor{no, reason}] = amount
		return nil
	})
}

// TestLinesPostedTwice breaks the index that forbids it, as a damaged store would have.
func TestLinesPostedTwice(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		twice := func(limit int) []bank.Origin {
			return get(t, s, func(tx *store.Tx) ([]bank.Origin, error) { return tx.LinesPostedTwice(c, limit) })
		}
		equal(t, "none", twice(10), []bank.Origin(nil))
		if _, err := s.rawExec("DROP INDEX postings_origin"); err != nil {
			t.Fatal(err)
		}
		_, err := s.rawExec(`INSERT INTO postings SELECT customer_id, id + 1000, from_no, to_no, amount, cause, outcome, booking_date, value_date,
			posted_at, file_no, line, leg, reverses FROM postings WHERE id <= 2`)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "limited", len(twice(1)), 1)
		equal(t, "both", len(twice(10)), 2)
	})
}
