package customers_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

var foreignBank = bank.Dialect{Encoding: "IBM852", TwoHundreds: bank.StatementPKO, MaxAgeDays: 30}

// TestUpdateMasterAccount: what changed is what is read back and what the audit trail shows, before and after.
func TestUpdateMasterAccount(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	changed, err := s.service.UpdateMasterAccount(s.ctx, system(c), m.ID, func(f *customers.Feed) error {
		f.Name, f.Acceptance, f.Dialect = " Main ", bank.ByRecord, foreignBank
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Name, m.Acceptance, m.Dialect = "Main", bank.ByRecord, foreignBank
	stored := must[[]bank.MasterAccount](t)(s.service.MasterAccounts(s.ctx, c.ID))
	if diff := cmp.Diff([]bank.MasterAccount{m}, stored); diff != "" || cmp.Diff(m, changed) != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	event := s.lastAudit(c)
	if event.Action != "master-account.changed" || event.Object != m.ID.String() || !strings.Contains(event.Before, `"STRICT"`) ||
		!strings.Contains(event.Before, `"dialect":{}`) || !strings.Contains(event.After, `"twoHundreds":"STATEMENT_PKO"`) {
		t.Errorf("audit event %+v", event)
	}
}

func TestUpdateMasterAccountRefuses(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	before, stop := len(s.audits(c)), errors.New("stop")
	for name, refused := range map[string]struct {
		id     bank.ID
		mutate func(*customers.Feed) error
		want   error
	}{
		"its own error":      {m.ID, func(*customers.Feed) error { return stop }, stop},
		"an account of none": {bank.NewID(), func(*customers.Feed) error { return nil }, bank.ErrNotFound},
		"acceptance":         {m.ID, func(f *customers.Feed) error { f.Acceptance = "SOMETIMES"; return nil }, bank.ErrInvalid},
		"orders":             {m.ID, func(f *customers.Feed) error { f.Dialect.TwoHundreds = "ORDERS"; return nil }, bank.ErrInvalid},
		"name":               {m.ID, func(f *customers.Feed) error { f.Name = "a\x00b"; return nil }, bank.ErrInvalid},
		"nothing":            {m.ID, func(*customers.Feed) error { return nil }, nil},
	} {
		if _, err := s.service.UpdateMasterAccount(s.ctx, system(c), refused.id, refused.mutate); !errors.Is(err, refused.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := s.service.AddMasterAccount(s.ctx, system(c), customers.NewMasterAccount{IBAN: "PL12345678", Currency: money.PLN, Dialect: bank.Dialect{Encoding: "?"}})
	wantError(t, err, bank.ErrInvalid, "encoding")
	if after := len(s.audits(c)); after != before {
		t.Errorf("%d audit events were added", after-before)
	}
}

// The dialect decides what becomes money, so it takes two people, and what was approved is what happens.
func TestDialectWaitsForASecondPerson(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	m := s.master(c, master, money.PLN)
	ada, bob := s.active(c)
	set := func(d bank.Dialect) error {
		_, err := s.service.UpdateMasterAccount(s.ctx, ada, m.ID, func(f *customers.Feed) error { f.Dialect = d; return nil })
		return err
	}
	wantError(t, set(foreignBank), bank.ErrFourEyes, "approval")
	if n := s.approveAll(bob); n != 1 {
		t.Fatalf("%d approvals waited, want 1", n)
	}
	wantError(t, set(bank.Dialect{Encoding: "UTF-8"}), bank.ErrFourEyes, "approval") // the approval was of the other change
	s.approveAll(bob)
	if err := set(bank.Dialect{Encoding: "UTF-8"}); err != nil {
		t.Fatal(err)
	}
	if got := must[[]bank.MasterAccount](t)(s.service.MasterAccounts(s.ctx, c.ID)); got[0].Dialect.Encoding != "UTF-8" {
		t.Errorf("dialect %+v", got[0].Dialect)
	}
}
