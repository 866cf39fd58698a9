package files

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
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

// WriteReport writes the executed-file report as CSV: the file, the totals per outcome, then every line with its outcome.
// Before the file is executed the error is bank.ErrConflict. It reads in steps and writes between them, so that a slow reader
// holds no transaction; nothing changes any more in an executed file.
func (s *Service) WriteReport(ctx context.Context, actor bank.Actor, id bank.ID, w io.Writer) error {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return err
	}
	r := &report{next: 1}
	r.csv = csv.NewWriter(&r.page)
	err := s.readPage(ctx, r, func() error { return r.open(actor.Customer, id) })
	for err == nil {
		if _, err = r.page.WriteTo(w); err != nil || r.ended {
			return err
		}
		err = s.readPage(ctx, r, r.lines)
	}
	return err
}

// readPage lets fill read and write rows into the page in one transaction.
func (s *Service) readPage(ctx context.Context, r *report, fill func() error) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		r.tx = tx
		if err := fill(); err != nil {
			return err
		}
		r.csv.Flush()
		return r.csv.Error()
	})
}

// report is an executed-file report as far as it is written.
type report struct {
	tx      *store.Tx
	file    bank.TransactionFile
	account bank.MasterAccount
	csv     *csv.Writer // into the page
	page    bytes.Buffer
	next    int64 // line
	ended   bool
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

// head writes what the file is and what became of it, technical balance first.
func (r *report) head() error {
	total, _, err := outcomes(r.tx, r.file)
	if err != nil {
		return err
	}
	rows := [][]string{{"file", r.file.Name}, {"identifier", r.file.ID.String()}, {"executed", r.file.ExecutedAt.Format(time.RFC3339)},
		{"executed by", r.file.ExecutedBy}, {"master account", r.account.IBAN.Format()}, {"records", strconv.FormatInt(r.file.Totals.Records, 10)}}
	for _, o := range []bank.Outcome{bank.OutcomeTechnical, bank.OutcomeUnreadable, bank.OutcomeDuplicate, bank.OutcomeShortfall,
		bank.OutcomeCreditedFrozen, bank.OutcomeCredited, bank.OutcomeInternal, bank.OutcomeDebited, bank.OutcomeOwn} {
		if sum, ok := total[o.String()]; ok {
			rows = append(rows, []string{o.String(), strconv.FormatInt(sum.Count, 10), decimal(sum.Amount, r.account.Currency), r.account.Currency.Code()})
		}
	}
	rows = append(rows, []string{}, []string{"line", "outcome", "amount", "currency", "booking date", "payer", "payer account", "payee",
		"payee account", "title", "transaction", "item"})
	for _, row := range rows {
		if err := writeRow(r.csv, row...); err != nil {
			return err
		}
	}
	return nil
}

// lines writes the next window of lines; it takes one query for the words, the postings and the items.
func (r *report) lines() error {
	var words []bank.Details
	err := r.tx.EachDetails(r.file.Customer, r.file.No, r.next, reportStep, func(d bank.Details) error {
		words = append(words, d)
		return nil
	})
	r.ended = len(words) < reportStep
	if err != nil || len(words) == 0 {
		return err
	}
	first, last := r.next, words[len(words)-1].Origin.Line
	r.next = last + 1
	return r.window(words, first, last)
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
		if err := r.line(w, postings[w.Origin.Line], items[w.Origin.Line]); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) line(w bank.Details, postings []store.PostingRow, items []bank.Item) error {
	cells := []string{strconv.FormatInt(w.Origin.Line, 10), "", "", r.account.Currency.Code(), "", w.PayerName, w.PayerAccount, w.PayeeName,
		w.PayeeAccount, w.Title, "", ""}
	var amount int64
	for _, p := range postings {
		if p.Cause != bank.CauseRepayment {
			amount += p.Amount
		}
		if p.Outcome != 0 {
			cells[1], cells[4], cells[10] = p.Outcome.String(), p.BookingDate, strconv.FormatInt(int64(p.ID), 10)
		}
	}
	var reasons []string
	for _, i := range items {
		reasons = append(reasons, string(i.Reason))
		if len(postings) == 0 {
			amount, cells[1] = i.Amount, claimedOutcome(i.Reason).String()
		}
	}
	cells[2], cells[11] = decimal(amount, r.account.Currency), strings.Join(reasons, " ")
	return writeRow(r.csv, cells...)
}

// claimedOutcome is the outcome of a record for which only an item was opened.
func claimedOutcome(reason bank.ItemReason) bank.Outcome {
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
