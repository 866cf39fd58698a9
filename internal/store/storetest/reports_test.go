package storetest

import (
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func report(c bank.CustomerID, n int) bank.Report {
	return bank.Report{Customer: c, ID: id(n), Name: of(c, "report", n), Form: "csv", Lang: "pl", Filter: `{"title":"x"}`, Status: bank.ReportPending,
		Last: 100, Seen: bank.TransactionID(n), Rows: 3, Bytes: 4, Parts: 1, RequestedBy: of(c, "ada", n), RequestedAt: at(n), Attempts: 2}
}

func furnishReports(tx *store.Tx, c bank.CustomerID) error {
	done := report(c, 2)
	done.Status, done.FinishedAt, done.ExpiresAt = bank.ReportReady, at(5), at(50)
	return steps(
		func() error { return tx.AddReport(report(c, 1)) },
		func() error { return tx.AddReport(done) },
		func() error {
			_, err := tx.LeaseReport(store.DueReport{Customer: c, ID: id(1)}, "worker", at(10), at(25))
			return err
		},
		func() error { return tx.AddReportPart(c, id(1), 0, []byte(of(c, "part", 0))) },
	)
}

var reportProbes = []probe{
	{"Report", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Report(c, id(1))) }},
	{"RenewReport", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.RenewReport(store.DueReport{Customer: c, ID: id(1)}, "worker", at(9000))
	}},
	{"MoveReport", func(tx *store.Tx, c bank.CustomerID) error { return tx.MoveReport(report(c, 1), "worker", at(9000)) }},
	{"ReportPart", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.ReportPart(c, id(1), 0)) }},
	{"DropReport", func(tx *store.Tx, c bank.CustomerID) error { return tx.DropReport(c, id(1)) }},
}

var reportListings = []listing{
	{"Reports", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Reports(c, store.ReportFilter{})) }},
	{"ExpiredReports", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.ExpiredReports(c, at(1000), 100)) }},
	// The workers see the reports of all customers; here the customer's own are picked out.
	{"DueReports", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		due, err := tx.DueReports(at(1000), 100)
		own := []store.DueReport{}
		for _, d := range due {
			if d.Customer == c {
				own = append(own, d)
			}
		}
		return own, err
	}},
}

// TestReports writes, lists, moves and removes them.
func TestReports(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for n := 1; n <= 3; n++ {
			s.write(t, func(tx *store.Tx) error { return tx.AddReport(report(c, n)) })
		}
		page := func(before bank.ID, limit int) []bank.Report {
			return get(t, s, func(tx *store.Tx) ([]bank.Report, error) {
				return tx.Reports(c, store.ReportFilter{Before: before, Limit: limit})
			})
		}
		equal(t, "newest first", page(bank.ID{}, 2), []bank.Report{report(c, 3), report(c, 2)})
		equal(t, "the next page", page(id(2), 2), []bank.Report{report(c, 1)})
		d := store.DueReport{Customer: c, ID: id(1)}
		s.write(t, func(tx *store.Tx) error { _, err := tx.LeaseReport(d, "a", at(10), at(25)); return err })
		r := report(c, 1)
		r.Status, r.Seen, r.Rows, r.Bytes, r.Parts, r.FinishedAt, r.ExpiresAt = bank.ReportReady, 100, 9, 5, 2, at(20), at(30)
		wantError(t, "moving without the lease", s.try(t, func(tx *store.Tx) error { return tx.MoveReport(r, "b", at(40)) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddReportPart(c, id(1), 0, []byte("one")) }, func() error { return tx.AddReportPart(c, id(1), 1, nil) },
				func() error { return tx.MoveReport(r, "a", at(0)) })
		})
		equal(t, "moved", get(t, s, func(tx *store.Tx) (bank.Report, error) { return tx.Report(c, id(1)) }), r)
		wantError(t, "moving what is finished", s.try(t, func(tx *store.Tx) error { return tx.MoveReport(r, "a", at(40)) }), bank.ErrNotFound)
		equal(t, "part", get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.ReportPart(c, id(1), 0) }), []byte("one"))
		gone := s.try(t, func(tx *store.Tx) error {
			if err := tx.DropReportParts(c, id(1)); err != nil {
				return err
			}
			return found(tx.ReportPart(c, id(1), 1))
		})
		wantError(t, "parts of a report begun anew", gone, bank.ErrNotFound)
		expired := func(now int) []bank.Report {
			return get(t, s, func(tx *store.Tx) ([]bank.Report, error) { return tx.ExpiredReports(c, at(now), 9) })
		}
		equal(t, "not yet expired", len(expired(30)), 0)
		equal(t, "expired", expired(31), []bank.Report{r})
		s.write(t, func(tx *store.Tx) error { return tx.DropReport(c, id(1)) })
		wantError(t, "dropped", s.try(t, func(tx *store.Tx) error { return found(tx.Report(c, id(1))) }), bank.ErrNotFound)
		wantError(t, "its parts", s.try(t, func(tx *store.Tx) error { return found(tx.ReportPart(c, id(1), 0)) }), bank.ErrNotFound)
	})
}

// TestReportLeases: one worker at a time, whoever renews keeps it.
func TestReportLeases(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error { return tx.AddReport(report(c, 1)) })
		d := store.DueReport{Customer: c, ID: id(1)}
		due := func(now time.Time) int {
			return len(get(t, s, func(tx *store.Tx) ([]store.DueReport, error) { return tx.DueReports(now, 9) }))
		}
		lease := func(owner string, now, until int) (taken bool) {
			s.write(t, func(tx *store.Tx) (err error) { taken, err = tx.LeaseReport(d, owner, at(now), at(until)); return err })
			return taken
		}
		equal(t, "due", due(at(10)), 1)
		equal(t, "a gets it", lease("a", 10, 25), true)
		equal(t, "b does not", lease("b", 11, 26), false)
		equal(t, "leased ones are not due", due(at(25)), 0)
		s.write(t, func(tx *store.Tx) error { return tx.RenewReport(d, "a", at(40)) })
		equal(t, "renewed", lease("b", 39, 50), false)
		equal(t, "expired", lease("b", 41, 50), true)
		wantError(t, "renewing a lost one", s.try(t, func(tx *store.Tx) error { return tx.RenewReport(d, "a", at(60)) }), bank.ErrNotFound)
		s.write(t, (*store.Tx).ReleaseAllLeases)
		equal(t, "all released", lease("c", 42, 50), true)
	})
}
