package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestLatePlans: whatever statements, erasure and retention ask of a balance, transactions are entered by a key that says more
// than the customer, and those that were cleared late by the index that has only them.
func TestLatePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		customer := grown(t, db)
		late(t, db, customer)
		user, own := bank.Balance{Customer: customer, No: 1, Kind: bank.KindUser}, bank.Balance{Customer: customer, No: 1, Kind: bank.KindTechnical}
		for name, ask := range map[string]func(tx *store.Tx) error{
			"booked before":       func(tx *store.Tx) error { _, err := tx.BookedBefore(user, 8_000); return err },
			"booked before, sum":  func(tx *store.Tx) error { _, err := tx.BookedBefore(own, 8_000); return err },
			"sums":                func(tx *store.Tx) error { _, _, err := tx.PostedSums(customer, 1, 4_000, 9_500); return err },
			"lines":               func(tx *store.Tx) error { _, err := tx.Posted(customer, 1, 4_000, 9_500, 100); return err },
			"last moved":          func(tx *store.Tx) error { _, err := tx.LastTransactionAt(customer, 7); return err },
			"first of an instant": func(tx *store.Tx) error { _, err := tx.FirstIDSince(customer, time.Now(), 9_000); return err },
		} {
			texts, plans := explained(t, db, ask)
			for i, plan := range plans {
				checkPlan(t, db.EngineName(), texts[i], plan)
				if strings.Contains(texts[i], "posting_id > id") && !strings.Contains(strings.Join(plan, "\n"), "transactions_late") {
					t.Errorf("%s: %s\n%s\ndoes not go by transactions_late", name, texts[i], strings.Join(plan, "\n"))
				}
			}
		}
	})
}

// explained returns the statements that a question asks, and how each is carried out.
func explained(t *testing.T, db *store.DB, ask func(tx *store.Tx) error) (texts []string, plans [][]string) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		var arguments [][]any
		texts, plans = nil, nil
		tx.Trace(func(text string, args []any) { texts, arguments = append(texts, text), append(arguments, args) })
		err := ask(tx)
		tx.Trace(nil)
		for i, text := range texts {
			plan, failed := tx.Explain(text, arguments[i])
			if failed != nil {
				return failed
			}
			plans = append(plans, plan)
		}
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d statements, %v", len(texts), err)
	}
	return texts, plans
}

// late clears some transactions of balance 1 long after they were authorised.
func late(t *testing.T, db *store.DB, customer bank.CustomerID) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		head, err := tx.LockHead(customer)
		if err != nil {
			return err
		}
		head.Begin(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		first, rows := head.NextID, store.Rows{}
		for i := range bank.TransactionID(40) {
			waits, p := first+i, bank.Posting{ID: first + 40 + i, From: 1, To: 8, Amount: 3, Cause: bank.CauseOutgoing, BookingDate: "2026-03-01",
				ValueDate: "2026-03-01", PostedAt: head.LastAt, Origin: bank.Origin{Line: int64(first + 40 + i)}}
			rows.Transactions = append(rows.Transactions, bank.Transaction{ID: waits, Balance: 1, Type: bank.TypeTransferOut,
				Status: bank.StatusAuthorized, Amount: -3, At: head.LastAt, Origin: bank.Origin{Line: int64(waits)}})
			rows.Postings = append(rows.Postings, store.PostingRow{Posting: p})
			rows.Clearings = append(rows.Clearings, store.Clearing{Transaction: waits, Balance: 1, Amount: -3, Posting: p.ID})
		}
		head.NextID += 80
		return tx.Append(head, first, rows)
	})
	if err == nil {
		err = db.Write(context.Background(), (*store.Tx).Analyze)
	}
	if err != nil {
		t.Fatal(err)
	}
}
