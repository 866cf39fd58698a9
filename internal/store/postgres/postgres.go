package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"ims/internal/bank"
	"ims/internal/store"
)

// Engine opens one database; URL is a connection string (postgres://...).
type Engine struct {
	URL string
	// MaxConnections of this process; 0 means 16.
	MaxConnections int
}

// Name implements store.Engine.
func (Engine) Name() string { return "postgres" }

// Open implements store.Engine. An explicit synchronous_commit keeps a server's lax default from acknowledging what is not
// durable.
func (e Engine) Open(ctx context.Context) (write, read *sql.DB, err error) {
	config, err := pgx.ParseConfig(e.URL)
	if err != nil {
		return nil, nil, fmt.Errorf("connection string: %w", err)
	}
	if config.RuntimeParams["synchronous_commit"] == "" {
		config.RuntimeParams["synchronous_commit"] = "on"
	}
	config.RuntimeParams["application_name"] = "ims"
	db := stdlib.OpenDB(*config)
	connections := e.MaxConnections
	if connections == 0 {
		connections = 16
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, db, nil
}

// ReadOptions implements store.Engine.
func (Engine) ReadOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// LockRows implements store.Engine.
func (Engine) LockRows() string { return " FOR UPDATE" }

// In implements store.Engine with an array argument.
func (Engine) In(column string, n int, list store.List) (string, any) {
	var argument any = list.Ints
	switch {
	case list.Texts != nil:
		argument = list.Texts
	case list.IDs != nil:
		argument = list.IDs
	case list.Ints == nil:
		argument = []int64{}
	}
	return fmt.Sprintf("%s = ANY($%d)", column, n), argument
}

// BulkInsert implements store.Engine with COPY.
func (Engine) BulkInsert(ctx context.Context, conn *sql.Conn, table string, columns []string, rows store.RowSource) error {
	return conn.Raw(func(dc any) error {
		source := &copySource{next: rows, row: make([]any, len(columns))}
		_, err := dc.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, source)
		return err
	})
}

// copySource hands one reused row to COPY.
type copySource struct {
	next store.RowSource
	row  []any
}

// Next implements pgx.CopyFromSource.
func (s *copySource) Next() bool { return s.next(s.row) }

// Values implements pgx.CopyFromSource.
func (s *copySource) Values() ([]any, error) { return s.row, nil }

// Err implements pgx.CopyFromSource.
func (s *copySource) Err() error { return nil }

// batchRows bounds the statements of one pipeline, and so its memory.
const batchRows = 1000

// ExecMany implements store.Engine: the statements travel in pipelines, not one round trip each.
func (Engine) ExecMany(ctx context.Context, conn *sql.Conn, query string, columns int, rows store.RowSource) (changed int64, err error) {
	err = conn.Raw(func(dc any) error {
		for more := true; more; {
			batch := &pgx.Batch{}
			for batch.Len() < batchRows {
				row := make([]any, columns)
				if more = rows(row); !more {
					break
				}
				batch.Queue(query, row...)
			}
			n, err := send(ctx, dc.(*stdlib.Conn).Conn(), batch)
			if changed += n; err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}

func send(ctx context.Context, conn *pgx.Conn, batch *pgx.Batch) (changed int64, err error) {
	if batch.Len() == 0 {
		return 0, nil
	}
	results := conn.SendBatch(ctx, batch)
	for range batch.Len() {
		tag, err := results.Exec()
		if err != nil {
			return changed, errors.Join(err, results.Close())
		}
		changed += tag.RowsAffected()
	}
	return changed, results.Close()
}

// Classify implements store.Engine.
func (Engine) Classify(err error) store.ErrorClass {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "40001", e.Code == "40P01", e.Code == "55P03":
			return store.ErrorRetry
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "53"):
			return store.ErrorUnavailable
		}
		return store.ErrorOther
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return store.ErrorUnavailable
	}
	if _, ok := errors.AsType[net.Error](err); ok && !errors.Is(err, context.DeadlineExceeded) {
		return store.ErrorUnavailable
	}
	return store.ErrorOther
}

// Now implements store.Engine.
func (Engine) Now(ctx context.Context, tx *sql.Tx) (time.Time, error) {
	var us int64
	err := tx.QueryRowContext(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&us)
	return time.UnixMicro(us).UTC(), err
}

// oldestVersion is PostgreSQL 15.
const oldestVersion = 150_000

// Condition implements store.Engine.
func (Engine) Condition(ctx context.Context, write *sql.DB) (c store.Condition, err error) {
	var number, us int64
	var commit, fsync string
	err = write.QueryRowContext(ctx, `SELECT 'PostgreSQL ' || current_setting('server_version'), current_setting('server_version_num')::bigint,
		pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean, current_setting('synchronous_commit'), current_setting('fsync'),
		(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&c.Version, &number, &c.ReadOnly, &commit, &fsync, &us)
	c.Supported, c.Durable = number >= oldestVersion, commit != "off" && fsync == "on"
	c.Settings, c.Clock = "synchronous_commit="+commit+" fsync="+fsync, time.UnixMicro(us).UTC()
	return c, err
}

// channel carries the keys of stale cache entries. The schema is part of the payload, not of the name: one database may
// hold several stores.
const channel = "ims_stale"

// Publish implements store.Engine with NOTIFY, which PostgreSQL sends when the transaction commits.
func (Engine) Publish(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, "SELECT pg_notify($1, current_schema() || ' ' || $2)", channel, key)
	return err
}

// Announce publishes a key at once. It writes nothing, so no disk is waited for.
func (e Engine) Announce(ctx context.Context, write *sql.DB, key string) error {
	_, err := write.ExecContext(ctx, "SELECT pg_notify($1, current_schema() || ' ' || $2)", channel, key)
	return err
}

// aliveEvery is how long the connection of Watch may be silent before it is asked whether it is there, and how long it may
// take to say so: a server or a network that vanished sends nothing, not even an end.
const aliveEvery = 2 * time.Second

// Watch implements store.Engine with LISTEN on a connection of its own.
func (e Engine) Watch(ctx context.Context, _ *sql.DB, ready func(), changed func(key string)) error {
	conn, err := pgx.Connect(ctx, e.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var schema string
	if err := conn.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	ready()
	for {
		n, err := notification(ctx, conn)
		if err != nil {
			return err
		}
		if n == nil {
			continue
		}
		if key, ours := strings.CutPrefix(n.Payload, schema+" "); ours {
			changed(key)
		}
	}
}

// notification waits for the next one; nil if there was none, but the connection is alive.
func notification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	waiting, stop := context.WithTimeout(ctx, aliveEvery)
	defer stop()
	n, err := conn.WaitForNotification(waiting)
	if err == nil || ctx.Err() != nil || waiting.Err() == nil {
		return n, err
	}
	asking, stop := context.WithTimeout(ctx, aliveEvery)
	defer stop()
	return nil, conn.Ping(asking)
}

// Backup implements store.Engine: PostgreSQL has backups of its own.
func (Engine) Backup(context.Context, string) error {
	return bank.ErrConflict.With("PostgreSQL is backed up by its own tools (pg_basebackup with WAL archiving, or pg_dump); bring it back with them, then run ims restore --in-place")
}

var schemaWords = strings.NewReplacer(
	" INT ", " bigint ", " INT,", " bigint,", " BYTES ", " bytea ", " BYTES,", " bytea,",
	" STR ", ` text COLLATE "C" `, " STR,", ` text COLLATE "C",`, ") TABLE;", ");", ") HEAP;", ");")

// Schema implements store.Engine.
func (Engine) Schema(text string) string { return schemaWords.Replace(text) }

// Dialect implements store.Engine.
func (Engine) Dialect() goose.Dialect { return goose.DialectPostgres }

// Locker implements store.Engine: replicas that start together migrate one after the other.
func (Engine) Locker() (goose.ProviderOption, error) {
	return goose.WithSessionLocker(migrationLock{}), nil
}
