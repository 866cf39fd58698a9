package panel

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
)

const secondEmail = "second@institution.example"

var pendingOnes = access.ApprovalFilter{Status: bank.ApprovalPending}

// withFourEyes switches four eyes on for a scene.
func (s *scene) withFourEyes() *scene {
	s.t.Helper()
	err := s.panel.Customers.UpdateSettings(s.t.Context(), s.admin, s.customer.ID, func(c *customers.Settings) error { c.FourEyes = true; return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return s
}

// approve decides all that waits, as the second person.
func (s *scene) approve() {
	s.t.Helper()
	second := must[bank.Actor](s.t)(s.panel.Access.Operator(s.t.Context(), s.customer.ID, secondEmail))
	for _, a := range must[[]bank.Approval](s.t)(s.panel.Access.Approvals(s.t.Context(), second, s.customer.ID, pendingOnes)) {
		must[bank.Approval](s.t)(s.panel.Access.Decide(s.t.Context(), second, s.customer.ID, a.ID, true, ""))
	}
}

var hiddenFields = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// hidden are the fields that a page keeps for its form.
func hidden(body string) url.Values {
	form := url.Values{}
	_, body, _ = strings.Cut(body, `<main`) // the frame has forms of its own
	for _, m := range hiddenFields.FindAllStringSubmatch(body, -1) {
		form.Add(m[1], strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#43;", "+", "&#10;", "\n").Replace(m[2]))
	}
	return form
}

// waits sends a form whose change waits for a second person.
func (b *browser) waits(path string, form url.Values) {
	b.s.t.Helper()
	if at := b.post(path, form).expect(http.StatusSeeOther).header.Get("Location"); !strings.HasPrefix(at, "/approvals/") {
		b.s.t.Fatalf("%s led to %s", path, at)
	}
}

var carryForm = regexp.MustCompile(`<form action="([^"]*/carry-out)" method="post">`)

// carriesOut uses the button on a page that carries out what was approved.
func (b *browser) carriesOut(page string) reply {
	b.s.t.Helper()
	m := carryForm.FindStringSubmatch(b.get(page).expect(http.StatusOK).body)
	if m == nil {
		b.s.t.Fatal(page + " has nothing to carry out")
	}
	got := b.post(m[1], url.Values{})
	at := strings.TrimSuffix(m[1], "/carry-out")
	b.get(at).expect(http.StatusOK, "and carried out").lacks("Carry it out now")
	return got
}

// TestChecklist tells what is missing, and where it is mended.
func TestChecklist(t *testing.T) {
	s := newScene(t)
	s.signedIn(adminEmail).get("/settings").expect(http.StatusOK, "1 step is missing", "A certificate for your programs", "Missing", "Optional",
		"Four eyes are off", "Automatically, with the balance", "Employee, Manager, Admin")
	s.signedIn(managerEmail).get("/settings").expect(http.StatusForbidden)
	s.signedIn(managerEmail).get("/").lacks(`href="/settings"`)
}

// TestChangeSettings writes all of the form, and keeps what was typed where a part of it is wrong.
func TestChangeSettings(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	form := url.Values{"ibanMode": {"PANEL"}, "kycGate": {"1"}, "addBalanceRoles": {"ADMIN", "MANAGER"}, "retentionYears": {"1o1"}}
	b.post("/settings/edit", form).expect(http.StatusUnprocessableEntity, `value="1o1"`, `id="field-retentionYears-fault"`, `value="PANEL" selected`)
	form.Set("retentionYears", "500")
	b.post("/settings/edit", form).expect(http.StatusUnprocessableEntity, `value="500"`, `id="field-retentionYears-fault"`)
	form.Set("retentionYears", "7")
	b.post("/settings/edit", form).expect(http.StatusSeeOther)
	b.get("/settings").expect(http.StatusOK, "The settings were changed", "By operators, in this panel", "Manager, Admin", "7 years")
}

// TestSettingsWait holds that a change needs a second person where four eyes bind, and that it is carried out from the page
// that said so, exactly as it was asked for.
func TestSettingsWait(t *testing.T) {
	s := newScene(t).withFourEyes()
	b := s.signedIn(adminEmail)
	form := url.Values{"ibanMode": {"API"}, "fourEyes": {"1"}, "addBalanceRoles": {"ADMIN"}, "retentionYears": {"0"}}
	b.waits("/settings/edit", form)
	b.get("/settings").expect(http.StatusOK, `href="/approvals/`, "Automatically, with the balance")
	s.signedIn(secondEmail).get("/settings").expect(http.StatusOK, "it waits for your decision")
	b.waits("/settings/edit", form)
	s.approve()
	b.carriesOut("/settings")
	b.get("/settings").expect(http.StatusOK, "By your programs, through the API").lacks(`href="/approvals/`)
}
