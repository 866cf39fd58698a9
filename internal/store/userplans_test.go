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

// populated returns a customer with end users of whom few have each value that a filter asks for.
func populated(t *testing.T, db *store.DB) (customer bank.CustomerID) {
	t.Helper()
	ctx, at := context.Background(), time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	err := db.Write(ctx, func(tx *store.Tx) (err error) {
		if customer, err = tx.AddCustomer(bank.Customer{Name: "Demo Pay", Settings: bank.DefaultSettings(), CreatedAt: at}); err != nil {
			return err
		}
		var list []bank.User
		for i := range 12_000 {
			u := bank.User{Customer: customer, ID: bank.NewID(), ExternalID: fmt.Sprint(i), Type: bank.Person, FirstName: "Anna", LastName: fmt.Sprintf("Testowa%d", i),
				Email: fmt.Sprintf("p%d@example.com", i), Phone: fmt.Sprintf("+48 %09d", i), KYC: bank.KYCAccepted, Status: bank.UserActive, CreatedAt: at.Add(time.Duration(i) * time.Minute)}
			if i%1000 == 0 {
				u.Status, u.KYC, u.Type, u.CompanyName = bank.UserLocked, bank.KYCRejected, bank.Corporation, "Fikcja"
			}
			list = append(list, u)
		}
		return tx.AddUsers(customer, list)
	})
	if err == nil && db.EngineName() == "postgres" { // SQLite must find it without figures of its own
		err = db.Write(ctx, (*store.Tx).Analyze)
	}
	if err != nil {
		t.Fatal(err)
	}
	return customer
}

// manyUsers are the tables that grow with end users, by the names that plans give them.
var manyUsers = regexp.MustCompile(`\b(end_users|name_words|balances|ibans)\b`)

// TestUserPlans: whatever is asked for, end users are entered by a key that says more than the customer, or walked in the order
// of the list; none of the queries reads all of them.
func TestUserPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		customer := populated(t, db)
		day := time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)
		set := []func(*store.UserFilter){
			func(f *store.UserFilter) { f.Name = "fikcja" },
			func(f *store.UserFilter) { f.Name += " anna" },
			func(f *store.UserFilter) { f.Email = "p77" },
			func(f *store.UserFilter) { f.Phone = "77" },
			func(f *store.UserFilter) { f.Status = bank.UserLocked },
			func(f *store.UserFilter) { f.KYCIn = []string{"REJECTED", "PENDING"} },
			func(f *store.UserFilter) { f.From, f.To = day, day.AddDate(0, 0, 5) },
			func(f *store.UserFilter) { f.Newest = true },
		}
		seen := map[string]bool{}
		for bits := range 1 << len(set) {
			f := store.UserFilter{Limit: 51}
			for i, apply := range set {
				if bits>>i&1 == 1 {
					apply(&f)
				}
			}
			explainUsers(t, db, customer, f, seen)
		}
		if len(seen) < 50 {
			t.Errorf("only %d statements were seen", len(seen))
		}
	})
}

func explainUsers(t *testing.T, db *store.DB, customer bank.CustomerID, f store.UserFilter, seen map[string]bool) {
	t.Helper()
	var texts []string
	var args [][]any
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		tx.Trace(func(text string, list []any) { texts, args = append(texts, text), append(args, list) })
		_, err := tx.Users(customer, f)
		tx.Trace(nil)
		for i, text := range texts {
			if seen[text] {
				continue
			}
			seen[text] = true
			plan, explained := tx.Explain(text, args[i])
			if explained != nil {
				return fmt.Errorf("explain %s: %w", text, explained)
			}
			checkUserPlan(t, db.EngineName(), text, plan)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// walked are the indexes that are walked in the order of the list, from where a page begins to where it ends.
var walked = regexp.MustCompile(`end_users_(created|class)\b`)

func checkUserPlan(t *testing.T, engine, text string, plan []string) {
	t.Helper()
	for i, line := range plan {
		entry := line
		if engine == "postgres" && i+1 < len(plan) {
			entry += plan[i+1]
		}
		bad := strings.HasPrefix(line, "SCAN ") && manyUsers.MatchString(line) || strings.Contains(line, "Seq Scan on") ||
			engine == "sqlite" && strings.HasPrefix(line, "SEARCH") && manyUsers.MatchString(line) && !walked.MatchString(line) && !beyondCustomer.MatchString(line) ||
			engine == "postgres" && strings.Contains(line, "Index") && strings.Contains(line, "Scan") && !walked.MatchString(line) && !beyondCustomer.MatchString(entry)
		if bad {
			t.Errorf("%s\n%s\nbecause of %s", text, strings.Join(plan, "\n"), line)
		}
	}
}

// TestIndexUsers: the migration makes end users findable who were there before the index.
func TestIndexUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		customer := populated(t, db)
		if err := db.IndexUsersAnew(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, f := range []store.UserFilter{{Name: "fikcja anna"}, {Name: "fik", Status: bank.UserLocked}, {Email: "p7000@"}, {Phone: "000 000 000"}} {
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				list, err := tx.Users(customer, f)
				if len(list) == 0 {
					t.Errorf("%+v finds nobody", f)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestPagePlans: what pages ask beside their list is entered by a key that says more than the customer, on a store without
// figures of its own.
func TestPagePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		customer := populated(t, db)
		for name, ask := range map[string]func(*store.Tx) error{
			"special balances": func(tx *store.Tx) error { _, err := tx.SpecialBalances(customer); return err },
			"balances of one":  func(tx *store.Tx) error { _, err := tx.UserBalances(customer, bank.NewID()); return err },
			"balances by id":   func(tx *store.Tx) error { _, err := tx.BalancesByID(customer, []bank.ID{bank.NewID()}); return err },
			"IBANs":            func(tx *store.Tx) error { _, err := tx.BankAccountsOf(customer, 5, 6); return err },
			"blocks":           func(tx *store.Tx) error { _, err := tx.StandingBlocks(customer, []string{"a"}); return err },
			"holds":            func(tx *store.Tx) error { _, err := tx.OpenHolds(customer, 5); return err },
			"names":            func(tx *store.Tx) error { _, err := tx.UsersNamed(customer, "PLN", []string{"a"}, 5); return err },
			"pending":          func(tx *store.Tx) error { _, err := tx.PendingApprovals(customer); return err },
			"approvals of one": func(tx *store.Tx) error { _, err := tx.ApprovalsOf(customer, "a"); return err },
		} {
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				var texts []string
				var args [][]any
				tx.Trace(func(text string, list []any) { texts, args = append(texts, text), append(args, list) })
				err := ask(tx)
				tx.Trace(nil)
				for i, text := range texts {
					plan, explained := tx.Explain(text, args[i])
					if explained != nil {
						return explained
					}
					checkPagePlan(t, db.EngineName(), name, text, plan)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// partial are indexes that hold few rows of a customer.
var partial = regexp.MustCompile(`balances_special|approvals_open|items_open|blocks_standing`)

func checkPagePlan(t *testing.T, engine, name, text string, plan []string) {
	t.Helper()
	for _, line := range plan {
		enters := strings.HasPrefix(line, "SEARCH") || strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "json_each")
		if engine == "sqlite" && enters && !partial.MatchString(line) && !beyondCustomer.MatchString(line) || strings.Contains(line, "Seq Scan on") {
			t.Errorf("%s: %s\n%s\nbecause of %s", name, text, strings.Join(plan, "\n"), line)
		}
	}
}
