package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
)

// text is a sheet as CSV: facts, an empty line, the table.
type text struct {
	out   *csv.Writer
	cells []string
}

func newText(w io.Writer) *text { return &text{out: csv.NewWriter(w)} }

// Fact implements Writer.
func (t *text) Fact(label string, cells ...any) error {
	return t.Row(append([]any{label}, cells...)...)
}

// Columns implements Writer.
func (t *text) Columns(columns ...Column) error {
	if err := t.out.Write(nil); err != nil {
		return err
	}
	names := make([]any, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return t.Row(names...)
}

// Row implements Writer.
func (t *text) Row(cells ...any) error {
	t.cells = t.cells[:0]
	for _, c := range cells {
		s, err := plain(c)
		if err != nil {
			return fmt.Errorf("csv: %w", err)
		}
		t.cells = append(t.cells, s)
	}
	return t.out.Write(t.cells)
}

// Close implements Writer.
func (t *text) Close() error {
	t.out.Flush()
	return t.out.Error()
}

// Discard implements Writer.
func (t *text) Discard() {}
