package panel

import (
	"net/http"
	"strings"
)

// reach is a path of the panel if a page answers there that the operator may see, and "" if not: what leads to the pages of
// other subjects asks here, so that no link ends in a refusal.
func (v *visit) reach(path string) string {
	bare, _, _ := strings.Cut(path, "?")
	for i := range v.routes {
		if r := &v.routes[i]; r.method == http.MethodGet && matches(r.href(), bare) && r.allows(v.actor) {
			return path
		}
	}
	return ""
}

// matches tells whether a path is one of a route's, whose pattern may hold wildcards of one segment.
func matches(pattern, path string) bool {
	want, is := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(is) {
		return false
	}
	for i := range want {
		if want[i] != is[i] && !(strings.HasPrefix(want[i], "{") && is[i] != "") {
			return false
		}
	}
	return true
}
