package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"ims/internal/bank"
	"ims/internal/store"
)

type migrateCommand struct {
	Sandbox bool `help:"Make the new store a sandbox, for ever: its money is invented, and simulators work. A store that is there must be one already."`
}

// Run brings the schema up to date and makes the sealing key where there is none. Replicas that start together wait for
// each other.
func (c *migrateCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	db, err := p.migrated(address, c.Sandbox)
	if err != nil {
		return err
	}
	if err := p.tellStamp(db); err != nil {
		return errors.Join(err, db.Close())
	}
	fmt.Fprintf(p.stdout, "%s is at schema %d; secrets are sealed under %s: keep a copy of that file apart from backups of the store\n",
		withoutPassword(p.Store), store.SchemaVersion, p.keyFile(address))
	return db.Close()
}

func (p *program) tellStamp(db *store.DB) error {
	return db.Read(p.ctx, func(tx *store.Tx) error {
		is, err := tx.Sandbox()
		if is {
			fmt.Fprintln(p.stdout, "This store is a sandbox: its money is invented.")
		}
		return err
	})
}

// migrated opens the store, however old or empty, and brings it up to date. A new one becomes a sandbox or a production
// store, for ever; sandbox refuses one that is there and is none.
func (p *program) migrated(address storeAddress, sandbox bool) (*store.DB, error) {
	path := p.keyFile(address)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && p.inUse(address) {
		return nil, fmt.Errorf("the store has secrets, but its sealing key %s is missing: a new key could not open them", path)
	}
	key, err := store.ReadOrMakeSealKey(path)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(p.ctx, address.engine, key)
	if err != nil {
		return nil, err
	}
	if err := p.bring(db, sandbox); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (p *program) bring(db *store.DB, sandbox bool) error {
	if err := db.Migrate(p.ctx); err != nil {
		return err
	}
	if err := db.Write(p.ctx, func(tx *store.Tx) error { return stamp(tx, sandbox) }); err != nil {
		return err
	}
	return p.checkKey(db)
}

// stamp says what a new store is, in the transaction that makes it somebody's. One that was there before is what it was: a
// production store unless it was stamped as a sandbox. Asking for nothing fits both.
func stamp(tx *store.Tx, sandbox bool) error {
	fresh, err := tx.SetSecret(keyCheck, []byte(keyCheck))
	if err != nil {
		return err
	}
	if !fresh {
		is, err := tx.Sandbox()
		if err != nil || is {
			return err
		}
		if err := tx.Stamp(false); err != nil {
			return err
		}
	}
	return tx.Stamp(sandbox)
}

// inUse tells whether the store has been migrated before. A store that cannot be asked is not: migrating it will say why.
func (p *program) inUse(address storeAddress) bool {
	if address.file != "" {
		if _, err := os.Stat(address.file); err != nil {
			return false // asking would make one
		}
	}
	db, err := store.Open(p.ctx, address.engine, store.NewSealKey())
	if err != nil {
		return false
	}
	defer db.Close()
	return db.Read(p.ctx, func(tx *store.Tx) error { _, err := tx.Customers(); return err }) == nil
}

// keyCheck is a secret that says nothing: it only opens with the right key.
const keyCheck = "key-check"

// checkKey refuses the key of another store before anything is sealed with it.
func (p *program) checkKey(db *store.DB) error {
	err := db.Read(p.ctx, func(tx *store.Tx) error { _, err := tx.Secret(keyCheck); return err })
	if errors.Is(err, bank.ErrNotFound) {
		return nil // made by a program that did not leave one
	}
	return err
}
