package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func session(c bank.CustomerID, n int) bank.Session {
	return bank.Session{Customer: c, ID: id(n), User: id(1), Device: fmt.Sprintf("device %d", n), TokenHash: digest(fmt.Sprintf("token %d", n)),
		CreatedAt: at(n), ExpiresAt: at(n + 600)}
}

func put(tx *store.Tx, s bank.Session) error { return found(tx.PutSession(s)) }

// TestSessions proves that an end user has one session per device, and that a session ends once.
func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		first, other := session(c, 1), session(c, 2)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return put(tx, first) }, func() error { return put(tx, other) })
		})
		again := session(c, 3)
		again.Device = first.Device
		s.write(t, func(tx *store.Tx) error {
			replaced, err := tx.PutSession(again)
			equal(t, "replaced", replaced, first)
			return err
		})
		byToken := func(hash [32]byte) (v bank.Session, err error) {
			err = s.Read(context.Background(), func(tx *store.Tx) error { v, err = tx.SessionByToken(c, hash); return err })
			return v, err
		}
		_, err := byToken(first.TokenHash)
		wantError(t, "the token of the first", err, bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.ExtendSession(c, again.ID, at(2000)) })
		again.ExpiresAt = at(2000)
		got, err := byToken(again.TokenHash)
		wantError(t, "the token of the second", err, nil)
		equal(t, "the second", got, again)

		s.write(t, func(tx *store.Tx) error {
			ended, err := tx.EndSession(c, again.ID)
			equal(t, "ended", ended, again)
			return err
		})
		wantError(t, "ended twice", s.try(t, func(tx *store.Tx) error { return found(tx.EndSession(c, again.ID)) }), bank.ErrNotFound)
		wantError(t, "extended after its end", s.try(t, func(tx *store.Tx) error { return tx.ExtendSession(c, again.ID, at(1)) }), bank.ErrNotFound)
		_, err = byToken(other.TokenHash)
		wantError(t, "the other device", err, nil)
	})
}

// TestEndUserSessions proves that all of one end user's sessions end, and nobody else's.
func TestEndUserSessions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, neighbour := newCustomer(t, s), newCustomer(t, s)
		somebody := session(c, 3)
		somebody.User = id(2)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return put(tx, session(c, 1)) }, func() error { return put(tx, session(c, 2)) },
				func() error { return put(tx, somebody) }, func() error { return put(tx, session(neighbour, 1)) })
		})
		s.write(t, func(tx *store.Tx) error {
			ended, err := tx.EndUserSessions(c, id(1))
			equal(t, "ended", len(ended), 2)
			return err
		})
		s.write(t, func(tx *store.Tx) error {
			ended, err := tx.EndUserSessions(c, id(1))
			equal(t, "ended again", len(ended), 0)
			return err
		})
		for _, left := range []bank.Session{somebody, session(neighbour, 1)} {
			got := get(t, s, func(tx *store.Tx) (bank.Session, error) { return tx.SessionByToken(left.Customer, left.TokenHash) })
			equal(t, "left", got, left)
		}
	})
}

func TestDropExpiredSessions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for n := range 4 {
			s.write(t, func(tx *store.Tx) error { return put(tx, session(c, n)) })
		}
		drop := func(before time.Time) (n int64) {
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.DropExpiredSessions(c, before, 2); return err })
			return n
		}
		equal(t, "none has expired", drop(at(600)), int64(0))
		equal(t, "no more than the limit", drop(at(603)), int64(2))
		equal(t, "the rest", drop(at(603)), int64(1))
		last := get(t, s, func(tx *store.Tx) (bank.Session, error) { return tx.SessionByToken(c, session(c, 3).TokenHash) })
		equal(t, "the last", last, session(c, 3))
	})
}

func TestUsedAssertions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		use := func(c bank.CustomerID, jti string, until int) error {
			return s.Write(context.Background(), func(tx *store.Tx) error { return isNew(tx.UseAssertion(c, jti, at(until))) })
		}
		wantError(t, "used", use(c, "a", 10), nil)
		wantError(t, "used again", use(c, "a", 99), errNotNew)
		wantError(t, "of another customer", use(other, "a", 10), nil)
		wantError(t, "another one", use(c, "b", 11), nil)
		drop := func(before int) (n int64) {
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.DropUsedAssertions(c, at(before), 5); return err })
			return n
		}
		equal(t, "all are kept", drop(10), int64(0))
		equal(t, "one is forgotten", drop(11), int64(1))
		wantError(t, "and could be used", use(c, "a", 10), nil)
		wantError(t, "the other is known", use(c, "b", 11), errNotNew)
		wantError(t, "the neighbour's is known", use(other, "a", 10), errNotNew)
	})
}
