package main

import (
	"fmt"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

type operatorCommands struct {
	Invite operatorInviteCommand `cmd:"" help:"Give a person a role with the customer."`
	Lock   operatorLockCommand   `cmd:"" help:"End what an operator may do for the customer, at once."`
	Unlock operatorUnlockCommand `cmd:"" help:"Give it back."`
	List   operatorListCommand   `cmd:"" help:"List the customer's operators."`

	Reinvite operatorReinviteCommand `cmd:"" help:"Make a new link for an invitation that was not taken up."`
	Reset    operatorResetCommand    `cmd:"" help:"Make a link for a new password, or with --second-factor for a new second factor."`
	Code     operatorCodeCommand     `cmd:"" help:"Tell the code that an operator of a sandbox needs to sign in."`
}

type operatorInviteCommand struct {
	Letters     `embed:""`
	Email       string    `arg:"" help:"E-mail address of the person."`
	Role        bank.Role `help:"EMPLOYEE, MANAGER or ADMIN." enum:"EMPLOYEE,MANAGER,ADMIN" required:""`
	Institution bool      `help:"The person belongs to the IBAN issuing institution: only they work on files, items and funds."`
}

// Run gives the role and makes the link to take it up. The customer becomes ACTIVE with the second ADMIN who signs in.
func (c *operatorInviteCommand) Run(p *program) error {
	return p.staffing(func(r *rooms, actor bank.Actor) error {
		l, err := p.letterGate(r, c.Letters).Invite(p.ctx, actor, access.Visit{Customer: actor.Customer}, c.Email, c.Role, c.Institution)
		if err != nil {
			return err
		}
		customer, err := r.customers.Get(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is %s of %s, which is %s\n", visible(l.Operator.Email), c.Role, visible(customer.Name), customer.Status)
		p.tellLetter(l)
		return nil
	})
}

type operatorLockCommand struct {
	Email      string `arg:"" help:"E-mail address of the operator."`
	Everywhere bool   `help:"The whole account, with every customer; for whoever holds the store."`
	Reason     string `help:"Why, for the audit trail of the customer."`
}

// Run locks the operator.
func (c *operatorLockCommand) Run(p *program) error {
	if c.Everywhere {
		return p.lockAccount(c.Email, true)
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.access.LockOperator(p.ctx, actor, actor.Customer, c.Email, c.Reason); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is locked\n", visible(c.Email))
		return nil
	})
}

// lockAccount locks or unlocks a whole account.
func (p *program) lockAccount(email string, locked bool) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		if err := r.access.LockAccount(p.ctx, actor, email, locked); err != nil {
			return err
		}
		done := "unlocked"
		if locked {
			done = "locked"
		}
		fmt.Fprintf(p.stdout, "%s is %s with every customer\n", visible(email), done)
		return nil
	})
}

type operatorUnlockCommand struct {
	Email      string `arg:"" help:"E-mail address of the operator."`
	Everywhere bool   `help:"The whole account, if it was locked so."`
	Reason     string `help:"Why, for the audit trail of the customer."`
}

// Run unlocks the operator.
func (c *operatorUnlockCommand) Run(p *program) error {
	if c.Everywhere {
		return p.lockAccount(c.Email, false)
	}
	return p.staffing(func(r *rooms, actor bank.Actor) error {
		if err := r.access.UnlockOperator(p.ctx, actor, actor.Customer, c.Email, c.Reason); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is unlocked\n", visible(c.Email))
		return nil
	})
}

type operatorListCommand struct {
	listing
}

// operatorView is an operator in JSON.
type operatorView struct {
	ID          bank.ID   `json:"id"`
	Email       string    `json:"email"`
	Role        bank.Role `json:"role"`
	Institution bool      `json:"institution"`
	Locked      bool      `json:"locked"`
	Status      string    `json:"status"`
	App         bool      `json:"authenticatorApp"`
	Passkeys    int64     `json:"passkeys"`
	LastSignIn  string    `json:"lastSignIn,omitempty"`
}

// Run lists operators by e-mail.
func (c *operatorListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		if err := actor.May(bank.PermOperatorsRead); err != nil {
			return err
		}
		list, err := r.access.Operators(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		t, views := newTable("E-MAIL", "ROLE", "INSTITUTION", "STATUS", "LAST SIGN-IN", "APP", "PASSKEYS"), make([]operatorView, len(list))
		for i, o := range list {
			views[i] = viewOperator(o)
			t.row(o.Email, o.Role, yesNo(o.Institution), o.Status(), views[i].LastSignIn, yesNo(o.App), o.Passkeys)
		}
		return c.print(p, views, t)
	})
}

func viewOperator(o access.Staff) operatorView {
	v := operatorView{ID: o.ID, Email: o.Email, Role: o.Role, Institution: o.Institution, Locked: o.Locked, Status: o.Status(), App: o.App, Passkeys: o.Passkeys}
	if !o.LastSignIn.IsZero() {
		v.LastSignIn = o.LastSignIn.UTC().Format(time.RFC3339)
	}
	return v
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
