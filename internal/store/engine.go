package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/pressly/goose/v3"
)

// Engine is what differs between databases. Everything else is one SQL text.
type Engine interface {
	// Name is "sqlite" or "postgres".
	Name() string
	// Open returns a pool for writing and one for reading; they may be the same.
	Open(ctx context.Context) (write, read *sql.DB, err error)
	// ReadOptions begin a transaction that sees one snapshot and writes nothing.
	ReadOptions() *sql.TxOptions
	// LockRows is appended to a SELECT whose rows are to be locked until the end of the transaction.
	LockRows() string
	// In returns the condition "column is one of list" with its one argument, given as $n.
	In(column string, n int, list List) (condition string, argument any)
	// BulkInsert writes rows of one table inside the transaction that is open on conn.
	BulkInsert(ctx context.Context, conn *sql.Conn, table string, columns []string, rows RowSource) error
	// ExecMany runs one statement for each row inside the transaction that is open on conn. It returns the number of rows
	// that the statement changed in all.
	ExecMany(ctx context.Context, conn *sql.Conn, query string, columns int, rows RowSource) (int64, error)
	// Classify says what a driver's error means.
	Classify(err error) ErrorClass
	// Now is the time all replicas agree on: the database's, or this machine's where the store is embedded.
	Now(ctx context.Context, tx *sql.Tx) (time.Time, error)
	// Publish and Watch carry the keys of stale cache entries between processes; see DB.Watch.
	Publish(ctx context.Context, tx *sql.Tx, key string) error
	Watch(ctx context.Context, write *sql.DB, ready func(), changed func(key string)) error
	// Condition asks the database what DB.Condition tells.
	Condition(ctx context.Context, write *sql.DB) (Condition, error)
	// Backup copies the store as it is at one instant, while others write, into an empty file of one embedded database.
	Backup(ctx context.Context, path string) error
	// Schema turns the shared words of the schema into the engine's own.
	Schema(text string) string
	// Dialect, Locker tell the migration library how to talk to the engine and how replicas wait for each other.
	Dialect() goose.Dialect
	Locker() (goose.ProviderOption, error)
}

// List is a list of keys for Engine.In; exactly one field is used.
type List struct {
	Ints  []int64
	Texts []string
	IDs   [][]byte
}

// RowSource fills the next row and tells whether there was one. Values are int64, string, []byte or nil. The slice is
// used again for the next row.
type RowSource func(row []any) bool

// ErrorClass is what a driver's error means to the store.
type ErrorClass int

// The classes of errors.
const (
	ErrorOther       ErrorClass = iota
	ErrorRetry                  // deadlock, serialisation failure, busy: the closure may simply run again
	ErrorUnavailable            // the database cannot be reached
)
