package store

import (
	"encoding/json"
	"strings"
	"time"

	"ims/internal/bank"
)

// AddPlanChunk stores the packed records of one chunk of a file's plan.
func (tx *Tx) AddPlanChunk(customer bank.CustomerID, file bank.FileNo, chunk int64, records int, entries []byte) error {
	_, err := tx.exec("INSERT INTO file_plan (customer_id, file_no, chunk, records, entries) VALUES ($1, $2, $3, $4, $5)",
		customer, file, chunk, records, entries)
	return err
}

// PlanChunk returns the packed records of one chunk, or bank.ErrNotFound.
func (tx *Tx) PlanChunk(customer bank.CustomerID, file bank.FileNo, chunk int64) ([]byte, error) {
	scan := func(row scanner) (b []byte, err error) { return b, row.Scan(&b) }
	return queryOne(tx, scan, "SELECT entries FROM file_plan WHERE customer_id = $1 AND file_no = $2 AND chunk = $3", customer, file, chunk)
}

// MarkChunk writes the marker of a chunk, the first statement of its transaction; false if the chunk was executed before.
func (tx *Tx) MarkChunk(customer bank.CustomerID, file bank.FileNo, chunk int64, at time.Time) (bool, error) {
	return tx.insertNew("INSERT INTO file_chunks (customer_id, file_no, chunk, outcomes, at) VALUES ($1, $2, $3, '{}', $4)",
		customer, file, chunk, micros(at))
}

// SetChunkOutcomes writes what the chunk did, in the transaction that marked it.
func (tx *Tx) SetChunkOutcomes(customer bank.CustomerID, file bank.FileNo, chunk int64, outcomes map[string]bank.Sum) error {
	text, err := json.Marshal(outcomes)
	if err != nil {
		return err
	}
	return tx.execOne("UPDATE file_chunks SET outcomes = $4 WHERE customer_id = $1 AND file_no = $2 AND chunk = $3",
		customer, file, chunk, string(text))
}

// ChunkOutcomes returns what each executed chunk of a file did, by chunk number.
func (tx *Tx) ChunkOutcomes(customer bank.CustomerID, file bank.FileNo) (map[int64]map[string]bank.Sum, error) {
	type chunk struct {
		no       int64
		outcomes map[string]bank.Sum
	}
	scan := func(row scanner) (c chunk, err error) {
		var text string
		if err = row.Scan(&c.no, &text); err == nil {
			err = json.Unmarshal([]byte(text), &c.outcomes)
		}
		return c, err
	}
	all := map[int64]map[string]bank.Sum{}
	err := each(tx, scan, func(c chunk) error { all[c.no] = c.outcomes; return nil },
		"SELECT chunk, outcomes FROM file_chunks WHERE customer_id = $1 AND file_no = $2", customer, file)
	return all, err
}

// ClearValidation removes plan, findings and keys of a file that is validated again. Details go by DeleteDetails.
func (tx *Tx) ClearValidation(customer bank.CustomerID, file bank.FileNo) error {
	for _, table := range []string{"file_plan", "file_findings", "file_keys", "file_debits"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE customer_id = $1 AND file_no = $2", customer, file); err != nil {
			return err
		}
	}
	return nil
}

var findingColumns = []string{"customer_id", "file_no", "seq", "line", "field", "code", "severity", "value", "message", "element", "params",
	"record", "field_from", "field_to"}

// AddFindings stores a file's findings in bulk, numbered from 1.
func (tx *Tx) AddFindings(customer bank.CustomerID, file bank.FileNo, list []bank.FileFinding) error {
	i := 0
	return tx.bulk("file_findings", findingColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		f := &list[i]
		i++
		row[0], row[1], row[2], row[3], row[4] = int64(customer), int64(file), int64(i), f.Line, int64(f.Field)
		row[5], row[6], row[7], row[8] = f.Code, f.Severity, f.Value, f.Message
		row[9], row[10], row[11], row[12], row[13] = f.Element, f.Params, f.Record, int64(f.From), int64(f.To)
		return true
	})
}

const findingSelect = "SELECT line, field, code, severity, value, message, element, params, record, field_from, field_to FROM file_findings"

func scanFinding(row scanner) (f bank.FileFinding, err error) {
	return f, row.Scan(&f.Line, &f.Field, &f.Code, &f.Severity, &f.Value, &f.Message, &f.Element, &f.Params, &f.Record, &f.From, &f.To)
}

// Findings lists a file's findings behind a sequence number; limit 0 means all, which are capped when they are stored.
func (tx *Tx) Findings(customer bank.CustomerID, file bank.FileNo, after int64, limit int) ([]bank.FileFinding, error) {
	w := newWhere("customer_id = $1 AND file_no = $2 AND seq > $3", customer, file, after)
	text, args := w.build(findingSelect, "ORDER BY seq", limit)
	return query(tx, scanFinding, text, args...)
}

// FindingFilter selects findings of a file; zero fields do not filter.
type FindingFilter struct {
	Severity string
	Code     string
	After    int64 // continue behind this sequence number
	Back     bool  // those in front of After instead, the nearest ones
	Limit    int
}

// NumberedFinding is a finding with its sequence number.
type NumberedFinding struct {
	Seq int64
	bank.FileFinding
}

// FilteredFindings lists findings of a file in the order of their sequence.
func (tx *Tx) FilteredFindings(customer bank.CustomerID, file bank.FileNo, f FindingFilter) ([]NumberedFinding, error) {
	w := newWhere("customer_id = $1 AND file_no = $2", customer, file)
	w.text("severity = ?", f.Severity)
	w.text("code = ?", f.Code)
	scan := func(row scanner) (n NumberedFinding, err error) {
		n.FileFinding, err = scanFinding(seqScanner{row, &n.Seq})
		return n, err
	}
	selection := strings.Replace(findingSelect, "SELECT ", "SELECT seq, ", 1)
	return readPage(tx, scan, selection, w, page[int64]{key: "seq", from: f.After, back: f.Back, limit: f.Limit})
}

// seqScanner reads a number in front of what another scan reads.
type seqScanner struct {
	scanner
	seq *int64
}

// Scan implements scanner.
func (s seqScanner) Scan(targets ...any) error {
	return s.scanner.Scan(append([]any{s.seq}, targets...)...)
}

// FirstFindings lists the first finding of each code of a file.
func (tx *Tx) FirstFindings(customer bank.CustomerID, file bank.FileNo) ([]bank.FileFinding, error) {
	return query(tx, scanFinding, findingSelect+` WHERE customer_id = $1 AND file_no = $2 AND seq IN
		(SELECT MIN(seq) FROM file_findings WHERE customer_id = $1 AND file_no = $2 GROUP BY code) ORDER BY seq`, customer, file)
}

// KeyPart is one part of a file's sorted natural keys of one booking date; files decides what a key looks like.
type KeyPart struct {
	File bank.FileNo
	Keys []byte
}

// AddFileKeys stores one part of the sorted natural keys of a file's records of one booking date.
func (tx *Tx) AddFileKeys(customer bank.CustomerID, date string, file bank.FileNo, part int, keys []byte) error {
	_, err := tx.exec("INSERT INTO file_keys (customer_id, booking_date, file_no, part, keys) VALUES ($1, $2, $3, $4, $5)",
		customer, date, file, part, keys)
	return err
}

const keyParts = "SELECT k.file_no, k.keys FROM file_keys k"

func scanKeyPart(row scanner) (k KeyPart, err error) { return k, row.Scan(&k.File, &k.Keys) }

// EachEarlierKeys hands the natural keys that files in or after execution hold for one booking date to fn, file by file,
// each in order; before > 0 takes only files whose execution number is smaller, so that of two files executed at once the
// later one yields.
func (tx *Tx) EachEarlierKeys(customer bank.CustomerID, date string, before int64, fn func(KeyPart) error) error {
	w := newWhere("k.customer_id = $1", customer)
	w.add("k.booking_date = ?", date)
	w.literal("f.execution_no > 0")
	if before > 0 {
		w.add("f.execution_no < ?", before)
	}
	text, args := w.build(keyParts+" JOIN transaction_files f ON f.customer_id = k.customer_id AND f.no = k.file_no",
		"ORDER BY k.file_no, k.part", 0)
	return each(tx, scanKeyPart, fn, text, args...)
}

// FileDates lists the booking dates for which a file has natural keys.
func (tx *Tx) FileDates(customer bank.CustomerID, file bank.FileNo) ([]string, error) {
	scan := func(row scanner) (s string, err error) { return s, row.Scan(&s) }
	return query(tx, scan, "SELECT DISTINCT booking_date FROM file_keys WHERE customer_id = $1 AND file_no = $2 ORDER BY booking_date", customer, file)
}

// EachFileKeys hands a file's natural keys of one booking date to fn, in order.
func (tx *Tx) EachFileKeys(customer bank.CustomerID, date string, file bank.FileNo, fn func(KeyPart) error) error {
	return each(tx, scanKeyPart, fn, keyParts+" WHERE k.customer_id = $1 AND k.booking_date = $2 AND k.file_no = $3 ORDER BY k.part",
		customer, date, file)
}

// AddFileDebits stores one part of the sorted keys of a file's debits of one booking date.
func (tx *Tx) AddFileDebits(customer bank.CustomerID, date string, file bank.FileNo, part int, keys []byte) error {
	_, err := tx.exec("INSERT INTO file_debits (customer_id, booking_date, file_no, part, keys) VALUES ($1, $2, $3, $4, $5)",
		customer, date, file, part, keys)
	return err
}

// HasExecutedDebits tells whether files in or after execution hold debits of some day from a booking date on.
func (tx *Tx) HasExecutedDebits(customer bank.CustomerID, from string) (bool, error) {
	n, err := queryOne(tx, number, `SELECT COUNT(*) FROM (SELECT 1 FROM file_debits k JOIN transaction_files f ON f.customer_id = k.customer_id
		AND f.no = k.file_no WHERE k.customer_id = $1 AND k.booking_date >= $2 AND f.execution_no > 0 LIMIT 1) found`, customer, from)
	return n > 0, err
}

// DebitPart is one part of the sorted keys of a file's debits of one booking date; files decides what a key looks like.
type DebitPart struct {
	Date string
	File bank.FileNo
	Keys []byte
}

// EachExecutedDebits hands the debits that files in or after execution hold from one booking date to another, both
// included, to fn: by date and file, each in order.
func (tx *Tx) EachExecutedDebits(customer bank.CustomerID, from, to string, fn func(DebitPart) error) error {
	scan := func(row scanner) (d DebitPart, err error) { return d, row.Scan(&d.Date, &d.File, &d.Keys) }
	return each(tx, scan, fn, `SELECT k.booking_date, k.file_no, k.keys FROM file_debits k JOIN transaction_files f
		ON f.customer_id = k.customer_id AND f.no = k.file_no WHERE k.customer_id = $1 AND k.booking_date >= $2 AND k.booking_date <= $3
		AND f.execution_no > 0 ORDER BY k.booking_date, k.file_no, k.part`, customer, from, to)
}
