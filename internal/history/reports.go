package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/store"
)

// mostPending is how many reports of one customer may wait at once.
const mostPending = 20

// Reports makes transaction reports: the history as a filter selects it, as a file, by a worker. It is safe for concurrent
// use.
type Reports struct {
	db    *store.DB
	lease time.Duration
	keep  time.Duration
	now   func() time.Time
}

// ReportsConfig says what reports need.
type ReportsConfig struct {
	DB    *store.DB
	Now   func() time.Time
	Lease time.Duration // how long a worker may be silent before another takes over; 0: 15 seconds
	Keep  time.Duration // how long a finished report is kept; 0: 30 days
}

// NewReports returns the service.
func NewReports(c ReportsConfig) *Reports {
	r := &Reports{db: c.DB, lease: c.Lease, keep: c.Keep, now: c.Now}
	if r.lease == 0 {
		r.lease = 15 * time.Second
	}
	if r.keep == 0 {
		r.keep = 30 * 24 * time.Hour
	}
	return r
}

// NewReport describes a report: what the filter selects of the transactions there are now, oldest first. Limit and Ascending
// mean nothing here.
type NewReport struct {
	Filter Filter
	Form   sheet.Form
	Lang   string // "pl" or English
}

// Request asks for a report, once per idempotency key of the context; a worker writes it. Errors: those of List,
// bank.ErrInvalid for a form that is none, bank.ErrConflict while too many wait.
func (s *Reports) Request(ctx context.Context, actor bank.Actor, n NewReport) (r bank.Report, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return r, err
	}
	if err := n.Filter.check(); err != nil {
		return r, err
	}
	if n.Form != sheet.CSV && n.Form != sheet.XLSX {
		return r, bank.ErrInvalid.With("a report is csv or xlsx").Field("format", "invalid", "must be csv or xlsx")
	}
	filter, err := json.Marshal(n.Filter)
	if err != nil {
		return r, fmt.Errorf("filter of a report: %w", err)
	}
	now := s.now().UTC()
	r = bank.Report{Customer: actor.Customer, ID: bank.NewID(), Form: string(n.Form), Lang: n.Lang, Filter: string(filter), Status: bank.ReportPending,
		RequestedBy: actor.Name, RequestedAt: now.Truncate(time.Microsecond)}
	r.Name = "transactions-" + bank.CivilDate(now) + "-" + r.ID.String()[len(r.ID.String())-6:] + "." + r.Form
	err = s.db.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		if err := s.add(tx, &r, n.Filter); err != nil {
			return nil, err
		}
		return r, tx.Audit(r.Customer, now, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "report.request", Object: r.ID.String(), After: r.Form})
	})
	return r, err
}

func (s *Reports) add(tx *store.Tx, r *bank.Report, f Filter) error {
	if _, err := f.resolve(tx, r.Customer); err != nil {
		return err
	}
	list, err := tx.Reports(r.Customer, store.ReportFilter{})
	if err != nil {
		return err
	}
	pending := 0
	for _, other := range list {
		if other.Status == bank.ReportPending {
			pending++
		}
	}
	if pending >= mostPending {
		return bank.ErrConflict.With("%d reports are being written: wait for one of them", pending)
	}
	head, err := tx.ReadHead(r.Customer)
	if err != nil {
		return err
	}
	r.Last = head.NextID - 1
	return tx.AddReport(*r)
}

// ReportFilter selects reports; it has a name here for the doors, which do not know the store.
type ReportFilter = store.ReportFilter

// List returns reports, newest first.
func (s *Reports) List(ctx context.Context, actor bank.Actor, f ReportFilter) (list []bank.Report, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Reports(actor.Customer, f)
		return err
	})
	return list, err
}

// Get returns one report.
func (s *Reports) Get(ctx context.Context, actor bank.Actor, id bank.ID) (bank.Report, error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return bank.Report{}, err
	}
	return s.report(ctx, actor.Customer, id)
}

func (s *Reports) report(ctx context.Context, customer bank.CustomerID, id bank.ID) (r bank.Report, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = tx.Report(customer, id)
		return named(err, "report")
	})
	return r, err
}

// WriteContent writes the file of a report that is READY; otherwise bank.ErrConflict. It reads part by part and writes
// between, so that a slow reader holds no transaction.
func (s *Reports) WriteContent(ctx context.Context, actor bank.Actor, id bank.ID, w io.Writer) error {
	r, err := s.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	if r.Status != bank.ReportReady {
		return bank.ErrConflict.With("the report is %s; its file is there once it is READY", r.Status)
	}
	for part := range r.Parts {
		var data []byte
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			data, err = tx.ReportPart(r.Customer, r.ID, part)
			return err
		})
		if err != nil {
			return fmt.Errorf("part %d of the report: %w", part, err)
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// sweepStep is how many expired reports one round removes at most.
const sweepStep = 100

// Sweep removes a customer's reports whose time is over.
func (s *Reports) Sweep(ctx context.Context, customer bank.CustomerID) error {
	var expired []bank.Report
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err == nil {
			expired, err = tx.ExpiredReports(customer, now, sweepStep)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("expired reports of customer %d: %w", customer, err)
	}
	for _, r := range expired {
		err := s.db.Write(ctx, func(tx *store.Tx) error { return tx.DropReport(customer, r.ID) })
		if err != nil && !errors.Is(err, bank.ErrNotFound) { // another replica was there first
			return fmt.Errorf("remove report %s: %w", r.ID, err)
		}
	}
	return nil
}
