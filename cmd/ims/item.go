package main

import (
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store"
)

type itemCommands struct {
	List   itemListCommand   `cmd:"" help:"List amounts without a home, oldest first."`
	Assign itemAssignCommand `cmd:"" help:"Give an item's money to a balance or to own funds."`
	Return itemReturnCommand `cmd:"" help:"Order that an item's money goes back to its payer."`
	Settle itemSettleCommand `cmd:"" help:"Close a claimed item: nothing was posted for it."`
}

type itemListCommand struct {
	listing
	Status   bank.ItemStatus `help:"Only items of a status; ALL for all." enum:"OPEN,ASSIGNED,RETURN_ORDERED,RETURNED,SETTLED,ALL" default:"OPEN"`
	Currency *currencyFlag   `help:"Only items in a currency." placeholder:"CODE"`
	File     string          `help:"Only items of a transaction file." placeholder:"FILE"`
	After    bank.ID         `help:"Continue behind this item." placeholder:"ID"`
	Limit    int             `help:"How many." default:"100"`
}

// Run lists items.
func (c *itemListCommand) Run(p *program) error {
	filter := store.ItemFilter{Status: c.Status, After: c.After, Limit: c.Limit}
	if c.Status == "ALL" {
		filter.Status = ""
	}
	if c.Currency != nil {
		filter.Currency = c.Currency.Code()
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		if c.File != "" {
			f, err := findFile(p.ctx, r, actor, c.File)
			if err != nil {
				return err
			}
			filter.File = f.No
		}
		list, err := r.files.Items(p.ctx, actor, filter)
		if err != nil {
			return err
		}
		views := make([]itemView, len(list))
		for i, it := range list {
			views[i] = viewItem(it)
		}
		return c.print(p, views, itemTable(views...))
	})
}

// itemView is an item in JSON.
type itemView struct {
	ID        bank.ID         `json:"id"`
	Amount    moneyView       `json:"amount"`
	State     bank.ItemState  `json:"state"`
	Reason    bank.Reason     `json:"reason"`
	Status    bank.ItemStatus `json:"status"`
	FileNo    bank.FileNo     `json:"fileNo"`
	Line      int64           `json:"line"`
	PayerName string          `json:"payerName,omitempty"`
	Payer     string          `json:"payer,omitempty"`
	PayeeName string          `json:"payeeName,omitempty"`
	Payee     string          `json:"payee,omitempty"`
	Title     string          `json:"title,omitempty"`
	OpenedAt  time.Time       `json:"openedAt"`
	DecidedBy string          `json:"decidedBy,omitempty"`
	DecidedAt *time.Time      `json:"decidedAt,omitempty"`
	Decision  string          `json:"decision,omitempty"`
}

func viewItem(i bank.Item) itemView {
	return itemView{ID: i.ID, Amount: moneyView{i.Amount, i.Currency}, State: i.State, Reason: i.Reason, Status: i.Status, FileNo: i.Origin.File,
		Line: i.Origin.Line, PayerName: i.Details.PayerName, Payer: i.Details.PayerAccount, PayeeName: i.Details.PayeeName,
		Payee: i.Details.PayeeAccount, Title: i.Details.Title, OpenedAt: i.OpenedAt, DecidedBy: i.DecidedBy, DecidedAt: instantView(i.DecidedAt),
		Decision: i.Decision}
}

func itemTable(list ...itemView) *table {
	t := newTable("ID", "STATUS", "STATE", "REASON", ">AMOUNT", ">FILE", ">LINE", "PAYEE", "TITLE")
	for _, i := range list {
		t.row(i.ID, i.Status, i.State, i.Reason, amountText(i.Amount.Amount, i.Amount.Currency), i.FileNo, i.Line, i.Payee, i.Title)
	}
	return t
}

type itemAssignCommand struct {
	listing
	Item     bank.ID     `arg:"" help:"Identifier of the item."`
	Balance  *balanceRef `help:"To this balance: identifier or IBAN." xor:"target" required:"" placeholder:"BALANCE"`
	OwnFunds bool        `help:"To the customer's own funds." xor:"target" required:""`
	Reason   string      `help:"Why, for the audit trail." required:""`
}

// Run assigns a posted item.
func (c *itemAssignCommand) Run(p *program) error {
	return decideItem(p, c.listing, c.Item, func(r *rooms, actor bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
		to := files.Target{OwnFunds: c.OwnFunds}
		if c.Balance != nil {
			b, err := findBalance(p, r, actor, *c.Balance)
			if err != nil {
				return bank.Item{}, nil, err
			}
			to.Balance = b.ID
		}
		return r.files.Assign(p.ctx, actor, id, to, c.Reason)
	})
}

type itemReturnCommand struct {
	listing
	Item   bank.ID `arg:"" help:"Identifier of the item."`
	Reason string  `help:"Why, for the audit trail." required:""`
}

// Run orders the return; the money stays on the technical balance until the bank has booked it.
func (c *itemReturnCommand) Run(p *program) error {
	return decideItem(p, c.listing, c.Item, func(r *rooms, actor bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
		return r.files.Return(p.ctx, actor, id, c.Reason)
	})
}

type itemSettleCommand struct {
	listing
	Item   bank.ID `arg:"" help:"Identifier of the item."`
	Reason string  `help:"Why, for the audit trail." required:""`
}

// Run closes a claimed item.
func (c *itemSettleCommand) Run(p *program) error {
	return decideItem(p, c.listing, c.Item, func(r *rooms, actor bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
		return r.files.Settle(p.ctx, actor, id, c.Reason)
	})
}

// decideItem runs a decision and shows the item, or says that it waits for a second person.
func decideItem(p *program, l listing, id bank.ID, decision func(*rooms, bank.Actor, bank.ID) (bank.Item, *bank.Approval, error)) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		item, pending, err := decision(r, actor, id)
		if err != nil {
			return err
		}
		if pending != nil {
			return access.Waiting(pending)
		}
		return l.print(p, viewItem(item), itemTable(viewItem(item)))
	})
}
