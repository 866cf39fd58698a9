package main

import (
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
)

// transactionView is a transaction in JSON. The amount is negative when the balance pays.
type transactionView struct {
	ID           bank.TransactionID `json:"id"`
	Type         string             `json:"type"`
	Status       string             `json:"status"`
	Amount       moneyView          `json:"amount"`
	BalanceAfter moneyView          `json:"balanceAfter"`
	BookingDate  string             `json:"bookingDate"`
	Counterparty string             `json:"counterparty,omitempty"`
	Account      string             `json:"counterpartyAccount,omitempty"`
	Title        string             `json:"title,omitempty"`
	CreatedAt    time.Time          `json:"createdAt"`
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
	}
	return views, nil
}

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
	t := newTable(">ID", "BOOKED", "TYPE", ">AMOUNT", ">BALANCE", "COUNTERPARTY", "TITLE")
	for _, v := range list {
		t.row(v.ID, v.BookingDate, v.Type, amountText(v.Amount.Amount, v.Amount.Currency), amountText(v.BalanceAfter.Amount, v.BalanceAfter.Currency),
			short(v.Counterparty), v.Title)
	}
	return t
}
