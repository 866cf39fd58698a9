package panel

import (
	"net/http"

	"ims/internal/bank"
	"ims/internal/history"
)

// searchNeeds is the permission of the search box.
const searchNeeds = bank.PermHistoryRead

func searchRoutes() []route {
	return []route{{method: http.MethodGet, path: "/search", need: searchNeeds, page: (*visit).search}}
}

// searched is what stands in the box.
func searched(v *visit) string {
	if v.r.URL.Path != "/search" {
		return ""
	}
	return v.r.URL.Query().Get("q")
}

// search shows what an identifier names, and goes there at once where that is one thing with a page.
func (v *visit) search() error {
	text := searched(v)
	if text == "" {
		return v.show(v.T("search.title"), searchPage(v, nil, ""))
	}
	found, err := v.History.Find(v.r.Context(), v.actor, text)
	faults, whole := map[string]string(nil), ""
	if err != nil {
		if faults, whole, err = v.faults(err); err != nil {
			return err
		}
		if faults["q"] != "" {
			whole = faults["q"]
		}
	}
	if len(found) == 1 && foundHref(found[0]) != "" {
		return v.redirect(foundHref(found[0]))
	}
	return v.show(v.T("search.title"), searchPage(v, found, whole))
}

// foundHref is the page of what was found, "" where there is none yet. A kind whose page is made gets its line here.
func foundHref(f history.Found) string {
	switch f.Kind {
	case history.FoundUser:
		return "/users/" + f.ID
	case history.FoundFile:
		return "/files/" + f.ID
	case history.FoundBankAccount:
		return "/users?iban=" + f.ID
	}
	return ""
}
