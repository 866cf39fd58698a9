package panel

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// waitingOne is the one approval that waits, as the second person sees it.
func (s *scene) waitingOne() bank.Approval { return s.waiting(secondEmail) }

// waiting is the one approval that waits, as an operator sees it.
func (s *scene) waiting(email string) bank.Approval {
	s.t.Helper()
	actor := must[bank.Actor](s.t)(s.panel.Access.Operator(s.t.Context(), s.customer.ID, email))
	list := must[[]bank.Approval](s.t)(s.panel.Access.Approvals(s.t.Context(), actor, s.customer.ID, pendingOnes))
	if len(list) != 1 {
		s.t.Fatalf("%d approvals wait", len(list))
	}
	return list[0]
}

// TestFourEyesOfAnItem: one asks, the other sees exactly what, and approves; it is carried out with one button, once.
func TestFourEyesOfAnItem(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withItems().withFourEyes()
		asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		i := s.itemOf(12_50)
		home, target := "/items/"+i.ID.String(), s.candidatesOf(0)[0].ID.String()
		form := url.Values{"target": {target}, "reason": {"one slip: the last digit to balance " + target}}
		to := asker.post(home+"/assign", form).expect(http.StatusSeeOther).header.Get("Location")
		page := "/approvals/" + s.waitingOne().ID.String()
		if to != page {
			s.t.Fatalf("asking leads to %s", to)
		}
		asker.get(page).expect(http.StatusOK, "Nothing has happened yet", "Somebody else must approve it", "Withdraw").lacks(page + "/approve")
		asker.get("/approvals").expect(http.StatusOK, "Waits for others").lacks("Waits for you", `class="count"><span aria-hidden`)
		asker.get(home).expect(http.StatusOK, "Somebody else must approve it", page)
		asker.post(page+"/approve", url.Values{}).expect(http.StatusForbidden, "requested by you")
		asker.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
		second.get("/").expect(http.StatusOK, "1 decision waits for you")
		second.get("/approvals").expect(http.StatusOK, "Waits for you", adminEmail)
		for _, language := range []string{"en", "pl"} {
			second.get(page, "Accept-Language", language).expect(http.StatusOK, adminEmail, "NADAWCA TESTOWY", "JAN TESTOWY", s.ibanOf(0).Format(), "one slip: the last digit", home)
		}
		second.get(page, "Accept-Language", "pl").expect(http.StatusOK, "12,50").lacks("12.50", "assign")
		second.get(home).expect(http.StatusOK, "it waits for your decision")
		second.post(page+"/reject", url.Values{}).expect(http.StatusUnprocessableEntity, "Say why")
		second.post(page+"/approve", url.Values{"remark": {"checked"}}).expect(http.StatusSeeOther)
		second.get(page).expect(http.StatusOK, "Approved. "+adminEmail+", or you, can carry it out now.", "Approved by "+secondEmail, "Carry it out now")
		if got := s.available(0); got != 0 {
			s.t.Fatalf("JAN has %d before it was carried out", got)
		}
		asker.get("/approvals").expect(http.StatusOK, "Approved: carry it out")
		asker.get(home).expect(http.StatusOK, "Carry it out now", page+"/carry-out")
		asker.carriesOut(page).expect(http.StatusSeeOther)
		asker.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
		if got := s.available(0); got != 12_50 {
			s.t.Errorf("JAN has %d", got)
		}
		second.get("/approvals/all?status=USED").expect(http.StatusOK, "1 row", "Give an amount a home", "Carried out")
	})
}

// TestFourEyesOfSeveralItems: they wait as one, with each of them on the page, and are carried out as one.
func TestFourEyesOfSeveralItems(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withItems().withFourEyes()
		asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		one, two := s.itemOf(1_00), s.itemOf(2_00)
		form := url.Values{"item": {one.ID.String(), two.ID.String()}, "action": {"OWN_FUNDS"}, "reason": {"nobody asks"}, "count": {"2"}}
		asker.get("/items").expect(http.StatusOK, "at most 1,000 at once")
		page := asker.post("/items/several", form).expect(http.StatusSeeOther).header.Get("Location")
		if page != "/approvals/"+s.waitingOne().ID.String() {
			s.t.Fatalf("asking leads to %s", page)
		}
		asker.get("/items/"+one.ID.String()).expect(http.StatusOK, page, "Somebody else must approve it")
		second.get("/approvals").expect(http.StatusOK, "2 open items: 3.00 PLN: nobody asks")
		second.get(page).expect(http.StatusOK, "Give several amounts a home", "/items/"+one.ID.String(), "/items/"+two.ID.String(), "3.00", "Own funds in PLN")
		second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
		second.carriesOut(page).expect(http.StatusSeeOther)
		for _, i := range []bank.Item{one, two} {
			asker.get("/items/"+i.ID.String()).expect(http.StatusOK, "Assigned", "nobody asks", secondEmail)
		}
	})
}

// TestAStaleDecision: what cannot be carried out any more says so on its page, and nothing of it happens.
func TestAStaleDecision(t *testing.T) {
	s := newScene(t).withItems().withFourEyes()
	asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	one, two := s.itemOf(1_00), s.itemOf(2_00)
	several := asker.post("/items/several", url.Values{"item": {one.ID.String(), two.ID.String()}, "action": {"RETURN"}, "reason": {"x"}, "count": {"2"}}).header.Get("Location")
	single := asker.post("/items/"+one.ID.String()+"/return", url.Values{"reason": {"y"}}).header.Get("Location")
	for _, page := range []string{several, single} {
		second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
	}
	asker.carriesOut(single).expect(http.StatusSeeOther)
	asker.post(several+"/carry-out", url.Values{}).expect(http.StatusUnprocessableEntity, "decided already", "Carry it out now")
	asker.get("/items/"+two.ID.String()).expect(http.StatusOK, "Open")
}

// TestAnOldApproval: one of before there was content is shown by its sentence, and used by doing the same once more.
func TestAnOldApproval(t *testing.T) {
	s := newScene(t).withFourEyes()
	asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	const host = "new.demo.example"
	form := url.Values{"host": {host}}
	old := bank.Approval{Customer: s.customer.ID, ID: bank.NewID(), Action: "domain.add", Object: host, Digest: sha256.Sum256([]byte(host)),
		Summary: "browsers may come from " + host, Status: bank.ApprovalPending, RequestedBy: adminEmail, RequestedAt: s.now()}
	page := "/approvals/" + old.ID.String()
	if err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddApproval(old)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	second.get(page).expect(http.StatusOK, "browsers may come from new.demo.example")
	second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
	asker.get(page).expect(http.StatusOK, "do the same once more").lacks("Carry it out now")
	asker.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
	asker.post("/domains", form).expect(http.StatusSeeOther)
	asker.get(page).expect(http.StatusOK, "and carried out")
}

// TestWithdraw: who asked takes it back, and nobody is asked any more.
func TestWithdraw(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withItems().withFourEyes()
		asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		home := "/items/" + s.itemOf(99_00).ID.String()
		asker.post(home+"/return", url.Values{"reason": {"sent in error"}}).expect(http.StatusSeeOther)
		page := "/approvals/" + s.waitingOne().ID.String()
		asker.post(page+"/reject", url.Values{"why": {"a better home is known"}}).expect(http.StatusSeeOther)
		asker.get(page).expect(http.StatusOK, "Withdrawn by "+adminEmail, "a better home is known")
		second.get("/approvals").expect(http.StatusOK, "Nothing waits")
		second.post(page+"/approve", url.Values{}).expect(http.StatusUnprocessableEntity, "REJECTED already")
	})
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
