package panel

import (
	"cmp"
	"net/http"
	"slices"

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

// foundKinds are the kinds of what is found, in the order in which people look for them.
var foundKinds = []history.FoundKind{history.FoundBankAccount, history.FoundUser, history.FoundBalance, history.FoundTransaction, history.FoundFile,
	history.FoundItem, history.FoundApproval, history.FoundOperator, history.FoundMasterAccount}

// foundGroup is what was found of one kind.
type foundGroup struct {
	kind history.FoundKind
	hits []history.Hit
}

// search shows what an identifier names, by kind, and goes there at once where that is one thing with a page.
func (v *visit) search() error {
	text := searched(v)
	if text == "" {
		return v.show(v.T("search.title"), searchPage(v, nil, 0, ""))
	}
	found, err := v.History.SearchAny(v.r.Context(), v.actor, text)
	whole := ""
	if err != nil {
		var faults map[string]string
		if faults, whole, err = v.faults(err); err != nil {
			return err
		}
		if faults["q"] != "" {
			whole = faults["q"]
		}
	}
	if len(found) == 1 {
		if href := v.hitHref(found[0]); href != "" {
			return v.redirect(href)
		}
	}
	return v.show(v.T("search.title"), searchPage(v, groupsOf(found), len(found), whole))
}

func groupsOf(found []history.Hit) []foundGroup {
	var groups []foundGroup
	for _, kind := range foundKinds {
		hits := slices.DeleteFunc(slices.Clone(found), func(h history.Hit) bool { return h.Kind != kind })
		if len(hits) > 0 {
			groups = append(groups, foundGroup{kind, hits})
		}
	}
	return groups
}

// hitHref is the page of what was found, "" where there is none for the operator.
func (v *visit) hitHref(h history.Hit) string {
	switch h.Kind {
	case history.FoundUser:
		return v.reach("/users/" + h.ID)
	case history.FoundBankAccount, history.FoundBalance:
		return v.balanceHref(h)
	case history.FoundTransaction:
		return v.reach("/transactions/" + h.ID)
	case history.FoundFile:
		return v.reach("/files/" + h.ID)
	case history.FoundItem:
		return v.reach("/items/" + h.ID)
	case history.FoundApproval:
		return v.reach("/approvals/" + h.ID)
	case history.FoundOperator:
		return v.reach("/operators")
	case history.FoundMasterAccount:
		return v.reach("/master-accounts")
	}
	return ""
}

// balanceHref is where a balance or its IBAN is shown: with its end user, or among the customer's own.
func (v *visit) balanceHref(h history.Hit) string {
	if h.User.IsZero() {
		return v.reach("/funds/" + h.Balance.String())
	}
	if href := v.reach("/users/" + h.User.String() + "/balances"); href != "" {
		return href + "#balance-" + h.Balance.String()
	}
	return v.reach("/users/" + h.User.String())
}

// foundName is what a hit is called: its words, or its identifier where it has none.
func foundName(h history.Hit) string {
	if h.Owner != "" {
		return h.Owner + " · " + h.About
	}
	return cmp.Or(h.About, h.ID)
}
