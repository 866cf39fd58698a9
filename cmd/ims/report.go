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
	Balance      *balanceRef `help:"Only of this balance: its identifier or IBAN." placeholder:"BALANCE"`
	User         bank.ID     `help:"Only of this end user's balances." placeholder:"ID"`
	From         string      `help:"First booking date." placeholder:"DATE"`
	To           string      `help:"Last booking date." placeholder:"DATE"`
	Status       []string    `help:"Only these statuses." placeholder:"STATUS"`
	Type         []string    `help:"Only these types." placeholder:"TYPE"`
	MinAmount    int64       `help:"At least so many minor units, whichever way." placeholder:"N"`
	MaxAmount    int64       `help:"At most so many minor units." placeholder:"N"`
	Counterparty string      `help:"A part of the other side's name or account." placeholder:"TEXT"`
	Title        string      `help:"A part of the title." placeholder:"TEXT"`
	Reference    string      `help:"The whole reference or operation number." placeholder:"TEXT"`
	Format       sheet.Form  `help:"Form of the report: csv or xlsx." enum:"csv,xlsx" default:"csv"`
	Lang         string      `help:"Language of the headings: en or pl." enum:"en,pl" default:"en"`
}

// Run asks for the report, writes it in this process unless a service has taken it, and puts its file out.
func (c *reportCreateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		filter, err := c.filter(p, r, actor)
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

func (c *reportCreateCommand) filter(p *program, r *rooms, actor bank.Actor) (f history.Filter, err error) {
	f = history.Filter{User: c.User, From: c.From, To: c.To, MinAmount: c.MinAmount, MaxAmount: c.MaxAmount, Counterparty: c.Counterparty, Title: c.Title, Reference: c.Reference}
	if c.Balance != nil {
		if f.Balance, err = balanceID(p, r, actor, *c.Balance); err != nil {
			return f, err
		}
	}
	for _, name := range c.Status {
		status, ok := bank.ParseTransactionStatus(name)
		if !ok {
			return f, usage("%q is no status of transactions", name)
		}
		f.Statuses = append(f.Statuses, status)
	}
	for _, name := range c.Type {
		kind, ok := bank.ParseTransactionType(name)
		if !ok {
			return f, usage("%q is no type of transactions", name)
		}
		f.Types = append(f.Types, kind)
	}
	return f, nil
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
