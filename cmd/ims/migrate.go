package main

import (
	"errors"
	"fmt"

	"ims/internal/store"
)

type migrateCommand struct{}

// Run brings the schema up to date and makes the sealing key where there is none. Replicas that start together wait for
// each other.
func (c *migrateCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	db, err := p.migrated(address)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s is at schema %d; secrets are sealed under %s: keep a copy of that file apart from backups of the store\n",
		withoutPassword(p.Store), store.SchemaVersion, p.keyFile(address))
	return db.Close()
}

// migrated opens the store, however old or empty, and brings it up to date.
func (p *program) migrated(address storeAddress) (*store.DB, error) {
	key, err := store.ReadOrMakeSealKey(p.keyFile(address))
	if err != nil {
		return nil, err
	}
	db, err := store.Open(p.ctx, address.engine, key)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(p.ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
