package history_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
	"ims/internal/store"
)

// reader is an operator who may read the trail and nothing else.
func (d *desk) reader(permissions ...bank.Permission) bank.Actor {
	return bank.Actor{Customer: d.actor.Customer, Kind: bank.ActorOperator, Name: "ada@example.test", Permissions: permissions}
}

// noted writes audit events.
func (d *desk) noted(events ...bank.AuditEvent) {
	d.t.Helper()
	d.must(d.db.Write(context.Background(), func(tx *store.Tx) error { return tx.Audit(d.actor.Customer, day, events...) }))
}

// TestAuditPages walks forward and back: the same pages, with no end that leads nowhere.
func TestAuditPages(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, reader := context.Background(), d.reader(bank.PermAuditRead)
		for n := range 7 {
			d.noted(bank.AuditEvent{Actor: "ada", Action: "test.event", Object: "x", After: strings.Repeat("a", n)})
		}
		read := func(f history.AuditFilter) history.AuditPage {
			f.Action, f.Limit = "test.", 3
			page, err := d.history.Audit(ctx, reader, f)
			d.must(err)
			return page
		}
		first := read(history.AuditFilter{})
		second := read(history.AuditFilter{Before: first.Events[2].ID})
		third := read(history.AuditFilter{Before: second.Events[2].ID})
		if len(third.Events) != 1 || third.Older || !third.Newer || first.Newer || !first.Older || !second.Older || !second.Newer {
			t.Errorf("ends: first %v %v, second %v %v, third %v %v", first.Newer, first.Older, second.Newer, second.Older, third.Newer, third.Older)
		}
		back := read(history.AuditFilter{After: third.Events[0].ID})
		if diff := cmp.Diff(second, back); diff != "" {
			t.Errorf("back from the third page: %s", diff)
		}
		if diff := cmp.Diff(first, read(history.AuditFilter{After: back.Events[0].ID})); diff != "" {
			t.Errorf("back from the second page: %s", diff)
		}
		today := bank.CivilDate(day)
		if page := read(history.AuditFilter{From: today, To: today}); len(page.Events) != 3 {
			t.Errorf("%d events of today", len(page.Events))
		}
		if page := read(history.AuditFilter{To: "2026-11-19"}); len(page.Events) != 0 || page.Older || page.Newer {
			t.Errorf("%d events of before", len(page.Events))
		}
	})
}

func TestAuditRefusals(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx := context.Background()
		if _, err := d.history.Audit(ctx, d.reader(bank.PermUsersRead), history.AuditFilter{}); !errors.Is(err, bank.ErrForbidden) {
			t.Errorf("without the permission: %v", err)
		}
		if _, err := d.history.AuditActions(ctx, d.reader()); !errors.Is(err, bank.ErrForbidden) {
			t.Errorf("actions without the permission: %v", err)
		}
		if _, err := d.history.Audit(ctx, d.reader(bank.PermAuditRead), history.AuditFilter{From: "yesterday"}); !errors.Is(err, bank.ErrInvalid) {
			t.Errorf("no date: %v", err)
		}
		var b strings.Builder
		if err := d.history.WriteAudit(ctx, d.reader(), history.AuditFilter{}, sheet.CSV, "en", &b); !errors.Is(err, bank.ErrForbidden) || b.Len() > 0 {
			t.Errorf("export without the permission: %v, %d bytes", err, b.Len())
		}
	})
}

// TestAuditOf: whoever may read end users sees what was done about them, and about nothing else.
func TestAuditOf(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, clerk := context.Background(), d.reader(bank.PermUsersRead)
		d.noted(bank.AuditEvent{Actor: "ada", Action: "role.set", Object: "ADMIN"})
		user := d.users[0].ID.String()
		page, err := d.history.AuditOf(ctx, clerk, history.AuditFilter{Object: user})
		d.must(err)
		if len(page.Events) != 1 || page.Events[0].Action != "user.create" || page.Events[0].Object != user {
			t.Errorf("%+v", page.Events)
		}
		page, err = d.history.AuditOf(ctx, clerk, history.AuditFilter{Object: d.balances[0].ID.String()})
		d.must(err)
		if len(page.Events) == 0 {
			t.Error("nothing about the balance")
		}
		for _, object := range []string{"ADMIN", bank.NewID().String(), "PL61109010140000071219812874"} {
			if _, err := d.history.AuditOf(ctx, clerk, history.AuditFilter{Object: object}); !errors.Is(err, bank.ErrNotFound) {
				t.Errorf("%s: %v", object, err)
			}
		}
	})
}

// TestWriteAudit exports more than one step, with text of somebody else's that a spreadsheet would take for a formula.
func TestWriteAudit(t *testing.T) {
	eachDesk(t, func(d *desk) {
		ctx, reader := context.Background(), d.reader(bank.PermAuditRead)
		var events []bank.AuditEvent
		for range 501 {
			events = append(events, bank.AuditEvent{Actor: "ada", Origin: "192.0.2.1", Action: "test.event", Object: "=1+1", Before: `{"a":1}`})
		}
		d.noted(events...)
		var b strings.Builder
		d.must(d.history.WriteAudit(ctx, reader, history.AuditFilter{Action: "test."}, sheet.CSV, "pl", &b))
		told := b.String()
		if n := strings.Count(told, "test.event"); n != 501 {
			t.Errorf("%d events", n)
		}
		if strings.Contains(told, ",=1+1") || !strings.Contains(told, "'=1+1") || !strings.Contains(told, "192.0.2.1") || !strings.Contains(told, "Czynność") {
			t.Error(told[:400])
		}
		var x strings.Builder
		d.must(d.history.WriteAudit(ctx, reader, history.AuditFilter{}, sheet.XLSX, "en", &x))
		if !strings.HasPrefix(x.String(), "PK") {
			t.Error("no workbook")
		}
	})
}
