package serverapi

import (
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func simulation(amount int64, number string) Simulation {
	return Simulation{Amount: Money{Amount: amount, Currency: "PLN"}, IBAN: number, PayerName: "EWA ATRAPA", Title: "Zwrot", NumberOfTransfers: 1}
}

// TestIncomingTransfers: one call, and the money is on the balance; the history tells who sent it.
func TestIncomingTransfers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := sceneOn(t, db).example()
		by := c.caller("V-Example-App", bank.CertificatePermissions()...)
		b := by.balance()
		ask := simulation(12345, b.IBAN)
		ask.NumberOfTransfers = 3
		var first, again SimulatedTransfers
		by.do("POST", "/secure/sandbox/incoming-transfers", ask).refused(bank.ErrIdempotencyRequired)
		a := by.do("POST", "/secure/sandbox/incoming-transfers", ask, "Idempotency-Key", "in-1").ok(201, &first)
		if a.header.Get("Idempotent-Replayed") != "" || first.Status != "Executed" || first.Effect != "PLAIN" || first.Outcomes["CREDITED"] != (Sum{3, 37035}) {
			t.Errorf("%s", a.body)
		}
		a = by.do("POST", "/secure/sandbox/incoming-transfers", ask, "Idempotency-Key", "in-1").ok(201, &again)
		if a.header.Get("Idempotent-Replayed") != "true" || again.ID != first.ID || a.header.Get("Location") != "/secure/transaction-files/"+first.ID {
			t.Errorf("repeated: %s", a.body)
		}
		ask.Amount.Amount++
		by.do("POST", "/secure/sandbox/incoming-transfers", ask, "Idempotency-Key", "in-1").refused(bank.ErrKeyReused)
		by.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
		if b.Available.Amount != 37035 {
			t.Errorf("available %d", b.Available.Amount)
		}
		var list TransactionList
		by.do("GET", "/secure/transactions?counterparty=EWA+ATRAPA", nil).ok(200, &list)
		if len(list.Items) != 3 || list.Items[0].Title != "Zwrot" {
			t.Errorf("history %+v", list.Items)
		}
		// What makes the file Invalid is told at once.
		var bad SimulatedTransfers
		by.do("POST", "/secure/sandbox/incoming-transfers", simulation(10009, b.IBAN), "Idempotency-Key", "in-2").ok(201, &bad)
		if bad.Status != "Invalid" || len(bad.Findings) == 0 || bad.Effect != "UNREADABLE" {
			t.Errorf("%+v", bad)
		}
	})
}

func TestIncomingTransfersRefuses(t *testing.T) {
	c := newScene(t).example()
	by := c.caller("V-Example-App")
	number := by.balance().IBAN
	for name, bad := range map[string]struct {
		change func(*Simulation)
		want   *bank.Error
		field  string
	}{
		"amount":        {func(s *Simulation) { s.Amount.Amount = 0 }, bank.ErrAmountInvalid, "/amount/amount"},
		"too much":      {func(s *Simulation) { s.Amount.Amount = 9007199254740991 }, bank.ErrAmountInvalid, "/amount/amount"},
		"currency":      {func(s *Simulation) { s.Amount.Currency = "EUR" }, bank.ErrCurrencyMismatch, "/amount/currency"},
		"no currency":   {func(s *Simulation) { s.Amount.Currency = "XXX" }, bank.ErrCurrencyUnsupported, "/amount/currency"},
		"IBAN":          {func(s *Simulation) { s.IBAN = "PL00" }, bank.ErrInvalid, "/iban"},
		"foreign IBAN":  {func(s *Simulation) { s.IBAN = "DE89370400440532013000" }, bank.ErrInvalid, "/iban"},
		"not ours":      {func(s *Simulation) { s.IBAN = "PL" + outsideNRB }, bank.ErrInvalid, "/iban"},
		"payer":         {func(s *Simulation) { s.PayerIBAN = "PL" + outsideNRB[1:] }, bank.ErrInvalid, "/payerIban"},
		"foreign payer": {func(s *Simulation) { s.PayerIBAN = "DE89370400440532013000" }, bank.ErrInvalid, "/payerIban"},
		"itself":        {func(s *Simulation) { s.PayerIBAN = number }, bank.ErrInvalid, "/payerIban"},
		"no name":       {func(s *Simulation) { s.PayerName = " " }, bank.ErrInvalid, "/payerName"},
		"name":          {func(s *Simulation) { s.PayerName = "漢字" }, bank.ErrInvalid, "/payerName"},
		"title":         {func(s *Simulation) { s.Title = "a\u0007b" }, bank.ErrInvalid, "/title"},
		"number":        {func(s *Simulation) { s.NumberOfTransfers = 51 }, bank.ErrInvalid, "/numberOfTransfers"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := simulation(12345, number)
			bad.change(&ask)
			p := by.do("POST", "/secure/sandbox/incoming-transfers", ask, "Idempotency-Key", strings.ReplaceAll(name, " ", "-")).refused(bad.want)
			if len(p.Errors) != 1 || p.Errors[0].Pointer != bad.field && p.Errors[0].Pointer != "body"+bad.field {
				t.Errorf("fields %+v, want %s", p.Errors, bad.field)
			}
		})
	}
	var list TransactionFileList
	by.do("GET", "/secure/transaction-files", nil).ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("refused, yet files %+v", list.Items)
	}
}

// TestProductionHasNoSimulator: there is nothing at the address, whoever asks, and the service says what it is.
func TestProductionHasNoSimulator(t *testing.T) {
	c := sceneIn(t, storetest.Open(t), false).example()
	by := c.caller("V-Example-App")
	b := by.balance()
	by.do("POST", "/secure/sandbox/incoming-transfers", simulation(12345, b.IBAN), "Idempotency-Key", "in-1").refused(bank.ErrNotFound)
	tells := func(s *scene, want bool) {
		t.Helper()
		var who Caller
		var health Health
		by.do("GET", "/secure/whoami", nil).ok(200, &who)
		by.do("GET", "/healthz", nil).ok(200, &health)
		if who.Sandbox != want || health.Sandbox != want {
			t.Errorf("whoami %t, healthz %t, want %t", who.Sandbox, health.Sandbox, want)
		}
	}
	tells(c.scene, false)
	sand := newScene(t).example()
	by = sand.caller("V-Example-App")
	tells(sand.scene, true)
}
