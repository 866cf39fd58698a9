package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ims/internal/store"
	"ims/internal/store/sqlite"
)

type restoreCommand struct {
	File    string `arg:"" optional:"" help:"A backup made by ims backup."`
	Replace bool   `help:"Put the store that is there aside, under a name with the time, instead of refusing."`
	InPlace bool   `help:"The store was brought back by other means (PostgreSQL's own tools, a snapshot of the disk): only make it safe to go on."`
}

// Validate wants one source; kong calls it.
func (c *restoreCommand) Validate() error {
	switch {
	case (c.File == "") != c.InPlace:
		return errors.New("say which backup to restore, or --in-place, and not both")
	case c.InPlace && c.Replace:
		return errors.New("--replace goes with a backup")
	}
	return nil
}

// Run brings a store back and makes it safe to go on: what was shown between the backup and its loss is not given again, and
// nothing is executed or told before somebody has looked.
func (c *restoreCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	if c.InPlace {
		return c.inPlace(p, address)
	}
	if address.file == "" {
		return errors.New("a backup of ims goes into an embedded store; PostgreSQL is brought back by its own tools, and then: ims restore --in-place")
	}
	if err := os.MkdirAll(filepath.Dir(address.file), 0o700); err != nil {
		return err
	}
	lock, err := address.lock()
	if err != nil {
		return fmt.Errorf("stop the service first: %w", err)
	}
	return errors.Join(c.fromFile(p, address), lock.release())
}

// inPlace is for a store that is where it belongs.
func (c *restoreCommand) inPlace(p *program, address storeAddress) error {
	lock, err := address.lock()
	if err != nil {
		return fmt.Errorf("stop the service first: %w", err)
	}
	db, err := p.migrated(address, false)
	if err != nil {
		return errors.Join(err, lock.release())
	}
	return errors.Join(p.makeSafe(db), db.Close(), lock.release())
}

// fromFile prepares a copy of the backup beside the store and gives it the store's name when it is ready.
func (c *restoreCommand) fromFile(p *program, address storeAddress) error {
	if _, err := os.Stat(address.file); err == nil && !c.Replace {
		return fmt.Errorf("there is a store %s: --replace puts it aside", address.file)
	}
	draft, err := copyBackup(p.ctx, c.File, filepath.Dir(address.file))
	if err != nil {
		return err
	}
	defer removeDatabase(draft)
	if err := p.prepare(draft, p.keyFile(address)); err != nil {
		return err
	}
	if err := p.putAside(address.file); err != nil {
		return err
	}
	if err := os.Rename(draft, address.file); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return store.SyncFolder(filepath.Dir(address.file))
}

// copyBackup copies a file, durably, and looks whether it is a whole database.
func copyBackup(ctx context.Context, backup, dir string) (draft string, err error) {
	from, err := os.Open(backup)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	defer from.Close()
	to, err := os.CreateTemp(dir, ".restore-*")
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err == nil {
		err = sqlite.CheckFile(ctx, to.Name())
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("restore %s: %w", backup, err), os.Remove(to.Name()))
	}
	return to.Name(), nil
}

// removeDatabase removes a database that did not become the store, with what SQLite put beside it.
func removeDatabase(path string) {
	for _, ending := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + ending) // mostly there is none
	}
}

// prepare brings a copy of a backup to this program's schema and makes it safe to go on.
func (p *program) prepare(path, keyFile string) error {
	key, err := store.ReadSealKey(keyFile)
	if err != nil {
		return fmt.Errorf("%w (a backup does not contain the sealing key: bring it back from where it was kept)", err)
	}
	db, err := store.Open(p.ctx, sqlite.Engine{Path: path}, key)
	if err != nil {
		return err
	}
	err = p.checkKey(db)
	if err == nil {
		err = db.Migrate(p.ctx)
	}
	if err == nil {
		err = p.makeSafe(db)
	}
	return errors.Join(err, db.Close())
}

// makeSafe moves the counters, ends the sessions, pauses the work, and says what is left to people.
func (p *program) makeSafe(db *store.DB) error {
	last, pauses, err := db.Restored(p.ctx, commandLine, p.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, `The last change in the store is of %s. What came behind it is lost.
Transaction ids go on %d further, IBANs as much (small base IBANs by a tenth); all sessions of end users are over.
No file is worked on and no notification sent for any customer (%d) before somebody has looked:
  ims verify                                  proves the ledger
  ims ca list, ims operator list, ims block list
                                              what was revoked, locked or blocked behind the backup is not any more
  ims file list                               files that came behind the backup must be uploaded again
  ims resume --customer N --as EMAIL          lets the work of a customer go on
`, last.UTC().Format(time.RFC3339), store.SafetyMargin, len(pauses))
	return nil
}

// putAside renames the store that is there, with what SQLite keeps beside it, so that it can still be looked at.
func (p *program) putAside(file string) error {
	aside := file + ".before-" + p.now().UTC().Format("20060102T150405Z")
	for _, ending := range []string{"", "-wal", "-shm"} {
		err := os.Rename(file+ending, aside+ending)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put the store aside: %w", err)
		}
		if err == nil && ending == "" {
			fmt.Fprintf(p.stdout, "The store that was there is %s now.\n", aside)
		}
	}
	return nil
}
