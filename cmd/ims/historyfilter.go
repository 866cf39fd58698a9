package main

import (
	"ims/internal/bank"
	"ims/internal/history"
)

// historyFilter selects transactions: what the commands about the history have in common. All that is given must fit.
type historyFilter struct {
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
	File         string      `help:"Only of this transaction file: its identifier or name." placeholder:"FILE"`
}

// read resolves what is named by something else than its identifier.
func (c *historyFilter) read(p *program, r *rooms, actor bank.Actor) (f history.Filter, err error) {
	f = history.Filter{User: c.User, From: c.From, To: c.To, MinAmount: c.MinAmount, MaxAmount: c.MaxAmount, Counterparty: c.Counterparty, Title: c.Title, Reference: c.Reference}
	if c.Balance != nil {
		if f.Balance, err = balanceID(p, r, actor, *c.Balance); err != nil {
			return f, err
		}
	}
	if c.File != "" {
		file, err := findFile(p.ctx, r, actor, c.File)
		if err != nil {
			return f, err
		}
		f.File = file.ID
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
