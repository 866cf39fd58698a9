package panel

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/money"
	"ims/internal/sandbox"
)

// balanceOf is the first balance of an end user of the scene.
func (s *scene) balanceOf(user int) accounts.BalanceView {
	s.t.Helper()
	return must[[]accounts.BalanceView](s.t)(s.panel.Accounts.UserBalances(s.t.Context(), s.admin, s.users[user].ID))[0]
}

// arrive lets equal transfers come to an end user from an invented payer, through an executed file.
func (s *scene) arrive(user int, minor int64, payer, title string, transfers int) {
	s.t.Helper()
	bankOf := must[*sandbox.Service](s.t)(sandbox.New(s.t.Context(), s.db, s.now, s.panel.Accounts))
	ctx := bank.WithIdempotency(s.t.Context(), &bank.Idempotency{Key: bank.NewID().String(), Answer: func(any) (bank.Answer, error) { return bank.Answer{Status: http.StatusOK, Body: []byte("{}")}, nil }})
	o := must[sandbox.Outcome](s.t)(bankOf.Simulate(ctx, s.admin, sandbox.Incoming{Amount: money.New(minor, money.PLN), Payee: s.balanceOf(user).Accounts[0].IBAN,
		PayerName: payer, Title: title, Transfers: transfers}))
	if o.File.Status != bank.FileExecuted {
		s.t.Fatalf("the file is %s: %+v", o.File.Status, o.Findings)
	}
}

// TestBalances shows an end user's balances, with the IBAN hidden until the operator asks, which is audited.
func TestBalances(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 123400, "FIKCYJNY PŁATNIK", "czynsz", 1)
	h := s.balanceOf(0)
	number := h.Accounts[0].IBAN
	home, page := "/users/"+s.users[0].ID.String()+"/balances", "/balances/"+h.ID.String()
	b := s.signedIn(employeeEmail)
	b.get(home).expect(http.StatusOK, h.ID.String(), "1,234.00", masked(number), "Reveal", "+ Add new balance").lacks(number.String(), number.Format())
	b.get(page).expect(http.StatusOK, masked(number), "No block stands").lacks(number.String(), number.Format(), "/close\"><", page+"/block\"", page+"/issue")
	b.post(page+"/reveal", nil).expect(http.StatusOK, number.Format(), `data-copy="`+number.String()+`"`, "data:image/svg+xml", "JAN TESTOWY")
	b.post(page+"/reveal", nil, "HX-Request", "true").expect(http.StatusOK, `id="iban-`+h.ID.String()+`"`, number.Format()).lacks("<html")
	b.get(page+"/audit").expect(http.StatusOK, "IBAN revealed", employeeEmail)
	b.get(page).lacks(number.Format())
	s.linksLead(t, must[bank.Actor](t)(s.panel.Access.Operator(t.Context(), s.customer.ID, employeeEmail)), page, b.get(page).body)
}

// TestAddBalance opens a balance once, however often the form is sent, and says beforehand where there will be no IBAN.
func TestAddBalance(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(employeeEmail)
	form := "/users/" + s.users[0].ID.String() + "/balances/new"
	b.get(form).expect(http.StatusOK, "EUR: no base IBAN", `<option value="PLN">PLN</option>`)
	b.post(form, url.Values{"currency": {""}, "key": {"k0"}}).expect(http.StatusUnprocessableEntity, "field-currency-fault")
	for range 2 {
		b.post(form, url.Values{"currency": {"EUR"}, "key": {"k1"}}).expect(http.StatusSeeOther)
	}
	list := must[[]accounts.BalanceView](t)(s.panel.Accounts.UserBalances(t.Context(), s.admin, s.users[0].ID))
	if len(list) != 2 || list[1].Currency != money.EUR {
		t.Fatalf("%d balances", len(list))
	}
	b.get("/users/"+s.users[0].ID.String()+"/balances").expect(http.StatusOK, "No IBAN: ", "no base IBAN for EUR")
	if _, err := s.panel.Accounts.UpdateUser(t.Context(), s.admin, s.users[0].ID, func(u *bank.User) error { u.Status = bank.UserLocked; return nil }); err != nil {
		t.Fatal(err)
	}
	b.get("/users/"+s.users[0].ID.String()+"/balances").expect(http.StatusOK, "locked or erased").lacks("/balances/new")
	b.post(form, url.Values{"currency": {"EUR"}, "key": {"k2"}}).expect(http.StatusUnprocessableEntity, "The end user is locked")
}

// TestCloseBalance wants what is irreversible typed, and says why a balance with money cannot be closed.
func TestCloseBalance(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 500, "PŁATNIK", "x", 1)
	b := s.signedIn(managerEmail)
	b.get("/balances/"+s.balanceOf(0).ID.String()+"/close").expect(http.StatusOK, "This balance cannot be closed", "It is not empty").lacks("<form action=\"/balances")
	empty := s.balanceOf(1).ID.String()
	b.get("/balances/"+empty+"/close").expect(http.StatusOK, "To confirm, type "+empty[len(empty)-4:])
	b.post("/balances/"+empty+"/close", url.Values{"ending": {"no"}}).expect(http.StatusUnprocessableEntity, "field-ending-fault", `value="no"`)
	b.post("/balances/"+empty+"/close", url.Values{"ending": {empty[len(empty)-4:]}}).expect(http.StatusSeeOther)
	b.get("/balances/"+empty).expect(http.StatusOK, "Closed").lacks("/close\"", "/block\"")
}

// TestIssueIBAN issues where the customer's mode leaves it to the panel.
func TestIssueIBAN(t *testing.T) {
	s := newScene(t)
	err := s.panel.Customers.UpdateSettings(t.Context(), s.admin, s.customer.ID, func(c *customers.Settings) error {
		c.IBANMode = bank.IssueFromPanel
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v := must[accounts.BalanceView](t)(s.panel.Accounts.CreateBalance(t.Context(), s.admin, s.users[0].ID, money.PLN))
	page := "/balances/" + v.ID.String()
	b := s.signedIn(managerEmail)
	b.get(page).expect(http.StatusOK, "issued by an operator", "Issue IBAN")
	s.signedIn(employeeEmail).get(page).expect(http.StatusOK).lacks("Issue IBAN")
	b.post(page+"/issue", nil).expect(http.StatusSeeOther)
	b.get(page).expect(http.StatusOK, "••••").lacks("Issue IBAN")
	b.post(page+"/issue", nil).expect(http.StatusUnprocessableEntity, "exists already")
}

// TestBlocks sets blocks on an end user, a balance and its IBAN, once each, and lifts them.
func TestBlocks(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(managerEmail)
	user, page := "/users/"+s.users[0].ID.String(), "/balances/"+s.balanceOf(0).ID.String()
	b.post(user+"/block", url.Values{"reference": {"K 1/26"}}).expect(http.StatusUnprocessableEntity, "field-kind-fault", "field-direction-fault", `value="K 1/26"`)
	b.post(user+"/block", url.Values{"kind": {"COURT"}, "direction": {"BOTH"}, "till": {"2001-01-01"}}).expect(http.StatusUnprocessableEntity, "field-till-fault")
	for range 2 {
		b.post(user+"/block", url.Values{"kind": {"COURT"}, "direction": {"BOTH"}, "reference": {"<b>K 1/26"}, "key": {"k"}}).expect(http.StatusSeeOther)
	}
	if got := b.get(user).expect(http.StatusOK, "Court", "Credits and debits", "&lt;b&gt;K 1/26"); strings.Count(got.body, "/lift/") != 1 {
		t.Errorf("the block stands %d times", strings.Count(got.body, "/lift/"))
	}
	b.get(page+"/block").expect(http.StatusOK, `value="BALANCE"`, `value="IBAN"`)
	b.post(page+"/block", url.Values{"target": {"IBAN"}, "kind": {"FRAUD"}, "direction": {"DEBITS"}}).expect(http.StatusSeeOther)
	got := b.get(page).expect(http.StatusOK, "Fraud", "until lifted")
	s.signedIn(employeeEmail).get(page).expect(http.StatusOK, "Fraud").lacks("/lift/")
	lift := page + "/lift/" + between(got.body, page+"/lift/", `"`)
	b.get(lift).expect(http.StatusOK, "Lift the block?", "Fraud")
	b.post(lift, nil).expect(http.StatusSeeOther)
	b.get(page).expect(http.StatusOK, "No block stands")
	b.post(lift, nil).expect(http.StatusNotFound)
}

// TestNewUser makes an end user once, and keeps what was typed where it is refused.
func TestNewUser(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(managerEmail)
	b.get("/users").expect(http.StatusOK, "/users/new")
	s.signedIn(employeeEmail).get("/users").expect(http.StatusOK).lacks("/users/new")
	b.post("/users/new", url.Values{"type": {"PERSON"}, "firstName": {"OLA"}, "email": {"nobody"}}).expect(http.StatusUnprocessableEntity, "field-lastName-fault", `value="OLA"`)
	form := url.Values{"type": {"CORPORATION"}, "companyName": {"NOWA FIKCJA"}, "externalId": {"n-1"}, "kycStatus": {"PENDING"}, "key": {"k"}}
	first := b.post("/users/new", form).expect(http.StatusSeeOther).header.Get("Location")
	if second := b.post("/users/new", form).expect(http.StatusSeeOther).header.Get("Location"); second != first {
		t.Errorf("sent again it leads to %s, first to %s", second, first)
	}
	b.get(first).expect(http.StatusOK, "NOWA FIKCJA", "n-1")
	form.Set("key", "other")
	b.post("/users/new", form).expect(http.StatusUnprocessableEntity, "field-externalId-fault")
}

// TestStatement offers the last month, tells faults at their fields, and sends each form.
func TestStatement(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 123400, "FIKCYJNY PŁATNIK", "czynsz", 2)
	b := s.signedIn(employeeEmail)
	path := "/balances/" + s.balanceOf(0).ID.String() + "/statement"
	from, to := lastMonth(bank.CivilDate(s.now()))
	b.get(path).expect(http.StatusOK, `value="`+from+`"`, `value="`+to+`"`, "camt.053")
	b.get(path+"?from=2026-02-02&to=2026-02-01&form=pdf").expect(http.StatusUnprocessableEntity, "field-to-fault", `value="2026-02-02"`)
	b.get(path + "?from=2026-02-02&to=2026-02-03&form=docx").expect(http.StatusUnprocessableEntity)
	today := bank.CivilDate(s.now())
	for _, form := range history.StatementForms() {
		got := b.get(path + "?from=" + today + "&to=" + today + "&form=" + string(form)).expect(http.StatusOK)
		if !strings.Contains(got.header.Get("Content-Disposition"), form.Extension()) || got.body == "" {
			t.Errorf("%s: %v", form, got.header)
		}
	}
}

// TestReports has a report of the current filter written by a worker and downloads it.
func TestReports(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 123400, "FIKCYJNY PŁATNIK", "czynsz", 2)
	s.arrive(1, 700, "=CMD()", "inny", 1)
	b := s.signedIn(employeeEmail)
	b.get("/reports").expect(http.StatusOK, "No reports yet", "Payment history")
	link := between(b.get("/history?amount.from=100").body, `href="/reports/new`, `"`)
	b.get("/reports/new"+strings.ReplaceAll(link, "&amp;", "&")).expect(http.StatusOK, "Amount from", "last 90 days", `name="amount.from" value="100"`)
	b.post("/reports/new", url.Values{"form": {"docx"}}).expect(http.StatusUnprocessableEntity, "Choose CSV or XLSX")
	for range 2 {
		b.post("/reports/new", url.Values{"form": {"csv"}, "amount.from": {"100"}, "key": {"k"}}).expect(http.StatusSeeOther)
	}
	b.get("/reports").expect(http.StatusOK, "1 row", "<progress", "/live/reports").lacks("/file\"")
	if worked, err := s.panel.Reports.RunDue(context.Background(), "test"); err != nil || !worked {
		t.Fatal(worked, err)
	}
	got := b.get("/reports").expect(http.StatusOK, "Ready", "/file\"").lacks("<progress", "/live/reports")
	b.get("/live/reports?once=1").expect(http.StatusOK, "Ready")
	file := b.get("/reports/"+between(got.body, `href="/reports/`, `"`)).expect(http.StatusOK, "FIKCYJNY PŁATNIK").lacks("CMD()")
	if rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll(); err == nil && len(rows) < 3 {
		t.Errorf("%d rows", len(rows))
	}
	user := "/users/" + s.users[0].ID.String() + "/history"
	b.get("/reports/new?of="+url.QueryEscape(user)).expect(http.StatusOK, "JAN TESTOWY", `name="of" value="`+user+`"`)
	b.get("/reports/new?of=https://elsewhere.example/").expect(http.StatusOK).lacks(`href="https://elsewhere`, `name="of" value="https`)
}
