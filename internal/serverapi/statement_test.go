package serverapi

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestStatement: every form of a statement, by format and by Accept, says the same.
func TestStatement(t *testing.T) { storetest.Each(t, statements) }

func statements(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	path := "/secure/balances/" + b.ID + "/statement"
	var empty Statement
	api.do("GET", path, nil).ok(200, &empty)
	if empty.Transactions == nil || len(empty.Transactions) > 0 || empty.Closing.Amount != 0 || empty.IBAN != b.IBAN {
		t.Errorf("an empty statement: %+v", empty)
	}
	c.fund(api, 100_000)
	api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 12345, Currency: "PLN"}, Title: "Premia świąteczna"}, "Idempotency-Key", "s-1").ok(201, nil)
	api.do("POST", "/secure/balances/"+b.ID+"/debit", Order{Amount: Money{Amount: 345, Currency: "PLN"}, Title: "=1+1"}, "Idempotency-Key", "s-2").ok(201, nil)
	today := bank.CivilDate(s.now())
	var st Statement
	api.do("GET", path+"?from="+today+"&to="+today, nil, "Accept", "application/json").ok(200, &st)
	if st.Opening.Amount != 0 || st.Credits.Money.Amount != 12345 || st.Debits.Money.Amount != 345 || st.Closing.Amount != 12000 || st.Debits.Count != 1 {
		t.Errorf("head: %+v", st.StatementHead)
	}
	if len(st.Transactions) != 2 || st.Transactions[0].BalanceAfter.Amount != 12345 || st.Transactions[1].BalanceAfter.Amount != 12000 || st.Transactions[1].Title != "=1+1" {
		t.Errorf("transactions: %+v", st.Transactions)
	}
	day := "?from=" + today + "&to=" + today
	for format, want := range map[string]struct{ mediaType, text string }{
		"csv": {"text/csv; charset=utf-8", "'=1+1"}, "pdf": {"application/pdf", "%PDF-"}, "camt053": {"application/xml", "camt.053.001.08"},
		"mt940": {"application/x-mt940", ":25:" + b.IBAN}, "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"},
	} {
		plain, _, _ := strings.Cut(want.mediaType, ";")
		for _, a := range []answer{api.do("GET", path+day+"&format="+format, nil), api.do("GET", path+day, nil, "Accept", plain)} {
			a.ok(200, nil)
			if a.header.Get("Content-Type") != want.mediaType || !bytes.Contains(a.body, []byte(want.text)) || !strings.Contains(a.header.Get("Content-Disposition"), "statement-"+b.ID) {
				t.Errorf("%s: %v\n%.200s", format, a.header, a.body)
			}
		}
	}
	polish := api.do("GET", path+day+"&format=csv", nil, "Accept-Language", "pl").ok(200, nil)
	if !strings.Contains(string(polish.body), "Saldo końcowe,120.00") {
		t.Errorf("in Polish:\n%s", polish.body)
	}
	book, err := excelize.OpenReader(bytes.NewReader(api.do("GET", path+day+"&format=xlsx", nil).ok(200, nil).body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if rows, err := book.GetRows("Transactions"); err != nil || len(rows) != 3 || rows[2][10] != "=1+1" {
		t.Errorf("workbook: %v, %v", rows, err)
	}
	api.do("GET", path+"?from=2026-02-30", nil).refused(bank.ErrInvalid)
	api.do("GET", path+"?from=2026-02-03&to=2026-02-01", nil).refused(bank.ErrInvalid)
	api.do("GET", path+"?format=html", nil).refused(bank.ErrInvalid)
	api.do("GET", path, nil, "Accept", "text/html").refused(bank.ErrNotAcceptable)
	api.do("GET", path+"?day=1", nil).refused(bank.ErrInvalid)
	reader := c.caller("V-Example-Reader", bank.PermUsersRead)
	reader.do("GET", path, nil).refused(bank.ErrForbidden)
}
