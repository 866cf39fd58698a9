package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store/storetest"
)

// written writes a validation report.
func (s *scene) written(f bank.TransactionFile, form files.ReportForm, lang string) string {
	s.t.Helper()
	var out bytes.Buffer
	must(s.t, s.files.WriteValidationReport(context.Background(), s.actor, f.ID, form, lang, &out))
	return out.String()
}

// hostile is a title that acts in a spreadsheet and in a browser.
const hostile = `=HYPERLINK(1)<script>alert(1)</script>`

// TestHostileTexts: what a bank's file says is text in each form, and nothing else.
func TestHostileTexts(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		f := s.validated(`=a<b>.pli`, line(hostile, account, 100, hostile))
		rows, err := csv.NewReader(strings.NewReader(s.unevenly(s.written(f, files.ReportCSV, "en")))).ReadAll()
		must(t, err)
		for _, row := range rows {
			for _, cell := range row {
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
					t.Errorf("a formula in CSV: %s", cell)
				}
			}
		}
		page := s.written(f, files.ReportHTML, "pl")
		if strings.Contains(page, "<script") || strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;script&gt;") || !strings.Contains(page, `<html lang="pl">`) {
			t.Errorf("the page acts:\n%s", page)
		}
		book, err := excelize.OpenReader(strings.NewReader(s.written(f, files.ReportXLSX, "pl")))
		must(t, err)
		defer book.Close()
		texts := 0
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			must(t, err)
			for r, row := range rows {
				for c := range row {
					name, err := excelize.CoordinatesToCellName(c+1, r+1)
					must(t, err)
					formula, err := book.GetCellFormula(sheet, name)
					if kind, _ := book.GetCellType(sheet, name); err != nil || formula != "" || kind == excelize.CellTypeFormula {
						t.Errorf("%s of %s is a formula", name, sheet)
					}
					texts++
				}
			}
		}
		if texts < 50 {
			t.Errorf("only %d cells", texts)
		}
	})
}

// unevenly makes rows of different lengths readable: all get as many cells as the longest.
func (s *scene) unevenly(text string) string {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	must(s.t, err)
	var out strings.Builder
	w := csv.NewWriter(&out)
	for _, row := range rows {
		must(s.t, w.Write(append(row, make([]string, 8-len(row))...)))
	}
	w.Flush()
	return out.String()
}

// TestReportInEachForm: the same facts, the field marked, errors before warnings, in the language that was asked for.
func TestReportInEachForm(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		content := line(outside, account, 1_234_567, "A") + line(outside, neverIssued, 2, "B") + strings.Replace(line(outside, account, 300, "C"), ",300,", ",3.00,", 1)
		f := s.validated("three.pli", content)
		for form, want := range map[files.ReportForm][]string{
			files.ReportCSV:  {"Suma,uznania,2,12345.69", "rekordy z błędami (czytelne kwoty),1,0.00", "błąd,3,3,kwota,record.amount_format", "110,20261120,»3.00«,22222222", "Co zrobić,\"Niczego nie"},
			files.ReportHTML: {"12\u00a0345,69 PLN", "<mark>3.00</mark>", "<dd class=\"encoding\">US-ASCII</dd>", "Błędny: nie można"},
		} {
			text := s.written(f, form, "pl")
			for _, part := range want {
				if !strings.Contains(text, part) {
					t.Errorf("%s lacks %q:\n%s", form, part, text)
				}
			}
			if strings.Index(text, "amount_format") > strings.LastIndex(text, "own_account_unknown") {
				t.Errorf("%s: warnings stand before errors", form)
			}
		}
		book, err := excelize.OpenReader(strings.NewReader(s.written(f, files.ReportXLSX, "en")))
		must(t, err)
		defer book.Close()
		rows, err := book.GetRows("Finding")
		must(t, err)
		want := []string{"error", "3", "3", "amount", "record.amount_format"}
		if len(rows) != 3 || cmp.Diff(want, rows[1][:5]) != "" || !strings.Contains(rows[1][7], "»3.00«") {
			t.Errorf("rows %q", rows)
		}
		if sum, _ := book.GetCellValue("Totals", "C19"); !strings.Contains(strings.Join(flat(book.GetRows("Totals")), " "), "12,345.69") {
			t.Errorf("sums: %s", sum)
		}
	})
}

func flat(rows [][]string, _ error) (cells []string) {
	for _, row := range rows {
		cells = append(cells, row...)
	}
	return cells
}

// TestPolicyOfThePage: the policy takes the style as it is written, and nothing else.
func TestPolicyOfThePage(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.Strict)
	page := s.written(s.validated("a.pli", line(outside, outside, 1, "A")), files.ReportHTML, "en")
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if !strings.Contains(files.ReportPolicy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("%s does not take the style", files.ReportPolicy)
	}
	if strings.Contains(page, " style=") || strings.Contains(page, "http") {
		t.Error("the page has styles outside, or asks somebody")
	}
}

// TestManyFindings: a report of more findings than are kept says so, and the rejected records are complete.
func TestManyFindings(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.Strict)
	_, account := s.balance()
	bad := line(outside, account, 0, "BAD")
	f := s.validated("many.pli", strings.Repeat(bad+line(outside, account, 5, "GOOD"), 1500))
	text := s.written(f, files.ReportCSV, "en")
	if n := strings.Count(text, "record.amount_zero"); n != 1001 {
		t.Errorf("%d findings are listed, want 1000 and their count", n)
	}
	if !strings.Contains(text, "not listed:,") || !strings.Contains(text, "Code,record.amount_zero,1500") {
		t.Errorf("the end: %s", text[len(text)-200:])
	}
	var out bytes.Buffer
	must(t, s.files.WriteRejectedRecords(context.Background(), s.actor, f.ID, &out))
	if out.String() != strings.Repeat(bad, 1500) {
		t.Errorf("%d bytes of rejected records, want %d", out.Len(), 1500*len(bad))
	}
}

// TestRejectedRecordsOfThatDay: they are read as they were judged, not as the account reads today.
func TestRejectedRecordsOfThatDay(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		_, account := s.balance()
		bad := strings.Replace(line(outside, account, 100, "A"), "110,", "120,", 1)
		f := s.validated("old.pli", line(outside, account, 100, "A")+bad)
		s.dialect(bank.Dialect{Types: []string{"110", "120"}})
		var out bytes.Buffer
		must(t, s.files.WriteRejectedRecords(ctx, s.actor, f.ID, &out))
		if out.String() != bad {
			t.Errorf("rejected %q", out.String())
		}
		f = s.again(f)
		if err := s.files.WriteRejectedRecords(ctx, s.actor, f.ID, io.Discard); !errors.Is(err, bank.ErrConflict) {
			t.Errorf("nothing to reject: %v", err)
		}
		pending, err := s.upload("pending.pli", bad)
		must(t, err)
		for _, err := range []error{s.files.WriteRejectedRecords(ctx, s.actor, pending.ID, io.Discard),
			s.files.WriteValidationReport(ctx, s.actor, pending.ID, files.ReportCSV, "en", io.Discard)} {
			if !errors.Is(err, bank.ErrConflict) {
				t.Errorf("a report of a Pending file: %v", err)
			}
		}
		stranger := bank.Actor{Customer: s.actor.Customer, Kind: bank.ActorOperator, Name: "x"}
		for _, err := range []error{s.files.WriteRejectedRecords(ctx, stranger, f.ID, io.Discard),
			s.files.WriteValidationReport(ctx, stranger, f.ID, files.ReportHTML, "en", io.Discard)} {
			if !errors.Is(err, bank.ErrForbidden) {
				t.Errorf("a stranger reads: %v", err)
			}
		}
	})
}
