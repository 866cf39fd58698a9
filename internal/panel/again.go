package panel

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/bank"
)

// again is a form that waits for a second person. It is kept with whoever sent it, so that one button carries it out once it is
// approved: the same form is sent again, and what was approved is what happens.
type again struct {
	path string
	form url.Values // nil: the path is a page with the form
}

// againMark begins the names of what is kept; an approval's id follows. It stands among the operator's own preferences.
const againMark = "again."

// mostAgain is how many forms are kept before those whose approvals are over are looked for.
const mostAgain = 40

// waitsFor keeps the form of this request and leads to the approval that it waits for. Every action that ends in the error of a
// waiting change comes here.
func (v *visit) waitsFor(approval bank.ID) error {
	if err := v.keepAgain(approval); err != nil {
		return err
	}
	v.say("approvals.asked", "")
	return v.redirect("/approvals/" + approval.String())
}

// secretFields are never kept.
var secretFields = []string{"password", "key"}

// keepAgain keeps what was sent. A form with a secret, or one that is too long, as with a file, is filled in again by hand.
func (v *visit) keepAgain(approval bank.ID) error {
	form := v.repeat
	if form == nil {
		form = v.r.PostForm
	}
	for _, name := range secretFields {
		if form.Get(name) != "" {
			return nil
		}
	}
	if len(form) == 0 {
		return nil
	}
	if err := v.tidyAgain(); err != nil {
		return err
	}
	text := url.Values{"path": {v.r.URL.RequestURI()}, "form": {form.Encode()}}.Encode()
	err := v.Access.SetPreference(v.r.Context(), v.actor, againMark+approval.String(), text)
	if errors.Is(err, bank.ErrInvalid) || errors.Is(err, bank.ErrConflict) {
		return nil
	}
	return err
}

// tidyAgain forgets forms whose approvals are over, where many are kept.
func (v *visit) tidyAgain() error {
	all, err := v.Access.Preferences(v.r.Context(), v.actor)
	if err != nil || len(all) < mostAgain {
		return err
	}
	for name := range all {
		text, ours := strings.CutPrefix(name, againMark)
		id, err := bank.ParseID(text)
		if !ours || err != nil {
			continue
		}
		a, err := v.Access.Approval(v.r.Context(), v.actor, id)
		if err == nil && (a.Status == bank.ApprovalPending || a.Status == bank.ApprovalApproved) {
			continue
		}
		if err := v.Access.SetPreference(v.r.Context(), v.actor, name, ""); err != nil {
			return err
		}
	}
	return nil
}

// againOf is what carries an approved change out: what the approval itself says of an item, or the form that the operator kept.
// Nil where somebody else asked, or nothing was kept.
func (v *visit) againOf(a bank.Approval) (*again, error) {
	if a.Status != bank.ApprovalApproved || a.RequestedBy != v.actor.Name {
		return nil, nil
	}
	if verb, item := strings.CutPrefix(a.Action, "item."); item {
		return itemAgain(a, verb), nil
	}
	if strings.HasPrefix(a.Action, "file.") {
		return &again{path: "/files/" + a.Object + "/execute"}, nil
	}
	all, err := v.Access.Preferences(v.r.Context(), v.actor)
	if err != nil || all[againMark+a.ID.String()] == "" {
		return nil, err
	}
	// What cannot be read is not ours: whoever wrote it may send the form by hand.
	if values, bad := url.ParseQuery(all[againMark+a.ID.String()]); bad == nil {
		if form, bad := url.ParseQuery(values.Get("form")); bad == nil {
			return &again{localPath(values.Get("path")), form}, nil
		}
	}
	return nil, nil
}

// itemAgain reads the decision about an item out of what was approved: "VERB AMOUNT to TARGET: REASON".
func itemAgain(a bank.Approval, verb string) *again {
	head, reason, found := strings.Cut(a.Summary, ": ")
	if !found {
		return nil
	}
	form := url.Values{"reason": {reason}}
	if _, target, to := strings.Cut(head, " to "); to {
		form.Set("target", ownFunds)
		if balance, named := strings.CutPrefix(target, "balance "); named {
			form.Set("target", balance)
		}
	}
	return &again{"/items/" + a.Object + "/" + verb, form}
}

// openApprovals are those that are not over, of all that the page is about: they wait, or are approved and not carried out.
// The page shows them with @approvalNotices.
func (v *visit) openApprovals(about func(bank.Approval) bool) ([]approvalView, error) {
	var open []approvalView
	for _, status := range []bank.ApprovalStatus{bank.ApprovalPending, bank.ApprovalApproved} {
		list, err := v.approvalsIn(status)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if about(a) {
				open = append(open, v.approvalView(a))
			}
		}
	}
	for i := range open {
		var err error
		if open[i].again, err = v.againOf(open[i].Approval); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// noticesOf is what the page of an object says of the approvals about it.
func (v *visit) noticesOf(object string) (templ.Component, error) {
	open, err := v.openApprovals(func(a bank.Approval) bool { return a.Object == object })
	return approvalNotices(v, open), err
}

// noticesFor is what a page of settings says of the approvals whose actions begin with one of the prefixes.
func (v *visit) noticesFor(prefixes ...string) (templ.Component, error) {
	open, err := v.openApprovals(func(a bank.Approval) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(a.Action, p) })
	})
	return approvalNotices(v, open), err
}

// pairs are the names and values of a form in a fixed order.
func pairs(values url.Values) [][2]string {
	var list [][2]string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			list = append(list, [2]string{name, value})
		}
	}
	return list
}
