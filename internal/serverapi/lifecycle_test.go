package serverapi

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/api"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestMainJob is what a customer's engineer does first: an end user, a balance with its IBAN, own funds, a credit, a debit,
// a file of the bank, and the history of it all.
func TestMainJob(t *testing.T) { storetest.Each(t, mainJob) }

func mainJob(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	if b.IBAN == "" || b.IBANFormatted == "" || b.Status != "ACTIVE" {
		t.Fatalf("the balance has no IBAN: %+v", b)
	}
	var list BankAccountList
	api.do("GET", "/secure/bank-accounts?balanceId="+b.ID, nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].IBAN != b.IBAN || list.Items[0].BalanceID != b.ID || list.Items[0].Status != "ACTIVE" {
		t.Fatalf("getIban: %+v", list)
	}
	c.fund(api, 100_000)
	order := Order{Amount: Money{Amount: 12345, Currency: "PLN"}, Title: "Bonus", Reference: "B-1"}
	var credit, debit Transaction
	api.do("POST", "/secure/balances/"+b.ID+"/credit", order, "Idempotency-Key", "credit-1").ok(201, &credit)
	order.Amount.Amount = 345
	api.do("POST", "/secure/balances/"+b.ID+"/debit", order, "X-Idempotency-Key", "debit-1").ok(201, &debit)
	if credit.Type != "CREDIT" || credit.Amount.Amount != 12345 || debit.Type != "DEBIT" || debit.Amount.Amount != -345 || debit.BalanceAfter.Amount != 12000 {
		t.Fatalf("credit %+v, debit %+v", credit, debit)
	}
	f := c.executed(api, "day.pli", line(outsideNRB, b.IBAN[2:], 500, "FROM BOB")+line(b.IBAN[2:], outsideNRB, 200, "TO BOB"))
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Available.Amount != 12300 || b.Booked.Amount != 12300 || b.Held.Amount != 0 {
		t.Fatalf("the balance is %+v", b)
	}
	var seen TransactionList
	api.do("GET", "/secure/transactions?balanceId="+b.ID, nil).ok(200, &seen)
	var types []string
	for _, x := range seen.Items {
		types = append(types, fmt.Sprintf("%s %d %s", x.Type, x.Amount.Amount, x.Title))
	}
	want := []string{"TRANSFER_OUT -200 TO BOB", "TRANSFER_IN 500 FROM BOB", "DEBIT -345 Bonus", "CREDIT 12345 Bonus"}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("history: %s", diff)
	}
	if in := seen.Items[1]; in.FileID != f.ID || in.Line != 1 || in.Payer == nil || in.Payer.Name != "BOB EXAMPLE" {
		t.Errorf("transfer in: %+v", in)
	}
	report := api.do("GET", "/secure/transaction-files/"+f.ID+"/report", nil).ok(200, nil)
	if !strings.HasPrefix(report.header.Get("Content-Type"), "text/csv") || !strings.Contains(string(report.body), f.ID) {
		t.Errorf("report: %s\n%s", report.header, report.body)
	}
}

// TestReplay: whoever did not hear the answer asks again and hears the same.
func TestReplay(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 100_000)
	person := map[string]any{"type": "PERSON", "firstName": "Eve", "lastName": "Example"}
	user := api.do("POST", "/secure/users", person, "Idempotency-Key", "u-1").ok(201, nil)
	for _, request := range []struct {
		path string
		body any
		key  string
	}{
		{"/secure/users", person, "u-1"},
		{"/secure/users/" + b.UserID + "/balances", map[string]any{"currency": "PLN"}, "b-1"},
		{"/secure/balances/" + b.ID + "/credit", Order{Amount: Money{Amount: 100, Currency: "PLN"}}, "m-1"},
		{"/secure/balances/" + b.ID + "/debit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, "m-2"},
	} {
		first := api.do("POST", request.path, request.body, "Idempotency-Key", request.key).ok(201, nil)
		again := api.do("POST", request.path, request.body, "Idempotency-Key", request.key).ok(201, nil)
		if again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: the repeated answer is not marked", request.path)
		}
		if diff := cmp.Diff(string(first.body), string(again.body)); diff != "" {
			t.Errorf("%s: %s", request.path, diff)
		}
	}
	if user.header.Get("Idempotent-Replayed") != "" {
		t.Error("a first answer is marked as repeated")
	}
	api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 101, Currency: "PLN"}}, "Idempotency-Key", "m-1").refused(bank.ErrKeyReused)
	api.do("POST", "/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 100, Currency: "PLN"}}, "Idempotency-Key", "m-1").refused(bank.ErrKeyReused)
	api.do("POST", "/secure/users", map[string]any{"type": "PERSON", "firstName": "Eva", "lastName": "Example"}, "Idempotency-Key", "u-1").refused(bank.ErrKeyReused)
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Booked.Amount != 99 {
		t.Errorf("booked %d, want 99: something was done twice", b.Booked.Amount)
	}
}

// TestConcurrentCredits: 64 callers at once, each heard, nothing lost, nothing twice.
func TestConcurrentCredits(t *testing.T) { storetest.Each(t, concurrentCredits) }

func concurrentCredits(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 1_000_000)
	const callers = 64
	statuses := make(chan int, 2*callers)
	for i := range 2 * callers {
		go func() {
			request := must[*http.Request](t)(http.NewRequest("POST", api.base+"/secure/balances/"+b.ID+"/credit", strings.NewReader(`{"amount":{"amount":7,"currency":"PLN"}}`)))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Idempotency-Key", fmt.Sprint("c-", i%callers)) // each twice
			response, err := api.client.Do(request)
			if err != nil {
				statuses <- 0
				return
			}
			defer response.Body.Close()
			statuses <- response.StatusCode
		}()
	}
	got := map[int]int{}
	for range 2 * callers {
		got[<-statuses]++
	}
	if got[201]+got[409] != 2*callers || got[201] < callers {
		t.Errorf("statuses %v", got)
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.Booked.Amount != 7*callers {
		t.Errorf("booked %d, want %d", b.Booked.Amount, 7*callers)
	}
}

// TestPaging: every element once, also when others arrive meanwhile.
func TestPaging(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	want := map[string]bool{}
	for range 5 {
		want[api.balance().UserID] = true
	}
	cursor, pages := "", 0
	for {
		var list UserList
		api.do("GET", "/secure/users?limit=2&cursor="+cursor, nil).ok(200, &list)
		for _, u := range list.Items {
			delete(want, u.ID)
		}
		if pages++; list.NextCursor == "" || pages > 9 {
			break
		}
		cursor = list.NextCursor
		if pages == 1 {
			want[api.balance().UserID] = true
		}
	}
	if len(want) != 0 || pages != 3 {
		t.Errorf("%d pages, not shown: %v", pages, want)
	}
	api.do("GET", "/secure/technical-items?cursor="+cursor, nil).refused(bank.ErrInvalid)
}

// TestCatchingUp: after= goes on from the last id known, oldest first.
func TestCatchingUp(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 1000)
	for i := range 5 {
		api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: int64(i + 1), Currency: "PLN"}}, "Idempotency-Key", fmt.Sprint(i)).ok(201, nil)
	}
	var amounts []int64
	path, after := "/secure/transactions?limit=2&balanceId="+b.ID+"&after=0", ""
	for range 4 {
		var list TransactionList
		api.do("GET", path+after, nil).ok(200, &list)
		for _, x := range list.Items {
			amounts = append(amounts, x.Amount.Amount)
		}
		if list.NextCursor == "" {
			break
		}
		after = "&cursor=" + list.NextCursor
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5}, amounts); diff != "" {
		t.Error(diff)
	}
	api.do("GET", "/secure/transactions?limit=2&balanceId="+b.ID+after, nil).refused(bank.ErrInvalid)
}

// TestHistoryFilters narrow each other.
func TestHistoryFilters(t *testing.T) { storetest.Each(t, historyFilters) }

func historyFilters(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	f := c.executed(api, "day.pli", line(outsideNRB, b.IBAN[2:], 500, "RENT MAY")+line(outsideNRB, b.IBAN[2:], 900, "RENT JUNE"))
	var x TransactionList
	for query, want := range map[string]int{
		"": 2, "type=TRANSFER_IN": 2, "type=CREDIT,TRANSFER_IN": 2, "type=CREDIT": 0, "status=CLEARED": 2, "status=REVERSED": 0,
		"minAmount=501": 1, "maxAmount=500": 1, "title=JUNE": 1, "counterparty=BOB": 2, "counterparty=NOBODY": 0, "fileId=" + f.ID: 2,
		"userId=" + b.UserID: 2, "from=2001-01-01": 2, "to=2001-01-01": 0, "iban=" + url.QueryEscape(b.IBANFormatted): 2,
	} {
		api.do("GET", "/secure/transactions?balanceId="+b.ID+"&"+query, nil).ok(200, &x)
		if len(x.Items) != want {
			t.Errorf("%q: %d transactions, want %d", query, len(x.Items), want)
		}
	}
	var one Transaction
	api.do("GET", "/secure/transactions?title=JUNE", nil).ok(200, &x)
	api.do("GET", fmt.Sprintf("/secure/transactions/%d", x.Items[0].ID), nil).ok(200, &one)
	if diff := cmp.Diff(x.Items[0], one); diff != "" {
		t.Error(diff)
	}
}

// TestUsers: read, find, change.
func TestUsers(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	var u User
	api.do("POST", "/secure/users", map[string]any{"type": "CORPORATION", "companyName": "Example 100% Ltd", "externalId": "crm-1"}).ok(201, &u)
	api.do("POST", "/secure/users", map[string]any{"type": "CORPORATION", "companyName": "Other", "externalId": "crm-1"}).refused(bank.ErrAlreadyExists)
	b := api.balance()
	for query, want := range map[string]string{"externalId=crm-1": u.ID, "name=100%25": u.ID, "iban=" + b.IBAN: b.UserID,
		"iban=" + url.QueryEscape(b.IBANFormatted): b.UserID} {
		var list UserList
		api.do("GET", "/secure/users?"+query, nil).ok(200, &list)
		if len(list.Items) != 1 || list.Items[0].ID != want {
			t.Errorf("%s: %+v", query, list)
		}
	}
	var changed User
	api.do("PATCH", "/secure/users/"+u.ID, map[string]any{"status": "LOCKED", "kycStatus": "ACCEPTED"}).ok(200, &changed)
	if changed.Status != "LOCKED" || changed.KYC != "ACCEPTED" || changed.CompanyName != "Example 100% Ltd" || changed.ExternalID != "crm-1" {
		t.Errorf("changed: %+v", changed)
	}
	api.do("GET", "/secure/users/"+u.ID, nil).ok(200, &u)
	if diff := cmp.Diff(changed, u); diff != "" {
		t.Error(diff)
	}
	api.do("POST", "/secure/users/"+u.ID+"/balances", map[string]any{"currency": "PLN"}).refused(bank.ErrUserLocked)
}

// TestLifeOfAnIBAN: issued, read in every spelling, closed for ever.
func TestLifeOfAnIBAN(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	b := api.balance()
	for _, spelling := range []string{b.IBAN, url.PathEscape(b.IBANFormatted), strings.ToLower(b.IBAN)} {
		var a BankAccount
		api.do("GET", "/secure/bank-accounts/"+spelling, nil).ok(200, &a)
		if a.IBAN != b.IBAN || a.IBANFormatted != b.IBANFormatted {
			t.Errorf("%s: %+v", spelling, a)
		}
	}
	api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).refused(bank.ErrAlreadyExists)
	var closed, fresh BankAccount
	api.do("DELETE", "/secure/bank-accounts/"+b.IBAN, nil).ok(200, &closed)
	if closed.Status != "CLOSED" {
		t.Errorf("closed: %+v", closed)
	}
	api.do("DELETE", "/secure/bank-accounts/"+b.IBAN, nil).refused(bank.ErrConflict)
	api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).ok(201, &fresh)
	if fresh.IBAN == b.IBAN {
		t.Error("a closed IBAN was issued again")
	}
	var list BankAccountList
	api.do("GET", "/secure/bank-accounts?balanceId="+b.ID, nil).ok(200, &list)
	if len(list.Items) != 2 {
		t.Errorf("IBANs of the balance: %+v", list)
	}
	api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
	if b.IBAN != fresh.IBAN {
		t.Errorf("the balance shows %s", b.IBAN)
	}
	var gone Balance
	api.do("DELETE", "/secure/balances/"+b.ID, nil).ok(200, &gone)
	if gone.Status != "CLOSED" || gone.IBAN != "" {
		t.Errorf("closed balance: %+v", gone)
	}
	api.do("DELETE", "/secure/balances/"+b.ID, nil).refused(bank.ErrBalanceClosed)
}

// TestBalanceWithoutBaseIBAN exists, and says why it has no IBAN.
func TestBalanceWithoutBaseIBAN(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	user := api.balance().UserID
	var b Balance
	api.do("POST", "/secure/users/"+user+"/balances", map[string]any{"currency": "EUR"}).ok(201, &b)
	if b.IBAN != "" || b.NoIBANReason == "" {
		t.Errorf("balance %+v", b)
	}
	api.do("POST", "/secure/bank-accounts", map[string]any{"balanceId": b.ID}).refused(bank.ErrNoBaseIBAN)
	var list BankAccountList
	api.do("GET", "/secure/bank-accounts?balanceId="+b.ID, nil).ok(200, &list)
	if list.Items == nil || len(list.Items) != 0 {
		t.Errorf("list %+v", list)
	}
}

// TestBlocks stand together, stop their direction, and are lifted one by one.
func TestBlocks(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 1000)
	for path, status := range map[string]string{"/secure/users/" + b.UserID: "ACTIVE", "/secure/balances/" + b.ID: "BLOCKED", "/secure/bank-accounts/" + b.IBAN: "ACTIVE"} {
		var first, second Block
		api.do("POST", path+"/blocks", map[string]any{"kind": "COURT", "direction": "DEBITS", "reference": "K 1/26"}).ok(201, &first)
		api.do("POST", path+"/blocks", map[string]any{"kind": "FRAUD", "direction": "BOTH"}).ok(201, &second)
		var list BlockList
		api.do("GET", path+"/blocks", nil).ok(200, &list)
		if len(list.Items) != 2 || list.Items[0].Reference+list.Items[1].Reference != "K 1/26" {
			t.Errorf("%s: blocks %+v", path, list)
		}
		api.do("GET", "/secure/balances/"+b.ID, nil).ok(200, &b)
		if b.Status != status {
			t.Errorf("%s: the balance is %s, want %s", path, b.Status, status)
		}
		if !strings.Contains(path, "bank-accounts") {
			api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, "Idempotency-Key", path).refused(bank.ErrBlocked)
		}
		for _, block := range list.Items {
			api.do("DELETE", path+"/blocks/"+block.ID, nil).ok(204, nil)
			api.do("DELETE", path+"/blocks/"+block.ID, nil).refused(bank.ErrNotFound)
		}
		api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, "Idempotency-Key", "free "+path[:12]).refused(bank.ErrMalformed)
		api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, "Idempotency-Key", "free-"+path).ok(201, nil)
	}
	api.do("POST", "/secure/bank-accounts/"+b.IBAN+"/blocks", map[string]any{"kind": "CUSTOMER", "direction": "BOTH"}).ok(201, nil)
	var list BankAccountList
	api.do("GET", "/secure/bank-accounts?balanceId="+b.ID, nil).ok(200, &list)
	if list.Items[0].Status != "BLOCKED" {
		t.Errorf("getIban of a blocked IBAN: %+v", list)
	}
}

// reportsOf asks for the reports of an Invalid file in each form and language, and for its rejected records.
func reportsOf(t *testing.T, api *caller, id, rejected string) {
	t.Helper()
	const path, workbook = "/secure/transaction-files/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	for _, c := range []struct{ query, accept, language, wantType, wantLanguage, wantBody string }{
		{"", "", "", "text/csv; charset=utf-8", "en", "error,1,3,amount,record.amount_zero"},
		{"", "text/html,*/*;q=0.8", "pl-PL", "text/html; charset=utf-8", "pl", `<html lang="pl">`},
		{"?lang=pl", workbook, "en", workbook, "pl", "PK"},
		{"?format=html&lang=en", "text/csv", "pl", "text/html; charset=utf-8", "en", "<mark>0</mark>"},
	} {
		a := api.do("GET", path+id+"/validation-report"+c.query, nil, "Accept", c.accept, "Accept-Language", c.language).ok(200, nil)
		page, kept := strings.HasPrefix(c.wantType, "text/html"), strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment")
		if a.header.Get("Content-Type") != c.wantType || a.header.Get("Content-Language") != c.wantLanguage || !strings.Contains(string(a.body), c.wantBody) ||
			kept == page || page != strings.Contains(a.header.Get("Content-Security-Policy"), "sha256-") {
			t.Errorf("%+v: %s\n%.300s", c, a.header, a.body)
		}
	}
	api.do("GET", path+id+"/validation-report?format=pdf", nil).refused(bank.ErrInvalid)
	api.do("GET", path+id+"/validation-report?lang=de", nil).refused(bank.ErrInvalid)
	api.do("GET", path+id+"/validation-report", nil, "Accept", "image/png").refused(bank.ErrNotAcceptable)
	api.do("GET", path+id+"/rejected-records", nil, "Accept", "image/png").refused(bank.ErrNotAcceptable)
	if a := api.do("GET", path+id+"/rejected-records", nil).ok(200, nil); string(a.body) != rejected {
		t.Errorf("rejected records: %q", a.body)
	}
	var list FindingList
	api.do("GET", path+id+"/findings?lang=pl", nil).ok(200, &list)
	if f := list.Items[0]; !strings.HasPrefix(f.Message, "Kwota") || string([]rune(f.Record)[f.From:f.To]) != "0" {
		t.Errorf("finding %+v", f)
	}
	api.do("GET", path+id+"/findings?lang=de", nil).refused(bank.ErrInvalid)
}

// TestInvalidFile is told by its findings, as JSON page by page and as CSV.
func TestInvalidFile(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	var f TransactionFile
	bad := strings.Replace(line(outsideNRB, b.IBAN[2:], 500, "A"), ",500,", ",0,", 1)
	c.upload(api, "bad.pli", bad+bad+line(outsideNRB, b.IBAN[2:], 7, "GOOD")).ok(201, &f)
	if f.Status != "Pending" {
		t.Errorf("uploaded: %+v", f)
	}
	c.work(f.ID)
	var state FileState
	api.do("GET", "/secure/transaction-files/"+f.ID, nil).ok(200, &state)
	if state.Status != "Invalid" || state.Totals.Errors == 0 {
		t.Fatalf("state %+v", state)
	}
	api.do("POST", "/secure/transaction-files/"+f.ID+"/execute", nil).refused(bank.ErrFileNotExecutable)
	api.do("GET", "/secure/transaction-files/"+f.ID+"/report", nil).refused(bank.ErrConflict)
	var all []Finding
	cursor := ""
	for {
		var list FindingList
		api.do("GET", "/secure/transaction-files/"+f.ID+"/findings?limit=1&cursor="+cursor, nil).ok(200, &list)
		all = append(all, list.Items...)
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	var whole FindingList
	api.do("GET", "/secure/transaction-files/"+f.ID+"/findings", nil).ok(200, &whole)
	if diff := cmp.Diff(whole.Items, all); diff != "" || len(all) < 2 {
		t.Errorf("pages: %s", diff)
	}
	csv := api.do("GET", "/secure/transaction-files/"+f.ID+"/findings", nil, "Accept", "text/csv").ok(200, nil)
	if !strings.HasPrefix(csv.header.Get("Content-Type"), "text/csv") || !strings.Contains(string(csv.body), all[0].Code) {
		t.Errorf("CSV: %s", csv.body)
	}
	api.do("GET", "/secure/transaction-files/"+f.ID+"/findings", nil, "Accept", "image/png").refused(bank.ErrNotAcceptable)
	reportsOf(t, api, f.ID, bad+bad)
	api.do("POST", "/secure/transaction-files/"+f.ID+"/validate", nil).ok(202, &f)
	if f.Status != "Pending" {
		t.Errorf("validate again: %+v", f)
	}
	c.upload(api, "other.pli", bad+bad+line(outsideNRB, b.IBAN[2:], 7, "GOOD")).refused(bank.ErrFileDuplicate)
	c.upload(api, "bad.pli", line(outsideNRB, b.IBAN[2:], 8, "GOOD")).refused(bank.ErrFileNameTaken)
	var list TransactionFileList
	api.do("GET", "/secure/transaction-files?status=Pending", nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != f.ID {
		t.Errorf("files: %+v", list)
	}
}

// TestExpectedFile: what is said of a file at its upload is kept, and compared.
func TestExpectedFile(t *testing.T) {
	c := newScene(t).example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	query, content := "/secure/transaction-files?name=said.pli&masterAccountId="+c.master.ID.String(), line(outsideNRB, b.IBAN[2:], 7, "A")
	for _, wrong := range []string{"&expect=both", "&expectedRecords=0", "&expectedSum=1.5", "&expectedSum=", "&expectedRecords=1&expectedRecords=1"} {
		api.do("POST", query+wrong, content, "Content-Type", "text/plain").refused(bank.ErrInvalid)
	}
	var f TransactionFile
	api.do("POST", query+"&expect=debits&expectedRecords=1&expectedSum=8", content, "Content-Type", "text/plain").ok(201, &f)
	if f.Expected == nil || *f.Expected != (Expected{"debits", 1, 8}) {
		t.Errorf("expected %+v", f.Expected)
	}
	c.work(f.ID)
	api.do("GET", "/secure/transaction-files/"+f.ID, nil).ok(200, &f)
	if f.Status != "Invalid" || f.Totals.Codes["file.direction_mismatch"] != 1 || f.Totals.Codes["file.control_totals_mismatch"] != 1 {
		t.Errorf("%s %+v", f.Status, f.Totals)
	}
}

// TestBrokenUpload leaves nothing: a body cut short is not a shorter file.
func TestBrokenUpload(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	read, write := io.Pipe()
	go func() {
		_, _ = write.Write([]byte(line(outsideNRB, masterNRB, 500, "A")))
		_ = write.CloseWithError(io.ErrUnexpectedEOF)
	}()
	request := must[*http.Request](t)(http.NewRequest("POST", api.base+"/secure/transaction-files?name=cut.pli&masterAccountId="+c.master.ID.String(), read))
	request.ContentLength = 1000
	if response, err := api.client.Do(request); err == nil {
		defer response.Body.Close()
		if response.StatusCode == 201 {
			t.Error("a cut body became a file")
		}
	}
	var list TransactionFileList
	api.do("GET", "/secure/transaction-files", nil).ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("files: %+v", list)
	}
}

// TestService: what needs no certificate.
func TestService(t *testing.T) {
	s := newScene(t)
	anybody := s.connect(nil)
	anybody.do("GET", "/healthz", nil, "Origin", "https://elsewhere.example").ok(200, nil)
	anybody.do("GET", "/readyz", nil).ok(200, nil)
	s.ready = io.ErrClosedPipe
	p := anybody.do("GET", "/readyz", nil)
	p.refused(bank.ErrUnavailable)
	if p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if got := anybody.do("GET", "/openapi/server.yaml", nil).ok(200, nil); string(got.body) != string(api.Server) {
		t.Error("the served document is another")
	}
	if got := anybody.do("GET", "/problems/insufficient-funds", nil).ok(200, nil); !strings.Contains(string(got.body), "Remedy") {
		t.Errorf("explanation: %s", got.body)
	}
}

// TestSecondPerson: a certificate asks, operators decide; which certificate uploaded the file never executes it.
func TestSecondPerson(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api, executor := c.caller("V-Example-Backend"), c.caller("V-Example-Executor")
	system := bank.System(c.ID, "test")
	must[bank.Settings](t)(bank.Settings{}, s.customers.UpdateSettings(t.Context(), system, c.ID, func(x *customers.Settings) error { x.FourEyes = true; return nil }))
	for _, email := range []string{"ada@example.test", "bob@example.test"} {
		if _, err := s.access.InviteOperator(t.Context(), system, c.ID, email, bank.Admin, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := storetest.Come(s.db, c.ID, "ada@example.test", "bob@example.test"); err != nil {
		t.Fatal(err)
	}
	var f TransactionFile
	c.upload(api, "day.pli", line(outsideNRB, masterNRB, 500, "A")).ok(201, &f)
	c.work(f.ID)
	var e FileExecution
	api.do("POST", "/secure/transaction-files/"+f.ID+"/execute", nil).ok(202, &e)
	if e.Approval == nil || e.Approval.Status != "PENDING" || e.File.Status != "Validated" {
		t.Fatalf("execution without a second person: %+v", e)
	}
	var list ApprovalList
	api.do("GET", "/secure/approvals?status=PENDING", nil).ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != e.Approval.ID {
		t.Fatalf("approvals %+v", list)
	}
	ada := must[bank.Actor](t)(s.access.Operator(t.Context(), c.ID, "ada@example.test"))
	id := must[bank.ID](t)(bank.ParseID(e.Approval.ID))
	must[bank.Approval](t)(s.access.Decide(t.Context(), ada, c.ID, id, true, ""))
	e = FileExecution{}
	api.do("POST", "/secure/transaction-files/"+f.ID+"/execute", nil).refused(bank.ErrFourEyes)
	executor.do("POST", "/secure/transaction-files/"+f.ID+"/execute", nil).ok(202, &e)
	if e.Approval != nil || e.File.Status != "Executing" {
		t.Fatalf("approved execution: %+v", e)
	}
	c.work(f.ID)
	var items ItemList
	api.do("GET", "/secure/technical-items", nil).ok(200, &items)
	var d ItemDecision
	api.do("POST", "/secure/technical-items/"+items.Items[0].ID+"/return", map[string]any{"reason": "nobody's"}).ok(202, &d)
	if d.Approval == nil || d.Item.Status != "OPEN" {
		t.Errorf("decision without a second person: %+v", d)
	}
}
