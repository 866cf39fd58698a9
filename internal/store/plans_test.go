package store_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// The tables that grow with transactions, by the names that queries give them.
var growing = regexp.MustCompile(`\b(t|p|d|n|i|transactions|postings|details|declines|items|history_grams|history_columns|history_blocks)\b`)

// panelFilters are all combinations of what the panel and the APIs offer. Those without words, which decide how rows and
// blocks are found, come for many balances, for one with many transactions and for one with few, and in three places: from
// the index towards the past, from what is not in the index yet, and catching up. Others take turns in that.
func panelFilters() []store.HistoryFilter {
	set := []func(*store.HistoryFilter){
		func(f *store.HistoryFilter) { f.Statuses = []bank.TransactionStatus{bank.StatusReversed} },
		func(f *store.HistoryFilter) { f.Types = []bank.TransactionType{bank.TypeReversal} },
		func(f *store.HistoryFilter) { f.From, f.To = "2026-01-01", "2026-03-31" },
		func(f *store.HistoryFilter) { f.MinAmount, f.MaxAmount = 5, 1_000 },
		func(f *store.HistoryFilter) { f.File = 1 },
		func(f *store.HistoryFilter) { f.Counterparty = "nowak" },
		func(f *store.HistoryFilter) { f.Title = "invoice" },
		func(f *store.HistoryFilter) { f.Reference = "ref-1" },
	}
	const valuesOnly = 1 << 5
	var all []store.HistoryFilter
	for bits := range 1 << len(set) {
		f := store.HistoryFilter{Limit: 1}
		for i, apply := range set {
			if bits>>i&1 == 1 {
				apply(&f)
			}
		}
		const turns = 9
		for turn := range turns {
			if bits >= valuesOnly && turn != bits%turns {
				continue
			}
			f := f
			f.BalanceNos = [][]bank.BalanceNo{nil, {1, 7}, {7}}[turn%3] // 1 has many transactions, 7 has few
			switch turn / 3 {
			case 0:
				f.Before = 8_000
			case 1:
				f.Ascending = true
			}
			all = append(all, f)
		}
	}
	return all
}

// TestHistoryPlans: whatever is asked for, each table that grows with transactions is entered by a key that says more than
// the customer.
func TestHistoryPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		customer := grown(t, db)
		seen, statements := map[string]bool{}, 0
		for _, f := range panelFilters() {
			type statement struct {
				text string
				args []any
			}
			var asked []statement
			err := db.Read(ctx, func(tx *store.Tx) error {
				tx.Trace(func(text string, args []any) {
					if !seen[text] {
						seen[text] = true
						asked = append(asked, statement{text, args})
					}
				})
				_, err := tx.History(customer, f)
				tx.Trace(nil)
				for _, s := range asked {
					plan, explained := tx.Explain(s.text, s.args)
					if explained != nil {
						return fmt.Errorf("explain %s: %w", s.text, explained)
					}
					statements++
					checkPlan(t, db.EngineName(), s.text, plan)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if statements < 100 {
			t.Errorf("only %d statements were seen", statements)
		}
	})
}

// grown returns a customer with two blocks of ids in the index and some ids behind it.
func grown(t *testing.T, db *store.DB) (customer bank.CustomerID) {
	t.Helper()
	ctx, at := context.Background(), time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	err := db.Write(ctx, func(tx *store.Tx) (err error) {
		if customer, err = tx.AddCustomer(bank.Customer{Name: "Demo Pay", Settings: bank.DefaultSettings(), CreatedAt: at}); err != nil {
			return err
		}
		head, err := tx.LockHead(customer)
		if err != nil {
			return err
		}
		head.Begin(at)
		var rows planned
		for id := bank.TransactionID(1); id < 9_000; id += 3 {
			rows.add(id, at, id%6 == 1)
		}
		head.NextID = 9_000
		return tx.Append(head, 1, rows.Rows)
	})
	for no := range int64(2) {
		if err == nil {
			err = db.Write(ctx, func(tx *store.Tx) error { return index(tx, customer, no) })
		}
	}
	if err == nil {
		err = db.Write(ctx, (*store.Tx).Analyze)
	}
	if err != nil {
		t.Fatal(err)
	}
	return customer
}

// planned are rows of which half fit every filter and half none.
type planned struct{ store.Rows }

func (r *planned) add(id bank.TransactionID, at time.Time, fits bool) {
	t := bank.Transaction{ID: id, Balance: 1, Type: bank.TypeReversal, Status: bank.StatusReversed, Amount: 10, Posting: id, At: at,
		Origin: bank.Origin{File: 1, Line: int64(id)}}
	d := bank.Details{Origin: t.Origin, Title: "invoice", PayerName: "Nowak", Reference: "ref-1"}
	booking := "2026-02-01"
	if !fits {
		t.Type, t.Status, t.Amount, t.Origin.File, booking = bank.TypeTransferIn, bank.StatusCleared, 5_000, 2, "2025-12-01"
		d = bank.Details{Origin: t.Origin, Title: "gift"}
	}
	if id%300 == 1 {
		t.Balance = 7
	}
	r.Transactions, r.Details = append(r.Transactions, t), append(r.Details, d)
	r.Postings = append(r.Postings, store.PostingRow{Posting: bank.Posting{ID: id, From: 8, To: t.Balance, Amount: 1, Cause: bank.CauseIncoming,
		BookingDate: booking, ValueDate: booking, PostedAt: at, Origin: t.Origin}})
}

func index(tx *store.Tx, customer bank.CustomerID, no int64) error {
	at := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	if _, _, err := tx.LeaseHistory(customer, "test", at, at.Add(time.Minute)); err != nil {
		return err
	}
	b, err := tx.ReadHistoryBlock(customer, no)
	if err != nil {
		return err
	}
	return tx.AddHistoryBlock(customer, "test", b)
}

var beyondCustomer = regexp.MustCompile(`customer_id( =|=)[^)]*\)? AND `)

// checkPlan refuses scans, and searches by the customer alone.
func checkPlan(t *testing.T, engine, text string, plan []string) {
	t.Helper()
	bad := func(line string) { t.Errorf("%s\n%s\nbecause of %s", text, strings.Join(plan, "\n"), line) }
	for i, line := range plan {
		switch {
		case engine == "sqlite":
			name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(line, "SCAN "), "SEARCH "), " ")
			if growing.MatchString(name) && (strings.HasPrefix(line, "SCAN") || !beyondCustomer.MatchString(line)) {
				bad(line)
			}
		case strings.Contains(line, "Seq Scan on"):
			if growing.MatchString(line) {
				bad(line)
			}
		case strings.Contains(line, "Index Scan") || strings.Contains(line, "Index Only Scan") || strings.Contains(line, "Bitmap Index Scan"):
			if growing.MatchString(strings.ReplaceAll(line, "_", " ")) && (i+1 == len(plan) || !beyondCustomer.MatchString(plan[i+1])) {
				bad(line)
			}
		}
	}
}
