package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
)

// HistoryRow is a transaction with its posting and the words beside it.
type HistoryRow struct {
	bank.Transaction
	BalanceID  bank.ID
	Kind       bank.BalanceKind
	Currency   string
	FileID     bank.ID
	Cause      bank.Cause
	Outcome    bank.Outcome
	Booking    string
	Value      string
	Reverses   bank.TransactionID
	ReversedBy bank.TransactionID // what takes it back; this and who ordered it the history room fills in where one is asked for
	Author     bank.Author
	Reason     bank.Reason // why it was declined or taken back, lies on the technical balance or was frozen; empty: nothing to explain
	Details    bank.Details
}

// HistoryFilter selects transactions of one customer; zero fields do not filter.
type HistoryFilter struct {
	BalanceNos           []bank.BalanceNo // nil: all balances of end users and the customer
	Statuses             []bank.TransactionStatus
	Types                []bank.TransactionType
	From, To             string // booking date, inclusive, ISO; without a posting: the day the transaction was made
	MinAmount, MaxAmount int64  // of the absolute amount, minor units; 0: none
	Counterparty, Title  string // substring, or where a word begins under 3 characters; letters compare as Fold makes them
	Reference            string // the whole reference or operation number, as Fold makes it
	File                 bank.FileNo
	ID                   bank.TransactionID // this one only
	After, Before        bank.TransactionID // ids behind or before this one
	Ascending            bool
	Back                 bool // the end of what is selected, in the same order, rather than its beginning
	Limit                int
}

// historySelect asks for a reason only where there may be one: declined transactions (status 4), those taken back (3), and the
// technical balance's (type 9), whose items know it. The file is the posting's: it may clear what was authorised without one.
const historySelect = `SELECT t.id, t.balance_no, COALESCE(t.posting_id, 0), t.type, t.status, t.amount, COALESCE(t.balance_after, 0), t.at,
	t.file_no, t.line, b.id, b.kind, b.currency, f.id, COALESCE(p.cause, 0), COALESCE(p.outcome, 0), COALESCE(p.booking_date, ''),
	COALESCE(p.value_date, ''), COALESCE(p.reverses, 0), COALESCE(d.payer_name, ''), COALESCE(d.payee_name, ''),
	COALESCE(d.payer_account, ''), COALESCE(d.payee_account, ''), COALESCE(d.title, ''), COALESCE(d.reference, ''),
	COALESCE(d.operation, ''), COALESCE(d.class, ''), CASE
		WHEN t.status = 4 THEN COALESCE((SELECT n.reason FROM declines n WHERE n.customer_id = t.customer_id AND n.id = t.id), '')
		WHEN t.status = 3 AND t.posting_id IS NULL THEN COALESCE((SELECT v.reason FROM voids v WHERE v.customer_id = t.customer_id AND v.transaction_id = t.id), '')
		WHEN t.type = 9 THEN COALESCE((SELECT MIN(i.reason) FROM items i WHERE i.customer_id = t.customer_id AND i.file_no = t.file_no
			AND i.line = t.line AND i.posting_id = t.posting_id), '')
		ELSE '' END
	FROM transactions t
	JOIN balances b ON b.customer_id = t.customer_id AND b.no = t.balance_no
	LEFT JOIN postings p ON p.customer_id = t.customer_id AND p.id = t.posting_id
	LEFT JOIN details d ON d.customer_id = t.customer_id AND d.file_no = t.file_no AND d.line = t.line
	LEFT JOIN transaction_files f ON f.customer_id = t.customer_id AND f.no = COALESCE(p.file_no, t.file_no) AND f.no > 0`

func scanHistory(row scanner) (h HistoryRow, err error) {
	d := &h.Details
	err = row.Scan(&h.ID, &h.Balance, &h.Posting, &h.Type, &h.Status, &h.Amount, &h.BalanceAfter, instant{&h.At}, &h.Origin.File,
		&h.Origin.Line, &h.BalanceID, &h.Kind, &h.Currency, &h.FileID, &h.Cause, &h.Outcome, &h.Booking, &h.Value, &h.Reverses,
		&d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title, &d.Reference, &d.Operation, &d.Class, &h.Reason)
	d.Origin = h.Origin
	if h.Reason == "" && h.Outcome == bank.OutcomeCreditedFrozen && h.Kind == bank.KindUser && h.Amount > 0 {
		h.Reason = bank.ReasonFrozen
	}
	return h, err
}

// History lists transactions by id, newest first unless Ascending. Filters of words miss what is behind SearchedTo; all
// others are complete.
func (tx *Tx) History(customer bank.CustomerID, f HistoryFilter) ([]HistoryRow, error) {
	if f.Back {
		f.Back, f.Ascending = false, !f.Ascending
		rows, err := tx.History(customer, f)
		slices.Reverse(rows)
		return rows, err
	}
	if f.BalanceNos == nil && (f.ID != 0 || !f.selective()) {
		w := newWhere("t.customer_id = $1", customer)
		idRange(w, f)
		return tx.historyRows(w, f, f.Limit)
	}
	s, err := tx.newSearch(customer, f)
	if err != nil {
		return nil, err
	}
	return s.run()
}

// selective tells whether a filter stands that is read off the rows, so that few of them may fit.
func (f HistoryFilter) selective() bool {
	return len(f.Statuses)+len(f.Types) > 0 || f.From != "" || f.To != "" || f.MinAmount > 0 || f.MaxAmount > 0 || f.File != 0 || f.worded()
}

func (f HistoryFilter) worded() bool {
	return f.Counterparty != "" || f.Title != "" || f.Reference != ""
}

// historyRows reads whole rows.
func (tx *Tx) historyRows(w *where, f HistoryFilter, limit int) ([]HistoryRow, error) {
	order := "ORDER BY t.id DESC"
	if f.Ascending {
		order = "ORDER BY t.id"
	}
	text, args := w.build(historySelect, order, limit)
	return query(tx, scanHistory, text, args...)
}

// idRange adds the conditions on ids.
func idRange(w *where, f HistoryFilter) {
	if f.ID != 0 {
		w.add("t.id = ?", f.ID)
	}
	w.add("t.id > ?", max(f.After, 0))
	if f.Before != 0 {
		w.add("t.id < ?", f.Before)
	}
}

// historyValues adds the conditions that are read off the rows, but for words.
func historyValues(w *where, f HistoryFilter) {
	if f.File != 0 {
		w.add("t.file_no = ?", f.File)
	}
	if f.From != "" {
		w.add("(p.booking_date >= ? OR (p.booking_date IS NULL AND t.at >= ?))", f.From, micros(bank.CivilMidnight(f.From)))
	}
	if f.To != "" {
		w.add("(p.booking_date <= ? OR (p.booking_date IS NULL AND t.at < ?))", f.To, micros(bank.CivilMidnight(dayAfter(f.To))))
	}
	if f.MinAmount > 0 {
		w.add("ABS(t.amount) >= ?", f.MinAmount)
	}
	if f.MaxAmount > 0 {
		w.add("ABS(t.amount) <= ?", f.MaxAmount)
	}
	if len(f.Statuses) > 0 {
		w.literal("t.status IN (" + numbers(f.Statuses) + ")")
	}
	if len(f.Types) > 0 {
		w.literal("t.type IN (" + numbers(f.Types) + ")")
	}
}

func dayAfter(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}

// numbers writes small integers of this program's own as a list; they are never a caller's text.
func numbers[T ~int8](list []T) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = fmt.Sprintf("%d", int8(n))
	}
	return strings.Join(texts, ", ")
}
