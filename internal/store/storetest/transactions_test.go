package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ims/internal/bank"
	"ims/internal/store"
)

// TestRollback writes rows of every kind and then fails: nothing may be left, bulk inserts included.
func TestRollback(t *testing.T) {
	errOurs := errors.New("ours")
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		before := s.counts(t)
		runs := 0
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			runs++
			if err := furnish(tx, c); err != nil {
				t.Error(err)
			}
			return fmt.Errorf("wrapped: %w", errOurs)
		})
		wantError(t, "the closure's error", err, errOurs)
		equal(t, "runs of the closure", runs, 1)
		equal(t, "rows", s.counts(t), before)
		head := get(t, s, func(tx *store.Tx) (store.Head, error) { return tx.ReadHead(c) })
		equal(t, "head", head, store.Head{Customer: c, NextID: 1, NextLink: 1, LastAt: at(0)})
		s.write(t, func(tx *store.Tx) error { return furnish(tx, c) })
	})
}

// TestRollbackOfPanic proves that a panic leaves neither rows nor a transaction that stops others.
func TestRollbackOfPanic(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		before := s.counts(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Write(context.Background(), func(tx *store.Tx) error {
				if err := furnish(tx, c); err != nil {
					t.Error(err)
				}
				panic("a defect")
			})
		}()
		equal(t, "rows", s.counts(t), before)
		s.write(t, func(tx *store.Tx) error { return furnish(tx, c) })
	})
}

// TestRollbackAfterBulkError proves that rows in front of the one that broke a bulk insert are gone.
func TestRollbackAfterBulkError(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		before := s.counts(t)
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.AddItems(c, []bank.Item{item(c, 50), item(c, 51), item(c, 1)}) // the last is there already
		})
		if err == nil {
			t.Error("an item was added twice")
		}
		equal(t, "rows", s.counts(t), before)
	})
}

// TestCancelled proves that a caller who gave up has changed nothing.
func TestCancelled(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		before := s.counts(t)
		ctx, cancel := context.WithCancel(context.Background())
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddUser(user(c, 1)); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if err == nil {
			t.Error("a cancelled transaction was acknowledged")
		}
		equal(t, "rows", s.counts(t), before)
		s.write(t, func(tx *store.Tx) error { return tx.AddUser(user(c, 1)) })
	})
}

// TestSnapshot proves that a Read sees one state while writers commit, and the next one sees theirs.
func TestSnapshot(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		look := func(tx *store.Tx) (n [4]int, err error) {
			users, err1 := tx.Users(c, store.UserFilter{})
			rows, err2 := tx.History(c, store.HistoryFilter{})
			head, err3 := tx.ReadHead(c)
			booked, err4 := tx.BookedWithDeltas(c, 3)
			return [4]int{len(users), len(rows), int(head.NextID), int(booked)}, errors.Join(err1, err2, err3, err4)
		}
		var first [4]int
		err := s.Read(context.Background(), func(tx *store.Tx) (err error) {
			if first, err = look(tx); err != nil {
				return err
			}
			for n := range 3 {
				s.write(t, func(tx *store.Tx) error {
					return steps(
						func() error { return tx.AddUser(user(c, 50+n)) },
						func() error { return tx.AddDelta(c, 3, bank.TransactionID(100+n), 1) },
						func() error { return found(post(tx, c, 0, 2, at(20))) },
					)
				})
				again, err := look(tx)
				equal(t, "inside", again, first)
				if err != nil {
					return err
				}
			}
			return nil
		})
		wantError(t, "read", err, nil)
		equal(t, "afterwards", get(t, s, look), [4]int{first[0] + 3, first[1] + 6, first[2] + 6, first[3] + 3})
	})
}

// TestReadCannotWrite proves that a Read is one.
func TestReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		before := s.counts(t)
		for what, change := range map[string]func(tx *store.Tx) error{
			"insert": func(tx *store.Tx) error { return tx.AddUser(user(c, 1)) },
			"bulk":   func(tx *store.Tx) error { return tx.AddItems(c, []bank.Item{item(c, 1)}) },
			"update": func(tx *store.Tx) error { return tx.UpdateCustomer(bank.Customer{ID: c, Name: "x"}) },
		} {
			if err := s.Read(context.Background(), change); err == nil {
				t.Errorf("%s: a Read wrote", what)
			}
		}
		equal(t, "rows", s.counts(t), before)
	})
}

// TestNow proves that the store's time is UTC; which time it is is not a test's business.
func TestNow(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		now := get(t, s, (*store.Tx).Now)
		if now.IsZero() || now.Location() != time.UTC {
			t.Errorf("now is %v", now)
		}
	})
}

// TestRetry proves that a closure which met a rival runs again, a bounded number of times, and that other errors are final.
func TestRetry(t *testing.T) {
	s := newScene(t, postgresEngine(t))
	for _, test := range []struct {
		code           string
		failures, runs int
		want           error
	}{
		{"40001", 0, 1, nil}, {"40001", 2, 3, nil}, {"40P01", 2, 3, nil}, {"55P03", 1, 2, nil},
		{"23505", 1, 1, &pgconn.PgError{}}, {"57P01", 1, 1, bank.ErrUnavailable}, {"53300", 1, 1, bank.ErrUnavailable}, {"08006", 1, 1, bank.ErrUnavailable},
	} {
		runs := 0
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			if runs++; runs <= test.failures {
				return fmt.Errorf("call path: %w", &pgconn.PgError{Code: test.code})
			}
			return found(tx.Customers())
		})
		equal(t, test.code+": runs", runs, test.runs)
		if errors.Is(test.want, bank.ErrUnavailable) {
			wantError(t, test.code, err, bank.ErrUnavailable)
		} else if (err == nil) != (test.want == nil) || errors.Is(err, bank.ErrUnavailable) {
			t.Errorf("%s: error %v", test.code, err)
		}
	}
	runs := 0
	err := s.Write(context.Background(), func(*store.Tx) error { runs++; return &pgconn.PgError{Code: "40001"} })
	if err == nil || runs < 2 || runs > 20 {
		t.Errorf("a closure that always meets a rival ran %d times: %v", runs, err)
	}
}

// TestLostConnection cuts the connection inside a transaction: callers learn that the store cannot be reached, nothing was
// written, and the next transaction works.
func TestLostConnection(t *testing.T) {
	s := newScene(t, postgresEngine(t))
	c := furnished(t, s)
	before := s.counts(t)
	for what, use := range map[string]func(tx *store.Tx) error{
		"query":  func(tx *store.Tx) error { return found(tx.Users(c, store.UserFilter{})) },
		"bulk":   func(tx *store.Tx) error { return tx.AddItems(c, []bank.Item{item(c, 9)}) },
		"many":   func(tx *store.Tx) error { return tx.SetAmounts(c, []bank.Balance{balance(c, 5)}) },
		"commit": func(*store.Tx) error { return nil },
	} {
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			if err := tx.AddUser(user(c, 80)); err != nil {
				return err
			}
			s.strings(t, `SELECT DISTINCT CAST(pg_terminate_backend(l.pid) AS text) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
				WHERE c.relnamespace = current_schema()::regnamespace AND l.pid <> pg_backend_pid()`)
			return use(tx)
		})
		wantError(t, what, err, bank.ErrUnavailable)
		equal(t, "rows", s.counts(t), before)
	}
	s.write(t, func(tx *store.Tx) error { return tx.AddUser(user(c, 80)) })
}

func TestPing(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		wantError(t, "open", s.Ping(context.Background()), nil)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Ping(context.Background()) == nil {
			t.Error("a closed store answers")
		}
	})
}
