package panel

import (
	"net/http"
	"slices"
	"strings"

	"ims/internal/bank"
)

// What a route needs besides the permissions of bank: nothing, or that somebody is signed in.
const (
	anybody  bank.Permission = "anybody"
	signedIn bank.Permission = "signed in"
)

// route is one page or action.
type route struct {
	method string
	path   string // a pattern of http.ServeMux, without the method
	need   bank.Permission
	page   func(*visit) error
	live   bool // a stream or polling: it does not renew the idle time
	sure   bool // a form that is grave: it is taken only within five minutes of a proof of who sits there, and asks for one

	// An entry of the navigation, where the route is one: the group and its own name, both keys of texts, and the letter that
	// follows g on the keyboard.
	group, entry, letter string
}

// routes is the whole panel. Each subject lists its own beside its pages; the order is that of the navigation.
func routes() []route {
	return slices.Concat(
		homeRoutes(),
		approvalRoutes(),
		userRoutes(),
		balanceRoutes(),
		blockRoutes(),
		historyRoutes(),
		transferRoutes(),
		reportRoutes(),
		fileRoutes(),
		orderFileRoutes(),
		itemRoutes(),
		fundRoutes(),
		settingsRoutes(),
		masterAccountRoutes(),
		certificateRoutes(),
		domainRoutes(),
		notificationRoutes(),
		operatorRoutes(),
		roleRoutes(),
		auditRoutes(),
		searchRoutes(),
		signInRoutes(),
		invitationRoutes(),
		enrolRoutes(),
		confirmRoutes(),
		profileRoutes(),
		preferenceRoutes(),
		savedViewRoutes(),
	)
}

// homeRoutes are the first page and the help that belongs to all.
func homeRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/{$}", need: signedIn, page: (*visit).home, group: "group.home", entry: "home.title", letter: "h"},
		{method: http.MethodGet, path: "/live/home", need: signedIn, page: (*visit).homeStream, live: true},
		{method: http.MethodGet, path: "/keys", need: signedIn, page: (*visit).keys},
	}
}

// allows tells whether an actor may use the route.
func (r *route) allows(actor bank.Actor) bool {
	switch r.need {
	case anybody:
		return true
	case signedIn:
		return actor.Name != ""
	}
	return actor.Name != "" && actor.May(r.need) == nil
}

// navGroup is a part of the navigation.
type navGroup struct {
	key     string // of its name
	entries []route
}

// href is the address of a route without wildcards.
func (r route) href() string { return strings.TrimSuffix(r.path, "{$}") }

// navigation is what the operator may enter; a group without entries is not there.
func (v *visit) navigation() []navGroup {
	var groups []navGroup
	for _, r := range v.routes {
		if r.entry == "" || !r.allows(v.actor) {
			continue
		}
		if len(groups) == 0 || groups[len(groups)-1].key != r.group {
			groups = append(groups, navGroup{key: r.group})
		}
		last := &groups[len(groups)-1]
		last.entries = append(last.entries, r)
	}
	return groups
}
