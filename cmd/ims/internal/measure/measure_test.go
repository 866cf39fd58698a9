package measure

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ims/internal/store"
	"ims/internal/store/postgres"
	"ims/internal/store/sqlite"
	"ims/internal/store/storetest"
)

// engines are the stores that benchmarks run beside.
func engines(t testing.TB) []store.Engine {
	list := []store.Engine{sqlite.Engine{Path: filepath.Join(t.TempDir(), "ims.db")}}
	if url := os.Getenv(storetest.PostgresVariable); url != "" {
		list = append(list, postgres.Engine{URL: url})
	}
	return list
}

// TestFile runs the benchmark small: it must work and prove its ledger; its figures mean nothing here. The variable
// IMS_BENCH_RECORDS makes it large.
func TestFile(t *testing.T) {
	records := 3_000
	if n, err := strconv.Atoi(os.Getenv("IMS_BENCH_RECORDS")); err == nil {
		records = n
	}
	for _, e := range engines(t) {
		results, err := File(context.Background(), Options{Engine: e, Records: records, Balances: max(50, records/100), Duration: time.Second, Log: t.Logf})
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		for _, r := range results {
			t.Logf("%-28s %12.0f %-10s %.2f of %s", r.Name, r.Value, r.Unit, r.Ratio, r.Against)
		}
	}
}

func TestEvents(t *testing.T) {
	for _, e := range engines(t) {
		results, err := Events(context.Background(), Options{Engine: e, Records: 500, Balances: 50, Log: t.Logf})
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		for _, r := range results {
			t.Logf("%-36s %12.0f %-10s %.2f of %s", r.Name, r.Value, r.Unit, r.Ratio, r.Against)
		}
	}
}

// TestHistoryAndReports runs them small: they must work.
func TestHistoryAndReports(t *testing.T) {
	for _, e := range engines(t) {
		for name, run := range map[string]func(context.Context, Options) ([]Result, error){"history": History, "reports": Reports} {
			results, err := run(context.Background(), Options{Engine: e, Records: 5_000, Balances: 50, Days: 100, Log: t.Logf})
			if err != nil {
				t.Fatalf("%s %s: %v", e.Name(), name, err)
			}
			for _, r := range results {
				t.Logf("%-46s %12.1f %s", r.Name, r.Value, r.Unit)
			}
		}
	}
}

// TestPanel asks for every list of the panel with each filter that it offers: whatever a page lets ask, it answers.
func TestPanel(t *testing.T) {
	for _, e := range engines(t) {
		results, err := Panel(context.Background(), Options{Engine: e, Records: 3_000, Users: 300, Days: 100, Log: t.Logf})
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		for _, r := range results {
			t.Logf("%-46s %12.1f %s", r.Name, r.Value, r.Unit)
		}
		if len(results) < 50 {
			t.Errorf("%s: only %d figures", e.Name(), len(results))
		}
	}
}

func TestSinglesAndReads(t *testing.T) {
	duration := 300 * time.Millisecond
	if d, err := time.ParseDuration(os.Getenv("IMS_BENCH_DURATION")); err == nil {
		duration = d
	}
	for _, e := range engines(t) {
		for name, run := range map[string]func(context.Context, Options) ([]Result, error){"singles": Singles, "reads": Reads} {
			results, err := run(context.Background(), Options{Engine: e, Balances: 1000, Duration: duration, Log: t.Logf})
			if err != nil {
				t.Fatalf("%s %s: %v", e.Name(), name, err)
			}
			for _, r := range results {
				t.Logf("%-36s %12.1f %-14s %.2f of %s", r.Name, r.Value, r.Unit, r.Ratio, r.Against)
			}
		}
	}
}

// The benchmarks report what `ims bench` reports, as metrics: figures and their ratios to the floor of the same run.

func BenchmarkFile(b *testing.B)    { bench(b, File) }
func BenchmarkSingles(b *testing.B) { bench(b, Singles) }
func BenchmarkReads(b *testing.B)   { bench(b, Reads) }
func BenchmarkEvents(b *testing.B)  { bench(b, Events) }

func bench(b *testing.B, run func(context.Context, Options) ([]Result, error)) {
	for _, e := range engines(b) {
		b.Run(e.Name(), func(b *testing.B) {
			for b.Loop() {
				results, err := run(context.Background(), Options{Engine: e, Records: 50_000, Balances: 1_000, Duration: 3 * time.Second, Log: b.Logf})
				if err != nil {
					b.Fatal(err)
				}
				for _, r := range results {
					metric := strings.ReplaceAll(strings.TrimPrefix(r.Name, e.Name()+" "), " ", "-")
					b.ReportMetric(r.Value, metric+"-"+r.Unit)
					if r.Ratio > 0 {
						b.ReportMetric(r.Ratio, metric+"-ratio")
					}
				}
			}
		})
	}
}
