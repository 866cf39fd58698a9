package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/store"
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

// TestAnswersGrowOld: they are swept after thirty days, however many there are, and not before.
func TestAnswersGrowOld(t *testing.T) {
	t.Parallel()
	_, dsn, _ := demonstrated(t)
	p := &program{Globals: Globals{Store: dsn}, ctx: t.Context(), now: time.Now}
	err := p.with(func(r *rooms) error {
		old, young := make([]store.Answer, answersStep+1), []store.Answer{{Key: "young", At: p.now().Add(time.Hour - answersKept)}}
		for i := range old {
			old[i] = store.Answer{Key: fmt.Sprint("old-", i), At: p.now().Add(-answersKept - time.Hour)}
		}
		if err := r.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.AddAnswers(1, append(young, old...)); return err }); err != nil {
			return err
		}
		if _, err := r.sweep(t.Context()); err != nil {
			return err
		}
		return r.db.Read(t.Context(), func(tx *store.Tx) error {
			left, err := tx.Answers(1, []string{"young", "old-0", fmt.Sprint("old-", answersStep)})
			if len(left) != 1 || left[0].Key != "young" {
				t.Errorf("left: %+v", left)
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
