package panel

import (
	"slices"
	"strings"
)

// htmxConfig keeps htmx within our policy: nothing inline, nothing evaluated, no copies of pages in the browser's storage.
// Refusals are shown like all other answers.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0,` +
	`"refreshOnHistoryMiss":true,"responseHandling":[{"code":"204","swap":false},{"code":"...","swap":true}]}`

// waitingPath is the page whose entry shows how many decisions wait.
const waitingPath = "/approvals"

func pageTitle(v *visit, title string) string {
	if name := brandName(v); name != title {
		return title + " · " + name
	}
	return title
}

// brandName is the customer's name, or the product's where the host is nobody's.
func brandName(v *visit) string {
	if v.customer.Name == "" {
		return v.T("frame.product")
	}
	return v.customer.Name
}

// inEntry tells whether the page belongs to an entry of the navigation.
func inEntry(v *visit, entry route) bool {
	here, root := v.r.URL.Path, entry.href()
	switch { // pages that are reached from another entry's list
	case strings.HasPrefix(here, "/balances/"):
		here = "/users" + here
	case strings.HasPrefix(here, "/transactions/"):
		here = "/history" + here
	}
	return here == root || root != "/" && strings.HasPrefix(here, root+"/")
}

// maxBadge is as far as the badge of what waits counts.
const maxBadge = 99

func waitsText(v *visit) string {
	if v.waits > maxBadge {
		return v.count(maxBadge) + "+"
	}
	return v.count(v.waits)
}

func themeKey(theme string) string {
	if theme == "" {
		return "system"
	}
	return theme
}

// offeredZones are the zones to choose from, with that of now.
func offeredZones(v *visit) []string {
	if now := v.zone.String(); !slices.Contains(zones, now) {
		return append([]string{now}, zones...)
	}
	return zones
}
