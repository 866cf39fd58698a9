package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/storetest"
)

func TestClassify(t *testing.T) {
	code := func(c string) error { return fmt.Errorf("write: %w", &pgconn.PgError{Code: c}) }
	for name, c := range map[string]struct {
		err  error
		want store.ErrorClass
	}{
		"serialisation failure":          {code("40001"), store.ErrorRetry},
		"deadlock":                       {code("40P01"), store.ErrorRetry},
		"lock not available":             {code("55P03"), store.ErrorRetry},
		"connection exception":           {code("08000"), store.ErrorUnavailable},
		"connection failure":             {code("08006"), store.ErrorUnavailable},
		"server is shutting down":        {code("57P01"), store.ErrorUnavailable},
		"server is starting":             {code("57P03"), store.ErrorUnavailable},
		"too many connections":           {code("53300"), store.ErrorUnavailable},
		"disk full":                      {code("53100"), store.ErrorUnavailable},
		"statement cancelled by us":      {code("57014"), store.ErrorOther},
		"unique violation":               {code("23505"), store.ErrorOther},
		"integrity violation, 40002":     {code("40002"), store.ErrorOther},
		"append-only trigger":            {code("P0001"), store.ErrorOther},
		"value out of range":             {code("22003"), store.ErrorOther},
		"cannot connect":                 {&pgconn.ConnectError{}, store.ErrorUnavailable},
		"connection reset":               {&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, store.ErrorUnavailable},
		"our own deadline":               {fmt.Errorf("query: %w", context.DeadlineExceeded), store.ErrorOther},
		"our own deadline on the wire":   {&net.OpError{Op: "read", Err: context.DeadlineExceeded}, store.ErrorOther},
		"cancelled":                      {context.Canceled, store.ErrorOther},
		"no rows":                        {sql.ErrNoRows, store.ErrorOther},
		"a text that only looks like it": {errors.New("SQLSTATE 40001"), store.ErrorOther},
		"none":                           {nil, store.ErrorOther},
	} {
		if got := (postgres.Engine{}).Classify(c.err); got != c.want {
			t.Errorf("%s (%v) is of class %d, want %d", name, c.err, got, c.want)
		}
	}
}

// TestNobodyListens: a server that is not there is "unavailable", not our failure.
func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	e := postgres.Engine{URL: "postgres://ims@" + address + "/ims?sslmode=disable&connect_timeout=5"}
	if _, _, err := e.Open(context.Background()); err == nil || e.Classify(err) != store.ErrorUnavailable {
		t.Errorf("class %d: %v", e.Classify(err), err)
	}
	if _, _, err := (postgres.Engine{URL: "postgres://ims:secret@%zz/"}).Open(context.Background()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a wrong connection string: %v", err)
	}
}

func open(t *testing.T) (postgres.Engine, *sql.DB) {
	t.Helper()
	e := postgres.Engine{URL: storetest.PostgresURL(t), MaxConnections: 4}
	db, _, err := e.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return e, db
}

// TestDurable: what is acknowledged is on the disk even where the server's default says otherwise, unless the operator's
// own connection string does.
func TestDurable(t *testing.T) {
	setting := func(url string) (value string) {
		t.Helper()
		db, _, err := postgres.Engine{URL: url}.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRow("SHOW synchronous_commit").Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	url := storetest.PostgresURL(t)
	if got := setting(url); got != "on" {
		t.Errorf("synchronous_commit is %s", got)
	}
	if got := setting(url + "&synchronous_commit=remote_apply"); got != "remote_apply" {
		t.Errorf("the operator's synchronous_commit became %s", got)
	}
}

// TestDeadlockIsRetry lets two transactions lock each other out: one is told to run again.
func TestDeadlockIsRetry(t *testing.T) {
	ctx := context.Background()
	e, db := open(t)
	if _, err := db.Exec("CREATE TABLE a (n bigint PRIMARY KEY, v bigint); INSERT INTO a VALUES (1, 0), (2, 0)"); err != nil {
		t.Fatal(err)
	}
	update := func(tx *sql.Tx, n int) error {
		_, err := tx.ExecContext(ctx, "UPDATE a SET v = v + 1 WHERE n = $1", n)
		return err
	}
	one, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Rollback()
	other, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	for _, tx := range []*sql.Tx{one, other} {
		if _, err := tx.Exec("SET LOCAL deadlock_timeout = '10ms'"); err != nil {
			t.Skipf("deadlock_timeout needs a superuser: %v", err)
		}
	}
	if err := errors.Join(update(one, 1), update(other, 2)); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() { waiting <- update(one, 2) }()
	second := update(other, 1)
	_ = other.Rollback() // lets the first go on, should it be the one that won
	first := <-waiting
	if (first == nil) == (second == nil) {
		t.Fatalf("one of the two must lose: %v, %v", first, second)
	}
	if loser := errors.Join(first, second); e.Classify(loser) != store.ErrorRetry {
		t.Errorf("class %d: %v", e.Classify(loser), loser)
	}
}

// TestKilledConnection: the server ends a session, as it does when it restarts.
func TestKilledConnection(t *testing.T) {
	ctx := context.Background()
	e, db := open(t)
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var pid int
	if err := conn.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, "SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT 1"); err == nil || e.Classify(err) != store.ErrorUnavailable {
		t.Errorf("class %d: %v", e.Classify(err), err)
	}
}

// TestIn asks PostgreSQL itself with keys that would break out of a literal.
func TestIn(t *testing.T) {
	e, db := open(t)
	texts := []string{"", "'", `"`, `\`, "a,b", "{a}", "]", "ż", "\u2028", "\x01", "\U0001f4b6", "null", "NULL", "1", "%", "$1", "\t\n"}
	ids := [][]byte{make([]byte, 16), slices.Repeat([]byte{0xff}, 16), []byte("0123456789abcdef"), []byte("'\"\\\x00$1)--\x01\x80ABCDE")}
	numbers := []int64{0, -1, 1, 1<<53 + 1, 1<<63 - 1, -1 << 63}
	if _, err := db.Exec(`CREATE TABLE a (s text COLLATE "C", b bytea, n bigint)`); err != nil {
		t.Fatal(err)
	}
	_, err := db.Exec("INSERT INTO a SELECT x, NULL::bytea, NULL::bigint FROM unnest($1::text[]) x UNION ALL SELECT NULL, x, NULL FROM unnest($2::bytea[]) x UNION ALL SELECT NULL, NULL, x FROM unnest($3::bigint[]) x",
		texts, ids, numbers)
	if err != nil {
		t.Fatal(err)
	}
	count := func(column string, list store.List) (n int) {
		t.Helper()
		condition, arg := e.In(column, 1, list)
		if err := db.QueryRow("SELECT COUNT(*) FROM a WHERE "+condition, arg).Scan(&n); err != nil {
			t.Fatalf("%s: %v", condition, err)
		}
		return n
	}
	for _, s := range texts {
		if n := count("s", store.List{Texts: []string{s, "nobody"}}); n != 1 {
			t.Errorf("text %q: %d rows", s, n)
		}
	}
	for _, b := range ids {
		if n := count("b", store.List{IDs: [][]byte{b, b}}); n != 1 {
			t.Errorf("id %x: %d rows", b, n)
		}
	}
	for _, number := range numbers {
		if n := count("n", store.List{Ints: []int64{number}}); n != 1 {
			t.Errorf("%d: %d rows", number, n)
		}
	}
	for name, n := range map[string]int{"all texts": count("s", store.List{Texts: texts}) - len(texts), "all ids": count("b", store.List{IDs: ids}) - len(ids),
		"all numbers": count("n", store.List{Ints: numbers}) - len(numbers), "empty": count("n", store.List{}), "no texts": count("s", store.List{Texts: []string{}}),
		"no ids": count("b", store.List{IDs: [][]byte{}}), "unknown": count("s", store.List{Texts: []string{"nobody", "' OR 1=1 --"}})} {
		if n != 0 {
			t.Errorf("%s: off by %d", name, n)
		}
	}
}

// TestWatchEndsWithItsConnection: nothing may be cached once nobody tells of changes any more.
func TestWatchEndsWithItsConnection(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, db := open(t)
	mark := fmt.Sprintf("ims_watch_test_%d", os.Getpid()) // of this test's session only: others listen on the same server
	e := postgres.Engine{URL: storetest.PostgresURL(t) + "&application_name=" + mark}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- e.Watch(ctx, db, func() { close(ready) }, func(string) {}) }()
	<-ready
	result, err := db.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", mark)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := result.RowsAffected(); n != 1 {
		t.Fatalf("%d sessions listen", n)
	}
	if err := <-ended; err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the watch ended with %v", err)
	}
}

// TestPublishSpeaksToItsOwnStore: one database may hold several stores, and a change that was rolled back is none.
func TestPublishSpeaksToItsOwnStore(t *testing.T) {
	ctx := t.Context()
	e, db := open(t)
	other, otherDB := open(t)
	ready, keys := make(chan struct{}), make(chan string, 10)
	go func() { _ = e.Watch(ctx, db, func() { close(ready) }, func(key string) { keys <- key }) }() // until the test ends
	<-ready
	publish := func(e postgres.Engine, db *sql.DB, key string, commit bool) {
		t.Helper()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if err := e.Publish(ctx, tx, key); err != nil {
			t.Fatal(err)
		}
		if commit {
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	publish(other, otherDB, "another store", true)
	publish(e, db, "rolled back", false)
	for _, key := range []string{"1/a key with spaces '\"\\", "", "last"} {
		publish(e, db, key, true)
		if got := <-keys; got != key {
			t.Errorf("heard %q, want %q", got, key)
		}
	}
}

func TestSchemaWords(t *testing.T) {
	got := postgres.Engine{}.Schema("CREATE TABLE a (\n  k INT NOT NULL, b BYTES, s STR, t STR NOT NULL, n INT,\n  PRIMARY KEY (k)\n) TABLE;\nCREATE TABLE h (\n  k INT NOT NULL\n) HEAP;")
	want := "CREATE TABLE a (\n  k bigint NOT NULL, b bytea, s text COLLATE \"C\", t text COLLATE \"C\" NOT NULL, n bigint,\n  PRIMARY KEY (k)\n);\nCREATE TABLE h (\n  k bigint NOT NULL\n);"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// frozen is a way to a server that can stop carrying anything, without an end that anybody could notice.
type frozen struct {
	net.Listener
	server string
	freeze chan struct{}
}

func (f *frozen) serve() {
	for {
		near, err := f.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", f.server)
		if err != nil {
			_ = near.Close()
			return
		}
		go f.carry(far, near)
		go f.carry(near, far)
	}
}

func (f *frozen) carry(to, from net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		select {
		case <-f.freeze:
			return // and close nothing
		default:
		}
		if err == nil {
			_, err = to.Write(buffer[:n])
		}
		if err != nil {
			_, _ = to.Close(), from.Close()
			return
		}
	}
}

// TestWatchNoticesSilence: a watch over a connection that carries nothing any more ends, so that nothing cached is kept.
func TestWatchNoticesSilence(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(os.Getenv(storetest.PostgresVariable))
	if err != nil || address.Port() == "" {
		t.Skip("needs a server with a host and a port")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	way := &frozen{listener, address.Host, make(chan struct{})}
	go way.serve()
	t.Cleanup(func() { _ = listener.Close() })
	address.Host = listener.Addr().String()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- postgres.Engine{URL: address.String()}.Watch(t.Context(), nil, func() { close(ready) }, func(string) {})
	}()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	close(way.freeze)
	if err := <-ended; err == nil {
		t.Error("the watch ended without saying why")
	}
}
