package panel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/web"
)

func operatorRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/operators", need: bank.PermOperatorsRead, page: (*visit).operators,
			group: "group.settings", entry: "operators.title", letter: "n"},
		{method: http.MethodGet, path: "/operators/invite", need: bank.PermOperatorsWrite, page: (*visit).invitePage},
		{method: http.MethodPost, path: "/operators/invite", need: bank.PermOperatorsWrite, page: (*visit).invite, sure: true},
		{method: http.MethodGet, path: "/operators/{id}", need: bank.PermOperatorsRead, page: (*visit).operator},
		{method: http.MethodGet, path: "/operators/{id}/role", need: bank.PermOperatorsWrite, page: (*visit).rolePage},
		{method: http.MethodPost, path: "/operators/{id}/role", need: bank.PermOperatorsWrite, page: (*visit).changeRole, sure: true},
		{method: http.MethodPost, path: "/operators/{id}/invite", need: bank.PermOperatorsWrite, page: (*visit).inviteAgain},
		{method: http.MethodGet, path: "/operators/{id}/lock", need: bank.PermOperatorsWrite, page: (*visit).askLockOperator},
		{method: http.MethodPost, path: "/operators/{id}/lock", need: bank.PermOperatorsWrite, page: (*visit).lockOperator, sure: true},
		{method: http.MethodGet, path: "/operators/{id}/unlock", need: bank.PermOperatorsWrite, page: (*visit).askUnlockOperator},
		{method: http.MethodPost, path: "/operators/{id}/unlock", need: bank.PermOperatorsWrite, page: (*visit).unlockOperator, sure: true},
		{method: http.MethodGet, path: "/operators/{id}/second-factor", need: bank.PermOperatorsWrite, page: (*visit).askResetFactor},
		{method: http.MethodPost, path: "/operators/{id}/second-factor", need: bank.PermOperatorsWrite, page: (*visit).resetFactor, sure: true},
	}
}

// operatorList marks cursors of this list.
const operatorList = 'o'

func (v *visit) operators() error {
	waiting, err := v.noticesFor("operators.")
	if err != nil {
		return err
	}
	return listOfOperators(waiting).serve(v)
}

func listOfOperators(waiting templ.Component) *list[access.Staff] {
	return &list[access.Staff]{
		name: "operators", path: "/operators", title: "operators.title",
		filters: []filter{
			{name: "email"},
			{name: "role", kind: manyFilter, choices: []string{"EMPLOYEE", "MANAGER", "ADMIN"}, family: "role"},
			{name: "operatorStatus", kind: oneFilter, choices: []string{"INVITED", "ACTIVE", "LOCKED"}, family: "operatorStatus"},
		},
		columns: operatorColumns(),
		fetch:   someOperators,
		cursor:  func(o access.Staff) web.Cursor { return web.IDCursor(operatorList, o.ID) },
		href:    func(o access.Staff) string { return operatorPath(o, "") },
		actions: operatorListActions,
		above:   func(*visit) templ.Component { return waiting },
		empty:   noOperators,
	}
}

func operatorPath(o access.Staff, action string) string {
	return "/operators/" + o.ID.String() + action
}

// someOperators takes a page out of all operators of the customer, who are few.
func someOperators(v *visit, q *query, limit int) ([]access.Staff, error) {
	all, err := v.Access.Operators(v.r.Context(), v.customer.ID)
	if err != nil {
		return nil, err
	}
	after, back, err := web.ReadIDCursor(q.cursor, operatorList)
	if err != nil {
		return nil, err
	}
	email, roles, status := strings.ToLower(q.text("email")), q.many("role"), q.text("operatorStatus")
	all = slices.DeleteFunc(all, func(o access.Staff) bool {
		return !strings.Contains(o.Email, email) || len(roles) > 0 && !slices.Contains(roles, string(o.Role)) || status != "" && o.Status() != status
	})
	at := slices.IndexFunc(all, func(o access.Staff) bool { return o.ID == after })
	if back && at >= 0 {
		return all[max(0, at-limit):at], nil
	}
	return all[at+1 : min(at+1+limit, len(all))], nil
}

func operatorColumns() []column[access.Staff] {
	day := "2006-01-02T15:04:05Z"
	return []column[access.Staff]{
		{name: "email", cell: func(_ *visit, o access.Staff) templ.Component { return plain(o.Email) },
			sheet: func(_ *visit, o access.Staff) any { return o.Email }},
		{name: "role", cell: func(v *visit, o access.Staff) templ.Component { return plain(v.roleName(o.Role, o.Institution)) },
			sheet: func(_ *visit, o access.Staff) any { return string(o.Role) }},
		{name: "institution", hidden: true, cell: func(v *visit, o access.Staff) templ.Component { return plain(v.T(yesKey(o.Institution))) },
			sheet: func(_ *visit, o access.Staff) any { return o.Institution }},
		{name: "status", cell: func(v *visit, o access.Staff) templ.Component { return operatorState(v, o) },
			sheet: func(_ *visit, o access.Staff) any { return o.Status() }},
		{name: "lastSignIn", cell: func(v *visit, o access.Staff) templ.Component { return instantOf(v, o.LastSignIn) },
			sheet: func(_ *visit, o access.Staff) any {
				if o.LastSignIn.IsZero() {
					return ""
				}
				return o.LastSignIn.UTC().Format(day)
			}},
		{name: "secondFactor", cell: func(v *visit, o access.Staff) templ.Component { return plain(v.factorsOf(o)) },
			sheet: func(v *visit, o access.Staff) any { return v.factorsOf(o) }},
		{name: "created", hidden: true, cell: func(v *visit, o access.Staff) templ.Component { return instantOf(v, o.CreatedAt) },
			sheet: func(_ *visit, o access.Staff) any { return o.CreatedAt.UTC().Format(day) }},
	}
}

func yesKey(yes bool) string {
	if yes {
		return "operators.yes"
	}
	return "operators.no"
}

// roleName is a role, with the issuing institution where it is one of its own.
func (v *visit) roleName(role bank.Role, institution bool) string {
	if institution {
		return v.T("operators.ofInstitution", v.word("role", string(role)))
	}
	return v.word("role", string(role))
}

// factorsOf says which second factors somebody has.
func (v *visit) factorsOf(o access.Staff) string {
	var list []string
	if o.App {
		list = append(list, v.T("profile.app"))
	}
	if o.Passkeys > 0 {
		list = append(list, v.T("operators.passkeys", o.Passkeys))
	}
	return strings.Join(list, ", ")
}

// waitsOf tells whether failed attempts make an operator wait now.
func (v *visit) waitsOf(o access.Staff) bool { return v.Now().Before(o.LockedUntil) }

// operatorOfPath is the operator whose page it is, and whether the one who looks may decide about them.
func (v *visit) operatorOfPath() (o access.Staff, may bool, err error) {
	id, err := v.id()
	if err != nil {
		return o, false, err
	}
	all, err := v.Access.Operators(v.r.Context(), v.customer.ID)
	if err != nil {
		return o, false, err
	}
	at := slices.IndexFunc(all, func(o access.Staff) bool { return o.ID == id })
	if at < 0 {
		return o, false, bank.ErrNotFound.With("this customer has no such operator")
	}
	o = all[at]
	if !v.may(bank.PermOperatorsWrite) {
		return o, false, nil
	}
	roles, err := v.Access.Grantable(v.r.Context(), v.actor, o.Institution)
	return o, slices.Contains(roles, o.Role), err
}

func (v *visit) operator() error {
	o, may, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	waiting, err := v.noticesOf(o.Email)
	if err != nil {
		return err
	}
	return v.show(o.Email, operatorPage(v, o, may, waiting))
}

func operatorFacts(v *visit, o access.Staff) []fact {
	return []fact{
		{v.word("column", "status"), operatorState(v, o)},
		{v.word("column", "role"), plain(v.roleName(o.Role, o.Institution))},
		{v.word("column", "secondFactor"), plain(v.factorsOf(o))},
		{v.word("column", "lastSignIn"), instantOf(v, o.LastSignIn)},
		{v.word("column", "created"), instantOf(v, o.CreatedAt)},
	}
}

// trailOf is the audit trail of an operator.
func trailOf(o access.Staff) string { return withQuery("/audit", url.Values{"object": {o.Email}}) }
