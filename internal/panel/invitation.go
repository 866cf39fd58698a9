package panel

import (
	"errors"
	"net/http"

	"ims/internal/access"
	"ims/internal/bank"
)

func invitationRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/invitation/{token}", need: anybody, page: (*visit).invitation},
		{method: http.MethodPost, path: "/invitation/{token}", need: anybody, page: (*visit).acceptInvitation},
		{method: http.MethodGet, path: "/second-factor/{token}", need: anybody, page: (*visit).invitation},
		{method: http.MethodPost, path: "/second-factor/{token}", need: anybody, page: (*visit).acceptInvitation},
		{method: http.MethodGet, path: "/forgotten", need: anybody, page: (*visit).forgotten},
		{method: http.MethodPost, path: "/forgotten", need: anybody, page: (*visit).askReset},
		{method: http.MethodGet, path: "/reset/{token}", need: anybody, page: (*visit).resetPage},
		{method: http.MethodPost, path: "/reset/{token}", need: anybody, page: (*visit).resetPassword},
	}
}

// link reads the link of the path; one that is not good any more is answered with a page that says what to do.
func (v *visit) link(kinds ...bank.LinkKind) (l access.LinkView, good bool, err error) {
	l, err = v.Gate.Link(v.r.Context(), v.where(), v.r.PathValue("token"))
	for _, kind := range kinds {
		if err == nil && l.Kind == kind {
			return l, true, nil
		}
	}
	if err == nil || errors.Is(err, bank.ErrNotFound) {
		return l, false, v.linkOver()
	}
	return l, false, err
}

func (v *visit) linkOver() error {
	return v.answer(http.StatusNotFound, v.T("link.over"), linkOverPage(v))
}

// invitation is the page of a link that invites, or lets enrol a second factor anew.
func (v *visit) invitation() error {
	l, good, err := v.link(bank.LinkInvitation, bank.LinkFactor)
	if !good {
		return err
	}
	return v.show(v.linkTitle(l), invitationForm(v, l, "", ""))
}

func (v *visit) linkTitle(l access.LinkView) string {
	switch l.Kind {
	case bank.LinkInvitation:
		return v.T("link.invitation", l.Customer)
	case bank.LinkFactor:
		return v.T("link.factor")
	}
	return v.T("link.reset")
}

// acceptInvitation goes on with a password that was chosen or proved; only with the second factor is it kept.
func (v *visit) acceptInvitation() error {
	l, good, err := v.link(bank.LinkInvitation, bank.LinkFactor)
	if !good {
		return err
	}
	step, err := v.Gate.AcceptInvitation(v.r.Context(), v.where(), v.r.PathValue("token"), v.r.PostFormValue("password"))
	if err == nil {
		return v.toSecondFactor(step)
	}
	field, whole, status, err := v.passwordFault(err)
	if err != nil {
		return err
	}
	return v.answer(status, v.linkTitle(l), invitationForm(v, l, field, whole))
}

// passwordFault is what to say of a password that was not taken: at its field, or of the whole. Errors about something else
// come back.
func (v *visit) passwordFault(err error) (field, whole string, status int, other error) {
	if fault := v.signInFault(err); fault != "" {
		return "", fault, http.StatusUnauthorized, nil
	}
	e, ok := bank.AsError(err)
	switch {
	case ok && errors.Is(err, bank.ErrInvalid):
		for _, f := range e.Fields {
			if pointerName(f.Pointer) == "password" {
				return v.word("password", f.Code), "", http.StatusUnprocessableEntity, nil
			}
		}
	case ok && errors.Is(err, bank.ErrConflict):
		return "", v.sentence(e), http.StatusConflict, nil
	}
	return "", "", 0, err
}

// forgotten asks for the e-mail to which a link for a new password goes.
func (v *visit) forgotten() error {
	return v.show(v.T("forgotten.title"), forgottenForm(v, v.Gate.CanMail(), "", ""))
}

// askReset answers the same to everybody: who has an account here is nobody's business.
func (v *visit) askReset() error {
	email := v.r.PostFormValue("email")
	err := v.Gate.RequestReset(v.r.Context(), v.where(), email)
	switch {
	case errors.Is(err, bank.ErrRateLimited):
		return v.answer(http.StatusTooManyRequests, v.T("forgotten.title"), forgottenForm(v, true, email, v.T("signIn.often")))
	case errors.Is(err, bank.ErrConflict):
		return v.answer(http.StatusConflict, v.T("forgotten.title"), forgottenForm(v, false, "", ""))
	case err != nil:
		return err
	}
	return v.show(v.T("forgotten.sent"), forgottenSent(v))
}

func (v *visit) resetPage() error {
	l, good, err := v.link(bank.LinkReset)
	if !good {
		return err
	}
	return v.show(v.T("link.reset"), resetForm(v, l, "", ""))
}

// resetPassword keeps the new password; every session of the account is over then, also one in this browser.
func (v *visit) resetPassword() error {
	l, good, err := v.link(bank.LinkReset)
	if !good {
		return err
	}
	err = v.Gate.ResetPassword(v.r.Context(), v.where(), v.r.PathValue("token"), v.r.PostFormValue("password"))
	if err == nil {
		v.dropCookie(sessionCookie)
		v.say("link.resetDone", "")
		return v.redirect("/sign-in")
	}
	if errors.Is(err, bank.ErrNotFound) {
		return v.linkOver()
	}
	field, whole, status, err := v.passwordFault(err)
	if err != nil {
		return err
	}
	return v.answer(status, v.T("link.reset"), resetForm(v, l, field, whole))
}
