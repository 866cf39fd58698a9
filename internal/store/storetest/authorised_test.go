package storetest

import (
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestMovedOn clears one authorised transaction and takes another back: each moves once, stands where its posting does, and
// is told as an update.
func TestMovedOn(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		own := get(t, s, func(tx *store.Tx) (int64, error) { return tx.WaitingDeliveries(c) })
		var cleared, voided bank.TransactionID
		s.write(t, func(tx *store.Tx) (err error) { cleared, err = authorise(tx, c); return err })
		s.write(t, func(tx *store.Tx) (err error) { voided, err = authorise(tx, c); return err })
		clearing := store.Clearing{Transaction: cleared, Balance: 5, Amount: -5, BalanceAfter: 77}
		for name, wrong := range map[string]store.Clearing{
			"of another amount":     {Transaction: cleared, Balance: 5, Amount: -6},
			"of another balance":    {Transaction: cleared, Balance: 6, Amount: -5},
			"that never was":        {Transaction: 9_999, Balance: 5, Amount: -5},
			"that was cleared ever": {Transaction: 1, Balance: 5, Amount: -5},
		} {
			wantError(t, name, s.try(t, func(tx *store.Tx) error { _, err := settle(tx, c, wrong); return err }), bank.ErrNotFound)
		}
		var posting bank.TransactionID
		s.write(t, func(tx *store.Tx) (err error) { posting, err = settle(tx, c, clearing); return err })
		s.write(t, func(tx *store.Tx) error { return void(tx, c, voided) })
		for _, id := range []bank.TransactionID{cleared, voided} {
			again := clearing
			again.Transaction = id
			wantError(t, "cleared again", s.try(t, func(tx *store.Tx) error { _, err := settle(tx, c, again); return err }), bank.ErrNotFound)
			wantError(t, "taken back again", s.try(t, func(tx *store.Tx) error { return void(tx, c, id) }), bank.ErrNotFound)
		}
		equal(t, "two updates", get(t, s, func(tx *store.Tx) (int64, error) { return tx.WaitingDeliveries(c) }), own+2)
		told := get(t, s, func(tx *store.Tx) ([]bank.Delivery, error) { return tx.DeliveriesOf(c, cleared, 1) })
		if len(told) != 1 || told[0].Version != 1 || told[0].First != cleared || told[0].State != bank.DeliveryPending || !told[0].EventAt.Equal(at(1000)) {
			t.Errorf("told: %+v", told)
		}
		checkPosition(t, s, c, cleared, posting)
		rows := get(t, s, func(tx *store.Tx) ([]store.HistoryRow, error) {
			return tx.History(c, store.HistoryFilter{ID: voided, Limit: 1})
		})
		equal(t, "why it was taken back", rows[0].Reason, bank.ReasonRejected)
		voids := get(t, s, func(tx *store.Tx) ([]bank.Void, error) { return tx.Voids(c, 1, 1<<52) })
		equal(t, "voids", voids[len(voids)-1].Transaction, voided)
		if chain := chainOf(t, s, c); len(chain) == 0 {
			t.Error("no chain")
		}
	})
}

// checkPosition: a cleared transaction is on statements where its posting is, with the posting's instant, and not at its own
// id.
func checkPosition(t *testing.T, s *scene, c bank.CustomerID, id, posting bank.TransactionID) {
	t.Helper()
	ids := func(after, last bank.TransactionID) (list []bank.TransactionID) {
		rows := get(t, s, func(tx *store.Tx) ([]store.HistoryRow, error) { return tx.Posted(c, 5, after, last, 100) })
		for _, r := range rows {
			list = append(list, r.ID)
			if r.ID == id && !r.At.Equal(at(1000)) {
				t.Errorf("posted at %s", r.At)
			}
		}
		return list
	}
	out := func(first, last bank.TransactionID) int64 {
		return get(t, s, func(tx *store.Tx) (int64, error) {
			_, out, err := tx.PostedSums(c, 5, first, last)
			return out.Amount, err
		})
	}
	equal(t, "at its own id", ids(id-1, posting-1), []bank.TransactionID(nil))
	equal(t, "at its posting", ids(posting-1, posting), []bank.TransactionID{id})
	equal(t, "sums at its own id", out(id, posting-1), int64(0))
	equal(t, "sums at its posting", out(posting, posting), int64(5))
	for _, kind := range []bank.BalanceKind{bank.KindUser, bank.KindTechnical} {
		b := bank.Balance{Customer: c, No: 5, Kind: kind}
		before := get(t, s, func(tx *store.Tx) (int64, error) { return tx.BookedBefore(b, posting) })
		behind := get(t, s, func(tx *store.Tx) (int64, error) { return tx.BookedBefore(b, posting+1) })
		if kind.HasRow() && behind != 77 || !kind.HasRow() && behind != before-5 {
			t.Errorf("%s: booked %d before and %d behind", kind, before, behind)
		}
	}
	words := details(c, bank.Origin{File: 1, Line: 500 + int64(posting)})
	s.write(t, func(tx *store.Tx) error { return tx.AddDetails(c, []bank.Details{words}) })
	found := get(t, s, func(tx *store.Tx) ([]store.UserWords, error) {
		return tx.UserWordsAfter(c, bank.NewID(), []bank.BalanceNo{5}, id, 100)
	})
	if len(found) != 1 || found[0].ID != posting || found[0].Details.Origin != words.Origin {
		t.Errorf("words to erase: %+v", found)
	}
	first := get(t, s, func(tx *store.Tx) (bank.TransactionID, error) { return tx.FirstIDSince(c, at(1000), 1<<52) })
	equal(t, "the first id of its instant", first, posting)
	last := get(t, s, func(tx *store.Tx) (time.Time, error) { return tx.LastTransactionAt(c, 5) })
	equal(t, "when money last moved", last.Equal(at(1000)), true)
}

// settle posts what was authorised, to the bank, as the line of a file.
func settle(tx *store.Tx, c bank.CustomerID, v store.Clearing) (bank.TransactionID, error) {
	head, err := tx.LockHead(c)
	if err != nil {
		return 0, err
	}
	head.Begin(at(1000))
	p := posting(int(head.NextID), 1, head.LastAt)
	p.From, p.To, p.Amount, p.Cause, p.Origin.Line = 5, 3, 5, bank.CauseOutgoing, 500+int64(p.ID)
	v.Posting = p.ID
	head.NextID++
	return p.ID, tx.Append(head, p.ID, store.Rows{Postings: []store.PostingRow{p}, Clearings: []store.Clearing{v}})
}
