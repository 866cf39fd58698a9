package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ims/internal/bank"
)

// Backup copies an embedded store as it is at one instant into a new file, while others read and write. The file appears
// whole and durable, or not at all, is readable by its owner only, and never takes the place of another one. The sealing key
// is not in it. check is asked whether the copy is good before it gets its name.
func (db *DB) Backup(ctx context.Context, path string, check func(ctx context.Context, path string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".backup-*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(draft.Name())
	if err := db.engine.Backup(ctx, draft.Name()); err != nil {
		return fmt.Errorf("backup: %w", errors.Join(err, draft.Close()))
	}
	if err := errors.Join(draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := check(ctx, draft.Name()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = os.Link(draft.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return bank.ErrAlreadyExists.With("%s is there already; a backup never overwrites one", path)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return SyncFolder(filepath.Dir(path))
}

// Restored makes all customers of a store that came back from a backup safe to go on (see RestoreCustomer), all or none. It
// returns the last instant that the backup knows.
func (db *DB) Restored(ctx context.Context, actor string, now time.Time) (last time.Time, pauses []Pause, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		last, pauses = time.Time{}, nil
		list, err := tx.Customers()
		if err != nil {
			return err
		}
		if err := tx.RestoreInstallation(); err != nil {
			return err
		}
		for _, c := range list {
			head, err := tx.ReadHead(c.ID)
			if err != nil {
				return err
			}
			if head.LastAt.After(last) {
				last = head.LastAt
			}
			pause, err := tx.RestoreCustomer(c.ID, actor, now)
			if err != nil {
				return fmt.Errorf("customer %d: %w", c.ID, err)
			}
			pauses = append(pauses, pause)
		}
		return nil
	})
	if err != nil {
		return last, nil, fmt.Errorf("after the restore: %w", err)
	}
	return last, pauses, nil
}
