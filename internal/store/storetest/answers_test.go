package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// answer is what a request was answered; n says when.
func answer(key, request string, n int) store.Answer {
	return store.Answer{Key: key, Digest: digest(request), Answer: bank.Answer{Status: 201, Body: []byte(`{"for":"` + request + `"}`), Location: "/" + request}, At: at(n)}
}

// keyed is a context with a key, whose answer tells what was made.
func keyed(key, request string) context.Context {
	return bank.WithIdempotency(context.Background(), &bank.Idempotency{Key: key, Digest: digest(request), Answer: func(made any) (bank.Answer, error) {
		return bank.Answer{Status: 201, Body: fmt.Append(nil, made), Location: fmt.Sprint("/", made)}, nil
	}})
}

// TestAnswers: kept as given, per customer and exact key, and dropped by age.
func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		first, second := answer("key ' %", "one", 1), answer("2", "two", 5)
		second.Body = nil
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddAnswers(c, []store.Answer{first, second})) })
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddAnswers(c, nil)) })
		wantError(t, "used before", s.try(t, func(tx *store.Tx) error { return isNew(tx.AddAnswer(c, answer("2", "three", 6))) }), errNotNew)
		got := get(t, s, func(tx *store.Tx) ([]store.Answer, error) {
			return tx.Answers(c, []string{"key ' %", "KEY ' %", "3"})
		})
		equal(t, "answers", got, []store.Answer{first})
		for _, want := range []int64{1, 0} {
			var n int64
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.DropAnswers(c, at(5), 10); return err })
			equal(t, "dropped", n, want)
		}
		left := get(t, s, func(tx *store.Tx) ([]store.Answer, error) { return tx.Answers(c, []string{"key ' %", "2"}) })
		if len(left) != 1 || left[0].Key != "2" || len(left[0].Body) != 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

// TestOnce: what fn made is answered once; refusals, approvals that wait and rolled back work leave the key free.
func TestOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		refused := errors.New("refused")
		once := func(key, request string, made any, err error) error {
			return s.Once(keyed(key, request), c, at(1), func(*store.Tx) (any, error) { return made, err })
		}
		wantError(t, "refused", once("k", "a", 1, refused), refused)
		wantError(t, "waiting", once("k", "b", nil, nil), nil)
		wantError(t, "first", once("k", "c", "made", nil), nil)
		again, ok := errors.AsType[*bank.ReplayError](once("k", "c", "made again", nil))
		if !ok || string(again.Body) != "made" || again.Status != 201 || again.Location != "/made" {
			t.Errorf("again: %+v", again)
		}
		wantError(t, "another request", once("k", "d", "x", nil), bank.ErrKeyReused)
		wantError(t, "without a key", s.Once(context.Background(), c, at(1), func(*store.Tx) (any, error) { return nil, nil }), nil)
	})
}

// TestOnceAtOnce: of twenty equal requests one has an effect, and all are answered alike.
func TestOnceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var fresh, replayed atomic.Int64
		atOnce(t, 20, func(i int) error {
			err := s.Once(keyed("k", "a"), c, at(1), func(tx *store.Tx) (any, error) {
				no, err := tx.NextBalanceNo(c)
				return no, err
			})
			again, ok := errors.AsType[*bank.ReplayError](err)
			switch {
			case ok && string(again.Body) == "1":
				replayed.Add(1)
				return nil
			case ok:
				return fmt.Errorf("another answer: %s", again.Body)
			case err == nil:
				fresh.Add(1)
			}
			return err
		})
		if fresh.Load() != 1 || replayed.Load() != 19 {
			t.Errorf("%d effects, %d replays", fresh.Load(), replayed.Load())
		}
	})
}

// TestDomains: a host has one owner, who alone can take it away.
func TestDomains(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		d := store.Domain{Host: "panel.example", Customer: c, CreatedAt: at(1)}
		claim := func(by bank.CustomerID) (owner bank.CustomerID, fresh bool) {
			s.write(t, func(tx *store.Tx) (err error) {
				mine := d
				mine.Customer = by
				owner, fresh, err = tx.ClaimDomain(mine)
				return err
			})
			return owner, fresh
		}
		for i, by := range []bank.CustomerID{c, c, other} {
			owner, fresh := claim(by)
			equal(t, "owner", owner, c)
			equal(t, "fresh", fresh, i == 0)
		}
		equal(t, "list", get(t, s, func(tx *store.Tx) ([]store.Domain, error) { return tx.Domains(c) }), []store.Domain{d})
		remove := func(by bank.CustomerID) error {
			return s.try(t, func(tx *store.Tx) error { return tx.RemoveDomain(by, d.Host) })
		}
		wantError(t, "by another", remove(other), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.RemoveDomain(c, d.Host) })
		wantError(t, "owner", s.try(t, func(tx *store.Tx) error { return found(tx.CustomerOfDomain(d.Host)) }), bank.ErrNotFound)
		owner, fresh := claim(other)
		equal(t, "free again", owner, other)
		equal(t, "free again", fresh, true)
	})
}
