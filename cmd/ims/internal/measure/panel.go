package measure

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"ims/internal/history"
	"ims/internal/store"
)

// The bounds of a page of the panel, on a store of 1,000,000 end users and 10,000,000 transactions.
const (
	listTarget  = 30  // ms at the server
	paintTarget = 100 // kB that a browser loads before it has painted the page for the first time
)

// Panel builds a store with many end users and transactions, and asks for every page of the panel's navigation and every list,
// with each filter that the page offers, as a signed-in operator, through the whole handler in this process.
func Panel(ctx context.Context, o Options) (results []Result, err error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	engine, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, engine)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := newPopulation(ctx, db, engine, o)
	if err != nil {
		return nil, err
	}
	v, err := newVisitor(ctx, p)
	if err != nil {
		return nil, err
	}
	defer v.close()
	return v.visitAll(o)
}

// newPopulation builds the store.
func newPopulation(ctx context.Context, db *store.DB, engine store.Engine, o Options) (*past, error) {
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.Stamp(true) }); err != nil {
		return nil, err
	}
	e, err := newEstate(ctx, db, 1)
	if err != nil {
		return nil, err
	}
	o.Log("writing %d end users", o.Users)
	c := newCrowd(e, engine, o)
	if err := c.write(ctx, o.Log); err != nil {
		return nil, err
	}
	o.Log("writing %d transactions", o.Records)
	p := &past{estate: e, random: rand.New(rand.NewPCG(1, 2)), end: time.Now().UTC(), days: o.Days, records: o.Records}
	if err := p.write(ctx, o.Log); err != nil {
		return nil, err
	}
	if err := c.traces(ctx, o.Records); err != nil {
		return nil, err
	}
	o.Log("indexing them")
	if err := indexAll(ctx, history.New(db)); err != nil {
		return nil, err
	}
	return p, count(ctx, engine)
}

// count lets PostgreSQL know what is in its tables, as it does by itself in time; SQLite must do without.
func count(ctx context.Context, engine store.Engine) error {
	if engine.Name() == "sqlite" {
		return nil
	}
	raw, _, err := engine.Open(ctx)
	if err != nil {
		return err
	}
	_, err = raw.ExecContext(ctx, "ANALYZE")
	return errors.Join(err, raw.Close())
}
