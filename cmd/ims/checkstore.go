package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// checkFiles looks at who may read the sealing key and the database.
func (c *checkup) checkFiles() {
	key := c.keyFile(c.address)
	c.private("key", key, "bring the key back from where you keep its copy, or, for a new store, run ims migrate")
	if _, err := store.ReadSealKey(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.fail("key", "bring the key back from where you keep its copy", "%v", err)
	}
	if c.address.file == "" {
		return
	}
	c.private("database file", c.address.file, "run ims migrate, or correct --store")
}

// private tells whether a file is there and nobody else may read it.
func (c *checkup) private(check, path, missing string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.fail(check, missing, "there is no file %s", path)
	case err != nil:
		c.fail(check, "let the service's user read it", "%v", err)
	case info.Mode().Perm()&0o077 != 0:
		c.warn(check, "chmod 600 "+path, "other users of this machine may read or change %s (%v)", path, info.Mode().Perm())
	default:
		c.ok(check, "%s, mode %v", path, info.Mode().Perm())
	}
}

// storeTime bounds how long a store may take to answer.
const storeTime = 10 * time.Second

// checkStore opens the store as ims serve does, but changes nothing.
func (c *checkup) checkStore() {
	key, err := store.ReadSealKey(c.keyFile(c.address))
	if err != nil {
		return // told already; the store cannot be opened without it
	}
	if _, err := os.Stat(c.address.file); c.address.file != "" && err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, storeTime)
	defer cancel()
	db, err := store.Open(ctx, c.address.engine, key)
	if err != nil {
		c.fail("store", "start the database, or correct --store", "%s cannot be reached: %v", withoutPassword(c.Store), err)
		return
	}
	c.ok("store", "%s answers", withoutPassword(c.Store))
	p := *c.program
	p.ctx = ctx
	c.checkDatabase(ctx, db)
	if c.checkSchema(ctx, db) {
		if err := p.checkKey(db); err != nil {
			c.fail("key", "name the key that this store was made with by --key", "it does not open the store's secrets")
		} else {
			c.ok("key", "it opens the store's secrets")
		}
		c.checkCertificates(ctx, p.furnish(db, c.address, c.Config))
	}
	if err := db.Close(); err != nil {
		c.warn("store", "", "%v", err)
	}
}

// The difference of clocks between this machine and the database that is worth a word, and that breaks dates of certificates and
// leases.
const (
	clockOff   = time.Second
	clockWrong = time.Minute
)

func (c *checkup) checkDatabase(ctx context.Context, db *store.DB) {
	has, err := db.Condition(ctx)
	if err != nil {
		c.fail("database", "see the database's log", "%v", err)
		return
	}
	if has.Supported {
		c.ok("database", "%s", has.Version)
	} else {
		c.fail("database", "upgrade it: PostgreSQL 15 or later", "%s is too old", has.Version)
	}
	if has.ReadOnly {
		c.fail("database", "name the primary in --store", "it is a standby or read-only: nothing can be written")
	}
	if has.Durable {
		c.ok("durability", "%s", has.Settings)
	} else {
		c.fail("durability", "take synchronous_commit out of --store, and set fsync=on on the server", "%s: what was acknowledged could be lost", has.Settings)
	}
	switch off := c.now().Sub(has.Clock).Abs(); {
	case off >= clockWrong:
		c.fail("clock", "let both machines take their time from NTP", "this machine and the database differ by %v", off.Round(time.Second))
	case off >= clockOff:
		c.warn("clock", "let both machines take their time from NTP", "this machine and the database differ by %v", off.Round(time.Millisecond))
	default:
		c.ok("clock", "as the database's")
	}
}

func (c *checkup) checkSchema(ctx context.Context, db *store.DB) bool {
	if err := db.CheckSchema(ctx); err != nil {
		c.fail("schema", "run ims migrate of this version, or the version that fits", "%v", err)
		return false
	}
	c.ok("schema", "fits this program, which knows %d", store.SchemaVersion)
	return true
}

// The time before its end in which a certificate is worth a word.
const (
	callerWarning    = 30 * 24 * time.Hour
	authorityWarning = 365 * 24 * time.Hour
)

// checkCertificates looks at the authority, without which the API does not open, and at the callers' certificates.
func (c *checkup) checkCertificates(ctx context.Context, r *rooms) {
	ca, err := r.customers.CACertificate(ctx)
	switch {
	case errors.Is(err, bank.ErrNotFound) && c.Target == "worker":
		c.ok("authority", "there is none yet, and a worker needs none")
	case errors.Is(err, bank.ErrNotFound):
		c.fail("authority", "ims ca init --out ca.pem", "there is no certificate authority yet")
	case err != nil:
		c.fail("authority", "", "%v", err)
	default:
		c.checkAuthority(ca)
	}
	list, err := r.customers.List(ctx)
	for _, customer := range list {
		if err == nil {
			err = c.checkCallers(ctx, r, customer.ID)
		}
	}
	if err != nil {
		c.fail("certificates", "", "%v", err)
	}
}

func (c *checkup) checkAuthority(ca *x509.Certificate) {
	end := ca.NotAfter.Format(time.DateOnly)
	switch left := ca.NotAfter.Sub(c.now()); {
	case left <= 0:
		c.fail("authority", "the store needs a new authority: ask for help, as every caller needs a new certificate", "it ended on %s", end)
	case left < authorityWarning:
		c.warn("authority", "plan a new one: all certificates end with it", "it ends on %s", end)
	default:
		c.ok("authority", "until %s", end)
	}
}

func (c *checkup) checkCallers(ctx context.Context, r *rooms, customer bank.CustomerID) error {
	list, err := r.customers.Certificates(ctx, customer)
	good := 0
	for _, cert := range list {
		if cert.Status != bank.CertificateActive {
			continue
		}
		name, end := fmt.Sprintf("%s of customer %d", cert.CN, customer), cert.NotAfter.Format(time.DateOnly)
		switch left := cert.NotAfter.Sub(c.now()); {
		case left <= 0:
			c.warn("certificates", "ask for a new request: ims ca sign", "%s ended on %s", name, end)
		case left < callerWarning:
			c.warn("certificates", "ask for a new request: ims ca sign", "%s ends on %s", name, end)
		default:
			good++
		}
	}
	if err == nil && good > 0 {
		c.ok("certificates", "customer %d has %d that are good for longer than 30 days", customer, good)
	}
	return err
}
