package panel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ims/internal/access"
	"ims/internal/bank"
)

// TestEveryRouteHasAPermission keeps a page from being forgotten: what it needs must be said.
func TestEveryRouteHasAPermission(t *testing.T) {
	known := append(bank.AllPermissions(), signedIn, anybody)
	seen := map[string]bool{}
	for _, r := range routes() {
		if !slices.Contains(known, r.need) {
			t.Errorf("%s %s needs %q, which is no permission", r.method, r.path, r.need)
		}
		if key := r.method + " " + r.path; seen[key] {
			t.Errorf("%s is there twice", key)
		} else {
			seen[key] = true
		}
	}
}

// TestLettersAreUnique holds that g and a letter go to one place.
func TestLettersAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, r := range routes() {
		if other := seen[r.letter]; r.letter != "" && other != "" {
			t.Errorf("g %s leads to %s and to %s", r.letter, other, r.path)
		}
		seen[r.letter] = r.path
	}
}

// TestRoles walks every route as every role: who has the permission is let in, others see the page that says no, and
// strangers are sent to the door.
func TestRoles(t *testing.T) {
	s := newScene(t)
	staff := must[[]access.Staff](t)(s.panel.Access.Operators(t.Context(), s.customer.ID))
	if len(staff) != 4 {
		t.Fatalf("%d operators", len(staff))
	}
	for _, email := range []string{adminEmail, managerEmail, employeeEmail} {
		actor := must[bank.Actor](t)(s.panel.Access.Operator(t.Context(), s.customer.ID, email))
		b := s.signedIn(email)
		for _, r := range routes() {
			if r.path == "/sign-out" || r.live {
				continue
			}
			got := b.call(r, s.pathOf(r))
			if refused := got.status == http.StatusForbidden; refused == r.allows(actor) {
				t.Errorf("%s: %s %s: status %d, allowed %v", email, r.method, r.path, got.status, r.allows(actor))
			}
			if got.status >= 500 {
				t.Errorf("%s: %s %s: status %d: %s", email, r.method, r.path, got.status, got.body)
			}
			if r.method == http.MethodGet && got.status == http.StatusOK {
				s.linksLead(t, actor, email+" "+r.path, got.body)
			}
		}
	}
	for _, r := range routes() {
		if got := s.stranger().call(r, s.pathOf(r)); r.need != anybody && (got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/sign-in")) {
			t.Errorf("a stranger: %s %s: status %d to %s", r.method, r.path, got.status, got.header.Get("Location"))
		}
	}
}

// call asks for a route, with an empty form where it takes one.
func (b *browser) call(r route, path string) reply {
	if r.method == http.MethodPost {
		return b.post(path, url.Values{})
	}
	return b.get(path)
}

// pathOf is the path of a route for the first end user of the scene, and for their balance.
func (s *scene) pathOf(r route) string {
	if strings.HasPrefix(r.path, "/balances/") {
		return strings.Replace(r.path, "{id}", s.balanceOf(0).ID.String(), 1)
	}
	return strings.NewReplacer("{$}", "", "{id}", s.users[0].ID.String()).Replace(r.path)
}

// linksLead holds that a page shows no link or form that ends in 403 for the operator.
func (s *scene) linksLead(t *testing.T, actor bank.Actor, where, body string) {
	t.Helper()
	mux := http.NewServeMux()
	needs := map[string]route{}
	for _, r := range routes() {
		pattern := r.method + " " + r.path
		mux.HandleFunc(pattern, http.NotFound)
		needs[pattern] = r
	}
	for attribute, method := range map[string]string{` href="/`: http.MethodGet, ` action="/`: ""} {
		for _, part := range strings.Split(body, attribute)[1:] {
			path, rest, _ := strings.Cut(part, `"`)
			if strings.HasPrefix(path, "assets/") {
				continue
			}
			verb := method
			if verb == "" {
				tag, _, _ := strings.Cut(rest, ">")
				verb = map[bool]string{true: http.MethodPost, false: http.MethodGet}[strings.Contains(tag, `method="post"`)]
			}
			target := must[*http.Request](t)(http.NewRequest(verb, "/"+strings.ReplaceAll(path, "&amp;", "&"), nil))
			_, pattern := mux.Handler(target)
			r, ok := needs[pattern]
			if !ok {
				t.Errorf("%s: %s /%s leads nowhere", where, verb, path)
			} else if !r.allows(actor) {
				t.Errorf("%s: %s /%s is shown, and not allowed", where, verb, path)
			}
		}
	}
}
