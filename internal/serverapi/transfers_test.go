package serverapi

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// order is one of a balance to an IBAN of another bank.
func (c *customer) order(from Balance, amount int64, title string) TransferOrder {
	return TransferOrder{BalanceID: from.ID, Amount: Money{Amount: amount, Currency: "PLN"}, PayeeIBAN: "PL" + outsideNRB, PayeeName: "Bob Example", Title: title}
}

// TestTransfer: an order reserves, is shown with its steps and on its transaction, and is taken back once.
func TestTransfer(t *testing.T) { storetest.Each(t, transfer) }

func transfer(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := c.rich(api, 500)
	order := c.order(b, 120, "INVOICE 7")
	order.PayeeIBAN, order.Reference, order.RequestedOn = spaced(order.PayeeIBAN), "R7", bank.CivilDate(s.now().Add(48*time.Hour))
	var sent PlacedTransfer
	first := api.send("/secure/transfers", order, "k").ok(201, &sent)
	want := Transfer{ID: sent.ID, Status: "HELD", BalanceID: b.ID, UserID: b.UserID, Amount: order.Amount, PayeeIBAN: "PL" + outsideNRB, PayeeName: "Bob Example", Title: "INVOICE 7",
		Reference: "R7", RequestedOn: order.RequestedOn, TransactionID: sent.TransactionID, BankReference: fmt.Sprint("IMS", sent.TransactionID), OrderedBy: "V-Example-Backend",
		CreatedAt: sent.CreatedAt, UpdatedAt: sent.UpdatedAt}
	if sent.Transfer != want || sent.TransactionID == 0 || sent.PayeeCheck == nil || sent.PayeeCheck.Result != "NOT_POSSIBLE" || first.header.Get("Location") != "/secure/transfers/"+sent.ID {
		t.Errorf("ordered %+v, check %+v, at %s", sent.Transfer, sent.PayeeCheck, first.header.Get("Location"))
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Held.Amount != 120 || b.Available.Amount != 380 || b.Booked.Amount != 500 {
		t.Errorf("the balance is %+v", b)
	}
	var shown Transaction
	path := fmt.Sprint("/secure/transactions/", sent.TransactionID)
	api.do("GET", path, nil).ok(200, &shown)
	if shown.Type != "TRANSFER_OUT" || shown.Status != "AUTHORIZED" || shown.Amount.Amount != -120 || shown.Transfer == nil || *shown.Transfer != (TransferOf{sent.ID, "HELD"}) {
		t.Errorf("the transaction is %+v, of %+v", shown, shown.Transfer)
	}
	var cancelled Transfer
	api.send("/secure/transfers/"+sent.ID+"/cancel", Cancellation{Reason: "ordered twice"}, "c").ok(200, &cancelled)
	if cancelled.Status != "CANCELLED" || cancelled.Reason == nil || cancelled.Reason.Code != "WITHDRAWN" {
		t.Errorf("taken back as %+v", cancelled)
	}
	api.send("/secure/transfers/"+sent.ID+"/cancel", Cancellation{}, "again").refused(bank.ErrConflict)
	var story TransferStory
	api.do("GET", "/secure/transfers/"+sent.ID, nil).ok(200, &story)
	statuses := make([]string, len(story.Steps))
	for i, step := range story.Steps {
		statuses[i] = step.Status
	}
	if !slices.Equal(statuses, []string{"RECEIVED", "HELD", "CANCELLED"}) || story.Steps[2].Note != "ordered twice" || story.Steps[2].Actor != "V-Example-Backend" || story.Steps[2].Reason == nil {
		t.Errorf("its steps are %+v", story.Steps)
	}
	shown = Transaction{}
	api.do("GET", path, nil).ok(200, &shown)
	if shown.Status != "REVERSED" || shown.Transfer == nil || shown.Transfer.Status != "CANCELLED" {
		t.Errorf("the transaction has become %+v", shown)
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Held.Amount != 0 || b.Available.Amount != 500 {
		t.Errorf("the balance has become %+v", b)
	}
}

// rich is a new balance with money on it.
func (c *customer) rich(api *caller, amount int64) Balance {
	c.t.Helper()
	c.fund(api, amount)
	b := api.balance()
	api.send("/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: amount, Currency: "PLN"}}, "rich"+b.ID).ok(201, nil)
	return b
}

// TestTransferBetweenOwnIBANs: the payee has the money at once, and whose it is is told.
func TestTransferBetweenOwnIBANs(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b, to := c.rich(api, 500), api.balance()
	order := c.order(b, 120, "RENT")
	order.PayeeIBAN, order.PayeeName = to.IBAN, "Ada Exampel"
	var sent PlacedTransfer
	api.send("/secure/transfers", order, "k").ok(201, &sent)
	if sent.Status != "SETTLED" || !sent.Internal || sent.BankReference != "" || sent.PayeeCheck == nil || *sent.PayeeCheck != (PayeeVerification{"CLOSE_MATCH", "Ada Example"}) {
		t.Errorf("ordered %+v, check %+v", sent.Transfer, sent.PayeeCheck)
	}
	api.do("GET", "/secure/balances/"+to.ID, nil).ok(200, &to)
	if to.Available.Amount != 120 {
		t.Errorf("the payee has %+v", to.Available)
	}
	api.send("/secure/transfers/"+sent.ID+"/cancel", Cancellation{}, "c").refused(bank.ErrConflict)
}

// TestTransferRefused: what is wrong is said of each field; what the balance refuses is told again for the same key.
func TestTransferRefused(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := c.rich(api, 100)
	order := c.order(b, 10, "X")
	api.do("POST", "/secure/transfers", order).refused(bank.ErrIdempotencyRequired)
	wrong := order
	wrong.Amount.Amount, wrong.PayeeIBAN, wrong.RequestedOn, wrong.Title = -1, "PL40222222220000000012345678", "2020-01-01", "a\x00b"
	p := api.send("/secure/transfers", wrong, "k").refused(bank.ErrInvalid)
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Pointer)
	}
	slices.Sort(fields)
	if want := []string{"/amount/amount", "/payeeIban", "/requestedOn", "/title"}; !slices.Equal(fields, want) {
		t.Errorf("told of %v, want %v", fields, want)
	}
	euros := order
	euros.Amount.Currency = "EUR"
	api.send("/secure/transfers", euros, "k").refused(bank.ErrCurrencyMismatch)
	master := order
	master.PayeeIBAN = c.master.IBAN.String()
	api.send("/secure/transfers", master, "k").refused(bank.ErrPayeeUnusable)
	nobody := order
	nobody.BalanceID = nowhere
	api.send("/secure/transfers", nobody, "k").refused(bank.ErrNotFound)
	c.caller("V-Example-Reader", bank.PermHistoryRead, bank.PermMoneyPost).send("/secure/transfers", order, "k").refused(bank.ErrForbidden)
	api.send("/secure/transfers", order, "k").ok(201, nil) // none of them has used the key up
	more := c.order(b, 91, "MORE")
	api.send("/secure/transfers", more, "m").refused(bank.ErrInsufficientFunds)
	if again := api.send("/secure/transfers", more, "m"); again.refused(bank.ErrInsufficientFunds).Code == "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again %s", again.header)
	}
	var list TransactionList
	api.do("GET", "/secure/transactions?status=DECLINED&type=TRANSFER_OUT", nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].Amount.Amount != -91 || list.Items[0].Title != "MORE" {
		t.Errorf("declined %+v", list.Items)
	}
}

// TestTransferAfterItsAnswer: the key outlives the answer; the transfer is told as it is now, and nothing is sent twice.
func TestTransferAfterItsAnswer(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := c.rich(api, 100)
	var sent, again PlacedTransfer
	api.send("/secure/transfers", c.order(b, 10, "ONCE"), "k").ok(201, &sent)
	err := s.db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.DropAnswers(c.ID, s.now().Add(time.Hour), 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := api.send("/secure/transfers", c.order(b, 10, "ONCE"), "k").ok(201, &again); again.Transfer != sent.Transfer || a.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again %+v, first %+v", again.Transfer, sent.Transfer)
	}
	api.send("/secure/transfers", c.order(b, 11, "ONCE"), "k").refused(bank.ErrKeyReused)
}

// TestTransferFilters: each filter finds what it says, and pages lead on and back.
func TestTransferFilters(t *testing.T) { storetest.Each(t, transferFilters) }

func transferFilters(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	a, b := c.rich(api, 500), c.rich(api, 600)
	var ids []string // in the order of the orders
	for i, from := range []Balance{a, a, b} {
		order := c.order(from, int64(10*(i+1)), fmt.Sprint("T", i))
		if i == 1 {
			order.PayeeIBAN, order.PayeeName = b.IBAN, "Ada Example"
		}
		var sent PlacedTransfer
		api.send("/secure/transfers", order, fmt.Sprint("k", i)).ok(201, &sent)
		ids = append(ids, sent.ID)
	}
	today := bank.CivilDate(s.now())
	found := func(query string) (numbers []int, list TransferList) {
		api.do("GET", "/secure/transfers?"+query, nil).ok(200, &list)
		for _, x := range list.Items {
			numbers = append(numbers, slices.Index(ids, x.ID))
		}
		return numbers, list
	}
	for query, want := range map[string][]int{
		"": {2, 1, 0}, "balanceId=" + a.ID: {1, 0}, "userId=" + b.UserID: {2}, "status=SETTLED": {1}, "status=HELD,SETTLED&userId=" + a.UserID: {1, 0},
		"payeeIban=" + "PL" + outsideNRB: {2, 0}, "minAmount=20": {2, 1}, "minAmount=15&maxAmount=25": {1}, "from=" + today + "&to=" + today: {2, 1, 0},
		"to=2020-01-01": nil, "orderFileId=" + nowhere: nil,
	} {
		if got, _ := found(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	first, list := found("limit=2")
	second, last := found("limit=2&cursor=" + list.NextCursor)
	back, _ := found("limit=2&cursor=" + last.PreviousCursor)
	if !slices.Equal(first, []int{2, 1}) || !slices.Equal(second, []int{0}) || !slices.Equal(back, first) || last.NextCursor != "" {
		t.Errorf("pages %v, %v and back %v", first, second, back)
	}
	api.do("GET", "/secure/transfers?status=LOST", nil).refused(bank.ErrInvalid)
}

// TestSigningKeys: a passkey is registered, listed and removed; what is none is refused by its field.
func TestSigningKeys(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	path := "/secure/users/" + b.UserID + "/signing-keys"
	var key SigningKey
	var list SigningKeyList
	api.do("POST", path, newSigningKeyExample).ok(201, &key)
	api.do("POST", path, newSigningKeyExample).refused(bank.ErrAlreadyExists)
	api.do("GET", path, nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != key.ID || key.CredentialID != newSigningKeyExample.CredentialID || key.RPID != "pay.example" || key.UsedAt != nil {
		t.Errorf("registered %+v, listed %+v", key, list.Items)
	}
	wrong := NewSigningKey{CredentialID: "AAAA", PublicKey: "AAAA", RPID: "https://pay.example", Origins: []string{"https://other.example"}}
	if p := api.do("POST", path, wrong).refused(bank.ErrInvalid); len(p.Errors) != 4 {
		t.Errorf("refused %+v", p.Errors)
	}
	c.caller("V-Example-Reader", bank.PermUsersRead, bank.PermUsersWrite).do("POST", path, newSigningKeyExample).refused(bank.ErrForbidden)
	api.do("DELETE", path+"/"+key.ID, nil).ok(204, nil)
	api.do("DELETE", path+"/"+key.ID, nil).refused(bank.ErrNotFound)
	api.do("GET", path, nil).ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("left %+v", list.Items)
	}
}
