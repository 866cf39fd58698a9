package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/money"
)

type pliCheckCommand struct {
	pliReading
	listing
	Format   string       `help:"Format of the file: pli, camt.053, camt.054, mt940 or mt942." enum:"pli,camt.053,camt.054,mt940,mt942" default:"pli"`
	Currency currencyFlag `help:"Currency of the master account." default:"PLN" placeholder:"CODE"`
	Subfield string       `help:"Subfield of :86: of an MT940 file that holds the virtual IBAN. Default: it is looked for." placeholder:"NN"`
	expectFlags
}

// expectFlags are what is known of a file from elsewhere.
type expectFlags struct {
	Expect        string `help:"What the file is said to hold: credits, debits or both (mixed)." enum:"mixed,credits,debits" default:"mixed"`
	ExpectRecords int64  `help:"How many records it is said to have." placeholder:"N"`
	ExpectSum     string `help:"What they are said to add up to, as 1234.56." placeholder:"AMOUNT"`
}

func (c *expectFlags) expected(currency money.Currency) (e bank.FileExpected, err error) {
	if e.Records = c.ExpectRecords; c.Expect != "mixed" {
		e.Direction = c.Expect
	}
	if c.ExpectSum != "" {
		sum, err := money.ParseDecimal(c.ExpectSum, currency)
		if err != nil {
			return e, usage("--expect-sum: %v", err)
		}
		e.Sum = sum.Minor()
	}
	if err := e.Check(); err != nil {
		return e, usage("%v", err)
	}
	return e, nil
}

// reader opens the file in its format.
func (c *pliCheckCommand) reader(p *program) (*bankfile.Reader, error) {
	o, err := c.options(p.now())
	if err != nil {
		return nil, err
	}
	if c.Format == bank.FormatPLI && c.Currency.Currency != money.PLN {
		return nil, usage("--currency %s: an Elixir-O file is always in PLN", c.Currency.Code())
	}
	dialect := bank.Dialect{Subfield: c.Subfield}
	if err := dialect.Check(); err != nil {
		return nil, usage("--subfield: want two digits")
	}
	o.Currency, o.Decimals, o.Dialect.Subfield = c.Currency.Code(), c.Currency.Exponent(), c.Subfield
	o.Limits.Findings = keptFindings
	expected, err := c.expected(c.Currency.Currency)
	if err != nil {
		return nil, err
	}
	files.Expecting(&o, expected)
	r, err := files.Open(c.Format, func() (io.ReadCloser, error) { return os.Open(c.File) }, o)
	if err != nil {
		return nil, fmt.Errorf("pli check: %w", err)
	}
	return r, nil
}

// findingView is a finding in JSON. Those about the file as a whole have a code file.* and the line that shows it, or 0.
type findingView struct {
	Code     bankfile.Code     `json:"code"`
	Severity bankfile.Severity `json:"severity"`
	Line     int               `json:"line"`
	Field    int               `json:"field"`
	Element  string            `json:"element,omitempty"` // the field's name where fields have names
	Message  string            `json:"message"`
}

// recordView is a record in JSON. Amounts are minor units; payer and payee are IBANs, or the text where there is none.
type recordView struct {
	Line      int           `json:"line"`
	Direction string        `json:"direction"`
	Amount    int64         `json:"amount"`
	Currency  string        `json:"currency"`
	Payer     string        `json:"payer"`
	Payee     string        `json:"payee"`
	Title     string        `json:"title"`
	Findings  []findingView `json:"findings"`
}

// totalView is a number of records and the sum of their amounts.
type totalView struct {
	Count    int   `json:"count"`
	Sum      int64 `json:"sum"`
	Overflow bool  `json:"overflow,omitempty"` // the sum is beyond 64 bits and means nothing
}

// checkView is what follows the records in JSON.
type checkView struct {
	Format     string        `json:"format"`
	Encoding   string        `json:"encoding"`
	Executable bool          `json:"executable"`
	Findings   []findingView `json:"findings"` // of the file, then of its lines
	Totals     totalsView    `json:"totals"`
}

type totalsView struct {
	Records     int                  `json:"records"`
	Accepted    int                  `json:"accepted"`
	Errors      int                  `json:"errors"`
	Warnings    int                  `json:"warnings"`
	ByDirection map[string]totalView `json:"byDirection"`
	Refused     totalView            `json:"refused"`
	All         totalView            `json:"all"`
}

// keptFindings bounds the list of findings in the answer; every record has its own complete.
const keptFindings = 100_000

// pliShow takes the records of a file as they come.
type pliShow interface {
	record(*bankfile.Record, bankfile.Encoding)
	end(checkView) error
}

// Run validates the file. The answer is printed in both cases; a file that is not executable is a refusal.
func (c *pliCheckCommand) Run(p *program) error {
	r, err := c.reader(p)
	if err != nil {
		return err
	}
	defer r.Close()
	out := bufio.NewWriterSize(p.stdout, 1<<16)
	var show pliShow = &pliText{out: out, language: c.Language, format: c.Format, currency: c.Currency.Code(), nobody: len(c.Own)+len(c.Master) == 0}
	if c.Output == "json" {
		show = &pliJSON{out: out, language: c.Language, currency: c.Currency.Code()}
	}
	view, err := c.check(r, show)
	if err == nil {
		err = errors.Join(show.end(view), out.Flush())
	}
	if err != nil {
		return fmt.Errorf("pli check: %w", err)
	}
	if !view.Executable {
		return fmt.Errorf("pli check: the file is not executable: errors: %d", view.Totals.Errors)
	}
	return nil
}

// check reads to the end and adds what only a whole file shows: equal payments.
func (c *pliCheckCommand) check(r *bankfile.Reader, show pliShow) (checkView, error) {
	seen := map[[16]byte]int{} // the line of the first
	var again []bankfile.Finding
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return c.view(r.Report(), again), nil
		}
		if err != nil {
			return checkView{}, err
		}
		if rec.OK() {
			key := rec.NaturalKey()
			if first, before := seen[key]; before {
				f := c.repetition(rec, first, key)
				rec.Findings, again = append(rec.Findings, f), append(again, f)
			} else {
				seen[key] = rec.Line
			}
		}
		show.record(rec, r.Encoding())
	}
}

// repetition is what is said of a record that equals an earlier one.
func (c *pliCheckCommand) repetition(rec *bankfile.Record, first int, key [16]byte) bankfile.Finding {
	f := bankfile.Finding{Code: bankfile.DomainDuplicateInFile, Severity: bankfile.Warning, Line: rec.Line, Params: bankfile.Params{Got: int64(first)}}
	if bankfile.SameBooking(key) {
		f.Code = bankfile.DomainDuplicateBooking
	}
	if strings.HasPrefix(c.Format, "camt.") {
		f.Element = "Ntry" // its records have numbers, not lines
	}
	return f
}

func (c *pliCheckCommand) view(report bankfile.Report, again []bankfile.Finding) checkView {
	v := checkView{Format: c.Format, Encoding: report.Encoding.String(), Executable: report.Executable(), Findings: []findingView{}}
	for _, f := range report.File {
		v.Findings = append(v.Findings, viewFinding(f, c.Language))
	}
	lines := append(slices.Clone(report.Findings), again[:min(len(again), keptFindings)]...)
	slices.SortStableFunc(lines, func(a, b bankfile.Finding) int { return a.Line - b.Line })
	for _, f := range lines {
		v.Findings = append(v.Findings, viewFinding(f, c.Language))
	}
	v.Totals = totalsView{Records: report.Records, Accepted: report.Accepted, Errors: report.Errors, Warnings: report.Warnings + len(again),
		ByDirection: byDirection(report), Refused: viewTotal(report.Refused), All: viewTotal(report.All)}
	return v
}

// byDirection adds up directions of the same name: money from the master account to an end user is a credit too.
func byDirection(report bankfile.Report) map[string]totalView {
	sums := map[string]totalView{}
	for d, t := range report.Totals {
		if t.Count == 0 {
			continue
		}
		name := bankfile.Direction(d).String()
		sum := sums[name]
		total := sum.Sum + t.Sum
		sums[name] = totalView{sum.Count + t.Count, total, sum.Overflow || t.Overflow || total < sum.Sum}
	}
	return sums
}

func viewTotal(t bankfile.Total) totalView { return totalView{t.Count, t.Sum, t.Overflow} }

func viewFinding(f bankfile.Finding, language string) findingView {
	return findingView{f.Code, f.Severity, f.Line, f.Field, f.Element, f.Message(language)}
}

// pliJSON writes the records as they come, so that the largest file takes no more memory than a small one.
type pliJSON struct {
	out      *bufio.Writer
	language string
	currency string
	records  int
}

func (j *pliJSON) record(rec *bankfile.Record, _ bankfile.Encoding) {
	v := recordView{Line: rec.Line, Direction: rec.Direction.String(), Amount: rec.Amount, Currency: j.currency, Payer: rec.Payer.String(),
		Payee: rec.Payee.String(), Title: rec.Title, Findings: []findingView{}}
	for _, f := range rec.Findings {
		v.Findings = append(v.Findings, viewFinding(f, j.language))
	}
	opening := `{"records": [`
	if j.records++; j.records > 1 {
		opening = ","
	}
	fmt.Fprint(j.out, opening)
	_ = writeLine(j.out, v) // a failure stays in the writer, Flush reports it
}

func (j *pliJSON) end(v checkView) error {
	if j.records == 0 {
		fmt.Fprint(j.out, `{"records": [`)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.out, "], %s\n", text[1:])
	return err
}
