package panel

import (
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/notify"
)

// TestHistoryFilters narrows the list by each filter alone, and tells how far back it goes.
func TestHistoryFilters(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 123400, "FIKCYJNY PŁATNIK", "czynsz za marzec", 1)
	s.arrive(1, 700, "INNA FIRMA", "zwrot", 1)
	for {
		if worked, err := s.panel.History.IndexDue(t.Context(), "test"); err != nil {
			t.Fatal(err)
		} else if !worked {
			break
		}
	}
	b := s.signedIn(adminEmail)
	b.get("/history").expect(http.StatusOK, "2 rows", "last 90 days", "Show all time", "+", "1,234.00", "Generate transaction report")
	today := bank.CivilDate(s.now())
	balance := s.balanceOf(0)
	for _, filter := range []string{"iban=" + balance.Accounts[0].IBAN.String(), "counterparty=fikcyjny+platnik", "title=czynsz", "amount.from=1000", "balanceId=" + balance.ID.String(),
		"userId=" + s.users[0].ID.String(), "title=marzec&booked.from=" + today} {
		got := b.get("/history?"+filter).expect(http.StatusOK, "FIKCYJNY P", `class="chip"`)
		if n := strings.Count(got.body, `class="row"`); n != 1 {
			t.Errorf("%s: %d rows", filter, n)
		}
	}
	for filter, want := range map[string]string{"amount.to=7": "INNA FIRMA", "type=TRANSFER_IN&amount.to=100": "INNA FIRMA", "status=CLEARED&title=zwrot": "INNA FIRMA", "period=ALL&title=zwrot": "all time"} {
		b.get("/history?"+filter).expect(http.StatusOK, want).lacks("FIKCYJNY P")
	}
	for _, filter := range []string{"status=DECLINED", "fileId=" + bank.NewID().String(), "booked.to=2001-01-01", "iban=PL83111111110000000000000010"} {
		b.get("/history?"+filter).expect(http.StatusOK, "Nothing matches", "Clear all")
	}
	b.get("/history?balanceId=x").expect(http.StatusUnprocessableEntity, "field-balanceId-fault", `value="x"`)
	b.get("/users/"+s.users[1].ID.String()+"/history").expect(http.StatusOK, "INNA FIRMA", "Balances", "1 row").lacks("FIKCYJNY")
	b.get("/history?format=csv&amount.from=1000").expect(http.StatusOK, "1234.00", "Amount from").lacks("INNA")
}

// TestTransaction tells the whole story of a transaction, as far as the reader may know it.
func TestTransaction(t *testing.T) {
	s := newScene(t)
	s.arrive(0, 123400, "<i>FIKCYJNY", "czynsz", 1)
	b := s.signedIn(adminEmail)
	row := first(b.get("/history").body)
	b.get(row).expect(http.StatusOK, "1,234.00", "Cleared", "&lt;i&gt;FIKCYJNY", "JAN TESTOWY", "line ", "uploaded by", "Balance after", "no notification endpoint", masked(s.balanceOf(0).Accounts[0].IBAN)).
		lacks("<i>FIK", s.balanceOf(0).Accounts[0].IBAN.String())
	e := s.signedIn(employeeEmail)
	got := e.get(row).expect(http.StatusOK, "A transaction file, line").lacks("uploaded by", "/files/")
	s.linksLead(t, must[bank.Actor](t)(s.panel.Access.Operator(t.Context(), s.customer.ID, employeeEmail)), row, got.body)
	for _, path := range []string{"/transactions/0", "/transactions/-1", "/transactions/999999", "/transactions/x", "/transactions/9999999999999999999999"} {
		b.get(path).expect(http.StatusNotFound)
	}
}

// TestDeclined tells operators exactly why a debit was declined, in their language; a court's block is theirs to know.
func TestDeclined(t *testing.T) {
	eachScene(t, func(s *scene) {
		balance := s.balanceOf(0)
		writer := ledger.NewWriter(s.db, s.now)
		s.t.Cleanup(writer.Close)
		debit := func(key string, want error) {
			s.t.Helper()
			op := ledger.Single{Actor: s.admin, Key: bank.Idempotency{Key: key}, Debit: true, Balance: balance.ID, Amount: money.New(5_00, money.PLN), Title: key}
			if _, err := writer.Post(s.t.Context(), op); !errors.Is(err, want) {
				s.t.Fatalf("%s: %v", key, err)
			}
		}
		debit("too much", bank.ErrInsufficientFunds)
		must[bank.Block](s.t)(s.panel.Accounts.Block(s.t.Context(), s.admin, accounts.NewBlock{Target: bank.BlockBalance, TargetKey: balance.ID.String(),
			Kind: bank.BlockByCourt, Direction: bank.BlockDebits, Reference: "I Co 1/26"}))
		debit("under a block", bank.ErrBlocked)
		for _, email := range []string{adminEmail, employeeEmail} {
			b := s.signedIn(email)
			rows := regexp.MustCompile(`class="row" href="(/transactions/[0-9]+)"`).FindAllStringSubmatch(b.get("/history").expect(http.StatusOK).body, -1)
			if len(rows) != 2 {
				s.t.Fatalf("%s sees %d rows", email, len(rows))
			}
			for n, reason := range []bank.Reason{bank.ReasonBlockedCourt, bank.ReasonFunds} { // the newest first
				at := rows[n][1]
				b.get(at).expect(http.StatusOK, "Declined", html.EscapeString(reason.Text("en")), "5.00")
				b.get(at, "Accept-Language", "pl").expect(http.StatusOK, "Odrzucona", html.EscapeString(reason.Text("pl"))).lacks(reason.Text("en"))
			}
		}
	})
}

func first(body string) string {
	if m := regexp.MustCompile(`class="row" href="([^"]*)"`).FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

// TestResend shows what the customer's endpoint answered, and tells it again for who may.
func TestResend(t *testing.T) {
	s := newScene(t)
	status := http.StatusServiceUnavailable
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(endpoint.Close)
	if _, _, _, err := s.panel.Notify.Set(t.Context(), s.admin, notify.Setting{URL: endpoint.URL, Authentication: bank.EndpointBasic, Username: "ims", Password: "invented-secret", Active: true}); err != nil {
		t.Fatal(err)
	}
	s.arrive(0, 500, "PŁATNIK", "x", 1)
	if _, err := s.panel.Notify.RunDue(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	b := s.signedIn(adminEmail)
	row := first(b.get("/history").body)
	got := b.get(row).expect(http.StatusOK, "Pending", "503", "Resend")
	s.signedIn(employeeEmail).get(row).expect(http.StatusOK, "503").lacks("/resend/")
	again := row + "/resend/" + between(got.body, row+"/resend/", `"`)
	b.post(again, url.Values{}).expect(http.StatusSeeOther)
	status = http.StatusNoContent
	if _, err := s.panel.Notify.RunDue(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	b.get(row).expect(http.StatusOK, "Delivered", "204")
}

// TestPeopleAudit shows what was done about an end user, in pages.
func TestPeopleAudit(t *testing.T) {
	s := newScene(t)
	home := "/users/" + s.users[0].ID.String()
	b := s.signedIn(managerEmail)
	for range 11 {
		b.post(home+"/lock", nil).expect(http.StatusSeeOther)
		b.post(home+"/unlock", nil).expect(http.StatusSeeOther)
	}
	page := b.get(home+"/audit?size=20").expect(http.StatusOK, "End user changed", managerEmail, "20 rows, and more follow")
	behind := b.get(turn(page.body, "next")).expect(http.StatusOK, "End user created")
	if got := b.get(turn(behind.body, "prev")); strings.Count(got.body, "<tr>") != strings.Count(page.body, "<tr>") {
		t.Error("the way back shows another page")
	}
	b.get(home+"/audit?format=csv").expect(http.StatusOK, "user.create")
}
