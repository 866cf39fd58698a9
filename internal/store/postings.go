package store

import (
	"slices"

	"ims/internal/bank"
)

// PostingRow is a posting with the outcome of the record that caused it (0 beside the first leg and for API operations).
type PostingRow struct {
	bank.Posting
	Outcome bank.Outcome
}

var postingColumns = []string{"customer_id", "id", "from_no", "to_no", "amount", "cause", "outcome", "booking_date", "value_date",
	"posted_at", "file_no", "line", "leg", "reverses"}

// addPostings appends postings in bulk.
func (tx *Tx) addPostings(customer bank.CustomerID, list []PostingRow) error {
	i := 0
	return tx.bulk("postings", postingColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		p := &list[i]
		i++
		row[0], row[1], row[2], row[3] = int64(customer), int64(p.ID), int64(p.From), int64(p.To)
		row[4], row[5], row[6] = p.Amount, int64(p.Cause), int64(p.Outcome)
		row[7], row[8], row[9] = p.BookingDate, p.ValueDate, micros(p.PostedAt)
		row[10], row[11], row[12], row[13] = int64(p.Origin.File), p.Origin.Line, int64(p.Origin.Leg), nil
		if p.Reverses != 0 {
			row[13] = int64(p.Reverses)
		}
		return true
	})
}

const postingSelect = `SELECT id, from_no, to_no, amount, cause, outcome, booking_date, value_date, posted_at, file_no, line, leg,
	COALESCE(reverses, 0) FROM postings`

func scanPosting(row scanner) (p PostingRow, err error) {
	err = row.Scan(&p.ID, &p.From, &p.To, &p.Amount, &p.Cause, &p.Outcome, &p.BookingDate, &p.ValueDate, instant{&p.PostedAt},
		&p.Origin.File, &p.Origin.Line, &p.Origin.Leg, &p.Reverses)
	return p, err
}

// EachPosting hands a customer's postings with ids from first to last to fn, by id.
func (tx *Tx) EachPosting(customer bank.CustomerID, first, last bank.TransactionID, fn func(PostingRow) error) error {
	return each(tx, scanPosting, fn, postingSelect+" WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id", customer, first, last)
}

// EachFilePosting hands the postings of some lines of one file to fn by line and leg.
func (tx *Tx) EachFilePosting(customer bank.CustomerID, file bank.FileNo, first, last int64, fn func(PostingRow) error) error {
	return each(tx, scanPosting, fn, postingSelect+" WHERE customer_id = $1 AND file_no = $2 AND line >= $3 AND line <= $4 ORDER BY line, leg",
		customer, file, first, last)
}

// Posting returns one posting or bank.ErrNotFound.
func (tx *Tx) Posting(customer bank.CustomerID, id bank.TransactionID) (PostingRow, error) {
	return queryOne(tx, scanPosting, postingSelect+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// ReversalOf returns the posting that reverses another, or bank.ErrNotFound. Its id is looked for alone, which the index of
// reversals holds: for whole rows SQLite walks all postings of the customer instead.
func (tx *Tx) ReversalOf(customer bank.CustomerID, id bank.TransactionID) (PostingRow, error) {
	by, err := query(tx, number, "SELECT id FROM postings WHERE customer_id = $1 AND reverses = $2", customer, id)
	if err != nil {
		return PostingRow{}, err
	}
	if len(by) == 0 {
		return PostingRow{}, bank.ErrNotFound
	}
	return tx.Posting(customer, bank.TransactionID(slices.Min(by)))
}

var transactionColumns = []string{"customer_id", "id", "balance_no", "posting_id", "type", "status", "amount", "balance_after", "at",
	"file_no", "line"}

// addTransactions appends transactions in bulk.
func (tx *Tx) addTransactions(customer bank.CustomerID, list []bank.Transaction) error {
	i := 0
	return tx.bulk("transactions", transactionColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		t := &list[i]
		i++
		row[0], row[1], row[2], row[3] = int64(customer), int64(t.ID), int64(t.Balance), nil
		if t.Posting != 0 {
			row[3] = int64(t.Posting)
		}
		row[4], row[5], row[6], row[7] = int64(t.Type), int64(t.Status), t.Amount, t.BalanceAfter
		row[8], row[9], row[10] = micros(t.At), int64(t.Origin.File), t.Origin.Line
		return true
	})
}

const transactionSelect = "SELECT id, balance_no, COALESCE(posting_id, 0), type, status, amount, COALESCE(balance_after, 0), at, file_no, line FROM transactions"

func scanTransaction(row scanner) (t bank.Transaction, err error) {
	err = row.Scan(&t.ID, &t.Balance, &t.Posting, &t.Type, &t.Status, &t.Amount, &t.BalanceAfter, instant{&t.At}, &t.Origin.File, &t.Origin.Line)
	return t, err
}

// EachTransaction hands a customer's transactions with ids from first to last to fn, by id.
func (tx *Tx) EachTransaction(customer bank.CustomerID, first, last bank.TransactionID, fn func(bank.Transaction) error) error {
	return each(tx, scanTransaction, fn, transactionSelect+" WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id", customer, first, last)
}

var detailColumns = []string{"customer_id", "file_no", "line", "payer_name", "payee_name", "payer_account", "payee_account", "title",
	"reference", "operation", "class", "salt"}

// AddDetails appends the words beside postings in bulk.
func (tx *Tx) AddDetails(customer bank.CustomerID, list []bank.Details) error {
	i := 0
	return tx.bulk("details", detailColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		d := &list[i]
		i++
		row[0], row[1], row[2] = int64(customer), int64(d.Origin.File), d.Origin.Line
		row[3], row[4], row[5], row[6] = d.PayerName, d.PayeeName, d.PayerAccount, d.PayeeAccount
		row[7], row[8], row[9], row[10], row[11] = d.Title, d.Reference, d.Operation, d.Class, d.Salt[:]
		return true
	})
}

// DeleteDetails removes up to limit words of a file that is validated again, and returns how many. Nothing is posted for it.
func (tx *Tx) DeleteDetails(customer bank.CustomerID, file bank.FileNo, limit int) (int64, error) {
	// Up to a line found first, not by a list of lines: PostgreSQL may join such a list row by row, which took a minute.
	return tx.exec(`DELETE FROM details WHERE customer_id = $1 AND file_no = $2 AND line <= (SELECT MAX(line) FROM
		(SELECT line FROM details WHERE customer_id = $1 AND file_no = $2 ORDER BY line LIMIT $3) AS first)`, customer, file, limit)
}

const detailSelect = `SELECT file_no, line, payer_name, payee_name, payer_account, payee_account, title, reference, operation, class, salt, erased
	FROM details`

func scanDetails(row scanner) (d bank.Details, err error) {
	var salt, erased []byte
	err = row.Scan(&d.Origin.File, &d.Origin.Line, &d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title,
		&d.Reference, &d.Operation, &d.Class, &salt, &erased)
	copy(d.Salt[:], salt)
	copy(d.Erased[:], erased)
	return d, err
}

// EachDetails hands the words of one file to fn by line, from the line first on, at most limit rows.
func (tx *Tx) EachDetails(customer bank.CustomerID, file bank.FileNo, first int64, limit int, fn func(bank.Details) error) error {
	return each(tx, scanDetails, fn, detailSelect+" WHERE customer_id = $1 AND file_no = $2 AND line >= $3 ORDER BY line LIMIT $4",
		customer, file, first, limit)
}

// EachLineDetails hands the words of some lines of a file to fn, in no order.
func (tx *Tx) EachLineDetails(customer bank.CustomerID, file bank.FileNo, lines []int64, fn func(bank.Details) error) error {
	condition, arg := tx.in("line", 3, List{Ints: lines})
	return each(tx, scanDetails, fn, detailSelect+" WHERE customer_id = $1 AND file_no = $2 AND "+condition, customer, file, arg)
}
