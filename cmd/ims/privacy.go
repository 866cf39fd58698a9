package main

import (
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
)

type userExportCommand struct {
	User bank.ID `arg:"" help:"Identifier of the end user."`
}

// exportView is everything about one end user in JSON, to be handed to them: of reasons it holds only what they may know.
type exportView struct {
	User         userView                `json:"user"`
	LegalHold    string                  `json:"legalHold,omitempty"`
	ErasedAt     *time.Time              `json:"erasedAt,omitempty"`
	Balances     []exportBalance         `json:"balances"`
	Blocks       []exportBlock           `json:"blocks"`
	Holds        []bank.Hold             `json:"holds"`
	Transactions []exportTransactionView `json:"transactions"`
}

// exportBalance is a balance with all IBANs it ever had.
type exportBalance struct {
	ID       bank.ID      `json:"id"`
	Kind     string       `json:"kind"`
	Currency string       `json:"currency"`
	Closed   bool         `json:"closed"`
	Booked   int64        `json:"booked"` // minor units
	Held     int64        `json:"held"`
	IBANs    []exportIBAN `json:"ibans"`
}

type exportIBAN struct {
	IBAN      string          `json:"iban"`
	Status    bank.IBANStatus `json:"status"`
	CreatedAt time.Time       `json:"createdAt"`
	ClosedAt  *time.Time      `json:"closedAt,omitempty"`
}

// exportBlock is a block without who asked for it and under which reference: that is often nothing they may know.
type exportBlock struct {
	Target    bank.BlockTarget    `json:"target"`
	Direction bank.BlockDirection `json:"direction"`
	From      time.Time           `json:"from"`
	To        *time.Time          `json:"to,omitempty"`
}

// exportTransactionView is a transaction with all the words beside it.
type exportTransactionView struct {
	transactionView
	BalanceID    bank.ID `json:"balanceId"`
	ValueDate    string  `json:"valueDate"`
	PayerName    string  `json:"payerName,omitempty"`
	PayerAccount string  `json:"payerAccount,omitempty"`
	PayeeName    string  `json:"payeeName,omitempty"`
	PayeeAccount string  `json:"payeeAccount,omitempty"`
	Reference    string  `json:"reference,omitempty"`
}

// Run writes it to standard output.
func (c *userExportCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		all, err := r.accounts.Export(p.ctx, actor, c.User)
		if err != nil {
			return err
		}
		return writeJSON(p.stdout, viewExport(all))
	})
}

func viewExport(all accounts.Everything) exportView {
	v := exportView{User: viewUser(all.User), LegalHold: all.User.LegalHold, ErasedAt: instantView(all.User.ErasedAt), Balances: []exportBalance{},
		Blocks: []exportBlock{}, Holds: append([]bank.Hold{}, all.Holds...), Transactions: []exportTransactionView{}}
	for _, b := range all.Balances {
		view := exportBalance{ID: b.ID, Kind: b.Kind.String(), Currency: b.Currency.Code(), Closed: b.Closed, Booked: b.Booked, Held: b.Held, IBANs: []exportIBAN{}}
		for _, n := range all.BankAccounts {
			if n.Balance == b.No {
				view.IBANs = append(view.IBANs, exportIBAN{n.IBAN.String(), n.Status, n.CreatedAt, instantView(n.ClosedAt)})
			}
		}
		v.Balances = append(v.Balances, view)
	}
	for _, b := range all.Blocks {
		v.Blocks = append(v.Blocks, exportBlock{b.Target, b.Direction, b.From, instantView(b.To)})
	}
	for _, h := range all.Transactions {
		d, view := h.Details, viewTransaction(h)
		view.Reason = viewReason(h.Reason, bank.ForEndUser)
		v.Transactions = append(v.Transactions, exportTransactionView{view, h.BalanceID, h.Value, d.PayerName, d.PayerAccount,
			d.PayeeName, d.PayeeAccount, d.Reference})
	}
	return v
}

type userHoldCommand struct {
	User      bank.ID `arg:"" help:"Identifier of the end user."`
	Reference string  `help:"Why: a case number, not a person." required:""`
}

// Run sets a legal hold.
func (c *userHoldCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		return r.accounts.SetLegalHold(p.ctx, actor, c.User, c.Reference)
	})
}

type userReleaseCommand struct {
	User bank.ID `arg:"" help:"Identifier of the end user."`
}

// Run lifts a legal hold.
func (c *userReleaseCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error { return r.accounts.SetLegalHold(p.ctx, actor, c.User, "") })
}

type userEraseCommand struct {
	User bank.ID `arg:"" help:"Identifier of the end user."`
}

// Run erases an end user.
func (c *userEraseCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error { return r.accounts.Erase(p.ctx, actor, c.User) })
}
