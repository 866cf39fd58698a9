package ims

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// service takes tokens while they are valid and answers each path as it is told; it remembers what was asked.
type service struct {
	mu      sync.Mutex
	valid   string
	answers map[string][]reply // by path; the last one stays
	asked   []string           // method, path and query
	spoken  string             // the last Accept-Language
	at      []time.Time
}

type reply struct {
	status int // 0: the connection is lost
	body   string
	header string // Retry-After
}

// RoundTrip implements http.RoundTripper.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.at = append(s.asked, r.Method+" "+r.URL.RequestURI()), append(s.at, time.Now())
	if r.Header.Get("Authorization") != "Bearer "+s.valid {
		return answer(reply{status: 401, body: `{"code":"unauthenticated","detail":"the session has ended","requestId":"r-401"}`}), nil
	}
	s.spoken = r.Header.Get("Accept-Language")
	list := s.answers[r.URL.Path]
	if len(list) == 0 {
		return answer(reply{status: 404, body: `{"code":"not-found","title":"There is no such object","requestId":"r-404"}`}), nil
	}
	if len(list) > 1 {
		s.answers[r.URL.Path] = list[1:]
	}
	if list[0].status == 0 {
		return nil, errors.New("connection reset")
	}
	return answer(list[0]), nil
}

func answer(x reply) *http.Response {
	return &http.Response{StatusCode: x.status, Header: http.Header{"Retry-After": {x.header}}, Body: io.NopCloser(strings.NewReader(x.body))}
}

// backend hands out the tokens that the service takes.
type backend struct {
	service *service
	renewed atomic.Int32
	err     error
}

// RenewToken implements TokenSource.
func (b *backend) RenewToken() (string, error) {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	b.service.valid = fmt.Sprintf("token-%d", b.renewed.Add(1))
	return b.service.valid, b.err
}

// expire ends the session at the service.
func (s *service) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.valid = "nobody's"
}

func app(answers map[string][]reply) (*Client, *service, *backend) {
	s := &service{valid: "nobody's", answers: answers}
	b := &backend{service: s}
	return newClient("https://ims.example/", b, s), s, b
}

const accounts = `{"items":[{"iban":"PL40111111117700000000000001","ibanFormatted":"PL40 1111","balanceId":"b-1","currency":"PLN","status":"ACTIVE","createdAt":"2026-11-20T12:00:00Z","new":1}]}`

func TestGetAccountIbans(t *testing.T) {
	c, s, _ := app(map[string][]reply{"/mobile/bank-accounts": {{status: 200, body: accounts}}})
	list, err := c.GetAccountIbans("b-1")
	if err != nil {
		t.Fatal(err)
	}
	want := AccountIban{"PL40111111117700000000000001", "PL40 1111", "b-1", "PLN", "ACTIVE", "2026-11-20T12:00:00Z"}
	if list.Len() != 1 || *list.Get(0) != want || list.Get(1) != nil || list.Get(-1) != nil {
		t.Errorf("got %+v", list)
	}
	if got := s.asked[0]; got != "GET /mobile/bank-accounts?balanceId=b-1" {
		t.Errorf("asked for %s", got)
	}
}

func TestBalancesAndTransactions(t *testing.T) {
	c, s, _ := app(map[string][]reply{
		"/mobile/balances": {{status: 200, body: `{"items":[{"id":"b-1","currency":"PLN","status":"ACTIVE","available":{"amount":90,"currency":"PLN"},
			"held":{"amount":10,"currency":"PLN"},"booked":{"amount":100,"currency":"PLN"}}]}`}},
		"/mobile/transactions": {{status: 200, body: `{"items":[{"id":7,"type":"TRANSFER_IN","status":"CLEARED","amount":{"amount":100,"currency":"PLN"},
			"balanceAfter":{"amount":100,"currency":"PLN"},"payer":{"name":"Bob","account":"PL1"}}],"nextCursor":"c2"}`},
			{status: 200, body: `{"items":[{"id":6,"type":"INTERNAL_OUT","status":"CLEARED","amount":{"amount":-5,"currency":"PLN"},"title":"rent"}]}`}},
		"/mobile/transactions/7": {{status: 200, body: `{"id":7,"title":"one"}`}},
	})
	balances, err := c.GetBalances()
	if err != nil || balances.Len() != 1 || *balances.Get(0) != (Balance{"b-1", "PLN", "ACTIVE", 90, 10, 100, ""}) {
		t.Errorf("%+v, %v", balances, err)
	}
	filter := NewTransactionFilter()
	filter.BalanceID, filter.Limit = "b-1", 1
	page, err := c.GetTransactions(filter)
	if err != nil || page.Len() != 1 || !page.HasNext() || !page.Get(0).HasBalanceAfter || page.Get(0).PayerName != "Bob" {
		t.Fatalf("%+v, %v", page, err)
	}
	last, err := page.Next()
	if err != nil || last.Len() != 1 || last.HasNext() || last.Get(0).Amount != -5 || last.Get(0).HasBalanceAfter {
		t.Fatalf("%+v, %v", last, err)
	}
	if got := s.asked[2]; got != "GET /mobile/transactions?balanceId=b-1&cursor=c2&limit=1" {
		t.Errorf("the second page was asked for with %s", got)
	}
	if none, err := last.Next(); none != nil || err != nil {
		t.Errorf("behind the last page: %+v, %v", none, err)
	}
	if one, err := c.GetTransaction(7); err != nil || one.Title != "one" {
		t.Errorf("%+v, %v", one, err)
	}
	if all, err := c.GetTransactions(nil); err != nil || all.Len() != 1 {
		t.Errorf("without a filter: %+v, %v", all, err)
	}
}

// TestDeclined: a refused payment says why, in the language that the app wants.
func TestDeclined(t *testing.T) {
	c, s, _ := app(map[string][]reply{"/mobile/transactions": {{status: 200, body: `{"items":[{"id":8,"type":"DEBIT","status":"DECLINED",
		"reason":{"code":"REFUSED","text":"..."},"amount":{"amount":-5,"currency":"PLN"}},{"id":7,"status":"CLEARED"}]}`}}})
	filter := NewTransactionFilter()
	filter.Status = "DECLINED,CLEARED"
	c.SetLanguage("pl-PL")
	page, err := c.GetTransactions(filter)
	if err != nil || page.Len() != 2 || page.Get(0).ReasonCode != "REFUSED" || page.Get(0).ReasonText != "..." || page.Get(1).ReasonCode != "" {
		t.Fatalf("%+v, %v", page, err)
	}
	if got := s.asked[len(s.asked)-1]; got != "GET /mobile/transactions?status=DECLINED%2CCLEARED" || s.spoken != "pl-PL" {
		t.Errorf("asked for %s in %q", got, s.spoken)
	}
}

func TestQRCode(t *testing.T) {
	c, s, _ := app(map[string][]reply{"/mobile/bank-accounts/PL40/qr": {{status: 200, body: "<svg"}}})
	picture, err := c.GetQRCode("PL40", FormatSVG, 12345, "For Ada")
	if err != nil || string(picture) != "<svg" || s.asked[0] != "GET /mobile/bank-accounts/PL40/qr?amount=12345&format=svg&title=For+Ada" {
		t.Errorf("%q, %v after %s", picture, err, s.asked)
	}
}

// TestTokenIsRenewedOnce: many threads that meet an ended session ask the app for one token, and all succeed.
func TestTokenIsRenewedOnce(t *testing.T) {
	c, s, b := app(map[string][]reply{"/mobile/bank-accounts": {{status: 200, body: accounts}}})
	for round := 1; round <= 2; round++ {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := c.GetAccountIbans(""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := b.renewed.Load(); n != int32(round) {
			t.Errorf("round %d: %d tokens were asked for", round, n)
		}
		s.expire()
	}
}

// TestSessionThatCannotBeRenewed: a token that the service refuses at once is not asked for again and again.
func TestSessionThatCannotBeRenewed(t *testing.T) {
	c, s, b := app(nil)
	b.err = errors.New("signed out")
	if _, err := c.GetBalances(); err == nil || err.Error() != "signed out" || len(s.asked) != 0 {
		t.Errorf("%v after %s", err, s.asked)
	}
	refused := newClient("https://ims.example", fixed("old"), s)
	if _, err := refused.GetBalances(); err == nil || ErrorCode(err.Error()) != "unauthenticated" || len(s.asked) != 2 {
		t.Errorf("%v after %s", err, s.asked)
	}
}

type fixed string

// RenewToken implements TokenSource.
func (f fixed) RenewToken() (string, error) { return string(f), nil }

func TestErrors(t *testing.T) {
	c, _, _ := app(map[string][]reply{"/mobile/balances": {{status: 500, body: "<html>"}}})
	_, err := c.GetTransaction(9)
	if err == nil || err.Error() != "ims: [not-found] There is no such object (request r-404)" ||
		ErrorCode(err.Error()) != "not-found" || ErrorRequestID(err.Error()) != "r-404" {
		t.Errorf("%v", err)
	}
	if _, err := c.GetBalances(); err == nil || ErrorCode(err.Error()) != "http-500" {
		t.Errorf("%v", err)
	}
	if ErrorCode("ims: the service cannot be reached") != "" || ErrorRequestID("") != "" {
		t.Error("a message without a code has one")
	}
}

// TestRepeats: what passes is waited for, as the service says or ever longer; what does not pass is told at once.
func TestRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := `{"code":"unavailable","requestId":"r-503"}`
		c, s, _ := app(map[string][]reply{"/mobile/balances": {{}, {status: 503, body: busy, header: "3"}, {status: 200, body: `{"items":[]}`}}})
		if _, err := c.GetBalances(); err != nil {
			t.Fatal(err)
		}
		if first, second := s.at[1].Sub(s.at[0]), s.at[2].Sub(s.at[1]); first < firstWait/2 || first > firstWait || second != 3*time.Second {
			t.Errorf("waited %s and %s", first, second)
		}
		s.answers["/mobile/balances"] = []reply{{status: 503, body: busy, header: "60"}}
		s.asked = nil
		if _, err := c.GetBalances(); err == nil || ErrorCode(err.Error()) != "unavailable" || len(s.asked) != 1 {
			t.Errorf("a long Retry-After: %v after %s", err, s.asked)
		}
		s.answers["/mobile/balances"], s.asked = []reply{{}}, nil
		if _, err := c.GetBalances(); err == nil || err.Error() != "ims: the service cannot be reached" || len(s.asked) != 1+retries {
			t.Errorf("a lost service: %v after %d requests", err, len(s.asked))
		}
		closed := time.AfterFunc(firstWait/4, c.Close)
		defer closed.Stop()
		s.asked = nil
		if _, err := c.GetBalances(); err == nil || len(s.asked) != 1 {
			t.Errorf("a closed client: %v after %d requests", err, len(s.asked))
		}
		if _, err := c.GetBalances(); err == nil || err.Error() != "ims: the client is closed" {
			t.Errorf("a closed client: %v", err)
		}
	})
}

func TestSignOut(t *testing.T) {
	c, s, b := app(map[string][]reply{"/mobile/bank-accounts": {{status: 200, body: accounts}}, "/mobile/sessions/current": {{status: 204}}})
	if err := c.SignOut(); err != nil || len(s.asked) != 0 {
		t.Errorf("without a session: %v after %s", err, s.asked)
	}
	for range 2 {
		if _, err := c.GetAccountIbans(""); err != nil {
			t.Fatal(err)
		}
		if err := c.SignOut(); err != nil || s.asked[len(s.asked)-1] != "DELETE /mobile/sessions/current" {
			t.Errorf("%v after %s", err, s.asked)
		}
	}
	if b.renewed.Load() != 2 {
		t.Errorf("%d tokens; each sign-in needs its own", b.renewed.Load())
	}
	if _, err := c.GetAccountIbans(""); err != nil {
		t.Fatal(err)
	}
	s.expire()
	if err := c.SignOut(); err != nil {
		t.Errorf("a session that had ended: %v", err)
	}
}

func TestNewClientRefuses(t *testing.T) {
	for name, try := range map[string]func() (*Client, error){
		"plain HTTP":     func() (*Client, error) { return NewClient("http://ims.example", "", fixed("t")) },
		"no address":     func() (*Client, error) { return NewClient("", "", fixed("t")) },
		"no source":      func() (*Client, error) { return NewClient("https://ims.example", "", nil) },
		"no certificate": func() (*Client, error) { return NewClient("https://ims.example", "x", fixed("t")) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewClient("https://ims.example", "", fixed("t")); err != nil {
		t.Error(err)
	}
}
