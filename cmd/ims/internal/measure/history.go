package measure

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"ims/internal/history"
	"ims/internal/store"
)

// History builds a store with many transactions of some days, indexes them, and asks for the first page of every combination
// of filters within the last 90 days, and in all of them, with values that are common and values that are rare.
func History(ctx context.Context, o Options) (results []Result, err error) {
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
	past, results, err := newPast(ctx, db, o)
	if err != nil {
		return nil, err
	}
	more, err := askAll(ctx, past, o.Log)
	return append(results, more...), err
}

// askAll asks within the dates that a list begins with, and without dates.
func askAll(ctx context.Context, p *past, log func(string, ...any)) (results []Result, err error) {
	name := p.db.EngineName() + " history "
	for _, span := range []struct {
		name         string
		days, rounds int
	}{{"90 days", 90, 8}, {"all dates", 0, 4}} {
		log("asking, %s", span.name)
		q := &questions{past: p, random: rand.New(rand.NewPCG(3, 4)), days: span.days, rounds: span.rounds}
		if p.records < fewRecords {
			q.rounds = 1
		}
		asked, err := q.ask(ctx, history.New(p.db))
		if err != nil {
			return nil, err
		}
		asked.tell(log)
		results = append(results, asked.results(name+span.name+", first page ")...)
	}
	return append(results, Result{Name: name + "peak memory", Value: peakMiB(), Unit: "MiB"}), nil
}

// newPast builds the store and says how fast.
func newPast(ctx context.Context, db *store.DB, o Options) (*past, []Result, error) {
	o.Log("opening %d balances", o.Balances)
	e, err := newEstate(ctx, db, o.Balances)
	if err != nil {
		return nil, nil, err
	}
	p := &past{estate: e, random: rand.New(rand.NewPCG(1, 2)), end: time.Now().UTC(), days: o.Days, records: o.Records}
	o.Log("writing %d transactions", o.Records)
	writing, err := timed(func() error { return p.write(ctx, o.Log) })
	if err != nil {
		return nil, nil, err
	}
	o.Log("indexing them")
	indexing, err := timed(func() error { return indexAll(ctx, history.New(db)) })
	if err != nil {
		return nil, nil, err
	}
	name, rate := db.EngineName()+" history ", float64(o.Records)
	return p, []Result{{Name: name + "write", Value: rate / writing.Seconds(), Unit: "transactions/s"},
		{Name: name + "index", Value: rate / indexing.Seconds(), Unit: "transactions/s"}}, nil
}

// fewRecords tell nothing about speed, so under that everything is asked once.
const fewRecords = 100_000

func indexAll(ctx context.Context, s *history.Service) error {
	for {
		if worked, err := s.IndexDue(ctx, "benchmark"); err != nil || !worked {
			return err
		}
	}
}
