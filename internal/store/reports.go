package store

import (
	"time"

	"ims/internal/bank"
)

// AddReport inserts a report that was asked for.
func (tx *Tx) AddReport(r bank.Report) error {
	tx.leaves |= WorkReports
	return tx.execOne(`INSERT INTO reports (customer_id, id, name, form, lang, filter, status, last_id, seen_id, row_count, bytes, parts,
		requested_by, requested_at, finished_at, expires_at, attempts, stop_reason, lease_owner, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', 0)`,
		r.Customer, r.ID, r.Name, r.Form, r.Lang, r.Filter, r.Status, r.Last, r.Seen, r.Rows, r.Bytes, r.Parts, r.RequestedBy,
		micros(r.RequestedAt), nullMicros(r.FinishedAt), nullMicros(r.ExpiresAt), r.Attempts, r.StopReason)
}

const reportColumns = `SELECT customer_id, id, name, form, lang, filter, status, last_id, seen_id, row_count, bytes, parts, requested_by,
	requested_at, finished_at, expires_at, attempts, stop_reason FROM reports`

func scanReport(row scanner) (r bank.Report, err error) {
	err = row.Scan(&r.Customer, &r.ID, &r.Name, &r.Form, &r.Lang, &r.Filter, &r.Status, &r.Last, &r.Seen, &r.Rows, &r.Bytes, &r.Parts,
		&r.RequestedBy, instant{&r.RequestedAt}, instant{&r.FinishedAt}, instant{&r.ExpiresAt}, &r.Attempts, &r.StopReason)
	return r, err
}

// Report returns a report, or bank.ErrNotFound.
func (tx *Tx) Report(customer bank.CustomerID, id bank.ID) (bank.Report, error) {
	return queryOne(tx, scanReport, reportColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// ReportFilter selects reports; zero fields do not filter.
type ReportFilter struct {
	Before bank.ID // continue behind this one, towards older ones
	Back   bool    // newer ones than Before instead
	Limit  int
}

// Reports lists reports, newest first.
func (tx *Tx) Reports(customer bank.CustomerID, f ReportFilter) ([]bank.Report, error) {
	w := newWhere("customer_id = $1", customer)
	return readPage(tx, scanReport, reportColumns, w, page[bank.ID]{key: "id", descending: true, from: f.Before, back: f.Back, limit: f.Limit})
}

// DueReport is a report that waits for a worker.
type DueReport struct {
	Customer bank.CustomerID
	ID       bank.ID
}

// DueReports lists reports of all customers that wait and are not leased at now, without locks, the one that waited longest
// first.
func (tx *Tx) DueReports(now time.Time, limit int) ([]DueReport, error) {
	scan := func(row scanner) (d DueReport, err error) { return d, row.Scan(&d.Customer, &d.ID) }
	return query(tx, scan, `SELECT customer_id, id FROM reports WHERE status = 'PENDING' AND lease_until < $1
		ORDER BY lease_until, customer_id, id LIMIT $2`, micros(now), limit)
}

// LeaseReport takes the lease of a waiting report for owner, unless somebody holds it; it tells whether it was taken.
func (tx *Tx) LeaseReport(d DueReport, owner string, now, until time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE reports SET lease_owner = $3, lease_until = $4 WHERE customer_id = $1 AND id = $2 AND status = 'PENDING'
		AND lease_until < $5`, d.Customer, d.ID, owner, micros(until), micros(now))
	return n == 1, err
}

// RenewReport extends a lease that owner still holds; bank.ErrNotFound if it was lost.
func (tx *Tx) RenewReport(d DueReport, owner string, until time.Time) error {
	return tx.execOne("UPDATE reports SET lease_until = $4 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3",
		d.Customer, d.ID, owner, micros(until))
}

// MoveReport writes how far a report is, under the lease of owner, and extends it until an instant or gives it back where
// that has passed; bank.ErrNotFound if it was lost. In one transaction with it, parts are only added by who holds the lease.
func (tx *Tx) MoveReport(r bank.Report, owner string, until time.Time) error {
	return tx.execOne(`UPDATE reports SET status = $4, seen_id = $5, row_count = $6, bytes = $7, parts = $8, finished_at = $9,
		expires_at = $10, attempts = $11, stop_reason = $12, lease_until = $13 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3
		AND status = 'PENDING'`, r.Customer, r.ID, owner, r.Status, r.Seen, r.Rows, r.Bytes, r.Parts, nullMicros(r.FinishedAt),
		nullMicros(r.ExpiresAt), r.Attempts, r.StopReason, micros(until))
}

// AddReportPart stores a part of a report's file; parts count from 0.
func (tx *Tx) AddReportPart(customer bank.CustomerID, id bank.ID, part int64, data []byte) error {
	return tx.execOne("INSERT INTO report_parts (customer_id, report_id, part, data) VALUES ($1, $2, $3, $4)", customer, id, part, bytesOf(data))
}

// ReportPart returns a part, or bank.ErrNotFound.
func (tx *Tx) ReportPart(customer bank.CustomerID, id bank.ID, part int64) ([]byte, error) {
	scan := func(row scanner) (data []byte, err error) { return data, row.Scan(&data) }
	return queryOne(tx, scan, "SELECT data FROM report_parts WHERE customer_id = $1 AND report_id = $2 AND part = $3", customer, id, part)
}

// DropReportParts removes the parts of a report that is begun anew.
func (tx *Tx) DropReportParts(customer bank.CustomerID, id bank.ID) error {
	_, err := tx.exec("DELETE FROM report_parts WHERE customer_id = $1 AND report_id = $2", customer, id)
	return err
}

// ExpiredReports lists finished reports whose time was over before an instant.
func (tx *Tx) ExpiredReports(customer bank.CustomerID, before time.Time, limit int) ([]bank.Report, error) {
	return query(tx, scanReport, reportColumns+" WHERE customer_id = $1 AND expires_at IS NOT NULL AND expires_at < $2 ORDER BY expires_at LIMIT $3",
		customer, micros(before), limit)
}

// DropReport removes a report with its file.
func (tx *Tx) DropReport(customer bank.CustomerID, id bank.ID) error {
	if err := tx.DropReportParts(customer, id); err != nil {
		return err
	}
	return tx.execOne("DELETE FROM reports WHERE customer_id = $1 AND id = $2", customer, id)
}
