package store

import (
	"fmt"
	"strings"

	"ims/internal/bank"
)

// HistoryRow is a transaction with its posting and the words beside it.
type HistoryRow struct {
	bank.Transaction
	BalanceID bank.ID
	Kind      bank.BalanceKind
	Currency  string
	FileID    bank.ID
	Cause     bank.Cause
	Outcome   bank.Outcome
	Booking   string
	Value     string
	Reverses  bank.TransactionID
	Details   bank.Details
}

// HistoryFilter selects transactions of one customer; zero fields do not filter.
type HistoryFilter struct {
	BalanceNos           []bank.BalanceNo // nil: all balances of end users and the customer
	Statuses             []bank.TransactionStatus
	Types                []bank.TransactionType
	From, To             string // booking date, inclusive, ISO
	MinAmount, MaxAmount int64  // of the absolute amount, minor units; 0: none
	Counterparty, Title  string // substring as written
	File                 bank.FileNo
	ID                   bank.TransactionID // this one only
	After, Before        bank.TransactionID // ids behind or before this one
	Ascending            bool
	Limit                int
}

const historySelect = `SELECT t.id, t.balance_no, COALESCE(t.posting_id, 0), t.type, t.status, t.amount, COALESCE(t.balance_after, 0), t.at,
	t.file_no, t.line, b.id, b.kind, b.currency, f.id, COALESCE(p.cause, 0), COALESCE(p.outcome, 0), COALESCE(p.booking_date, ''),
	COALESCE(p.value_date, ''), COALESCE(p.reverses, 0), COALESCE(d.payer_name, ''), COALESCE(d.payee_name, ''),
	COALESCE(d.payer_account, ''), COALESCE(d.payee_account, ''), COALESCE(d.title, ''), COALESCE(d.reference, ''),
	COALESCE(d.operation, ''), COALESCE(d.class, '')
	FROM transactions t
	JOIN balances b ON b.customer_id = t.customer_id AND b.no = t.balance_no
	LEFT JOIN postings p ON p.customer_id = t.customer_id AND p.id = t.posting_id
	LEFT JOIN details d ON d.customer_id = t.customer_id AND d.file_no = t.file_no AND d.line = t.line
	LEFT JOIN transaction_files f ON f.customer_id = t.customer_id AND f.no = t.file_no AND t.file_no > 0`

func scanHistory(row scanner) (h HistoryRow, err error) {
	d := &h.Details
	err = row.Scan(&h.ID, &h.Balance, &h.Posting, &h.Type, &h.Status, &h.Amount, &h.BalanceAfter, instant{&h.At}, &h.Origin.File,
		&h.Origin.Line, &h.BalanceID, &h.Kind, &h.Currency, &h.FileID, &h.Cause, &h.Outcome, &h.Booking, &h.Value, &h.Reverses,
		&d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title, &d.Reference, &d.Operation, &d.Class)
	d.Origin = h.Origin
	return h, err
}

// History lists transactions by id, newest first unless Ascending.
func (tx *Tx) History(customer bank.CustomerID, f HistoryFilter) ([]HistoryRow, error) {
	w := newWhere("t.customer_id = $1", customer)
	tx.historyKeys(w, f)
	historyValues(w, f)
	order := "ORDER BY t.id DESC"
	if f.Ascending {
		order = "ORDER BY t.id"
	}
	text, args := w.build(historySelect, order, f.Limit)
	return query(tx, scanHistory, text, args...)
}

// historyKeys adds the conditions that an index serves.
func (tx *Tx) historyKeys(w *where, f HistoryFilter) {
	if f.BalanceNos != nil {
		list := make([]int64, len(f.BalanceNos))
		for i, n := range f.BalanceNos {
			list[i] = int64(n)
		}
		condition, arg := tx.in("t.balance_no", w.next(), List{Ints: list})
		w.add(condition, arg)
	}
	if f.ID != 0 {
		w.add("t.id = ?", f.ID)
	}
	if f.After != 0 {
		w.add("t.id > ?", f.After)
	}
	if f.Before != 0 {
		w.add("t.id < ?", f.Before)
	}
	if f.File != 0 {
		w.add("t.file_no = ?", f.File)
	}
}

// historyValues adds the conditions that are read off the rows.
func historyValues(w *where, f HistoryFilter) {
	w.text("p.booking_date >= ?", f.From)
	w.text("p.booking_date <= ?", f.To)
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
	if f.Counterparty != "" {
		w.add(`(CASE WHEN t.amount < 0 THEN d.payee_name || ' ' || d.payee_account ELSE d.payer_name || ' ' || d.payer_account END)
			LIKE ? ESCAPE '\'`, "%"+escapeLike(f.Counterparty)+"%")
	}
	if f.Title != "" {
		w.add(`d.title LIKE ? ESCAPE '\'`, "%"+escapeLike(f.Title)+"%")
	}
}

// numbers writes small integers of this program's own as a list; they are never a caller's text.
func numbers[T ~int8](list []T) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = fmt.Sprintf("%d", int8(n))
	}
	return strings.Join(texts, ", ")
}
