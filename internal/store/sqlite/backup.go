package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// Backup implements store.Engine with VACUUM INTO: one snapshot, compact, without what was deleted. Writers go on meanwhile;
// the write-ahead log grows until it is done.
func (e Engine) Backup(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", e.dsn("deferred"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", path)
	return err
}

// CheckFile reads a whole database file that nobody has open, and says what is wrong with it.
func CheckFile(ctx context.Context, path string) (err error) {
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("%s is no whole SQLite database: %w", path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s is damaged: %s", path, verdict)
	}
	return nil
}
