package serverapi

import (
	"context"
	"fmt"
	"testing"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// set changes the customer's settings.
func (c *customer) set(change func(*customers.Settings)) {
	c.t.Helper()
	err := c.customers.UpdateSettings(context.Background(), bank.System(c.ID, "test"), c.ID, func(s *customers.Settings) error { change(s); return nil })
	if err != nil {
		c.t.Fatal(err)
	}
}

// arrives lets a transfer arrive and returns the only outcome.
func (c *caller) arrives(key, number string, amount int64) string {
	c.t.Helper()
	var done SimulatedTransfers
	c.do("POST", "/secure/sandbox/incoming-transfers", simulation(amount, number), "Idempotency-Key", key).ok(201, &done)
	for name := range done.Outcomes {
		if name != "POSTINGS" {
			return name
		}
	}
	return done.Status
}

// TestWholeLifeOfAnIBAN walks through it as a customer's program does: waiting for KYC, open, blocked, open again, closed,
// replaced; with a transfer in each state.
func TestWholeLifeOfAnIBAN(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := sceneOn(t, db).example()
		c.set(func(s *customers.Settings) { s.KYCGate = true })
		api := c.caller("V-Example-App", bank.CertificatePermissions()...)
		b := api.balance()
		if b.IBAN != "" || b.NoIBANReason != "no IBAN before the end user's kycStatus is ACCEPTED" {
			t.Fatalf("%+v", b)
		}
		api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).refused(bank.ErrKYCNotAccepted)
		api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"kycStatus": "ACCEPTED"}).ok(200, nil)
		read := func() Balance {
			var now Balance // what is left out of an answer must not stay
			api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &now)
			return now
		}
		if b = read(); b.IBAN == "" || b.NoIBANReason != "" {
			t.Fatalf("accepted: %+v", b)
		}
		first := b.IBAN
		expect := func(key, number, outcome string, available int64) {
			t.Helper()
			if got := api.arrives(key, number, 10_000); got != outcome {
				t.Errorf("%s: %s, want %s", key, got, outcome)
			}
			if got := read().Available.Amount; got != available {
				t.Errorf("%s: available %d, want %d", key, got, available)
			}
		}
		expect("open", first, "CREDITED", 10_000)
		var block Block
		api.do("POST", "/secure/bank-accounts/"+first+"/blocks", map[string]any{"kind": "FRAUD", "direction": "BOTH"}).ok(201, &block)
		expect("blocked", first, "CREDITED_FROZEN", 10_000)
		api.do("DELETE", "/secure/bank-accounts/"+first+"/blocks/"+block.ID, nil)
		expect("lifted", first, "CREDITED", 30_000)
		api.do("DELETE", "/secure/bank-accounts/"+first, nil).refused(bank.ErrBalanceNotEmpty)
		api.do("POST", "/secure/balances/"+b.ID+"/debit", map[string]any{"amount": Money{Amount: 30_000, Currency: "PLN"}}, "Idempotency-Key", "empty").ok(201, nil)
		api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"kycStatus": "REJECTED"}).ok(200, nil)
		expect("rejected-later", first, "CREDITED", 10_000)
		api.do("POST", "/secure/balances/"+b.ID+"/debit", map[string]any{"amount": Money{Amount: 10_000, Currency: "PLN"}}, "Idempotency-Key", "empty-again").ok(201, nil)
		api.do("DELETE", "/secure/bank-accounts/"+first, nil).ok(200, nil)
		expect("closed", first, "TECHNICAL", 0)
		api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).refused(bank.ErrKYCNotAccepted)
		api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"kycStatus": "ACCEPTED"}).ok(200, nil)
		if b = read(); b.IBAN != "" || b.NoIBANReason == "" {
			t.Errorf("acceptance replaced a closed IBAN: %+v", b)
		}
		var next BankAccount
		api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).ok(201, &next)
		if next.IBAN == first {
			t.Error("a closed IBAN was issued again")
		}
		expect("replaced", next.IBAN, "CREDITED", 10_000)
		expect("the-old-one", first, "TECHNICAL", 10_000)
	})
}

// TestModesOfIssuing: where it is not automatic nothing is issued by itself, not even by accepting the end user.
func TestModesOfIssuing(t *testing.T) {
	c := newScene(t).example()
	api := c.caller("V-Example-App", bank.CertificatePermissions()...)
	for i, mode := range []bank.IBANMode{bank.IssueByAPI, bank.IssueFromPanel} {
		c.set(func(s *customers.Settings) { s.IBANMode, s.KYCGate = mode, true })
		b := api.balance()
		api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).refused(bank.ErrKYCNotAccepted)
		api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"kycStatus": "ACCEPTED"}).ok(200, nil)
		var list BankAccountList
		api.do("GET", "/secure/bank-accounts?balanceId="+b.ID, nil).ok(200, &list)
		if len(list.Items) != 0 {
			t.Errorf("%s: issued %+v", mode, list.Items)
		}
		var a BankAccount
		api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).ok(201, &a)
		if got := api.arrives(fmt.Sprint("mode-", i), a.IBAN, 500); got != "CREDITED" {
			t.Errorf("%s: %s", mode, got)
		}
	}
}
