package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/notify"
	"ims/internal/store"
)

// eventReceiver is a customer's endpoint beside programs that are killed. Every seventh event is refused the first time.
type eventReceiver struct {
	t      *testing.T
	mutex  sync.Mutex
	told   map[bank.TransactionID]int
	events int
}

// newEventReceiver names itself as the customer's endpoint.
func newEventReceiver(t *testing.T, db *store.DB, actor bank.Actor) *eventReceiver {
	t.Helper()
	r := &eventReceiver{t: t, told: map[bank.TransactionID]int{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	s := notify.New(notify.Config{DB: db, Now: time.Now, Private: true})
	_, _, _, err := s.Set(context.Background(), actor, notify.Setting{URL: server.URL, Authentication: bank.EndpointBasic, Username: "ims",
		Password: "invented", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ServeHTTP implements http.Handler.
func (r *eventReceiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var event struct{ ID bank.TransactionID }
	if err := json.NewDecoder(q.Body).Decode(&event); err != nil {
		r.t.Errorf("an event of no form: %v", err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.events++
	if r.events%7 == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.told[event.ID]++
}

// wantAll waits until every transaction behind the first was told; those that were refused come with their next attempt,
// which is asked for here since nobody wants to wait half a minute.
func (r *eventReceiver) wantAll(db *store.DB, customer bank.CustomerID) {
	r.t.Helper()
	ticker := time.NewTicker(500 * time.Millisecond) // the programs under test need the store more than we do
	defer ticker.Stop()
	for deadline := time.Now().Add(4 * time.Minute); ; <-ticker.C {
		missing, all := 0, 0
		err := db.Read(context.Background(), func(tx *store.Tx) error {
			created, err := tx.TransactionsAfter(customer, 0, 1_000_000)
			missing, all = r.missing(created), len(created)
			return err
		})
		if err == nil {
			err = db.Write(context.Background(), func(tx *store.Tx) error { return tx.WakeDeliveries(customer, time.Now()) })
		}
		if err != nil {
			r.t.Fatal(err)
		}
		if missing == 0 && all > 0 {
			r.mutex.Lock()
			defer r.mutex.Unlock()
			r.t.Logf("%d transactions told by %d events", all, r.events)
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d of %d transactions were never told", missing, all)
		}
	}
}

func (r *eventReceiver) missing(created []store.Created) (n int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, c := range created {
		if r.told[c.ID] == 0 {
			n++
		}
	}
	return n
}
