package history_test

import (
	"context"
	"errors"
	"testing"

	"ims/internal/bank"
	"ims/internal/history"
)

// endUser is who asks with a session token.
func (d *desk) endUser(n int) bank.Actor {
	return bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorEndUser, Name: "end user", User: d.users[n].ID}
}

// TestHeld: an end user sees what happened on their own balances; of others it is not even told that they are.
func TestHeld(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		mine := d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-01", "first", "ACME", "JAN")
		also := d.move(d.bank, d.balances[1].No, 200, bank.CauseIncoming, "2026-11-02", "second", "ACME", "JAN")
		theirs := d.move(d.bank, d.balances[2].No, 300, bank.CauseIncoming, "2026-11-03", "third", "ACME", "EWA")
		across := d.move(d.balances[2].No, d.balances[0].No, 50, bank.CauseInternal, "2026-11-04", "gift", "EWA", "JAN")
		list := func(n int, f history.Filter) []bank.TransactionID {
			t.Helper()
			rows, err := d.history.Held(ctx, d.endUser(n), f)
			d.must(err)
			var ids []bank.TransactionID
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			return ids
		}
		same := func(what string, got []bank.TransactionID, want ...bank.TransactionID) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("%s: %v, want %v", what, got, want)
				}
			}
		}
		// The gift has two transactions: the payer's, whose id the posting bears, and behind it the payee's.
		same("all of the first", list(0, history.Filter{}), across+1, also, mine)
		same("all of the second", list(1, history.Filter{}), across, theirs)
		same("one balance", list(0, history.Filter{Balance: d.balances[1].ID}), also)
		same("other filters", list(0, history.Filter{From: "2026-11-02", To: "2026-11-03", Ascending: true}), also)

		for _, f := range []history.Filter{{Balance: d.balances[2].ID}, {Balance: bank.NewID()}} {
			if _, err := d.history.Held(ctx, d.endUser(0), f); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("another's balance: %v", err)
			}
		}
		for _, f := range []history.Filter{{User: d.users[1].ID}, {User: d.users[0].ID}, {IBAN: here.master}, {File: bank.NewID()}} {
			if _, err := d.history.Held(ctx, d.endUser(0), f); !errors.Is(err, bank.ErrInvalid) {
				t.Errorf("a customer's filter %+v: %v", f, err)
			}
		}
		if row, err := d.history.HeldOne(ctx, d.endUser(0), across+1); err != nil || row.Amount != 50 {
			t.Errorf("one's own: %+v, %v", row, err)
		}
		for _, id := range []bank.TransactionID{theirs, across, 0, -1, 9999} {
			if _, err := d.history.HeldOne(ctx, d.endUser(0), id); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("transaction %d: %v", id, err)
			}
		}
	})
}

// TestHeldByNobody: who is no end user holds nothing, and an end user has no other way in.
func TestHeldByNobody(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		forbidden := map[string]error{}
		_, forbidden["a program that lists"] = d.history.Held(ctx, d.actor, history.Filter{})
		_, forbidden["a program that asks for one"] = d.history.HeldOne(ctx, d.actor, 1)
		_, forbidden["an end user who lists as a program"] = d.history.List(ctx, d.endUser(0), history.Filter{User: d.users[0].ID})
		_, forbidden["an end user who asks for one as a program"] = d.history.Get(ctx, d.endUser(0), 1)
		for name, err := range forbidden {
			if !errors.Is(err, bank.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		newcomer := d.endUser(0)
		newcomer.User = bank.NewID() // without a balance there is nothing, and not everything
		d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-01", "first", "ACME", "JAN")
		if rows, err := d.history.Held(ctx, newcomer, history.Filter{}); err != nil || len(rows) != 0 {
			t.Errorf("an end user without balances sees %+v, %v", rows, err)
		}
		if _, err := d.history.HeldOne(ctx, newcomer, 1); !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("an end user without balances sees one: %v", err)
		}
	})
}
