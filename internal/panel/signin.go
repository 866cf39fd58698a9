package panel

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

func signInRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/sign-in", need: anybody, page: (*visit).signInPage},
		{method: http.MethodPost, path: "/sign-in", need: anybody, page: (*visit).signIn},
		{method: http.MethodGet, path: "/sign-in/code", need: anybody, page: (*visit).codePage},
		{method: http.MethodPost, path: "/sign-in/code", need: anybody, page: (*visit).giveCode},
		{method: http.MethodPost, path: "/sign-out", need: signedIn, page: (*visit).signOut},
	}
}

// ticketLife is how long a password that was right waits for the second factor.
const ticketLife = 10 * time.Minute

// next is where to go behind the door.
func (v *visit) next() string { return localPath(v.r.FormValue("next")) }

func (v *visit) signInPage() error {
	if v.actor.Name != "" {
		return v.redirect(v.next())
	}
	notice := ""
	if v.r.URL.Query().Has("over") {
		notice = v.T("signIn.over")
	}
	return v.show(v.T("signIn.title"), signInForm(v, "", notice))
}

// signIn takes e-mail and password. Whatever is wrong with them, the answer is the same.
func (v *visit) signIn() error {
	step, err := v.Gate.SignIn(v.r.Context(), v.where(), v.r.PostFormValue("email"), v.r.PostFormValue("password"))
	if fault := v.signInFault(err); fault != "" {
		return v.answer(http.StatusUnauthorized, v.T("signIn.title"), signInForm(v, v.r.PostFormValue("email"), fault))
	}
	if err != nil {
		return err
	}
	v.setCookie(ticketCookie, step.Ticket, ticketLife)
	return v.redirect(withQuery("/sign-in/code", url.Values{"next": {v.next()}}))
}

// signInFault is what a refused sign-in says, or "" where it was not refused.
func (v *visit) signInFault(err error) string {
	switch {
	case errors.Is(err, bank.ErrUnauthenticated):
		return v.T("signIn.wrong")
	case errors.Is(err, bank.ErrRateLimited):
		return v.T("signIn.often")
	}
	return ""
}

func (v *visit) codePage() error {
	if v.cookie(ticketCookie) == "" {
		return v.redirect("/sign-in")
	}
	return v.show(v.T("signIn.codeTitle"), codeForm(v, ""))
}

// giveCode takes the second factor: a code of the authenticator app, or one of the recovery codes.
func (v *visit) giveCode() error {
	ticket := v.cookie(ticketCookie)
	if ticket == "" {
		return v.redirect("/sign-in")
	}
	opened, err := v.Gate.SecondFactor(v.r.Context(), v.where(), ticket, v.r.PostFormValue("code"))
	if fault := v.signInFault(err); fault != "" {
		return v.answer(http.StatusUnauthorized, v.T("signIn.codeTitle"), codeForm(v, fault))
	}
	if err != nil {
		return err
	}
	return v.opened(opened)
}

// opened lets somebody in whose session has just begun.
func (v *visit) opened(o access.Opened) error {
	v.dropCookie(ticketCookie)
	v.setCookie(sessionCookie, o.Token, 0)
	actor, _, err := v.Gate.Authenticate(v.r.Context(), v.where(), o.Token, false)
	if err != nil {
		return err
	}
	v.actor = actor
	if err := v.bringPrefs(); err != nil {
		return err
	}
	return v.redirect(v.next())
}

func (v *visit) signOut() error {
	if err := v.Gate.SignOut(v.r.Context(), v.where(), v.cookie(sessionCookie)); err != nil {
		return err
	}
	v.dropCookie(sessionCookie)
	v.say("signIn.done", "")
	return v.redirect("/sign-in")
}
