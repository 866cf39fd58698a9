package panel

import (
	"net/http"
	"strconv"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
)

func profileRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/profile", need: signedIn, page: (*visit).profile},
		{method: http.MethodGet, path: "/profile/password", need: signedIn, page: (*visit).passwordPage},
		{method: http.MethodPost, path: "/profile/password", need: signedIn, page: (*visit).changePassword},
		{method: http.MethodGet, path: "/profile/totp", need: signedIn, page: (*visit).totpPage},
		{method: http.MethodPost, path: "/profile/totp", need: signedIn, page: (*visit).changeTOTP},
		{method: http.MethodGet, path: "/profile/totp/remove", need: signedIn, page: (*visit).askRemoveTOTP},
		{method: http.MethodPost, path: "/profile/totp/remove", need: signedIn, page: (*visit).removeTOTP},
		{method: http.MethodGet, path: "/profile/passkeys/new", need: signedIn, page: (*visit).passkeyPage},
		{method: http.MethodPost, path: "/profile/passkeys/new", need: signedIn, page: (*visit).makePasskey},
		{method: http.MethodGet, path: "/profile/passkeys/{id}/name", need: signedIn, page: (*visit).passkeyName},
		{method: http.MethodPost, path: "/profile/passkeys/{id}/name", need: signedIn, page: (*visit).renamePasskey},
		{method: http.MethodGet, path: "/profile/passkeys/{id}/remove", need: signedIn, page: (*visit).askRemovePasskey},
		{method: http.MethodPost, path: "/profile/passkeys/{id}/remove", need: signedIn, page: (*visit).removePasskey},
		{method: http.MethodGet, path: "/profile/recovery-codes", need: signedIn, page: (*visit).askNewCodes},
		{method: http.MethodPost, path: "/profile/recovery-codes", need: signedIn, page: (*visit).newCodes},
		{method: http.MethodPost, path: "/profile/sessions/{id}/end", need: signedIn, page: (*visit).endSession},
		{method: http.MethodPost, path: "/profile/sessions/others/end", need: signedIn, page: (*visit).endOthers},
	}
}

// self is what an operator sees of their own account.
type self struct {
	factors  access.Factors
	sessions []access.OperatorSession
}

// token is the session's own secret, by which the gate knows whose things are asked for.
func (v *visit) token() string { return v.cookie(sessionCookie) }

func (v *visit) profile() error {
	me, err := v.self()
	if err != nil {
		return err
	}
	return v.show(v.T("profile.title"), profilePage(v, me))
}

func (v *visit) self() (me self, err error) {
	if me.factors, err = v.Gate.Factors(v.r.Context(), v.where(), v.token()); err != nil {
		return me, err
	}
	me.sessions, err = v.Gate.Sessions(v.r.Context(), v.where(), v.token())
	return me, err
}

func profileFacts(v *visit) []fact {
	return []fact{
		{v.T("signIn.email"), plain(v.actor.Name)},
		{v.T("profile.role"), plain(v.word("role", string(v.session.Role)))},
		{v.T("profile.customer"), plain(v.customer.Name)},
		{v.T("profile.until"), instantOf(v, v.session.Expires)},
		{v.T("signIn.password"), passwordFact(v)},
	}
}

func (v *visit) passwordPage() error { return v.showPassword(http.StatusOK, nil, "") }

func (v *visit) showPassword(status int, faults map[string]string, whole string) error {
	return v.answer(status, v.T("profile.password"), passwordForm(v, faults, whole))
}

// changePassword keeps another password; whoever else was signed in with the old one is signed out.
func (v *visit) changePassword() error {
	err := v.Gate.ChangePassword(v.r.Context(), v.where(), v.token(), v.r.PostFormValue("current"), v.r.PostFormValue("password"))
	if err == nil {
		v.say("profile.passwordDone", "")
		return v.redirect("/profile")
	}
	if fault := v.signInFault(err); fault != "" {
		return v.showPassword(http.StatusUnprocessableEntity, map[string]string{"current": fault}, "")
	}
	field, whole, status, err := v.passwordFault(err)
	if err != nil {
		return err
	}
	return v.showPassword(status, map[string]string{"password": field}, whole)
}

// inProfile is the enrolment of who is signed in.
func (v *visit) inProfile() enrolment {
	return enrolment{who: v.token(), totpTo: "/profile/totp", passkeyTo: "/profile/passkeys/new"}
}

func (v *visit) totpPage() error { return v.showTOTP(http.StatusOK, v.inProfile(), "") }

func (v *visit) showTOTP(status int, e enrolment, state string) error {
	if err := v.begin(&e, state); err != nil {
		return err
	}
	return v.answer(status, v.T("profile.totp"), profileTOTP(v, e))
}

func (v *visit) changeTOTP() error {
	e := v.inProfile()
	opened, err := v.Gate.ConfirmTOTP(v.r.Context(), v.where(), e.who, v.r.PostFormValue("state"), v.r.PostFormValue("code"))
	switch {
	case kindOf(err) == bank.Invalid:
		e.code = v.T("enrol.codeWrong")
		return v.showTOTP(http.StatusUnprocessableEntity, e, v.r.PostFormValue("state"))
	case kindOf(err) == bank.Unauthenticated: // the secret waited too long: begin again
		return v.redirect("/profile/totp")
	case err != nil:
		return err
	}
	return v.factorAdded(opened, "profile.totpDone")
}

// kindOf is the kind of a room's refusal; 0 of anything else.
func kindOf(err error) bank.Kind {
	if e, ok := bank.AsError(err); ok {
		return e.Kind
	}
	return 0
}

// factorAdded goes back to the profile, by way of recovery codes where there were none.
func (v *visit) factorAdded(o access.Opened, done string) error {
	if len(o.RecoveryCodes) > 0 {
		return v.showCodes(o.RecoveryCodes, "/profile")
	}
	v.say(done, "")
	return v.redirect("/profile")
}

func (v *visit) askRemoveTOTP() error {
	return v.show(v.T("profile.totpRemove"), askPage(v, ask{title: v.T("profile.totpRemoveTitle"), text: v.T("profile.totpRemoveText"),
		action: "/profile/totp/remove", back: "/profile", button: v.T("profile.remove"), danger: true}))
}

func (v *visit) removeTOTP() error {
	if err := v.Gate.RemoveTOTP(v.r.Context(), v.where(), v.token()); err != nil {
		return err
	}
	v.say("profile.totpRemoved", "")
	return v.redirect("/profile")
}

func (v *visit) askNewCodes() error {
	return v.show(v.T("profile.codes"), askPage(v, ask{title: v.T("profile.codesTitle"), text: v.T("profile.codesText"),
		action: "/profile/recovery-codes", back: "/profile", button: v.T("profile.codesNew")}))
}

func (v *visit) newCodes() error {
	codes, err := v.Gate.NewRecoveryCodes(v.r.Context(), v.where(), v.token())
	if err != nil {
		return err
	}
	return v.showCodes(codes, "/profile")
}

// endSession ends one of the operator's own sessions; its own is signed out.
func (v *visit) endSession() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if id == v.session.ID {
		return v.signOut()
	}
	if err := v.Gate.RevokeSession(v.r.Context(), v.where(), v.token(), id); err != nil {
		return err
	}
	v.say("profile.sessionEnded", "")
	return v.redirect("/profile")
}

func (v *visit) endOthers() error {
	n, err := v.Gate.RevokeOthers(v.r.Context(), v.where(), v.token())
	if err != nil {
		return err
	}
	v.say("profile.othersEnded", strconv.Itoa(n))
	return v.redirect("/profile")
}

// The parts of a browser's name by which people know it, the first that is there; a browser that builds on another one also
// bears the other's name, so it comes before it.
var (
	browsers = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"},
		{"Linux", "Linux"}}
)

// agentName is a browser's name as people say it; the name as it was told where it is none that is known.
func agentName(agent string) string {
	find := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser, system := find(browsers), find(systems)
	if browser == "" {
		return agent
	}
	return strings.TrimSuffix(browser+" · "+system, " · ")
}

// factorFacts are the second factors but for the passkeys, with what can be done about each.
func factorFacts(v *visit, f access.Factors) []fact {
	return []fact{{v.T("profile.app"), totpFact(v, f)}, {v.T("profile.codes"), codesFact(v, f)}}
}
