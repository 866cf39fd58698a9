package main

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/pli"
)

// pliText shows a checked file to a person: each finding with a pointer under the field it is about, then the sums.
type pliText struct {
	out      *bufio.Writer
	language string
	format   string
	currency string
	shown    int // lines with findings
}

// shownLines bounds how many lines are shown with their findings; the sums count all.
const shownLines = 200

func (t *pliText) record(rec *bankfile.Record, encoding bankfile.Encoding) {
	if len(rec.Findings) == 0 {
		return
	}
	if t.shown++; t.shown > shownLines {
		return
	}
	for _, f := range rec.Findings {
		fmt.Fprintf(t.out, "%s %d: %s %s", t.unit(), f.Line, f.Severity, f.Code)
		if f.Field > 0 {
			fmt.Fprintf(t.out, " (field %d, %s)", f.Field, pli.FieldName(f.Field, t.language))
		}
		if f.Element != "" {
			fmt.Fprintf(t.out, " (%s)", f.Element)
		}
		fmt.Fprintln(t.out)
		text, from, to := rec.Excerpt(encoding, f, bankfile.DefaultLine)
		line, marks := pointer(text, from, to)
		fmt.Fprintf(t.out, "  %s\n", line)
		if f.Field > 0 && f.Field <= rec.Fields() {
			fmt.Fprintf(t.out, "  %s\n", marks)
		}
		fmt.Fprintf(t.out, "  %s\n", visible(f.Message(t.language)))
	}
}

func (t *pliText) end(v checkView) error {
	if t.shown > shownLines {
		fmt.Fprintf(t.out, "... and %d more lines with findings\n", t.shown-shownLines)
	}
	for _, f := range v.Findings {
		switch {
		case f.Line == 0:
			fmt.Fprintf(t.out, "file: %s %s\n  %s\n", f.Severity, f.Code, visible(f.Message))
		case f.Code == bankfile.RecordNotBooked || f.Code == bankfile.RecordOtherBooking: // there is no record to show it with
			fmt.Fprintf(t.out, "%s %d: %s %s\n  %s\n", t.unit(), f.Line, f.Severity, f.Code, visible(f.Message))
		}
	}
	if len(v.Findings) > 0 {
		fmt.Fprintln(t.out)
	}
	sums := newTable("DIRECTION", ">RECORDS", ">SUM")
	for _, name := range slices.Sorted(maps.Keys(v.Totals.ByDirection)) {
		sums.row(name, v.Totals.ByDirection[name].Count, t.sumText(v.Totals.ByDirection[name]))
	}
	if v.Totals.Refused.Count > 0 {
		sums.row("with errors", v.Totals.Refused.Count, t.sumText(v.Totals.Refused))
	}
	sums.row("all", v.Totals.All.Count, t.sumText(v.Totals.All))
	sums.write(t.out)
	verdict := "executable"
	if !v.Executable {
		verdict = "not executable"
	}
	_, err := fmt.Fprintf(t.out, "\n%s: %s, records: %d, errors: %d, warnings: %d\n", verdict, v.Encoding, v.Totals.Records,
		v.Totals.Errors, v.Totals.Warnings)
	return err
}

// unit is what a number of a finding counts: XML has no lines.
func (t *pliText) unit() string {
	if t.format == bank.FormatCamt053 || t.format == bank.FormatCamt054 {
		return "record"
	}
	return "line"
}

func (t *pliText) sumText(sum totalView) string {
	if sum.Overflow {
		return "beyond 64 bits"
	}
	return amountText(sum.Sum, t.currency)
}

// shownWidth is how much of a line stands around a pointer, in characters.
const shownWidth = 110

// pointer renders a line of a file and the marks under its characters from from to to, one where there are none: an empty
// field. A long line is cut around the marks.
func pointer(text string, from, to int) (line, marks string) {
	runes := []rune(text)
	left := max(0, min(from-shownWidth/3, len(runes)-shownWidth))
	right := min(len(runes), left+shownWidth)
	to = max(from+1, min(to, right))
	return string(runes[left:right]), strings.Repeat(" ", from-left) + strings.Repeat("^", to-from)
}
