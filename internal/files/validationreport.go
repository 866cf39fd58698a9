package files

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// ReportForm is the form of a validation report.
type ReportForm string

// The forms of validation reports: text for programs, a workbook, a page.
const (
	ReportCSV  ReportForm = "csv"
	ReportXLSX ReportForm = "xlsx"
	ReportHTML ReportForm = "html"
)

// findingStep is how many findings one query of a report reads.
const findingStep = 200

// validationSheet is a report in one form as far as it is written.
type validationSheet interface {
	head(validationHead) error
	finding(reportedFinding) error
	end(left int64) error // left: findings that are counted but were not kept
}

// validationHead is what stands above the findings.
type validationHead struct {
	Title string
	Facts []labelled
	Sums  []reportedSum
	Codes []reportedCode
}

// labelled is a fact with its name; Key names it in every language.
type labelled struct{ Key, Label, Text string }

type reportedSum struct {
	Label  string
	Count  int64
	Amount int64  // minor units
	Text   string // as people read it
	Plain  string // as programs do
}

type reportedCode struct {
	Code  string
	Count int64
}

// reportedFinding is a finding with its record cut where the field begins and ends.
type reportedFinding struct {
	bank.FileFinding
	Kind                  string // severity as a word
	Name                  string // of the field
	Before, Marked, After string
	Pointed               bool // Marked has a place in the record, though it may be empty
}

// WriteValidationReport writes what validation found: the totals first, then the kept findings, errors first, each with its
// line, field, code and text in "pl" or English, and the record with the field marked. It reads in steps and writes between
// them, so that neither memory nor a slow reader is a burden. bank.ErrConflict while the file is Pending.
func (s *Service) WriteValidationReport(ctx context.Context, actor bank.Actor, id bank.ID, form ReportForm, lang string, w io.Writer) error {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return err
	}
	p := &reportPager{s: s, ctx: ctx, customer: actor.Customer, id: id, speech: speechOf(lang)}
	first, err := p.open()
	if err != nil {
		return err
	}
	out, err := p.sheet(form, w)
	if err != nil {
		return err
	}
	if err := out.head(p.head()); err != nil {
		return fmt.Errorf("validation report: %w", err)
	}
	if err := p.findings(out, first); err != nil {
		return fmt.Errorf("validation report: %w", err)
	}
	return nil
}

// reportPager reads a report from the store.
type reportPager struct {
	s        *Service
	ctx      context.Context
	customer bank.CustomerID
	id       bank.ID
	speech   speech
	file     bank.TransactionFile
	account  bank.MasterAccount
}

func (p *reportPager) sheet(form ReportForm, w io.Writer) (validationSheet, error) {
	switch form {
	case ReportCSV:
		return newCSVSheet(w, p.speech), nil
	case ReportXLSX:
		return newXLSXSheet(w, p.speech, p.account.Currency)
	case ReportHTML:
		return newHTMLSheet(w, p.speech), nil
	}
	return nil, bank.ErrInvalid.With("there is no report of the form %q", form)
}

// open reads what stands above the findings, and the first of them.
func (p *reportPager) open() (list []bank.FileFinding, err error) {
	err = p.s.db.Read(p.ctx, func(tx *store.Tx) (err error) {
		if p.file, p.account, err = validatedFile(tx, p.customer, p.id); err != nil {
			return err
		}
		list, err = findingsOf(tx, p.file, p.speech.lang, 0, findingStep)
		return err
	})
	return list, err
}

// next reads more findings of the same validation.
func (p *reportPager) next(after int64) (list []bank.FileFinding, err error) {
	err = p.s.db.Read(p.ctx, func(tx *store.Tx) error {
		f, err := tx.File(p.customer, p.id)
		if err != nil {
			return noFile(err)
		}
		if !f.ValidatedAt.Equal(p.file.ValidatedAt) || f.Status == bank.FilePending {
			return bank.ErrConflict.With("the file was validated again while its report was read")
		}
		list, err = findingsOf(tx, f, p.speech.lang, after, findingStep)
		return err
	})
	return list, err
}

func (p *reportPager) findings(out validationSheet, list []bank.FileFinding) (err error) {
	total := int64(0)
	for {
		for _, f := range list {
			if err := out.finding(p.reported(f)); err != nil {
				return err
			}
		}
		total += int64(len(list))
		if len(list) < findingStep {
			return out.end(p.file.Totals.Errors + p.file.Totals.Warnings - total)
		}
		if list, err = p.next(total); err != nil {
			return err
		}
	}
}

func (p *reportPager) reported(f bank.FileFinding) reportedFinding {
	r := reportedFinding{FileFinding: f, Kind: p.speech.word(f.Severity), Name: fieldName(p.account.Format, f, p.speech.lang)}
	r.Before, r.Marked, r.After, r.Pointed = cut(f)
	return r
}

func (p *reportPager) head() validationHead {
	h := validationHead{Title: p.speech.word("report") + ": " + p.file.Name, Facts: p.facts()}
	t := p.file.Totals
	for _, direction := range slices.Sorted(maps.Keys(t.ByKind)) {
		h.Sums = append(h.Sums, p.sum(direction, t.ByKind[direction]))
	}
	if t.Refused.Count > 0 {
		h.Sums = append(h.Sums, p.sum("refused", t.Refused))
	}
	for _, code := range bankfile.Codes() {
		if n := t.Codes[string(code)]; n > 0 {
			h.Codes = append(h.Codes, reportedCode{string(code), n})
		}
	}
	slices.SortStableFunc(h.Codes, func(a, b reportedCode) int { return int(b.Count - a.Count) })
	return h
}

func (p *reportPager) sum(key string, sum bank.Sum) reportedSum {
	c := p.account.Currency
	return reportedSum{p.speech.word(key), sum.Count, sum.Amount, p.speech.amount(sum.Amount, c), decimal(sum.Amount, c)}
}

func (p *reportPager) facts() []labelled {
	f, s := p.file, p.speech
	var list []labelled
	for _, fact := range [][2]string{
		{"file", f.Name}, {"status", s.word(string(f.Status))}, {"advice", s.word(adviceOf(f))},
		{"records", strconv.FormatInt(f.Totals.Records, 10)}, {"errors", strconv.FormatInt(f.Totals.Errors, 10)},
		{"warnings", strconv.FormatInt(f.Totals.Warnings, 10)}, {"expected", s.expected(f.Totals.Expected, p.account.Currency)},
		{"account", strings.TrimSpace(p.account.IBAN.Format() + " " + p.account.Currency.Code() + " " + p.account.Name)},
		{"format", p.account.Format}, {"encoding", f.Totals.Encoding}, {"bytes", strconv.FormatInt(f.Bytes, 10)}, {"acceptance", s.word(string(f.Acceptance))},
		{"dialect", s.word(f.Dialect.String())}, {"uploaded", bank.CivilTime(f.UploadedAt) + ", " + f.UploadedBy}, {"validated", bank.CivilTime(f.ValidatedAt)},
		{"identifier", f.ID.String()},
	} {
		if fact[1] != "" {
			list = append(list, labelled{fact[0], s.word(fact[0]), fact[1]})
		}
	}
	return list
}

// expected tells what was said of a file; "" where nothing was.
func (s speech) expected(e bank.FileExpected, c money.Currency) string {
	var parts []string
	if e.Direction != "" {
		parts = append(parts, s.word(e.Direction))
	}
	if e.Records > 0 {
		parts = append(parts, s.word("records")+": "+s.number(e.Records))
	}
	if e.Sum > 0 {
		parts = append(parts, s.word("sum")+": "+s.amount(e.Sum, c))
	}
	return strings.Join(parts, ", ")
}

// damaged tells whether the file as a whole has an error, more than that all its records have one.
func damaged(codes map[string]int64) bool {
	for code, n := range codes {
		c := bankfile.Code(code)
		if severity, _ := c.DefaultSeverity(); n > 0 && severity == bankfile.Error && c.AboutFile() && c != bankfile.FileNoValidRecords {
			return true
		}
	}
	return false
}

// otherThanSaid tells whether a file holds something else than was said of it.
func otherThanSaid(t bank.FileTotals) bool {
	differs := t.Codes[string(bankfile.FileDirectionMismatch)] + t.Codes[string(bankfile.FileControlTotals)]
	return t.Expected != bank.FileExpected{} && differs > 0
}

// place is where a finding is, in a line of its own.
func (f reportedFinding) place() string {
	if f.Line == 0 {
		return ""
	}
	return strconv.FormatInt(f.Line, 10)
}
