package history

import (
	"io"

	"ims/internal/sheet"
)

// statementTable writes a statement as CSV or a workbook: its facts, then one row a transaction.
type statementTable struct {
	sheet.Writer
	form   sheet.Form
	out    io.Writer
	speech speech
	head   *Statement
}

func newStatementCSV(w io.Writer, s speech) statementSheet {
	return &statementTable{form: sheet.CSV, out: w, speech: s}
}

func newStatementXLSX(w io.Writer, s speech) statementSheet {
	return &statementTable{form: sheet.XLSX, out: w, speech: s}
}

func (t *statementTable) begin(h *Statement) (err error) {
	t.head = h
	if t.Writer, err = sheet.New(t.form, t.out, t.speech.word("statement"), t.speech.word("transactions")); err != nil {
		return err
	}
	c, word := h.Balance.Currency, t.speech.word
	for _, fact := range [][]any{
		{"number", h.Number}, {"customer", h.Customer}, {"owner", h.Owner}, {"iban", h.IBAN.Format()}, {"balanceId", h.Balance.ID.String()},
		{"kind", h.Balance.Kind.String()}, {"currency", c.Code()}, {"from", sheet.Date(h.From)}, {"to", sheet.Date(h.To)},
		{"opening", sheet.Amount{Minor: h.Opening, Currency: c}}, {"in", sheet.Amount{Minor: h.In.Amount, Currency: c}, h.In.Count},
		{"out", sheet.Amount{Minor: h.Out.Amount, Currency: c}, h.Out.Count}, {"closing", sheet.Amount{Minor: h.Closing, Currency: c}},
		{"final", t.speech.final(h)}, {"created", instant(h.CreatedAt)},
	} {
		if err := t.Fact(word(fact[0].(string)), fact[1:]...); err != nil {
			return err
		}
	}
	return t.Columns(statementColumns(t.speech)...)
}

func statementColumns(s speech) (columns []sheet.Column) {
	for _, c := range []sheet.Column{
		{Name: "id", Width: 12}, {Name: "booking", Width: 14}, {Name: "value", Width: 14}, {Name: "posted", Width: 22}, {Name: "type", Width: 16},
		{Name: "amount", Width: 16}, {Name: "currency", Width: 9}, {Name: "balance", Width: 16}, {Name: "counterparty", Width: 30},
		{Name: "account", Width: 32}, {Name: "title", Width: 50}, {Name: "reference", Width: 20}, {Name: "operation", Width: 20},
		{Name: "file", Width: 38}, {Name: "line", Width: 10},
	} {
		columns = append(columns, sheet.Column{Name: s.word(c.Name), Width: c.Width})
	}
	return columns
}

func (t *statementTable) line(r *Row) error {
	c := t.head.Balance.Currency
	name, account := otherSide(r)
	d := &r.Details
	return t.Row(int64(r.ID), sheet.Date(r.Booking), sheet.Date(r.Value), instant(r.At), r.Type.String(), sheet.Amount{Minor: r.Amount, Currency: c},
		c.Code(), sheet.Amount{Minor: r.BalanceAfter, Currency: c}, name, account, d.Title, d.Reference, d.Operation, fileID(r), fileLine(r.Origin))
}

func (t *statementTable) end() error { return t.Close() }

func (t *statementTable) discard() {
	if t.Writer != nil {
		t.Discard()
	}
}
