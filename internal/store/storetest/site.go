package storetest

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
)

// Site is where an empty store lies, for tests that open it more than once, as replicas do, or change it behind its back,
// as an attacker would.
type Site struct{ engine store.Engine }

// EachSite runs a test on an empty site of every engine.
func EachSite(t *testing.T, test func(t *testing.T, site Site)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, SQLiteSite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, PostgresSite(t)) })
}

// SQLiteSite returns an empty site on SQLite.
func SQLiteSite(t testing.TB) Site {
	t.Helper()
	return Site{sqlite.Engine{Path: filepath.Join(t.TempDir(), "ims.db")}}
}

// PostgresSite returns an empty site on PostgreSQL; without a server the test is skipped.
func PostgresSite(t testing.TB) Site {
	t.Helper()
	return Site{postgres.Engine{URL: PostgresURL(t)}}
}

// Open opens and migrates the store; it ends with the test. Each call is another process as far as the store can tell.
func (s Site) Open(t testing.TB) *store.DB {
	t.Helper()
	return open(t, s.engine)
}

// Raw returns a pool that speaks SQL beside the store; it ends with the test. On SQLite it is one connection.
func (s Site) Raw(t testing.TB) *sql.DB {
	t.Helper()
	write, read, err := s.engine.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { write.Close(); read.Close() })
	return write
}
