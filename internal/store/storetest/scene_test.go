package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
)

// scene is a store with what the conformance suite needs besides: its engine, and a second connection that speaks SQL,
// as an administrator's or an attacker's would.
type scene struct {
	*store.DB
	engine store.Engine
	raw    *sql.DB
}

// each runs a test on every engine. The names of the subtests are those of Each.
func each(t *testing.T, test func(t *testing.T, s *scene)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, newScene(t, sqliteEngine(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, newScene(t, postgresEngine(t))) })
}

func sqliteEngine(t testing.TB) store.Engine {
	return sqlite.Engine{Path: filepath.Join(t.TempDir(), "ims.db")}
}

func postgresEngine(t testing.TB) store.Engine {
	return postgres.Engine{URL: PostgresURL(t)}
}

func newScene(t testing.TB, engine store.Engine) *scene {
	t.Helper()
	s := &scene{DB: open(t, engine), engine: engine}
	raw, read, err := engine.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close(); read.Close() })
	s.raw = raw
	return s
}

// write runs fn in a transaction that must succeed.
func (s *scene) write(t testing.TB, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Write(context.Background(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// errUndo rolls back a transaction whose effects a test does not want.
var errUndo = errors.New("undo")

// try runs fn in a transaction that is rolled back, and returns what fn returned.
func (s *scene) try(t testing.TB, fn func(*store.Tx) error) (result error) {
	t.Helper()
	err := s.Write(context.Background(), func(tx *store.Tx) error {
		result = fn(tx)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatalf("write returned %v, not the error of its closure", err)
	}
	return result
}

// rawExec runs a statement beside the store.
func (s *scene) rawExec(query string, args ...any) (int64, error) {
	result, err := s.raw.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// strings lists the first column of a query beside the store.
func (s *scene) strings(t testing.TB, query string, args ...any) []string {
	t.Helper()
	rows, err := s.raw.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// tables lists the tables of the schema by name.
func (s *scene) tables(t testing.TB) []string {
	t.Helper()
	if s.EngineName() == "sqlite" {
		return s.strings(t, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
	}
	return s.strings(t, "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name")
}

// counts returns the number of rows of every table.
func (s *scene) counts(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range s.tables(t) {
		all[table] = s.strings(t, "SELECT CAST(COUNT(*) AS text) FROM "+table)[0]
	}
	return all
}

// failer is what tests and properties have in common.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// get reads one value in a snapshot.
func get[T any](t failer, s *scene, fn func(*store.Tx) (T, error)) (v T) {
	t.Helper()
	err := s.Read(context.Background(), func(tx *store.Tx) (err error) {
		v, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return v
}

// gather collects what an Each method hands out.
func gather[T any](run func(fn func(T) error) error) ([]T, error) {
	var all []T
	err := run(func(v T) error { all = append(all, v); return nil })
	return all, err
}

// same compares values by what users see: nil and empty lists are one.
var same = cmp.Options{
	cmp.Comparer(func(a, b iban.IBAN) bool { return a == b }),
	cmp.Comparer(func(a, b money.Currency) bool { return a == b }),
	cmp.Comparer(func(a, b money.Amount) bool { return a == b }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() }),
	cmpopts.EquateEmpty(),
}

func equal(t failer, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// atOnce runs fn n times concurrently, all starting together, and fails the test for every error.
func atOnce(t testing.TB, n int, fn func(i int) error) {
	t.Helper()
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	errs := make([]error, n)
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// blocked returns when a backend of this scene's schema waits for a row that another one has locked. PostgreSQL only.
func (s *scene) blocked(t testing.TB) {
	t.Helper()
	for range 100_000 {
		waiting := s.strings(t, `SELECT CAST(COUNT(*) AS text) FROM pg_stat_activity a WHERE a.wait_event_type = 'Lock' AND EXISTS
			(SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
			WHERE l.pid = a.pid AND c.relnamespace = current_schema()::regnamespace)`)
		if waiting[0] != "0" {
			return
		}
	}
	t.Fatal("nobody waits for a lock")
}

// at is an instant with microseconds, n seconds behind a fixed one.
func at(n int) time.Time {
	return time.Date(2026, 3, 14, 9, 26, 53, 589_793_000, time.UTC).Add(time.Duration(n) * time.Second)
}

// id is the n-th identifier in byte order.
func id(n int) bank.ID {
	var v bank.ID
	copy(v[:], fmt.Sprintf("\x01\xff\x00%013d", n))
	return v
}

func digest(text string) (h [32]byte) {
	copy(h[:], text)
	h[31] = 0xff
	return h
}
