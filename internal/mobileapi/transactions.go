package mobileapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/web"
)

func transactionRoutes() []route {
	const tag = "Transactions"
	return []route{
		{method: http.MethodGet, path: root + "/transactions", id: "listTransactions", tag: tag, summary: "Payment history",
			description: "Newest first. Filters narrow each other; dates are booking dates, inclusive, and where there is none the day it was made; amounts are absolute, in minor units.",
			problems:    []*bank.Error{bank.ErrNotFound}, answer: map[string]any{"items": []any{transactionExample, declinedExample}, "nextCursor": "AQEAAAAAAAAAKg"},
			mount: typed((*server).listTransactions)},
		{method: http.MethodGet, path: root + "/transactions/{transactionId}", id: "getTransaction", tag: tag, summary: "Read a transaction",
			description: "One of the end user's own. A payment that was declined moved nothing: it has no booking date, and balanceAfter is what the balance stayed at.",
			answer:      declinedExample, mount: typed((*server).getTransaction)},
	}
}

// Transaction is money coming to or leaving one balance, as its holder may see it. What it came with (transaction files,
// idempotency keys, the customer's references, outcomes of records and who decided about them) is the customer's.
type Transaction struct {
	ID           int64       `json:"id" minimum:"1" doc:"Grows with time." example:"42"`
	Type         string      `json:"type" enum:"TRANSFER_IN,TRANSFER_OUT,INTERNAL_IN,INTERNAL_OUT,CREDIT,DEBIT,SHORTFALL,REPAYMENT,TECHNICAL,ASSIGNMENT,RETURN,REVERSAL"`
	Status       string      `json:"status" enum:"AUTHORIZED,CLEARED,REVERSED,DECLINED"`
	Reason       *web.Reason `json:"reason,omitempty" doc:"Why it was declined: INSUFFICIENT_FUNDS, BALANCE_CLOSED, or REFUSED, which tells no more. Its text may be shown."`
	Amount       web.Money   `json:"amount" doc:"Negative where the balance pays, or was to pay."`
	BalanceAfter *web.Money  `json:"balanceAfter,omitempty" doc:"Booked behind it."`
	BalanceID    string      `json:"balanceId" format:"uuid"`
	Payer        *web.Party  `json:"payer,omitempty"`
	Payee        *web.Party  `json:"payee,omitempty"`
	Title        string      `json:"title,omitempty"`
	BookingDate  string      `json:"bookingDate,omitempty" format:"date"`
	ValueDate    string      `json:"valueDate,omitempty" format:"date"`
	CreatedAt    time.Time   `json:"createdAt"`
}

// transactionFrom tells an end user no reason that is not meant for them.
func transactionFrom(ctx context.Context, h history.Row) Transaction {
	d := h.Details
	t := Transaction{ID: int64(h.ID), Type: h.Type.String(), Status: h.Status.String(),
		Reason: web.ReasonFor(ctx, h.Reason, bank.ForEndUser), Amount: web.Money{Amount: h.Amount, Currency: h.Currency},
		BalanceID: h.BalanceID.String(), Payer: web.PartyOf(d.PayerName, d.PayerAccount), Payee: web.PartyOf(d.PayeeName, d.PayeeAccount),
		Title: d.Title, BookingDate: h.Booking, ValueDate: h.Value, CreatedAt: web.Moment(h.At)}
	if h.Posting != 0 || h.Status == bank.StatusDeclined {
		t.BalanceAfter = &web.Money{Amount: h.BalanceAfter, Currency: h.Currency}
	}
	return t
}

// listOfTransactions names the list in cursors.
const listOfTransactions byte = 1

type listTransactionsInput struct {
	web.Page
	BalanceID    string   `query:"balanceId" format:"uuid"`
	Status       []string `query:"status" enum:"AUTHORIZED,CLEARED,REVERSED,DECLINED" doc:"One or several, with commas."`
	Type         []string `query:"type" enum:"TRANSFER_IN,TRANSFER_OUT,INTERNAL_IN,INTERNAL_OUT,CREDIT,DEBIT,SHORTFALL,REPAYMENT,TECHNICAL,ASSIGNMENT,RETURN,REVERSAL" doc:"One or several, with commas."`
	From         string   `query:"from" format:"date"`
	To           string   `query:"to" format:"date"`
	MinAmount    int64    `query:"minAmount" minimum:"0" maximum:"9007199254740991"`
	MaxAmount    int64    `query:"maxAmount" minimum:"0" maximum:"9007199254740991"`
	Counterparty string   `query:"counterparty" maxLength:"140" doc:"A part of the other side's name or account, as written."`
	Title        string   `query:"title" maxLength:"140" doc:"A part of the title, as written."`
}

func (in *listTransactionsInput) filter() (f history.Filter, err error) {
	f = history.Filter{From: in.From, To: in.To, MinAmount: in.MinAmount, MaxAmount: in.MaxAmount, Counterparty: in.Counterparty,
		Title: in.Title, Limit: in.Limit + 1}
	if f.Balance, err = web.OptionalID(in.BalanceID, "balanceId"); err != nil {
		return f, err
	}
	for _, name := range in.Status {
		status, _ := bank.ParseTransactionStatus(name) // the document's enumeration was checked
		f.Statuses = append(f.Statuses, status)
	}
	for _, name := range in.Type {
		kind, _ := bank.ParseTransactionType(name)
		f.Types = append(f.Types, kind)
	}
	from, back, err := web.ReadNumberCursor(in.Cursor, listOfTransactions)
	f.GoOn(bank.TransactionID(from), back)
	return f, err
}

// TransactionList is one page of the history.
type TransactionList struct {
	Items []Transaction `json:"items" nullable:"false"`
	web.Links
}

type transactionListAnswer struct{ Body TransactionList }

func (s *server) listTransactions(ctx context.Context, c caller, in *listTransactionsInput) (*transactionListAnswer, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	rows, err := s.History.Held(ctx, c.Actor, f)
	if err != nil {
		return nil, err
	}
	shown, links := web.Paged(rows, in.Page, func(r history.Row) Transaction { return transactionFrom(ctx, r) },
		func(r history.Row) web.Cursor { return web.NumberCursor(listOfTransactions, int64(r.ID)) })
	return &transactionListAnswer{TransactionList{shown, links}}, nil
}

type transactionPath struct {
	ID int64 `path:"transactionId" minimum:"1" maximum:"9007199254740991" doc:"Of the transaction."`
}

type transactionAnswer struct{ Body Transaction }

func (s *server) getTransaction(ctx context.Context, c caller, in *transactionPath) (*transactionAnswer, error) {
	row, err := s.History.HeldOne(ctx, c.Actor, bank.TransactionID(in.ID))
	if err != nil {
		return nil, err
	}
	return &transactionAnswer{transactionFrom(ctx, row)}, nil
}
