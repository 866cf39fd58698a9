package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestApprovalKeepsThePassword: a second person is bound to the exact password, and nobody who reads the digest can try out
// which one it is: it is no hash of what is set, and another customer with the same setting has another.
func TestApprovalKeepsThePassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		x := newScene(t, db)
		var asked store.ApprovalRequest
		var asker bank.CustomerID
		x.s.Approve = func(_ context.Context, _ *store.Tx, by bank.Actor, r store.ApprovalRequest) (*bank.Approval, error) {
			asked, asker = r, by.Customer
			return &bank.Approval{}, nil
		}
		setting := Setting{URL: "https://events.example/in", Authentication: bank.EndpointBasic, Username: "ims", Password: "summer26", Active: true}
		digest := func(actor bank.Actor, n Setting) [32]byte {
			t.Helper()
			if _, _, pending, err := x.s.Set(context.Background(), actor, n); err != nil || pending == nil {
				t.Fatalf("%v, %v", pending, err)
			}
			return asked.Digest
		}
		first := digest(x.actor, setting)
		if digest(x.actor, setting) != first {
			t.Error("the same setting has another digest: nobody could ever approve it")
		}
		if digest(bank.System(x.customer(), "test"), setting) == first {
			t.Error("another customer's digest tells who has the same password")
		}
		content, err := json.Marshal(setting)
		if err != nil {
			t.Fatal(err)
		}
		if first == sha256.Sum256(content) {
			t.Error("the digest is a hash of what is set: whoever reads it can try out passwords")
		}
		if strings.Contains(asked.Content, setting.Password) || !strings.Contains(asked.Content, setting.Username) {
			t.Error("the content tells the password, or not what is set: " + asked.Content)
		}
		again := bank.Approval{Customer: x.actor.Customer, Action: asked.Action, Content: asked.Content}
		if _, ok := x.s.Approved(again); ok {
			t.Error("another customer's content was opened")
		}
		again.Customer = asker
		if got, ok := x.s.Approved(again); !ok || got != setting {
			t.Errorf("approved was %+v", got)
		}
		setting.Password = "winter27"
		if digest(x.actor, setting) == first {
			t.Error("another password has the same digest: it could be swapped behind an approval")
		}
	})
}
