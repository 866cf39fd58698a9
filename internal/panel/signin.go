package panel

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

func signInRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/sign-in", need: anybody, page: (*visit).signInPage},
		{method: http.MethodPost, path: "/sign-in", need: anybody, page: (*visit).signIn},
		{method: http.MethodPost, path: "/sign-in/passkey", need: anybody, page: (*visit).passkeySignIn},
		{method: http.MethodGet, path: "/sign-in/code", need: anybody, page: (*visit).codePage},
		{method: http.MethodPost, path: "/sign-in/code", need: anybody, page: (*visit).giveCode},
		{method: http.MethodPost, path: "/sign-out", need: signedIn, page: (*visit).signOut},
	}
}

// ticketLife is how long a password that was right waits for the second factor.
const ticketLife = 10 * time.Minute

// fewCodes is how many recovery codes that are left make the panel say so.
const fewCodes = 3

// next is where to go behind the door.
func (v *visit) next() string { return localPath(v.r.FormValue("next")) }

// door is the page of the sign-in: what was typed, and what it says.
type door struct {
	email, fault, notice string
	passkey              *access.Ceremony // nil: this host has none
}

func (v *visit) signInPage() error {
	if v.actor.Name != "" {
		return v.redirect(v.next())
	}
	d := door{}
	switch query := v.r.URL.Query(); {
	case query.Has("over"):
		d.notice = v.T("signIn.over")
	case query.Has("late"):
		d.notice = v.T("signIn.late")
	}
	return v.showDoor(http.StatusOK, d)
}

func (v *visit) showDoor(status int, d door) (err error) {
	if d.passkey, err = v.passkeyOffer(); err != nil {
		return err
	}
	return v.answer(status, v.T("signIn.title"), signInForm(v, d))
}

// passkeyOffer begins a sign-in with a passkey; nil where the host is an address, for which there are none.
func (v *visit) passkeyOffer() (*access.Ceremony, error) {
	return ceremony(v.Gate.BeginPasskeySignIn(v.r.Context(), v.where()))
}

func ceremony(c access.Ceremony, err error) (*access.Ceremony, error) {
	if errors.Is(err, bank.ErrConflict) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// signIn takes e-mail and password. Whatever is wrong with them, the answer is the same.
func (v *visit) signIn() error {
	step, err := v.Gate.SignIn(v.r.Context(), v.where(), v.r.PostFormValue("email"), v.r.PostFormValue("password"))
	if fault := v.signInFault(err); fault != "" {
		return v.showDoor(http.StatusUnauthorized, door{email: v.r.PostFormValue("email"), fault: fault})
	}
	if err != nil {
		return err
	}
	return v.toSecondFactor(step)
}

// toSecondFactor keeps the ticket of a password that was right, and goes on to what is still missing.
func (v *visit) toSecondFactor(step access.Step) error {
	factors := ""
	if step.TOTP {
		factors += "t"
	}
	if step.Passkey {
		factors += "p"
	}
	v.setCookie(ticketCookie, step.Ticket+"."+factors, ticketLife)
	to := "/sign-in/code"
	if step.Enrol {
		to = "/enrol"
	}
	query := url.Values{}
	if next := v.next(); next != "/" {
		query.Set("next", next)
	}
	return v.redirect(withQuery(to, query))
}

// pending is a sign-in between password and second factor.
type pending struct {
	ticket        string
	totp, passkey bool // what the account has; only to show the right form
}

func (v *visit) pending() pending {
	ticket, factors, _ := strings.Cut(v.cookie(ticketCookie), ".")
	return pending{ticket, strings.Contains(factors, "t"), strings.Contains(factors, "p")}
}

// tooLate sends back to the door whose ticket is over.
func (v *visit) tooLate() error {
	v.dropCookie(ticketCookie)
	return v.redirect("/sign-in?late=1")
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

func (v *visit) codePage() error { return v.showCode(http.StatusOK, "") }

// secondStep is the page of the second factor: which one it asks for, and which others there are.
type secondStep struct {
	fault          string
	recovery, totp bool
	passkey        *access.Ceremony
}

func (v *visit) showCode(status int, fault string) (err error) {
	p := v.pending()
	if p.ticket == "" {
		return v.tooLate()
	}
	s := secondStep{fault: fault, recovery: !p.totp || v.r.FormValue("with") == "recovery", totp: p.totp}
	if p.passkey {
		if s.passkey, err = v.passkeyOffer(); err != nil {
			return err
		}
	}
	title := v.T("signIn.codeTitle")
	if s.recovery {
		title = v.T("signIn.recoveryTitle")
	}
	return v.answer(status, title, codeForm(v, title, s))
}

// giveCode takes the second factor: a code of the authenticator app, or one of the recovery codes.
func (v *visit) giveCode() error {
	p := v.pending()
	if p.ticket == "" {
		return v.tooLate()
	}
	opened, err := v.Gate.SecondFactor(v.r.Context(), v.where(), p.ticket, v.r.PostFormValue("code"))
	if fault := v.signInFault(err); fault != "" {
		return v.showCode(http.StatusUnauthorized, fault)
	}
	if err != nil {
		return err
	}
	if v.r.PostFormValue("with") == "recovery" && opened.RecoveryLeft <= fewCodes {
		v.say("signIn.fewCodes", strconv.Itoa(opened.RecoveryLeft))
	}
	return v.opened(opened)
}

// passkeySignIn takes what the browser made of the offer of a page before.
func (v *visit) passkeySignIn() error {
	opened, err := v.Gate.PasskeySignIn(v.r.Context(), v.where(), v.r.PostFormValue("state"), []byte(v.r.PostFormValue("response")))
	if fault := v.signInFault(err); fault != "" {
		return v.showDoor(http.StatusUnauthorized, door{fault: fault})
	}
	if err != nil {
		return err
	}
	return v.opened(opened)
}

// opened lets somebody in whose session has just begun, and shows the recovery codes where they got some.
func (v *visit) opened(o access.Opened) error {
	if err := v.enterSession(o); err != nil {
		return err
	}
	if len(o.RecoveryCodes) > 0 {
		return v.showCodes(o.RecoveryCodes, v.next())
	}
	return v.redirect(v.next())
}

// enterSession puts the new session into the browser, in place of one that it had, which is over then.
func (v *visit) enterSession(o access.Opened) error {
	if old := v.cookie(sessionCookie); old != "" {
		if err := v.Gate.SignOut(v.r.Context(), v.where(), old); err != nil {
			return err
		}
	}
	v.dropCookie(ticketCookie)
	v.setCookie(sessionCookie, o.Token, 0)
	actor, session, err := v.Gate.Authenticate(v.r.Context(), v.where(), o.Token, false)
	if err != nil {
		return err
	}
	v.actor, v.session = actor, session
	return v.bringPrefs()
}

func (v *visit) signOut() error {
	if err := v.Gate.SignOut(v.r.Context(), v.where(), v.cookie(sessionCookie)); err != nil {
		return err
	}
	v.dropCookie(sessionCookie)
	v.say("signIn.done", "")
	return v.redirect("/sign-in")
}

// codeAddress is the page of the second factor with one of its ways.
func codeAddress(v *visit, with string) string {
	query := url.Values{}
	if next := v.next(); next != "/" {
		query.Set("next", next)
	}
	if with != "" {
		query.Set("with", with)
	}
	return withQuery("/sign-in/code", query)
}
