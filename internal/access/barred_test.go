package access_test

import (
	"testing"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestBarred: who brought something may ask, and neither approves nor carries it out, whoever asked.
func TestBarred(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, ada, bob := s.active("Example")
		s.invite2(c, bob, "eve@example.test", bank.Admin)
		eve := s.actor(c, "eve@example.test")
		eve.Permissions = bob.Permissions
		waiting := func(of bank.Actor) int64 {
			t.Helper()
			return must[int64](t)(s.service.ApprovalsWaiting(s.ctx, of))
		}
		byBob := execute("A")
		byBob.Barred, byBob.Content = bob.Name, bank.ApprovalContent("A")

		_, asked := s.require(ada, byBob)
		if asked.Barred != bob.Name || asked.Content != byBob.Content {
			t.Fatalf("%+v", asked)
		}
		if waiting(bob) != 0 || waiting(eve) != 1 {
			t.Error("it waits for the wrong people")
		}
		_, err := s.service.Decide(s.ctx, bob, c.ID, asked.ID, true, "")
		wantError(t, err, bank.ErrFourEyes, "about what you brought")
		must[bank.Approval](t)(s.service.Decide(s.ctx, eve, c.ID, asked.ID, true, ""))
		err = s.db.Write(s.ctx, func(tx *store.Tx) error {
			_, err := s.service.Require(s.ctx, tx, bob, byBob)
			return err
		})
		wantError(t, err, bank.ErrFourEyes, "somebody else carries it out")
		if ok, _ := s.require(eve, byBob); !ok {
			t.Error("who approved cannot carry it out")
		}

		_, asked = s.require(bob, byBob)
		must[bank.Approval](t)(s.service.Decide(s.ctx, ada, c.ID, asked.ID, true, ""))
		if ok, _ := s.require(eve, byBob); !ok {
			t.Error("who may do it cannot carry out what the uploader asked for")
		}
	})
}

// TestAnOldApprovalOfTheBarred: an approval of before anybody was barred, given by the one who is, does not count.
func TestAnOldApprovalOfTheBarred(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	old := execute("A")
	_, asked := s.require(ada, old)
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, asked.ID, true, ""))
	barred := old
	barred.Barred = bob.Name
	ok, next := s.require(ada, barred)
	if ok || next.ID == asked.ID {
		t.Error("the uploader's approval was used")
	}
	if void := must[bank.Approval](t)(s.service.Approval(s.ctx, ada, asked.ID)); void.Status != bank.ApprovalRejected {
		t.Errorf("the old one is %s", void.Status)
	}
}

// TestContent: what is kept can be read as what it is, and nothing else.
func TestContent(t *testing.T) {
	a := bank.Approval{Content: bank.ApprovalContent(access.OperatorContent{Email: adaMail, Role: bank.Manager, Reason: "a\nb"})}
	var c access.OperatorContent
	if !a.Read(&c) || c.Email != adaMail || c.Role != bank.Manager || c.Reason != "a\nb" {
		t.Errorf("%+v", c)
	}
	for _, text := range []string{"", "{", `{"version":2,"content":{}}`, `{"version":1,"content":7}`, "null"} {
		if (bank.Approval{Content: text}).Read(&c) {
			t.Errorf("%q was read", text)
		}
	}
}
