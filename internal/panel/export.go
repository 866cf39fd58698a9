package panel

import (
	"fmt"
	"net/http"

	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/web"
)

// maxExport bounds a sheet that is written while somebody waits; longer ones are reports of a worker's.
const maxExport = 100_000

// export writes all rows of the query, with the columns that are shown, in their order.
func (l *list[R]) export(v *visit, q *query, form sheet.Form) error {
	if len(q.faults) > 0 {
		return bank.ErrInvalid.With("the list cannot be exported: a filter cannot be read")
	}
	out := &answerWriter{v: v, name: l.name + "." + string(form), media: sheetMedia[form]}
	table, err := sheet.New(form, out, v.T("export.facts"), v.T(l.title))
	if err != nil {
		return err
	}
	defer table.Discard()
	return out.finish(l.writeSheet(v, q, table))
}

func (l *list[R]) writeSheet(v *visit, q *query, table sheet.Writer) error {
	page := rows[R]{of: l, q: q}
	if err := page.facts(v, table); err != nil {
		return err
	}
	columns := page.shown()
	names := make([]sheet.Column, len(columns))
	for i, c := range columns {
		names[i] = sheet.Column{Name: v.word("column", c.name), Width: 20}
	}
	if err := table.Columns(names...); err != nil {
		return err
	}
	q.cursor = ""
	for written := 0; ; {
		list, err := l.fetch(v, q, exportPage+1)
		if err != nil {
			return err
		}
		more := len(list) > exportPage
		list = list[:min(len(list), exportPage)]
		if written += len(list); written > maxExport {
			return bank.ErrTooLarge.With("the list has more than %d rows: narrow it", maxExport)
		}
		for _, row := range list {
			if err := table.Row(cells(v, columns, row)...); err != nil {
				return err
			}
		}
		if !more {
			return table.Close()
		}
		q.cursor = l.cursor(list[len(list)-1]).String()
	}
}

// facts tell what the sheet is: of whom, when, and narrowed how.
func (p rows[R]) facts(v *visit, table sheet.Writer) error {
	facts := [][2]string{{v.T("export.customer"), v.customer.Name}, {v.T("export.made"), v.instant(v.Now()).exact}, {v.T("export.zone"), v.zone.String()}}
	for _, c := range p.chips(v) {
		facts = append(facts, [2]string{c.label, c.value})
	}
	for _, f := range facts {
		if err := table.Fact(f[0], f[1]); err != nil {
			return err
		}
	}
	return nil
}

func cells[R any](v *visit, columns []column[R], row R) []any {
	list := make([]any, len(columns))
	for i, c := range columns {
		list[i] = c.sheet(v, row)
	}
	return list
}

// answerWriter sends the headers of a download with its first bytes, so that an error before them is still a page.
type answerWriter struct {
	v     *visit
	name  string
	media string
	begun bool
}

// finish is what is left of an error once the download has begun: who reads a part must not take it for the whole.
func (a *answerWriter) finish(err error) error {
	if err == nil || !a.begun {
		return err
	}
	_ = web.Shown(a.v.r.Context(), err) // it is in the log
	panic(http.ErrAbortHandler)
}

var sheetMedia = map[sheet.Form]string{sheet.CSV: "text/csv; charset=utf-8",
	sheet.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

func (a *answerWriter) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun = true
		h := a.v.w.Header()
		h.Set("Content-Type", a.media)
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.name))
	}
	return a.v.w.Write(p)
}
