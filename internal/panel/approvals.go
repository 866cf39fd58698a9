package panel

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/web"
)

// approvalRoutes need no permission: everybody sees what they asked for, and what they may decide.
func approvalRoutes() []route {
	return []route{
		{method: http.MethodGet, path: waitingPath, need: signedIn, page: (*visit).approvals, group: "group.home", entry: "approvals.title", letter: "w"},
		{method: http.MethodGet, path: "/approvals/all", need: signedIn, page: (*visit).allApprovals},
		{method: http.MethodGet, path: "/approvals/{id}", need: signedIn, page: (*visit).approval},
		{method: http.MethodPost, path: "/approvals/{id}/approve", need: signedIn, page: (*visit).approve, sure: true},
		{method: http.MethodPost, path: "/approvals/{id}/reject", need: signedIn, page: (*visit).reject},
		{method: http.MethodPost, path: "/approvals/{id}/carry-out", need: signedIn, page: (*visit).carryOut, sure: true},
	}
}

// approvalView is an approval as this operator sees it.
type approvalView struct {
	bank.Approval
	what   string // the action in words
	href   string // of the page of what it is about; "" where there is none for this operator
	line   string // its content in one
	own    bool   // the operator asked for it
	barred bool   // the operator brought what it is about
	decide bool   // the operator may decide it
	goOn   bool   // the operator can carry it out now
}

// mine tells whether it waits for this operator.
func (a approvalView) mine() bool {
	return a.Status == bank.ApprovalPending && a.decide && !a.own && !a.barred
}

func (v *visit) approvalView(a bank.Approval) approvalView {
	return approvalView{Approval: a, what: v.actionWords(a.Action), href: v.objectOf(a), line: v.aboutOf(a).line, own: a.RequestedBy == v.actor.Name,
		barred: a.Barred == v.actor.Name, decide: v.may(bank.ApprovalPermission(a.Action)), goOn: v.mayCarryOut(a)}
}

// waitsFor leads to the approval that a change waits for. Every action that ends in the error of a waiting change comes here.
func (v *visit) waitsFor(approval bank.ID) error {
	v.say("approvals.asked", "")
	return v.redirect("/approvals/" + approval.String())
}

// actionWords names an action; one that no page has words for is named as it is.
func (v *visit) actionWords(action string) string {
	key := strings.ReplaceAll(action, ".", "_")
	if !v.words.keys[languages[0]]["approvalAction."+key] {
		return action
	}
	return v.word("approvalAction", key)
}

// objectOf is the page of what an approval is about.
func (v *visit) objectOf(a bank.Approval) string {
	noun, _, _ := strings.Cut(a.Action, ".")
	switch noun {
	case "file":
		return v.reach("/files/" + a.Object)
	case "item":
		return v.reach("/items/" + a.Object)
	case "items":
		return v.reach("/items")
	case "order-file":
		if a.Action != bank.ActionRejectOrder {
			return v.reach("/order-files/" + a.Object)
		}
		return v.reach("/transfers/" + a.Object)
	case "transfer":
		return v.reach("/transfers/" + a.Object)
	case "operators":
		return v.reach("/operators")
	case "roles":
		return v.reach("/roles")
	case "certificates":
		return v.reach("/certificates")
	case "domain":
		return v.reach("/domains")
	case "base-ibans":
		return v.reach("/master-accounts")
	case "notification-endpoint":
		return v.reach("/notifications")
	}
	if a.Action == "customers.master-account" {
		return v.reach("/master-accounts")
	}
	return v.reach("/settings")
}

// mostOpen bounds how many open approvals are read at once; more wait only where nobody decides.
const mostOpen = 500

func (v *visit) approvalsIn(status bank.ApprovalStatus) ([]bank.Approval, error) {
	return v.Access.Approvals(v.r.Context(), v.actor, v.customer.ID, access.ApprovalFilter{Status: status, Limit: mostOpen})
}

// openWork are the approvals that are not over, by who must do something.
type openWork struct {
	mine     []approvalView // wait for this operator
	carryOut []approvalView // approved, and theirs to carry out
	others   []approvalView // wait for somebody else
	rest     []approvalView // approved, and others carry them out
}

// approvals is the page of what waits.
func (v *visit) approvals() error {
	pending, err := v.approvalsIn(bank.ApprovalPending)
	if err != nil {
		return err
	}
	approved, err := v.approvalsIn(bank.ApprovalApproved)
	if err != nil {
		return err
	}
	var w openWork
	for _, a := range slices.Concat(approved, pending) {
		switch view := v.approvalView(a); {
		case view.mine():
			w.mine = append(w.mine, view)
		case view.goOn, view.own && a.Status == bank.ApprovalApproved && !view.barred:
			w.carryOut = append(w.carryOut, view)
		case a.Status == bank.ApprovalPending:
			w.others = append(w.others, view)
		default:
			w.rest = append(w.rest, view)
		}
	}
	return v.show(v.T("approvals.title"), approvalsPage(v, w))
}

// approval is the page of one: exactly what it is about, and what can be done now.
func (v *visit) approval() error {
	a, err := v.approvalOfPath()
	if err != nil {
		return err
	}
	return v.showApproval(http.StatusOK, a, decisionFaults{})
}

func (v *visit) approvalOfPath() (bank.Approval, error) {
	id, err := v.id()
	if err != nil {
		return bank.Approval{}, err
	}
	return v.Access.Approval(v.r.Context(), v.actor, id)
}

func (v *visit) showApproval(status int, a bank.Approval, f decisionFaults) error {
	view := v.approvalView(a)
	content, err := v.contentOf(a)
	if err != nil {
		return err
	}
	return v.answer(status, view.what, approvalPage(v, view, content, f))
}

func (v *visit) approve() error { return v.decide(true, "approvals.approved") }
func (v *visit) reject() error  { return v.decide(false, "approvals.rejected") }

// decide takes the operator's decision. Without a reason a rejection comes back to its page; so does what somebody else decided
// meanwhile, with a word about it.
func (v *visit) decide(approve bool, done string) error {
	a, err := v.approvalOfPath()
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(v.r.PostFormValue(reasonField(approve)))
	decided, err := v.Access.Decide(v.r.Context(), v.actor, v.customer.ID, a.ID, approve, reason)
	if err == nil {
		if !approve && decided.RequestedBy == v.actor.Name {
			done = "approvals.withdrawn"
		}
		v.say(done, decided.RequestedBy)
		return v.redirect("/approvals/" + a.ID.String())
	}
	f := decisionFaults{typed: reason}
	if f.fields, f.whole, err = v.faults(err); err != nil {
		return err
	}
	if f.fields["reason"] != "" {
		f.fields[reasonField(approve)], f.whole = v.T("approvals.reasonFault"), ""
	}
	if a, err = v.approvalOfPath(); err != nil {
		return err
	}
	return v.showApproval(http.StatusUnprocessableEntity, a, f)
}

// decisionFaults is what is wrong with a decision, by the fields of its form, and what was typed.
type decisionFaults struct {
	fields       map[string]string
	whole, typed string
}

// reasonField is the name of the field with the reason: the page has one for each decision.
func reasonField(approve bool) string {
	if approve {
		return "remark"
	}
	return "why"
}

// approvalList marks cursors of the list of all approvals.
const approvalList = 'a'

// allApprovals lists all that there were, the newest first.
func (v *visit) allApprovals() error {
	return (&list[bank.Approval]{name: "approvals", path: "/approvals/all", title: "approvals.allTitle",
		filters: []filter{{name: "status", kind: oneFilter, family: "approvalStatus", choices: []string{"PENDING", "APPROVED", "REJECTED", "USED"}}},
		columns: approvalColumns(),
		fetch: func(v *visit, q *query, limit int) ([]bank.Approval, error) {
			f := access.ApprovalFilter{Status: bank.ApprovalStatus(q.text("status")), Limit: limit}
			var back bool
			var err error
			if f.After, back, err = web.ReadIDCursor(q.cursor, approvalList); err != nil {
				return nil, err
			}
			f.Back = !back
			rows, err := v.Access.Approvals(v.r.Context(), v.actor, v.customer.ID, f)
			slices.Reverse(rows) // they come oldest first
			return rows, err
		},
		cursor: func(a bank.Approval) web.Cursor { return web.IDCursor(approvalList, a.ID) },
		href:   func(a bank.Approval) string { return "/approvals/" + a.ID.String() },
		empty:  noApprovals,
	}).serve(v)
}

func approvalColumns() []column[bank.Approval] {
	text := func(name string, of func(bank.Approval) string, hidden bool) column[bank.Approval] {
		return column[bank.Approval]{name: name, hidden: hidden, cell: func(_ *visit, a bank.Approval) templ.Component { return plain(of(a)) },
			sheet: func(_ *visit, a bank.Approval) any { return of(a) }}
	}
	return []column[bank.Approval]{
		{name: "action", cell: func(v *visit, a bank.Approval) templ.Component { return plain(v.actionWords(a.Action)) },
			sheet: func(_ *visit, a bank.Approval) any { return a.Action }},
		{name: "content", cell: func(v *visit, a bank.Approval) templ.Component { return plain(v.aboutOf(a).line) },
			sheet: func(v *visit, a bank.Approval) any { return v.aboutOf(a).line }},
		{name: "status", cell: func(v *visit, a bank.Approval) templ.Component { return status(v, "approvalStatus", string(a.Status)) },
			sheet: func(_ *visit, a bank.Approval) any { return string(a.Status) }},
		text("askedBy", func(a bank.Approval) string { return a.RequestedBy }, false),
		{name: "askedAt", cell: func(v *visit, a bank.Approval) templ.Component { return instantOf(v, a.RequestedAt) },
			sheet: func(_ *visit, a bank.Approval) any { return sheetInstant(a.RequestedAt) }},
		text("decidedBy", func(a bank.Approval) string { return a.DecidedBy }, false),
		{name: "decidedAt", cell: func(v *visit, a bank.Approval) templ.Component { return instantOf(v, a.DecidedAt) },
			sheet: func(_ *visit, a bank.Approval) any { return sheetInstant(a.DecidedAt) }, hidden: true},
		text("decision", func(a bank.Approval) string { return a.Reason }, true),
		text("id", func(a bank.Approval) string { return a.ID.String() }, true),
	}
}

// approvalFacts are who asked and who decided.
func approvalFacts(v *visit, a approvalView) []fact {
	list := []fact{
		{v.word("column", "askedBy"), plain(a.RequestedBy)},
		{v.word("column", "askedAt"), instantOf(v, a.RequestedAt)},
	}
	if a.DecidedBy != "" {
		list = append(list, fact{v.word("column", "decidedBy"), plain(a.DecidedBy)}, fact{v.word("column", "decidedAt"), instantOf(v, a.DecidedAt)},
			fact{v.word("column", "decision"), plain(a.Reason)})
	}
	return append(list, fact{v.word("column", "id"), copyable(v, a.ID.String(), a.ID.String())})
}

// rejectKey is the key of the words for ending an approval: who asked withdraws it.
func rejectKey(a approvalView) string {
	if a.own {
		return "approvals.withdraw"
	}
	return "approvals.reject"
}

func decisionField(v *visit, approve bool, f decisionFaults) field {
	name := reasonField(approve)
	return field{name: name, label: v.T("approvals." + name), value: f.typed, required: !approve, limit: 140, fault: f.fields[name]}
}

// approvedWords say who goes on with what was approved.
func approvedWords(v *visit, a approvalView) string {
	switch {
	case a.goOn:
		return v.T("approvals.goOn", a.DecidedBy)
	case a.barred:
		return v.T("approvals.barredGoOn", a.DecidedBy)
	case a.own:
		return v.T("approvals.goOnByHand", a.DecidedBy)
	}
	return v.T("approvals.othersGoOn", a.DecidedBy)
}
