package sheet

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// exactDigits is how many digits a number of a workbook holds exactly; an amount with more is written as text.
const exactDigits = 999_999_999_999_999

// book is a sheet as a workbook: one page of facts, then pages of the table, a new one where a page can hold no more rows.
// Rows go to a temporary file as they come; the workbook is put together at the end.
type book struct {
	out        io.Writer
	file       *excelize.File
	page       *excelize.StreamWriter
	row, most  int // of the page; the most it may have
	pages      int // of the table
	table      string
	columns    []Column
	bold, date int         // styles
	amounts    map[int]int // style by decimals
	cells      []any
}

func newBook(w io.Writer, facts, table string) (*book, error) {
	b := &book{out: w, file: excelize.NewFile(), table: table, amounts: map[int]int{}, most: excelize.TotalRows}
	err := b.begin(facts)
	if err != nil {
		b.Discard()
		return nil, fmt.Errorf("workbook: %w", err)
	}
	return b, nil
}

func (b *book) begin(facts string) (err error) {
	if b.bold, err = b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	iso := "yyyy-mm-dd"
	if b.date, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &iso}); err != nil {
		return err
	}
	if err := b.file.SetSheetName("Sheet1", facts); err != nil {
		return err
	}
	if b.page, err = b.file.NewStreamWriter(facts); err != nil {
		return err
	}
	return errors.Join(b.page.SetColWidth(1, 1, 28), b.page.SetColWidth(2, 6, 24))
}

// Fact implements Writer.
func (b *book) Fact(label string, cells ...any) error {
	return b.write(append([]any{excelize.Cell{StyleID: b.bold, Value: label}}, cells...))
}

// Columns implements Writer.
func (b *book) Columns(columns ...Column) error {
	b.columns = columns
	return b.turn()
}

// turn ends the page at hand and begins the next one of the table.
func (b *book) turn() (err error) {
	if err := b.page.Flush(); err != nil {
		return err
	}
	name := b.table
	if b.pages++; b.pages > 1 {
		name = fmt.Sprintf("%s %d", b.table, b.pages)
	}
	if _, err := b.file.NewSheet(name); err != nil {
		return err
	}
	if b.page, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	b.row = 0
	names := make([]any, len(b.columns))
	for i, c := range b.columns {
		names[i] = excelize.Cell{StyleID: b.bold, Value: c.Name}
		err = errors.Join(err, b.page.SetColWidth(i+1, i+1, c.Width))
	}
	err = errors.Join(err, b.page.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	return errors.Join(err, b.write(names))
}

// Row implements Writer.
func (b *book) Row(cells ...any) error {
	if b.row == b.most {
		if err := b.turn(); err != nil {
			return err
		}
	}
	return b.write(cells)
}

func (b *book) write(cells []any) error {
	b.cells = b.cells[:0]
	for _, c := range cells {
		x, err := b.cell(c)
		if err != nil {
			return err
		}
		b.cells = append(b.cells, x)
	}
	b.row++
	return b.page.SetRow(fmt.Sprintf("A%d", b.row), b.cells)
}

// cell gives every cell its type: a text is a text whatever it begins with.
func (b *book) cell(cell any) (any, error) {
	switch c := cell.(type) {
	case excelize.Cell:
		return c, nil
	case string:
		return excelize.Cell{Value: c}, nil
	case Date:
		if day, err := time.Parse(time.DateOnly, string(c)); err == nil {
			return excelize.Cell{StyleID: b.date, Value: int(day.Sub(dayZero).Hours() / 24)}, nil
		}
		return excelize.Cell{Value: string(c)}, nil
	case Amount:
		return b.amount(c)
	case nil, int, int64:
		return c, nil
	}
	return nil, fmt.Errorf("a sheet has no cells of type %T", cell)
}

// dayZero is where a workbook begins to count days; as all do, it takes 1900 for a leap year.
var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

func (b *book) amount(a Amount) (any, error) {
	if a.Minor > exactDigits || a.Minor < -exactDigits {
		s, err := plain(a)
		return excelize.Cell{Value: s}, err
	}
	decimals := a.Currency.Exponent()
	style, err := b.amountStyle(decimals)
	unit := 1.0
	for range decimals {
		unit *= 10
	}
	return excelize.Cell{StyleID: style, Value: float64(a.Minor) / unit}, err
}

func (b *book) amountStyle(decimals int) (int, error) {
	if style, ok := b.amounts[decimals]; ok {
		return style, nil
	}
	format := "#,##0"
	if decimals > 0 {
		format += "." + strings.Repeat("0", decimals)
	}
	style, err := b.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	b.amounts[decimals] = style
	return style, err
}

// Close implements Writer.
func (b *book) Close() error {
	defer b.Discard()
	if err := b.page.Flush(); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	if err := WriteBook(b.file, b.out); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

// WriteBook writes a workbook to its end without holding it in memory, which WriteTo of the library does: its pages, read from
// their temporary files, are packed straight into w.
func WriteBook(f *excelize.File, w io.Writer) error {
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	_, err := f.WriteToBuffer() // the buffer stays empty
	return err
}

// Discard implements Writer: it removes the temporary files.
func (b *book) Discard() { _ = b.file.Close() }
