package files

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"ims/internal/money"
	"ims/internal/sheet"
)

// xlsxSheet writes a validation report as a workbook of two sheets: totals and findings. Every cell has a type: texts of the
// bank's file are texts, so none is a formula. Rows go to a temporary file as they come; the workbook is put together at
// the end.
type xlsxSheet struct {
	out      io.Writer
	speech   speech
	currency money.Currency
	book     *excelize.File
	rows     *excelize.StreamWriter // of findings
	row      int
	bold     int // style
}

func newXLSXSheet(w io.Writer, s speech, c money.Currency) (*xlsxSheet, error) {
	x := &xlsxSheet{out: w, speech: s, currency: c, book: excelize.NewFile()}
	var err error
	x.bold, err = x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	return x, err
}

// text is a cell that is a text whatever it holds.
func text(s string) any { return excelize.Cell{Value: s} }

func (x *xlsxSheet) title(key string) any {
	return excelize.Cell{StyleID: x.bold, Value: x.speech.word(key)}
}

func (x *xlsxSheet) head(h validationHead) error {
	name := x.speech.word("totals")
	if err := x.book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	if err := x.totals(name, h); err != nil {
		return fmt.Errorf("sheet of totals: %w", err)
	}
	if err := x.findings(x.speech.word("text")); err != nil {
		return fmt.Errorf("sheet of findings: %w", err)
	}
	return nil
}

// totals writes the first sheet.
func (x *xlsxSheet) totals(name string, h validationHead) error {
	sums, err := x.book.NewStyle(&excelize.Style{CustomNumFmt: x.decimals()})
	if err != nil {
		return err
	}
	w, err := x.book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	rows := [][]any{}
	for _, f := range h.Facts {
		rows = append(rows, []any{excelize.Cell{StyleID: x.bold, Value: f.Label}, text(f.Text)})
	}
	rows = append(rows, nil, []any{x.title("direction"), x.title("records"), x.title("sum"), nil})
	for _, sum := range h.Sums {
		// 15 digits are exact in a number of a workbook; sums beyond are shown rounded, as any spreadsheet would.
		amount := excelize.Cell{StyleID: sums, Value: float64(sum.Amount) / float64(x.unit())} //nolint:forbidigo // a workbook has no other numbers
		rows = append(rows, []any{text(sum.Label), sum.Count, amount, text(x.currency.Code())})
	}
	rows = append(rows, nil, []any{x.title("code"), x.title("count")})
	for _, code := range h.Codes {
		rows = append(rows, []any{text(code.Code), code.Count})
	}
	err = errors.Join(w.SetColWidth(1, 1, 36), w.SetColWidth(2, 3, 20))
	for i, row := range rows {
		if err == nil && row != nil {
			err = w.SetRow(fmt.Sprintf("A%d", i+1), row)
		}
	}
	return errors.Join(err, w.Flush())
}

// unit is how many minor units make one of the currency.
func (x *xlsxSheet) unit() int64 {
	n := int64(1)
	for range x.currency.Exponent() {
		n *= 10
	}
	return n
}

// decimals is the number format of amounts.
func (x *xlsxSheet) decimals() *string {
	format := "#,##0"
	for i := range x.currency.Exponent() {
		if i == 0 {
			format += "."
		}
		format += "0"
	}
	return &format
}

// findings opens the second sheet.
func (x *xlsxSheet) findings(name string) (err error) {
	if _, err = x.book.NewSheet(name); err != nil {
		return err
	}
	if x.rows, err = x.book.NewStreamWriter(name); err != nil {
		return err
	}
	w := x.rows
	err = errors.Join(w.SetColWidth(1, 1, 12), w.SetColWidth(2, 3, 8), w.SetColWidth(4, 4, 22), w.SetColWidth(5, 5, 32),
		w.SetColWidth(6, 6, 60), w.SetColWidth(7, 7, 30), w.SetColWidth(8, 8, 120), w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	titles := make([]any, len(findingColumns))
	for i, column := range findingColumns {
		titles[i] = x.title(column)
	}
	return errors.Join(err, x.add(titles...))
}

func (x *xlsxSheet) add(cells ...any) error {
	x.row++
	return x.rows.SetRow(fmt.Sprintf("A%d", x.row), cells)
}

func (x *xlsxSheet) finding(f reportedFinding) error {
	var line, field any
	if f.Line > 0 {
		line = f.Line
	}
	if f.Field > 0 {
		field = f.Field
	}
	return x.add(text(f.Kind), line, field, text(f.Name), text(f.Code), text(f.Message), text(f.Value), marked(f))
}

// marked is the record with the field in bold red between marks, so that an empty one is seen too.
func marked(f reportedFinding) any {
	if !f.Pointed {
		return text(f.Record)
	}
	runs := []excelize.RichTextRun{{Text: f.Before}, {Text: markBegin + f.Marked + markEnd, Font: &excelize.Font{Bold: true, Color: "C00000"}}, {Text: f.After}}
	if f.Before == "" {
		runs = runs[1:]
	}
	return runs
}

func (x *xlsxSheet) end(left int64) error {
	if left > 0 {
		if err := x.add(text(x.speech.word("left")), left); err != nil {
			return err
		}
	}
	if err := x.rows.Flush(); err != nil {
		return err
	}
	return errors.Join(sheet.WriteBook(x.book, x.out), x.book.Close())
}
