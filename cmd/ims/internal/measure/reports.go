package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/sheet"
)

// Reports executes a file and writes the report of all its transactions, and the executed-file report, as CSV and as a
// workbook: lines a second, and the most memory in use meanwhile, which does not grow with the lines.
func Reports(ctx context.Context, o Options) (results []Result, err error) {
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
	e, err := newEstate(ctx, db, o.Balances)
	if err != nil {
		return nil, err
	}
	r := &reporting{estate: e, files: files.New(files.Config{DB: db, Now: time.Now}),
		reports: history.NewReports(history.ReportsConfig{DB: db, Now: time.Now})}
	if err := r.execute(ctx, o); err != nil {
		return nil, err
	}
	for _, form := range []sheet.Form{sheet.CSV, sheet.XLSX} {
		for _, kind := range []struct {
			name  string
			write func(context.Context, sheet.Form) (int64, error)
		}{{"transaction report", r.transactions}, {"executed-file report", r.executed}} {
			name := fmt.Sprintf("%s %s %s", engine.Name(), kind.name, form)
			o.Log("writing the %s", name)
			some, err := watched(name, func() (int64, error) { return kind.write(ctx, form) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			results = append(results, some...)
		}
	}
	return results, nil
}

// reporting is a customer with an executed file.
type reporting struct {
	*estate
	files   *files.Service
	reports *history.Reports
	file    bank.TransactionFile
}

func (r *reporting) execute(ctx context.Context, o Options) error {
	o.Log("writing a file of %d records", o.Records)
	path, err := r.writeFile(o.Records)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	var run fileRun
	err = run.stages(ctx, r.files, r.estate, path, o)
	r.file = run.file
	return err
}

// transactions asks for a report, writes it into the store as a worker does, and reads it as a caller does; it returns its lines.
func (r *reporting) transactions(ctx context.Context, form sheet.Form) (int64, error) {
	actor := system(r.customer)
	report, err := r.reports.Request(ctx, actor, history.NewReport{Form: form, Lang: "en"})
	if err != nil {
		return 0, err
	}
	if report, err = r.reports.Run(ctx, "benchmark", r.customer, report.ID); err != nil {
		return 0, err
	}
	return report.Rows, r.reports.WriteContent(ctx, actor, report.ID, io.Discard)
}

func (r *reporting) executed(ctx context.Context, form sheet.Form) (int64, error) {
	return r.file.Totals.Records, r.files.WriteReport(ctx, system(r.customer), r.file.ID, form, io.Discard)
}

// watched times what writes lines, and watches the memory of this process meanwhile.
func watched(name string, write func() (lines int64, err error)) ([]Result, error) {
	runtime.GC()
	var lines int64
	ended, peaks := make(chan struct{}), make(chan [2]float64)
	go func() {
		ticks := time.NewTicker(20 * time.Millisecond)
		defer ticks.Stop()
		var heap, resident float64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap, resident = max(heap, float64(m.HeapInuse)/(1<<20)), max(resident, memoryMiB("VmRSS"))
			select {
			case <-ended:
				peaks <- [2]float64{heap, resident}
				return
			case <-ticks.C:
			}
		}
	}()
	took, err := timed(func() (err error) {
		lines, err = write()
		return err
	})
	close(ended)
	peak := <-peaks
	return []Result{{Name: name, Value: float64(lines) / took.Seconds(), Unit: "lines/s"},
		{Name: name + " peak heap", Value: peak[0], Unit: "MiB"}, {Name: name + " peak of the process", Value: peak[1], Unit: "MiB"}}, err
}
