package store

import (
	"errors"
	"slices"
	"time"

	"ims/internal/bank"
)

var itemColumns = []string{"customer_id", "id", "currency", "amount", "state", "reason", "status", "file_no", "line", "posting_id",
	"opened_at", "decided_by", "decision", "resolution_id"}

// AddItems opens items in bulk.
func (tx *Tx) AddItems(customer bank.CustomerID, list []bank.Item) error {
	i := 0
	return tx.bulk("items", itemColumns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		it := &list[i]
		i++
		row[0], row[1], row[2], row[3] = int64(customer), it.ID[:], it.Currency, it.Amount
		row[4], row[5], row[6] = string(it.State), string(it.Reason), string(bank.ItemOpen)
		row[7], row[8], row[9], row[10] = int64(it.Origin.File), it.Origin.Line, int64(it.Posting), micros(it.OpenedAt)
		row[11], row[12], row[13] = "", "", int64(0)
		return true
	})
}

const itemSelect = `SELECT i.customer_id, i.id, i.currency, i.amount, i.state, i.reason, i.status, i.file_no, i.line, i.posting_id,
	i.opened_at, i.decided_at, i.decided_by, i.decision, i.resolution_id, COALESCE(d.payer_name, ''), COALESCE(d.payee_name, ''),
	COALESCE(d.payer_account, ''), COALESCE(d.payee_account, ''), COALESCE(d.title, ''),
	f.id, COALESCE(f.name, '')
	FROM items i LEFT JOIN details d ON d.customer_id = i.customer_id AND d.file_no = i.file_no AND d.line = i.line
	LEFT JOIN transaction_files f ON f.customer_id = i.customer_id AND f.no = i.file_no AND i.file_no > 0`

func scanItem(row scanner) (i bank.Item, err error) {
	d := &i.Details
	err = row.Scan(&i.Customer, &i.ID, &i.Currency, &i.Amount, &i.State, &i.Reason, &i.Status, &i.Origin.File, &i.Origin.Line, &i.Posting,
		instant{&i.OpenedAt}, instant{&i.DecidedAt}, &i.DecidedBy, &i.Decision, &i.Resolution, &d.PayerName, &d.PayeeName, &d.PayerAccount,
		&d.PayeeAccount, &d.Title, &i.File, &i.FileName)
	d.Origin = i.Origin
	return i, err
}

// Item returns an item or bank.ErrNotFound.
func (tx *Tx) Item(customer bank.CustomerID, id bank.ID) (bank.Item, error) {
	return queryOne(tx, scanItem, itemSelect+" WHERE i.customer_id = $1 AND i.id = $2", customer, id)
}

// ItemsByID returns those of the identified items that exist, in the order of their opening.
func (tx *Tx) ItemsByID(customer bank.CustomerID, ids []bank.ID) ([]bank.Item, error) {
	list := make([][]byte, len(ids))
	for i := range ids {
		list[i] = ids[i][:]
	}
	condition, arg := tx.in("i.id", 2, List{IDs: list})
	return query(tx, scanItem, itemSelect+" WHERE i.customer_id = $1 AND "+condition+" ORDER BY i.id", customer, arg)
}

// LockItem locks an item until the end of the transaction and returns it.
func (tx *Tx) LockItem(customer bank.CustomerID, id bank.ID) (bank.Item, error) {
	_, err := queryOne(tx, number, "SELECT 1 FROM items WHERE customer_id = $1 AND id = $2"+tx.engine.LockRows(), customer, id)
	if err != nil {
		return bank.Item{}, err
	}
	return tx.Item(customer, id)
}

// ItemFilter selects items; zero fields do not filter.
type ItemFilter struct {
	Status               bank.ItemStatus
	State                bank.ItemState
	Reason               bank.Reason
	Currency             string
	OpenedFrom, OpenedTo time.Time // OpenedTo is exclusive
	MinAmount, MaxAmount int64     // minor units
	Text                 string    // in a name, an account or the title, or where a word begins under 3 characters; letters compare as Fold makes them
	File                 bank.FileNo
	After                bank.ID // continue behind this item
	Before               bank.ID // those in front of this item, the nearest ones
	Limit                int
}

// Items lists items in the order of their opening.
func (tx *Tx) Items(customer bank.CustomerID, f ItemFilter) ([]bank.Item, error) {
	w := f.where(customer)
	order := "ORDER BY i.id"
	if !f.Before.IsZero() {
		order = "ORDER BY i.id DESC"
	}
	limit, words := f.Limit, newNeedle(f.Text)
	if words.given() {
		limit = 0 // read on until enough of them fit: items are few
	}
	var list []bank.Item
	text, args := w.build(itemSelect, order, limit)
	err := each(tx, scanItem, func(i bank.Item) error {
		if words.given() && !words.inItem(&i.Details) {
			return nil
		}
		if list = append(list, i); f.Limit > 0 && len(list) == f.Limit {
			return errEnough
		}
		return nil
	}, text, args...)
	if errors.Is(err, errEnough) {
		err = nil
	}
	if !f.Before.IsZero() {
		slices.Reverse(list)
	}
	return list, err
}

// errEnough ends a walk over rows.
var errEnough = errors.New("enough rows")

// inItem tells whether any word beside an item has the needle.
func (n needle) inItem(d *bank.Details) bool {
	return slices.ContainsFunc([]string{d.PayerName, d.PayeeName, d.PayerAccount, d.PayeeAccount, d.Title}, func(text string) bool { return n.in(Fold(text)) })
}

func (f ItemFilter) where(customer bank.CustomerID) *where {
	w := newWhere("i.customer_id = $1", customer)
	w.text("i.status = ?", string(f.Status))
	if f.Status == bank.ItemOpen || f.Status == bank.ItemReturnOrdered {
		w.literal("i.status IN ('OPEN', 'RETURN_ORDERED')") // so that the index of the open ones serves
	}
	w.text("i.state = ?", string(f.State))
	w.text("i.reason = ?", string(f.Reason))
	w.text("i.currency = ?", f.Currency)
	if !f.OpenedFrom.IsZero() {
		w.add("i.opened_at >= ?", micros(f.OpenedFrom))
	}
	if !f.OpenedTo.IsZero() {
		w.add("i.opened_at < ?", micros(f.OpenedTo))
	}
	if f.MinAmount > 0 {
		w.add("i.amount >= ?", f.MinAmount)
	}
	if f.MaxAmount > 0 {
		w.add("i.amount <= ?", f.MaxAmount)
	}
	if f.File > 0 {
		w.add("i.file_no = ?", f.File)
	}
	if !f.After.IsZero() {
		w.add("i.id > ?", f.After)
	}
	if !f.Before.IsZero() {
		w.add("i.id < ?", f.Before)
	}
	return w
}

// ItemsOfPosting lists the items that a posting opened or resolved.
func (tx *Tx) ItemsOfPosting(customer bank.CustomerID, origin bank.Origin, posting bank.TransactionID) ([]bank.Item, error) {
	resolved, err := query(tx, scanItem, itemSelect+" WHERE i.customer_id = $1 AND i.resolution_id = $2 AND i.resolution_id > 0 ORDER BY i.id",
		customer, posting)
	if err != nil || origin.File == 0 {
		return resolved, err
	}
	opened, err := tx.FileItems(customer, origin.File, origin.Line, origin.Line)
	return append(resolved, opened...), err
}

// FileItems lists the items of some lines of one file, by line.
func (tx *Tx) FileItems(customer bank.CustomerID, file bank.FileNo, first, last int64) ([]bank.Item, error) {
	return query(tx, scanItem, itemSelect+" WHERE i.customer_id = $1 AND i.file_no = $2 AND i.line >= $3 AND i.line <= $4 ORDER BY i.line, i.reason",
		customer, file, first, last)
}

// DecideItem writes the decision about an item that the caller has locked.
func (tx *Tx) DecideItem(i bank.Item) error {
	return tx.execOne(`UPDATE items SET status = $3, decided_at = $4, decided_by = $5, decision = $6, resolution_id = $7
		WHERE customer_id = $1 AND id = $2`, i.Customer, i.ID, i.Status, micros(i.DecidedAt), i.DecidedBy, i.Decision, i.Resolution)
}

// OpenItemSum adds the posted items of a currency that still lie on the technical balance.
func (tx *Tx) OpenItemSum(customer bank.CustomerID, currency string) (int64, error) {
	return queryOne(tx, number, `SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM items
		WHERE customer_id = $1 AND currency = $2 AND state = 'POSTED' AND status IN ('OPEN', 'RETURN_ORDERED')`, customer, currency)
}
