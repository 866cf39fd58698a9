package files_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// watched is a scene whose four eyes bind, with three ADMINs of the issuing institution.
type watched struct {
	*scene
	access        *access.Service
	ada, bob, eve bank.Actor
}

func eachWatched(t *testing.T, test func(*watched)) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		w := &watched{scene: s, access: access.New(s.db, clock)}
		s.files = files.New(files.Config{DB: s.db, Now: clock, Lease: 300 * time.Millisecond, Chunk: 7, Approve: w.access.Require})
		of := func(email string) bank.Actor {
			_, err := w.access.InviteOperator(ctx, s.actor, s.actor.Customer, email, bank.Admin, true)
			must(s.t, err)
			must(s.t, storetest.Come(s.db, s.actor.Customer, email))
			actor, err := w.access.Operator(ctx, s.actor.Customer, email)
			must(s.t, err)
			return actor
		}
		w.ada, w.bob, w.eve = of("ada@example.test"), of("bob@example.test"), of("eve@example.test")
		test(w)
	})
}

// bind lets four eyes bind from now on.
func (w *watched) bind() {
	w.t.Helper()
	must(w.t, w.db.Write(context.Background(), func(tx *store.Tx) error {
		c, err := tx.LockCustomer(w.actor.Customer)
		if err != nil {
			return err
		}
		c.Settings.FourEyes = true
		return tx.UpdateCustomer(c)
	}))
}

func (w *watched) approve(by bank.Actor, a *bank.Approval) error {
	_, err := w.access.Decide(context.Background(), by, by.Customer, a.ID, true, "")
	return err
}

// TestTheUploaderNeverExecutes: with four eyes the uploader asks, another approves and executes exactly this file; without them
// the uploader executes.
func TestTheUploaderNeverExecutes(t *testing.T) {
	eachWatched(t, func(w *watched) {
		ctx := context.Background()
		_, account := w.balance()
		alone := w.validated("alone.pli", line(outside, account, 1, "A"))
		_, pending, err := w.files.Execute(ctx, w.actor, alone.ID)
		if must(w.t, err); pending != nil {
			w.t.Fatal("without four eyes the uploader waits")
		}
		must(w.t, w.files.RunFile(ctx, "w", w.actor.Customer, alone.ID))
		w.bind()
		w.actor.Kind, w.actor.Name, w.actor.Permissions = bank.ActorOperator, w.ada.Name, w.ada.Permissions
		f := w.validated("day.pli", line(outside, account, 10, "B"))

		_, pending, err = w.files.Execute(ctx, w.ada, f.ID)
		must(w.t, err)
		var c files.ExecutionContent
		if pending == nil || pending.Barred != w.ada.Name || !pending.Read(&c) || c.Name != "day.pli" || c.UploadedBy != w.ada.Name || c.Totals.Records != 1 || c.Currency != "PLN" {
			w.t.Fatalf("%+v about %+v", pending, c)
		}
		if err := w.approve(w.ada, pending); !errors.Is(err, bank.ErrFourEyes) {
			w.t.Errorf("the uploader approves: %v", err)
		}
		must(w.t, w.approve(w.bob, pending))
		if _, _, err := w.files.Execute(ctx, w.ada, f.ID); !errors.Is(err, bank.ErrFourEyes) {
			w.t.Errorf("the uploader executes: %v", err)
		}
		if m, err := w.files.Summary(ctx, w.ada, f.ID, "en"); err != nil || m.Executable || !m.OwnUpload {
			w.t.Errorf("the uploader's summary: %+v, %v", m, err)
		}
		if m, err := w.files.Summary(ctx, w.bob, f.ID, "en"); err != nil || !m.Executable {
			w.t.Errorf("the approver's summary: %+v, %v", m, err)
		}
		if f, pending, err = w.files.Execute(ctx, w.bob, f.ID); err != nil || pending != nil || f.ExecutedBy != w.bob.Name {
			w.t.Errorf("who approved executes: %+v, %+v, %v", f, pending, err)
		}
		must(w.t, w.files.RunFile(ctx, "w", w.actor.Customer, f.ID))

		f = w.validated("next.pli", line(outside, account, 20, "C"))
		_, pending, err = w.files.Execute(ctx, w.bob, f.ID)
		must(w.t, err)
		if err := w.approve(w.ada, pending); !errors.Is(err, bank.ErrFourEyes) {
			w.t.Errorf("the uploader approves what another asked for: %v", err)
		}
		must(w.t, w.approve(w.eve, pending))
		if _, pending, err = w.files.Execute(ctx, w.bob, f.ID); err != nil || pending != nil {
			w.t.Errorf("who asked executes: %+v, %v", pending, err)
		}
	})
}

// TestSeveralAsOne: several items wait as one, are approved as one and decided in one transaction; what was approved is what
// happens, and nothing where one of them was decided meanwhile.
func TestSeveralAsOne(t *testing.T) {
	eachWatched(t, func(w *watched) {
		ctx := context.Background()
		far := checked("83111111117700999999999999")
		w.executed("some.pli", line(outside, far, 10, "A")+line(outside, far, 20, "B")+line(outside, far, 40, "C"))
		items := w.open()
		a, b, c := items["A"].ID, items["B"].ID, items["C"].ID
		w.bind()
		ask := func(ids ...bank.ID) (files.Bulk, *bank.Approval) {
			bulk := files.Bulk{Items: ids, Action: files.BulkOwnFunds, Reason: "ours"}
			list, pending, err := w.files.DecideAll(ctx, w.ada, bulk)
			must(w.t, err)
			if pending == nil || list[0].Status != bank.ItemOpen {
				w.t.Fatalf("decided without a second person: %+v", list)
			}
			return bulk, pending
		}
		_, first := ask(a, b)
		if _, again := ask(b, a); again.ID != first.ID {
			w.t.Error("the same items in another order wait twice")
		}
		if first.Summary != "assign 0.30 PLN of 2 items to own funds: ours" {
			w.t.Error(first.Summary)
		}
		var content files.DecisionContent
		if !first.Read(&content) || content.Sum() != 30 || len(content.Items) != 2 || !content.OwnFunds {
			w.t.Errorf("%+v", content)
		}
		bulk, ok := files.BulkOf(*first)
		if !ok || len(bulk.Items) != 2 || bulk.Action != files.BulkOwnFunds || bulk.Reason != "ours" {
			w.t.Fatalf("%+v", bulk)
		}
		_, second := ask(b, c)
		must(w.t, w.approve(w.bob, first))
		must(w.t, w.approve(w.bob, second))
		list, pending, err := w.files.DecideAll(ctx, w.bob, bulk)
		must(w.t, err)
		if pending != nil || len(list) != 2 || list[0].Resolution == 0 || list[1].Resolution == list[0].Resolution || list[0].Status != bank.ItemAssigned {
			w.t.Errorf("%+v waits for %+v", list, pending)
		}
		stale, _ := files.BulkOf(*second)
		if _, _, err := w.files.DecideAll(ctx, w.bob, stale); !errors.Is(err, bank.ErrConflict) {
			w.t.Errorf("one item is decided, yet: %v", err)
		}
		if left := w.open(); len(left) != 1 || left["C"].ID != c {
			w.t.Errorf("%+v are open", left)
		}
		w.proven()
	})
}
