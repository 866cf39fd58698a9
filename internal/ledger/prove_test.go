package ledger_test

import (
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestGapsInIDs: the proof accepts the ids that a restore took away, and no other gap; what it found is kept.
func TestGapsInIDs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := newBooks(t, db, 1)
		audit := func(skip bank.TransactionID) {
			must(t, db.Write(t.Context(), func(tx *store.Tx) error {
				head, err := tx.LockHead(k.customer)
				if err != nil {
					return err
				}
				head.Begin(noon)
				e := bank.AuditEvent{Customer: k.customer, ID: head.NextID, At: head.LastAt, Actor: "a", Action: "b.c"}
				head.NextID += 1 + skip
				return tx.Append(head, e.ID, store.Rows{Audits: []bank.AuditEvent{e}})
			}))
		}
		audit(0)
		if _, _, err := db.Restored(t.Context(), "somebody", noon); err != nil {
			t.Fatal(err)
		}
		k.fund(t, 500)
		prove(t, db, k.customer, true)
		audit(1)
		prove(t, db, k.customer, false)
	})
}

func prove(t *testing.T, db *store.DB, customer bank.CustomerID, want bool) {
	t.Helper()
	began := noon.Add(time.Hour)
	proof, err := ledger.Prove(t.Context(), db, func() time.Time { return began })
	if err != nil || proof.OK != want {
		t.Errorf("the proof says %v (%v), want %v: %+v", proof.OK, err, want, proof.Checks)
	}
	must(t, db.Read(t.Context(), func(tx *store.Tx) error {
		kept, err := tx.Proofs(customer)
		if len(kept) != 1 || kept[0].Depth != store.ProofFull || kept[0].OK != want || !kept[0].At.Equal(began) || (kept[0].Violation == "") != want {
			t.Errorf("kept: %+v", kept)
		}
		return err
	}))
}

// TestLightProof: what the sums tell is found without walking the ledger, once for all processes in the time between.
func TestLightProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		k := newBooks(t, db, 2)
		k.fund(t, 500)
		clock := noon
		look := func(wantDone bool) error {
			t.Helper()
			done, err := ledger.ProveLightly(t.Context(), db, k.customer, func() time.Time { return clock }, clock.Add(-time.Minute))
			if done != wantDone {
				t.Errorf("done %v (%v), want %v", done, err, wantDone)
			}
			return err
		}
		must(t, look(true))
		must(t, look(false))
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			for _, b := range k.balances(t) {
				if b.Kind == bank.KindUser {
					b.Held += 1
					b.Booked += 7
					return tx.SetAmounts(k.customer, []bank.Balance{b})
				}
			}
			return nil
		}))
		clock = clock.Add(2 * time.Minute)
		if err := look(true); err == nil {
			t.Error("money from nothing was not found")
		}
		must(t, db.Read(t.Context(), func(tx *store.Tx) error {
			kept, err := tx.Proofs(k.customer)
			if len(kept) != 1 || kept[0].OK || !strings.Contains(kept[0].Violation, "add up to 7") {
				t.Errorf("kept: %+v", kept)
			}
			return err
		}))
	})
}
