package panel

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
)

// outsideNRB is an invented account at another bank.
const outsideNRB = "39222222220000000012345678"

// numberNear is an account of the customer's that was never issued: that of the IBAN with its last digit raised, and its
// check digits made right.
func numberNear(t testing.TB, number iban.IBAN) string {
	t.Helper()
	bban := []byte(number.String()[4:])
	last := len(bban) - 1
	bban[last] = '0' + (bban[last]-'0'+5)%10
	return must[iban.IBAN](t)(iban.FromBBAN("PL", string(bban))).String()[2:]
}

// ibanOf is the IBAN of an end user of the scene.
func (s *scene) ibanOf(user int) iban.IBAN {
	s.t.Helper()
	for _, b := range s.candidatesOf(user) {
		return b.number()
	}
	s.t.Fatal("no balance")
	return iban.IBAN{}
}

func (s *scene) candidatesOf(user int) (list []candidate) {
	s.t.Helper()
	balances, err := s.panel.Accounts.UserBalances(s.t.Context(), s.admin, s.users[user].ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range balances {
		list = append(list, candidate{b, s.users[user]})
	}
	return list
}

// record is one line of a transaction file: a payment of grosze from account to account.
func (s *scene) record(payer, payee string, amount int64, payeeName, title string) string {
	day := strings.ReplaceAll(bank.CivilDate(s.now()), "-", "")
	return fmt.Sprintf("110,%s,%d,%s,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", day, amount, payer[2:10], payer, payee,
		"NADAWCA TESTOWY", payeeName, payee[2:10], title)
}

// executed uploads, validates and executes a file.
func (s *scene) executed(name string, records ...string) {
	s.t.Helper()
	ctx := s.t.Context()
	masters := must[[]bank.MasterAccount](s.t)(s.panel.Customers.MasterAccounts(ctx, s.customer.ID))
	f := must[bank.TransactionFile](s.t)(s.panel.Files.Receive(ctx, s.admin, files.Upload{Name: name, MasterAccount: masters[0].ID, Body: strings.NewReader(strings.Join(records, ""))}))
	for range 2 { // first it is validated, then executed
		if err := s.panel.Files.RunFile(ctx, "test", s.customer.ID, f.ID); err != nil {
			s.t.Fatal(err)
		}
		f = must[bank.TransactionFile](s.t)(s.panel.Files.File(ctx, s.admin, f.ID))
		if f.Status == bank.FileValidated {
			if _, _, err := s.panel.Files.Execute(ctx, s.admin, f.ID); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	if f.Status != bank.FileExecuted {
		s.t.Fatalf("%s is %s", name, f.Status)
	}
}

// withItems gives the scene five amounts without a home: one a slip away from JAN's IBAN, one with ANNA's name in the title,
// two that are alike, and a claimed debit.
func (s *scene) withItems() *scene {
	s.t.Helper()
	strange := must[iban.IBAN](s.t)(iban.FromBBAN("PL", "111111117700009999999999")).String()[2:]
	s.executed("items.pli",
		s.record(outsideNRB, numberNear(s.t, s.ibanOf(0)), 12_50, "JAN", "czynsz <b>marzec</b>"),
		s.record(outsideNRB, strange, 99_00, "KTOS", "zwrot dla ANNA PRZYKŁADOWA"),
		s.record(outsideNRB, strange, 1_00, "", "bez tytulu"),
		s.record(outsideNRB, strange, 2_00, "", "bez tytulu dwa"),
		s.record(strange, outsideNRB, 7_00, "", "obciazenie"),
	)
	return s
}

// itemOf is the open item of an amount.
func (s *scene) itemOf(amount int64) bank.Item {
	s.t.Helper()
	for _, i := range must[[]bank.Item](s.t)(s.panel.Files.Items(s.t.Context(), s.admin, files.ItemFilter{Limit: 100})) {
		if i.Amount == amount {
			return i
		}
	}
	s.t.Fatalf("no item over %d", amount)
	return bank.Item{}
}

func (s *scene) available(user int) int64 {
	s.t.Helper()
	return s.candidatesOf(user)[0].Available()
}

// TestItems holds what the queue shows, and each of its filters.
func TestItems(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/items").expect(http.StatusOK, "No amount is without a home")
	s.withItems()
	b.get("/items").expect(http.StatusOK, "5 rows", "114.50", "4 open items", "1 claim, not posted", "The payee&#39;s IBAN was never issued.", "NADAWCA TESTOWY",
		"czynsz &lt;b&gt;marzec&lt;/b&gt;", "items.pli", "line 1", "one slip in the IBAN", "JAN TESTOWY", "the name matches", "ANNA PRZYKŁADOWA", "today").lacks("<b>marzec")
	for filter, want := range map[string]string{"reason=UNKNOWN_IBAN": "4 rows", "reason=DEBIT_FROM_UNKNOWN": "1 row", "state=CLAIMED": "1 row", "words=marzec": "1 row",
		"words=nadawca": "5 rows", "amount.from=10&amount.to=20": "1 row", "currency=PLN": "5 rows", "itemStatus=SETTLED": "Nothing matches", "itemStatus=ALL": "5 rows",
		"opened.to=2020-01-01": "Nothing matches", "size=20&opened.from=2020-01-01": "5 rows"} {
		b.get("/items?"+filter).expect(http.StatusOK, want)
	}
	b.get("/items?amount.from=much").expect(http.StatusUnprocessableEntity, "Not an amount")
	if csv := b.get("/items?format=csv&reason=UNKNOWN_IBAN").expect(http.StatusOK, "12.50", "UNKNOWN_IBAN", "items.pli"); strings.Count(csv.body, "\n") < 5 {
		t.Error(csv.body)
	}
	s.signedIn(employeeEmail).get("/items").expect(http.StatusForbidden)
}

// TestAssignAnItem goes the way of an amount to the balance it was meant for.
func TestAssignAnItem(t *testing.T) {
	s := newScene(t).withItems()
	b, i := s.signedIn(adminEmail), s.itemOf(12_50)
	home := "/items/" + i.ID.String()
	b.get(home).expect(http.StatusOK, "This may be meant for JAN TESTOWY", "<mark>", home+"/assign", home+"/return").lacks(home + "/settle")
	b.get(home+"/assign").expect(http.StatusOK, "JAN TESTOWY", "Own funds in PLN", `type="radio" name="target" value="`+s.candidatesOf(0)[0].ID.String()+`" checked`)
	spaced := url.QueryEscape(s.ibanOf(1).Format())
	b.get(home+"/assign?q="+spaced).expect(http.StatusOK, "ANNA PRZYKŁADOWA").lacks("JAN TESTOWY")
	b.get(home+"/assign?q=demo-3").expect(http.StatusOK, "WZORCOWA FIKCJA")
	b.get(home+"/assign?q=TESTOWY").expect(http.StatusOK, "JAN TESTOWY")
	b.get(home+"/assign?q=nobody").expect(http.StatusOK, "No open balance in PLN was found.")
	b.post(home+"/assign", url.Values{"reason": {"kept"}}).expect(http.StatusUnprocessableEntity, "Choose where the money goes.", `value="kept"`)
	target := s.candidatesOf(0)[0].ID.String()
	b.post(home+"/assign", url.Values{"target": {target}}).expect(http.StatusUnprocessableEntity, "field-reason-fault", `value="`+target+`" checked`)
	b.post(home+"/assign", url.Values{"target": {target}, "reason": {"one slip"}}).expect(http.StatusSeeOther)
	b.get(home).expect(http.StatusOK, "The amount has a home now.", "Assigned", "one slip", adminEmail).lacks(home + "/assign")
	if got := s.available(0); got != 12_50 {
		t.Errorf("JAN has %d", got)
	}
	b.post(home+"/assign", url.Values{"target": {target}, "reason": {"again"}}).expect(http.StatusUnprocessableEntity, "decided already")
	if got := s.available(0); got != 12_50 {
		t.Errorf("JAN has %d after a second try", got)
	}
}

// TestMoneyNeedsAProof holds that an amount is not moved with a session that proved itself long ago, that the proof is asked
// for, and that what was typed goes on with it.
func TestMoneyNeedsAProof(t *testing.T) {
	s := newScene(t).withItems()
	b, home := s.signedIn(adminEmail), "/items/"+s.itemOf(99_00).ID.String()
	s.advance(6 * 60e9)
	form := url.Values{"reason": {"nobody knows the payer"}}
	b.post(home+"/return", form).expect(http.StatusForbidden, "nobody knows the payer", `name="proof"`)
	form.Set("proof", "wrong")
	b.post(home+"/return", form).expect(http.StatusUnauthorized, "nobody knows the payer")
	b.get(home).expect(http.StatusOK, "Open")
	form.Set("proof", password)
	b.post(home+"/return", form).expect(http.StatusSeeOther)
	b.get(home).expect(http.StatusOK, "Return ordered", "nobody knows the payer")
}

// TestSettleAClaim: claims are settled only, posted amounts never are.
func TestSettleAClaim(t *testing.T) {
	s := newScene(t).withItems()
	b, home := s.signedIn(adminEmail), "/items/"+s.itemOf(7_00).ID.String()
	b.get(home).expect(http.StatusOK, home+"/settle").lacks(home+"/assign", home+"/return")
	b.get(home+"/settle").expect(http.StatusOK, "Nothing was posted")
	b.post(home+"/settle", url.Values{}).expect(http.StatusUnprocessableEntity, "field-reason-fault")
	b.post("/items/"+s.itemOf(1_00).ID.String()+"/settle", url.Values{"reason": {"x"}}).expect(http.StatusUnprocessableEntity)
	b.post(home+"/settle", url.Values{"reason": {"the bank has corrected it"}}).expect(http.StatusSeeOther)
	b.get(home).expect(http.StatusOK, "Settled", "the bank has corrected it")
}

// TestDecideSeveral: only alike ones, only after the preview and the typed number, each told for itself.
func TestDecideSeveral(t *testing.T) {
	s := newScene(t).withItems()
	b := s.signedIn(adminEmail)
	b.get("/items?words=tytulu").expect(http.StatusOK, "/items/several?all=1&amp;words=tytulu")
	b.get("/items/several?all=1").expect(http.StatusOK, "These items differ", "4 open items", "1 open item")
	b.get("/items/several").expect(http.StatusOK, "No open items are chosen")
	b.get("/items/several?all=1&words=tytulu").expect(http.StatusOK, "2 open items", "3.00", "Return to the payers", "Take into own funds").lacks("Settle: nothing")
	one, two := s.itemOf(1_00), s.itemOf(2_00)
	form := url.Values{"item": {one.ID.String(), two.ID.String(), one.ID.String()}, "action": {"OWN_FUNDS"}, "reason": {"nobody asks"}, "count": {"3"}}
	b.post("/items/several", form).expect(http.StatusUnprocessableEntity, "Type 2,", "nobody asks", `value="OWN_FUNDS" checked`)
	form.Set("count", "2")
	form.Set("reason", "")
	b.post("/items/several", form).expect(http.StatusUnprocessableEntity, "field-reason-fault")
	form.Set("reason", "nobody asks")
	b.post("/items/several", form).expect(http.StatusOK, "decided", "Assigned").lacks("refused")
	b.post("/items/several", form).expect(http.StatusUnprocessableEntity, "No open items are chosen")
	for _, f := range s.funds() {
		if f.Kind == bank.KindOwn && f.Currency == money.PLN && f.Amount != 3_00 {
			t.Errorf("own funds hold %d", f.Amount)
		}
	}
}
