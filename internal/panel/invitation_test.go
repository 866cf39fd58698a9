package panel

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ims/internal/access"
	"ims/internal/bank"
)

const (
	newEmail    = "nina@demo-pay.example"
	newPassword = "four-invented-words"
)

// here is the panel's visit as rooms see it, for what tests ask of the gate.
func (s *scene) here() access.Visit {
	return access.Visit{Customer: s.customer.ID, Origin: s.address()}
}

// invited makes an invitation and returns the path of its link.
func (s *scene) invited(email string, role bank.Role) string {
	s.t.Helper()
	letter := must[access.Letter](s.t)(s.panel.Gate.Invite(s.t.Context(), s.admin, s.here(), email, role, false))
	return strings.TrimPrefix(letter.URL, s.address())
}

// resetLink makes a link for a new password and returns its path.
func (s *scene) resetLink(email string) string {
	s.t.Helper()
	letter := must[access.Letter](s.t)(s.panel.Gate.ResetLink(s.t.Context(), bank.System(s.customer.ID, "test"), s.here(), email))
	return strings.TrimPrefix(letter.URL, s.address())
}

var (
	secretText = regexp.MustCompile(`<code>((?:[A-Z2-7]{4} ?){8,})</code>`)
	stateField = regexp.MustCompile(`name="state" value="([^"]+)"`)
	challenge  = regexp.MustCompile(`data-options="[^"]*"`)
	codeItems  = regexp.MustCompile(`<li><code>([^<]+)</code></li>`)
)

// found is the first group of a pattern in the page.
func (p reply) found(pattern *regexp.Regexp) string {
	p.t.Helper()
	m := pattern.FindStringSubmatch(p.body)
	if m == nil {
		p.t.Fatalf("no %s in %s", pattern, p.body)
	}
	return html.UnescapeString(m[1])
}

// app is what an authenticator app shows that was told the secret of a page.
func (s *scene) app(page reply) string {
	s.t.Helper()
	return must[string](s.t)(totp.GenerateCode(strings.ReplaceAll(page.found(secretText), " ", ""), s.now()))
}

// enrolled goes from an invitation to the panel and returns the recovery codes.
func (b *browser) enrolled(path string) []string {
	b.s.t.Helper()
	b.post(path, url.Values{"password": {newPassword}}).expect(http.StatusSeeOther)
	page := b.get("/enrol").expect(http.StatusOK)
	page = b.post("/enrol/totp", url.Values{"state": {page.found(stateField)}, "code": {b.s.app(page)}}).expect(http.StatusOK, "shown only now")
	var codes []string
	for _, m := range codeItems.FindAllStringSubmatch(page.body, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

// TestInvitation goes from the link to the panel, with all that may be wrong on the way.
func TestInvitation(t *testing.T) {
	s := newScene(t)
	path := s.invited(newEmail, bank.Employee)
	b := s.stranger()
	b.get(path).expect(http.StatusOK, "Demo Pay", newEmail, "At least 12 characters")
	b.post(path, url.Values{"password": {"short"}}).expect(http.StatusUnprocessableEntity, "at least 12 characters; a few", `aria-invalid="true"`, newEmail).lacks("short\"")
	b.post(path, url.Values{"password": {"password password"}}).expect(http.StatusUnprocessableEntity, "first that anybody would try")
	b.get("/enrol").expect(http.StatusSeeOther)
	to := b.post(path, url.Values{"password": {newPassword}}).expect(http.StatusSeeOther).header.Get("Location")
	page := b.get(to).expect(http.StatusOK, "data:image/png;base64,", "authenticator app", `data-passkey="create"`)
	again := b.post("/enrol/totp", url.Values{"state": {page.found(stateField)}, "code": {"000000"}}).expect(http.StatusUnprocessableEntity, "not what the app should show")
	if page.found(secretText) != again.found(secretText) {
		t.Error("a wrong code changed the secret, which the app has already")
	}
	page = b.post("/enrol/totp", url.Values{"state": {again.found(stateField)}, "code": {s.app(page)}}).expect(http.StatusOK, "I kept them", `download="recovery-codes.txt"`)
	if codes := codeItems.FindAllString(page.body, -1); len(codes) != 10 {
		t.Errorf("%d recovery codes", len(codes))
	}
	b.post("/recovery-codes/kept", url.Values{"next": {"//evil.example"}, "kept": {"on"}}).expect(http.StatusSeeOther)
	b.get("/").expect(http.StatusOK, newEmail)
	s.stranger().get(path).expect(http.StatusNotFound, "not good any more")
}

// TestRecoveryCode lets somebody in once with each, and says when few are left.
func TestRecoveryCode(t *testing.T) {
	s := newScene(t)
	codes := s.stranger().enrolled(s.invited(newEmail, bank.Employee))
	b := s.stranger()
	toCode := func() {
		b.post("/sign-in", url.Values{"email": {newEmail}, "password": {newPassword}}).expect(http.StatusSeeOther)
	}
	toCode()
	b.get("/sign-in/code").expect(http.StatusOK, "authenticator app shows now", "with=recovery")
	b.get("/sign-in/code?with=recovery").expect(http.StatusOK, "Each works once", "Use the authenticator app")
	for i, code := range codes {
		toCode()
		b.post("/sign-in/code", url.Values{"with": {"recovery"}, "code": {code}, "next": {"/users"}}).expect(http.StatusSeeOther)
		page := b.get("/users").expect(http.StatusOK)
		if left := len(codes) - i - 1; left <= fewCodes != strings.Contains(page.body, "Recovery codes left:") {
			t.Errorf("%d are left: %s", left, page.body)
		}
		toCode()
		b.post("/sign-in/code", url.Values{"with": {"recovery"}, "code": {code}}).expect(http.StatusUnauthorized, "does not fit together", "Each works once")
	}
}

// TestOneMessageForEveryWrongSignIn holds that no page tells whether it was the account, the password, the code or a wait.
func TestOneMessageForEveryWrongSignIn(t *testing.T) {
	s := newScene(t)
	wrong := func(email, password string) string {
		page := s.stranger().post("/sign-in", url.Values{"email": {email}, "password": {password}}).expect(http.StatusUnauthorized, "does not fit together")
		return strings.ReplaceAll(stateField.ReplaceAllString(challenge.ReplaceAllString(page.body, ""), ""), email, "")
	}
	known, unknown, invited := wrong(adminEmail, "wrong"), wrong("nobody@demo-pay.example", "wrong"), ""
	s.invited(newEmail, bank.Employee)
	invited = wrong(newEmail, "wrong")
	if known != unknown || known != invited {
		t.Error("the pages differ")
	}
	for range 6 {
		wrong(employeeEmail, "wrong")
	}
	if waits := wrong(employeeEmail, password); waits != known {
		t.Error("an account that waits says so")
	}
	s.advance(3 * time.Minute)
	s.signedIn(employeeEmail).get("/").expect(http.StatusOK)
}

// TestReset changes a password with a link, once and within the hour.
func TestReset(t *testing.T) {
	s := newScene(t)
	s.stranger().get("/forgotten").expect(http.StatusOK, "sends no mail")
	s.stranger().post("/forgotten", url.Values{"email": {employeeEmail}}).expect(http.StatusConflict, "sends no mail")
	reset := func() string { return s.resetLink(employeeEmail) }
	old := s.signedIn(employeeEmail)
	path := reset()
	b := s.stranger()
	b.get(path).expect(http.StatusOK, "Choose a new password", employeeEmail)
	b.post(path, url.Values{"password": {employeeEmail}}).expect(http.StatusUnprocessableEntity, "your e-mail address")
	b.post(path, url.Values{"password": {newPassword}}).expect(http.StatusSeeOther)
	b.get("/sign-in").expect(http.StatusOK, "Your new password is kept")
	b.get(path).expect(http.StatusNotFound, "not good any more")
	old.get("/").expect(http.StatusSeeOther)
	b.post("/sign-in", url.Values{"email": {employeeEmail}, "password": {newPassword}}).expect(http.StatusSeeOther)
	path = reset()
	s.advance(61 * time.Minute)
	b.get(path).expect(http.StatusNotFound, "older than 60 minutes")
	b.post(path, url.Values{"password": {newPassword}}).expect(http.StatusNotFound)
}

// TestForgottenTellsNobody answers the same whether there is an account.
func TestForgottenTellsNobody(t *testing.T) {
	s := newScene(t)
	letters := s.mails()
	known := s.stranger().post("/forgotten", url.Values{"email": {employeeEmail}}).expect(http.StatusOK, "is on its way")
	unknown := s.stranger().post("/forgotten", url.Values{"email": {"nobody@demo-pay.example"}}).expect(http.StatusOK)
	if known.body != unknown.body {
		t.Error("the pages differ")
	}
	if letter := <-letters; !strings.Contains(letter, s.address()+"/reset/") {
		t.Errorf("the letter: %s", letter)
	}
}
