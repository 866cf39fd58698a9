package main

import (
	"fmt"
	"time"

	"ims/internal/bank"
)

type domainCommands struct {
	Add    domainAddCommand    `cmd:"" help:"Register a host that browsers may come from and that the panel is reached under."`
	Remove domainRemoveCommand `cmd:"" help:"Take a host away, at once."`
	List   domainListCommand   `cmd:"" help:"List the customer's hosts."`
}

type domainAddCommand struct {
	listing
	Host string `arg:"" help:"Host name, such as app.example.com; localhost may have a port."`
}

// Run registers the host.
func (c *domainAddCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		host, err := r.customers.AddDomain(p.ctx, actor, c.Host)
		if err != nil {
			return err
		}
		v := domainView{Host: host}
		return c.print(p, v, domainTable(v))
	})
}

type domainRemoveCommand struct {
	Host string `arg:"" help:"As the list shows it."`
}

// Run takes the host away.
func (c *domainRemoveCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.customers.RemoveDomain(p.ctx, actor, c.Host); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "removed")
		return nil
	})
}

type domainListCommand struct {
	listing
}

// Run lists the hosts.
func (c *domainListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.customers.Domains(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		views := make([]domainView, len(list))
		for i, d := range list {
			views[i] = domainView{d.Host, &d.CreatedAt}
		}
		return c.print(p, views, domainTable(views...))
	})
}

// domainView is a host in JSON.
type domainView struct {
	Host      string     `json:"host"`
	CreatedAt *time.Time `json:"createdAt,omitempty"`
}

func domainTable(list ...domainView) *table {
	t := newTable("HOST", "SINCE")
	for _, d := range list {
		since := ""
		if d.CreatedAt != nil {
			since = d.CreatedAt.Format(time.DateOnly)
		}
		t.row(d.Host, since)
	}
	return t
}
