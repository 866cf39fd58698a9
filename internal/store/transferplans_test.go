package store_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// ordering are the tables that grow with transfers, by the names that plans give them.
var ordering = regexp.MustCompile(`\b(t|w|transfers|transfer_words|transfer_steps|order_file_parts|order_file_steps|order_file_left)\b`)

// fewTransfers are indexes that hold only what is under way.
var fewTransfers = regexp.MustCompile(`transfers_(waiting|open|unanswered)`)

// TestTransferPlans: whatever is asked about transfers while files of the bank are executed and order files made, on balances
// and on pages, they are entered by a key that says more than the customer, or by an index of the few that are under way.
func TestTransferPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		customer := ordered(t, db)
		one, behind, day, payers := bank.NewID(), bank.NewID(), "2026-02-01", []bank.BalanceNo{3, 4}
		list := func(f store.TransferFilter) func(*store.Tx) error {
			f.Limit = 51
			return func(tx *store.Tx) error { _, err := tx.Transfers(customer, f); return err }
		}
		for name, ask := range map[string]func(*store.Tx) error{
			"steps":           func(tx *store.Tx) error { _, err := tx.TransferSteps(customer, one); return err },
			"of transactions": func(tx *store.Tx) error { _, err := tx.TransfersOf(customer, []bank.TransactionID{5, 6}); return err },
			"outstanding":     func(tx *store.Tx) error { _, err := tx.OutstandingTransfers(customer, payers); return err },
			"sum of a day":    func(tx *store.Tx) error { _, err := tx.TransferSum(customer, payers, day); return err },
			"waiting":         func(tx *store.Tx) error { _, err := tx.WaitingTransfers(customer, money.PLN, day, one, 50); return err },
			"filed":           func(tx *store.Tx) error { _, err := tx.FiledTransfers(customer, one, behind, 50); return err },
			"sum of a file":   func(tx *store.Tx) error { _, err := tx.FiledSum(customer, one); return err },
			"of balances":     list(store.TransferFilter{Payers: payers}),
			"of a payee":      list(store.TransferFilter{Payee: "PL39222222220000000012345678"}),
			"of a file":       list(store.TransferFilter{OrderFile: one}),
			"of an item":      list(store.TransferFilter{Item: one}),
			"sent":            list(store.TransferFilter{Statuses: []bank.TransferStatus{bank.TransferSent}, Payers: payers}),
		} {
			texts, plans := explained(t, db, ask)
			for i, plan := range plans {
				checkTransferPlan(t, db.EngineName(), name+": "+texts[i], plan)
			}
		}
	})
}

func checkTransferPlan(t *testing.T, engine, text string, plan []string) {
	t.Helper()
	for i, line := range plan {
		entry := line
		if engine == "postgres" && i+1 < len(plan) {
			entry += plan[i+1]
		}
		var enters bool
		switch engine {
		case "sqlite":
			name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(line, "SCAN "), "SEARCH "), " ")
			enters = ordering.MatchString(name)
		default:
			enters = strings.Contains(line, "Scan") && ordering.MatchString(strings.ReplaceAll(line, "_", " "))
		}
		if enters && (strings.Contains(line, "Seq Scan") || !fewTransfers.MatchString(line) && !beyondCustomer.MatchString(entry)) {
			t.Errorf("%s\n%s\nbecause of %s", text, strings.Join(plan, "\n"), line)
		}
	}
}

// ordered returns a customer with many transfers that are settled, and few under way.
func ordered(t *testing.T, db *store.DB) (customer bank.CustomerID) {
	t.Helper()
	ctx, at := context.Background(), time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	payee, err := iban.Parse("PL39222222220000000012345678")
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *store.Tx) (err error) {
		if customer, err = tx.AddCustomer(bank.Customer{Name: "Demo Pay", Settings: bank.DefaultSettings(), CreatedAt: at}); err != nil {
			return err
		}
		for i := range 5_000 {
			o := bank.Transfer{Customer: customer, ID: bank.NewID(), Status: bank.TransferSettled, Payer: bank.BalanceNo(3 + i%500), Amount: money.New(5, money.PLN),
				Payee: payee, PayeeName: "Anna", Title: "Rent", Transaction: bank.TransactionID(i + 1), OrderedBy: "ada", CreatedAt: at, UpdatedAt: at}
			if i%100 == 0 {
				o.Status = bank.TransferHeld
			}
			if err := tx.AddTransfer(o); err != nil {
				return err
			}
			if err := tx.AddTransferStep(customer, o.ID, bank.TransferStep{Status: o.Status, Actor: "ada", At: at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && db.EngineName() == "postgres" { // SQLite must find it without figures of its own
		err = db.Write(ctx, (*store.Tx).Analyze)
	}
	if err != nil {
		t.Fatal(err)
	}
	return customer
}
