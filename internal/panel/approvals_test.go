package panel

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ims/internal/bank"
)

// waitingOne is the one approval that waits, as the second person sees it.
func (s *scene) waitingOne() bank.Approval {
	s.t.Helper()
	second := must[bank.Actor](s.t)(s.panel.Access.Operator(s.t.Context(), s.customer.ID, secondEmail))
	list := must[[]bank.Approval](s.t)(s.panel.Access.Approvals(s.t.Context(), second, s.customer.ID, pendingOnes))
	if len(list) != 1 {
		s.t.Fatalf("%d approvals wait", len(list))
	}
	return list[0]
}

// TestFourEyesOfAnItem: one asks, the other sees exactly what, and approves; the one carries it out with one button, once.
func TestFourEyesOfAnItem(t *testing.T) {
	s := newScene(t).withItems().withFourEyes()
	asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	i := s.itemOf(12_50)
	home, target := "/items/"+i.ID.String(), s.candidatesOf(0)[0].ID.String()
	form := url.Values{"target": {target}, "reason": {"one slip: the last digit"}}
	to := asker.post(home+"/assign", form).expect(http.StatusSeeOther).header.Get("Location")
	a := s.waitingOne()
	page := "/approvals/" + a.ID.String()
	if to != page {
		t.Fatalf("asking leads to %s", to)
	}
	asker.get(page).expect(http.StatusOK, "Nothing has happened yet", "Somebody else must approve it", "Withdraw").lacks(page + "/approve")
	asker.get("/approvals").expect(http.StatusOK, "Waits for others").lacks("Waits for you", `class="count"><span aria-hidden`)
	asker.get(home).expect(http.StatusOK, "Somebody else must approve it", page)
	asker.post(page+"/approve", url.Values{}).expect(http.StatusForbidden, "requested by you")
	second.get("/").expect(http.StatusOK, "1 decision waits for you")
	second.get("/approvals").expect(http.StatusOK, "Waits for you", adminEmail)
	second.get(page).expect(http.StatusOK, adminEmail+" asked for this", "12.50", "NADAWCA TESTOWY", "JAN TESTOWY", s.ibanOf(0).Format(), "one slip: the last digit", home)
	second.get(home).expect(http.StatusOK, "it waits for your decision")
	second.post(page+"/reject", url.Values{}).expect(http.StatusUnprocessableEntity, "Say why")
	second.post(page+"/approve", url.Values{"remark": {"checked"}}).expect(http.StatusSeeOther)
	second.get(page).expect(http.StatusOK, "Approved. "+adminEmail+" can carry it out now.", adminEmail+" carries it out").lacks("Carry it out now<")
	if got := s.available(0); got != 0 {
		t.Fatalf("JAN has %d before it was carried out", got)
	}
	asker.get("/approvals").expect(http.StatusOK, "Approved: carry it out")
	for _, p := range []string{page, home} {
		got := asker.get(p).expect(http.StatusOK, "Carry it out now", `action="`+home+`/assign"`, `name="target" value="`+target+`"`)
		if !strings.Contains(got.body, `name="reason" value="one slip: the last digit"`) {
			t.Errorf("%s does not send the reason along", p)
		}
	}
	asker.post(home+"/assign", form).expect(http.StatusSeeOther)
	asker.get(page).expect(http.StatusOK, "and carried out").lacks("Carry it out now")
	if got := s.available(0); got != 12_50 {
		t.Errorf("JAN has %d", got)
	}
	second.get("/approvals/all?status=USED").expect(http.StatusOK, "1 row", "Give an amount a home", "Carried out")
}

// TestApprovedForm: a form that is no item's is kept with whoever sent it, and only until it is carried out.
func TestApprovedForm(t *testing.T) {
	s := newScene(t).withFourEyes()
	asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	form := url.Values{"ibanMode": {"API"}, "fourEyes": {"1"}, "retentionYears": {"7"}}
	asker.post("/settings/edit", form)
	page := "/approvals/" + s.waitingOne().ID.String()
	second.get(page).expect(http.StatusOK, "AUTOMATIC", "API", "Fingerprint")
	second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
	second.get(page).expect(http.StatusOK).lacks("Carry it out now")
	asker.get(page).expect(http.StatusOK, "Carry it out now", `action="/settings/edit"`, `name="retentionYears" value="7"`)
	asker.post("/settings/edit", form).expect(http.StatusSeeOther)
	asker.get(page).expect(http.StatusOK, "and carried out")
}

// TestWithdraw: who asked takes it back, and nobody is asked any more.
func TestWithdraw(t *testing.T) {
	s := newScene(t).withItems().withFourEyes()
	asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	home := "/items/" + s.itemOf(99_00).ID.String()
	asker.post(home+"/return", url.Values{"reason": {"sent in error"}}).expect(http.StatusSeeOther)
	page := "/approvals/" + s.waitingOne().ID.String()
	asker.post(page+"/reject", url.Values{"why": {"a better home is known"}}).expect(http.StatusSeeOther)
	asker.get(page).expect(http.StatusOK, "Withdrawn by "+adminEmail, "a better home is known")
	second.get("/approvals").expect(http.StatusOK, "Nothing waits")
	second.post(page+"/approve", url.Values{}).expect(http.StatusUnprocessableEntity, "REJECTED already")
}

// TestApprovalsAreNobodyElses: who neither asked nor may decide sees nothing of it.
func TestApprovalsAreNobodyElses(t *testing.T) {
	s := newScene(t).withItems().withFourEyes()
	s.signedIn(adminEmail).post("/items/"+s.itemOf(99_00).ID.String()+"/return", url.Values{"reason": {"x"}})
	page := "/approvals/" + s.waitingOne().ID.String()
	for _, email := range []string{managerEmail, employeeEmail} {
		b := s.signedIn(email)
		b.get("/approvals").expect(http.StatusOK, "Nothing waits")
		b.get(page).expect(http.StatusNotFound)
		b.post(page+"/approve", url.Values{}).expect(http.StatusNotFound)
	}
}

// TestSlips marks where two accounts differ.
func TestSlips(t *testing.T) {
	left, right := slips("1123", "1223")
	if len(left) != 3 || !left[1].off || left[1].text != "1" || right[1].text != "2" || left[2].text != "23" {
		t.Errorf("%v %v", left, right)
	}
	if left, _ := slips("1", "22"); len(left) != 1 || left[0].off {
		t.Errorf("accounts of different lengths: %v", left)
	}
}
