package serverapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/web"
)

func transactionRoutes() []route {
	const tag = "Transactions"
	return []route{
		{method: http.MethodGet, path: "/secure/transactions", id: "listTransactions", tag: tag, summary: "Payment history",
			description: "Newest first. With after, oldest first behind that id: ask again with the last id you have to catch up, nothing is missed. Filters narrow each other; dates are booking dates, inclusive, and where there is none the day it was made; amounts are absolute, in minor units. status=DECLINED finds debits that were refused.",
			need:        bank.PermHistoryRead, problems: []*bank.Error{bank.ErrNotFound}, answer: listOf(creditExample, declinedExample), mount: typed((*server).listTransactions)},
		{method: http.MethodGet, path: "/secure/transactions/{transactionId}", id: "getTransaction", tag: tag, summary: "Read a transaction",
			description: "As one holder sees it: the other side of the same posting has its own. A debit that was declined moved nothing: it has no booking date, and balanceAfter is what the balance stayed at.",
			need:        bank.PermHistoryRead, answer: declinedExample, mount: typed((*server).getTransaction)},
		{method: http.MethodPost, path: "/secure/transactions/{transactionId}/reverse", id: "reverseTransaction", located: true, tag: tag, summary: "Take a credit or a debit back",
			description: "Of yours by this API, whole and once: a credit goes back to your own funds, a debit back to the balance. The transaction stays what it is; a new one of type REVERSAL stands beside it, and each names the other. What the balance refuses leaves a transaction of status DECLINED, as a debit does. Answered once it is durable.",
			status:      http.StatusCreated, need: bank.PermMoneyPost, key: keyRequired, problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict, bank.ErrInsufficientFunds, bank.ErrBlocked, bank.ErrBalanceClosed},
			request: reversalOrderExample, answer: reversalExample, mount: typed((*server).reverseTransaction)},
		statementRoute(tag),
	}
}

// Transaction is money coming to or leaving one balance.
type Transaction struct {
	ID           int64       `json:"id" minimum:"1" doc:"Grows with time; per customer." example:"42"`
	Type         string      `json:"type" enum:"TRANSFER_IN,TRANSFER_OUT,INTERNAL_IN,INTERNAL_OUT,CREDIT,DEBIT,SHORTFALL,REPAYMENT,TECHNICAL,ASSIGNMENT,RETURN,REVERSAL"`
	Status       string      `json:"status" enum:"AUTHORIZED,CLEARED,REVERSED,DECLINED"`
	Reason       *web.Reason `json:"reason,omitempty" doc:"Why it was declined, lies on the technical balance or was frozen when it came. DECLINED: INSUFFICIENT_FUNDS, BALANCE_CLOSED, BLOCKED_CUSTOMER, BLOCKED_FRAUD, BLOCKED_DEATH, or REFUSED, which tells no more. TECHNICAL: as its item. FROZEN: a credit under a block. What your end users may be told of it the mobile API says."`
	Amount       Money       `json:"amount" doc:"Negative where the balance pays, or was to pay."`
	BalanceAfter *Money      `json:"balanceAfter,omitempty" doc:"Booked behind it, where the kind of balance keeps it."`
	BalanceID    string      `json:"balanceId" format:"uuid"`
	BalanceKind  string      `json:"balanceKind" enum:"USER,OWN,TECHNICAL,RECEIVABLE,BANK"`
	Payer        *Party      `json:"payer,omitempty"`
	Payee        *Party      `json:"payee,omitempty"`
	Title        string      `json:"title,omitempty"`
	Reference    string      `json:"reference,omitempty"`
	Operation    string      `json:"operation,omitempty" doc:"The bank's operation number, or the idempotency key of an API operation."`
	BookingDate  string      `json:"bookingDate,omitempty" format:"date"`
	ValueDate    string      `json:"valueDate,omitempty" format:"date"`
	CreatedAt    time.Time   `json:"createdAt"`
	FileID       string      `json:"fileId,omitempty" format:"uuid" doc:"The transaction file it came with."`
	Line         int64       `json:"line,omitempty" doc:"Of that file."`
	Outcome      string      `json:"outcome,omitempty" doc:"What became of the file's record."`
	Reverses     int64       `json:"reverses,omitempty" doc:"It takes this transaction back."`
	Transfer     *TransferOf `json:"transfer,omitempty" doc:"The transfer that it is the payer's side of; told where one transaction is asked for."`
	ReversedBy   int64       `json:"reversedBy,omitempty" doc:"This transaction takes it back; told where one transaction is asked for."`
	OrderedBy    string      `json:"orderedBy,omitempty" doc:"Who ordered it, where it came with no file: the CN of a certificate, or an operator; told where one transaction is asked for." example:"V-Example-Backend"`
}

// TransferOf names a transfer and tells what became of it.
type TransferOf struct {
	ID     string `json:"id" format:"uuid"`
	Status string `json:"status" enum:"RECEIVED,HELD,SENT,SETTLED,REJECTED,RETURNED,CANCELLED"`
}

// Location implements web.Located.
func (t Transaction) Location() string { return fmt.Sprint("/secure/transactions/", t.ID) }

func transactionFrom(h history.Row) Transaction {
	d := h.Details
	t := Transaction{ID: int64(h.ID), Type: h.Type.String(), Status: h.Status.String(), Amount: Money{Amount: h.Amount, Currency: h.Currency},
		BalanceID: h.BalanceID.String(), BalanceKind: h.Kind.String(), Payer: web.PartyOf(d.PayerName, d.PayerAccount),
		Payee: web.PartyOf(d.PayeeName, d.PayeeAccount), Title: d.Title, Reference: d.Reference, Operation: d.Operation,
		BookingDate: h.Booking, ValueDate: h.Value, CreatedAt: web.Moment(h.At), Line: fileLine(h.Origin), Outcome: h.Outcome.String(),
		Reverses: int64(h.Reverses), ReversedBy: int64(h.ReversedBy), OrderedBy: h.Author.Actor}
	if h.Kind.HasRow() {
		t.BalanceAfter = &Money{Amount: h.BalanceAfter, Currency: h.Currency}
	}
	if !h.FileID.IsZero() {
		t.FileID = h.FileID.String()
	}
	return t
}

// transactionFor is transactionFrom with the reason, as far as the customer's systems may know it.
func transactionFor(ctx context.Context, h history.Row) Transaction {
	t := transactionFrom(h)
	t.Reason = web.ReasonFor(ctx, h.Reason, bank.ForCustomer)
	return t
}

// fileLine is the line of a transaction file; other origins have none.
func fileLine(o bank.Origin) int64 {
	if o.File == 0 {
		return 0
	}
	return o.Line
}

type listTransactionsInput struct {
	Page
	BalanceID    string   `query:"balanceId" format:"uuid"`
	UserID       string   `query:"userId" format:"uuid" doc:"All balances of the end user."`
	IBAN         string   `query:"iban" maxLength:"64" doc:"The balance of the IBAN, with spaces or without."`
	Status       []string `query:"status" enum:"AUTHORIZED,CLEARED,REVERSED,DECLINED" doc:"One or several, with commas."`
	Type         []string `query:"type" enum:"TRANSFER_IN,TRANSFER_OUT,INTERNAL_IN,INTERNAL_OUT,CREDIT,DEBIT,SHORTFALL,REPAYMENT,TECHNICAL,ASSIGNMENT,RETURN,REVERSAL" doc:"One or several, with commas."`
	From         string   `query:"from" format:"date"`
	To           string   `query:"to" format:"date"`
	MinAmount    int64    `query:"minAmount" minimum:"0" maximum:"9007199254740991"`
	MaxAmount    int64    `query:"maxAmount" minimum:"0" maximum:"9007199254740991"`
	Counterparty string   `query:"counterparty" maxLength:"140" doc:"A part of the other side's name or account; case and diacritics do not matter. Under three characters: how a word begins."`
	Title        string   `query:"title" maxLength:"140" doc:"A part of the title, compared as the counterparty is."`
	Reference    string   `query:"reference" maxLength:"140" doc:"The whole reference, operation number or idempotency key."`
	FileID       string   `query:"fileId" format:"uuid"`
	After        string   `query:"after" pattern:"^[0-9]{1,16}$" doc:"Catch up: oldest first, behind this id; 0 from the first." example:"41"`
}

// filter reads the parameters. Where after is given, a cursor is one of the ascending list and goes on from it.
func (in *listTransactionsInput) filter() (f history.Filter, err error) {
	f = history.Filter{IBAN: in.IBAN, From: in.From, To: in.To, MinAmount: in.MinAmount, MaxAmount: in.MaxAmount,
		Counterparty: in.Counterparty, Title: in.Title, Reference: in.Reference, Ascending: in.After != "", Limit: in.Limit + 1}
	if f.Balance, err = web.OptionalID(in.BalanceID, "balanceId"); err != nil {
		return f, err
	}
	if f.User, err = web.OptionalID(in.UserID, "userId"); err != nil {
		return f, err
	}
	if f.File, err = web.OptionalID(in.FileID, "fileId"); err != nil {
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
	return f, in.position(&f)
}

func (in *listTransactionsInput) position(f *history.Filter) error {
	list := listTransactions
	if f.Ascending {
		list = listTransactionsAscending
		after, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil {
			return bank.ErrInvalid.With("the request has invalid fields").Field("after", "invalid", "must be the id of a transaction")
		}
		f.After = bank.TransactionID(after)
	}
	from, back, err := web.ReadNumberCursor(in.Cursor, list)
	f.GoOn(bank.TransactionID(from), back)
	return err
}

// TransactionList is one page of the history.
type TransactionList struct {
	Items []Transaction `json:"items" nullable:"false"`
	web.Links
	SearchedTo int64 `json:"searchedTo,omitempty" doc:"Where words were looked for: up to this transaction everything was found. The index follows within seconds."`
}

type transactionListAnswer struct{ Body TransactionList }

func (s *server) listTransactions(ctx context.Context, actor bank.Actor, in *listTransactionsInput) (*transactionListAnswer, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	page, err := s.History.Page(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	list, rows := listTransactions, page.Rows
	if f.Ascending {
		list = listTransactionsAscending
	}
	items := make([]Transaction, len(rows))
	for i := range rows {
		items[i] = transactionFor(ctx, rows[i])
	}
	shown, links := web.Paged(items, in.Page, itself, func(t Transaction) web.Cursor { return web.NumberCursor(list, t.ID) })
	return &transactionListAnswer{TransactionList{shown, links, int64(page.SearchedTo)}}, nil
}

func itself[T any](t T) T { return t }

// TransactionPath names a transaction.
type TransactionPath struct {
	ID int64 `path:"transactionId" minimum:"1" maximum:"9007199254740991" doc:"Of the transaction."`
}

func (s *server) getTransaction(ctx context.Context, actor bank.Actor, in *TransactionPath) (*transactionAnswer, error) {
	row, err := s.History.Get(ctx, actor, bank.TransactionID(in.ID))
	if err != nil {
		return nil, err
	}
	told := transactionFor(ctx, row)
	told.Transfer, err = s.transferOf(ctx, actor, row)
	return &transactionAnswer{Body: told}, err
}

// transferOf is nil where a transaction is not the payer's side of a transfer.
func (s *server) transferOf(ctx context.Context, actor bank.Actor, row history.Row) (*TransferOf, error) {
	if row.Type != bank.TypeTransferOut && row.Type != bank.TypeInternalOut && row.Type != bank.TypeReturn {
		return nil, nil
	}
	t, _, err := s.Transfers.TransferOf(ctx, actor, row.ID)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, nil
	}
	return &TransferOf{t.ID.String(), string(t.Status)}, err
}
