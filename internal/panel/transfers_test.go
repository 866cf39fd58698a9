package panel

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/customers"
)

// orderForm is an order of 12.50 to an account outside.
func orderForm() url.Values {
	return url.Values{"payeeName": {"FIKCYJNY ODBIORCA"}, "payeeIban": {"PL" + outsideNRB}, "amount": {"12,50"}, "title": {"za <b>usluge"}}
}

// with is the form with another value of a field.
func with(form url.Values, name, value string) url.Values {
	form.Set(name, value)
	return form
}

// alone lets one operator order; without, a second person must agree.
func (s *scene) alone() *scene {
	s.t.Helper()
	err := s.panel.Customers.UpdateSettings(s.t.Context(), s.admin, s.customer.ID, func(c *customers.Settings) error { c.TransferFourEyes = false; return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return s
}

// ordered goes through the question and orders; it returns the page that it leads to.
func (b *browser) ordered(form url.Values) string {
	b.s.t.Helper()
	page := "/balances/" + b.s.balanceOf(0).ID.String() + "/transfer"
	asked := b.post(page+"/look", form).expect(http.StatusOK, "Order the transfer")
	form.Set("key", between(asked.body, `name="key" value="`, `"`))
	to := b.post(page, form).expect(http.StatusSeeOther).header.Get("Location")
	if again := b.post(page, form).expect(http.StatusSeeOther).header.Get("Location"); again != to {
		b.s.t.Errorf("sent again the order leads to %s, first to %s", again, to)
	}
	return to
}

// TestOrderATransfer goes from the form over its faults and the question to the order, which is reserved once and taken back.
func TestOrderATransfer(t *testing.T) {
	eachScene(t, func(s *scene) {
		b := s.alone().signedIn(adminEmail)
		b.get("/transfers").expect(http.StatusOK, "No transfers yet")
		s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
		balance := s.balanceOf(0)
		page := "/balances/" + balance.ID.String()
		b.get(page).expect(http.StatusOK, page+`/transfer"`)
		s.signedIn(managerEmail).get(page).expect(http.StatusOK).lacks(page + `/transfer"`)
		b.get(page+"/transfer").expect(http.StatusOK, "Available: 1,000.00 PLN")
		b.post(page+"/transfer/look", url.Values{}).expect(http.StatusUnprocessableEntity, "field-payeeName-fault", "field-payeeIban-fault", "field-amount-fault", "field-title-fault")
		b.post(page+"/transfer/look", with(with(orderForm(), "amount", "a lot"), "payeeIban", "PL00")).expect(http.StatusUnprocessableEntity, "Not an amount", "field-payeeIban-fault", `value="a lot"`).
			lacks("field-title-fault")
		b.post(page+"/transfer", orderForm()).expect(http.StatusOK, "Is this right?") // nobody has looked at it
		b.post(page+"/transfer/look", orderForm()).expect(http.StatusOK, "12.50", "987.50", "Nobody can tell", "za &lt;b&gt;usluge", "By the bank")
		b.post(page+"/transfer/look", with(orderForm(), "change", "1")).expect(http.StatusOK, `value="12,50"`, "Check the order")
		b.post(page+"/transfer", with(with(orderForm(), "amount", "5000"), "key", "k")).expect(http.StatusUnprocessableEntity, "The available amount is too small", `value="5000"`)

		at := b.ordered(orderForm())
		if got := s.available(0); got != 987_50 {
			s.t.Errorf("available: %d", got)
		}
		got := b.get(at).expect(http.StatusOK, "12.50", "Held", "The money is reserved", "JAN TESTOWY", "FIKCYJNY ODBIORCA", "IMS", adminEmail, at+"/cancel", masked(balance.Accounts[0].IBAN))
		got.lacks(balance.Accounts[0].IBAN.String())
		transaction := "/transactions/" + between(got.body, `href="/transactions/`, `"`)
		b.get(transaction).expect(http.StatusOK, "Authorized", at)
		e := s.signedIn(employeeEmail)
		s.linksLead(t, must[bank.Actor](s.t)(s.panel.Access.Operator(s.t.Context(), s.customer.ID, employeeEmail)), at, e.get(at).expect(http.StatusOK, "Held").lacks("/cancel").body)

		b.get(at+"/cancel").expect(http.StatusOK, "Cancel this transfer?", "12.50")
		b.post(at+"/cancel", url.Values{"reason": {strings.Repeat("x", 141)}}).expect(http.StatusUnprocessableEntity, "field-reason-fault")
		b.post(at+"/cancel", url.Values{"reason": {"<i>wrong payee"}}).expect(http.StatusSeeOther)
		b.get(at).expect(http.StatusOK, "Cancelled", "&lt;i&gt;wrong payee", "withdrawn").lacks("/cancel")
		b.post(at+"/cancel", url.Values{}).expect(http.StatusUnprocessableEntity, "CANCELLED")
		if got := s.available(0); got != 1_000_00 {
			s.t.Errorf("available after the cancellation: %d", got)
		}
		s.advance(6 * time.Minute)
		b.post(page+"/transfer", with(orderForm(), "key", "late")).expect(http.StatusForbidden, "Confirm that it is you")
	})
}

// TestTransferWithin pays one of our own IBANs at once; before, it says whether the name fits.
func TestTransferWithin(t *testing.T) {
	s := newScene(t).alone()
	s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
	b := s.signedIn(adminEmail)
	look := "/balances/" + s.balanceOf(0).ID.String() + "/transfer/look"
	within := func(name string) url.Values {
		return with(with(orderForm(), "payeeIban", s.ibanOf(1).Format()), "payeeName", name)
	}
	b.post(look, within("KTO INNY")).expect(http.StatusOK, "The name is not that", "tone-bad", "At once")
	b.post(look, within("ANNA PRZYKLADOWAA")).expect(http.StatusOK, "nearly", "ANNA PRZYKŁADOWA")
	b.post(look, with(within("ANNA PRZYKŁADOWA"), "requestedOn", "2999-01-01")).expect(http.StatusUnprocessableEntity, "field-requestedOn-fault")
	b.post(look, with(within("JAN"), "payeeIban", s.ibanOf(0).String())).expect(http.StatusUnprocessableEntity, "is that of the paying balance").lacks("Please correct")
	at := b.ordered(within("ANNA PRZYKŁADOWA"))
	b.get(at).expect(http.StatusOK, "Settled", "Paid at once", "/balances/"+s.balanceOf(1).ID.String()).lacks(s.ibanOf(1).String(), s.ibanOf(1).Format(), "/cancel")
	if s.available(1) != 12_50 {
		t.Errorf("ANNA has %d", s.available(1))
	}
}

// TestTransfers narrows the list by each filter.
func TestTransfers(t *testing.T) {
	s := newScene(t).alone()
	s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
	b := s.signedIn(adminEmail)
	at := b.ordered(orderForm())
	b.ordered(with(with(with(orderForm(), "payeeIban", s.ibanOf(1).String()), "payeeName", "ANNA PRZYKŁADOWA"), "amount", "7"))
	b.get("/transfers").expect(http.StatusOK, "2 rows", "12.50", "7.00", "FIKCYJNY ODBIORCA", masked(s.ibanOf(1))).lacks(s.ibanOf(1).Format())
	today := bank.CivilDate(s.now())
	for filter, want := range map[string]string{"status=HELD": "1 row", "status=HELD&status=SETTLED": "2 rows", "status=SENT": "Nothing matches", "payeeIban=PL" + outsideNRB: "1 row",
		"ordered.from=" + today + "&ordered.to=" + today: "2 rows", "ordered.to=2001-01-01": "Nothing matches", "balanceId=" + s.balanceOf(0).ID.String(): "2 rows",
		"userId=" + s.users[1].ID.String(): "Nothing matches", "balanceId=" + bank.NewID().String(): "Nothing matches", "itemId=" + bank.NewID().String(): "Nothing matches"} {
		b.get("/transfers?"+filter).expect(http.StatusOK, want)
	}
	b.get("/transfers?userId=x").expect(http.StatusUnprocessableEntity, "field-userId-fault")
	b.get("/transfers?format=csv&status=HELD").expect(http.StatusOK, "12.50", "FIKCYJNY ODBIORCA").lacks("7.00")
	for _, path := range []string{"/transfers/x", "/transfers/" + bank.NewID().String()} {
		b.get(path).expect(http.StatusNotFound)
	}
	s.signedIn(employeeEmail).get("/transfers").expect(http.StatusOK, at)
}

// TestTransferFourEyes lets an order wait for a second person, who sees all of it and carries it out.
func TestTransferFourEyes(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.arrive(0, 1_000_00, "PŁATNIK", "x", 1)
		b, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		approval := b.ordered(orderForm())
		if !strings.HasPrefix(approval, "/approvals/") || s.available(0) != 1_000_00 {
			s.t.Fatalf("the order leads to %s, available %d", approval, s.available(0))
		}
		at := first(b.get("/transfers").expect(http.StatusOK, "Received").body)
		b.get(at).expect(http.StatusOK, "You asked for this", approval, "nothing is reserved yet")
		second.get(approval).expect(http.StatusOK, "Order a transfer", "12.50", "FIKCYJNY ODBIORCA", "za &lt;b&gt;usluge", "JAN TESTOWY", at)
		second.post(approval+"/approve", url.Values{}).expect(http.StatusSeeOther)
		if to := second.post(approval+"/carry-out", url.Values{}).expect(http.StatusSeeOther).header.Get("Location"); to != at {
			s.t.Errorf("carried out it leads to %s", to)
		}
		b.get(at).expect(http.StatusOK, "Held", secondEmail)
		if s.available(0) != 987_50 {
			s.t.Errorf("available: %d", s.available(0))
		}
	})
}
