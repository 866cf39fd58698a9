package panel

import (
	"net/http"

	"github.com/a-h/templ"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/web"
)

func userRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/users", need: bank.PermUsersRead, page: (*visit).users, group: "group.customers", entry: "users.title", letter: "u"},
		{method: http.MethodGet, path: "/users/new", need: bank.PermUsersWrite, page: (*visit).askUser},
		{method: http.MethodPost, path: "/users/new", need: bank.PermUsersWrite, page: (*visit).addUser},
		{method: http.MethodGet, path: "/users/{id}", need: bank.PermUsersRead, page: (*visit).user},
		{method: http.MethodGet, path: "/users/{id}/audit", need: bank.PermUsersRead, page: (*visit).userAudit},
		{method: http.MethodGet, path: "/users/{id}/edit", need: bank.PermUsersWrite, page: (*visit).editUser},
		{method: http.MethodPost, path: "/users/{id}/edit", need: bank.PermUsersWrite, page: (*visit).changeUser},
		{method: http.MethodGet, path: "/users/{id}/lock", need: bank.PermUsersWrite, page: (*visit).askLockUser},
		{method: http.MethodPost, path: "/users/{id}/lock", need: bank.PermUsersWrite, page: (*visit).lockUser},
		{method: http.MethodGet, path: "/users/{id}/unlock", need: bank.PermUsersWrite, page: (*visit).askUnlockUser},
		{method: http.MethodPost, path: "/users/{id}/unlock", need: bank.PermUsersWrite, page: (*visit).unlockUser},
	}
}

// userList marks cursors of this list.
const userList = 'u'

func (v *visit) users() error { return listOfUsers().serve(v) }

func listOfUsers() *list[bank.User] {
	return &list[bank.User]{
		name: "users", path: "/users", title: "users.title",
		filters: []filter{
			{name: "name", hint: "users.nameHint"},
			{name: "iban"},
			{name: "externalId"},
			{name: "status", kind: oneFilter, choices: []string{"ACTIVE", "LOCKED"}, family: "userStatus"},
			{name: "email", more: true, hint: "users.emailHint"},
			{name: "phone", more: true, hint: "users.phoneHint"},
			{name: "type", kind: oneFilter, choices: []string{"PERSON", "CORPORATION"}, family: "userType", more: true},
			{name: "kyc", kind: manyFilter, choices: []string{"PENDING", "ACCEPTED", "REJECTED"}, family: "kyc", more: true},
			{name: "created", kind: dayFilter, more: true},
		},
		columns: userColumns(),
		sorts:   []string{"-created", "created"},
		fetch: func(v *visit, q *query, limit int) ([]bank.User, error) {
			f, err := userFilter(v, q)
			if err != nil {
				return nil, err
			}
			f.Limit = limit
			return v.Accounts.Users(v.r.Context(), v.actor, f)
		},
		cursor:  func(u bank.User) web.Cursor { return web.IDCursor(userList, u.ID) },
		href:    func(u bank.User) string { return "/users/" + u.ID.String() },
		actions: userAdding,
		empty:   noUsers,
	}
}

func userFilter(v *visit, q *query) (f accounts.UserFilter, err error) {
	f = accounts.UserFilter{Name: q.text("name"), IBAN: q.text("iban"), ExternalID: q.text("externalId"), Email: q.text("email"), Phone: q.text("phone"),
		Status: bank.UserStatus(q.text("status")), Type: bank.UserType(q.text("type")), KYCIn: q.many("kyc"), Newest: q.sort == "-created"}
	f.From, f.To = q.days(v, "created")
	f.After, f.Back, err = web.ReadIDCursor(q.cursor, userList)
	return f, err
}

func userColumns() []column[bank.User] {
	return []column[bank.User]{
		{name: "name", cell: func(_ *visit, u bank.User) templ.Component { return plain(u.Name()) },
			sheet: func(_ *visit, u bank.User) any { return u.Name() }},
		{name: "externalId", cell: func(_ *visit, u bank.User) templ.Component { return code(u.ExternalID) },
			sheet: func(_ *visit, u bank.User) any { return u.ExternalID }},
		{name: "type", cell: func(v *visit, u bank.User) templ.Component { return plain(v.word("userType", string(u.Type))) },
			sheet: func(_ *visit, u bank.User) any { return string(u.Type) }},
		{name: "email", cell: func(_ *visit, u bank.User) templ.Component { return plain(u.Email) },
			sheet: func(_ *visit, u bank.User) any { return u.Email }},
		{name: "phone", hidden: true, cell: func(_ *visit, u bank.User) templ.Component { return plain(u.Phone) },
			sheet: func(_ *visit, u bank.User) any { return u.Phone }},
		{name: "kyc", cell: func(v *visit, u bank.User) templ.Component { return status(v, "kyc", string(u.KYC)) },
			sheet: func(_ *visit, u bank.User) any { return string(u.KYC) }},
		{name: "status", cell: func(v *visit, u bank.User) templ.Component { return status(v, "userStatus", string(u.Status)) },
			sheet: func(_ *visit, u bank.User) any { return string(u.Status) }},
		{name: "created", cell: func(v *visit, u bank.User) templ.Component { return instantOf(v, u.CreatedAt) },
			sheet: func(_ *visit, u bank.User) any { return u.CreatedAt.UTC().Format("2006-01-02T15:04:05Z") }},
		{name: "id", hidden: true, cell: func(_ *visit, u bank.User) templ.Component { return code(u.ID.String()) },
			sheet: func(_ *visit, u bank.User) any { return u.ID.String() }},
	}
}

// user is the first tab of an end user.
func (v *visit) user() error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	blocks, err := v.blocksOn(u.ID.String())
	if err != nil {
		return err
	}
	return v.show(u.Name(), userPage(v, u, blocks))
}

func (v *visit) userOfPath() (bank.User, error) {
	id, err := v.id()
	if err != nil {
		return bank.User{}, err
	}
	return v.Accounts.User(v.r.Context(), v.actor, id)
}

// userTabs are the pages of one end user; another tab is one line here and a route.
func userTabs(v *visit, u bank.User) []tab {
	home := "/users/" + u.ID.String()
	list := []tab{{v.T("user.details"), home}, {v.T("balances.title"), home + "/balances"}}
	if v.may(bank.PermHistoryRead) {
		list = append(list, tab{v.T("history.title"), home + "/history"})
	}
	return append(list, tab{v.T("trail.title"), home + "/audit"})
}

// userFacts is what is known of an end user.
func userFacts(v *visit, u bank.User) []fact {
	known := []fact{
		{v.word("column", "type"), plain(v.word("userType", string(u.Type)))},
		{v.word("column", "name"), plain(u.Name())},
		{v.word("column", "externalId"), code(u.ExternalID)},
		{v.word("column", "email"), plain(u.Email)},
		{v.word("column", "phone"), plain(u.Phone)},
		{v.word("column", "kyc"), status(v, "kyc", string(u.KYC))},
		{v.word("column", "status"), status(v, "userStatus", string(u.Status))},
		{v.word("column", "created"), instantOf(v, u.CreatedAt)},
		{v.word("column", "updated"), instantOf(v, u.UpdatedAt)},
		{v.word("column", "id"), copyable(v, u.ID.String(), u.ID.String())},
	}
	if !u.ErasedAt.IsZero() {
		known = append(known, fact{v.word("column", "erased"), instantOf(v, u.ErasedAt)})
	}
	return known
}

func (v *visit) askLockUser() error   { return v.askStatus("lock", true) }
func (v *visit) askUnlockUser() error { return v.askStatus("unlock", false) }

// askStatus asks before an end user is locked or unlocked.
func (v *visit) askStatus(action string, danger bool) error {
	u, err := v.userOfPath()
	if err != nil {
		return err
	}
	home := "/users/" + u.ID.String()
	title := v.T("user."+action+"Title", u.Name())
	return v.show(title, askPage(v, ask{title: title, text: v.T("user." + action + "Text"), action: home + "/" + action, back: home,
		button: v.T("user." + action), danger: danger}))
}

func (v *visit) lockUser() error   { return v.setStatus(bank.UserLocked, "user.lockDone") }
func (v *visit) unlockUser() error { return v.setStatus(bank.UserActive, "user.unlockDone") }

func (v *visit) setStatus(to bank.UserStatus, done string) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	u, err := v.Accounts.UpdateUser(v.r.Context(), v.actor, id, func(u *bank.User) error {
		u.Status = to
		return nil
	})
	if err != nil {
		return err
	}
	v.say(done, u.Name())
	return v.redirect("/users/" + id.String())
}
