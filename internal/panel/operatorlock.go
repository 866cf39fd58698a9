package panel

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"ims/internal/access"
	"ims/internal/bank"
)

// askOperator is a question about an operator; with one, the form asks for a reason, which may be refused.
func (v *visit) askOperator(status int, o access.Staff, key, action string, reason templ.Component) error {
	a := ask{title: v.T("operators."+key+"Title", o.Email), text: v.T("operators." + key + "Text"), action: operatorPath(o, action), back: operatorPath(o, ""),
		button: v.T("operators." + key), danger: key != "unlock", fields: reason}
	return v.answer(status, v.T("operators."+key), askPage(v, a))
}

// reasonField asks why.
func (v *visit) reasonField(typed, fault string) templ.Component {
	return fieldOf(v, field{name: "reason", label: v.T("operators.reason"), value: typed, hint: v.T("operators.reasonHint"), required: true, limit: 500, fault: fault})
}

func (v *visit) askLockOperator() error { return v.askAbout("lock", v.reasonField("", "")) }

func (v *visit) askUnlockOperator() error { return v.askAbout("unlock", v.reasonField("", "")) }

func (v *visit) askResetFactor() error { return v.askAbout("resetFactor", nil) }

// actionPaths are where the questions lead.
var actionPaths = map[string]string{"lock": "/lock", "unlock": "/unlock", "resetFactor": "/second-factor"}

func (v *visit) askAbout(key string, fields templ.Component) error {
	o, may, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	return v.askOperator(http.StatusOK, o, key, actionPaths[key], fields)
}

func (v *visit) lockOperator() error { return v.setLocked("lock", v.Access.LockOperator) }

func (v *visit) unlockOperator() error { return v.setLocked("unlock", v.Access.UnlockOperator) }

// setLocked locks or unlocks, with a reason.
func (v *visit) setLocked(key string, set func(context.Context, bank.Actor, bank.CustomerID, string, string) error) error {
	o, _, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	reason := v.r.PostFormValue("reason")
	if reason == "" {
		return v.askOperator(http.StatusUnprocessableEntity, o, key, actionPaths[key], v.reasonField("", v.T("operators.reasonMissing")))
	}
	if err = set(v.r.Context(), v.actor, v.customer.ID, o.Email, reason); err == nil {
		v.say(map[string]string{"lock": "operators.lockDone", "unlock": "operators.unlockDone"}[key], o.Email)
		return v.redirect(operatorPath(o, ""))
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	fault := faults["reason"]
	if fault == "" {
		fault = whole
	}
	return v.askOperator(http.StatusUnprocessableEntity, o, key, actionPaths[key], v.reasonField(reason, fault))
}

// resetFactor takes away somebody's second factors and makes the link to enrol a new one.
func (v *visit) resetFactor() error {
	o, _, err := v.operatorOfPath()
	if err != nil {
		return err
	}
	letter, err := v.Gate.ResetSecondFactor(v.r.Context(), v.actor, v.where(), o.Email)
	if err == nil {
		return v.sent(letter, operatorPath(o, ""))
	}
	return err
}
