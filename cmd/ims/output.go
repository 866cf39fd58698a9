package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ims/internal/bank"
	"ims/internal/money"
)

// listing is the flag of every command that shows something.
type listing struct {
	Output string `help:"Form of the answer: table or json." enum:"table,json" default:"table" short:"o"`
}

// print writes a value as JSON, or the table that shows it.
func (l listing) print(p *program, value any, t *table) error {
	if l.Output == "json" {
		return writeJSON(p.stdout, value)
	}
	t.write(p.stdout)
	return nil
}

func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// table shows rows under headings; columns whose heading begins with ">" stand to the right.
type table struct {
	headings []string
	right    []bool
	rows     [][]string
}

func newTable(headings ...string) *table {
	t := &table{right: make([]bool, len(headings))}
	for i, h := range headings {
		name, right := strings.CutPrefix(h, ">")
		t.headings, t.right[i] = append(t.headings, name), right
	}
	return t
}

// row adds a line; what is missing at its end stays empty.
func (t *table) row(cells ...any) {
	texts := make([]string, len(t.headings))
	for i, c := range cells {
		texts[i] = visible(fmt.Sprint(c))
	}
	t.rows = append(t.rows, texts)
}

func (t *table) write(w io.Writer) { t.indented(w, "") }

// indented writes the table behind a margin.
func (t *table) indented(w io.Writer, margin string) {
	widths := make([]int, len(t.headings))
	for _, row := range append([][]string{t.headings}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range append([][]string{t.headings}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if t.right[i] {
				cell, gap = gap+cell, ""
			}
			line.WriteString(cell + gap + "  ")
		}
		fmt.Fprintln(w, margin+strings.TrimRight(line.String(), " "))
	}
}

// visible makes text from files and people harmless on a terminal: control characters and those that turn the direction of
// writing are shown as codes.
func visible(s string) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// moneyView is an amount in JSON.
type moneyView struct {
	Amount   int64  `json:"amount"` // minor units
	Currency string `json:"currency"`
}

// amountText writes minor units for people; a currency that is not known leaves them as they are.
func amountText(minor int64, currency string) string {
	c, err := money.ParseCurrency(currency)
	if err != nil {
		return fmt.Sprintf("%d %s", minor, currency)
	}
	return grouped(money.New(minor, c).Decimal()) + " " + currency
}

// grouped puts a blank between thousands.
func grouped(decimal string) string {
	sign := ""
	if strings.HasPrefix(decimal, "-") {
		sign, decimal = "-", decimal[1:]
	}
	whole, fraction, point := strings.Cut(decimal, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + " " + whole[i:]
	}
	if point {
		whole += "." + fraction
	}
	return sign + whole
}

// instantText writes an instant in UTC, "" where there is none.
func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// instantView is an instant in JSON, nil where there is none.
func instantView(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func idText(id bank.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

// withoutPassword hides the passwords of a connection string, which may stand before the host or among the parameters.
func withoutPassword(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" && u.RawQuery == "" {
		return dsn
	}
	parameters := strings.Split(u.RawQuery, "&")
	for i, parameter := range parameters {
		if name, _, ok := strings.Cut(parameter, "="); ok && strings.HasSuffix(strings.ToLower(name), "password") {
			parameters[i] = name + "=xxxxx"
		}
	}
	u.RawQuery = strings.Join(parameters, "&")
	return u.Redacted()
}
