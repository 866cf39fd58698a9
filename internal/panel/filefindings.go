package panel

import (
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/web"
)

// findings says what is wrong with a file, errors first: where, what, why, and the record with the place in it.
func (v *visit) findings() error {
	f, err := v.fileOfPath()
	if err != nil {
		return err
	}
	return listOfFindings(v, f).serve(v)
}

func listOfFindings(v *visit, f bank.TransactionFile) *list[files.ShownFinding] {
	codes := slices.Sorted(maps.Keys(f.Totals.Codes))
	return &list[files.ShownFinding]{
		name: "findings", path: fileHref(f) + "/findings", title: "findings.title",
		up: []step{{v.T("files.title"), "/files"}, {f.Name, fileHref(f)}},
		filters: []filter{
			{name: "findingSeverity", kind: oneFilter, choices: []string{"ERROR", "WARNING"}, family: "findingSeverity"},
			{name: "findingCode", kind: oneFilter, choices: append([]string{}, codes...)},
		},
		columns: findingColumns(),
		fetch: func(v *visit, q *query, limit int) ([]files.ShownFinding, error) {
			after, back, err := web.ReadNumberCursor(q.cursor, findingList)
			if err != nil {
				return nil, err
			}
			return v.Files.ShownFindings(v.r.Context(), v.actor, f.ID, v.language.String(), files.FindingFilter{
				Severity: q.text("findingSeverity"), Code: q.text("findingCode"), After: after, Back: back, Limit: limit})
		},
		cursor: func(n files.ShownFinding) web.Cursor { return web.NumberCursor(findingList, n.Seq) },
		above:  func(v *visit) templ.Component { return findingsHead(v, f) },
		empty:  func(v *visit) templ.Component { return noFindings(v, f) },
	}
}

func findingColumns() []column[files.ShownFinding] {
	return []column[files.ShownFinding]{
		{name: "findingLine", cell: findingPlace, sheet: func(_ *visit, f files.ShownFinding) any { return f.Line }},
		{name: "findingSeverity", cell: func(v *visit, f files.ShownFinding) templ.Component { return status(v, "findingSeverity", f.Severity) },
			sheet: func(_ *visit, f files.ShownFinding) any { return f.Severity }},
		{name: "findingField", cell: findingField, sheet: func(_ *visit, f files.ShownFinding) any { return f.Name }},
		{name: "findingReason", cell: findingReason, sheet: func(_ *visit, f files.ShownFinding) any { return f.Message }},
		{name: "findingCode", hidden: true, cell: func(_ *visit, f files.ShownFinding) templ.Component { return code(f.Code) },
			sheet: func(_ *visit, f files.ShownFinding) any { return f.Code }},
		{name: "findingRecord", cell: findingRecord, sheet: func(_ *visit, f files.ShownFinding) any { return f.Record }},
	}
}

// lineOf is the line of a finding, or that it is about the file.
func lineOf(v *visit, f files.ShownFinding) string {
	if f.Line == 0 {
		return v.T("findings.whole")
	}
	return v.T("findings.line", f.Line)
}

// fieldOfFinding is the number and the name of a field.
func fieldOfFinding(f files.ShownFinding) string {
	if f.Field == 0 {
		return f.Name
	}
	return strconv.Itoa(f.Field) + " " + f.Name
}

// recordText is a record with the place in it marked. It is written without templates, which would put blanks between its parts.
func recordText(v *visit, f files.ShownFinding) templ.Component {
	text := "<code>" + templ.EscapeString(f.Before)
	if f.Pointed {
		class := ""
		if f.Marked == "" {
			class = ` class="gap"`
		}
		text += "<mark" + class + `><span class="unseen">` + templ.EscapeString(v.T("findings.here")) + "</span>" + templ.EscapeString(f.Marked) +
			`<span class="unseen">` + templ.EscapeString(v.T("findings.toHere")) + "</span></mark>"
	}
	return templ.Raw(text + templ.EscapeString(f.After) + "</code>")
}
