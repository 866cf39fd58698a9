package panel

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

// staff is one operator of the scene.
func (s *scene) staff(email string) access.Staff {
	s.t.Helper()
	for _, o := range must[[]access.Staff](s.t)(s.panel.Access.Operators(s.t.Context(), s.customer.ID)) {
		if o.Email == email {
			return o
		}
	}
	s.t.Fatalf("no operator %s", email)
	return access.Staff{}
}

func (s *scene) operatorPage(email string) string { return operatorPath(s.staff(email), "") }

// TestOperators shows who works here, how they stand, and narrows the list.
func TestOperators(t *testing.T) {
	s := newScene(t)
	s.invited(newEmail, bank.Employee)
	s.signedIn(managerEmail)
	b := s.signedIn(adminEmail)
	b.get("/operators").expect(http.StatusOK, newEmail, "Invited", "Authenticator app", "Admin, issuing institution", s.now().UTC().Format("2006-01-02 15:04"))
	b.get("/operators?operatorStatus=INVITED").expect(http.StatusOK, newEmail).lacks(managerEmail)
	b.get("/operators?role=MANAGER&role=ADMIN&email=MANAGER").expect(http.StatusOK, managerEmail).lacks(newEmail, "second@institution.example")
	b.get("/operators?email=nobody").expect(http.StatusOK, "Nothing")
	b.get("/operators?format=csv").expect(http.StatusOK, newEmail+",EMPLOYEE", "INVITED")
	page := b.get("/operators?size=20")
	if strings.Contains(page.body, `rel="next"`) {
		t.Error("a page too many")
	}
	s.signedIn(employeeEmail).get("/operators").expect(http.StatusForbidden)
}

// TestInviteFromThePanel gives a role with a link that is shown once, or mailed where it can be.
func TestInviteFromThePanel(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/operators/invite").expect(http.StatusOK, "good for 60 minutes", `value="ADMIN-institution"`)
	b.post("/operators/invite", url.Values{"email": {"no address"}, "role": {"MANAGER"}}).expect(http.StatusUnprocessableEntity, "field-email-fault", `value="no address"`, `value="MANAGER" selected`)
	shown := b.post("/operators/invite", url.Values{"email": {newEmail}, "role": {"EMPLOYEE"}}).expect(http.StatusOK, "shown only now")
	link := shown.found(regexp.MustCompile(`<code>(http[^<]+/invitation/[^<]+)</code>`))
	again := b.post(s.operatorPage(newEmail)+"/invite", url.Values{}).expect(http.StatusOK).found(regexp.MustCompile(`<code>(http[^<]+/invitation/[^<]+)</code>`))
	s.stranger().get(strings.TrimPrefix(link, s.address())).expect(http.StatusNotFound)
	s.stranger().enrolled(strings.TrimPrefix(again, s.address()))
	b.get(s.operatorPage(newEmail)).expect(http.StatusOK, "Active").lacks("Send the invitation again")
	b.post(s.operatorPage(newEmail)+"/invite", url.Values{}).expect(http.StatusConflict)

	letters := s.mails()
	b.post("/operators/invite", url.Values{"email": {"mailed@demo-pay.example"}, "role": {"MANAGER"}}).expect(http.StatusSeeOther)
	if letter := <-letters; !strings.Contains(letter, s.address()+"/invitation/") {
		t.Errorf("the letter: %s", letter)
	}
	b.get("/operators").expect(http.StatusOK, "on its way to mailed@demo-pay.example")
	s.advance(6 * time.Minute)
	b.post("/operators/invite", url.Values{"email": {"late@demo-pay.example"}, "role": {"ADMIN"}}).expect(http.StatusForbidden, "Confirm that it is you", `value="late@demo-pay.example"`)
}

// TestManagersDecideAboutLess holds that nobody gives, or takes, what they do not hold.
func TestManagersDecideAboutLess(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(managerEmail)
	b.get("/operators/invite").expect(http.StatusOK, "EMPLOYEE", "MANAGER").lacks(`value="ADMIN`)
	b.post("/operators/invite", url.Values{"email": {newEmail}, "role": {"ADMIN"}}).expect(http.StatusForbidden)
	admin := s.operatorPage(adminEmail)
	b.get(admin).expect(http.StatusOK, "permissions that you do not hold").lacks("/lock", "/role\"")
	for _, action := range []string{"/lock", "/unlock", "/role", "/second-factor"} {
		b.get(admin + action).expect(http.StatusForbidden)
		b.post(admin+action, url.Values{"reason": {"x"}, "role": {"EMPLOYEE"}}).expect(http.StatusForbidden)
	}
	b.get(s.operatorPage(managerEmail)).expect(http.StatusOK).lacks("/lock", "/second-factor")
}

// TestLockOperatorWithReason throws somebody out at once, and tells the trail why.
func TestLockOperatorWithReason(t *testing.T) {
	s := newScene(t)
	their, b := s.signedIn(employeeEmail), s.signedIn(adminEmail)
	page := s.operatorPage(employeeEmail)
	b.get(page+"/lock").expect(http.StatusOK, "Lock employee@demo-pay.example?", "Reason")
	b.post(page+"/lock", url.Values{}).expect(http.StatusUnprocessableEntity, "Say why.")
	b.post(page+"/lock", url.Values{"reason": {strings.Repeat("x", 501)}}).expect(http.StatusUnprocessableEntity, "field-reason-fault")
	b.post(page+"/lock", url.Values{"reason": {"left the company"}}).expect(http.StatusSeeOther)
	b.get(page).expect(http.StatusOK, "Locked", "/unlock")
	their.get("/").expect(http.StatusSeeOther)
	b.get("/audit?object="+employeeEmail).expect(http.StatusOK, "left the company")
	b.post(page+"/unlock", url.Values{"reason": {"came back"}}).expect(http.StatusSeeOther)
	b.get(page).expect(http.StatusOK, "Active")
}

// TestResetFactorOfAnother takes a second factor away, and the link lets enrol a new one with the password.
func TestResetFactorOfAnother(t *testing.T) {
	s := newScene(t)
	their, b := s.signedIn(employeeEmail), s.signedIn(adminEmail)
	shown := b.post(s.operatorPage(employeeEmail)+"/second-factor", url.Values{}).expect(http.StatusOK, "shown only now")
	their.get("/").expect(http.StatusSeeOther)
	path := strings.TrimPrefix(shown.found(regexp.MustCompile(`<code>(http[^<]+/second-factor/[^<]+)</code>`)), s.address())
	n := s.stranger()
	n.get(path).expect(http.StatusOK, "Set up a new second factor", "current-password")
	n.post(path, url.Values{"password": {"wrong"}}).expect(http.StatusUnauthorized, "does not fit together")
	n.post(path, url.Values{"password": {password}}).expect(http.StatusSeeOther)
	page := n.get("/enrol").expect(http.StatusOK)
	n.post("/enrol/totp", url.Values{"state": {page.found(stateField)}, "code": {s.app(page)}}).expect(http.StatusOK, "I kept them")
	b.post(s.operatorPage(adminEmail)+"/second-factor", url.Values{}).expect(http.StatusConflict)
}

// TestRolesMatrix shows who may what, and changes it with a second person.
func TestRolesMatrix(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/roles").expect(http.StatusOK, "See end users, balances and IBANs", "/roles/EMPLOYEE", "only for operators of the issuing institution")
	s.signedIn(managerEmail).get("/roles").expect(http.StatusOK).lacks("/roles/EMPLOYEE")
	b.get("/roles/EMPLOYEE").expect(http.StatusOK, `value="sessions:write" disabled`, "you do not hold it")
	b.get("/roles/NOBODY").expect(http.StatusNotFound)

	form := url.Values{"permission": {"users:read", "history:read", "audit:read", "sessions:write"}}
	b.post("/roles/EMPLOYEE", form).expect(http.StatusSeeOther)
	b.get("/roles").expect(http.StatusOK, "The role Employee was changed.")
	e := s.signedIn(employeeEmail)
	e.get("/audit").expect(http.StatusOK)
	if s.panelActor(employeeEmail).May(bank.PermSessionsWrite) == nil {
		t.Error("the form gave what its author does not hold")
	}
	b.post("/roles/ADMIN", url.Values{}).expect(http.StatusUnprocessableEntity, "nobody would be left who could give")

	s.withFourEyes()
	form = url.Values{"permission": {"users:read"}}
	b.waits("/roles/EMPLOYEE", form)
	e.get("/audit").expect(http.StatusOK)
	s.approve()
	b.carriesOut("/roles")
	e.get("/audit").expect(http.StatusForbidden)
	b.waits("/operators/invite", url.Values{"email": {newEmail}, "role": {"ADMIN"}})
	b.get("/operators").expect(http.StatusOK, `href="/approvals/`)
}

func (s *scene) panelActor(email string) bank.Actor {
	s.t.Helper()
	return must[bank.Actor](s.t)(s.panel.Access.Operator(s.t.Context(), s.customer.ID, email))
}
