package files

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/sheet"
	"ims/internal/store"
)

// reportStep is how many lines of a file one query of a report covers, so that memory does not grow with the file.
const reportStep = 5_000

func writeRow(w *csv.Writer, cells ...string) error {
	for i, c := range cells {
		cells[i] = bank.PlainCell(c)
	}
	return w.Write(cells)
}

// decimal writes an amount of minor units in its currency. Reports show positive amounts only.
func decimal(amount int64, c money.Currency) string { return money.New(amount, c).Decimal() }

// WriteReport writes the executed-file report, CSV or XLSX: the file, the totals per outcome, then every line with its outcome,
// first those that reached the technical balance or opened an item, then all others. Before the file is executed the error is
// bank.ErrConflict. It reads in steps and writes between them, so that a slow reader holds no transaction; nothing changes
// any more in an executed file.
func (s *Service) WriteReport(ctx context.Context, actor bank.Actor, id bank.ID, form sheet.Form, w io.Writer) error {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return err
	}
	r := &report{next: 1}
	target := io.Writer(&r.page)
	if form == sheet.XLSX {
		target = w // it holds its rows in a file of its own until it is closed
	}
	var err error
	if r.out, err = sheet.New(form, target, "report", "lines"); err != nil {
		return err
	}
	defer r.out.Discard()
	if err := s.readPage(ctx, r, func() error { return r.open(actor.Customer, id) }); err != nil {
		return err
	}
	for r.part < reportParts {
		if _, err := r.page.WriteTo(w); err != nil {
			return err
		}
		if err := s.readPage(ctx, r, r.lines); err != nil {
			return err
		}
	}
	if err := r.out.Close(); err != nil {
		return err
	}
	_, err = r.page.WriteTo(w)
	return err
}

// readPage lets fill read and write rows into the page in one transaction.
func (s *Service) readPage(ctx context.Context, r *report, fill func() error) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		r.tx = tx
		return fill()
	})
}

// The parts of a report's lines: those with an item, or on the technical balance, then the others.
const (
	partItems = iota
	partOthers
	reportParts
)

// report is an executed-file report as far as it is written.
type report struct {
	tx      *store.Tx
	file    bank.TransactionFile
	account bank.MasterAccount
	out     sheet.Writer // CSV into the page
	page    bytes.Buffer
	part    int
	next    int64 // line
}

// open finds the file and writes the head.
func (r *report) open(customer bank.CustomerID, id bank.ID) (err error) {
	if r.file, err = r.tx.File(customer, id); err != nil {
		return noFile(err)
	}
	if r.file.Status != bank.FileExecuted {
		return bank.ErrConflict.With("the file is %s; the report is there once it is Executed", r.file.Status)
	}
	if r.account, err = r.tx.MasterAccount(customer, r.file.MasterAccount); err != nil {
		return err
	}
	return r.head()
}

// reportOutcomes are the outcomes in the order of a report: technical balance first.
var reportOutcomes = []bank.Outcome{bank.OutcomeTechnical, bank.OutcomeUnreadable, bank.OutcomeDuplicate, bank.OutcomeShortfall,
	bank.OutcomeCreditedFrozen, bank.OutcomeCredited, bank.OutcomeInternal, bank.OutcomeDebited, bank.OutcomeOwn}

// head writes what the file is and what became of it.
func (r *report) head() error {
	total, _, err := outcomes(r.tx, r.file)
	if err != nil {
		return err
	}
	f := r.file
	for _, fact := range [][2]string{{"file", f.Name}, {"identifier", f.ID.String()}, {"executed", f.ExecutedAt.Format(time.RFC3339)},
		{"executed by", f.ExecutedBy}, {"master account", r.account.IBAN.Format()}} {
		if err := r.out.Fact(fact[0], fact[1]); err != nil {
			return err
		}
	}
	if err := r.out.Fact("records", f.Totals.Records); err != nil {
		return err
	}
	for _, o := range reportOutcomes {
		if sum, ok := total[o.String()]; ok {
			if err := r.out.Fact(o.String(), sum.Count, r.amount(sum.Amount), r.account.Currency.Code()); err != nil {
				return err
			}
		}
	}
	return r.out.Columns(reportColumns...)
}

func (r *report) amount(minor int64) sheet.Amount {
	return sheet.Amount{Minor: minor, Currency: r.account.Currency}
}

// reportColumns are those of the lines.
var reportColumns = []sheet.Column{{Name: "line", Width: 10}, {Name: "outcome", Width: 18}, {Name: "amount", Width: 16}, {Name: "currency", Width: 9},
	{Name: "booking date", Width: 14}, {Name: "payer", Width: 30}, {Name: "payer account", Width: 32}, {Name: "payee", Width: 30},
	{Name: "payee account", Width: 32}, {Name: "title", Width: 50}, {Name: "transaction", Width: 12}, {Name: "item", Width: 24}}

// lines writes the next window of lines; it takes one query for the words, the postings and the items.
func (r *report) lines() error {
	var words []bank.Details
	err := r.tx.EachDetails(r.file.Customer, r.file.No, r.next, reportStep, func(d bank.Details) error {
		words = append(words, d)
		return nil
	})
	if err == nil && len(words) > 0 {
		first, last := r.next, words[len(words)-1].Origin.Line
		r.next = last + 1
		err = r.window(words, first, last)
	}
	if len(words) < reportStep {
		r.part, r.next = r.part+1, 1
	}
	return err
}

func (r *report) window(words []bank.Details, first, last int64) error {
	postings := map[int64][]store.PostingRow{}
	err := r.tx.EachFilePosting(r.file.Customer, r.file.No, first, last, func(p store.PostingRow) error {
		postings[p.Origin.Line] = append(postings[p.Origin.Line], p)
		return nil
	})
	if err != nil {
		return err
	}
	list, err := r.tx.FileItems(r.file.Customer, r.file.No, first, last)
	if err != nil {
		return err
	}
	items := map[int64][]bank.Item{}
	for _, i := range list {
		items[i.Origin.Line] = append(items[i.Origin.Line], i)
	}
	for _, w := range words {
		postings, items := postings[w.Origin.Line], items[w.Origin.Line]
		if belongs := partOf(postings, items); belongs != r.part {
			continue
		}
		if err := r.line(w, postings, items); err != nil {
			return err
		}
	}
	return nil
}

// partOf tells which part of the report a line belongs to.
func partOf(postings []store.PostingRow, items []bank.Item) int {
	technical := slices.ContainsFunc(postings, func(p store.PostingRow) bool { return p.Outcome == bank.OutcomeTechnical })
	if technical || len(items) > 0 {
		return partItems
	}
	return partOthers
}

func (r *report) line(w bank.Details, postings []store.PostingRow, items []bank.Item) error {
	var amount int64
	var outcome, booking string
	var transaction any
	for _, p := range postings {
		if p.Cause != bank.CauseRepayment {
			amount += p.Amount
		}
		if p.Outcome != 0 {
			outcome, booking, transaction = p.Outcome.String(), p.BookingDate, int64(p.ID)
		}
	}
	var reasons []string
	for _, i := range items {
		reasons = append(reasons, string(i.Reason))
		if len(postings) == 0 {
			amount, outcome = i.Amount, claimedOutcome(i.Reason).String()
		}
	}
	return r.out.Row(w.Origin.Line, outcome, r.amount(amount), r.account.Currency.Code(), sheet.Date(booking), w.PayerName, w.PayerAccount, w.PayeeName,
		w.PayeeAccount, w.Title, transaction, strings.Join(reasons, " "))
}

// claimedOutcome is the outcome of a record for which only an item was opened.
func claimedOutcome(reason bank.Reason) bank.Outcome {
	switch reason {
	case bank.ReasonDuplicate:
		return bank.OutcomeDuplicate
	case bank.ReasonUnreadable, bank.ReasonOwnFundsShort:
		return bank.OutcomeUnreadable
	case bank.ReasonDebitClosed:
		return bank.OutcomeInternal
	default:
		return bank.OutcomeOwn
	}
}
