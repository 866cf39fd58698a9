package main

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/transfers"
)

type transferCommands struct {
	Order   transferOrderCommand   `cmd:"" help:"Send money from a balance to an IBAN."`
	List    transferListCommand    `cmd:"" help:"List transfers, newest first."`
	Show    transferShowCommand    `cmd:"" help:"Tell of one transfer: what was ordered, and each step of its life."`
	Confirm transferConfirmCommand `cmd:"" help:"Carry out an order to which a second person has agreed."`
	Cancel  transferCancelCommand  `cmd:"" help:"Take an order back that the bank does not have yet."`
}

type transferOrderCommand struct {
	listing
	Balance        balanceRef `arg:"" help:"Identifier of the balance that pays, or its IBAN."`
	Amount         string     `arg:"" help:"Amount in the currency of the balance, as 123.45."`
	Payee          string     `arg:"" help:"The payee's IBAN, in any form."`
	PayeeName      string     `help:"The payee's name." required:""`
	Title          string     `help:"Title, which the payee reads." required:""`
	Reference      string     `help:"Reference of the caller."`
	On             string     `help:"Not to be sent before this day." placeholder:"DATE"`
	IdempotencyKey string     `help:"The same key with the same order sends the money once. Default: a new one." placeholder:"KEY"`
}

// Run orders the transfer. Where a second person must agree first, it tells so after the transfer.
func (c *transferOrderCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		b, err := findBalance(p, r, actor, c.Balance)
		if err != nil {
			return err
		}
		amount, err := money.ParseDecimal(c.Amount, b.Currency)
		if err != nil {
			return usage("amount: %v", err)
		}
		key := c.key(b.ID, amount)
		placed, err := r.transfers.Order(bank.WithIdempotency(p.ctx, &key), actor, transfers.Order{Payer: b.ID, Amount: amount, Payee: c.Payee,
			PayeeName: c.PayeeName, Title: c.Title, Reference: c.Reference, RequestedOn: c.On})
		if err != nil {
			return err
		}
		v := viewTransfer(placed.Transfer)
		v.PayeeCheck, v.Replayed = string(placed.Check.Result), placed.Replayed
		if err := c.print(p, v, transferTable(v)); err != nil || placed.Approval == nil {
			return err
		}
		return access.Waiting(placed.Approval)
	})
}

// key binds the idempotency key to the order it came with.
func (c *transferOrderCommand) key(balance bank.ID, amount money.Amount) bank.Idempotency {
	key := c.IdempotencyKey
	if key == "" {
		key = "cli-" + bank.NewID().String()
	}
	order := strings.Join([]string{"transfer", balance.String(), amount.String(), c.Payee, c.PayeeName, c.Title, c.Reference, c.On}, "\x00")
	return bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(order))}
}

// transferView is a transfer in JSON.
type transferView struct {
	ID          bank.ID             `json:"id"`
	Status      bank.TransferStatus `json:"status"`
	Reason      *reasonView         `json:"reason,omitempty"`
	Balance     bank.ID             `json:"balanceId"`
	User        bank.ID             `json:"userId,omitzero"`
	Amount      moneyView           `json:"amount"`
	Payee       string              `json:"payeeIban"`
	PayeeName   string              `json:"payeeName"`
	Title       string              `json:"title"`
	Reference   string              `json:"reference,omitempty"`
	RequestedOn string              `json:"requestedOn,omitempty"`
	Internal    bool                `json:"internal"`
	Transaction bank.TransactionID  `json:"transactionId,omitempty"`
	OrderFile   bank.ID             `json:"orderFileId,omitzero"`
	Item        bank.ID             `json:"itemId,omitzero"`
	Return      bank.TransactionID  `json:"returnId,omitempty"`
	OrderedBy   string              `json:"orderedBy"`
	CreatedAt   time.Time           `json:"createdAt"`
	UpdatedAt   time.Time           `json:"updatedAt"`
	PayeeCheck  string              `json:"payeeCheck,omitempty"` // of an order: whether the payee's name fits
	Replayed    bool                `json:"replayed,omitempty"`   // of an order: the key was used before, nothing was sent now
	Steps       []transferStepView  `json:"steps,omitempty"`      // of one that is shown
}

type transferStepView struct {
	Status bank.TransferStatus `json:"status"`
	Reason *reasonView         `json:"reason,omitempty"`
	Actor  string              `json:"actor"`
	Note   string              `json:"note,omitempty"`
	At     time.Time           `json:"at"`
}

func viewTransfer(t bank.Transfer) transferView {
	return transferView{ID: t.ID, Status: t.Status, Reason: viewReason(t.Reason, bank.ForOperator), Balance: t.PayerID, User: t.User,
		Amount: moneyView{t.Amount.Minor(), t.Amount.Currency().Code()}, Payee: t.Payee.String(), PayeeName: t.PayeeName, Title: t.Title, Reference: t.Reference,
		RequestedOn: t.RequestedOn, Internal: t.Internal, Transaction: t.Transaction, OrderFile: t.OrderFile, Item: t.Item, Return: t.Return,
		OrderedBy: t.OrderedBy, CreatedAt: t.CreatedAt.UTC(), UpdatedAt: t.UpdatedAt.UTC()}
}

func transferTable(list ...transferView) *table {
	t := newTable("ID", "STATUS", ">AMOUNT", "PAYEE", "NAME", "TITLE", ">TRANSACTION", "ORDERED", "REASON")
	for _, v := range list {
		transaction := ""
		if v.Transaction != 0 {
			transaction = fmt.Sprint(v.Transaction)
		}
		t.row(v.ID, v.Status, amountText(v.Amount.Amount, v.Amount.Currency), v.Payee, short(v.PayeeName), v.Title, transaction,
			instantText(v.CreatedAt), reasonCode(v.Reason))
	}
	return t
}

func reasonCode(r *reasonView) bank.Reason {
	if r == nil {
		return ""
	}
	return r.Code
}

type transferListCommand struct {
	listing
	Status    []string    `help:"Only these statuses." placeholder:"STATUS"`
	Balance   *balanceRef `help:"Only from this balance: its identifier or IBAN." placeholder:"BALANCE"`
	User      bank.ID     `help:"Only from this end user's balances." placeholder:"ID"`
	Payee     string      `help:"Only to this IBAN." placeholder:"IBAN"`
	From      string      `help:"First day of the order." placeholder:"DATE"`
	To        string      `help:"Last day of the order." placeholder:"DATE"`
	MinAmount int64       `help:"At least so many minor units." placeholder:"N"`
	MaxAmount int64       `help:"At most so many minor units." placeholder:"N"`
	OrderFile bank.ID     `help:"Only those in this order file." placeholder:"ID"`
	Before    bank.ID     `help:"Continue behind this transfer, towards older ones." placeholder:"ID"`
	Limit     int         `help:"How many." default:"50"`
}

// Run lists what the filters select.
func (c *transferListCommand) Run(p *program) error {
	if c.Limit < 1 {
		return usage("--limit must be positive")
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		f := transfers.Filter{User: c.User, Payee: c.Payee, From: c.From, To: c.To, MinAmount: c.MinAmount, MaxAmount: c.MaxAmount, OrderFile: c.OrderFile,
			Before: c.Before, Limit: c.Limit}
		for _, name := range c.Status {
			status := bank.TransferStatus(name)
			if !status.Known() {
				return usage("%q is no status of transfers", name)
			}
			f.Statuses = append(f.Statuses, status)
		}
		if c.Balance != nil {
			id, err := balanceID(p, r, actor, *c.Balance)
			if err != nil {
				return err
			}
			f.Balance = id
		}
		list, err := r.transfers.Transfers(p.ctx, actor, f)
		if err != nil {
			return err
		}
		views := make([]transferView, len(list))
		for i, t := range list {
			views[i] = viewTransfer(t)
		}
		return c.print(p, views, transferTable(views...))
	})
}

type transferShowCommand struct {
	listing
	Transfer bank.ID `arg:"" help:"Identifier of the transfer."`
}

// Run tells of one transfer.
func (c *transferShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		t, steps, err := r.transfers.Transfer(p.ctx, actor, c.Transfer)
		if err != nil {
			return err
		}
		v := viewTransfer(t)
		life := newTable("AT", "STATUS", "BY", "REASON", "NOTE")
		for _, s := range steps {
			reason := viewReason(s.Reason, bank.ForOperator)
			v.Steps = append(v.Steps, transferStepView{s.Status, reason, s.Actor, s.Note, s.At.UTC()})
			life.row(instantText(s.At), s.Status, s.Actor, reasonCode(reason), s.Note)
		}
		if c.Output == "json" {
			return writeJSON(p.stdout, v)
		}
		transferTable(v).write(p.stdout)
		life.indented(p.stdout, "  ")
		return nil
	})
}

type transferConfirmCommand struct {
	listing
	Transfer bank.ID `arg:"" help:"Identifier of the transfer."`
}

// Run carries out what waited for a second person.
func (c *transferConfirmCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		t, err := r.transfers.Confirm(p.ctx, actor, c.Transfer, transfers.Signature{})
		if err != nil {
			return err
		}
		v := viewTransfer(t)
		return c.print(p, v, transferTable(v))
	})
}

type transferCancelCommand struct {
	listing
	Transfer bank.ID `arg:"" help:"Identifier of the transfer."`
	Reason   string  `help:"Why; kept with the step." required:""`
}

// Run takes the order back.
func (c *transferCancelCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		t, err := r.transfers.Cancel(p.ctx, actor, c.Transfer, c.Reason)
		if err != nil {
			return err
		}
		v := viewTransfer(t)
		return c.print(p, v, transferTable(v))
	})
}
