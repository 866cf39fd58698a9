package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
)

// Result is one figure and, where there is one, its ratio to the floor of the same run (1 is the floor itself; more is
// better).
type Result struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Against string  `json:"against,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"`
}

// Options choose what is measured.
type Options struct {
	Engine   store.Engine  // the store beside which the throw-away stores are made
	Records  int           // of the file
	Balances int           // over which the records are spread
	Days     int           // of the history
	Users    int           // of the panel
	Duration time.Duration // of each timed run of singles and reads
	Log      func(format string, args ...any)
}

// Workspace makes throw-away stores beside the chosen one: on the same disk, or in the same database.
type workspace struct {
	options Options
	dir     string // SQLite
	made    []string
	serial  int
}

func newWorkspace(o Options) (*workspace, error) {
	w := &workspace{options: o}
	if e, ok := o.Engine.(sqlite.Engine); ok {
		if err := os.MkdirAll(filepath.Dir(e.Path), 0o700); err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp(filepath.Dir(e.Path), "ims-bench-")
		w.dir = dir
		return w, err
	}
	return w, nil
}

// engine returns the engine of a fresh store.
func (w *workspace) engine(ctx context.Context) (store.Engine, error) {
	w.serial++
	if w.dir != "" {
		return sqlite.Engine{Path: filepath.Join(w.dir, fmt.Sprintf("%d.db", w.serial))}, nil
	}
	name := fmt.Sprintf("ims_bench_%d_%d", os.Getpid(), w.serial)
	e := w.options.Engine.(postgres.Engine)
	if err := w.run(ctx, "CREATE SCHEMA "+name); err != nil {
		return nil, err
	}
	w.made = append(w.made, name)
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	e.URL = u.String()
	return e, nil
}

func (w *workspace) run(ctx context.Context, statement string) error {
	db, _, err := w.options.Engine.Open(ctx)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// close removes everything that was made.
func (w *workspace) close() error {
	if w.dir != "" {
		return os.RemoveAll(w.dir)
	}
	var errs []error
	for _, name := range w.made {
		errs = append(errs, w.run(context.Background(), "DROP SCHEMA "+name+" CASCADE"))
	}
	return errors.Join(errs...)
}

// open opens and migrates a fresh store.
func open(ctx context.Context, e store.Engine) (*store.DB, error) {
	db, err := store.Open(ctx, e, store.NewSealKey())
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// peakMiB is the largest resident memory of this process so far, where the system tells it.
func peakMiB() float64 { return memoryMiB("VmHWM") }

// memoryMiB reads a figure of this process by the system's name for it; 0 where it tells none.
func memoryMiB(figure string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kib float64
		if _, err := fmt.Sscanf(line, figure+": %f kB", &kib); err == nil {
			return kib / 1024
		}
	}
	return 0
}

// columnsOf lists the columns of a table in order.
func columnsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	return columns, errors.Join(err, rows.Err())
}

// system is the actor of a benchmark.
func system(customer bank.CustomerID) bank.Actor { return bank.System(customer, "benchmark") }
