package store

import (
	"time"

	"ims/internal/bank"
)

// NextOrderFileNo is the number of a customer's next order file. The caller has locked the customer.
func (tx *Tx) NextOrderFileNo(customer bank.CustomerID) (int64, error) {
	return queryOne(tx, number, "SELECT COALESCE(MAX(no), 0) + 1 FROM order_files WHERE customer_id = $1", customer)
}

// AddOrderFile inserts an order file.
func (tx *Tx) AddOrderFile(f bank.OrderFile) error {
	tx.leaves |= WorkOrders
	return tx.execOne(`INSERT INTO order_files (customer_id, id, no, master_account, format, status, task, reached, day, name, message, currency,
		sha256, bytes, parts, orders, amount, left_out, created_by, created_at, approved_by, approved_at, bank_reference, reason, attempts, stop_reason,
		downloads, lease_owner, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, '', 0)`,
		f.Customer, f.ID, f.No, f.MasterAccount, f.Format, f.Status, f.Task, f.Reached, f.Day, f.Name, f.Message, f.Currency.Code(), nullHash(f.SHA256),
		f.Bytes, f.Parts, f.Orders, f.Amount, f.LeftOut, f.CreatedBy, micros(f.CreatedAt), f.ApprovedBy, nullMicros(f.ApprovedAt), f.BankReference,
		f.Reason, f.Attempts, f.StopReason, f.Downloads)
}

// nullHash stores a hash that is not known yet as NULL.
func nullHash(h [32]byte) any {
	if h == ([32]byte{}) {
		return nil
	}
	return h[:]
}

// maybeHash32 reads a SHA-256 that may be NULL.
type maybeHash32 struct{ h *[32]byte }

// Scan implements sql.Scanner.
func (s maybeHash32) Scan(src any) error {
	if src == nil {
		*s.h = [32]byte{}
		return nil
	}
	return hash32(s).Scan(src)
}

const orderFileColumns = `SELECT customer_id, id, no, master_account, format, status, task, reached, day, name, message, currency, sha256, bytes, parts,
	orders, amount, left_out, created_by, created_at, approved_by, approved_at, bank_reference, reason, attempts, stop_reason, downloads FROM order_files`

func scanOrderFile(row scanner) (f bank.OrderFile, err error) {
	err = row.Scan(&f.Customer, &f.ID, &f.No, &f.MasterAccount, &f.Format, &f.Status, &f.Task, &f.Reached, &f.Day, &f.Name, &f.Message,
		currencyColumn{&f.Currency}, maybeHash32{&f.SHA256}, &f.Bytes, &f.Parts, &f.Orders, &f.Amount, &f.LeftOut, &f.CreatedBy, instant{&f.CreatedAt},
		&f.ApprovedBy, instant{&f.ApprovedAt}, &f.BankReference, &f.Reason, &f.Attempts, &f.StopReason, &f.Downloads)
	return f, err
}

// OrderFile returns an order file, or bank.ErrNotFound.
func (tx *Tx) OrderFile(customer bank.CustomerID, id bank.ID) (bank.OrderFile, error) {
	return queryOne(tx, scanOrderFile, orderFileColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// LockOrderFile is OrderFile, locked until the end of the transaction.
func (tx *Tx) LockOrderFile(customer bank.CustomerID, id bank.ID) (bank.OrderFile, error) {
	return queryOne(tx, scanOrderFile, orderFileColumns+" WHERE customer_id = $1 AND id = $2"+tx.engine.LockRows(), customer, id)
}

// OrderFileFilter selects order files; zero fields do not filter.
type OrderFileFilter struct {
	Statuses      []bank.OrderFileStatus
	MasterAccount bank.ID
	Before        bank.ID // continue behind this one, towards older ones
	Back          bool    // newer ones than Before instead
	Limit         int
}

// OrderFiles lists order files, newest first.
func (tx *Tx) OrderFiles(customer bank.CustomerID, f OrderFileFilter) ([]bank.OrderFile, error) {
	w := newWhere("customer_id = $1", customer)
	statuses := make([]string, len(f.Statuses))
	for i, s := range f.Statuses {
		statuses[i] = string(s)
	}
	w.oneOf("status", statuses)
	if !f.MasterAccount.IsZero() {
		w.add("master_account = ?", f.MasterAccount)
	}
	return readPage(tx, scanOrderFile, orderFileColumns, w, page[bank.ID]{key: "id", descending: true, from: f.Before, back: f.Back, limit: f.Limit})
}

// UpdateOrderFile writes what may change of an order file that the caller has locked. The engines refuse a move that is not in
// the table of bank.OrderFileStatus, and another content of a file that was GENERATED.
func (tx *Tx) UpdateOrderFile(f bank.OrderFile) error {
	if f.Task != bank.TaskNone {
		tx.leaves |= WorkOrders
	}
	return tx.execOne(`UPDATE order_files SET format = $3, status = $4, task = $5, reached = $6, day = $7, name = $8, sha256 = $9, bytes = $10,
		parts = $11, orders = $12, amount = $13, left_out = $14, approved_by = $15, approved_at = $16, bank_reference = $17, reason = $18,
		attempts = $19, stop_reason = $20, downloads = $21 WHERE customer_id = $1 AND id = $2`,
		f.Customer, f.ID, f.Format, f.Status, f.Task, f.Reached, f.Day, f.Name, nullHash(f.SHA256), f.Bytes, f.Parts, f.Orders, f.Amount, f.LeftOut,
		f.ApprovedBy, nullMicros(f.ApprovedAt), f.BankReference, f.Reason, f.Attempts, f.StopReason, f.Downloads)
}

// AddOrderFileStep appends a step behind those that an order file has; the caller has locked the file, or made it. The number
// of the step is reckoned here.
func (tx *Tx) AddOrderFileStep(customer bank.CustomerID, file bank.ID, s bank.OrderFileStep) error {
	return tx.execOne(`INSERT INTO order_file_steps (customer_id, order_file, no, status, actor, note, at)
		SELECT CAST($1 AS bigint), $2, COALESCE(MAX(no), 0) + 1, $3, $4, $5, CAST($6 AS bigint) FROM order_file_steps
		WHERE customer_id = $1 AND order_file = $2`, customer, file[:], string(s.Status), s.Actor, s.Note, micros(s.At))
}

// OrderFileSteps lists the steps of an order file in their order.
func (tx *Tx) OrderFileSteps(customer bank.CustomerID, file bank.ID) ([]bank.OrderFileStep, error) {
	scan := func(row scanner) (s bank.OrderFileStep, err error) {
		return s, row.Scan(&s.No, &s.Status, &s.Actor, &s.Note, instant{&s.At})
	}
	return query(tx, scan, "SELECT no, status, actor, note, at FROM order_file_steps WHERE customer_id = $1 AND order_file = $2 ORDER BY no", customer, file)
}

// AddOrderFilePart stores a part of an order file, or of a report on one; parts count from 0.
func (tx *Tx) AddOrderFilePart(customer bank.CustomerID, file bank.ID, part int64, data []byte) error {
	return tx.execOne("INSERT INTO order_file_parts (customer_id, file_id, part, data) VALUES ($1, $2, $3, $4)", customer, file, part, bytesOf(data))
}

// OrderFilePart returns a part, or bank.ErrNotFound.
func (tx *Tx) OrderFilePart(customer bank.CustomerID, file bank.ID, part int64) ([]byte, error) {
	scan := func(row scanner) (data []byte, err error) { return data, row.Scan(&data) }
	return queryOne(tx, scan, "SELECT data FROM order_file_parts WHERE customer_id = $1 AND file_id = $2 AND part = $3", customer, file, part)
}

// DropOrderFileParts removes the parts of an order file that is written anew, or of a report that was not taken. The engines
// refuse it for all others.
func (tx *Tx) DropOrderFileParts(customer bank.CustomerID, file bank.ID) error {
	_, err := tx.exec("DELETE FROM order_file_parts WHERE customer_id = $1 AND file_id = $2", customer, file)
	return err
}

// LeaveOut notes that an order file cannot carry an order, once.
func (tx *Tx) LeaveOut(customer bank.CustomerID, file bank.ID, l bank.OrderLeftOut) error {
	_, err := tx.insertNew("INSERT INTO order_file_left (customer_id, order_file, transfer_id, reason) VALUES ($1, $2, $3, $4)", customer, file, l.Transfer, l.Reason)
	return err
}

// LeftOut lists what an order file could not carry, behind a transfer; limit 0 means all.
func (tx *Tx) LeftOut(customer bank.CustomerID, file, after bank.ID, limit int) ([]bank.OrderLeftOut, error) {
	scan := func(row scanner) (l bank.OrderLeftOut, err error) { return l, row.Scan(&l.Transfer, &l.Reason) }
	w := newWhere("customer_id = $1 AND order_file = $2", customer, file)
	return readPage(tx, scan, "SELECT transfer_id, reason FROM order_file_left", w, page[bank.ID]{key: "transfer_id", from: after, limit: limit})
}

// OrderRun is the last cut-off of a master account whose orders were gathered, locked until the end of the transaction; the
// zero time if there was none.
func (tx *Tx) OrderRun(customer bank.CustomerID, master bank.ID) (at time.Time, err error) {
	if _, err := tx.insertNew("INSERT INTO order_file_runs (customer_id, master_account, cut_off) VALUES ($1, $2, 0)", customer, master); err != nil {
		return at, err
	}
	last, err := queryOne(tx, number, "SELECT cut_off FROM order_file_runs WHERE customer_id = $1 AND master_account = $2"+tx.engine.LockRows(), customer, master)
	if err == nil && last > 0 {
		at = time.UnixMicro(last).UTC()
	}
	return at, err
}

// LastOrderRun is OrderRun without a lock.
func (tx *Tx) LastOrderRun(customer bank.CustomerID, master bank.ID) (at time.Time, err error) {
	scan := func(row scanner) (last int64, err error) { return last, row.Scan(&last) }
	runs, err := query(tx, scan, "SELECT cut_off FROM order_file_runs WHERE customer_id = $1 AND master_account = $2 AND cut_off > 0", customer, master)
	if err == nil && len(runs) > 0 {
		at = time.UnixMicro(runs[0]).UTC()
	}
	return at, err
}

// SetOrderRun notes the last cut-off, behind OrderRun.
func (tx *Tx) SetOrderRun(customer bank.CustomerID, master bank.ID, cutOff time.Time) error {
	return tx.execOne("UPDATE order_file_runs SET cut_off = $3 WHERE customer_id = $1 AND master_account = $2", customer, master, micros(cutOff))
}

// AddOrderReport inserts a report of the bank on an order file; false if the file had the same one before.
func (tx *Tx) AddOrderReport(r bank.OrderReport) (bool, error) {
	return tx.insertNew(`INSERT INTO order_file_reports (customer_id, id, order_file, name, sha256, message, bytes, parts, answers, rejected, settled,
		in_progress, unknown, applied, uploaded_by, uploaded_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		r.Customer, r.ID, r.OrderFile, r.Name, r.SHA256[:], r.Message, r.Bytes, r.Parts, r.Answers, r.Rejected, r.Settled, r.InProgress, r.Unknown,
		r.Applied, r.UploadedBy, micros(r.UploadedAt), nullMicros(r.FinishedAt))
}

// UpdateOrderReport writes how far a report is; the caller has locked its order file.
func (tx *Tx) UpdateOrderReport(r bank.OrderReport) error {
	tx.leaves |= WorkOrders
	return tx.execOne(`UPDATE order_file_reports SET rejected = $3, settled = $4, in_progress = $5, unknown = $6, applied = $7, finished_at = $8
		WHERE customer_id = $1 AND id = $2`, r.Customer, r.ID, r.Rejected, r.Settled, r.InProgress, r.Unknown, r.Applied, nullMicros(r.FinishedAt))
}

// OrderReports lists the reports on an order file, the first first.
func (tx *Tx) OrderReports(customer bank.CustomerID, file bank.ID) ([]bank.OrderReport, error) {
	scan := func(row scanner) (r bank.OrderReport, err error) {
		return r, row.Scan(&r.Customer, &r.ID, &r.OrderFile, &r.Name, hash32{&r.SHA256}, &r.Message, &r.Bytes, &r.Parts, &r.Answers, &r.Rejected,
			&r.Settled, &r.InProgress, &r.Unknown, &r.Applied, &r.UploadedBy, instant{&r.UploadedAt}, instant{&r.FinishedAt})
	}
	return query(tx, scan, `SELECT customer_id, id, order_file, name, sha256, message, bytes, parts, answers, rejected, settled, in_progress, unknown,
		applied, uploaded_by, uploaded_at, finished_at FROM order_file_reports WHERE customer_id = $1 AND order_file = $2 ORDER BY id`, customer, file)
}
