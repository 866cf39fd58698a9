package sheet

import (
	"fmt"
	"io"
	"strconv"

	"ims/internal/bank"
	"ims/internal/money"
)

// Form is the form of a sheet.
type Form string

// The forms.
const (
	CSV  Form = "csv"
	XLSX Form = "xlsx"
)

// Writer writes one sheet: facts first, then Columns once, then rows, then Close. A cell is a string, which is somebody's
// text; an int or int64, a count or an identifier; an Amount; a Date; or nil, which is empty.
type Writer interface {
	// Fact writes one line about the whole.
	Fact(label string, cells ...any) error
	// Columns begins the table.
	Columns(columns ...Column) error
	// Row writes one line of the table.
	Row(cells ...any) error
	// Close writes what is left. What was written before is not a sheet without it.
	Close() error
	// Discard gives up what a sheet holds besides memory; behind Close it does nothing.
	Discard()
}

// Column is a column of the table.
type Column struct {
	Name  string
	Width float64 // characters, where the form has widths
}

// Amount is money in minor units of its currency.
type Amount struct {
	Minor    int64
	Currency money.Currency
}

// Date is an ISO date, or empty.
type Date string

// New begins a sheet. The names are those of the parts of a workbook; a workbook is written to w when it is closed, CSV as
// it comes.
func New(form Form, w io.Writer, facts, table string) (Writer, error) {
	switch form {
	case CSV:
		return newText(w), nil
	case XLSX:
		return newBook(w, facts, table)
	}
	return nil, bank.ErrInvalid.With("there is no sheet of the form %q", form)
}

// plain writes a cell as a program reads it.
func plain(cell any) (string, error) {
	switch c := cell.(type) {
	case nil:
		return "", nil
	case string:
		return bank.PlainCell(c), nil
	case int:
		return strconv.Itoa(c), nil
	case int64:
		return strconv.FormatInt(c, 10), nil
	case Date:
		return string(c), nil
	case Amount:
		return money.New(c.Minor, c.Currency).Decimal(), nil
	}
	return "", fmt.Errorf("a sheet has no cells of type %T", cell)
}
