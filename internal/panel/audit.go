package panel

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/sheet"
	"ims/internal/web"
)

func auditRoutes() []route {
	const need = bank.PermAuditRead
	return []route{
		{method: http.MethodGet, path: "/audit", need: need, page: (*visit).audit, group: "group.settings", entry: "audit.title", letter: "a"},
		{method: http.MethodGet, path: "/audit/{event}", need: need, page: (*visit).auditEvent},
		{method: http.MethodGet, path: "/audit/proof", need: need, page: (*visit).proofPage},
		{method: http.MethodPost, path: "/audit/proof", need: need, page: (*visit).proveNow},
		{method: http.MethodGet, path: "/live/proof", need: need, page: (*visit).proofStream, live: true},
	}
}

// auditList marks cursors of this list.
const auditList = 'a'

func (v *visit) audit() error {
	actions, err := v.History.AuditActions(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	l := listOfEvents(actions)
	if form := sheet.Form(v.r.URL.Query().Get("format")); form != "" {
		return v.exportAudit(l.readQuery(v), form)
	}
	return l.serve(v)
}

func listOfEvents(actions []string) *list[bank.AuditEvent] {
	return &list[bank.AuditEvent]{
		name: "audit", path: "/audit", title: "audit.title",
		filters: []filter{
			{name: "actor"},
			{name: "action", kind: oneFilter, choices: actions, family: "auditAction"},
			{name: "object"},
			{name: "day", kind: dayFilter},
		},
		columns: auditColumns(),
		fetch:   fetchEvents,
		cursor:  func(e bank.AuditEvent) web.Cursor { return web.NumberCursor(auditList, int64(e.ID)) },
		href:    func(e bank.AuditEvent) string { return fmt.Sprint("/audit/", int64(e.ID)) },
		actions: auditListActions,
		empty:   noEvents,
	}
}

// auditFilter is what the address asks for. The days are the bank's.
func auditFilter(q *query) history.AuditFilter {
	return history.AuditFilter{Actor: q.text("actor"), Action: q.text("action"), Object: q.text("object"), From: q.text("day" + fromEnd), To: q.text("day" + toEnd)}
}

func fetchEvents(v *visit, q *query, limit int) ([]bank.AuditEvent, error) {
	id, back, err := web.ReadNumberCursor(q.cursor, auditList)
	if err != nil {
		return nil, err
	}
	f := auditFilter(q)
	f.Limit = limit
	if back {
		f.After = bank.TransactionID(id)
	} else {
		f.Before = bank.TransactionID(id)
	}
	page, err := v.History.Audit(v.r.Context(), v.actor, f)
	return page.Events, err
}

// exportAudit writes the filtered trail with all its columns; unlike other lists it has no bound, as the room streams it.
func (v *visit) exportAudit(q *query, form sheet.Form) error {
	if len(q.faults) > 0 {
		return bank.ErrInvalid.With("the list cannot be exported: a filter cannot be read")
	}
	out := &answerWriter{v: v, name: "audit." + string(form), media: sheetMedia[form]}
	return out.finish(v.History.WriteAudit(v.r.Context(), v.actor, auditFilter(q), form, v.language.String(), out))
}

func auditColumns() []column[bank.AuditEvent] {
	return []column[bank.AuditEvent]{
		{name: "eventAt", cell: func(v *visit, e bank.AuditEvent) templ.Component { return instantOf(v, e.At) }},
		{name: "eventActor", cell: func(_ *visit, e bank.AuditEvent) templ.Component { return plain(e.Actor) }},
		{name: "eventAction", cell: func(v *visit, e bank.AuditEvent) templ.Component { return plain(v.actionName(e.Action)) }},
		{name: "eventObject", cell: func(_ *visit, e bank.AuditEvent) templ.Component { return code(e.Object) }},
		{name: "eventChange", cell: func(v *visit, e bank.AuditEvent) templ.Component { return changeInShort(v, differences(e)) }},
		{name: "eventOrigin", cell: func(_ *visit, e bank.AuditEvent) templ.Component { return plain(e.Origin) }},
		{name: "eventId", hidden: true, cell: func(v *visit, e bank.AuditEvent) templ.Component { return plain(strconv.FormatInt(int64(e.ID), 10)) }},
	}
}

// actionName is what an action is called; one without a name is its code.
func (v *visit) actionName(action string) string {
	if !v.words.keys[languages[0]]["auditAction."+action] {
		return action
	}
	return v.T("auditAction." + action)
}

func (v *visit) auditEvent() error {
	id, err := strconv.ParseInt(v.r.PathValue("event"), 10, 64)
	if err != nil || id <= 0 || id >= 1<<53 {
		return v.notFound()
	}
	page, err := v.History.Audit(v.r.Context(), v.actor, history.AuditFilter{Before: bank.TransactionID(id + 1), Limit: 1})
	if err != nil {
		return err
	}
	if len(page.Events) == 0 || page.Events[0].ID != bank.TransactionID(id) {
		return bank.ErrNotFound.With("there is no such event")
	}
	e := page.Events[0]
	return v.show(v.actionName(e.Action), eventPage(v, e))
}

func eventFacts(v *visit, e bank.AuditEvent) []fact {
	id := strconv.FormatInt(int64(e.ID), 10)
	return []fact{
		{v.word("column", "eventAt"), exactly(v, e.At)},
		{v.word("column", "eventActor"), plain(e.Actor)},
		{v.word("column", "eventOrigin"), plain(e.Origin)},
		{v.word("column", "eventAction"), code(e.Action)},
		{v.word("column", "eventObject"), copyable(v, e.Object, e.Object)},
		{v.word("column", "eventId"), code(id)},
	}
}

// proofPace is how often a page asks whether a proof has ended.
const proofPace = 2 * time.Second

func (v *visit) proofPage() error {
	proofs, err := v.Prover.Proofs(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.show(v.T("proof.title"), chainPage(v, proofs))
}

func (v *visit) proveNow() error {
	if err := v.Prover.Prove(v.r.Context(), v.actor); err != nil {
		return err
	}
	v.say("proof.begun", "")
	return v.redirect("/audit/proof")
}

func (v *visit) proofStream() error {
	return v.stream(proofPace, func() (templ.Component, bool, error) {
		proofs, err := v.Prover.Proofs(v.r.Context(), v.actor)
		return proofState(v, proofs), false, err
	})
}

// mayProve tells whether the button does something: one proof runs at a time.
func mayProve(p ledger.Proofs) bool { return p.Since.IsZero() }

// sheetInstant is an instant as sheets hold it.
func sheetInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// inShort are as many differences as a cell of a list can show.
const inShort = 2

// shortOf are the first differences that are ones, and how many more there are.
func shortOf(all []difference) (first []difference, more int) {
	changed := slices.DeleteFunc(slices.Clone(all), func(d difference) bool { return d.same() })
	if len(changed) > inShort {
		return changed[:inShort], len(changed) - inShort
	}
	return changed, 0
}

// clipped is the beginning of a text that is too long for a cell.
func clipped(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return text
}
