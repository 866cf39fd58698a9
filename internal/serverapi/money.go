package serverapi

import (
	"context"
	"net/http"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/web"
)

func moneyRoutes() []route {
	const tag = "Money"
	refusals := []*bank.Error{bank.ErrInsufficientFunds, bank.ErrBlocked, bank.ErrBalanceClosed, bank.ErrCurrencyMismatch,
		bank.ErrCurrencyUnsupported, bank.ErrAmountInvalid}
	return []route{
		{method: http.MethodPost, path: "/secure/balances/{balanceId}/credit", id: "creditBalance", located: true, tag: tag, summary: "Credit a balance",
			description: "From your own funds of the currency, which never go below zero. What the balance owes is repaid first. Answered once it is durable.",
			status:      http.StatusCreated, need: bank.PermMoneyPost, key: keyRequired, problems: refusals,
			request: orderExample, answer: creditExample, mount: typed((*server).credit)},
		{method: http.MethodPost, path: "/secure/balances/{balanceId}/debit", id: "debitBalance", located: true, tag: tag, summary: "Debit a balance",
			description: "Back to your own funds; never more than what is available. Answered once it is durable. What the balance refuses (insufficient-funds, blocked, balance-closed) leaves a transaction of status DECLINED in its history, and the key is used up: the same request gets the same refusal for ever, another attempt needs a new key.",
			status:      http.StatusCreated, need: bank.PermMoneyPost, key: keyRequired, problems: refusals,
			request: orderExample, answer: debitExample, mount: typed((*server).debit)},
		{method: http.MethodGet, path: "/secure/own-funds", id: "getOwnFunds", tag: tag, summary: "Your own money, per currency",
			description: "OWN: your own funds. TECHNICAL: money that could not reach its target, the sum of its open items. RECEIVABLE: what debits of IBANs that were never issued have cost. BANK: the mirror of a master account, minus the money at the bank.",
			need:        bank.PermFundsRead, answer: map[string]any{"items": []any{fundExample}}, mount: typed((*server).ownFunds)},
	}
}

// Order is what a credit or debit is to do.
type Order struct {
	Amount    Money  `json:"amount"`
	Title     string `json:"title,omitempty" maxLength:"140" doc:"Shown in the history." example:"Bonus November"`
	Reference string `json:"reference,omitempty" maxLength:"35" doc:"Yours." example:"B-2026-11"`
}

type orderInput struct {
	BalancePath
	Body Order
}

type transactionAnswer struct{ Body Transaction }

type moneyAnswer struct {
	Replayed string `header:"Idempotent-Replayed"`
	Body     Transaction
}

func (s *server) credit(ctx context.Context, actor bank.Actor, in *orderInput) (*moneyAnswer, error) {
	return s.order(ctx, actor, in, false)
}

func (s *server) debit(ctx context.Context, actor bank.Actor, in *orderInput) (*moneyAnswer, error) {
	return s.order(ctx, actor, in, true)
}

func (s *server) order(ctx context.Context, actor bank.Actor, in *orderInput, debit bool) (*moneyAnswer, error) {
	id, err := web.IDOf(in.BalanceID, "balanceId")
	if err != nil {
		return nil, err
	}
	amount, err := in.Body.Amount.Exact("/amount")
	if err != nil {
		return nil, err
	}
	return s.post(ctx, ledger.Single{Actor: actor, Debit: debit, Balance: id, Amount: amount, Title: in.Body.Title, Reference: in.Body.Reference})
}

// ReversalOrder is what a reversal says of itself; what it moves follows from what it takes back.
type ReversalOrder struct {
	Title     string `json:"title,omitempty" maxLength:"140" doc:"Shown in the history." example:"Fee November was a mistake"`
	Reference string `json:"reference,omitempty" maxLength:"35" doc:"Yours." example:"B-2026-11"`
}

type reversalInput struct {
	TransactionPath
	Body ReversalOrder
}

func (s *server) reverseTransaction(ctx context.Context, actor bank.Actor, in *reversalInput) (*moneyAnswer, error) {
	return s.post(ctx, ledger.Single{Actor: actor, Reverses: bank.TransactionID(in.ID), Title: in.Body.Title, Reference: in.Body.Reference})
}

// post carries an operation out and tells what it did, also where it was done before.
func (s *server) post(ctx context.Context, op ledger.Single) (*moneyAnswer, error) {
	op.Key = bank.IdempotencyOf(web.Answered(ctx, http.StatusCreated, transactionFrom))
	done, err := s.Ledger.Post(ctx, op)
	if err != nil {
		return nil, err
	}
	if !done.Replayed {
		return &moneyAnswer{Body: transactionFrom(done.Row)}, nil
	}
	// The key is kept for ever, its answer is not. What a caller has done is told even to one who may not read the history.
	row, err := s.History.Get(ctx, bank.System(op.Actor.Customer, op.Actor.Name), done.Transaction)
	if err != nil {
		return nil, err
	}
	row.ReversedBy = 0 // which the first answer could not tell
	return &moneyAnswer{Replayed: "true", Body: transactionFrom(row)}, nil
}

// Fund is money of the customer's own in one currency.
type Fund struct {
	BalanceID string `json:"balanceId" format:"uuid"`
	Kind      string `json:"kind" enum:"OWN,TECHNICAL,RECEIVABLE,BANK" example:"OWN"`
	Booked    Money  `json:"booked"`
}

// FundList is the customer's own money.
type FundList struct {
	Items []Fund `json:"items" nullable:"false"`
}

type fundListAnswer struct{ Body FundList }

func fundFrom(f accounts.Fund) Fund {
	return Fund{BalanceID: f.ID.String(), Kind: f.Kind.String(), Booked: web.MoneyOf(f.Amount, f.Currency)}
}

func (s *server) ownFunds(ctx context.Context, actor bank.Actor, _ *struct{}) (*fundListAnswer, error) {
	rows, err := s.Accounts.Funds(ctx, actor)
	if err != nil {
		return nil, err
	}
	return &fundListAnswer{FundList{web.Each(rows, fundFrom)}}, nil
}
