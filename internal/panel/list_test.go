package panel

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
)

// TestUserFilters narrows the list by each filter alone; what it shows is in the chips, each with the way back.
func TestUserFilters(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	v := must[accounts.BalanceView](t)(s.panel.Accounts.CreateBalance(t.Context(), s.admin, s.users[1].ID, money.PLN))
	spaced := v.Accounts[0].IBAN.Format()
	for filter, want := range map[string]string{"name=TESTOWY": "JAN TESTOWY", "externalId=demo-3": "WZORCOWA FIKCJA", "iban=" + url.QueryEscape(spaced): "ANNA PRZYK",
		"email=jan%40testowy.example": "JAN", "phone=%2B48000000001": "JAN", "type=CORPORATION": "WZORCOWA", "kyc=PENDING": "ANNA", "kyc=PENDING&kyc=REJECTED&name=SP.": "WZORCOWA"} {
		got := b.get("/users?"+filter).expect(http.StatusOK, want, `class="chip"`, "1 row")
		if n := strings.Count(got.body, `class="row"`); n != 1 {
			t.Errorf("%s: %d rows", filter, n)
		}
	}
	b.get("/users?status=LOCKED").expect(http.StatusOK, "Nothing matches", "Clear all")
	b.get("/users?created.from=2999-01-01").expect(http.StatusOK, "Nothing matches")
	b.get("/users?created.to=2999-01-01&status=").expect(http.StatusOK, "3 rows")
	b.get("/users?unknown=1&status=NONSENSE").expect(http.StatusOK, "3 rows").lacks(`class="chip"`)
}

// TestWrongFilters tells at the field what is wrong with it, and keeps what was typed.
func TestWrongFilters(t *testing.T) {
	b := newScene(t).signedIn(adminEmail)
	b.get("/users?iban=PL00").expect(http.StatusUnprocessableEntity, `id="field-iban-fault"`, `value="PL00"`, `aria-describedby="field-iban-fault"`)
	b.get("/users?created.from=tomorrow").expect(http.StatusUnprocessableEntity, "Not a day", `value="tomorrow"`)
	b.get("/users?name=%3Cscript%3Ealert(1)%3C/script%3E").expect(http.StatusOK, "&lt;script&gt;").lacks("<script>alert")
	b.get("/users?cursor=nonsense").expect(http.StatusUnprocessableEntity)
}

// TestPages turns to the end and back: every row is seen once, and the way back is the way there.
func TestPages(t *testing.T) {
	s := newScene(t)
	for i := range 45 {
		must[bank.User](t)(s.panel.Accounts.CreateUser(t.Context(), s.admin, accounts.NewUser{ExternalID: fmt.Sprintf("many-%02d", i), Type: bank.Person, FirstName: "MANY", LastName: fmt.Sprint(i)}))
	}
	b := s.signedIn(adminEmail)
	path, pages, seen := "/users?externalId=&name=MANY&size=20", []string{}, map[string]bool{}
	for path != "" {
		got := b.get(path).expect(http.StatusOK)
		pages = append(pages, strings.Join(hrefs(got.body, "row"), " "))
		for _, row := range hrefs(got.body, "row") {
			if seen[row] {
				t.Errorf("%s is seen twice", row)
			}
			seen[row] = true
		}
		path = turn(got.body, "next")
		if path == "" {
			for i := len(pages) - 2; i >= 0; i-- {
				back := turn(got.body, "prev")
				if got = b.get(back).expect(http.StatusOK); strings.Join(hrefs(got.body, "row"), " ") != pages[i] {
					t.Errorf("the way back to page %d shows others", i)
				}
			}
			if turn(got.body, "prev") != "" {
				t.Error("the first page has one before it")
			}
		}
	}
	if len(seen) != 45 || len(pages) != 3 {
		t.Errorf("%d rows on %d pages", len(seen), len(pages))
	}
}

func hrefs(body, class string) (found []string) {
	for _, m := range regexp.MustCompile(`class="`+class+`" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		found = append(found, m[1])
	}
	return found
}

func turn(body, rel string) string {
	m := regexp.MustCompile(`rel="` + rel + `" href="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// TestOrder turns the list around at the heading of the column.
func TestOrder(t *testing.T) {
	b := newScene(t).signedIn(adminEmail)
	newest := b.get("/users").expect(http.StatusOK, `aria-sort="descending"`, `href="/users?sort=created"`)
	oldest := b.get("/users?sort=created").expect(http.StatusOK, `aria-sort="ascending"`)
	first, last := hrefs(newest.body, "row"), hrefs(oldest.body, "row")
	if len(first) != 3 || first[0] != last[2] || first[2] != last[0] {
		t.Errorf("%v is not %v turned round", first, last)
	}
}

// TestColumns remembers the choice, also in another browser of the same operator.
func TestColumns(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/users").expect(http.StatusOK, "jan@testowy.example").lacks("+48000000001")
	b.post("/columns", url.Values{"list": {"users"}, "column": {"phone", "status"}, "back": {"/users?name=JAN"}}).expect(http.StatusSeeOther)
	for _, b := range []*browser{b, s.signedIn(adminEmail)} {
		b.get("/users?name=JAN").expect(http.StatusOK, "JAN TESTOWY", "+48000000001").lacks("jan@testowy.example")
	}
	b.post("/columns", url.Values{"list": {"users"}, "reset": {"1"}}).expect(http.StatusSeeOther)
	b.get("/users").expect(http.StatusOK, "jan@testowy.example").lacks("+48000000001")
}

// TestExport writes what is filtered, with the columns that are shown, and nothing that a spreadsheet would run.
func TestExport(t *testing.T) {
	s := newScene(t)
	must[bank.User](t)(s.panel.Accounts.CreateUser(t.Context(), s.admin, accounts.NewUser{Type: bank.Person, FirstName: "=HYPERLINK", LastName: "X"}))
	b := s.signedIn(adminEmail)
	csv := b.get("/users?type=PERSON&format=csv").expect(http.StatusOK, "JAN TESTOWY", "'=HYPERLINK X", "Demo Pay").lacks("WZORCOWA")
	if got := csv.header.Get("Content-Disposition"); got != `attachment; filename="users.csv"` {
		t.Error(got)
	}
	book := must[*excelize.File](t)(excelize.OpenReader(bytes.NewReader([]byte(b.get("/users?format=xlsx").expect(http.StatusOK).body))))
	rows := must[[][]string](t)(book.GetRows(book.GetSheetList()[len(book.GetSheetList())-1]))
	if len(rows) != 5 || rows[0][0] != "Name" {
		t.Errorf("the sheet: %v", rows)
	}
	b.get("/users?format=pdf").expect(http.StatusUnprocessableEntity)
	b.get("/users?iban=PL00&format=csv").expect(http.StatusUnprocessableEntity)
}

// TestAmounts reads ranges of amounts as people write them; what is none is a fault of the field.
func TestAmounts(t *testing.T) {
	f := filter{name: "amount", kind: amountFilter}
	v := must[*Panel](t)(New(Config{})).visit(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	for text, want := range map[string]int64{"12,50": 1250, "1 000": 100000, "0.01": 1} {
		q := &query{values: url.Values{}, faults: map[string]string{}}
		f.read(v, url.Values{"amount.from": {text}}, q)
		if from, to := q.amounts("amount"); from == nil || *from != want || to != nil || len(q.faults) > 0 {
			t.Errorf("%q: %v %v %v", text, from, to, q.faults)
		}
	}
	q := &query{values: url.Values{}, faults: map[string]string{}}
	f.read(v, url.Values{"amount.to": {"1e3"}}, q)
	if q.faults["amount.to"] == "" {
		t.Error("1e3 is taken for an amount")
	}
}
