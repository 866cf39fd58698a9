package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ims/internal/store"
)

// Engine opens one database file.
type Engine struct{ Path string }

// Name implements store.Engine.
func (Engine) Name() string { return "sqlite" }

// cacheKiB bounds the page cache of one connection; mmap is not used, so that memory is what it seems.
const cacheKiB = 49152

// Open implements store.Engine: a pool of one connection that writes, another of a few that only read.
func (e Engine) Open(ctx context.Context) (write, read *sql.DB, err error) {
	if err := e.makeFile(); err != nil {
		return nil, nil, err
	}
	write, err = sql.Open("sqlite", e.dsn("immediate", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", fmt.Sprintf("cache_size(-%d)", cacheKiB)))
	if err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	if err := e.await(ctx, write); err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read, err = sql.Open("sqlite", e.dsn("deferred", "query_only(1)", "cache_size(-4096)"))
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return write, read, nil
}

// makeFile makes the file where there is none, for nobody else to read: SQLite itself would leave that to the umask. Those it
// puts beside it take its permissions. One that is there is not even opened, as closing it would end the locks on it.
func (e Engine) makeFile() error {
	if err := os.MkdirAll(filepath.Dir(e.Path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(e.Path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn puts busy_timeout first, so that all that follows waits for others. LIKE compares the case as PostgreSQL does.
func (e Engine) dsn(lock string, pragmas ...string) string {
	q := url.Values{"_txlock": {lock}, "_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", busyTime.Milliseconds()), "case_sensitive_like(1)"}, pragmas...)}
	return "file:" + (&url.URL{Path: e.Path}).EscapedPath() + "?" + q.Encode()
}

// busyTime is how long we wait for other processes.
const busyTime = 10 * time.Second

// await checks the writer, and waits where processes that open a new store together are in each other's way: SQLite does not
// wait by itself for the lock under which it changes to WAL.
func (e Engine) await(ctx context.Context, write *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, busyTime)
	defer cancel()
	for {
		err := check(ctx, write)
		if e.Classify(err) != store.ErrorRetry {
			return err
		}
		timer := time.NewTimer(time.Duration(1+rand.IntN(20)) * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// check reads back what was asked for: all SQLite before 3.51.3 can corrupt WAL databases, and a store without full
// synchronisation would acknowledge what is not durable.
func check(ctx context.Context, db *sql.DB) error {
	var version, mode string
	var synchronous int
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if !atLeast(version, 3, 51, 3) {
		return fmt.Errorf("SQLite %s is too old: 3.51.3 or later is needed", version)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if mode != "wal" || synchronous != 2 {
		return fmt.Errorf("SQLite refused durable WAL: journal_mode %s, synchronous %d", mode, synchronous)
	}
	return nil
}

func atLeast(version string, want ...int) bool {
	var have [3]int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &have[0], &have[1], &have[2]); err != nil {
		return false
	}
	for i, w := range want {
		if have[i] != w {
			return have[i] > w
		}
	}
	return true
}

// ReadOptions implements store.Engine: a deferred transaction in WAL mode is a snapshot, and the readers are query_only.
func (Engine) ReadOptions() *sql.TxOptions { return nil }

// LockRows implements store.Engine: there is one writer, rows need no locks.
func (Engine) LockRows() string { return "" }

// In implements store.Engine with json_each; 16-byte keys travel as hexadecimal text.
func (Engine) In(column string, n int, list store.List) (string, any) {
	values, value := any(list.Ints), "value"
	switch {
	case list.Texts != nil:
		values = list.Texts
	case list.IDs != nil:
		texts := make([]string, len(list.IDs))
		for i, id := range list.IDs {
			texts[i] = hex.EncodeToString(id)
		}
		values, value = texts, "unhex(value)"
	case list.Ints == nil:
		values = []int64{}
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(fmt.Sprintf("sqlite: list of keys: %v", err)) // integers and strings always marshal
	}
	return fmt.Sprintf("%s IN (SELECT %s FROM json_each($%d))", column, value, n), string(text)
}

// BulkInsert implements store.Engine: prepared single rows through the driver. Many rows a statement were measured equal
// at best, and twenty times slower with numbered parameters.
func (e Engine) BulkInsert(ctx context.Context, conn *sql.Conn, table string, columns []string, rows store.RowSource) error {
	marks := strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",")
	query := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), marks)
	_, err := e.ExecMany(ctx, conn, query, len(columns), rows)
	return err
}

// ExecMany implements store.Engine. It speaks to the driver directly: database/sql costs a fifth of a bulk insert.
func (Engine) ExecMany(ctx context.Context, conn *sql.Conn, query string, columns int, rows store.RowSource) (changed int64, err error) {
	err = conn.Raw(func(dc any) error {
		statement, err := dc.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		defer statement.Close()
		changed, err = execRows(ctx, statement.(driver.StmtExecContext), columns, rows)
		return err
	})
	return changed, err
}

func execRows(ctx context.Context, statement driver.StmtExecContext, columns int, rows store.RowSource) (changed int64, err error) {
	row, args := make([]any, columns), make([]driver.NamedValue, columns)
	for i := range args {
		args[i].Ordinal = i + 1
	}
	for rows(row) {
		for i, v := range row {
			args[i].Value = v
		}
		result, err := statement.ExecContext(ctx, args)
		if err != nil {
			return changed, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// Classify implements store.Engine.
func (Engine) Classify(err error) store.ErrorClass {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return store.ErrorOther
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return store.ErrorRetry
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL:
		return store.ErrorUnavailable
	}
	return store.ErrorOther
}

// Now implements store.Engine: an embedded store is shared by processes of one machine, its clock is theirs.
func (Engine) Now(context.Context, *sql.Tx) (time.Time, error) { return time.Now().UTC(), nil }

// Condition implements store.Engine. An open store is supported and durable, as otherwise Open had refused it.
func (Engine) Condition(ctx context.Context, write *sql.DB) (store.Condition, error) {
	c := store.Condition{Supported: true, Durable: true, Settings: "journal_mode=wal synchronous=full", Clock: time.Now().UTC()}
	err := write.QueryRowContext(ctx, "SELECT 'SQLite ' || sqlite_version()").Scan(&c.Version)
	return c, err
}

// Publish implements store.Engine: other processes see data_version change.
func (Engine) Publish(context.Context, *sql.Tx, string) error { return nil }

// watchEvery is how long another process's change may stay unnoticed; the command line is the only other process.
const watchEvery = 200 * time.Millisecond

// Watch implements store.Engine: data_version, asked on the writer's connection, changes only when another process commits.
func (Engine) Watch(ctx context.Context, write *sql.DB, ready func(), changed func(key string)) error {
	var seen int64
	if err := write.QueryRowContext(ctx, "PRAGMA data_version").Scan(&seen); err != nil {
		return err
	}
	ready()
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		var version int64
		if err := write.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
			return err
		}
		if version != seen {
			seen = version
			changed("")
		}
	}
}

var schemaWords = strings.NewReplacer(
	" INT ", " INTEGER ", " INT,", " INTEGER,", " BYTES ", " BLOB ", " BYTES,", " BLOB,", " STR ", " TEXT ", " STR,", " TEXT,",
	") TABLE;", ") STRICT, WITHOUT ROWID;", ") HEAP;", ") STRICT;")

// Schema implements store.Engine.
func (Engine) Schema(text string) string { return schemaWords.Replace(text) }

// Dialect implements store.Engine.
func (Engine) Dialect() goose.Dialect { return goose.DialectSQLite3 }

// Locker implements store.Engine: the single writer is lock enough.
func (Engine) Locker() (goose.ProviderOption, error) { return nil, nil }
