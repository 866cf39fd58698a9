package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestProver proves in the background, and remembers also what it found wrong.
func TestProver(t *testing.T) {
	storetest.EachSite(t, func(t *testing.T, site storetest.Site) {
		db := site.Open(t)
		ctx, at := t.Context(), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		var customer bank.CustomerID
		err := db.Write(ctx, func(tx *store.Tx) (err error) {
			customer, err = tx.AddCustomer(bank.Customer{Name: "Example Pay", Settings: bank.DefaultSettings(), CreatedAt: at})
			if err != nil {
				return err
			}
			return tx.Audit(customer, at, bank.AuditEvent{Actor: "ada", Origin: "192.0.2.1", Action: "a.b", Object: "x"})
		})
		if err != nil {
			t.Fatal(err)
		}
		prover := ledger.NewProver(context.Background(), db, func() time.Time { return at })
		auditor := bank.Actor{Customer: customer, Kind: bank.ActorOperator, Name: "ada", Permissions: []bank.Permission{bank.PermAuditRead}}
		prove := func() store.ProofResult {
			t.Helper()
			if err := prover.Prove(ctx, auditor); err != nil {
				t.Fatal(err)
			}
			prover.Wait()
			proofs, err := prover.Proofs(ctx, auditor)
			if err != nil || !proofs.Since.IsZero() {
				t.Fatal(err, proofs.Since)
			}
			return proofs.Full
		}
		if p := prove(); !p.OK || !p.At.Equal(at) {
			t.Errorf("a good ledger: %+v", p)
		}
		raw := site.Raw(t)
		for _, statement := range unguarded[db.EngineName()] {
			if _, err := raw.ExecContext(ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := raw.ExecContext(ctx, "UPDATE audit_events SET origin = '203.0.113.9'"); err != nil {
			t.Fatal(err)
		}
		if p := prove(); p.OK || p.Violation == "" {
			t.Errorf("an origin that was changed: %+v", p)
		}
		stranger := auditor
		stranger.Permissions = nil
		if err := prover.Prove(ctx, stranger); !errors.Is(err, bank.ErrForbidden) {
			t.Errorf("without the permission: %v", err)
		}
		if _, err := prover.Proofs(ctx, stranger); !errors.Is(err, bank.ErrForbidden) {
			t.Errorf("without the permission: %v", err)
		}
	})
}

// unguarded takes away what keeps the trail from being changed, as whoever owns the store could.
var unguarded = map[string][]string{
	"sqlite":   {"DROP TRIGGER audit_no_update"},
	"postgres": {"DROP TRIGGER audit_append_only ON audit_events"},
}
