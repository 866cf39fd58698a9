package panel

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
)

// secondPerson answers a change that a second person must decide with the page that says so; false where the error is none of that.
// Back is where the change was begun. The page holds what was typed, so that whoever asked carries the change out with one
// button once it is approved.
func (v *visit) secondPerson(err error, back string) (bool, error) {
	if !errors.Is(err, bank.ErrFourEyes) {
		return false, err
	}
	id, waits := access.WaitingFor(err)
	if !waits {
		return true, err
	}
	if err := v.keepAgain(id); err != nil {
		return true, err
	}
	a, err := v.Access.Approval(v.r.Context(), v.actor, id)
	if err != nil {
		return true, err
	}
	return true, v.answer(http.StatusAccepted, v.T("waits.title"), waitsPage(v, a, back))
}

// kept is one field of a form that the page of a waiting change holds.
type kept struct{ name, value string }

// repeatable is what was typed, in its order. A form with a secret is not kept in a page: it has to be filled in again.
func (v *visit) repeatable() (list []kept, ok bool) {
	for name, values := range v.r.PostForm {
		for _, value := range values {
			if value != "" && slices.Contains([]string{"password", "key"}, name) {
				return nil, false
			}
			list = append(list, kept{name, value})
		}
	}
	slices.SortStableFunc(list, func(a, b kept) int { return strings.Compare(a.name, b.name) })
	return list, true
}

// changesThatWait are the approvals, undecided or not yet made use of, whose action begins with one of the prefixes.
func (v *visit) changesThatWait(prefixes ...string) ([]bank.Approval, error) {
	var found []bank.Approval
	for _, status := range []bank.ApprovalStatus{bank.ApprovalPending, bank.ApprovalApproved} {
		list, err := v.Access.Approvals(v.r.Context(), v.actor, v.customer.ID, access.ApprovalFilter{Status: status})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(a.Action, p) }) {
				found = append(found, a)
			}
		}
	}
	return found, nil
}
