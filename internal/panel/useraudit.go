package panel

import (
	"strings"

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
	return listOfAudit(h.home()+"/audit", h.ID.String(), func(v *visit) templ.Component { return heading(v, v.T("trail.title"), up, nil) }).serve(v)
}

// listOfAudit is what was done about one object, the newest first.
func listOfAudit(path, object string, head func(*visit) templ.Component) *list[bank.AuditEvent] {
	return &list[bank.AuditEvent]{
		name: "object-audit", path: path, title: "trail.title", head: head, columns: objectAuditColumns(),
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

// objectAuditColumns are those of the whole trail without the object, which is the page's.
func objectAuditColumns() []column[bank.AuditEvent] {
	cells := map[string]func(v *visit, e bank.AuditEvent) any{
		"eventAt":     func(v *visit, e bank.AuditEvent) any { return v.instant(e.At).machine },
		"eventActor":  func(_ *visit, e bank.AuditEvent) any { return e.Actor },
		"eventAction": func(_ *visit, e bank.AuditEvent) any { return e.Action },
		"eventChange": func(_ *visit, e bank.AuditEvent) any { return strings.TrimSpace(e.Before + " " + e.After) },
		"eventOrigin": func(_ *visit, e bank.AuditEvent) any { return e.Origin },
		"eventId":     func(_ *visit, e bank.AuditEvent) any { return int64(e.ID) },
	}
	var list []column[bank.AuditEvent]
	for _, c := range auditColumns() {
		if c.sheet = cells[c.name]; c.sheet != nil {
			list = append(list, c)
		}
	}
	return list
}
