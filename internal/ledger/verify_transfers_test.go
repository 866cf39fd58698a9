package ledger_test

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// TestMisplaced: a transfer that agrees with all beside it is fine in each status, and whatever one thing differs is seen.
func TestMisplaced(t *testing.T) {
	good := map[bank.TransferStatus]store.TransferProof{
		bank.TransferReceived:  {},
		bank.TransferHeld:      {Transaction: 7, Of: bank.StatusAuthorized, Same: true, Reserved: true},
		bank.TransferSent:      {Transaction: 7, Of: bank.StatusAuthorized, Same: true, Reserved: true, InFile: true},
		bank.TransferSettled:   {Transaction: 7, Of: bank.StatusCleared, Same: true, InFile: true},
		bank.TransferRejected:  {Transaction: 7, Of: bank.StatusReversed, Same: true, InFile: true},
		bank.TransferReturned:  {Transaction: 7, Of: bank.StatusCleared, Same: true, InFile: true},
		bank.TransferCancelled: {Transaction: 7, Of: bank.StatusReversed, Same: true},
	}
	harm := map[string]func(*store.TransferProof){
		"status":      func(p *store.TransferProof) { p.Status = "SOLD" },
		"step":        func(p *store.TransferProof) { p.Last = "SOLD" },
		"no step":     func(p *store.TransferProof) { p.Steps = 0 },
		"transaction": func(p *store.TransferProof) { p.Of = bank.StatusDeclined },
		"amount":      func(p *store.TransferProof) { p.Same = false },
		"reserved":    func(p *store.TransferProof) { p.Reserved = !p.Reserved },
	}
	for _, status := range bank.TransferStatuses() {
		p := good[status]
		p.Status, p.Last, p.Steps = status, status, 1
		if why := ledger.Misplaced(p); why != "" {
			t.Errorf("%s: %s", status, why)
		}
		for name, change := range harm {
			if status == bank.TransferReceived && (name == "transaction" || name == "amount") {
				continue // there is none
			}
			harmed := p
			if change(&harmed); ledger.Misplaced(harmed) == "" {
				t.Errorf("%s with another %s passes", status, name)
			}
		}
	}
	early := store.TransferProof{Status: bank.TransferReceived, Last: bank.TransferReceived, Steps: 1, Transaction: 7}
	loose := good[bank.TransferSent]
	loose.Status, loose.Last, loose.Steps, loose.InFile = bank.TransferSent, bank.TransferSent, 1, false
	inside := good[bank.TransferSettled]
	inside.Status, inside.Last, inside.Steps, inside.Internal = bank.TransferSettled, bank.TransferSettled, 1, true
	for name, p := range map[string]store.TransferProof{"a transaction too early": early, "sent in no file": loose, "internal in a file": inside} {
		if ledger.Misplaced(p) == "" {
			t.Errorf("%s passes", name)
		}
	}
	item := store.TransferProof{Status: bank.TransferHeld, Last: bank.TransferHeld, Steps: 2, Transaction: 7, Of: bank.StatusAuthorized, Same: true, Technical: true}
	if why := ledger.Misplaced(item); why != "" {
		t.Errorf("an item that goes back: %s", why)
	}
}
