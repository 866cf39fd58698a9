package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// migrationLock makes replicas that start together migrate one after the other: an advisory lock of their schema, held by
// one connection. It asks and asks again, because a session that waits inside the database would stop an index that another
// one builds concurrently.
type migrationLock struct{}

const (
	lockClass = 0x696d73 // "ims"
	lockPause = 50 * time.Millisecond
)

// SessionLock implements lock.SessionLocker of the migration library. It waits until the context ends.
func (migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	for {
		var locked bool
		err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, hashtext(COALESCE(current_schema(), '')))", lockClass).Scan(&locked)
		if err != nil {
			return fmt.Errorf("lock for migration: %w", err)
		}
		if locked {
			return nil
		}
		if err := wait(ctx, lockPause); err != nil {
			return fmt.Errorf("another process migrates: %w", err)
		}
	}
}

// SessionUnlock implements lock.SessionLocker.
func (migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1, hashtext(COALESCE(current_schema(), '')))", lockClass)
	return err
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
