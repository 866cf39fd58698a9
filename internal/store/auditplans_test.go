package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestAuditPlans: a filter by actor, object or action is entered by its own index and not by walking the whole trail, however
// rare what it looks for is.
func TestAuditPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, at := context.Background(), time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
		var customer bank.CustomerID
		err := db.Write(ctx, func(tx *store.Tx) (err error) {
			if customer, err = tx.AddCustomer(bank.Customer{Name: "Demo Pay", Settings: bank.DefaultSettings(), CreatedAt: at}); err != nil {
				return err
			}
			var list []bank.AuditEvent
			for i := range 3_000 {
				list = append(list, bank.AuditEvent{Actor: fmt.Sprintf("V-App-%d", i%3), Action: fmt.Sprintf("user.a%d", i%9), Object: fmt.Sprint(i)})
			}
			return tx.Audit(customer, at, list...)
		})
		if err == nil && db.EngineName() == "postgres" { // SQLite must find it without figures of its own
			err = db.Write(ctx, (*store.Tx).Analyze)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []store.AuditFilter{{Actor: "ada", Limit: 50}, {Object: "7", Limit: 50}, {Action: "user.a1", Limit: 50}, {Actor: "ada", Action: "role.", Limit: 50},
			{Object: "7", Before: 2_000, Limit: 50}, {Actor: "ada", After: 10, Limit: 50}} {
			err := db.Read(ctx, func(tx *store.Tx) error {
				var texts []string
				var args [][]any
				tx.Trace(func(text string, list []any) { texts, args = append(texts, text), append(args, list) })
				_, err := tx.AuditTrail(customer, f)
				tx.Trace(nil)
				for i, text := range texts {
					plan, explained := tx.Explain(text, args[i])
					if explained != nil {
						return explained
					}
					if !strings.Contains(text, "audit_events") {
						continue // the head, by its key
					}
					if told := strings.Join(plan, "\n"); !strings.Contains(told, "audit_events_") && !strings.Contains(text, "customer_id = $1 AND id ") {
						t.Errorf("%+v\n%s\n%s", f, text, told)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
