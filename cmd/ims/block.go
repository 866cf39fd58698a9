package main

import (
	"fmt"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
)

type blockCommands struct {
	Add  blockAddCommand  `cmd:"" help:"Set a block; several may stand at once."`
	List blockListCommand `cmd:"" help:"List the blocks on a target that were not lifted."`
	Lift blockLiftCommand `cmd:"" help:"End a block; what it froze is set free once nothing else stops it."`
}

// blockTarget is what a block stands on: one of three.
type blockTarget struct {
	IBAN    *ibanFlag `help:"The IBAN, in any form." xor:"target" required:"" name:"iban"`
	Balance bank.ID   `help:"Identifier of the balance." xor:"target" required:"" placeholder:"ID"`
	User    bank.ID   `help:"Identifier of the end user." xor:"target" required:"" placeholder:"ID"`
}

func (b blockTarget) read() (target bank.BlockTarget, key string) {
	switch {
	case b.IBAN != nil:
		return bank.BlockIBAN, b.IBAN.String()
	case !b.Balance.IsZero():
		return bank.BlockBalance, b.Balance.String()
	}
	return bank.BlockUser, b.User.String()
}

type blockAddCommand struct {
	listing
	blockTarget
	Kind      bank.BlockKind      `help:"CUSTOMER, COURT, SANCTIONS, FRAUD or DEATH." enum:"CUSTOMER,COURT,SANCTIONS,FRAUD,DEATH" required:""`
	Direction bank.BlockDirection `help:"DEBITS, CREDITS or BOTH." enum:"DEBITS,CREDITS,BOTH" required:""`
	Reference string              `help:"Whose decision it is, such as a case number."`
	Until     time.Time           `help:"When it ends by itself, RFC 3339. Default: when it is lifted." placeholder:"INSTANT"`
}

// Run sets the block.
func (c *blockAddCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		target, key := c.read()
		b, err := r.accounts.Block(p.ctx, actor, accounts.NewBlock{Target: target, TargetKey: key, Kind: c.Kind, Direction: c.Direction,
			Reference: c.Reference, To: c.Until})
		if err != nil {
			return err
		}
		return c.print(p, viewBlock(b), blockTable(viewBlock(b)))
	})
}

type blockListCommand struct {
	listing
	blockTarget
}

// Run lists the blocks in the order of setting.
func (c *blockListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		_, key := c.read()
		list, err := r.accounts.Blocks(p.ctx, actor, key)
		if err != nil {
			return err
		}
		views := make([]blockView, len(list))
		for i, b := range list {
			views[i] = viewBlock(b)
		}
		return c.print(p, views, blockTable(views...))
	})
}

type blockLiftCommand struct {
	blockTarget
	ID bank.ID `arg:"" help:"The block."`
}

// Run lifts the block.
func (c *blockLiftCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		_, key := c.read()
		if err := r.accounts.Lift(p.ctx, actor, key, c.ID); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, "lifted")
		return nil
	})
}

// blockView is a block in JSON.
type blockView struct {
	ID        bank.ID             `json:"id"`
	Target    bank.BlockTarget    `json:"target"`
	Kind      bank.BlockKind      `json:"kind"`
	Direction bank.BlockDirection `json:"direction"`
	Reference string              `json:"reference,omitempty"`
	From      time.Time           `json:"from"`
	To        *time.Time          `json:"to,omitempty"`
}

func viewBlock(b bank.Block) blockView {
	return blockView{ID: b.ID, Target: b.Target, Kind: b.Kind, Direction: b.Direction, Reference: b.Reference, From: b.From, To: instantView(b.To)}
}

func blockTable(list ...blockView) *table {
	t := newTable("ID", "ON", "KIND", "DIRECTION", "REFERENCE", "FROM", "UNTIL")
	for _, b := range list {
		until := ""
		if b.To != nil {
			until = instantText(*b.To)
		}
		t.row(b.ID, b.Target, b.Kind, b.Direction, b.Reference, instantText(b.From), until)
	}
	return t
}
