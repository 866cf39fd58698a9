package main

import (
	"ims/internal/bank"
	"ims/internal/customers"
)

type masterCommands struct {
	Add  masterAddCommand  `cmd:"" help:"Register an account of the customer at the bank."`
	List masterListCommand `cmd:"" help:"List the customer's master accounts."`
}

type masterAddCommand struct {
	listing
	Number     string          `arg:"" name:"iban" help:"The account: IBAN, or 26 digits of a Polish one."`
	Currency   currencyFlag    `help:"Currency of the account." required:"" placeholder:"CODE"`
	Name       string          `help:"A name for people."`
	Format     string          `help:"Format of the bank's files: pli, camt.053, camt.054, mt940 or mt942. Default: pli in PLN, camt.054 in any other currency." enum:",pli,camt.053,camt.054,mt940,mt942" default:"" placeholder:"FORMAT"`
	Acceptance bank.Acceptance `help:"What a record with an error does: STRICT makes its file Invalid, BY_RECORD makes it an item." enum:"STRICT,BY_RECORD" default:"STRICT"`
}

// Run registers the account and opens the customer's own balances in its currency.
func (c *masterAddCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		m, err := r.customers.AddMasterAccount(p.ctx, actor, customers.NewMasterAccount{IBAN: c.Number, Name: c.Name,
			Currency: c.Currency.Currency, Format: c.Format, Acceptance: c.Acceptance})
		if err != nil {
			return err
		}
		return c.print(p, viewMaster(m), masterTable(viewMaster(m)))
	})
}

type masterListCommand struct {
	listing
}

// Run lists master accounts in the order of their registration.
func (c *masterListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.customers.MasterAccounts(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		views := make([]masterView, len(list))
		for i, m := range list {
			views[i] = viewMaster(m)
		}
		return c.print(p, views, masterTable(views...))
	})
}

// masterView is a master account in JSON.
type masterView struct {
	ID         bank.ID         `json:"id"`
	IBAN       string          `json:"iban"`
	Formatted  string          `json:"ibanFormatted"`
	Name       string          `json:"name"`
	Currency   string          `json:"currency"`
	Format     string          `json:"format"`
	Acceptance bank.Acceptance `json:"acceptance"`
}

func viewMaster(m bank.MasterAccount) masterView {
	return masterView{ID: m.ID, IBAN: m.IBAN.String(), Formatted: m.IBAN.Format(), Name: m.Name, Currency: m.Currency.Code(),
		Format: m.Format, Acceptance: m.Acceptance}
}

func masterTable(list ...masterView) *table {
	t := newTable("ID", "IBAN", "CURRENCY", "FORMAT", "ACCEPTANCE", "NAME")
	for _, m := range list {
		t.row(m.ID, m.Formatted, m.Currency, m.Format, m.Acceptance, m.Name)
	}
	return t
}
