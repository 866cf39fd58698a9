package serverapi

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/ledger"
)

// TestBusy: while the service cannot do the work it says so with Retry-After, nothing happened, and the same key does it later.
func TestBusy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 500)
	working := s.config.Ledger
	stopped := ledger.NewWriter(s.db, s.now)
	stopped.Close()
	credit := func() answer {
		return api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 200, Currency: "PLN"}}, "Idempotency-Key", "bonus")
	}
	s.change(func(config *Config) { config.Ledger = stopped })
	busy := credit()
	busy.refused(bank.ErrUnavailable)
	if busy.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.change(func(config *Config) { config.Ledger = working })
	for range 2 {
		credit().ok(201, nil)
	}
	var now Balance
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &now)
	if now.Booked.Amount != 200 {
		t.Errorf("booked %d, want it credited once", now.Booked.Amount)
	}
}
