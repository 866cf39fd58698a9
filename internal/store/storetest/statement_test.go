package storetest

import (
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestPosted holds what statements read to the invented history: only what has a posting, by id, within the bounds.
func TestPosted(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		p := written(t, s)
		for no := bank.BalanceNo(1); int(no) <= len(pastKinds); no++ {
			first, last := bank.TransactionID(40), bank.TransactionID(pastLength-30)
			b := bank.Balance{Customer: p.c, No: no, Kind: pastKinds[no-1]}
			wanted := postedOracle(p.rows, b, first, last)
			got := get(t, s, func(tx *store.Tx) (statementRows, error) { return statementOf(tx, b, first, last) })
			equal(t, "statement", got, wanted)
		}
		none := get(t, s, func(tx *store.Tx) (int64, error) {
			return tx.BookedBefore(bank.Balance{Customer: p.c, No: 1, Kind: bank.KindUser}, 1)
		})
		equal(t, "booked before the first", none, int64(0))
	})
}

// statementRows are what the store says of a balance between two ids.
type statementRows struct {
	Before  int64
	In, Out bank.Sum
	Rows    []store.HistoryRow
}

func statementOf(tx *store.Tx, b bank.Balance, first, last bank.TransactionID) (r statementRows, err error) {
	if r.Before, err = tx.BookedBefore(b, first); err != nil {
		return r, err
	}
	if r.In, r.Out, err = tx.PostedSums(b.Customer, b.No, first, last); err != nil {
		return r, err
	}
	for after := first - 1; ; {
		rows, err := tx.Posted(b.Customer, b.No, after, last, 7)
		if err != nil || len(rows) == 0 {
			return r, err
		}
		r.Rows = append(r.Rows, rows...)
		after = rows[len(rows)-1].ID
	}
}

func postedOracle(rows []store.HistoryRow, b bank.Balance, first, last bank.TransactionID) (r statementRows) {
	for _, h := range rows {
		switch {
		case h.Balance != b.No || h.Posting == 0 || h.ID > last:
		case h.ID < first && b.Kind.HasRow():
			r.Before = h.BalanceAfter
		case h.ID < first:
			r.Before += h.Amount
		default:
			r.Rows = append(r.Rows, h)
			if h.Amount > 0 {
				r.In = r.In.Plus(h.Amount)
			} else if h.Amount < 0 {
				r.Out = r.Out.Plus(-h.Amount)
			}
		}
	}
	return r
}

// TestFirstIDSince looks for every instant, on ids with gaps where audit events took their numbers.
func TestFirstIDSince(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddBalance(balance(c, 1)) }, func() error { return isNew(tx.AddFile(file(c, 1))) })
		})
		for n := range 6 { // three transactions every ten seconds, then one or two events
			s.write(t, func(tx *store.Tx) error { return postLate(tx, c, n) })
		}
		head := get(t, s, func(tx *store.Tx) (store.Head, error) { return tx.ReadHead(c) })
		all := map[bank.TransactionID]time.Time{}
		get(t, s, func(tx *store.Tx) (int, error) {
			return 0, tx.EachTransaction(c, 1, head.NextID, func(x bank.Transaction) error { all[x.ID] = x.At; return nil })
		})
		for second := 0; second < 90; second += 5 {
			for bound := bank.TransactionID(1); bound <= head.NextID; bound++ {
				want := bound
				for id, when := range all {
					if !when.Before(at(second)) && id < want {
						want = id
					}
				}
				got := get(t, s, func(tx *store.Tx) (bank.TransactionID, error) { return tx.FirstIDSince(c, at(second), bound) })
				equal(t, "first id", got, want)
			}
		}
	})
}

func postLate(tx *store.Tx, c bank.CustomerID, n int) error {
	head, err := tx.LockHead(c)
	if err != nil {
		return err
	}
	head.Begin(at(10 * (n + 1)))
	first, rows := head.NextID, store.Rows{}
	for i := range 3 {
		id := head.NextID
		head.NextID++
		rows.Postings = append(rows.Postings, store.PostingRow{Posting: bank.Posting{ID: id, From: 1, To: 2, Amount: 1, Cause: bank.CauseIncoming,
			BookingDate: "2026-03-01", ValueDate: "2026-03-01", PostedAt: head.LastAt, Origin: bank.Origin{File: 1, Line: int64(10*n + i + 1)}}})
		rows.Transactions = append(rows.Transactions, bank.Transaction{ID: id, Balance: 1, Posting: id, Type: bank.TypeTransferIn,
			Status: bank.StatusCleared, Amount: 1, At: head.LastAt, Origin: bank.Origin{File: 1, Line: int64(10*n + i + 1)}})
	}
	for range n%2 + 1 {
		rows.Audits = append(rows.Audits, bank.AuditEvent{Customer: c, ID: head.NextID, At: head.LastAt, Action: "a.b"})
		head.NextID++
	}
	return tx.Append(head, first, rows)
}
