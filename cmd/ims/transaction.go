package main

import (
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
)

// transactionView is a transaction in JSON. The amount is negative when the balance pays, or was to pay.
type transactionView struct {
	ID           bank.TransactionID `json:"id"`
	Type         string             `json:"type"`
	Status       string             `json:"status"`
	Reason       *reasonView        `json:"reason,omitempty"`
	Amount       moneyView          `json:"amount"`
	BalanceAfter moneyView          `json:"balanceAfter"`
	BookingDate  string             `json:"bookingDate"`
	Counterparty string             `json:"counterparty,omitempty"`
	Account      string             `json:"counterpartyAccount,omitempty"`
	Title        string             `json:"title,omitempty"`
	CreatedAt    time.Time          `json:"createdAt"`
}

// reasonView is why a transaction was declined, lies on the technical balance or was frozen.
type reasonView struct {
	Code bank.Reason `json:"code"`
	Text string      `json:"text"`
}

// viewReason is what an audience may know of a reason; nil where that is nothing.
func viewReason(r bank.Reason, a bank.Audience) *reasonView {
	told := r.For(a)
	if told == "" {
		return nil
	}
	return &reasonView{told, told.Text("en")}
}

// lastTransactions reads the newest transactions of a balance.
func lastTransactions(p *program, r *rooms, actor bank.Actor, balance bank.ID, limit int) ([]transactionView, error) {
	rows, err := r.history.List(p.ctx, actor, history.Filter{Balance: balance, Limit: limit})
	if err != nil {
		return nil, err
	}
	views := make([]transactionView, len(rows))
	for i, row := range rows {
		views[i] = viewTransaction(row)
		views[i].Reason = viewReason(row.Reason, bank.ForOperator)
	}
	return views, nil
}

// viewTransaction leaves out the reason: who reads it is the caller's to know.
func viewTransaction(h store.HistoryRow) transactionView {
	v := transactionView{ID: h.ID, Type: h.Type.String(), Status: h.Status.String(), Amount: moneyView{h.Amount, h.Currency},
		BalanceAfter: moneyView{h.BalanceAfter, h.Currency}, BookingDate: h.Booking, Counterparty: h.Details.PayerName, Account: h.Details.PayerAccount,
		Title: h.Details.Title, CreatedAt: h.At.UTC()}
	if h.Amount < 0 {
		v.Counterparty, v.Account = h.Details.PayeeName, h.Details.PayeeAccount
	}
	return v
}

func transactionTable(list []transactionView) *table {
	t := newTable(">ID", "BOOKED", "TYPE", "STATUS", ">AMOUNT", ">BALANCE", "COUNTERPARTY", "TITLE", "REASON")
	for _, v := range list {
		reason := bank.Reason("")
		if v.Reason != nil {
			reason = v.Reason.Code
		}
		t.row(v.ID, v.BookingDate, v.Type, v.Status, amountText(v.Amount.Amount, v.Amount.Currency), amountText(v.BalanceAfter.Amount, v.BalanceAfter.Currency),
			short(v.Counterparty), v.Title, reason)
	}
	return t
}
