package mobileapi

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
)

// TestReasonsOfEndUsers walks all reasons: the API tells those that are for end users, and never another.
func TestReasonsOfEndUsers(t *testing.T) {
	t.Parallel()
	for _, r := range bank.Reasons() {
		told := transactionFrom(context.Background(), history.Row{Reason: r}).Reason
		if told != nil && bank.Reason(told.Code).Audience() != bank.ForEndUser {
			t.Errorf("%s is told as %+v", r, told)
		}
		if r.Audience() == bank.ForEndUser && (told == nil || told.Code != string(r)) {
			t.Errorf("%s is not told: %+v", r, told)
		}
	}
}

// debit asks for a debit that is refused.
func (p *person) debit(w *ledger.Writer, amount int64, key string) {
	p.t.Helper()
	_, err := w.Post(context.Background(), ledger.Single{Actor: p.program, Key: bank.Idempotency{Key: key}, Debit: true, Balance: p.balance.ID,
		Amount: money.New(amount, money.PLN), Title: "FEE"})
	if _, refused := bank.AsError(err); !refused {
		p.t.Fatalf("%s: %v", key, err)
	}
}

// TestDeclinedForEndUsers: a holder sees what was declined and why, unless a block is why: all kinds look the same, letter
// by letter, and no answer has a word of any of them.
func TestDeclinedForEndUsers(t *testing.T) {
	s := newScene(t)
	ada := s.example().person("Ada")
	ctx := context.Background()
	w := ledger.NewWriter(s.db, s.now)
	t.Cleanup(w.Close)
	kinds := []bank.BlockKind{bank.BlockByCustomer, bank.BlockByCourt, bank.BlockSanctions, bank.BlockFraud, bank.BlockDeath}
	for _, kind := range kinds {
		block := must[bank.Block](t)(ada.accounts.Block(ctx, ada.program, accounts.NewBlock{Target: bank.BlockUser, TargetKey: ada.user.ID.String(), Kind: kind,
			Direction: bank.BlockDebits, Reference: "why it is so"}))
		ada.debit(w, 5, string(kind))
		if err := ada.accounts.Lift(ctx, ada.program, ada.user.ID.String(), block.ID); err != nil {
			t.Fatal(err)
		}
	}
	ada.debit(w, 1_000_000, "short")
	var list TransactionList
	got := ada.app.do("GET", "/mobile/transactions?status=DECLINED", nil, "Accept-Language", "pl").ok(200, &list)
	if len(list.Items) != len(kinds)+1 || list.Items[0].Reason.Code != "INSUFFICIENT_FUNDS" || list.Items[0].BalanceAfter.Amount != 1234 || list.Items[0].Amount.Amount != -1_000_000 {
		t.Fatalf("%s", got.body)
	}
	for _, x := range list.Items[1:] {
		if x.Reason.Code != "REFUSED" || x.Reason.Text != bank.ReasonRefused.Text("pl") {
			t.Errorf("%+v", x.Reason)
		}
		var one Transaction
		alone := ada.app.get(fmt.Sprint("/mobile/transactions/", x.ID)).ok(200, &one)
		if one.Reason.Code != "REFUSED" || one.Reason.Text != bank.ReasonRefused.Text("en") {
			t.Errorf("%+v", one.Reason)
		}
		got.body = append(got.body, alone.body...)
	}
	for _, r := range bank.Reasons() {
		for _, text := range []string{string(r), r.Text("en"), r.Text("pl"), "why it is so"} {
			if r.Audience() < bank.ForEndUser && strings.Contains(string(got.body), text) {
				t.Errorf("the answers tell %q", text)
			}
		}
	}
}
