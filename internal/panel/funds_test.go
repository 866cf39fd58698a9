package panel

import (
	"net/http"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
)

func (s *scene) funds() []accounts.Fund {
	s.t.Helper()
	return must[[]accounts.Fund](s.t)(s.panel.Accounts.Funds(s.t.Context(), s.admin))
}

// fundOf is a balance of the customer's own.
func (s *scene) fundOf(kind bank.BalanceKind) bank.ID {
	s.t.Helper()
	list := ofKind(s.funds(), kind)
	if len(list) == 0 {
		s.t.Fatalf("no balance of kind %s", kind)
	}
	return list[0].ID
}

// TestFunds holds that the technical balance is the sum of its items, with the transactions that made it.
func TestFunds(t *testing.T) {
	s := newScene(t).withItems()
	b := s.signedIn(adminEmail)
	b.get("/funds").expect(http.StatusOK, "Own funds", "Technical balance", "114.50", "/items?currency=PLN", "Bank balance")
	page := "/funds/" + s.fundOf(bank.KindTechnical).String()
	b.get(page).expect(http.StatusOK, "114.50", "4 rows", "NADAWCA TESTOWY", "czynsz &lt;b&gt;marzec")
	b.get(page+"?amount.from=50").expect(http.StatusOK, "1 row", "99.00")
	b.get(page+"?booked.to=2020-01-01").expect(http.StatusOK, "Nothing matches")
	b.get("/funds/"+s.fundOf(bank.KindOwn).String()).expect(http.StatusOK, "Nothing was booked here yet")
	b.get("/funds/" + s.candidatesOf(0)[0].ID.String()).expect(http.StatusNotFound) // an end user's
	s.signedIn(managerEmail).get("/funds").expect(http.StatusForbidden)
}

// namesake is an end user whose external id is the name of a file.
func (s *scene) namesake() {
	s.t.Helper()
	must[bank.User](s.t)(s.panel.Accounts.CreateUser(s.t.Context(), s.admin, accounts.NewUser{ExternalID: "items.pli", Type: bank.Corporation, CompanyName: "NAMESAKE OF A FILE"}))
}

// TestHome holds what each role finds on the first page.
func TestHome(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/").expect(http.StatusOK, "No amount is without a home.", "Nothing was booked in the last 30 days.", "3 of 1,000,000,000,000 numbers given")
	s.withItems()
	b.get("/").expect(http.StatusOK, "114.50", "4 open items", `class="flow-in"`, "As a table", "/items?currency=PLN", "Own funds", "decisions need you")
	s.signedIn(employeeEmail).get("/").expect(http.StatusOK, "Money in and out").lacks("/items", "/funds", "Base IBANs", "Certificates")
}

// TestRangeAlarms: from 80 % on somebody is warned, from 95 % on loudly.
func TestRangeAlarms(t *testing.T) {
	for percent, want := range map[int64]string{0: "good", 79: "good", 80: "wait", 94: "wait", 95: "bad", 100: "bad"} {
		if got := shareTone(percent); got != want {
			t.Errorf("%d %% is %s", percent, got)
		}
	}
	if share(1, 0) != 0 || share(999, 1000) != 99 {
		t.Error("a share is rounded up, or of nothing")
	}
}

// TestSearchAny jumps to what is one thing with a page, and groups the rest by kind.
func TestSearchAny(t *testing.T) {
	s := newScene(t).withItems()
	b := s.signedIn(adminEmail)
	for text, want := range map[string]string{s.itemOf(7_00).ID.String(): "/items/" + s.itemOf(7_00).ID.String(), "demo-2": "/users/" + s.users[1].ID.String(),
		s.fundOf(bank.KindOwn).String(): "/funds/" + s.fundOf(bank.KindOwn).String(), "items.pli": "/files/"} {
		got := b.get("/search?q=" + text).expect(http.StatusSeeOther).header.Get("Location")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s leads to %s, want %s", text, got, want)
		}
	}
	b.get("/search?q=" + s.ibanOf(0).String()).expect(http.StatusSeeOther)
	s.namesake()
	b.get("/search?q=items.pli").expect(http.StatusOK, "2 things have this name", "<h2>End user</h2>", "<h2>Transaction file</h2>", "NAMESAKE OF A FILE", `href="/files/`)
	s.signedIn(employeeEmail).get("/search?q=items.pli").expect(http.StatusSeeOther) // of the file they may know nothing
	b.get("/search?q=nothing+like+it").expect(http.StatusOK, "Nothing found")
	b.get("/search?q=%00").expect(http.StatusOK, "Nothing found")
}
