package main

import (
	"fmt"

	"ims/internal/access"
	"ims/internal/bank"
)

// letterGate is the gate with the mail server of a command's own flags, as commands do not read those of ims serve.
func (p *program) letterGate(r *rooms, l Letters) *access.Gate { return newGate(p, r.db, r.access, l) }

// tellLetter says how a link reached an operator, or shows it, once.
func (p *program) tellLetter(l access.Letter) {
	switch {
	case !l.Needed:
		return
	case l.Mailed:
		fmt.Fprintf(p.stdout, "A letter with a link is on its way to %s; the link is good until %s.\n", visible(l.Operator.Email), l.Expires.Format("15:04 UTC"))
		return
	case l.MailError != "":
		fmt.Fprintf(p.stderr, "ims: the letter could not be sent: %s\n", visible(l.MailError))
	}
	fmt.Fprintf(p.stdout, "Hand this link to %s. It is good once, until %s:\n  %s\n", visible(l.Operator.Email), l.Expires.Format("15:04 UTC"), l.URL)
	if l.URL[0] == '/' {
		fmt.Fprintln(p.stdout, "Put the panel's address in front of it: the customer has no domain yet (ims domain add).")
	}
}

type operatorReinviteCommand struct {
	Letters `embed:""`
	Email   string `arg:"" help:"E-mail address of the operator."`
}

// Run makes a new link for an invitation that was not taken up.
func (c *operatorReinviteCommand) Run(p *program) error {
	return p.staffing(func(r *rooms, actor bank.Actor) error {
		l, err := p.letterGate(r, c.Letters).InviteAgain(p.ctx, actor, access.Visit{Customer: actor.Customer}, c.Email)
		if err != nil {
			return err
		}
		p.tellLetter(l)
		return nil
	})
}

type operatorResetCommand struct {
	Letters      `embed:""`
	Email        string `arg:"" help:"E-mail address of the operator."`
	SecondFactor bool   `help:"Take away the second factor, which was lost, and let a new one be enrolled; the password stays."`
}

// Run makes a link for a new password, or for a new second factor.
func (c *operatorResetCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		gate, v := p.letterGate(r, c.Letters), access.Visit{Customer: actor.Customer}
		reset := gate.ResetLink
		if c.SecondFactor {
			reset = gate.ResetSecondFactor
		}
		l, err := reset(p.ctx, actor, v, c.Email)
		if err != nil {
			return err
		}
		p.tellLetter(l)
		return nil
	})
}

type operatorCodeCommand struct {
	Email string `arg:"" help:"E-mail address of the operator."`
}

// Run tells the code that an operator of a sandbox needs to sign in.
func (c *operatorCodeCommand) Run(p *program) error {
	return p.reading(func(r *rooms, _ bank.Actor) error {
		code, err := r.gate.SandboxCode(p.ctx, c.Email)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, code)
		return nil
	})
}
