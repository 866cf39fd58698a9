package serverapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/web"
)

// keyedPost is a request with the status that answers it.
type keyedPost struct {
	path string
	body any
	ok   int
}

// TestEveryPostIsReplayed: the first answer again, byte for byte and whatever became of the object since, with one effect.
func TestEveryPostIsReplayed(t *testing.T) { storetest.Each(t, everyPostIsReplayed) }

func everyPostIsReplayed(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 10_000)
	b, other := api.balance(), api.balance()
	api.send("/secure/balances/"+other.ID+"/credit", Order{Amount: Money{Amount: 100, Currency: "PLN"}}, "other").ok(201, nil)
	var mistake Transaction
	api.send("/secure/balances/"+other.ID+"/credit", Order{Amount: Money{Amount: 50, Currency: "PLN"}}, "mistake").ok(201, &mistake)
	var waiting PlacedTransfer
	api.send("/secure/transfers", c.order(other, 8, "Twice"), "waiting").ok(201, &waiting)
	invalid, valid := c.uploaded(api, "invalid.pli", "damaged"),
		c.uploaded(api, "valid.pli", line(outsideNRB, "13111111117700000000000099", 500, "NEVER ISSUED")+line(outsideNRB, masterNRB, 300, "OWN"))
	uploaded := line(outsideNRB, b.IBAN[2:], 40, "UPLOADED WITH A KEY")
	upload := "/secure/transaction-files?name=keyed.pli&masterAccountId=" + c.master.ID.String()
	api.do("DELETE", "/secure/bank-accounts/"+b.IBAN, nil).ok(200, nil)
	requests := []keyedPost{
		{"/secure/users", map[string]any{"type": "PERSON", "firstName": "Eve & <Co>", "lastName": "Example"}, 201},
		{"/secure/users/" + b.UserID + "/balances", map[string]any{"currency": "PLN"}, 201},
		{"/secure/users/" + b.UserID + "/blocks", map[string]any{"kind": "FRAUD", "direction": "DEBITS"}, 201},
		{"/secure/bank-accounts", map[string]any{"balanceId": b.ID}, 201},
		{"/secure/balances/" + b.ID + "/credit", Order{Amount: Money{Amount: 100, Currency: "PLN"}, Title: "A <b> & c"}, 201},
		{"/secure/transaction-files/" + valid + "/execute", nil, 202},
		{"/secure/transaction-files/" + invalid + "/validate", nil, 202},
		{upload, uploaded, 201},
		{"/secure/balances/" + other.ID + "/debit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, 201},
		{"/secure/reports", ReportOrder{Format: "csv"}, 202},
		{fmt.Sprintf("/secure/transactions/%d/reverse", mistake.ID), ReversalOrder{Title: "A mistake"}, 201},
		{"/secure/transfers", c.order(other, 7, "A <b> & c"), 201},
		{"/secure/transfers/" + waiting.ID + "/cancel", Cancellation{Reason: "ordered twice"}, 200},
		{"/secure/users/" + b.UserID + "/signing-keys", newSigningKeyExample, 201},
	}
	first := make([]answer, len(requests))
	for i, r := range requests {
		first[i] = api.send(r.path, r.body, fmt.Sprint("k-", i)).ok(r.ok, nil)
	}
	c.work(valid)
	c.work(invalid)
	for i, item := range c.openItems(api) { // the objects change: what is told of them does not
		path := "/secure/technical-items/" + item + []string{"/assign", "/return"}[i%2]
		body := any(map[string]any{"ownFunds": true, "reason": "found"})
		if i%2 == 1 {
			body = map[string]any{"reason": "unknown"}
		}
		requests = append(requests, keyedPost{path, body, 200})
		first = append(first, api.send(path, body, fmt.Sprint("k-", len(first))).ok(200, nil))
	}
	api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"status": "LOCKED"}).ok(200, nil)
	before, promised := counted(t, s, c.ID), promisedLocations()
	for i, r := range requests {
		again := api.send(r.path, r.body, fmt.Sprint("k-", i)).ok(r.ok, nil)
		if diff := cmp.Diff(string(first[i].body), string(again.body)); diff != "" {
			t.Errorf("%s: %s", r.path, diff)
		}
		promised.keep(api, r.path, first[i], again)
		if first[i].header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: marks %q, %q", r.path, first[i].header.Get("Idempotent-Replayed"), again.header.Get("Idempotent-Replayed"))
		}
		api.do("POST", "/secure/users", map[string]any{"type": "CORPORATION", "companyName": "Other"}, "Idempotency-Key", fmt.Sprint("k-", i)).refused(bank.ErrKeyReused)
	}
	api.send(upload, uploaded+"\r\n", "k-7").refused(bank.ErrKeyReused)
	if len(promised) > 0 {
		t.Errorf("not asked for: %v", promised)
	}
	if after := counted(t, s, c.ID); after != before {
		t.Errorf("something was done again: transaction ids up to %d, before %d", after, before)
	}
}

// promises are patterns of the POSTs whose answers have a Location, as the document says.
type promises map[string]bool

// promisedLocations leaves out the simulators, which have a test of their own.
func promisedLocations() promises {
	all := promises{}
	document := newServer(Config{}, routes()).api.OpenAPI()
	for _, r := range routes() {
		answer := web.OperationAt(document, r.method, r.path).Responses[strconv.Itoa(r.status)]
		if r.method == http.MethodPost && !r.simulated && answer != nil && answer.Headers["Location"] != nil {
			all["^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.path, "[^/]+")+"$"] = true
		}
	}
	return all
}

// keep holds the first and the repeated answer to a POST against its promise: both have a Location, which can be read, or
// neither.
func (p promises) keep(by *caller, path string, first, again answer) {
	by.t.Helper()
	at := first.header.Get("Location")
	if at != again.header.Get("Location") || (at != "") != p.take(path) {
		by.t.Errorf("%s: Location %q, then %q", path, at, again.header.Get("Location"))
	} else if at != "" {
		by.do("GET", at, nil).ok(200, nil)
	}
}

// take tells whether a path has a promise, which is no longer open then.
func (p promises) take(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for pattern := range p {
		if regexp.MustCompile(pattern).MatchString(path) {
			delete(p, pattern)
			return true
		}
	}
	return false
}

// send posts with a key; a text is a file.
func (c *caller) send(path string, body any, key string) answer {
	c.t.Helper()
	kind := "application/json"
	if _, file := body.(string); file {
		kind = "application/octet-stream"
	}
	return c.do("POST", path, body, "Idempotency-Key", key, "Content-Type", kind)
}

// uploaded is a file behind its validation.
func (c *customer) uploaded(by *caller, name, content string) string {
	c.t.Helper()
	var f TransactionFile
	c.upload(by, name, content).ok(201, &f)
	c.work(f.ID)
	return f.ID
}

func (c *customer) openItems(by *caller) (ids []string) {
	c.t.Helper()
	var list ItemList
	by.do("GET", "/secure/technical-items?status=OPEN", nil).ok(200, &list)
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	if len(ids) < 2 {
		c.t.Fatalf("%d items", len(ids))
	}
	return ids
}

// counted is the next id of the customer: every change that is audited or posts moves it.
func counted(t *testing.T, s *scene, customer bank.CustomerID) (id bank.TransactionID) {
	t.Helper()
	err := s.db.Read(context.Background(), func(tx *store.Tx) error {
		head, err := tx.ReadHead(customer)
		id = head.NextID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestSameRequestsAtOnce: twenty at once have one effect; each is told of it or to wait.
func TestSameRequestsAtOnce(t *testing.T) { storetest.Each(t, sameRequestsAtOnce) }

func sameRequestsAtOnce(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 10_000)
	b := api.balance()
	for _, r := range []struct{ path, body string }{
		{"/secure/users", `{"type":"CORPORATION","companyName":"Once"}`},
		{"/secure/users/" + b.UserID + "/balances", `{"currency":"PLN"}`},
		{"/secure/balances/" + b.ID + "/credit", `{"amount":{"amount":7,"currency":"PLN"}}`},
	} {
		answers := map[string]int{}
		var mutex sync.Mutex
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				request, err := http.NewRequest("POST", api.base+r.path, strings.NewReader(r.body))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Idempotency-Key", "once"+r.path[len(r.path)-5:])
				response, err := api.client.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				defer response.Body.Close()
				body, err := io.ReadAll(response.Body)
				if err != nil {
					t.Error(err)
				}
				mutex.Lock()
				defer mutex.Unlock()
				if response.StatusCode == http.StatusConflict {
					if response.Header.Get("Retry-After") == "" {
						t.Error("told to wait, but not how long")
					}
					return
				}
				answers[fmt.Sprint(response.StatusCode, string(body))]++
			})
		}
		all.Wait()
		if len(answers) != 1 {
			t.Errorf("%s: %d different answers: %v", r.path, len(answers), answers)
		}
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Booked.Amount != 7 {
		t.Errorf("booked %d, want 7", b.Booked.Amount)
	}
}

// TestRefusalsLeaveTheKey: what had no effect may be tried again with the same key.
func TestRefusalsLeaveTheKey(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	order := Order{Amount: Money{Amount: 10, Currency: "PLN"}}
	api.send("/secure/balances/"+b.ID+"/credit", order, "k").refused(bank.ErrInsufficientFunds)
	c.fund(api, 100)
	api.send("/secure/balances/"+b.ID+"/credit", order, "k").ok(201, nil)
	other := api.balance()
	api.send("/secure/bank-accounts", map[string]any{"balanceId": other.ID}, "i").refused(bank.ErrAlreadyExists)
	api.do("DELETE", "/secure/bank-accounts/"+other.IBAN, nil).ok(200, nil)
	api.send("/secure/bank-accounts", map[string]any{"balanceId": other.ID}, "i").ok(201, nil)
}

// TestKeysOfMoneyOutliveTheirAnswers: after thirty days the answer is told from the transaction, and no money moves again.
func TestKeysOfMoneyOutliveTheirAnswers(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 1000)
	b := api.balance()
	path, order := "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 10, Currency: "PLN"}, Title: "ONCE"}
	first := api.send(path, order, "k").ok(201, nil)
	var seen Transaction
	first.ok(201, &seen)
	if got := api.do("GET", fmt.Sprint("/secure/transactions/", seen.ID), nil).ok(200, nil); string(got.body) != string(first.body) {
		t.Errorf("the history tells %s, the answer was %s", got.body, first.body)
	}
	err := s.db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.DropAnswers(c.ID, s.now().Add(time.Hour), 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	again := api.send(path, order, "k").ok(201, nil)
	if string(again.body) != string(first.body) || again.header.Get("Idempotent-Replayed") != "true" || again.header.Get("Location") != fmt.Sprint("/secure/transactions/", seen.ID) {
		t.Errorf("%s, %s", again.header, again.body)
	}
	api.send(path, Order{Amount: Money{Amount: 11, Currency: "PLN"}}, "k").refused(bank.ErrKeyReused)
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Booked.Amount != 10 {
		t.Errorf("booked %d", b.Booked.Amount)
	}
}
