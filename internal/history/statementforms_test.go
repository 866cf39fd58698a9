package history_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"ims/bankfile"
	"ims/camt"
	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store/storetest"
	"ims/mt940"
)

const outside = "PL39222222220000000012345678"

// said is a statement's balance with one line of every sort that gives formats trouble.
func said(t *testing.T) (*desk, []history.Row) {
	t.Helper()
	d := newDesk(t, storetest.Open(t), here)
	no := d.balances[0].No
	for i, p := range []paid{
		{from: d.bank, to: no, amount: 123_456_789, cause: bank.CauseIncoming, words: bank.Details{Title: "Zażółć gęślą jaźń – faktura FV/2026/11/00142",
			PayerName: "ŁÓDZKIE ZAKŁADY ŚRUB SP. Z O.O.", PayerAccount: outside, Reference: "REF-7", Operation: "B2026"}},
		{from: no, to: d.bank, amount: 5, cause: bank.CauseOutgoing, words: bank.Details{Title: `=HYPERLINK("http://example.test";"x")`,
			PayeeName: "+48 <b>&amp;</b> O'Neil", PayeeAccount: outside, Reference: "-1"}},
		{from: d.bank, to: no, amount: 1, cause: bank.CauseIncoming, words: bank.Details{}},
		{from: d.bank, to: no, amount: 10, cause: bank.CauseIncoming, booking: "2026-11-30", words: bank.Details{Title: "late ^20 :61: -} // " + strings.Repeat("długi tytuł ", 9),
			PayerName: strings.Repeat("Bardzo Długa Nazwa ", 5), PayerAccount: "0001 23-4", Reference: "a reference//that is longer than any field"}},
		{from: no, to: d.balances[2].No, amount: 7, cause: bank.CauseInternal, words: bank.Details{Title: "lunch", PayeeName: "ANNA", PayeeAccount: d.balances[2].Accounts[0].IBAN.String()}},
	} {
		p.at = warsaw(t, "2026-12-0"+strconv.Itoa(i+1)+" 12:00")
		d.payAt(p)
	}
	_, rows := d.read(d.balances[0].ID, "2026-12-01", "2026-12-31")
	return d, rows
}

func (d *desk) write(form history.StatementForm, lang string) []byte {
	d.t.Helper()
	var out bytes.Buffer
	d.must(d.history.WriteStatement(context.Background(), d.actor, d.balances[0].ID, history.Period{From: "2026-12-01", To: "2026-12-31"}, form, lang, &out))
	if dir := os.Getenv("IMS_STATEMENTS"); dir != "" { // to look at them in a viewer
		d.must(os.WriteFile(filepath.Join(dir, "statement-"+lang+form.Extension()), out.Bytes(), 0o600))
	}
	return out.Bytes()
}

func TestStatementCSV(t *testing.T) {
	t.Parallel()
	d, rows := said(t)
	r := csv.NewReader(bytes.NewReader(d.write(history.StatementCSV, "pl")))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	d.must(err)
	facts := map[string]string{}
	for i, record := range records {
		if len(record) > 3 {
			records = records[i:]
			break
		}
		facts[record[0]] = record[1]
	}
	if facts["Saldo początkowe"] != "0.00" || facts["Saldo końcowe"] != "1234567.88" || facts["Posiadacz"] != "JAN TESTOWY" || facts["Wypływy"] != "0.12" {
		t.Errorf("facts: %v", facts)
	}
	if len(records) != len(rows)+1 || records[0][0] != "Operacja" {
		t.Fatalf("%d rows: %v", len(records), records)
	}
	second := records[2]
	if second[5] != "-0.05" || second[7] != "1234567.84" || second[8] != "'+48 <b>&amp;</b> O'Neil" || !strings.HasPrefix(second[10], "'=HYPERLINK") || second[11] != "'-1" {
		t.Errorf("a hostile row: %q", second)
	}
	if late := records[4]; late[1] != "2026-11-30" || !strings.HasPrefix(late[3], "2026-12-04T") {
		t.Errorf("a late row: %q", late)
	}
}

func TestStatementXLSX(t *testing.T) {
	t.Parallel()
	d, rows := said(t)
	book, err := excelize.OpenReader(bytes.NewReader(d.write(history.StatementXLSX, "en")))
	d.must(err)
	defer book.Close()
	facts, err := book.GetRows("Statement")
	d.must(err)
	if len(facts) < 10 || facts[12][0] != "Closing balance" || facts[12][1] != "1,234,567.88" {
		t.Errorf("facts: %v", facts)
	}
	lines, err := book.GetRows("Transactions")
	d.must(err)
	if len(lines) != len(rows)+1 || lines[1][5] != "1,234,567.89" || lines[1][10] != rows[0].Details.Title || lines[2][10] != rows[1].Details.Title {
		t.Errorf("lines: %v", lines)
	}
	if formula, _ := book.GetCellFormula("Transactions", "K3"); formula != "" {
		t.Errorf("a title became the formula %q", formula)
	}
}

// TestStatementPDF: that it looks as it should is a matter of eyes; here, that it says everything, on pages that are counted.
func TestStatementPDF(t *testing.T) {
	t.Parallel()
	d, _ := said(t)
	for i := range 60 {
		d.payAt(paid{from: d.bank, to: d.balances[0].No, amount: int64(100 + i), cause: bank.CauseIncoming, at: warsaw(t, "2026-12-06 12:00"),
			words: bank.Details{Title: "opłata nr " + strconv.Itoa(i), PayerName: "Żaneta Ćwiklińska 漢😀", PayerAccount: outside}})
	}
	text := pdfText(t, d.write(history.StatementPDF, "pl"))
	for _, want := range []string{"Wyciąg S261201-261231", "JAN TESTOWY", "Zażółć gęślą jaźń", "ŁÓDZKIE ZAKŁADY ŚRUB", "Żaneta Ćwiklińska ??", "opłata nr 59",
		"strona 1 z 5", "strona 5 z 5", "PL39 2222 2222 0000 0000 1234 5678", "-0,05", "1 234 567,89"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// pdfText reads the texts of a PDF whose strings are UTF-16, as they are where a font is embedded by its characters.
func pdfText(t *testing.T, file []byte) string {
	t.Helper()
	var text strings.Builder
	for part := range bytes.SplitSeq(file, []byte("stream\n")) {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		page, _ := io.ReadAll(r) // the part goes on behind what was packed
		for _, match := range regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`).FindAllSubmatch(page, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAll(match[1], []byte("$1"))
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			text.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return strings.ReplaceAll(text.String(), "\u00a0", " ")
}

// again is a record of a statement as our own readers tell it.
type again struct {
	Date, Value, Payer, Payee, PayerName, PayeeName, Title, Reference, Operation string
	Amount                                                                       int64
}

// readBack reads a statement with one of our own readers, for which the balance's IBAN is an account of its own at the bank.
func (d *desk) readBack(open func(func() (io.ReadCloser, error), bankfile.Options) (*bankfile.Reader, error), file []byte) []again {
	d.t.Helper()
	number := d.balances[0].Accounts[0].IBAN.String()
	r, err := open(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil },
		bankfile.Options{Own: []bankfile.Own{{Prefix: number[:2] + number[4:], Master: true}}, Today: "2027-01-01"})
	d.must(err)
	var list []again
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		d.must(err)
		if bankfile.HasError(rec.Findings) {
			d.t.Errorf("line %d: %v", rec.Line, rec.Findings)
		}
		list = append(list, again{rec.Date, rec.ValueDate, rec.Payer.String(), rec.Payee.String(), rec.PayerName, rec.PayeeName, rec.Title, rec.Reference,
			rec.OperationNumber, rec.Amount})
	}
	if report := r.Report(); len(report.File) > 0 || report.Errors > 0 {
		d.t.Errorf("the file as a whole: %+v", report.File)
	}
	return list
}

// wanted is what a reader should find, from the rows themselves. Our own account stands on our side, whatever was written there.
func (d *desk) wanted(rows []history.Row) (list []again) {
	own := d.balances[0].Accounts[0].IBAN.String()
	for _, r := range rows {
		a := again{r.Booking, r.Value, r.Details.PayerAccount, r.Details.PayeeAccount, r.Details.PayerName, r.Details.PayeeName,
			strings.Join(strings.Fields(r.Details.Title), " "), r.Details.Reference, strconv.FormatInt(int64(r.ID), 10), max(r.Amount, -r.Amount)}
		a.PayerName, a.PayeeName = strings.TrimSpace(a.PayerName), strings.TrimSpace(a.PayeeName)
		a.Payer, a.Payee = strings.ReplaceAll(a.Payer, " ", ""), strings.ReplaceAll(a.Payee, " ", "")
		if r.Amount < 0 {
			a.Payer = own
		} else {
			a.Payee = own
		}
		list = append(list, a)
	}
	return list
}

func TestStatementCamt(t *testing.T) {
	t.Parallel()
	d, rows := said(t)
	file := d.write(history.StatementCamt, "en")
	validate(t, file)
	want := d.wanted(rows)
	for i := range want {
		want[i].Operation += "/1" // the reader's name of the first detail of an entry
	}
	want[3].Reference = want[3].Reference[:35]
	if diff := cmp.Diff(want, d.readBack(camt.Open053, file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// validate holds a file to the schema, with a tool that has nothing of ours.
func validate(t *testing.T, file []byte) {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint")
	}
	name := filepath.Join(t.TempDir(), "statement.xml")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--noout", "--nonet", "--schema", "testdata/statement.xsd", name).CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v\n%s\n%s", err, out, file)
	}
}

func TestStatementMT940(t *testing.T) {
	t.Parallel()
	d, rows := said(t)
	file := d.write(history.StatementMT940, "en")
	want := d.wanted(rows)
	want[2].Title = "TRANSFER IN" // where there is no title, readers take the name of the operation
	want[3].Title = strings.ReplaceAll(want[3].Title, "^20", "20")
	want[3].Reference, want[3].Payer = "a reference/that", "0001234"
	got := d.readBack(mt940.Open940, file)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, file)
	}
	for line := range strings.SplitSeq(string(file), "\r\n") {
		if n := len([]rune(line)); n > 69 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// TestStatementWithoutIBAN: the balance's identifier stands where its IBAN would.
func TestStatementWithoutIBAN(t *testing.T) {
	t.Parallel()
	d, _ := said(t)
	for _, b := range d.statementBalances() {
		if b.Kind == bank.KindUser {
			continue
		}
		for _, form := range history.StatementForms() {
			var out bytes.Buffer
			d.must(d.history.WriteStatement(context.Background(), d.actor, b.ID, history.Period{To: "2026-12-31"}, form, "en", &out))
			id := strings.ReplaceAll(b.ID.String(), "-", "")
			if text := form == history.StatementCamt || form == history.StatementMT940; text && !strings.Contains(out.String(), id) {
				t.Errorf("%s of a %s balance does not name it:\n%s", form, b.Kind, out.String())
			}
			if form == history.StatementCamt {
				validate(t, out.Bytes())
			}
		}
	}
}
