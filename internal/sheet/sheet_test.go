package sheet

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"ims/internal/money"
)

// hostile are texts that a spreadsheet would run if they were formulas.
var hostile = []string{"=1+1", "+48 600", "-2+3", "@SUM(A1)", "\t=1", "\r=1", `=HYPERLINK("http://example.test")`}

func fill(t *testing.T, w Writer) {
	t.Helper()
	steps := []error{w.Fact("name", "Zażółć"), w.Fact("count", 3), w.Fact("sum", Amount{-12345, money.PLN}),
		w.Columns(Column{"a", 10}, Column{"b", 10}, Column{"c", 10})}
	for _, s := range hostile {
		steps = append(steps, w.Row(s, Amount{-5, money.PLN}, Date("2026-11-20")))
	}
	steps = append(steps, w.Row("last", Amount{1_234_567_890_123_456_789, money.PLN}, nil), w.Row(int64(7), Amount{150, money.JPY}, Date("")), w.Close())
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Discard()
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	w, err := New(CSV, &b, "facts", "table")
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w)
	want := strings.Join([]string{"name,Zażółć", "count,3", "sum,-123.45", "", "a,b,c", "'=1+1,-0.05,2026-11-20", "'+48 600,-0.05,2026-11-20",
		"'-2+3,-0.05,2026-11-20", "'@SUM(A1),-0.05,2026-11-20", "'\t=1,-0.05,2026-11-20", "\"'\r=1\",-0.05,2026-11-20",
		`"'=HYPERLINK(""http://example.test"")",-0.05,2026-11-20`, "last,12345678901234567.89,", "7,150,", ""}, "\n")
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestXLSX reads the workbook back: no cell is a formula, amounts and dates are numbers with a format.
func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	w, err := New(XLSX, &b, "facts", "table")
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w)
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	facts, err := f.GetRows("facts")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"name", "Zażółć"}, {"count", "3"}, {"sum", "-123.45"}}, facts); diff != "" {
		t.Error(diff)
	}
	rows, err := f.GetRows("table")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"a", "b", "c"}}
	for _, s := range hostile {
		want = append(want, []string{s, "-0.05", "2026-11-20"})
	}
	want = append(want, []string{"last", "12345678901234567.89"}, []string{"7", "150"})
	if diff := cmp.Diff(want, rows, cmp.Transformer("returns", func(s string) string { return strings.ReplaceAll(s, "\r", "\n") })); diff != "" {
		t.Error(diff)
	}
	for i := range hostile {
		cell := fmt.Sprintf("A%d", i+2)
		if formula, err := f.GetCellFormula("table", cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q, %v", cell, formula, err)
		}
	}
}

// TestPages: where a page is full, the table goes on on the next, with its columns.
func TestPages(t *testing.T) {
	var out bytes.Buffer
	b, err := newBook(&out, "facts", "table")
	if err != nil {
		t.Fatal(err)
	}
	b.most = 3
	if err := b.Columns(Column{"n", 10}); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if err := b.Row(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string][][]string{"table": {{"n"}, {"0"}, {"1"}}, "table 2": {{"n"}, {"2"}, {"3"}}, "table 3": {{"n"}, {"4"}}} {
		if rows, err := f.GetRows(name); err != nil || !cmp.Equal(want, rows) {
			t.Errorf("%s: %v, %v", name, rows, err)
		}
	}
}

func TestRefused(t *testing.T) {
	if _, err := New("pdf", io.Discard, "a", "b"); err == nil {
		t.Error("a sheet of no form")
	}
	for _, form := range []Form{CSV, XLSX} {
		w, err := New(form, io.Discard, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Discard()
		if err := w.Row(struct{}{}); err == nil {
			t.Errorf("%s takes any cell", form)
		}
	}
}

// BenchmarkRows tells what a row costs, and that memory does not grow with rows: see the metric.
func BenchmarkRows(b *testing.B) {
	for _, form := range []Form{CSV, XLSX} {
		b.Run(string(form), func(b *testing.B) {
			w, err := New(form, io.Discard, "facts", "table")
			if err != nil {
				b.Fatal(err)
			}
			if err := w.Columns(Column{"a", 10}, Column{"b", 10}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := w.Row("a text of some length that a title may have", Amount{12345, money.PLN}); err != nil {
					b.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapInuse)/1e6, "MB-heap")
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
