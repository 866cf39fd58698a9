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
	nobody   bool  // no account of ours was named
	shown    int   // lines with findings
	told     []int // the lines of records with findings, rising
}

// shownLines bounds how many lines are shown with their findings; the sums count all.
const shownLines = 200

// checkWords are the words of the answer in Polish; in English they are as they stand.
var checkWords = map[string]string{
	"line": "wiersz", "record": "rekord", "file": "plik", "field": "pole",
	"DIRECTION": "KIERUNEK", "RECORDS": "REKORDY", "SUM": "SUMA", "with errors": "z błędami", "all": "wszystkie", "credit": "uznania", "debit": "obciążenia",
	"internal": "wewnętrzne", "unallocated": "na rachunek główny", "charges": "opłaty", "beyond 64 bits": "ponad 64 bity",
	"executable": "można wykonać", "not executable": "nie można wykonać", "bytes": "bajty", "records": "rekordy", "errors": "błędy", "warnings": "ostrzeżenia",
	"more lines with findings": "dalsze wiersze z ustaleniami",
	nobodyNamed:                "Nie podano żadnego naszego rachunku, więc nie wiadomo, czyje są pieniądze: podaj nasze przez --own i --master.",
}

const nobodyNamed = "No account of ours was named, so whose money it is cannot be told: name ours with --own and --master."

func (t *pliText) word(s string) string { return checkWord(s, t.language) }

func checkWord(s, language string) string {
	if w, ok := checkWords[s]; ok && language == "pl" {
		return w
	}
	return s
}

func (t *pliText) record(rec *bankfile.Record, encoding bankfile.Encoding) {
	told := false
	for _, f := range rec.Findings {
		if t.nobody && f.Code == bankfile.DomainNoOwnAccount {
			continue // said once, at the end
		}
		if !told {
			told = true
			t.told = append(t.told, rec.Line)
			t.shown++
		}
		if t.shown <= shownLines {
			t.finding(rec, encoding, f)
		}
	}
}

// finding shows one of a record with the record.
func (t *pliText) finding(rec *bankfile.Record, encoding bankfile.Encoding, f bankfile.Finding) {
	fmt.Fprintf(t.out, "%s %d: %s %s", t.unit(), f.Line, f.Severity.Word(t.language), f.Code)
	if f.Field > 0 {
		fmt.Fprintf(t.out, " (%s %d, %s)", t.word("field"), f.Field, pli.FieldName(f.Field, t.language))
	}
	if f.Element != "" {
		fmt.Fprintf(t.out, " (%s)", f.Element)
	}
	fmt.Fprintln(t.out)
	text, from, to := rec.Excerpt(encoding, f, bankfile.DefaultLine)
	line, marks := pointer(text, from, to)
	fmt.Fprintf(t.out, "  %s\n", line)
	if f.Field > 0 && f.Field <= rec.Fields() || to > from {
		fmt.Fprintf(t.out, "  %s\n", marks)
	}
	fmt.Fprintf(t.out, "  %s\n", visible(f.Message(t.language)))
}

// rest shows what there is no record to show with: what is about the file, and about lines that are no records.
func (t *pliText) rest(list []findingView) {
	for _, f := range list {
		_, told := slices.BinarySearch(t.told, f.Line)
		switch {
		case f.Code.AboutFile():
			place := ""
			if f.Line > 0 {
				place = fmt.Sprintf(" (%s %d)", t.unit(), f.Line)
			}
			fmt.Fprintf(t.out, "%s: %s %s%s\n  %s\n", t.word("file"), f.Severity.Word(t.language), f.Code, place, visible(f.Message))
		case told || t.nobody && f.Code == bankfile.DomainNoOwnAccount:
		default:
			if t.shown++; t.shown <= shownLines {
				fmt.Fprintf(t.out, "%s %d: %s %s\n  %s\n", t.unit(), f.Line, f.Severity.Word(t.language), f.Code, visible(f.Message))
			}
		}
	}
	if t.nobody {
		fmt.Fprintf(t.out, "%s: %s %s\n  %s\n", t.word("file"), bankfile.Error.Word(t.language), bankfile.DomainNoOwnAccount, t.word(nobodyNamed))
	}
	if t.shown > shownLines {
		fmt.Fprintf(t.out, "... %s: %d\n", t.word("more lines with findings"), t.shown-shownLines)
	}
}

func (t *pliText) end(v checkView) error {
	t.rest(v.Findings)
	if t.nobody || len(v.Findings) > 0 {
		fmt.Fprintln(t.out)
	}
	sums := newTable(t.word("DIRECTION"), ">"+t.word("RECORDS"), ">"+t.word("SUM"))
	for _, name := range slices.Sorted(maps.Keys(v.Totals.ByDirection)) {
		sums.row(t.word(name), v.Totals.ByDirection[name].Count, t.sumText(v.Totals.ByDirection[name]))
	}
	if v.Totals.Refused.Count > 0 {
		sums.row(t.word("with errors"), v.Totals.Refused.Count, t.sumText(v.Totals.Refused))
	}
	sums.row(t.word("all"), v.Totals.All.Count, t.sumText(v.Totals.All))
	sums.write(t.out)
	verdict := "executable"
	if !v.Executable {
		verdict = "not executable"
	}
	_, err := fmt.Fprintf(t.out, "\n%s: %s, %s: %d, %s: %d, %s: %d\n", t.word(verdict), v.Encoding, t.word("records"), v.Totals.Records,
		t.word("errors"), v.Totals.Errors, t.word("warnings"), v.Totals.Warnings)
	return err
}

// unit is what a number of a finding counts: XML has no lines.
func (t *pliText) unit() string {
	if t.format == bank.FormatCamt053 || t.format == bank.FormatCamt054 {
		return t.word("record")
	}
	return t.word("line")
}

func (t *pliText) sumText(sum totalView) string {
	if sum.Overflow {
		return t.word("beyond 64 bits")
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
