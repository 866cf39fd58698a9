package access_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// One asks, another approves, it happens once.
func TestApprovalIsUsedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, ada, bob := s.active("Example")
		ok, pending := s.require(ada, execute("A"))
		if ok || pending.Status != bank.ApprovalPending || pending.RequestedBy != ada.Name {
			t.Fatalf("went on: %v, %+v", ok, pending)
		}
		wantError(t, access.Waiting(pending), bank.ErrFourEyes, pending.ID.String())
		if _, again := s.require(ada, execute("A")); again.ID != pending.ID {
			t.Error("asking again made a second approval")
		}
		got := must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, pending.ID, true, "checked the totals"))
		want := *pending
		want.Status, want.DecidedBy, want.DecidedAt, want.Reason = bank.ApprovalApproved, bob.Name, noon, "checked the totals"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if ok, _ := s.require(ada, execute("A")); !ok {
			t.Fatal("approved, yet refused")
		}
		used := s.approvals(c, bank.ApprovalUsed)
		if len(used) != 1 || used[0].ID != pending.ID || used[0].DecidedBy != bob.Name {
			t.Errorf("used approvals %+v", used)
		}
		if ok, next := s.require(ada, execute("A")); ok || next.ID == pending.ID {
			t.Error("one approval was used twice")
		}
		want2 := []string{"ada@example.test approval.requested", "bob@example.test approval.approved", "ada@example.test approval.requested"}
		if actions := s.actions(c); !cmp.Equal(want2, actions[len(actions)-3:]) {
			t.Errorf("audit trail %v", actions)
		}
	})
}

func TestWaitingForNothing(t *testing.T) {
	if err := access.Waiting(nil); err != nil {
		t.Error(err)
	}
}

// A door must find the approval in the error of any room that makes a change wait, and in no other error.
func TestWaitingForAnApproval(t *testing.T) {
	s := open(t)
	c, ada, _ := s.active("Example")
	err := s.customers.UpdateSettings(s.ctx, ada, c.ID, func(x *customers.Settings) error { x.FourEyes = false; return nil })
	pending := s.approvals(c, bank.ApprovalPending)[0]
	if id, ok := access.WaitingFor(err); !ok || id != pending.ID {
		t.Errorf("%v names the approval %s, %v", err, id, ok)
	}
	if id, ok := access.WaitingFor(fmt.Errorf("wrapped: %w", access.Waiting(&pending))); !ok || id != pending.ID {
		t.Errorf("an approval was made, and found is %s, %v", id, ok)
	}
	_, own := s.service.Decide(s.ctx, ada, c.ID, pending.ID, true, "")
	for _, other := range []error{nil, own, bank.ErrConflict, bank.ErrFourEyes} {
		if id, ok := access.WaitingFor(other); ok {
			t.Errorf("%v names the approval %s", other, id)
		}
	}
}

// A transaction that fails gives the approval back.
func TestApprovalOutlivesAFailedUse(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	_, pending := s.require(ada, execute("A"))
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, pending.ID, true, ""))
	err := s.db.Write(s.ctx, func(tx *store.Tx) error {
		if again, err := s.service.Require(s.ctx, tx, ada, execute("A")); err != nil || again != nil {
			t.Errorf("%v, %v", again, err)
		}
		return bank.ErrConflict
	})
	wantError(t, err, bank.ErrConflict, "")
	if ok, _ := s.require(ada, execute("A")); !ok {
		t.Error("the approval was lost with the transaction")
	}
}

func TestFourEyesBindOnlyWhenSet(t *testing.T) {
	s := open(t)
	setup := s.customer("Setup")
	s.invite(setup, "ada@example.test", bank.Admin, true)
	if ok, _ := s.require(s.actor(setup, "ada@example.test"), execute("A")); !ok {
		t.Error("four eyes bind in SETUP")
	}
	c, ada, bob := s.active("Example")
	off := func(x *customers.Settings) error { x.FourEyes = false; return nil }
	wantError(t, s.customers.UpdateSettings(s.ctx, ada, c.ID, off), bank.ErrFourEyes, "")
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, s.approvals(c, bank.ApprovalPending)[0].ID, true, ""))
	if err := s.customers.UpdateSettings(s.ctx, ada, c.ID, off); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.require(ada, execute("A")); !ok {
		t.Error("four eyes bind although switched off")
	}
	if n := len(s.approvals(c, bank.ApprovalPending)); n != 0 {
		t.Errorf("%d approvals wait", n)
	}
}

// What was seen is what happens: other content voids an approval, decided or not.
func TestChangedContentVoids(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	_, first := s.require(ada, execute("A"))
	ok, second := s.require(ada, execute("B"))
	if ok || second.ID == first.ID {
		t.Fatal("an approval of A stands for B")
	}
	_, err := s.service.Decide(s.ctx, bob, c.ID, first.ID, true, "")
	wantError(t, err, bank.ErrApprovalStale, first.ID.String())
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, second.ID, true, ""))
	if ok, _ := s.require(ada, execute("A")); ok {
		t.Fatal("an approval of B was used for A")
	}
	if ok, _ := s.require(ada, execute("B")); ok {
		t.Fatal("a void approval was used")
	}
	want := []bank.ApprovalStatus{bank.ApprovalRejected, bank.ApprovalRejected, bank.ApprovalRejected, bank.ApprovalPending}
	var got []bank.ApprovalStatus
	for _, a := range s.approvals(c, "") {
		got = append(got, a.Status)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	trail := strings.Join(s.actions(c), " ")
	if n := strings.Count(trail, "approval.voided"); n != 3 || !strings.HasSuffix(trail, " ada@example.test approval.voided ada@example.test approval.requested") {
		t.Errorf("the audit trail is %s", trail)
	}
}

func TestRejected(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	_, first := s.require(ada, execute("A"))
	_, err := s.service.Decide(s.ctx, bob, c.ID, first.ID, false, "")
	wantError(t, err, bank.ErrInvalid, "reason")
	got := must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, first.ID, false, "totals are wrong"))
	if got.Status != bank.ApprovalRejected {
		t.Errorf("status %s", got.Status)
	}
	ok, second := s.require(ada, execute("A"))
	if ok || second.ID == first.ID {
		t.Error("asking again after a rejection needs a new approval")
	}
}

func TestWhoMayDecide(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	other, _, stranger := s.active("Other")
	s.invite2(c, bob, "mia@example.test", bank.Manager)
	s.invite2(c, bob, "out@example.test", bank.Admin)
	mia, out := s.actor(c, "mia@example.test"), s.actor(c, "out@example.test")
	certificate := bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-Example-App", Permissions: bank.AllPermissions()}
	_, file := s.require(ada, execute("A"))
	_, item := s.require(ada, access.Request{Action: "items.assign", Object: "item 1", Digest: sha256.Sum256(nil), Summary: "x"})
	_, role := s.require(ada, access.Request{Action: "operators.invite", Object: "x", Digest: sha256.Sum256(nil), Summary: "x"})
	for _, bad := range []struct {
		name     string
		actor    bank.Actor
		customer bank.Customer
		approval *bank.Approval
		want     *bank.Error
		says     string
	}{
		{"the requester", ada, c, file, bank.ErrFourEyes, "requested by you"},
		{"a certificate", certificate, c, file, bank.ErrForbidden, "only an operator"},
		{"a worker", system(c), c, file, bank.ErrForbidden, "only an operator"},
		{"a MANAGER, of a file", mia, c, file, bank.ErrForbidden, "files:execute"},
		{"an outsider, of a file", out, c, file, bank.ErrForbidden, "files:execute"},
		{"an outsider, of an item", out, c, item, bank.ErrForbidden, "items:decide"},
		{"a MANAGER, of a role", mia, c, role, bank.ErrForbidden, "customer:write"},
		{"another customer's", stranger, c, file, bank.ErrForbidden, "does not act for"},
		{"of another customer", stranger, other, file, bank.ErrNotFound, ""},
	} {
		t.Run(bad.name, func(t *testing.T) {
			_, err := s.service.Decide(s.ctx, bad.actor, bad.customer.ID, bad.approval.ID, true, "")
			wantError(t, err, bad.want, bad.says)
		})
	}
	if n := len(s.approvals(c, bank.ApprovalPending)); n != 3 {
		t.Fatalf("%d approvals wait, want 3", n)
	}
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, file.ID, true, ""))
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, item.ID, true, ""))
	must[bank.Approval](t)(s.service.Decide(s.ctx, out, c.ID, role.ID, true, ""))
	_, err := s.service.Decide(s.ctx, out, c.ID, role.ID, true, "")
	wantError(t, err, bank.ErrConflict, "APPROVED already")
}

// Certificates and workers may ask; an operator then decides.
func TestCertificatesAndWorkersRequest(t *testing.T) {
	s := open(t)
	c, ada, _ := s.active("Example")
	certificate := bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-Example-App", Permissions: []bank.Permission{bank.PermFilesExecute}}
	for _, actor := range []bank.Actor{certificate, system(c)} {
		ok, pending := s.require(actor, execute("A"))
		if ok {
			t.Fatalf("%s went on alone", actor.Name)
		}
		must[bank.Approval](t)(s.service.Decide(s.ctx, ada, c.ID, pending.ID, true, ""))
		if ok, _ := s.require(actor, execute("A")); !ok {
			t.Errorf("%s was refused after the approval", actor.Name)
		}
	}
}

// Two approvers at once: one decision, and it stays.
func TestDecideRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, ada, bob := s.active("Example")
		s.invite2(c, bob, "cyd@example.test", bank.Admin)
		worker := system(c)
		for i := range 10 {
			r := access.Request{Action: "customers.settings", Object: fmt.Sprint(i), Digest: sha256.Sum256(nil), Summary: "x"}
			_, pending := s.require(worker, r)
			deciders := []bank.Actor{ada, bob, s.actor(c, "cyd@example.test")}
			var decided atomic.Int32
			var winner atomic.Value
			var group sync.WaitGroup
			for n, actor := range deciders {
				group.Go(func() {
					a, err := s.service.Decide(s.ctx, actor, c.ID, pending.ID, n%2 == 0, "because")
					if err == nil {
						decided.Add(1)
						winner.Store(a)
					} else if e, ok := bank.AsError(err); !ok || e.Code != bank.ErrConflict.Code {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if decided.Load() != 1 {
				t.Fatalf("%d decisions", decided.Load())
			}
			stored := s.approvals(c, "")
			if diff := cmp.Diff(winner.Load(), any(stored[len(stored)-1])); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// Two executions race for one approval, and two requests for one place.
func TestRequireRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, ada, bob := s.active("Example")
		for i := range 5 {
			r := access.Request{Action: access.ActionExecuteFile, Object: fmt.Sprint(i), Digest: sha256.Sum256(nil), Summary: "x"}
			went := func() int32 {
				var n atomic.Int32
				var group sync.WaitGroup
				for range 4 {
					group.Go(func() {
						if ok, _ := s.require(ada, r); ok {
							n.Add(1)
						}
					})
				}
				group.Wait()
				return n.Load()
			}
			if n := went(); n != 0 {
				t.Fatalf("%d went on without an approval", n)
			}
			waiting := s.approvals(c, bank.ApprovalPending)
			last := waiting[len(waiting)-1]
			if len(waiting) != i+1 || last.Object != r.Object {
				t.Fatalf("%d approvals wait, want %d", len(waiting), i+1)
			}
			must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, last.ID, true, ""))
			if n := went(); n != 1 {
				t.Fatalf("%d went on with one approval", n)
			}
		}
	})
}

func TestApprovalsShowWhatConcernsTheActor(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	other, _, stranger := s.active("Other")
	s.invite2(c, bob, "mia@example.test", bank.Manager)
	mia := s.actor(c, "mia@example.test")
	var want []string
	for i := range 5 {
		r := execute("A")
		r.Object = fmt.Sprint(i)
		actor := ada
		if i%2 == 1 {
			actor = mia
		}
		_, a := s.require(actor, r)
		want = append(want, a.Object)
	}
	ids := func(actor bank.Actor, after bank.ID, limit int) (objects []string, last bank.ID) {
		t.Helper()
		list := must[[]bank.Approval](t)(s.service.Approvals(s.ctx, actor, c.ID, access.ApprovalFilter{Status: bank.ApprovalPending, After: after, Limit: limit}))
		for _, a := range list {
			objects, last = append(objects, a.Object), a.ID
		}
		return objects, last
	}
	if got, _ := ids(bob, bank.ID{}, 0); !cmp.Equal(want, got) {
		t.Errorf("bob sees %v", got)
	}
	if got, _ := ids(mia, bank.ID{}, 0); !cmp.Equal([]string{"1", "3"}, got) {
		t.Errorf("mia sees %v", got)
	}
	first, after := ids(bob, bank.ID{}, 3)
	rest, _ := ids(bob, after, 3)
	if diff := cmp.Diff(want, append(first, rest...), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	_, err := s.service.Approvals(s.ctx, stranger, c.ID, access.ApprovalFilter{})
	wantError(t, err, bank.ErrForbidden, "")
	if n := len(s.approvals(other, "")); n != 0 {
		t.Errorf("the other customer sees %d approvals", n)
	}
}

func TestSummariesAreShown(t *testing.T) {
	s := open(t)
	_, ada, _ := s.active("Example")
	for _, bad := range []string{"a\x1b[2Jb", "\xff", strings.Repeat("x", 501)} {
		r := execute("A")
		r.Summary = bad
		err := s.db.Write(s.ctx, func(tx *store.Tx) error { _, err := s.service.Require(s.ctx, tx, ada, r); return err })
		wantError(t, err, bank.ErrInvalid, "summary")
	}
}
