package main

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/customers"
)

type baseCommands struct {
	Add  baseAddCommand  `cmd:"" help:"Register a base IBAN of the customer."`
	List baseListCommand `cmd:"" help:"List the customer's base IBANs."`
}

type baseAddCommand struct {
	listing
	Base          string `arg:"" help:"Country code and leading characters of the national part, without check digits."`
	Suffix        string `help:"The end of all its numbers, where the country gives that a meaning: IS owner's id, MU and SC currency (000MUR), BR type and owner (C1)." placeholder:"CHARACTERS"`
	MasterAccount string `help:"Where the money of its IBANs lies: identifier, IBAN or currency of a master account. Default: the only one." placeholder:"ACCOUNT"`
	NotIssuing    bool   `help:"The range is ours, but no new IBANs come from it."`
	IssueMissing  bool   `help:"Issue at once for all balances of the currency that wait for an IBAN."`
}

// Run registers the base and, if asked, issues for the balances that wait.
func (c *baseAddCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		masters, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		m, err := masterOf(masters, c.MasterAccount)
		if err != nil {
			return err
		}
		b, err := r.customers.AddBaseIBAN(p.ctx, actor, customers.NewBaseIBAN{Base: c.Base, Suffix: c.Suffix, MasterAccount: m.ID, NotIssuing: c.NotIssuing})
		if err != nil {
			return err
		}
		v := viewBase(b)
		if c.IssueMissing {
			issued, err := r.accounts.IssueMissing(p.ctx, actor, b.Currency)
			if err != nil {
				return fmt.Errorf("the base IBAN is registered, but after %d IBANs issuing failed: %w", issued, err)
			}
			v.Issued, v.Used = &issued, v.Used+uint64(issued)
		}
		return c.print(p, v, baseTable(v))
	})
}

type baseListCommand struct {
	listing
}

// Run lists base IBANs with their use.
func (c *baseListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.customers.BaseIBANs(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		views := make([]baseView, len(list))
		for i, b := range list {
			views[i] = viewBase(b)
		}
		return c.print(p, views, baseTable(views...))
	})
}

// baseView is a base IBAN in JSON.
type baseView struct {
	Base          string  `json:"base"`
	Suffix        string  `json:"suffix,omitempty"`
	MasterAccount bank.ID `json:"masterAccountId"`
	Currency      string  `json:"currency"`
	Issuing       bool    `json:"issuing"`
	Used          uint64  `json:"used"`
	Capacity      uint64  `json:"capacity"`
	Issued        *int    `json:"issued,omitempty"` // by --issue-missing
}

func viewBase(b bank.BaseIBAN) baseView {
	return baseView{Base: b.Base, Suffix: b.Suffix, MasterAccount: b.MasterAccount, Currency: b.Currency.Code(), Issuing: b.Issuing, Used: b.Next, Capacity: b.Capacity}
}

func baseTable(list ...baseView) *table {
	t := newTable("BASE IBAN", "SUFFIX", "CURRENCY", "ISSUING", ">USED", ">CAPACITY", "ISSUED NOW")
	for _, b := range list {
		issued := ""
		if b.Issued != nil {
			issued = fmt.Sprint(*b.Issued)
		}
		t.row(b.Base, b.Suffix, b.Currency, onOff(b.Issuing), b.Used, b.Capacity, issued)
	}
	return t
}
