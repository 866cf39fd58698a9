package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/sheet"
)

type reportCommands struct {
	Create  reportCreateCommand  `cmd:"" help:"Write a report of what the filters select."`
	List    reportListCommand    `cmd:"" help:"List reports, newest first."`
	Content reportContentCommand `cmd:"" help:"Write the file of a report."`
}

type reportCreateCommand struct {
	fileOutput
	historyFilter
	Format sheet.Form `help:"Form of the report: csv or xlsx." enum:"csv,xlsx" default:"csv"`
	Lang   string     `help:"Language of the headings: en or pl." enum:"en,pl" default:"en"`
}

// Run asks for the report, writes it in this process unless a service has taken it, and puts its file out.
func (c *reportCreateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		filter, err := c.read(p, r, actor)
		if err != nil {
			return err
		}
		report, err := r.reports.Request(p.ctx, actor, history.NewReport{Filter: filter, Form: c.Format, Lang: c.Lang})
		if err != nil {
			return err
		}
		report, err = r.reports.Run(p.ctx, fmt.Sprintf("command %d", os.Getpid()), report.Customer, report.ID)
		if err != nil {
			return fmt.Errorf("write the report (ims report list tells how far it is): %w", err)
		}
		if report.Status != bank.ReportReady {
			return bank.ErrConflict.With("the report failed: %s", report.StopReason)
		}
		fmt.Fprintf(p.stderr, "%s: %d transactions, identifier %s\n", report.Name, report.Rows, report.ID)
		return c.write(p, func(w io.Writer) error { return r.reports.WriteContent(p.ctx, actor, report.ID, w) })
	})
}

// reportView is a report in JSON.
type reportView struct {
	ID          bank.ID           `json:"id"`
	Name        string            `json:"name"`
	Status      bank.ReportStatus `json:"status"`
	Percent     int               `json:"percent"`
	Rows        int64             `json:"rows"`
	Bytes       int64             `json:"bytes"`
	RequestedBy string            `json:"requestedBy"`
	RequestedAt time.Time         `json:"requestedAt"`
	ExpiresAt   *time.Time        `json:"expiresAt,omitempty"`
	StopReason  string            `json:"stopReason,omitempty"`
}

type reportListCommand struct {
	listing
}

// Run lists reports.
func (c *reportListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.reports.List(p.ctx, actor, history.ReportFilter{})
		if err != nil {
			return err
		}
		t, views := newTable("REQUESTED", "NAME", "STATUS", ">PERCENT", ">ROWS", "ID"), make([]reportView, len(list))
		for i, x := range list {
			views[i] = reportView{x.ID, x.Name, x.Status, x.Percent(), x.Rows, x.Bytes, x.RequestedBy, x.RequestedAt, nil, x.StopReason}
			if !x.ExpiresAt.IsZero() {
				views[i].ExpiresAt = &x.ExpiresAt
			}
			t.row(bank.CivilTime(x.RequestedAt), x.Name, x.Status, x.Percent(), x.Rows, x.ID)
		}
		return c.print(p, views, t)
	})
}

type reportContentCommand struct {
	fileOutput
	Report bank.ID `arg:"" help:"Identifier of the report."`
}

// Run writes the file.
func (c *reportContentCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		return c.write(p, func(w io.Writer) error { return r.reports.WriteContent(p.ctx, actor, c.Report, w) })
	})
}
