package files

import (
	"encoding/csv"
	"io"
	"strconv"
)

// The field is marked in the record with these signs: every encoding of Polish banks has them, and no bank writes them.
const (
	markBegin = "»"
	markEnd   = "«"
)

// csvSheet writes a validation report as CSV: a table of facts, then one of findings, between them an empty line.
type csvSheet struct {
	out    *csv.Writer
	speech speech
}

func newCSVSheet(w io.Writer, s speech) *csvSheet { return &csvSheet{csv.NewWriter(w), s} }

func (c *csvSheet) head(h validationHead) error {
	for _, f := range h.Facts {
		if err := writeRow(c.out, f.Label, f.Text); err != nil {
			return err
		}
	}
	for _, sum := range h.Sums {
		if err := writeRow(c.out, c.speech.word("sum"), sum.Label, strconv.FormatInt(sum.Count, 10), sum.Plain); err != nil {
			return err
		}
	}
	for _, code := range h.Codes {
		if err := writeRow(c.out, c.speech.word("code"), code.Code, strconv.FormatInt(code.Count, 10)); err != nil {
			return err
		}
	}
	if err := c.out.Write(nil); err != nil {
		return err
	}
	var names []string
	for _, name := range findingColumns {
		names = append(names, c.speech.word(name))
	}
	return writeRow(c.out, names...)
}

// findingColumns are the columns of findings.
var findingColumns = []string{"severity", "line", "field", "name", "code", "text", "value", "record"}

func (c *csvSheet) finding(f reportedFinding) error {
	field := ""
	if f.Field > 0 {
		field = strconv.Itoa(f.Field)
	}
	record := f.Before
	if f.Pointed {
		record += markBegin + f.Marked + markEnd + f.After
	}
	return writeRow(c.out, f.Kind, f.place(), field, f.Name, f.Code, f.Message, f.Value, record)
}

func (c *csvSheet) end(left int64) error {
	if left > 0 {
		if err := writeRow(c.out, c.speech.word("left"), strconv.FormatInt(left, 10)); err != nil {
			return err
		}
	}
	c.out.Flush()
	return c.out.Error()
}
