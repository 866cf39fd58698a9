package store

import (
	"time"

	"ims/internal/bank"
)

// AddFilePart stores one part of an upload; parts without a file row are removed by SweepFileParts.
func (tx *Tx) AddFilePart(customer bank.CustomerID, file bank.ID, part int, data []byte, at time.Time) error {
	_, err := tx.exec("INSERT INTO file_parts (customer_id, file_id, part, data, stored_at) VALUES ($1, $2, $3, $4, $5)",
		customer, file, part, data, micros(at))
	return err
}

// FilePart returns one part of an upload, or bank.ErrNotFound behind the last.
func (tx *Tx) FilePart(customer bank.CustomerID, file bank.ID, part int) ([]byte, error) {
	scan := func(row scanner) (data []byte, err error) { return data, row.Scan(&data) }
	return queryOne(tx, scan, "SELECT data FROM file_parts WHERE customer_id = $1 AND file_id = $2 AND part = $3", customer, file, part)
}

// DeleteFileParts removes the parts of an upload that became no file; those of a file stay.
func (tx *Tx) DeleteFileParts(customer bank.CustomerID, file bank.ID) error {
	_, err := tx.exec(`DELETE FROM file_parts WHERE customer_id = $1 AND file_id = $2 AND NOT EXISTS
		(SELECT 1 FROM transaction_files f WHERE f.customer_id = file_parts.customer_id AND f.id = file_parts.file_id)`, customer, file)
	return err
}

// SweepFileParts removes parts that were stored before an instant and belong to no file.
func (tx *Tx) SweepFileParts(customer bank.CustomerID, before time.Time) (int64, error) {
	return tx.exec(`DELETE FROM file_parts WHERE customer_id = $1 AND stored_at < $2 AND NOT EXISTS
		(SELECT 1 FROM transaction_files f WHERE f.customer_id = file_parts.customer_id AND f.id = file_parts.file_id)`, customer, micros(before))
}

// NextFileNo takes the next file number of a customer. It locks the head.
func (tx *Tx) NextFileNo(customer bank.CustomerID) (bank.FileNo, error) {
	n, err := tx.takeNumber("next_file", customer)
	return bank.FileNo(n), err
}

// NextExecutionNo takes the next place in the order of executions. It locks the head.
func (tx *Tx) NextExecutionNo(customer bank.CustomerID) (int64, error) {
	return tx.takeNumber("next_execution", customer)
}

// AddFile inserts the row of an upload; false if the name or content is taken.
func (tx *Tx) AddFile(f bank.TransactionFile) (bool, error) {
	tx.leaves |= WorkFiles
	return tx.insertNew(`INSERT INTO transaction_files (customer_id, no, id, master_account, name, sha256, bytes, status, acceptance, totals,
		chunks, uploaded_by, uploaded_at, executed_by, execution_no, attempts, stop_reason, lease_owner, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $12, 0, $10, $11, '', 0, 0, '', '', 0)`,
		f.Customer, f.No, f.ID, f.MasterAccount, f.Name, f.SHA256[:], f.Bytes, f.Status, f.Acceptance, f.UploadedBy, micros(f.UploadedAt),
		jsonText[bank.FileTotals]{&f.Totals})
}

const fileColumns = `SELECT customer_id, no, id, master_account, name, sha256, bytes, status, acceptance, totals, chunks, uploaded_by,
	uploaded_at, validated_at, executed_by, execution_no, executing_at, executed_at, attempts, stop_reason, dialect FROM transaction_files`

func scanFile(row scanner) (f bank.TransactionFile, err error) {
	err = row.Scan(&f.Customer, &f.No, &f.ID, &f.MasterAccount, &f.Name, hash32{&f.SHA256}, &f.Bytes, &f.Status, &f.Acceptance, jsonText[bank.FileTotals]{&f.Totals},
		&f.Chunks, &f.UploadedBy, instant{&f.UploadedAt}, instant{&f.ValidatedAt}, &f.ExecutedBy, &f.ExecutionNo, instant{&f.ExecutingAt},
		instant{&f.ExecutedAt}, &f.Attempts, &f.StopReason, jsonText[bank.Dialect]{&f.Dialect})
	return f, err
}

// File returns a transaction file or bank.ErrNotFound.
func (tx *Tx) File(customer bank.CustomerID, id bank.ID) (bank.TransactionFile, error) {
	return queryOne(tx, scanFile, fileColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// LockFile is File, locked until the end of the transaction.
func (tx *Tx) LockFile(customer bank.CustomerID, id bank.ID) (bank.TransactionFile, error) {
	return queryOne(tx, scanFile, fileColumns+" WHERE customer_id = $1 AND id = $2"+tx.engine.LockRows(), customer, id)
}

// FileWithContent returns the file with this SHA-256, or bank.ErrNotFound.
func (tx *Tx) FileWithContent(customer bank.CustomerID, sha [32]byte) (bank.TransactionFile, error) {
	return queryOne(tx, scanFile, fileColumns+" WHERE customer_id = $1 AND sha256 = $2", customer, sha[:])
}

// FileWithName returns the file that holds this name (Invalid files do not), or bank.ErrNotFound.
func (tx *Tx) FileWithName(customer bank.CustomerID, name string) (bank.TransactionFile, error) {
	return queryOne(tx, scanFile, fileColumns+" WHERE customer_id = $1 AND name = $2 AND status <> 'Invalid'", customer, name)
}

// FileNamed returns the newest file of this name, Invalid or not, or bank.ErrNotFound. It has no index, as files are few.
func (tx *Tx) FileNamed(customer bank.CustomerID, name string) (bank.TransactionFile, error) {
	return queryOne(tx, scanFile, fileColumns+" WHERE customer_id = $1 AND name = $2 ORDER BY no DESC LIMIT 1", customer, name)
}

// FileFilter selects files; zero fields do not filter.
type FileFilter struct {
	Status                   bank.FileStatus
	In                       []string    // any of these statuses
	MasterAccount            bank.ID     // zero: any
	Name                     string      // part of the name, or the whole id; small and capital letters of ASCII are the same
	By                       string      // who uploaded it
	UploadedFrom, UploadedTo time.Time   // UploadedTo is exclusive
	ExecutedFrom, ExecutedTo time.Time   // when execution ended; ExecutedTo is exclusive
	Before                   bank.FileNo // continue behind this file, towards older ones
	Back                     bool        // newer ones than Before instead
	Limit                    int
}

func (f FileFilter) where(customer bank.CustomerID) *where {
	w := newWhere("customer_id = $1", customer)
	w.text("status = ?", string(f.Status))
	w.oneOf("status", f.In)
	w.text("uploaded_by = ?", f.By)
	if !f.MasterAccount.IsZero() {
		w.add("master_account = ?", f.MasterAccount)
	}
	if id, err := bank.ParseID(f.Name); err == nil {
		w.add("id = ?", id)
	} else if f.Name != "" {
		w.add("LOWER(name) LIKE LOWER(?) ESCAPE '\\'", "%"+escapeLike(f.Name)+"%")
	}
	for _, bound := range []struct {
		condition string
		at        time.Time
	}{{"uploaded_at >= ?", f.UploadedFrom}, {"uploaded_at < ?", f.UploadedTo}, {"executed_at >= ?", f.ExecutedFrom}, {"executed_at < ?", f.ExecutedTo}} {
		if !bound.at.IsZero() {
			w.add(bound.condition, micros(bound.at))
		}
	}
	return w
}

// Files lists a customer's files, newest first.
func (tx *Tx) Files(customer bank.CustomerID, f FileFilter) ([]bank.TransactionFile, error) {
	w := f.where(customer)
	return readPage(tx, scanFile, fileColumns, w, page[bank.FileNo]{key: "no", descending: true, from: f.Before, back: f.Back, limit: f.Limit})
}

// UpdateFile writes everything about a file that may change; the caller has locked it.
func (tx *Tx) UpdateFile(f bank.TransactionFile) error {
	if f.StopReason == "" && (f.Status == bank.FilePending || f.Status == bank.FileExecuting) {
		tx.leaves |= WorkFiles
	}
	return tx.execOne(`UPDATE transaction_files SET status = $3, totals = $4, chunks = $5, validated_at = $6, executed_by = $7,
		execution_no = $8, executing_at = $9, executed_at = $10, attempts = $11, stop_reason = $12,
		acceptance = $13, dialect = $14 WHERE customer_id = $1 AND no = $2`,
		f.Customer, f.No, f.Status, jsonText[bank.FileTotals]{&f.Totals}, f.Chunks, nullMicros(f.ValidatedAt), f.ExecutedBy, f.ExecutionNo,
		nullMicros(f.ExecutingAt), nullMicros(f.ExecutedAt), f.Attempts, f.StopReason, f.Acceptance,
		jsonText[bank.Dialect]{&f.Dialect})
}

// FileStage is how far the validation of a file has read.
type FileStage struct {
	Began          time.Time // zero: it did not
	Records, Bytes int64
}

// SetFileStage writes it.
func (tx *Tx) SetFileStage(customer bank.CustomerID, no bank.FileNo, s FileStage) error {
	return tx.execOne("UPDATE transaction_files SET stage_began = $3, stage_records = $4, stage_bytes = $5 WHERE customer_id = $1 AND no = $2",
		customer, no, micros(s.Began), s.Records, s.Bytes)
}

// FileStage reads it; bank.ErrNotFound without such a file.
func (tx *Tx) FileStage(customer bank.CustomerID, no bank.FileNo) (FileStage, error) {
	scan := func(row scanner) (s FileStage, err error) {
		var began int64
		if err = row.Scan(&began, &s.Records, &s.Bytes); began != 0 {
			s.Began = time.UnixMicro(began).UTC()
		}
		return s, err
	}
	return queryOne(tx, scan, "SELECT stage_began, stage_records, stage_bytes FROM transaction_files WHERE customer_id = $1 AND no = $2", customer, no)
}

// DueFile names a file that a worker may run a stage of.
type DueFile struct {
	Customer bank.CustomerID
	ID       bank.ID
	Status   bank.FileStatus
}

// DueFiles lists files that wait for a stage and are not leased at now, without locks. Where the work of a customer rests, none is due.
func (tx *Tx) DueFiles(now time.Time, limit int) ([]DueFile, error) {
	scan := func(row scanner) (d DueFile, err error) { return d, row.Scan(&d.Customer, &d.ID, &d.Status) }
	return query(tx, scan, `SELECT customer_id, id, status FROM transaction_files WHERE status IN ('Pending', 'Executing')
		AND stop_reason = '' AND lease_until < $1`+notPaused("transaction_files")+" ORDER BY status, customer_id, no LIMIT $2", micros(now), limit)
}

// LeaseFile takes the lease of a due file for owner, unless somebody holds it; it tells whether it was taken.
func (tx *Tx) LeaseFile(d DueFile, owner string, now, until time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE transaction_files SET lease_owner = $4, lease_until = $5 WHERE customer_id = $1 AND id = $2 AND status = $3
		AND stop_reason = '' AND lease_until < $6`+notPaused("transaction_files"), d.Customer, d.ID, d.Status, owner, micros(until), micros(now))
	return n == 1, err
}

// RenewLease extends a lease that owner still holds; bank.ErrNotFound if it was lost.
func (tx *Tx) RenewLease(d DueFile, owner string, until time.Time) error {
	return tx.execOne("UPDATE transaction_files SET lease_until = $4 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3",
		d.Customer, d.ID, owner, micros(until))
}

// HoldLease locks a file's row while owner holds its lease and the file still waits for the stage; otherwise
// bank.ErrNotFound.
func (tx *Tx) HoldLease(d DueFile, owner string) error {
	_, err := queryOne(tx, number, "SELECT 1 FROM transaction_files WHERE customer_id = $1 AND id = $2 AND status = $3 AND lease_owner = $4"+
		tx.engine.LockRows(), d.Customer, d.ID, d.Status, owner)
	return err
}

// ReleaseLease gives a lease back; a lost one is left alone. Nobody takes the file before until; the zero time means at once.
func (tx *Tx) ReleaseLease(d DueFile, owner string, until time.Time) error {
	pause := int64(0)
	if !until.IsZero() {
		pause = micros(until)
	}
	_, err := tx.exec("UPDATE transaction_files SET lease_owner = '', lease_until = $4 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3",
		d.Customer, d.ID, owner, pause)
	return err
}

// ReleaseAllLeases ends every lease: for the only process of an embedded store, when it starts.
func (tx *Tx) ReleaseAllLeases() error {
	for _, table := range []string{"transaction_files", "notification_endpoints", "history_progress", "reports", "order_files"} {
		if _, err := tx.exec("UPDATE " + table + " SET lease_owner = '', lease_until = 0 WHERE lease_until > 0"); err != nil {
			return err
		}
	}
	return nil
}
