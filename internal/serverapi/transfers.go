package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/transfers"
	"ims/internal/web"
)

func transferRoutes() []route {
	const tag = "Transfers"
	return []route{
		{method: http.MethodPost, path: "/secure/transfers", id: "orderTransfer", located: true, tag: tag, summary: "Send money",
			description: "From an end user's balance to any IBAN. HELD: the money is reserved, the history shows AUTHORIZED, and the order goes to the bank in its next order file. SETTLED: the payee is one of your own IBANs in the same currency, and has the money already. payeeCheck tells whether the name is that of who holds the IBAN; unless your settings say that names must match, it stops nothing. Answered once it is durable. What the balance refuses (insufficient-funds, blocked, balance-closed) leaves a transaction of status DECLINED in its history, and the key is used up: the same request gets the same refusal for ever, another attempt needs a new key.",
			status:      http.StatusCreated, need: bank.PermTransfersOrder, key: keyRequired,
			problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict, bank.ErrInsufficientFunds, bank.ErrBlocked, bank.ErrBalanceClosed, bank.ErrUserLocked, bank.ErrCurrencyMismatch,
				bank.ErrCurrencyUnsupported, bank.ErrTransferLimit, bank.ErrPayeeUnusable, bank.ErrPayeeName},
			request: transferOrderExample, answer: placedTransferExample, mount: typed((*server).orderTransfer)},
		{method: http.MethodGet, path: "/secure/transfers", id: "listTransfers", tag: tag, summary: "List transfers",
			description: "Newest first. Filters narrow each other; dates are those of the order, inclusive.",
			need:        bank.PermHistoryRead, problems: []*bank.Error{bank.ErrNotFound}, answer: listOf(transferExample), mount: typed((*server).listTransfers)},
		{method: http.MethodGet, path: "/secure/transfers/{transferId}", id: "getTransfer", tag: tag, summary: "Read a transfer",
			description: "With the steps of its life so far, in their order. No step is skipped, done twice or taken back.",
			need:        bank.PermHistoryRead, answer: transferStoryExample, tagged: true, mount: typed((*server).getTransfer)},
		{method: http.MethodPost, path: "/secure/transfers/{transferId}/cancel", id: "cancelTransfer", tag: tag, summary: "Take an order back",
			description: "While it is RECEIVED or HELD and in no order file: what was reserved is free again, and the history shows REVERSED. What the bank has can only be rejected or returned by the bank.",
			need:        bank.PermTransfersOrder, key: keyOptional, problems: []*bank.Error{bank.ErrConflict},
			request: cancellationExample, answer: cancelledTransferExample, mount: typed((*server).cancelTransfer)},
	}
}

// TransferOrder is what is to be paid.
type TransferOrder struct {
	BalanceID   string `json:"balanceId" format:"uuid" doc:"Who pays: an end user's balance, which has an IBAN."`
	Amount      Money  `json:"amount" doc:"Positive, in the balance's currency."`
	PayeeIBAN   string `json:"payeeIban" maxLength:"64" doc:"With spaces or without." example:"PL39222222220000000012345678"`
	PayeeName   string `json:"payeeName" minLength:"1" maxLength:"70" example:"Bob Example"`
	Title       string `json:"title" minLength:"1" maxLength:"140" doc:"Shown to the payee and in the history." example:"Invoice 11/2026"`
	Reference   string `json:"reference,omitempty" maxLength:"35" doc:"Yours; the bank is given bankReference." example:"INV-2026-11"`
	RequestedOn string `json:"requestedOn,omitempty" format:"date" doc:"Not to be sent before this day, at most a year ahead; left out: as soon as possible."`
}

// Transfer is an order to pay and what became of it.
type Transfer struct {
	ID            string      `json:"id" format:"uuid"`
	Status        string      `json:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"RECEIVED: waits for the end user's signature or a second person, nothing is reserved. HELD: the money is reserved. SENT: handed to the bank. SETTLED: the bank has booked it; to one of your own IBANs at once. REJECTED: the bank said no, the money is free again. RETURNED: settled, and come back later. CANCELLED: given up before it was sent."`
	Reason        *web.Reason `json:"reason,omitempty" doc:"Why it was rejected, returned or cancelled."`
	BalanceID     string      `json:"balanceId" format:"uuid" doc:"Who pays."`
	UserID        string      `json:"userId,omitempty" format:"uuid" doc:"Who holds the balance; the technical balance nobody."`
	Amount        Money       `json:"amount" doc:"Positive."`
	PayeeIBAN     string      `json:"payeeIban,omitempty" doc:"Electronic form; nothing once it was erased." example:"PL39222222220000000012345678"`
	PayeeName     string      `json:"payeeName,omitempty" example:"Bob Example"`
	Title         string      `json:"title,omitempty"`
	Reference     string      `json:"reference,omitempty" doc:"Yours."`
	BankReference string      `json:"bankReference,omitempty" doc:"How the bank knows it: what its answers name." example:"IMS52"`
	RequestedOn   string      `json:"requestedOn,omitempty" format:"date" doc:"Not sent before this day."`
	Internal      bool        `json:"internal" doc:"The payee is one of your own IBANs: no bank takes part."`
	TransactionID int64       `json:"transactionId,omitempty" doc:"The payer's side in the history; 0 while RECEIVED." example:"52"`
	OrderFileID   string      `json:"orderFileId,omitempty" format:"uuid" doc:"The order file it is in."`
	ItemID        string      `json:"itemId,omitempty" format:"uuid" doc:"The technical item that goes back to its payer by this."`
	ReturnID      int64       `json:"returnId,omitempty" doc:"The transaction that brought the money back." example:"60"`
	OrderedBy     string      `json:"orderedBy" doc:"The CN of your certificate, an operator, or the end user." example:"V-Example-Backend"`
	CreatedAt     time.Time   `json:"createdAt"`
	UpdatedAt     time.Time   `json:"updatedAt"`
}

// PlacedTransfer is a transfer just ordered.
type PlacedTransfer struct {
	Transfer
	PayeeCheck *PayeeVerification `json:"payeeCheck,omitempty" doc:"Whether the payee's name fits, as a verification of payee tells; left out where it was not asked."`
}

// TransferStory is a transfer with its steps.
type TransferStory struct {
	Transfer
	Steps []TransferStep `json:"steps" nullable:"false" doc:"In their order, from RECEIVED."`
}

// TransferStep is one step of a transfer's life.
type TransferStep struct {
	No     int64       `json:"no" minimum:"1" doc:"1, 2, ... within the transfer."`
	Status string      `json:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"What it became."`
	Reason *web.Reason `json:"reason,omitempty"`
	Actor  string      `json:"actor" doc:"Who did it, or whose word it follows." example:"V-Example-Backend"`
	Note   string      `json:"note,omitempty" doc:"The bank's own words or code, or what a person gave as the reason." example:"AC04"`
	At     time.Time   `json:"at"`
}

// Location implements web.Located.
func (t PlacedTransfer) Location() string { return "/secure/transfers/" + t.ID }

func transferFrom(ctx context.Context, t bank.Transfer) Transfer {
	wire := Transfer{ID: t.ID.String(), Status: string(t.Status), Reason: web.ReasonFor(ctx, t.Reason, bank.ForCustomer), BalanceID: t.PayerID.String(),
		UserID: textOf(t.User), Amount: web.MoneyOf(t.Amount.Minor(), t.Amount.Currency()), PayeeIBAN: t.Payee.String(), PayeeName: t.PayeeName, Title: t.Title,
		Reference: t.Reference, RequestedOn: t.RequestedOn, Internal: t.Internal, TransactionID: int64(t.Transaction), OrderFileID: textOf(t.OrderFile),
		ItemID: textOf(t.Item), ReturnID: int64(t.Return), OrderedBy: t.OrderedBy, CreatedAt: web.Moment(t.CreatedAt), UpdatedAt: web.Moment(t.UpdatedAt)}
	if t.Transaction != 0 && !t.Internal {
		wire.BankReference = transfers.Reference(t)
	}
	return wire
}

// textOf is an identifier, or nothing where there is none.
func textOf(id bank.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

type placedAnswer struct {
	Replayed string `header:"Idempotent-Replayed"`
	Body     PlacedTransfer
}

func (s *server) orderTransfer(ctx context.Context, actor bank.Actor, in *struct{ Body TransferOrder }) (*placedAnswer, error) {
	o := in.Body
	payer, err := web.IDOf(o.BalanceID, "/balanceId")
	if err != nil {
		return nil, err
	}
	amount, err := o.Amount.Exact("/amount")
	if err != nil {
		return nil, err
	}
	wire := func(p transfers.Placed) PlacedTransfer {
		told := PlacedTransfer{Transfer: transferFrom(ctx, p.Transfer)}
		if p.Check.Result != "" {
			told.PayeeCheck = &PayeeVerification{Result: string(p.Check.Result), Name: p.Check.Name}
		}
		return told
	}
	placed, err := s.Transfers.Order(web.Answered(ctx, http.StatusCreated, wire), actor, transfers.Order{Payer: payer, Amount: amount, Payee: o.PayeeIBAN,
		PayeeName: o.PayeeName, Title: o.Title, Reference: o.Reference, RequestedOn: o.RequestedOn})
	if err != nil {
		return nil, err
	}
	answer := &placedAnswer{Body: wire(placed)}
	if placed.Replayed {
		answer.Replayed = "true"
	}
	return answer, nil
}

type listTransfersInput struct {
	Page
	Status      []string `query:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED" doc:"One or several, with commas."`
	BalanceID   string   `query:"balanceId" format:"uuid" doc:"That pays."`
	UserID      string   `query:"userId" format:"uuid" doc:"All balances of the end user."`
	PayeeIBAN   string   `query:"payeeIban" maxLength:"64" doc:"With spaces or without." example:"PL39222222220000000012345678"`
	From        string   `query:"from" format:"date" doc:"Day of the order, inclusive."`
	To          string   `query:"to" format:"date" doc:"Day of the order, inclusive."`
	MinAmount   int64    `query:"minAmount" minimum:"0" maximum:"9007199254740991" doc:"In minor units."`
	MaxAmount   int64    `query:"maxAmount" minimum:"0" maximum:"9007199254740991" doc:"In minor units."`
	OrderFileID string   `query:"orderFileId" format:"uuid" doc:"The order file they are in."`
}

func (in *listTransfersInput) filter() (f transfers.Filter, err error) {
	f = transfers.Filter{Payee: in.PayeeIBAN, From: in.From, To: in.To, MinAmount: in.MinAmount, MaxAmount: in.MaxAmount, Limit: in.Limit + 1}
	for _, name := range in.Status {
		f.Statuses = append(f.Statuses, bank.TransferStatus(name))
	}
	if f.Balance, err = web.OptionalID(in.BalanceID, "balanceId"); err != nil {
		return f, err
	}
	if f.User, err = web.OptionalID(in.UserID, "userId"); err != nil {
		return f, err
	}
	if f.OrderFile, err = web.OptionalID(in.OrderFileID, "orderFileId"); err != nil {
		return f, err
	}
	f.Before, f.Back, err = web.ReadIDCursor(in.Cursor, listTransfers)
	return f, err
}

// TransferList is one page of transfers.
type TransferList struct {
	Items []Transfer `json:"items" nullable:"false"`
	web.Links
}

type transferListAnswer struct{ Body TransferList }

func (s *server) listTransfers(ctx context.Context, actor bank.Actor, in *listTransfersInput) (*transferListAnswer, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	rows, err := s.Transfers.Transfers(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	wire := func(t bank.Transfer) Transfer { return transferFrom(ctx, t) }
	items, links := web.Paged(rows, in.Page, wire, func(t bank.Transfer) web.Cursor { return web.IDCursor(listTransfers, t.ID) })
	return &transferListAnswer{TransferList{items, links}}, nil
}

// TransferPath names a transfer.
type TransferPath struct {
	TransferID string `path:"transferId" format:"uuid" doc:"Of the transfer."`
}

type transferStoryAnswer struct{ Body TransferStory }

func (s *server) getTransfer(ctx context.Context, actor bank.Actor, in *TransferPath) (*transferStoryAnswer, error) {
	id, err := web.IDOf(in.TransferID, "transferId")
	if err != nil {
		return nil, err
	}
	t, steps, err := s.Transfers.Transfer(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	wire := func(step bank.TransferStep) TransferStep {
		return TransferStep{No: step.No, Status: string(step.Status), Reason: web.ReasonFor(ctx, step.Reason, bank.ForCustomer), Actor: step.Actor, Note: step.Note, At: web.Moment(step.At)}
	}
	return &transferStoryAnswer{TransferStory{transferFrom(ctx, t), web.Each(steps, wire)}}, nil
}

// Cancellation says why an order is taken back.
type Cancellation struct {
	Reason string `json:"reason,omitempty" maxLength:"140" doc:"Kept with the step." example:"ordered twice"`
}

type cancelTransferInput struct {
	TransferPath
	Body Cancellation
}

type transferAnswer struct{ Body Transfer }

func (s *server) cancelTransfer(ctx context.Context, actor bank.Actor, in *cancelTransferInput) (*transferAnswer, error) {
	id, err := web.IDOf(in.TransferID, "transferId")
	if err != nil {
		return nil, err
	}
	wire := func(t bank.Transfer) Transfer { return transferFrom(ctx, t) }
	t, err := s.Transfers.Cancel(web.Answered(ctx, http.StatusOK, wire), actor, id, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &transferAnswer{wire(t)}, nil
}
