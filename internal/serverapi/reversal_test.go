package serverapi

import (
	"fmt"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestReversal: a debit that was a mistake is taken back once; each of the two tells of the other, and the end user's balance and
// own funds are what they were.
func TestReversal(t *testing.T) { storetest.Each(t, reversal) }

func reversal(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 1000)
	b := api.balance()
	var credit, debit, back, shown Transaction
	api.send("/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 500, Currency: "PLN"}}, "credit").ok(201, &credit)
	api.send("/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 120, Currency: "PLN"}, Title: "FEE"}, "debit").ok(201, &debit)
	path := fmt.Sprintf("/secure/transactions/%d/reverse", debit.ID)
	first := api.send(path, ReversalOrder{Title: "A MISTAKE"}, "undo").ok(201, &back)
	if again := api.send(path, ReversalOrder{Title: "A MISTAKE"}, "undo").ok(201, nil); string(again.body) != string(first.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again %s, first %s", again.body, first.body)
	}
	if back.Type != "REVERSAL" || back.Amount.Amount != 120 || back.BalanceID != b.ID || back.BalanceAfter.Amount != 500 || back.Reverses != debit.ID || back.Title != "A MISTAKE" {
		t.Errorf("taken back by %+v", back)
	}
	api.do("GET", first.header.Get("Location"), nil).ok(200, &shown)
	if shown.ID != back.ID || shown.Reverses != debit.ID {
		t.Errorf("shown as %+v", shown)
	}
	shown = Transaction{}
	api.do("GET", fmt.Sprintf("/secure/transactions/%d", debit.ID), nil).ok(200, &shown)
	if shown.ReversedBy != back.ID || shown.Status != "CLEARED" || shown.Amount.Amount != -120 || shown.OrderedBy != "V-Example-Backend" {
		t.Errorf("what was taken back is %+v", shown)
	}
	api.send(path, ReversalOrder{}, "twice").refused(bank.ErrConflict)
	api.send("/secure/transactions/9007199254740991/reverse", ReversalOrder{}, "nothing").refused(bank.ErrNotFound)
	api.send(fmt.Sprintf("/secure/transactions/%d/reverse", back.ID), ReversalOrder{}, "undo-it").refused(bank.ErrConflict)
	api.do("POST", path, ReversalOrder{}).refused(bank.ErrIdempotencyRequired)
	var list TransactionList
	api.do("GET", "/secure/transactions?type=REVERSAL&balanceId="+b.ID, nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != back.ID || list.Items[0].Reverses != debit.ID {
		t.Errorf("found %+v", list.Items)
	}
	api.send("/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 400, Currency: "PLN"}}, "spent").ok(201, nil)
	api.send(fmt.Sprintf("/secure/transactions/%d/reverse", credit.ID), ReversalOrder{}, "too-late").refused(bank.ErrInsufficientFunds)
	list = TransactionList{}
	api.do("GET", "/secure/transactions?status=DECLINED", nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].Type != "REVERSAL" || list.Items[0].Amount.Amount != -500 || list.Items[0].Reason == nil {
		t.Errorf("declined %+v", list.Items)
	}
	shown = Transaction{}
	if api.do("GET", fmt.Sprintf("/secure/transactions/%d", list.Items[0].ID), nil).ok(200, &shown); shown.OrderedBy != "V-Example-Backend" {
		t.Errorf("a declined one was ordered by %q", shown.OrderedBy)
	}
}
