package panel

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestConfirm asks for a proof when one is too old, and goes on with the form as it was.
func TestConfirm(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(employeeEmail)
	s.advance(6 * time.Minute)
	b.get("/profile/totp").expect(http.StatusForbidden, "Confirm that it is you", `value="/profile/totp"`)
	b.post("/confirm", url.Values{"next": {"/profile/totp"}, proofField: {"wrong"}}).expect(http.StatusUnauthorized, "does not fit", `value="/profile/totp"`)
	if to := b.post("/confirm", url.Values{"next": {"/profile/totp"}, proofField: {password}}).expect(http.StatusSeeOther).header.Get("Location"); to != "/profile/totp" {
		t.Errorf("on to %s", to)
	}
	b.get("/profile/totp").expect(http.StatusOK)
	s.advance(6 * time.Minute)
	form := url.Values{"state": {"kept"}, "code": {"12<3>"}}
	b.post("/profile/totp", form).expect(http.StatusForbidden, `action="/profile/totp"`, `name="state" value="kept"`, `value="12&lt;3&gt;"`)
	form.Set(proofField, s.code(employeeEmail))
	b.post("/profile/totp", form).lacks("Confirm that it is you", proofField)
}

// TestIdle says that the session is over, and leads back to the page where one was, of a form too.
func TestIdle(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	s.advance(16 * time.Minute)
	to := b.get("/users?name=T").expect(http.StatusSeeOther).header.Get("Location")
	page := b.get(to).expect(http.StatusOK, "after 15 minutes without use", `name="next" value="/users?name=T"`)
	b.post("/sign-in", url.Values{"email": {adminEmail}, "password": {password}, "next": {"/users?name=T"}}).expect(http.StatusSeeOther)
	if to := b.post("/sign-in/code", url.Values{"code": {s.code(adminEmail)}, "next": {"/users?name=T"}}).expect(http.StatusSeeOther).header.Get("Location"); to != "/users?name=T" {
		t.Errorf("on to %s: %s", to, page.body)
	}
	s.advance(16 * time.Minute)
	edit := "/users/" + s.users[0].ID.String() + "/edit"
	to = b.post(edit, url.Values{}, "Referer", s.address()+edit).expect(http.StatusSeeOther).header.Get("Location")
	if want := "/sign-in?next=" + url.QueryEscape(edit) + "&over=1"; to != want {
		t.Errorf("to %s, want %s", to, want)
	}
	if to := b.post(edit, url.Values{}, "Referer", "https://evil.example/x").header.Get("Location"); strings.Contains(to, "evil") {
		t.Errorf("leads to %s", to)
	}
}

// TestProfile changes what is one's own.
func TestProfile(t *testing.T) {
	s := newScene(t)
	other := s.signedIn(employeeEmail)
	b := s.signedIn(employeeEmail)
	b.get("/profile").expect(http.StatusOK, "Your profile", employeeEmail, "127.0.0.1", "This session", "Sign out all others", "Set up", "You have none").lacks("Remove the app")

	b.post("/profile/password", url.Values{"current": {"wrong"}, "password": {newPassword}}).expect(http.StatusUnprocessableEntity, "does not fit together", "field-current-fault")
	b.post("/profile/password", url.Values{"current": {password}, "password": {"short"}}).expect(http.StatusUnprocessableEntity, "field-password-fault")
	b.post("/profile/password", url.Values{"current": {password}, "password": {newPassword}}).expect(http.StatusSeeOther)
	b.get("/profile").expect(http.StatusOK, "your other sessions ended").lacks("Sign out all others")
	other.get("/").expect(http.StatusSeeOther)

	page := b.get("/profile/totp").expect(http.StatusOK, "data:image/png;base64,")
	page = b.post("/profile/totp", url.Values{"state": {page.found(stateField)}, "code": {s.app(page)}})
	page.expect(http.StatusOK, "Your recovery codes") // there were none
	b.get("/profile").expect(http.StatusOK, "10 are left")
	b.get("/profile/recovery-codes").expect(http.StatusOK, "do not work any more")
	fresh := b.post("/profile/recovery-codes", url.Values{}).expect(http.StatusOK, "Your recovery codes")
	if fresh.found(codeItems) == page.found(codeItems) {
		t.Error("the codes are the old ones")
	}
	b.post("/profile/totp/remove", url.Values{}).expect(http.StatusConflict, "last second factor")
}

// TestSessions ends one session, and all others.
func TestSessions(t *testing.T) {
	s := newScene(t)
	first, second, b := s.signedIn(employeeEmail), s.signedIn(employeeEmail), s.signedIn(employeeEmail)
	s.signedIn(managerEmail)
	end := regexp.MustCompile(`action="(/profile/sessions/[0-9a-f-]{36}/end)"`)
	page := b.get("/profile", "User-Agent", "x").expect(http.StatusOK)
	list := end.FindAllStringSubmatch(page.body, -1)
	if len(list) != 2 {
		t.Fatalf("%d other sessions", len(list))
	}
	s.signedIn(managerEmail).post(list[0][1], url.Values{}).expect(http.StatusNotFound) // somebody else's
	b.post(list[0][1], url.Values{}).expect(http.StatusSeeOther)
	b.get("/profile").expect(http.StatusOK, "That session is over.")
	ended := 0
	for _, other := range []*browser{first, second} {
		if other.get("/").status == http.StatusSeeOther {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d sessions ended", ended)
	}
	b.post("/profile/sessions/others/end", url.Values{}).expect(http.StatusSeeOther)
	b.get("/profile").expect(http.StatusOK, "were ended: 1")
	first.get("/").expect(http.StatusSeeOther)
	second.get("/").expect(http.StatusSeeOther)
}

// TestNewSessionAtSignIn holds that the session of before is not that of afterwards, and that a planted one opens nothing.
func TestNewSessionAtSignIn(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(employeeEmail)
	planted := b.session()
	b.post("/sign-in", url.Values{"email": {managerEmail}, "password": {password}}).expect(http.StatusSeeOther)
	b.post("/sign-in/code", url.Values{"code": {s.code(managerEmail)}}).expect(http.StatusSeeOther)
	if b.session() == planted {
		t.Error("the session went on")
	}
	b.get("/profile").expect(http.StatusOK, managerEmail)
	s.stranger().get("/", "Cookie", sessionCookie+"="+planted).expect(http.StatusSeeOther)
	s.stranger().get("/", "Cookie", sessionCookie+"=imso_planted").expect(http.StatusSeeOther)
}

// session is the cookie of the session.
func (b *browser) session() string {
	u := must[*url.URL](b.s.t)(url.Parse(b.s.address()))
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

func TestAgentName(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox · Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                   "Edge · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari · iPhone",
		"curl/8.0": "curl/8.0", "": "",
	} {
		if got := agentName(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}
