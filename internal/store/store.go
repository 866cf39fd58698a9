package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ims/internal/bank"
)

// DB is an open store. It is safe for concurrent use.
type DB struct {
	engine Engine
	key    SealKey
	write  *sql.DB
	read   *sql.DB
	wakes  *wakes
}

// Open opens the store; key seals its secrets. It does not migrate; see Migrate and CheckSchema.
func Open(ctx context.Context, engine Engine, key SealKey) (*DB, error) {
	write, read, err := engine.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s store: %w", engine.Name(), err)
	}
	return &DB{engine: engine, key: key, write: write, read: read, wakes: newWakes(engine, write)}, nil
}

// Close closes the pools.
func (db *DB) Close() error {
	db.wakes.close()
	if db.read == db.write {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// EngineName is "sqlite" or "postgres".
func (db *DB) EngineName() string { return db.engine.Name() }

// Pools tells how the pools are used: for writing and for reading, which may be the same.
func (db *DB) Pools() (write, read sql.DBStats) { return db.write.Stats(), db.read.Stats() }

// Ping tells whether the store answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Tx is one database transaction. Its methods are grouped by noun, one file each. It is not safe for concurrent use and
// not to be kept: it carries the context it was begun with.
type Tx struct {
	ctx    context.Context
	engine Engine
	key    SealKey
	conn   *sql.Conn
	sql    *sql.Tx
	leaves Work                          // what it leaves to do
	trace  func(text string, args []any) // sees what is read, in tests of query plans
}

const writeAttempts = 8

// Write runs fn in a transaction that is durable when Write returns nil. The closure may run more than once, so it must
// have no effects outside; READ COMMITTED, so rows that are read to be changed must be locked.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	ctx, end := Span(ctx, "store.write")
	err := db.writeOrRetry(ctx, fn)
	end(err)
	return err
}

func (db *DB) writeOrRetry(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.once(ctx, db.write, nil, fn)
		if err == nil || attempt == writeAttempts || db.engine.Classify(err) != ErrorRetry {
			return db.translate(err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// Read runs fn in a transaction that sees one snapshot and cannot write.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return db.translate(db.once(ctx, db.read, db.engine.ReadOptions(), fn))
}

func (db *DB) once(ctx context.Context, pool *sql.DB, options *sql.TxOptions, fn func(*Tx) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer stx.Rollback() // does nothing after Commit
	tx := &Tx{ctx: ctx, engine: db.engine, key: db.key, conn: conn, sql: stx}
	if err := fn(tx); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return err
	}
	db.wakes.committed(tx.leaves)
	return nil
}

// translate tells callers that the database cannot be reached; all other errors stay what they are.
func (db *DB) translate(err error) error {
	if err != nil && db.engine.Classify(err) == ErrorUnavailable {
		return bank.ErrUnavailable.With("the store cannot be reached").Because(err)
	}
	return err
}

// pause waits a random moment that grows with the attempts, so that rivals do not meet again.
func pause(ctx context.Context, attempt int) error {
	timer := time.NewTimer(time.Duration(1+rand.IntN(4<<attempt)) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Now is the time all replicas agree on.
func (tx *Tx) Now() (time.Time, error) { return tx.engine.Now(tx.ctx, tx.sql) }

// exec runs a statement and returns the number of changed rows.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	result, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// execOne runs a statement that must change exactly one row; otherwise the row is not there.
func (tx *Tx) execOne(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n != 1 {
		return bank.ErrNotFound
	}
	return err
}

// insertNew runs an INSERT ... ON CONFLICT DO NOTHING and tells whether the row is new.
func (tx *Tx) insertNew(query string, args ...any) (bool, error) {
	n, err := tx.exec(query+" ON CONFLICT DO NOTHING", args...)
	return n == 1, err
}

func (tx *Tx) bulk(table string, columns []string, rows RowSource) error {
	return tx.engine.BulkInsert(tx.ctx, tx.conn, table, columns, rows)
}

// scanner is a row of a result.
type scanner interface{ Scan(dest ...any) error }

// query collects all rows.
func query[T any](tx *Tx, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	var all []T
	err := each(tx, scan, func(v T) error { all = append(all, v); return nil }, text, args...)
	return all, err
}

// each hands every row to fn and stops at its first error.
func each[T any](tx *Tx, scan func(scanner) (T, error), fn func(T) error, text string, args ...any) error {
	if tx.trace != nil {
		tx.trace(text, args)
	}
	rows, err := tx.sql.QueryContext(tx.ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// queryOne returns the only row, or bank.ErrNotFound.
func queryOne[T any](tx *Tx, scan func(scanner) (T, error), text string, args ...any) (T, error) {
	if tx.trace != nil {
		tx.trace(text, args)
	}
	v, err := scan(tx.sql.QueryRowContext(tx.ctx, text, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, bank.ErrNotFound
	}
	return v, err
}

// number reads one integer column; NULL is 0.
func number(row scanner) (int64, error) {
	var n sql.NullInt64
	err := row.Scan(&n)
	return n.Int64, err
}

// in returns a condition over a list as argument $n.
func (tx *Tx) in(column string, n int, list List) (string, any) {
	return tx.engine.In(column, n, list)
}

// textList is a list of texts; a nil one is an empty one of texts, not of integers.
func textList(texts []string) List {
	if texts == nil {
		texts = []string{}
	}
	return List{Texts: texts}
}

// micros is how instants are stored: UTC microseconds.
func micros(t time.Time) int64 { return t.UnixMicro() }

// nullMicros stores the zero time as NULL.
func nullMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// instant reads a stored instant; NULL is the zero time.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i.t = time.Time{}
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("instant: cannot scan %T", src)
	}
	return nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
