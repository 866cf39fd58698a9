package storetest

import (
	"context"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func endpoint(c bank.CustomerID) bank.NotificationEndpoint {
	return bank.NotificationEndpoint{Customer: c, URL: of(c, "https://example.com/", 1), Authentication: bank.EndpointBasic, Username: "ims",
		CA: "PEM", Secrets: bank.EndpointSecrets{Password: of(c, "password", 1), Signing: []bank.SigningSecret{{Secret: "whsec_", CreatedAt: at(1)}}},
		Active: true, CreatedAt: at(1), UpdatedAt: at(2)}
}

func delivery(c bank.CustomerID, n int) bank.Delivery {
	return bank.Delivery{Customer: c, ID: id(n), First: bank.TransactionID(10 * n), Last: bank.TransactionID(10*n + 4), Events: 5,
		State: bank.DeliveryPending, Attempts: 1, EventAt: at(n), CreatedAt: at(n), NextAt: at(n + 10),
		Latest: bank.Attempt{At: at(n), Status: 500, Duration: 1500 * time.Microsecond, Failure: of(c, "failure", n), Answer: "no"}}
}

func furnishNotifications(tx *store.Tx, c bank.CustomerID) error {
	return steps(
		func() error { return isNew(tx.AddEndpoint(endpoint(c))) },
		func() error { return tx.AddDeliveries(c, []bank.Delivery{delivery(c, 1), delivery(c, 2)}) },
		func() error { return tx.AddAttempt(delivery(c, 1)) },
	)
}

var notificationProbes = []probe{
	{"Endpoint", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Endpoint(c)) }},
	{"EventFigure", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.EventFigure(c)) }},
	{"LockEndpoint", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockEndpoint(c)) }},
	{"UpdateEndpoint", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateEndpoint(endpoint(c)) }},
	{"MoveEndpoint", func(tx *store.Tx, c bank.CustomerID) error { return tx.MoveEndpoint(endpoint(c), "") }},
	{"RenewEndpoint", func(tx *store.Tx, c bank.CustomerID) error { return tx.RenewEndpoint(c, "", at(0)) }},
	{"Delivery", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Delivery(c, id(1))) }},
	{"UpdateDelivery", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateDelivery(delivery(c, 1)) }},
}

var notificationListings = []listing{
	{"TransactionsAfter", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.TransactionsAfter(c, 0, 100)) }},
	{"DueDeliveries", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.DueDeliveries(c, at(1000), 100)) }},
	{"Deliveries", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.Deliveries(c, store.DeliveryFilter{}))
	}},
	{"Attempts", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Attempts(c, id(1))) }},
	{"WaitingDeliveries", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		n, err := tx.WaitingDeliveries(c)
		return make([]struct{}, n), err
	}},
	// The workers see the endpoints of all customers; here the customer's own is picked out.
	{"DueEndpoints", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		due, err := tx.DueEndpoints(at(1000), at(1000), 100)
		own := []bank.CustomerID{}
		for _, d := range due {
			if d == c {
				own = append(own, d)
			}
		}
		return own, err
	}},
}

var notificationChanges = []probe{
	{"WakeDeliveries", func(tx *store.Tx, c bank.CustomerID) error { return tx.WakeDeliveries(c, at(1)) }},
	{"LeaseEndpoint", func(tx *store.Tx, c bank.CustomerID) error {
		return isNew(tx.LeaseEndpoint(c, "w", at(1), at(2000)))
	}},
	{"ReleaseEndpoint", func(tx *store.Tx, c bank.CustomerID) error { return tx.ReleaseEndpoint(c, "w", at(1)) }},
	{"SweepDeliveries", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.SweepDeliveries(c, at(1000), 100)) }},
}

// TestEndpoint: what is set is what is read, its secrets are sealed, and there is one for each customer.
func TestEndpoint(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		e := endpoint(c)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddEndpoint(e)) })
		equal(t, "endpoint", get(t, s, func(tx *store.Tx) (bank.NotificationEndpoint, error) { return tx.Endpoint(c) }), e)
		wantError(t, "a second one", s.try(t, func(tx *store.Tx) error { return isNew(tx.AddEndpoint(e)) }), errNotNew)
		e.URL, e.Authentication, e.Active, e.Cursor, e.UpdatedAt = "https://example.com/other", bank.EndpointMTLS, false, 77, at(5)
		e.Secrets.Password = ""
		s.write(t, func(tx *store.Tx) error { return tx.UpdateEndpoint(e) })
		equal(t, "changed", get(t, s, func(tx *store.Tx) (bank.NotificationEndpoint, error) { return tx.Endpoint(c) }), e)
		var sealed []byte
		if err := s.raw.QueryRow("SELECT sealed_secrets FROM notification_endpoints").Scan(&sealed); err != nil || len(sealed) == 0 {
			t.Fatal(err)
		}
		for _, secret := range []string{"whsec_", "password"} {
			if contains(sealed, secret) {
				t.Errorf("%q lies open in the store", secret)
			}
		}
	})
}

func contains(b []byte, text string) bool {
	for i := 0; i+len(text) <= len(b); i++ {
		if string(b[i:i+len(text)]) == text {
			return true
		}
	}
	return false
}

// TestEndpointLease: one of many takes it; what the holder writes counts only while it holds the lease and nobody set the
// endpoint anew.
func TestEndpointLease(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		e := endpoint(c)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddEndpoint(e)) })
		var taken [8]bool
		atOnce(t, len(taken), func(i int) error {
			return s.Write(context.Background(), func(tx *store.Tx) (err error) {
				taken[i], err = tx.LeaseEndpoint(c, of(c, "w", i), at(10), at(20))
				return err
			})
		})
		owner := ""
		for i, mine := range taken {
			if mine && owner != "" {
				t.Error("two hold the lease")
			}
			if mine {
				owner = of(c, "w", i)
			}
		}
		e.Cursor, e.Failures, e.ProbeAt = 5, 3, at(15)
		s.write(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, owner) })
		equal(t, "moved", get(t, s, func(tx *store.Tx) (bank.NotificationEndpoint, error) { return tx.Endpoint(c) }), e)
		s.write(t, func(tx *store.Tx) error { return tx.RenewEndpoint(c, owner, at(40)) })
		wantError(t, "while it is renewed", s.try(t, func(tx *store.Tx) error { return isNew(tx.LeaseEndpoint(c, "w", at(39), at(50))) }), errNotNew)
		wantError(t, "renewed by a stranger", s.try(t, func(tx *store.Tx) error { return tx.RenewEndpoint(c, "w", at(40)) }), bank.ErrNotFound)
		wantError(t, "by a stranger", s.try(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, "w") }), bank.ErrNotFound)
		anew := e
		anew.UpdatedAt = at(9)
		s.write(t, func(tx *store.Tx) error { return tx.UpdateEndpoint(anew) })
		wantError(t, "after it was set anew", s.try(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, owner) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseEndpoint(c, owner, at(11)) })
		s.write(t, func(tx *store.Tx) error { return isNew(tx.LeaseEndpoint(c, "next", at(12), at(22))) })
		s.write(t, (*store.Tx).ReleaseAllLeases)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.LeaseEndpoint(c, "after a restart", at(12), at(22))) })
	})
}

// TestDueEndpoints: due are those with transactions behind the cursor or a delivery whose time has come, active, at rest no
// longer, and not leased.
func TestDueEndpoints(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		e := endpoint(c)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddEndpoint(e)) })
		due := func(name string, want bool) {
			t.Helper()
			list := get(t, s, func(tx *store.Tx) ([]bank.CustomerID, error) { return tx.DueEndpoints(at(50), at(50), 10) })
			if (len(list) == 1) != want {
				t.Errorf("%s: due %v", name, list)
			}
		}
		due("nothing happened", false)
		s.write(t, func(tx *store.Tx) error { _, err := post(tx, c, 0, 3, at(3)); return err })
		due("three transactions", true)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.LeaseEndpoint(c, "w", at(4), at(60))) })
		due("leased", false)
		s.write(t, func(tx *store.Tx) error { return tx.RenewEndpoint(c, "w", at(50)) })
		due("at the end of the lease", true)
		e.ProbeAt = at(51)
		s.write(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, "w") })
		due("at rest", false)
		e.ProbeAt, e.Cursor = time.Time{}, 3
		s.write(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, "w") })
		due("all told", false)
		late := delivery(c, 1)
		late.NextAt = at(51)
		s.write(t, func(tx *store.Tx) error { return tx.AddDeliveries(c, []bank.Delivery{late}) })
		due("a delivery that waits", false)
		s.write(t, func(tx *store.Tx) error { return tx.WakeDeliveries(c, at(49)) })
		due("a delivery that is due", true)
		e.Active = false
		s.write(t, func(tx *store.Tx) error { return tx.MoveEndpoint(e, "w") })
		due("switched off", false)
	})
}

// TestDeliveries: rows come back as they were written, newest first, by state, by transaction and by page; old ones that
// ended are removed with their attempts, those that wait never.
func TestDeliveries(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		one, two, three := delivery(c, 1), delivery(c, 2), delivery(c, 3)
		two.State, two.Latest = bank.DeliveryGivenUp, bank.Attempt{}
		s.write(t, func(tx *store.Tx) error { return tx.AddDeliveries(c, []bank.Delivery{one, two, three}) })
		listed := func(f store.DeliveryFilter) []bank.Delivery {
			return get(t, s, func(tx *store.Tx) ([]bank.Delivery, error) { return tx.Deliveries(c, f) })
		}
		equal(t, "all", listed(store.DeliveryFilter{}), []bank.Delivery{three, two, one})
		equal(t, "by state", listed(store.DeliveryFilter{State: bank.DeliveryGivenUp}), []bank.Delivery{two})
		equal(t, "by transaction", listed(store.DeliveryFilter{Transaction: 22}), []bank.Delivery{two})
		equal(t, "between runs", len(listed(store.DeliveryFilter{Transaction: 25})), 0)
		equal(t, "second page", listed(store.DeliveryFilter{Before: three.ID, Limit: 1}), []bank.Delivery{two})
		equal(t, "due", get(t, s, func(tx *store.Tx) ([]bank.Delivery, error) { return tx.DueDeliveries(c, at(12), 10) }), []bank.Delivery{one})
		equal(t, "waiting", get(t, s, func(tx *store.Tx) (int64, error) { return tx.WaitingDeliveries(c) }), int64(2))
		one.State, one.Attempts, one.Latest = bank.DeliveryDelivered, 2, bank.Attempt{At: at(20), Status: 204, Duration: time.Millisecond}
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.UpdateDelivery(one) }, func() error { return tx.AddAttempt(one) })
		})
		equal(t, "changed", get(t, s, func(tx *store.Tx) (bank.Delivery, error) { return tx.Delivery(c, one.ID) }), one)
		equal(t, "attempts", get(t, s, func(tx *store.Tx) ([]bank.Attempt, error) { return tx.Attempts(c, one.ID) }), []bank.Attempt{one.Latest})
		s.write(t, func(tx *store.Tx) error {
			n, err := tx.SweepDeliveries(c, at(100), 10)
			if n != 2 {
				t.Errorf("%d removed", n)
			}
			return err
		})
		equal(t, "what waits stays", listed(store.DeliveryFilter{}), []bank.Delivery{three})
		equal(t, "its attempts are gone", len(get(t, s, func(tx *store.Tx) ([]bank.Attempt, error) { return tx.Attempts(c, one.ID) })), 0)
	})
}
