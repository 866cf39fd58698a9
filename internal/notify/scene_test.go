package notify

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// clock is a time that tests move.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// receiver is a customer's endpoint that remembers what it was told.
type receiver struct {
	*httptest.Server
	mutex  sync.Mutex
	got    map[bank.TransactionID]int
	heads  []http.Header
	bodies []string
	asked  int
	answer func(w http.ResponseWriter, id bank.TransactionID, times int) // nil: 204
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{got: map[bank.TransactionID]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	var v struct{ ID bank.TransactionID }
	_ = json.Unmarshal(body, &v)
	r.mutex.Lock()
	r.asked++
	r.heads, r.bodies = append(r.heads, q.Header.Clone()), append(r.bodies, string(body))
	times, answer := r.got[v.ID]+1, r.answer
	r.got[v.ID] = times
	r.mutex.Unlock()
	if answer != nil {
		answer(w, v.ID, times)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) answers(answer func(w http.ResponseWriter, id bank.TransactionID, times int)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.answer = answer
}

func (r *receiver) requests() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.asked
}

// scene is a customer with transactions and a service that tells of them.
type scene struct {
	t     testing.TB
	db    *store.DB
	clock *clock
	s     *Service
	actor bank.Actor
}

func newScene(t testing.TB, db *store.DB) *scene {
	t.Helper()
	x := &scene{t: t, db: db, clock: &clock{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}}
	x.s = x.service()
	x.actor = bank.System(x.customer(), "test")
	return x
}

// service is another process on the same store.
func (x *scene) service() *Service {
	return New(Config{DB: x.db, Now: x.clock.Now, Private: true, Timeout: 5 * time.Second})
}

func (x *scene) customer() (id bank.CustomerID) {
	x.t.Helper()
	x.write(func(tx *store.Tx) (err error) {
		id, err = tx.AddCustomer(bank.Customer{Name: "Example", Status: bank.CustomerSetup, CreatedAt: x.clock.Now()})
		return err
	})
	return id
}

func (x *scene) write(fn func(tx *store.Tx) error) {
	x.t.Helper()
	if err := x.db.Write(context.Background(), fn); err != nil {
		x.t.Fatal(err)
	}
}

// post adds n transactions of a customer and returns their ids.
func (x *scene) post(customer bank.CustomerID, n int) (ids []bank.TransactionID) {
	x.t.Helper()
	x.write(func(tx *store.Tx) error {
		head, err := tx.LockHead(customer)
		if err != nil {
			return err
		}
		head.Begin(x.clock.Now())
		first := head.NextID
		var rows store.Rows
		ids = nil
		for range n {
			rows.Transactions = append(rows.Transactions, bank.Transaction{ID: head.NextID, Balance: 1, Type: bank.TypeCredit,
				Status: bank.StatusCleared, Amount: 1, At: head.LastAt})
			ids = append(ids, head.NextID)
			head.NextID++
		}
		return tx.Append(head, first, rows)
	})
	return ids
}

// set names the endpoint of the scene's customer.
func (x *scene) set(url string) (secret string) {
	x.t.Helper()
	_, secret, _, err := x.s.Set(context.Background(), x.actor, basic(url))
	if err != nil {
		x.t.Fatal(err)
	}
	return secret
}

func basic(url string) Setting {
	return Setting{URL: url, Authentication: bank.EndpointBasic, Username: "ims", Password: "invented", Active: true}
}

// work runs turns until nothing is due.
func (x *scene) work(s *Service) {
	x.t.Helper()
	for {
		worked, err := s.RunDue(context.Background(), "test")
		if err != nil {
			x.t.Fatal(err)
		}
		if !worked {
			return
		}
		x.clock.pass(time.Millisecond)
	}
}

func (x *scene) endpoint() bank.NotificationEndpoint {
	x.t.Helper()
	e, _, err := x.s.Endpoint(context.Background(), x.actor)
	if err != nil {
		x.t.Fatal(err)
	}
	return e
}

func (x *scene) deliveries(f Filter) []bank.Delivery {
	x.t.Helper()
	list, err := x.s.Deliveries(context.Background(), x.actor, f)
	if err != nil {
		x.t.Fatal(err)
	}
	return list
}

// wantAll checks that the receiver heard of every id.
func (x *scene) wantAll(r *receiver, ids []bank.TransactionID) {
	x.t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, id := range ids {
		if r.got[id] == 0 {
			x.t.Fatalf("transaction %d was lost", id)
		}
	}
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, x *scene)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newScene(t, db)) })
}

func wantKind(t *testing.T, err error, want *bank.Error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}
