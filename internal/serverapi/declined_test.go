package serverapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestDeclinedDebit: a refused debit is a problem to its caller and a transaction in the history, found by its status and told
// as an event; the same request gets the same refusal, whatever has come meanwhile, and leaves nothing more.
func TestDeclinedDebit(t *testing.T) { storetest.Each(t, declinedDebit) }

func declinedDebit(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 1000)
	var events []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events = append(events, string(must[[]byte](t)(io.ReadAll(r.Body))))
	}))
	defer receiver.Close()
	api.do("PUT", "/secure/notification-endpoint", map[string]any{"url": receiver.URL, "authentication": "BASIC", "username": "ims", "password": "invented"}).ok(200, nil)
	b := api.balance()
	path, order := "/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 10, Currency: "PLN"}, Title: "FEE", Reference: "R1"}
	first := api.send(path, order, "k")
	said := first.refused(bank.ErrInsufficientFunds)
	api.send("/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 500, Currency: "PLN"}}, "credit").ok(201, nil)
	again := api.send(path, order, "k")
	if p := again.refused(bank.ErrInsufficientFunds); p.Detail != said.Detail || again.header.Get("Idempotent-Replayed") != "true" || first.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("again %+v, %s", p, again.header)
	}
	api.send(path, Order{Amount: Money{Amount: 11, Currency: "PLN"}}, "k").refused(bank.ErrKeyReused)
	var list TransactionList
	api.do("GET", "/secure/transactions?status=DECLINED", nil, "Accept-Language", "pl").ok(200, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d declined", len(list.Items))
	}
	x := list.Items[0]
	if x.Status != "DECLINED" || x.Type != "DEBIT" || x.Amount.Amount != -10 || x.BalanceAfter.Amount != 0 || x.BalanceID != b.ID || x.Title != "FEE" ||
		x.Operation != "k" || x.BookingDate != "" || x.Reason.Code != "INSUFFICIENT_FUNDS" || x.Reason.Text != bank.ReasonFunds.Text("pl") {
		t.Errorf("declined %+v, for %+v", x, x.Reason)
	}
	s.told()
	if !slices.ContainsFunc(events, func(e string) bool { return strings.HasPrefix(e, fmt.Sprintf(`{"id": %d, `, x.ID)) }) {
		t.Errorf("events %v, without %d", events, x.ID)
	}
	var statement Statement
	day := bank.CivilDate(s.now())
	api.do("GET", "/secure/balances/"+b.ID+"/statement?from="+day+"&to="+day, nil).ok(200, &statement)
	if len(statement.Transactions) != 1 || statement.Closing.Amount != 500 || statement.Debits.Count != 0 {
		t.Errorf("the statement has %+v", statement)
	}
}

// TestReasonsOfTheCustomer walks all reasons: the API tells those that are for the customer, and never another.
func TestReasonsOfTheCustomer(t *testing.T) {
	t.Parallel()
	for _, r := range bank.Reasons() {
		told := transactionFor(context.Background(), history.Row{Reason: r}).Reason
		if told == nil || bank.Reason(told.Code).Audience() < bank.ForCustomer || r.Audience() >= bank.ForCustomer && told.Code != string(r) {
			t.Errorf("%s is told as %+v", r, told)
		}
		if item := itemFrom(bank.Item{Reason: r}).Reason; bank.Reason(item).Audience() < bank.ForCustomer {
			t.Errorf("an item tells %s as %s", r, item)
		}
		if plain := transactionFrom(history.Row{Reason: r}); plain.Reason != nil {
			t.Errorf("what statements are made of has the reason %+v", plain.Reason)
		}
	}
	if told := transactionFor(context.Background(), history.Row{}).Reason; told != nil {
		t.Errorf("no reason is told as %+v", told)
	}
}

// TestReasonsInTheHistory: blocks of each kind decline, and money of a file that is frozen or lies on the technical balance says
// why, as far as the customer's systems may know.
func TestReasonsInTheHistory(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	c.fund(api, 100)
	b := api.balance()
	for _, kind := range []string{"CUSTOMER", "COURT", "SANCTIONS", "FRAUD", "DEATH"} {
		for _, on := range []string{"/secure/balances/" + b.ID, "/secure/users/" + b.UserID, "/secure/bank-accounts/" + b.IBAN} {
			var block Block
			api.do("POST", on+"/blocks", BlockFacts{Kind: kind, Direction: "BOTH"}).ok(201, &block)
			p := api.send("/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, kind+on).refused(bank.ErrBlocked)
			if strings.Contains(strings.ToUpper(p.Detail), kind) {
				t.Errorf("the refusal tells %s: %s", kind, p.Detail)
			}
			want := map[string]string{"COURT": "REFUSED", "SANCTIONS": "REFUSED"}[kind]
			if want == "" {
				want = "BLOCKED_" + kind
			}
			var list TransactionList
			api.do("GET", "/secure/transactions?status=DECLINED&limit=1&balanceId="+b.ID, nil).ok(200, &list)
			if len(list.Items) != 1 || list.Items[0].Operation != kind+on || list.Items[0].Reason.Code != want {
				t.Errorf("%s on %s: %+v", kind, on, list.Items)
			}
			var one Transaction
			api.do("GET", fmt.Sprint("/secure/transactions/", list.Items[0].ID), nil).ok(200, &one)
			if one.Reason.Code != want {
				t.Errorf("%s alone is %+v", kind, one.Reason)
			}
			if kind != "DEATH" || on != "/secure/bank-accounts/"+b.IBAN { // the last one stays
				api.do("DELETE", on+"/blocks/"+block.ID, nil).ok(204, nil)
			}
		}
	}
	c.executed(api, "reasons.pli", line(outsideNRB, b.IBAN[2:], 70, "FROZEN")+line(outsideNRB, c.master.IBAN.String()[2:], 80, "NO PAYEE"))
	for query, want := range map[string]string{"type=TRANSFER_IN&balanceId=" + b.ID: "FROZEN", "type=TECHNICAL&minAmount=80&maxAmount=80": "MASTER_ACCOUNT"} {
		var list TransactionList
		api.do("GET", "/secure/transactions?"+query, nil).ok(200, &list)
		if len(list.Items) != 1 || list.Items[0].Reason == nil || list.Items[0].Reason.Code != want {
			t.Errorf("%s: %+v", query, list.Items)
		}
	}
}
