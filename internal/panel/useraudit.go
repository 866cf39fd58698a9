package panel

import (
	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/web"
)

// objectAudit marks cursors of this list.
const objectAudit = 'o'

// userAudit is the tab with what was done about an end user.
func (v *visit) userAudit() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	return listOfAudit("/users/"+u.ID.String()+"/audit", u.ID.String(), func(v *visit) templ.Component { return userHead(v, u) }).serve(v)
}

// balanceAudit is the same of a balance.
func (v *visit) balanceAudit() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	up := []step{{v.T("users.title"), "/users"}, {h.holder.Name(), "/users/" + h.holder.ID.String() + "/balances"}, {v.T("balance.title", h.Currency.Code(), h.holder.Name()), h.home()}}
	return listOfAudit(h.home()+"/audit", h.ID.String(), func(v *visit) templ.Component { return heading(v, v.T("audit.title"), up, nil) }).serve(v)
}

// listOfAudit is what was done about one object, the newest first.
func listOfAudit(path, object string, head func(*visit) templ.Component) *list[bank.AuditEvent] {
	return &list[bank.AuditEvent]{
		name: "object-audit", path: path, title: "audit.title", head: head, columns: objectAuditColumns(),
		fetch: func(v *visit, q *query, limit int) ([]bank.AuditEvent, error) {
			f := history.AuditFilter{Object: object, Limit: limit}
			from, back, err := web.ReadNumberCursor(q.cursor, objectAudit)
			if err != nil {
				return nil, err
			}
			if f.Before = bank.TransactionID(from); back {
				f.Before, f.After = 0, bank.TransactionID(from)
			}
			page, err := v.History.AuditOf(v.r.Context(), v.actor, f)
			return page.Events, err
		},
		cursor: func(e bank.AuditEvent) web.Cursor { return web.NumberCursor(objectAudit, int64(e.ID)) },
		empty:  noAudit,
	}
}

func objectAuditColumns() []column[bank.AuditEvent] {
	text := func(name string, shape func(string) templ.Component, of func(bank.AuditEvent) string) column[bank.AuditEvent] {
		return column[bank.AuditEvent]{name: name, cell: func(_ *visit, e bank.AuditEvent) templ.Component { return shape(of(e)) },
			sheet: func(_ *visit, e bank.AuditEvent) any { return of(e) }}
	}
	return []column[bank.AuditEvent]{
		{name: "at", cell: func(v *visit, e bank.AuditEvent) templ.Component { return instantOf(v, e.At) },
			sheet: func(v *visit, e bank.AuditEvent) any { return v.instant(e.At).machine }},
		text("actor", plain, func(e bank.AuditEvent) string { return e.Actor }),
		text("action", code, func(e bank.AuditEvent) string { return e.Action }),
		text("before", code, func(e bank.AuditEvent) string { return e.Before }),
		text("after", code, func(e bank.AuditEvent) string { return e.After }),
		text("origin", plain, func(e bank.AuditEvent) string { return e.Origin }),
	}
}
