package panel

import (
	"net/http"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
)

// assignment is the form that gives an item's money a home.
type assignment struct {
	itemRow
	search string // what was looked for
	found  []candidate
	target string // the choice: a balance's id, or ownFunds
	reason string
	faults map[string]string
	whole  string
}

// ownFunds is the choice of the customer's own money in place of a balance.
const ownFunds = "own"

func (v *visit) askAssign() error {
	a, err := v.assignment()
	if err != nil {
		return err
	}
	return v.show(v.T("items.assignTitle"), assignPage(v, a))
}

// assignment is the form as the address and what was typed say.
func (v *visit) assignment() (a assignment, err error) {
	i, err := v.itemOfPath()
	if err != nil {
		return a, err
	}
	a.itemRow = itemRow{Item: i}
	a.search, a.target, a.reason = v.r.FormValue("q"), v.r.FormValue("target"), v.r.FormValue("reason")
	if !v.may(bank.PermUsersRead) {
		return a, nil
	}
	look := a.search
	if look == "" && a.target != ownFunds {
		look = a.target
	}
	if a.found, err = v.candidates(look, i.Currency); err != nil || look != "" {
		return a, err
	}
	return a, v.suggestInto(&a)
}

// suggestInto offers the home that speaks for itself, where somebody looks for none else.
func (v *visit) suggestInto(a *assignment) error {
	found, err := v.suggestions([]bank.Item{a.Item})
	s, ok := found[a.ID]
	if err != nil || !ok || s.Balance.IsZero() {
		return err
	}
	c, err := v.candidate(s.Balance)
	if err != nil {
		return err
	}
	a.suggestion, a.found = &s, []candidate{c}
	return nil
}

func (v *visit) assign() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	to, faults := v.target()
	if len(faults) > 0 {
		return v.refuseAssign(faults, v.T("form.wrong"))
	}
	_, pending, err := v.Files.Assign(v.r.Context(), v.actor, id, to, strings.TrimSpace(v.r.PostFormValue("reason")))
	if err == nil && pending == nil {
		v.say("items.assignDone", "")
		return v.redirect("/items/" + id.String())
	}
	if err == nil {
		return access.Waiting(pending)
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.refuseAssign(faults, whole)
}

// target reads the choice of the form.
func (v *visit) target() (to files.Target, faults map[string]string) {
	text := v.r.PostFormValue("target")
	if text == ownFunds {
		return files.Target{OwnFunds: true}, nil
	}
	balance, err := bank.ParseID(text)
	if err != nil {
		return to, map[string]string{"target": v.T("items.noTarget")}
	}
	return files.Target{Balance: balance}, nil
}

// refuseAssign shows the form again with what was typed and what is wrong with it.
func (v *visit) refuseAssign(faults map[string]string, whole string) error {
	a, err := v.assignment()
	if err != nil {
		return err
	}
	a.faults, a.whole = faults, whole
	return v.answer(http.StatusUnprocessableEntity, v.T("items.assignTitle"), assignPage(v, a))
}

func (v *visit) askReturn() error { return v.askItem("return", http.StatusOK, nil, "") }
func (v *visit) askSettle() error { return v.askItem("settle", http.StatusOK, nil, "") }

// askItem asks for the reason of a decision that needs nothing else.
func (v *visit) askItem(action string, status int, faults map[string]string, whole string) error {
	i, err := v.itemOfPath()
	if err != nil {
		return err
	}
	home := "/items/" + i.ID.String()
	title := v.T("items."+action+"Title", v.itemTitle(i))
	return v.answer(status, title, askPage(v, ask{title: title, text: v.T("items." + action + "Text"), action: home + "/" + action, back: home,
		button: v.T("items." + action), fields: reasonOf(v, v.r.FormValue("reason"), faults["reason"], whole)}))
}

func (v *visit) returnItem() error { return v.decideItem("return", v.Files.Return) }
func (v *visit) settle() error     { return v.decideItem("settle", v.Files.Settle) }

func (v *visit) decideItem(action string, do itemDecision) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	_, pending, err := do(v.r.Context(), v.actor, id, strings.TrimSpace(v.r.PostFormValue("reason")))
	if err == nil && pending == nil {
		v.say("items."+action+"Done", "")
		return v.redirect("/items/" + id.String())
	}
	if err == nil {
		return access.Waiting(pending)
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.askItem(action, http.StatusUnprocessableEntity, faults, whole)
}
