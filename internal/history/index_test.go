package history_test

import (
	"context"
	"testing"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
)

// grow takes so many ids for audit events that blocks become complete.
func (d *desk) grow(ids int) {
	d.t.Helper()
	d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Audit(d.actor.Customer, day, make([]bank.AuditEvent, ids)...)
	}))
}

func (d *desk) index(owner string) bool {
	d.t.Helper()
	worked, err := d.history.IndexDue(context.Background(), owner)
	d.must(err)
	return worked
}

// TestIndexDue: searches find the same before and behind the index, and say how far they looked; the stage does what is
// complete, resumes, and leaves each block to one of several.
func TestIndexDue(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		old := d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-01", "Zażółć", "ACME", "JAN")
		if d.index("first") {
			t.Error("there is work for the index before a block is complete")
		}
		d.grow(20_000)
		fresh := d.move(d.bank, d.balances[0].No, 100, bank.CauseIncoming, "2026-11-02", "zazolc again", "ACME", "JAN")
		page, err := d.history.Page(ctx, d.actor, history.Filter{Title: "zażó"})
		d.must(err)
		if len(page.Rows) != 0 || page.SearchedTo >= old {
			t.Errorf("%d rows, searched to %d, without an index", len(page.Rows), page.SearchedTo)
		}
		for _, owner := range []string{"first", "second"} {
			if d.index(owner) != (owner == "first") {
				t.Errorf("%s has the wrong idea of what is due", owner)
			}
		}
		page, err = d.history.Page(ctx, d.actor, history.Filter{Title: "zażó"})
		d.must(err)
		if len(page.Rows) != 2 || page.Rows[0].ID != fresh || page.Rows[1].ID != old || page.SearchedTo != fresh {
			t.Errorf("%+v", page)
		}
		if page, err = d.history.Page(ctx, d.actor, history.Filter{}); err != nil || page.SearchedTo != 0 || len(page.Rows) != 2 {
			t.Errorf("without words: %+v, %v", page, err)
		}
	})
}
