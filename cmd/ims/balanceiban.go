package main

import (
	"fmt"

	"ims/iban"
	"ims/internal/bank"
)

type balanceCloseCommand struct {
	listing
	Balance balanceRef `arg:"" help:"Identifier of the balance, or its IBAN."`
}

// Run closes the balance.
func (c *balanceCloseCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		b, err := findBalance(p, r, actor, c.Balance)
		if err != nil {
			return err
		}
		closed, err := r.accounts.CloseBalance(p.ctx, actor, b.ID)
		if err != nil {
			return err
		}
		return c.print(p, viewBalance(closed), balanceTable(viewBalance(closed)))
	})
}

type balanceIssueIBANCommand struct {
	listing
	Balance bank.ID `arg:"" help:"Identifier of the balance."`
}

// Run issues where the mode is not automatic, the base IBAN came late, or the earlier IBAN was closed.
func (c *balanceIssueIBANCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if _, err := r.accounts.IssueIBAN(p.ctx, actor, c.Balance); err != nil {
			return err
		}
		return c.show(p, r, actor, c.Balance)
	})
}

// ibanFlag is an IBAN as people write it.
type ibanFlag struct{ iban.IBAN }

// UnmarshalText forgives spaces and small letters.
func (f *ibanFlag) UnmarshalText(text []byte) (err error) {
	if f.IBAN, err = iban.ParseLenient(string(text)); err != nil {
		return fmt.Errorf("no IBAN: %w", err)
	}
	return nil
}

type balanceCloseIBANCommand struct {
	listing
	IBAN ibanFlag `arg:"" name:"iban" help:"The IBAN, in any form."`
}

// Run closes the IBAN.
func (c *balanceCloseIBANCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		a, err := r.accounts.CloseIBAN(p.ctx, actor, c.IBAN.IBAN)
		if err != nil {
			return err
		}
		return c.show(p, r, actor, a.BalanceID)
	})
}

// show prints a balance as it is now.
func (l listing) show(p *program, r *rooms, actor bank.Actor, id bank.ID) error {
	b, err := r.accounts.Balance(p.ctx, actor, id)
	if err != nil {
		return err
	}
	return l.print(p, viewBalance(b), balanceTable(viewBalance(b)))
}
