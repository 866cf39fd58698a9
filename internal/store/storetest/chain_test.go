package storetest

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func TestLedgerRows(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		want := ledgerRows(c)
		s.write(t, func(tx *store.Tx) error {
			head, err := tx.LockHead(c)
			if err != nil {
				return err
			}
			head.Begin(at(7))
			head.NextID = 1 << 52
			return tx.Append(head, 1, want)
		})
		postings := func(run func(tx *store.Tx, fn func(store.PostingRow) error) error) []store.PostingRow {
			return get(t, s, func(tx *store.Tx) ([]store.PostingRow, error) {
				return gather(func(fn func(store.PostingRow) error) error { return run(tx, fn) })
			})
		}
		by := func(first, last bank.TransactionID) []store.PostingRow {
			return postings(func(tx *store.Tx, fn func(store.PostingRow) error) error { return tx.EachPosting(c, first, last, fn) })
		}
		equal(t, "postings", by(1, 1<<52), want.Postings)
		equal(t, "postings 2 to 3", by(2, 3), want.Postings[1:3])
		equal(t, "of file 1 by line and leg", postings(func(tx *store.Tx, fn func(store.PostingRow) error) error {
			return tx.EachFilePosting(c, 1, 1, 1<<52, fn)
		}), []store.PostingRow{want.Postings[1], want.Postings[0], want.Postings[3]})
		equal(t, "of line 2", postings(func(tx *store.Tx, fn func(store.PostingRow) error) error {
			return tx.EachFilePosting(c, 1, 2, 2, fn)
		}), []store.PostingRow{want.Postings[3]})
		equal(t, "one", get(t, s, func(tx *store.Tx) (store.PostingRow, error) { return tx.Posting(c, 3) }), want.Postings[2])
		transactions := get(t, s, func(tx *store.Tx) ([]bank.Transaction, error) {
			return gather(func(fn func(bank.Transaction) error) error { return tx.EachTransaction(c, 2, 1<<52, fn) })
		})
		equal(t, "transactions", transactions, want.Transactions[1:])
		declines := func(first, last bank.TransactionID) []bank.Decline {
			return get(t, s, func(tx *store.Tx) ([]bank.Decline, error) { return tx.Declines(c, first, last) })
		}
		equal(t, "declines", declines(7, 7), want.Declines)
		equal(t, "none before and none behind", append(declines(1, 6), declines(8, 1<<52)...), []bank.Decline(nil))
		equal(t, "without a posting", s.strings(t, "SELECT CAST(id AS text) FROM transactions WHERE posting_id IS NULL ORDER BY id"), []string{"4", "7"})
		equal(t, "events", get(t, s, func(tx *store.Tx) ([]bank.AuditEvent, error) { return tx.AuditEvents(c, 1, 1<<52) }), want.Audits)
		details := get(t, s, func(tx *store.Tx) ([]bank.Details, error) {
			return gather(func(fn func(bank.Details) error) error { return tx.EachDetails(c, 0, 3, 1, fn) })
		})
		equal(t, "details", details, want.Details[:1])
	})
}

// ledgerRows are rows with every field at its bounds.
func ledgerRows(c bank.CustomerID) store.Rows {
	first, second, api, line2 := posting(1, 1, at(7)), posting(2, 1, at(7)), posting(3, 0, at(7)), posting(6, 1, at(7))
	first.Origin.Leg, second.Origin = 2, bank.Origin{File: 1, Line: 1}
	line2.Origin.Line = 2
	second.From, second.To, second.Cause, second.Outcome, second.Amount = 5, -5, bank.CauseRepayment, 0, 1<<62
	api.Reverses, api.Cause, api.BookingDate, api.ValueDate = 1, bank.CauseReversal, "0001-01-01", "9999-12-31"
	authorized := bank.Transaction{ID: 4, Balance: -5, Type: bank.TypeReversal, Status: bank.StatusAuthorized, Amount: -1 << 62, At: at(7)}
	event := bank.AuditEvent{Customer: c, ID: 5, At: at(7), Actor: "ada", Action: "a.b", Object: "x", Before: `{"a":1}`, After: ""}
	declined := bank.Transaction{ID: 7, Balance: 5, Type: bank.TypeDebit, Status: bank.StatusDeclined, Amount: math.MinInt64 + 1, BalanceAfter: 1,
		At: at(7), Origin: bank.Origin{Line: 7}}
	return store.Rows{Postings: []store.PostingRow{first, second, api, line2}, Details: []bank.Details{details(c, api.Origin)},
		Transactions: []bank.Transaction{transaction(first), transaction(second), transaction(api), authorized, declined},
		Declines:     []bank.Decline{{ID: 7, Reason: bank.ReasonBlockedSanctions}}, Audits: []bank.AuditEvent{event}}
}

// TestOriginOnce proves the last line of defence against posting a record twice.
func TestOriginOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		counts := s.counts(t)
		again := posting(900, 1, at(7))
		again.Origin.Line = 1 // posted by furnish
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			head, err := tx.LockHead(c)
			if err != nil {
				return err
			}
			return tx.Append(head, head.NextID, store.Rows{Postings: []store.PostingRow{posting(899, 9, at(7)), again}})
		})
		if err == nil {
			t.Error("one line of a file was posted twice")
		}
		equal(t, "rows", s.counts(t), counts)
	})
}

// TestChain proves that ids are dense, instants never go back and every link holds, also the links' digests.
func TestChain(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var digests [3][32]byte
		for i, seconds := range []int{5, 3, 9} { // a clock that goes back
			s.write(t, func(tx *store.Tx) error {
				rows, err := post(tx, c, 0, 2, at(seconds).Add(999*time.Nanosecond))
				digests[i] = rows.Digest()
				return err
			})
		}
		s.write(t, func(tx *store.Tx) error {
			return tx.Audit(c, at(1), bank.AuditEvent{Action: "a.b"}, bank.AuditEvent{Action: "a.c"})
		})
		links := chainOf(t, s, c)
		var got []time.Time
		for _, l := range links {
			got = append(got, l.At)
		}
		equal(t, "instants", got, []time.Time{at(5), at(5), at(9), at(9)})
		equal(t, "last ids", links[3].LastID, bank.TransactionID(8))
		for i, d := range digests {
			equal(t, "digest", links[i].Digest, d)
		}
		behind := get(t, s, func(tx *store.Tx) ([]store.Link, error) {
			return gather(func(fn func(store.Link) error) error { return tx.EachLink(c, 3, fn) })
		})
		equal(t, "from the third on", behind, links[2:])
		events := get(t, s, func(tx *store.Tx) ([]bank.AuditEvent, error) { return tx.AuditEvents(c, 8, 8) })
		equal(t, "second event", events, []bank.AuditEvent{{Customer: c, ID: 8, At: at(9), Action: "a.c"}})
	})
}

// chainOf checks a customer's chain against its head and returns it.
func chainOf(t testing.TB, s *scene, c bank.CustomerID) []store.Link {
	t.Helper()
	links := get(t, s, func(tx *store.Tx) ([]store.Link, error) {
		return gather(func(fn func(store.Link) error) error { return tx.EachLink(c, 1, fn) })
	})
	want := store.Head{Customer: c, NextID: 1, NextLink: 1, LastAt: at(0)}
	for _, l := range links {
		if l.No != want.NextLink || l.FirstID != want.NextID || l.LastID < l.FirstID || l.At.Before(want.LastAt) {
			t.Errorf("link %+v does not follow %+v", l, want)
		}
		if l.Hash != l.HashAfter(want.LastHash, c) {
			t.Errorf("link %d does not bind the one before", l.No)
		}
		want.NextID, want.NextLink, want.LastAt, want.LastHash = l.LastID+1, l.No+1, l.At, l.Hash
	}
	equal(t, "head", get(t, s, func(tx *store.Tx) (store.Head, error) { return tx.ReadHead(c) }), want)
	return links
}

// TestAppendOnly proves that the engine itself refuses what nobody may do, also to a connection that is not the store's.
func TestAppendOnly(t *testing.T) {
	refused := []string{
		"UPDATE postings SET amount = amount + 1", "UPDATE postings SET to_no = 6 WHERE id = 1", "DELETE FROM postings", "DELETE FROM postings WHERE id = 2",
		"UPDATE links SET hash = digest", "DELETE FROM links WHERE no = 1", "UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events",
		"UPDATE declines SET reason = 'INSUFFICIENT_FUNDS'", "DELETE FROM declines",
		"UPDATE voids SET reason = 'WITHDRAWN'", "DELETE FROM voids",
		"DELETE FROM transactions", "DELETE FROM transactions WHERE id = 3",
		"UPDATE transactions SET status = 1 WHERE id = 1", "UPDATE transactions SET status = 3 WHERE id = 1", "UPDATE transactions SET status = 4 WHERE id = 1",
		"UPDATE transactions SET amount = -amount WHERE id = 1",
		// SQLite does not know the word, which is as good a refusal.
		"TRUNCATE TABLE postings", "TRUNCATE TABLE transactions", "TRUNCATE TABLE links", "TRUNCATE TABLE audit_events", "TRUNCATE TABLE declines",
		"TRUNCATE TABLE voids",
	}
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		before, counts := everything(t, s, c), s.counts(t)
		for _, statement := range refused {
			if _, err := s.rawExec(statement); err == nil {
				t.Errorf("%s was not refused", statement)
			}
		}
		equal(t, "rows", everything(t, s, c), before)
		equal(t, "counts", s.counts(t), counts)
		// Words may be erased; that is what the ledger keeps them apart for.
		for _, statement := range []string{"UPDATE details SET payer_name = '' WHERE line = 1", "DELETE FROM details WHERE line = 2"} {
			if n, err := s.rawExec(statement); err != nil || n == 0 {
				t.Errorf("%s changed %d rows: %v", statement, n, err)
			}
		}
	})
}

// TestStatusMovesForward walks every pair of statuses.
func TestStatusMovesForward(t *testing.T) {
	all := []bank.TransactionStatus{bank.StatusAuthorized, bank.StatusCleared, bank.StatusReversed, bank.StatusDeclined}
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		n := 0
		for _, from := range all {
			for _, to := range all {
				n++
				s.write(t, func(tx *store.Tx) error { return appendOne(tx, c, n, from) })
				_, err := s.rawExec("UPDATE transactions SET status = $1 WHERE customer_id = $2 AND id = $3", int64(to), int64(c), n)
				allowed := from == bank.StatusAuthorized && (to == bank.StatusCleared || to == bank.StatusReversed)
				if allowed != (err == nil) {
					t.Errorf("%s to %s: %v", from, to, err)
				}
			}
		}
		n++
		s.write(t, func(tx *store.Tx) error { return appendOne(tx, c, n, bank.StatusAuthorized) })
		for _, column := range []string{"amount", "balance_no", "type", "file_no", "line", "id"} {
			if _, err := s.rawExec("UPDATE transactions SET status = 2, "+column+" = "+column+" + 1 WHERE id = $1", n); err == nil {
				t.Errorf("%s changed with the status", column)
			}
		}
	})
}

// appendOne appends one transaction without a posting.
func appendOne(tx *store.Tx, c bank.CustomerID, n int, status bank.TransactionStatus) error {
	head, err := tx.LockHead(c)
	if err != nil {
		return err
	}
	if int(head.NextID) != n {
		return errors.New("ids are not dense")
	}
	head.Begin(at(n))
	head.NextID++
	row := bank.Transaction{ID: bank.TransactionID(n), Balance: 5, Type: bank.TypeTransferOut, Status: status, Amount: -5, At: head.LastAt}
	return tx.Append(head, row.ID, store.Rows{Transactions: []bank.Transaction{row}})
}
