package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/notify"
	"ims/internal/store"
	"ims/internal/transfers"
)

// rooms are the services on an open store: everything a command or a door works with.
type rooms struct {
	db        *store.DB
	clock     func() time.Time
	customers *customers.Service
	access    *access.Service
	gate      *access.Gate
	accounts  *accounts.Service
	files     *files.Service
	history   *history.Service
	notify    *notify.Service
	reports   *history.Reports
	transfers *transfers.Service
	address   storeAddress
}

// open opens the store that --store names, with its sealing key and a schema that this program knows.
func (p *program) open() (*rooms, error) {
	address, err := p.address()
	if err != nil {
		return nil, err
	}
	if address.file != "" {
		if _, err := os.Stat(address.file); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no store %s: run ims migrate first", address.file)
		}
	}
	key, err := store.ReadSealKey(p.keyFile(address))
	if err != nil {
		return nil, fmt.Errorf("%w (ims migrate makes the key of a new store)", err)
	}
	db, err := store.Open(p.ctx, address.engine, key)
	if err != nil {
		return nil, err
	}
	err = db.CheckSchema(p.ctx)
	if err == nil {
		err = p.checkKey(db)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p.furnish(db, address, Config{}), nil
}

// furnish makes the services on a store.
func (p *program) furnish(db *store.DB, address storeAddress, c Config) *rooms {
	people := access.New(db, p.now)
	institutions := customers.New(db, p.now).WithSecondPerson(people)
	return &rooms{
		db:        db,
		clock:     p.now,
		address:   address,
		access:    people,
		gate:      newGate(p, db, people, c.Letters),
		customers: institutions,
		accounts:  accounts.New(db, p.now),
		files:     files.New(files.Config{DB: db, Now: p.now, Approve: people.Require, Lease: c.Lease, Chunk: c.Chunk}),
		history:   history.New(db),
		notify:    notify.New(notify.Config{DB: db, Now: p.now, Approve: people.Require, Certificate: institutions.NotifyCertificate, Private: c.NotifyPrivate, Lease: c.Lease}),
		reports:   history.NewReports(history.ReportsConfig{DB: db, Now: p.now, Lease: c.Lease, Keep: time.Duration(c.ReportsKept) * 24 * time.Hour}),
		transfers: transfers.New(db, people, transfers.WithClock(p.now), transfers.WithLease(c.Lease), transfers.WithPayeeChecker(transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)}))),
	}
}

// newGate makes the gate of operators. What is wrong with the mail server's settings was refused when they were read; should
// its password have gone since, links are shown.
func newGate(p *program, db *store.DB, people *access.Service, l Letters) *access.Gate {
	send, err := l.letters()
	if err != nil {
		fmt.Fprintf(p.stderr, "ims: no letters are sent: %v\n", err)
	}
	return access.NewGate(access.GateConfig{DB: db, Now: p.now, Access: people, Mail: send})
}

// close waits for letters under way, which note what became of them, and closes the store.
func (r *rooms) close() error {
	r.gate.Close()
	return r.db.Close()
}

// with opens the store for one command and closes it behind it.
func (p *program) with(do func(*rooms) error) error {
	r, err := p.open()
	if err != nil {
		return err
	}
	return errors.Join(do(r), r.close())
}

// reading runs a command that changes nothing, for the customer and as the operator that the flags name.
func (p *program) reading(do func(*rooms, bank.Actor) error) error {
	return p.with(func(r *rooms) error {
		c, err := p.customer(r)
		if err != nil {
			return err
		}
		actor, err := p.actor(r, c)
		if err != nil {
			return err
		}
		return do(r, actor)
	})
}

// changing runs a command that changes something: of an active customer only in the name of an operator.
func (p *program) changing(do func(*rooms, bank.Actor) error) error {
	return p.with(func(r *rooms) error {
		c, err := p.customer(r)
		if err != nil {
			return err
		}
		if p.As == "" && c.Status == bank.CustomerActive {
			return sayWho(c)
		}
		actor, err := p.actor(r, c)
		if err != nil {
			return err
		}
		return do(r, actor)
	})
}

func sayWho(c bank.Customer) error {
	return bank.ErrForbidden.With("customer %d is ACTIVE: say who acts with --as EMAIL", c.ID)
}

// staffing is changing for commands that bring ADMINs. Where one is left, who may approve but not what they asked for
// themselves, whoever holds the store asks.
func (p *program) staffing(do func(*rooms, bank.Actor) error) error {
	return p.with(func(r *rooms) error {
		c, err := p.customer(r)
		if err != nil {
			return err
		}
		actor, err := p.actor(r, c)
		if err != nil {
			return err
		}
		if p.As == "" && c.Status == bank.CustomerActive {
			lacks, err := r.access.LacksAdmins(p.ctx, c.ID)
			if err != nil {
				return err
			}
			if !lacks {
				return sayWho(c)
			}
		}
		return do(r, actor)
	})
}

// customer is the one that --customer names, or the only one.
func (p *program) customer(r *rooms) (bank.Customer, error) {
	if p.Customer != 0 {
		return r.customers.Get(p.ctx, p.Customer)
	}
	list, err := r.customers.List(p.ctx)
	switch {
	case err != nil:
		return bank.Customer{}, err
	case len(list) == 0:
		return bank.Customer{}, errors.New("there is no customer yet: ims customer create")
	case len(list) > 1:
		return bank.Customer{}, usage("there are %d customers: choose one with --customer N", len(list))
	}
	return list[0], nil
}

// commandLine is the name of the actor when no operator is named.
const commandLine = "command line"

// actor is the operator of --as, or whoever holds the store.
func (p *program) actor(r *rooms, c bank.Customer) (bank.Actor, error) {
	if p.As == "" {
		return bank.System(c.ID, commandLine), nil
	}
	actor, err := r.access.Operator(p.ctx, c.ID, p.As)
	actor.Origin = commandLine
	return actor, err
}
