package tablegen

import (
	"fmt"
	"strconv"
	"strings"
)

// Row is one country of the data file.
type Row struct {
	Code, Name, Structure            string
	Length                           int
	Bank, Branch, Account            Span
	Check                            []Span
	Rule, Level, SEPA, Since         string
	Territories                      []string
	Example, Effective, Updated, Src string
	Classes                          string // one of n, a, c for each BBAN position
}

// Span is a part of the BBAN: from is 0-based, to is exclusive. The zero Span is none.
type Span struct{ From, To int }

const columns = 17

// Read parses the data file; a row that contradicts itself is an error that names the line.
func Read(text string) ([]Row, error) {
	var rows []Row
	header := true
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		row, err := readRow(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func readRow(f []string) (Row, error) {
	if len(f) != columns {
		return Row{}, fmt.Errorf("%d columns instead of %d", len(f), columns)
	}
	for i := range f {
		if f[i] == "-" {
			f[i] = ""
		}
	}
	r := Row{Code: f[0], Name: f[1], Structure: f[3], Rule: f[8], Level: f[9], SEPA: f[10], Since: f[11],
		Example: f[13], Effective: f[14], Updated: f[15], Src: f[16]}
	if f[12] != "" {
		r.Territories = strings.Split(f[12], ",")
	}
	var err error
	if r.Length, err = strconv.Atoi(f[2]); err != nil {
		return Row{}, fmt.Errorf("length: %w", err)
	}
	if r.Classes, err = expand(r.Structure); err != nil {
		return Row{}, err
	}
	if err := readSpans(&r, f); err != nil {
		return Row{}, err
	}
	return r, r.verify()
}

func readSpans(r *Row, f []string) error {
	for _, s := range []struct {
		text string
		to   *Span
	}{{f[4], &r.Bank}, {f[5], &r.Branch}, {f[6], &r.Account}} {
		if s.text == "" {
			continue
		}
		span, err := readSpan(s.text)
		if err != nil {
			return err
		}
		*s.to = span
	}
	if f[7] == "" {
		return nil
	}
	for text := range strings.SplitSeq(f[7], ",") {
		span, err := readSpan(text)
		if err != nil {
			return err
		}
		r.Check = append(r.Check, span)
	}
	return nil
}

// readSpan reads "3-7" or "8", 1-based and inclusive.
func readSpan(text string) (Span, error) {
	first, last, pair := strings.Cut(text, "-")
	if !pair {
		last = first
	}
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(last)
	if errA != nil || errB != nil || a < 1 || b < a {
		return Span{}, fmt.Errorf("%q is no position", text)
	}
	return Span{a - 1, b}, nil
}

// expand turns "4!n2!a" into "nnnnaa".
func expand(structure string) (string, error) {
	var out strings.Builder
	for rest := structure; rest != ""; {
		count, tail, ok := strings.Cut(rest, "!")
		n, err := strconv.Atoi(count)
		if !ok || err != nil || tail == "" || !strings.Contains("nac", tail[:1]) {
			return "", fmt.Errorf("structure %q cannot be read", structure)
		}
		out.WriteString(strings.Repeat(tail[:1], n))
		rest = tail[1:]
	}
	return out.String(), nil
}

func (r *Row) verify() error {
	n := len(r.Classes)
	if n+4 != r.Length {
		return fmt.Errorf("%s: structure has %d characters, length says %d", r.Code, n+4, r.Length)
	}
	for _, s := range append([]Span{r.Bank, r.Branch, r.Account}, r.Check...) {
		if s.To > n {
			return fmt.Errorf("%s: position %d lies outside the BBAN", r.Code, s.To)
		}
	}
	if len(r.Check) > 2 || (len(r.Check) > 0) != (r.Rule != "") || (r.Rule != "") != (r.Level != "") {
		return fmt.Errorf("%s: check, rule and level do not agree", r.Code)
	}
	if r.Example != "" && (len(r.Example) != r.Length || r.Example[:2] != r.Code) {
		return fmt.Errorf("%s: the example does not fit", r.Code)
	}
	return nil
}
