package serverapi

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/web"
)

// fundsOf are the customer's own balances in PLN, by kind.
func fundsOf(api *caller) map[string]int64 {
	api.t.Helper()
	var list FundList
	api.do("GET", "/secure/own-funds", nil).ok(200, &list)
	sums := map[string]int64{}
	for _, f := range list.Items {
		sums[f.Kind] += f.Booked.Amount
	}
	return sums
}

// TestItems: money without a home is found, goes where it belongs, and is decided once.
func TestItems(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	master := c.master.IBAN.String()[2:]
	f := c.executed(api, "items.pli", line(outsideNRB, master, 100, "ONE")+line(outsideNRB, master, 200, "TWO")+line(outsideNRB, master, 400, "THREE"))
	var list ItemList
	api.do("GET", "/secure/technical-items?currency=PLN&status=OPEN&fileId="+f.ID, nil).ok(200, &list)
	if len(list.Items) != 3 || list.Items[0].Reason != "MASTER_ACCOUNT" || list.Items[0].State != "POSTED" || list.Items[0].PostingID == 0 || list.Items[0].Line == 0 {
		t.Fatalf("items %+v", list)
	}
	if diff := cmp.Diff(map[string]int64{"OWN": 0, "TECHNICAL": 700, "RECEIVABLE": 0, "BANK": -700}, fundsOf(api)); diff != "" {
		t.Error(diff)
	}
	ids := map[string]string{}
	for _, i := range list.Items {
		ids[i.Title] = i.ID
	}
	var d ItemDecision
	api.do("POST", "/secure/technical-items/"+ids["ONE"]+"/assign", map[string]any{"balanceId": b.ID, "reason": "the title says so"}).ok(200, &d)
	if d.Item.Status != "ASSIGNED" || d.Item.Decision != "the title says so" || d.Item.DecidedBy != "V-Example-Backend" || d.Item.ResolutionID == 0 || d.Approval != nil {
		t.Errorf("assigned: %+v", d)
	}
	api.do("POST", "/secure/technical-items/"+ids["TWO"]+"/assign", map[string]any{"ownFunds": true, "reason": "ours"}).ok(200, nil)
	api.do("POST", "/secure/technical-items/"+ids["THREE"]+"/return", map[string]any{"reason": "nobody's"}).ok(200, &d)
	if d.Item.Status != "RETURN_ORDERED" {
		t.Errorf("returned: %+v", d)
	}
	api.do("POST", "/secure/technical-items/"+ids["ONE"]+"/return", map[string]any{"reason": "again"}).refused(bank.ErrConflict)
	if diff := cmp.Diff(map[string]int64{"OWN": 200, "TECHNICAL": 400, "RECEIVABLE": 0, "BANK": -700}, fundsOf(api)); diff != "" {
		t.Error(diff)
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Available.Amount != 100 {
		t.Errorf("balance %+v", b)
	}
	api.do("GET", "/secure/technical-items?status=OPEN", nil).ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("still open: %+v", list)
	}
}

// TestOurFailure: when the store is gone the caller is told nothing of it, and the log everything, once.
func TestOurFailure(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	b := api.balance() // the certificate is known for a second from here on
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	a := api.do("GET", "/secure/users/"+b.UserID, nil, "Request-Id", "the-lost-one")
	if a.status != 500 || !strings.Contains(string(a.body), `"code":"internal"`) || strings.Contains(string(a.body), "sql") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if logged := s.logs.text(); strings.Count(logged, "the-lost-one") != 1 || !strings.Contains(logged, "closed") {
		t.Errorf("logged %q", logged)
	}
}

// TestBrokenReport: a report that breaks off ends the connection; one refused at once is a problem.
func TestBrokenReport(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	s := &server{Config: Config{Log: quiet}}
	broken := httptest.NewServer(web.Exchanges(quiet, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.stream(w, r, download{"text/csv", "report.csv"}, func(out http.ResponseWriter) error {
			if r.URL.Path == "/late" {
				_, _ = io.WriteString(out, strings.Repeat("a,b\n", 10_000))
			}
			return errors.New("the store is gone")
		})
		web.Refuse(w, r, err)
	})))
	defer broken.Close()
	response, err := broken.Client().Get(broken.URL + "/at-once")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 500 || response.Header.Get("Content-Type") != web.ProblemType || response.Header.Get("Content-Disposition") != "" {
		t.Errorf("at once: %s %v", response.Status, response.Header)
	}
	late, err := broken.Client().Get(broken.URL + "/late")
	if err != nil {
		return // ended before the head was there: also no whole report
	}
	defer late.Body.Close()
	if text, err := io.ReadAll(late.Body); err == nil {
		t.Errorf("a broken report of %d bytes looks whole", len(text))
	}
}

// TestOffered picks the media type as the caller asks.
func TestOffered(t *testing.T) {
	for accept, want := range map[string]string{"": "application/json", "*/*": "application/json", "text/csv": "text/csv", "text/*": "text/csv",
		"application/json, text/csv;q=0.5": "application/json", "text/html, */*;q=0.1": "application/json", "text/csv;q=0": "", "image/png": "", ";;": ""} {
		if got := web.Offered(accept, "application/json", "text/csv"); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
}
