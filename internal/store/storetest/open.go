package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops schemas

	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
)

// PostgresVariable names the environment variable with the connection string of a PostgreSQL whose database the tests may
// fill with schemas of their own. Without it the tests run on SQLite only and say so.
const PostgresVariable = "IMS_TEST_POSTGRES"

// Key seals the secrets of throw-away stores.
var Key = store.SealKey{1, 2, 3}

// Open returns an empty, migrated SQLite store that ends with the test.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return open(t, sqlite.Engine{Path: filepath.Join(t.TempDir(), "ims.db")})
}

// OpenPostgres returns an empty, migrated PostgreSQL store that ends with the test; without a server the test is skipped.
func OpenPostgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, postgres.Engine{URL: PostgresURL(t)})
}

// Each runs a test on every engine.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, OpenPostgres(t)) })
}

var schemas atomic.Int64

// PostgresURL returns the connection string of a fresh schema that is dropped when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skipf("%s is not set: this test needs PostgreSQL (make test starts one)", PostgresVariable)
	}
	name := fmt.Sprintf("ims_test_%d_%d", os.Getpid(), schemas.Add(1))
	run(t, server, "CREATE SCHEMA "+name)
	t.Cleanup(func() { run(t, server, "DROP SCHEMA "+name+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresVariable, err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func run(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t testing.TB, engine store.Engine) *store.DB {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, engine, Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return db
}
