package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
)

// TestFoldingChangesNothingThatIsSeen: the deltas of the bank and technical balances go into their rows once, and what
// people read stays the same.
func TestFoldingChangesNothingThatIsSeen(t *testing.T) {
	t.Parallel()
	_, dsn, _ := demonstrated(t)
	p := &program{Globals: Globals{Store: dsn}, ctx: t.Context(), now: time.Now}
	err := p.with(func(r *rooms) error {
		actor := bank.System(1, "test")
		before, err := fundsOf(p, r, actor)
		if err != nil {
			return err
		}
		waiting, err := r.waitingDeltas(t.Context(), 1)
		if err != nil || len(waiting) == 0 {
			t.Fatalf("nothing waits to be folded (%v), so this test proves nothing", err)
		}
		for range 2 {
			if _, err := r.foldDeltas(t.Context()); err != nil {
				return err
			}
		}
		if waiting, err = r.waitingDeltas(t.Context(), 1); err != nil || len(waiting) > 0 {
			t.Errorf("balances %v still wait (%v)", waiting, err)
		}
		after, err := fundsOf(p, r, actor)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("folding changed the funds:\n%s", diff)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mustIMS(t, "verify", "--store", dsn)
}
