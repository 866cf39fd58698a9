package history

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/sheet"
	"ims/internal/store"
)

const (
	reportStep     = 1000    // transactions that one query reads
	reportPart     = 1 << 20 // bytes of the file that one row holds
	reportAttempts = 5       // before a report fails for good
	reportPause    = 500 * time.Millisecond
)

var errNotIndexed = errors.New("another worker is at the index of words")

// RunDue writes one report that waits, if no other worker has it; it tells whether there was one.
func (s *Reports) RunDue(ctx context.Context, owner string) (worked bool, err error) {
	var due []store.DueReport
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err == nil {
			due, err = tx.DueReports(now, 20)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("list due reports: %w", err)
	}
	for _, d := range due {
		taken, err := s.take(ctx, d, owner)
		if err != nil {
			return false, err
		}
		if taken {
			return true, s.runLeased(ctx, d, owner)
		}
	}
	return false, nil
}

// Run writes a report here and now, or waits for the worker that has it, and returns when it is READY or FAILED.
func (s *Reports) Run(ctx context.Context, owner string, customer bank.CustomerID, id bank.ID) (bank.Report, error) {
	for {
		r, err := s.report(ctx, customer, id)
		if err != nil || r.Status != bank.ReportPending {
			return r, err
		}
		d := store.DueReport{Customer: customer, ID: id}
		taken, err := s.take(ctx, d, owner)
		if err != nil {
			return r, err
		}
		if taken {
			if err := s.runLeased(ctx, d, owner); ctx.Err() != nil {
				return r, errors.Join(err, ctx.Err())
			}
			continue // a failure is noted with the report and tried again
		}
		timer := time.NewTimer(s.lease / 20)
		select {
		case <-ctx.Done():
			timer.Stop()
			return r, ctx.Err()
		case <-timer.C:
		}
	}
}

func (s *Reports) take(ctx context.Context, d store.DueReport, owner string) (taken bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err == nil {
			taken, err = tx.LeaseReport(d, owner, now, now.Add(s.lease))
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease report %s: %w", d.ID, err)
	}
	return taken, nil
}

// runLeased writes the report under the lease, which is renewed all the while: one page of a rare filter may take long.
func (s *Reports) runLeased(ctx context.Context, d store.DueReport, owner string) error {
	w := &reportWriter{s: s, owner: owner}
	extend := func(tx *store.Tx, until time.Time) error { return tx.RenewReport(d, owner, until) }
	err := s.db.UnderLease(ctx, s.lease, extend, func(ctx context.Context) (err error) {
		var end func(error)
		w.ctx, end = store.Span(ctx, "report", attribute.Int64("ims.customer", int64(d.Customer)), attribute.String("ims.report", d.ID.String()))
		defer func() { end(err) }()
		return w.run(d)
	})
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		return nil // the other worker goes on
	case ctx.Err() != nil:
		err = nil // asked to stop: somebody else begins anew
	}
	if w.report.Status == bank.ReportReady {
		return nil
	}
	noted := s.giveBack(ctx, d, owner, err)
	if errors.Is(err, errNotIndexed) {
		err = nil // it waits, nothing is wrong
	}
	return errors.Join(err, noted)
}

// giveBack ends the lease and notes a failure: after some attempts, or at once when a rule forbids it, the report has failed.
func (s *Reports) giveBack(ctx context.Context, d store.DueReport, owner string, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		r, err := tx.Report(d.Customer, d.ID)
		if err != nil {
			return err
		}
		switch {
		case failure == nil:
			return tx.MoveReport(r, owner, time.UnixMicro(0))
		case errors.Is(failure, errNotIndexed):
			return tx.MoveReport(r, owner, now.Add(reportPause))
		}
		r.Attempts++
		rule, refused := bank.AsError(failure)
		switch {
		case refused && rule.Kind != bank.Unavailable:
			r.StopReason = cmp.Or(rule.Message, rule.Title)
		case r.Attempts >= reportAttempts:
			r.StopReason = fmt.Sprintf("failed %d times: %v", r.Attempts, failure)
		}
		if r.StopReason != "" {
			r.Status, r.FinishedAt, r.ExpiresAt = bank.ReportFailed, now, now.Add(s.keep)
		}
		return tx.MoveReport(r, owner, now.Add(reportPause<<r.Attempts))
	})
	if errors.Is(err, bank.ErrNotFound) {
		return nil // lost meanwhile: it is nobody's failure
	}
	return err
}

// reportWriter writes one report; what is written of the file goes into the store in parts, each only under the lease.
type reportWriter struct {
	s      *Reports
	ctx    context.Context
	owner  string
	report bank.Report
	filter Filter
	buffer []byte
}

// Write implements io.Writer.
func (w *reportWriter) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := min(len(p), reportPart-len(w.buffer))
		w.buffer, p = append(w.buffer, p[:n]...), p[n:]
		if len(w.buffer) == reportPart {
			if err := w.store(); err != nil {
				return 0, err
			}
		}
	}
	return written, nil
}

// store writes the part at hand.
func (w *reportWriter) store() error {
	r := w.report
	r.Bytes += int64(len(w.buffer))
	r.Parts++
	if err := w.move(r, func(tx *store.Tx) error { return tx.AddReportPart(r.Customer, r.ID, w.report.Parts, w.buffer) }); err != nil {
		return err
	}
	w.buffer = w.buffer[:0]
	return nil
}

// move writes the report's state, with what belongs to it, under the lease.
func (w *reportWriter) move(r bank.Report, with func(*store.Tx) error) error {
	err := w.s.db.Write(w.ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		until := now.Add(w.s.lease)
		if r.Status == bank.ReportReady {
			r.FinishedAt, r.ExpiresAt, until = now, now.Add(w.s.keep), time.UnixMicro(0)
		}
		if err := tx.MoveReport(r, w.owner, until); errors.Is(err, bank.ErrNotFound) {
			return store.ErrLeaseLost
		} else if err != nil {
			return err
		}
		return with(tx)
	})
	if err == nil {
		w.report = r
	}
	return err
}

// run begins the report anew and writes it to its end.
func (w *reportWriter) run(d store.DueReport) (err error) {
	if w.report, err = w.s.report(w.ctx, d.Customer, d.ID); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(w.report.Filter), &w.filter); err != nil {
		return fmt.Errorf("filter of report %s: %w", d.ID, err)
	}
	r := w.report
	r.Seen, r.Rows, r.Bytes, r.Parts = 0, 0, 0, 0
	if err := w.move(r, func(tx *store.Tx) error { return tx.DropReportParts(d.Customer, d.ID) }); err != nil {
		return err
	}
	if err := w.indexed(); err != nil {
		return err
	}
	if err := w.table(); err != nil {
		return fmt.Errorf("report %s: %w", d.ID, err)
	}
	if len(w.buffer) > 0 {
		if err := w.store(); err != nil {
			return err
		}
	}
	r = w.report
	r.Status, r.Seen = bank.ReportReady, r.Last
	return w.move(r, func(*store.Tx) error { return nil })
}

// indexed waits for the index of words where the filter has any: a report must not miss what the index has not reached. It
// helps, since where only a command runs nobody else does.
func (w *reportWriter) indexed() error {
	if w.filter.Counterparty+w.filter.Title+w.filter.Reference == "" {
		return nil
	}
	for {
		var to bank.TransactionID
		err := w.s.db.Read(w.ctx, func(tx *store.Tx) (err error) {
			to, err = tx.SearchedTo(w.report.Customer)
			return err
		})
		if err != nil || to >= w.report.Last {
			return err
		}
		if worked, err := New(w.s.db).IndexDue(w.ctx, w.owner); err != nil {
			return err
		} else if !worked {
			return errNotIndexed
		}
	}
}

// table writes the whole file.
func (w *reportWriter) table() error {
	s := speechOf(w.report.Lang)
	out, err := sheet.New(sheet.Form(w.report.Form), w, s.word("report"), s.word("transactions"))
	if err != nil {
		return err
	}
	defer out.Discard()
	for _, fact := range [][2]string{{"report", w.report.Name}, {"identifier", w.report.ID.String()}, {"created", instant(w.report.RequestedAt)},
		{"requestedBy", w.report.RequestedBy}, {"filter", described(w.filter)}} {
		if err := out.Fact(s.word(fact[0]), fact[1]); err != nil {
			return err
		}
	}
	if err := out.Columns(reportColumns(s)...); err != nil {
		return err
	}
	if err := w.rows(out, s); err != nil {
		return err
	}
	return out.Close()
}

func reportColumns(s speech) []sheet.Column {
	columns := statementColumns(s)
	last := []sheet.Column{{Name: s.word("status"), Width: 12}, {Name: s.word("reason"), Width: 40}, {Name: s.word("balanceId"), Width: 38}, {Name: s.word("kind"), Width: 12}}
	return append(columns, last...)
}

// rows writes what the filter selects, page by page, and how far it is.
func (w *reportWriter) rows(out sheet.Writer, s speech) error {
	after := w.filter.After
	for {
		var page []Row
		err := w.s.db.Read(w.ctx, func(tx *store.Tx) error {
			q, err := w.filter.resolve(tx, w.report.Customer)
			if err != nil {
				return err
			}
			q.After, q.Limit, q.Ascending = after, reportStep, true
			if q.Before == 0 || q.Before > w.report.Last {
				q.Before = w.report.Last + 1
			}
			page, err = tx.History(w.report.Customer, q)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page {
			if err := reportRow(out, s, &page[i]); err != nil {
				return err
			}
		}
		if len(page) < reportStep {
			w.report.Rows += int64(len(page))
			return nil
		}
		after = page[len(page)-1].ID
		r := w.report
		r.Rows, r.Seen = r.Rows+int64(len(page)), after
		if err := w.move(r, func(*store.Tx) error { return nil }); err != nil {
			return err
		}
	}
}

// reportRow writes a transaction, with no reason that the customer's own systems may not read: they can fetch the report too.
func reportRow(out sheet.Writer, s speech, r *Row) error {
	c, err := money.ParseCurrency(r.Currency)
	if err != nil {
		return err
	}
	var after any
	if r.Kind.HasRow() {
		after = sheet.Amount{Minor: r.BalanceAfter, Currency: c}
	}
	name, account := otherSide(r)
	reason := s.reason(r.Reason.For(bank.ForCustomer))
	d := &r.Details
	return out.Row(int64(r.ID), sheet.Date(r.Booking), sheet.Date(r.Value), instant(r.At), r.Type.String(), sheet.Amount{Minor: r.Amount, Currency: c},
		c.Code(), after, name, account, d.Title, d.Reference, d.Operation, fileID(r), fileLine(r.Origin), r.Status.String(), reason, r.BalanceID.String(), r.Kind.String())
}

// described is a filter as people read it, empty where nothing is filtered.
func described(f Filter) string {
	var parts []string
	add := func(name, value string) {
		if value != "" && value != "0" && value != (bank.ID{}).String() {
			parts = append(parts, name+"="+value)
		}
	}
	names := func(n int, name func(int) string) string {
		list := make([]string, n)
		for i := range list {
			list[i] = name(i)
		}
		return strings.Join(list, ",")
	}
	add("balanceId", f.Balance.String())
	add("userId", f.User.String())
	add("iban", f.IBAN)
	add("status", names(len(f.Statuses), func(i int) string { return f.Statuses[i].String() }))
	add("type", names(len(f.Types), func(i int) string { return f.Types[i].String() }))
	add("from", f.From)
	add("to", f.To)
	add("minAmount", fmt.Sprint(f.MinAmount))
	add("maxAmount", fmt.Sprint(f.MaxAmount))
	add("counterparty", f.Counterparty)
	add("title", f.Title)
	add("reference", f.Reference)
	add("fileId", f.File.String())
	add("after", fmt.Sprint(int64(f.After)))
	add("before", fmt.Sprint(int64(f.Before)))
	return strings.Join(parts, " ")
}
