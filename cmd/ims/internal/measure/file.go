package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/store"
)

// File receives, validates and executes one file and sets the speed of execution, and of all three together, against a bare
// loop that inserts the same rows with the same indexes in the same chunks, each committed durably.
func File(ctx context.Context, o Options) (results []Result, err error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	ours, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	run, err := w.runFile(ctx, ours)
	if err != nil {
		return nil, err
	}
	o.Log("inserting the same rows in a bare loop")
	bare, err := w.bareLoop(ctx, ours, run)
	if err != nil {
		return nil, fmt.Errorf("bare loop: %w", err)
	}
	n, engine := float64(o.Records), ours.Name()
	rate := func(d time.Duration) float64 { return n / d.Seconds() }
	all := run.receive + run.validate + run.execute
	return []Result{
		{Name: engine + " file receive", Value: rate(run.receive), Unit: "records/s"},
		{Name: engine + " file validate", Value: rate(run.validate), Unit: "records/s"},
		{Name: engine + " file execute", Value: rate(run.execute), Unit: "records/s",
			Against: fmt.Sprintf("bare inserts of the ledger's rows, %.0f records/s", rate(bare.execute)), Ratio: bare.execute.Seconds() / run.execute.Seconds()},
		{Name: engine + " file end to end", Value: rate(all), Unit: "records/s",
			Against: fmt.Sprintf("bare inserts of all rows, %.0f records/s", rate(bare.all)), Ratio: bare.all.Seconds() / all.Seconds()},
		{Name: engine + " file peak memory", Value: run.peak, Unit: "MiB"},
	}, nil
}

// fileRun is what the real thing took.
type fileRun struct {
	receive, validate, execute time.Duration
	customer                   bank.CustomerID
	file                       bank.TransactionFile
	peak                       float64 // MiB, before the proof and the floor
}

func (w *workspace) runFile(ctx context.Context, engine store.Engine) (run fileRun, err error) {
	o := w.options
	db, err := open(ctx, engine)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o.Log("opening %d balances", o.Balances)
	e, err := newEstate(ctx, db, o.Balances)
	if err != nil {
		return run, err
	}
	o.Log("writing a file of %d records", o.Records)
	path, err := e.writeFile(o.Records)
	if err != nil {
		return run, err
	}
	defer os.Remove(path)
	run.customer = e.customer
	service := files.New(files.Config{DB: db, Now: time.Now})
	if err := run.stages(ctx, service, e, path, o); err != nil {
		return run, err
	}
	run.peak = peakMiB()
	o.Log("proving the ledger")
	proof, err := ledger.Verify(ctx, db)
	if err == nil && !proof.OK {
		err = fmt.Errorf("the ledger is not proven: %+v", proof.Checks)
	}
	return run, err
}

// stages receives, validates and executes, each timed.
func (r *fileRun) stages(ctx context.Context, s *files.Service, e *estate, path string, o Options) (err error) {
	actor := system(e.customer)
	body, err := os.Open(path)
	if err != nil {
		return err
	}
	defer body.Close()
	o.Log("receiving, validating and executing it")
	if r.receive, err = timed(func() error {
		r.file, err = s.Receive(ctx, actor, files.Upload{Name: "benchmark.pli", MasterAccount: e.master.ID, Body: body})
		return err
	}); err != nil {
		return err
	}
	if r.validate, err = timed(func() error { return s.RunFile(ctx, "benchmark", e.customer, r.file.ID) }); err != nil {
		return err
	}
	if r.execute, err = timed(func() error {
		if _, _, err := s.Execute(ctx, actor, r.file.ID); err != nil {
			return err
		}
		return s.RunFile(ctx, "benchmark", e.customer, r.file.ID)
	}); err != nil {
		return err
	}
	r.file, err = s.File(ctx, actor, r.file.ID)
	if err == nil && r.file.Status != bank.FileExecuted {
		err = fmt.Errorf("the file is %s", r.file.Status)
	}
	return err
}

func timed(fn func() error) (time.Duration, error) {
	start := time.Now()
	err := fn()
	return time.Since(start), err
}
