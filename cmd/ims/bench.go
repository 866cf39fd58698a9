package main

import (
	"context"
	"fmt"
	"time"

	"ims/cmd/ims/internal/measure"
)

// benchCommand measures on throw-away stores beside the chosen one; that one is not touched.
type benchCommand struct {
	listing
	What     string        `arg:"" help:"What to measure: file, singles, reads, events, reports, history, panel or all (without the last three, which take minutes)." enum:"file,singles,reads,events,reports,history,panel,all" default:"all" optional:""`
	Records  int           `help:"Records of the transaction file, or transactions of the history." default:"200000"`
	Users    int           `help:"End users of the panel, each with a balance and its IBAN." default:"100000"`
	Balances int           `help:"Balances over which they are spread." default:"10000"`
	Days     int           `help:"Days over which the history is spread, a file each." default:"730"`
	Duration time.Duration `help:"How long singles and reads are measured." default:"6s"`
}

// Validate refuses what cannot be measured; kong calls it.
func (c *benchCommand) Validate() error {
	most := 1_000_000
	if c.What == "history" || c.What == "panel" {
		most = 20_000_000
	}
	if c.Records < 1 || c.Records > most || c.Balances < 1 || c.Balances > 1_000_000 || c.Days < 1 || c.Days > 3_650 || c.Duration < 100*time.Millisecond || c.Users < 10 || c.Users > 5_000_000 {
		return fmt.Errorf("--records and --balances: 1 to 1,000,000 (history and panel: 20,000,000 records); --users: 10 to 5,000,000; --days: 1 to 3,650; --duration: 100ms at least")
	}
	return nil
}

// Run measures and prints each figure with its ratio to a floor of the same run.
func (c *benchCommand) Run(p *program) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	o := measure.Options{Engine: address.engine, Records: c.Records, Balances: c.Balances, Days: c.Days, Users: c.Users, Duration: c.Duration,
		Log: func(format string, args ...any) { fmt.Fprintf(p.stderr, "ims bench: "+format+"\n", args...) }}
	all := []struct {
		name string
		run  func(context.Context, measure.Options) ([]measure.Result, error)
	}{{"file", measure.File}, {"singles", measure.Singles}, {"reads", measure.Reads}, {"events", measure.Events}, {"reports", measure.Reports}, {"history", measure.History},
		{"panel", measure.Panel}}
	results := []measure.Result{}
	for _, one := range all {
		if c.What != one.name && (c.What != "all" || one.name == "history" || one.name == "reports" || one.name == "panel") {
			continue
		}
		more, err := one.run(p.ctx, o)
		if err != nil {
			return fmt.Errorf("bench %s: %w", one.name, err)
		}
		results = append(results, more...)
	}
	return c.print(p, results, benchTable(results))
}

func benchTable(results []measure.Result) *table {
	t := newTable("WHAT", ">VALUE", "UNIT", ">RATIO", "AGAINST")
	for _, r := range results {
		ratio := ""
		if r.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f", r.Ratio)
		}
		t.row(r.Name, fmt.Sprintf("%.1f", r.Value), r.Unit, ratio, r.Against)
	}
	return t
}
