package store

import (
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/money"
)

// AddTransfer inserts an order with its words. The first steps are the caller's to add.
func (tx *Tx) AddTransfer(t bank.Transfer) error {
	if err := tx.execOne(`INSERT INTO transfers (customer_id, id, status, reason, payer_no, amount, internal, requested_on, ordered_on,
		transaction_id, hold_id, item_id, order_file, return_id, ordered_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		t.Customer, t.ID, t.Status, t.Reason, t.Payer, t.Amount.Minor(), flag(t.Internal), t.RequestedOn, bank.CivilDate(t.CreatedAt), t.Transaction,
		t.Hold, t.Item, t.OrderFile, t.Return, t.OrderedBy, micros(t.CreatedAt), micros(t.UpdatedAt)); err != nil {
		return err
	}
	return tx.execOne("INSERT INTO transfer_words (customer_id, id, payee_iban, payee_name, title, reference) VALUES ($1, $2, $3, $4, $5, $6)",
		t.Customer, t.ID, t.Payee.String(), t.PayeeName, t.Title, t.Reference)
}

const transferColumns = `SELECT t.customer_id, t.id, t.status, t.reason, t.payer_no, b.id, b.user_id, t.amount, b.currency, t.internal, t.requested_on,
	t.transaction_id, t.hold_id, t.item_id, t.order_file, t.return_id, t.ordered_by, t.created_at, t.updated_at,
	w.payee_iban, w.payee_name, w.title, w.reference
	FROM transfers t JOIN balances b ON b.customer_id = t.customer_id AND b.no = t.payer_no
	JOIN transfer_words w ON w.customer_id = t.customer_id AND w.id = t.id`

func scanTransfer(row scanner) (t bank.Transfer, err error) {
	var amount, internal int64
	var currency money.Currency
	err = row.Scan(&t.Customer, &t.ID, &t.Status, &t.Reason, &t.Payer, &t.PayerID, &t.User, &amount, currencyColumn{&currency}, &internal,
		&t.RequestedOn, &t.Transaction, &t.Hold, &t.Item, &t.OrderFile, &t.Return, &t.OrderedBy, instant{&t.CreatedAt}, instant{&t.UpdatedAt},
		&t.Payee, &t.PayeeName, &t.Title, &t.Reference)
	t.Amount, t.Internal = money.New(amount, currency), internal == 1
	return t, err
}

// Transfer returns a transfer, or bank.ErrNotFound.
func (tx *Tx) Transfer(customer bank.CustomerID, id bank.ID) (bank.Transfer, error) {
	return queryOne(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND t.id = $2", customer, id)
}

// TransferOf returns the transfer whose payer's side in the history is a transaction, or bank.ErrNotFound.
func (tx *Tx) TransferOf(customer bank.CustomerID, transaction bank.TransactionID) (bank.Transfer, error) {
	return queryOne(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND t.transaction_id = $2 AND t.transaction_id > 0", customer, transaction)
}

// TransfersOf lists the transfers whose payers' sides in the history are among some transactions.
func (tx *Tx) TransfersOf(customer bank.CustomerID, transactions []bank.TransactionID) ([]bank.Transfer, error) {
	list := make([]int64, len(transactions))
	for i, id := range transactions {
		list[i] = int64(id)
	}
	condition, arg := tx.in("t.transaction_id", 2, List{Ints: list})
	return query(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND "+condition+" AND t.transaction_id > 0 ORDER BY t.id", customer, arg)
}

// TransferReturnedBy returns the transfer that a posting brought back, or bank.ErrNotFound.
func (tx *Tx) TransferReturnedBy(customer bank.CustomerID, posting bank.TransactionID) (bank.Transfer, error) {
	return queryOne(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND t.return_id = $2 AND t.return_id > 0", customer, posting)
}

// SettledTransfers lists the transfers of some payers to some electronic IBANs that the bank has booked and that did not come
// back, oldest first.
func (tx *Tx) SettledTransfers(customer bank.CustomerID, payers []bank.BalanceNo, payees []string) ([]bank.Transfer, error) {
	from, payer := tx.in("t.payer_no", 2, List{Ints: balanceNumbers(payers)})
	to, payee := tx.in("w.payee_iban", 3, textList(payees))
	return query(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND w.customer_id = $1 AND t.status = 'SETTLED' AND t.internal = 0 AND "+
		from+" AND "+to+" ORDER BY t.id", customer, payer, payee)
}

// HasTransfers tells whether a transfer was ever ordered.
func (tx *Tx) HasTransfers(customer bank.CustomerID) (bool, error) {
	n, err := queryOne(tx, number, "SELECT COUNT(*) FROM (SELECT id FROM transfers WHERE customer_id = $1 LIMIT 1) AS first", customer)
	return n > 0, err
}

// LockTransfers locks transfers until the end of the transaction, in the order of their ids, and returns those that exist.
// Balances are locked before them.
func (tx *Tx) LockTransfers(customer bank.CustomerID, ids ...bank.ID) ([]bank.Transfer, error) {
	list := make([][]byte, len(ids))
	for i := range ids {
		list[i] = ids[i][:]
	}
	condition, arg := tx.in("id", 2, List{IDs: list})
	if _, err := query(tx, number, "SELECT 1 FROM transfers WHERE customer_id = $1 AND "+condition+" ORDER BY id"+tx.engine.LockRows(), customer, arg); err != nil {
		return nil, err
	}
	condition, arg = tx.in("t.id", 2, List{IDs: list})
	return query(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND "+condition+" ORDER BY t.id", customer, arg)
}

// MoveTransfer writes what may change of a transfer that the caller has locked: its status with the reason, its transaction,
// hold, order file and return. The engines refuse a move that is not in the table of bank.TransferStatus.
func (tx *Tx) MoveTransfer(t bank.Transfer) error {
	return tx.execOne(`UPDATE transfers SET status = $3, reason = $4, transaction_id = $5, hold_id = $6, order_file = $7, return_id = $8, updated_at = $9
		WHERE customer_id = $1 AND id = $2`, t.Customer, t.ID, t.Status, t.Reason, t.Transaction, t.Hold, t.OrderFile, t.Return, micros(t.UpdatedAt))
}

// AddTransferStep appends a step behind those that a transfer has; the caller has locked the transfer, or made it. The number
// of the step is reckoned here.
func (tx *Tx) AddTransferStep(customer bank.CustomerID, transfer bank.ID, s bank.TransferStep) error {
	return tx.execOne(`INSERT INTO transfer_steps (customer_id, transfer_id, no, status, reason, actor, note, at)
		SELECT CAST($1 AS bigint), $2, COALESCE(MAX(no), 0) + 1, $3, $4, $5, $6, CAST($7 AS bigint) FROM transfer_steps
		WHERE customer_id = $1 AND transfer_id = $2`, customer, transfer[:], string(s.Status), string(s.Reason), s.Actor, s.Note, micros(s.At))
}

// TransferSteps lists the steps of a transfer in their order.
func (tx *Tx) TransferSteps(customer bank.CustomerID, transfer bank.ID) ([]bank.TransferStep, error) {
	scan := func(row scanner) (s bank.TransferStep, err error) {
		return s, row.Scan(&s.No, &s.Status, &s.Reason, &s.Actor, &s.Note, instant{&s.At})
	}
	return query(tx, scan, `SELECT no, status, reason, actor, note, at FROM transfer_steps
		WHERE customer_id = $1 AND transfer_id = $2 ORDER BY no`, customer, transfer)
}

// TransferFilter selects transfers; zero fields do not filter.
type TransferFilter struct {
	Statuses  []bank.TransferStatus
	Payers    []bank.BalanceNo // not nil and empty: none
	Payee     string           // electronic IBAN
	From, To  time.Time        // of the order; To is exclusive
	OrderFile bank.ID
	Item      bank.ID
	MinAmount int64   // minor units, inclusive; 0: any
	MaxAmount int64   // minor units, inclusive; 0: any
	Before    bank.ID // continue behind this one, towards older ones
	Back      bool    // newer ones than Before instead
	Limit     int
}

func (f TransferFilter) where(customer bank.CustomerID) *where {
	w := newWhere("t.customer_id = $1", customer)
	statuses := make([]string, len(f.Statuses))
	for i, s := range f.Statuses {
		statuses[i] = string(s)
	}
	w.oneOf("t.status", statuses)
	if open := []bank.TransferStatus{bank.TransferReceived, bank.TransferHeld, bank.TransferSent}; len(statuses) > 0 &&
		!slices.ContainsFunc(f.Statuses, func(s bank.TransferStatus) bool { return !slices.Contains(open, s) }) {
		w.literal("t.status IN ('RECEIVED', 'HELD', 'SENT')") // so that the index of those under way serves
	}
	w.text("w.payee_iban = ?", f.Payee)
	if !f.From.IsZero() {
		w.add("t.created_at >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		w.add("t.created_at < ?", micros(f.To))
	}
	if !f.OrderFile.IsZero() {
		w.add("t.order_file = ?", f.OrderFile)
	}
	if !f.Item.IsZero() {
		w.add("t.item_id = ?", f.Item)
	}
	if f.MinAmount > 0 {
		w.add("t.amount >= ?", f.MinAmount)
	}
	if f.MaxAmount > 0 {
		w.add("t.amount <= ?", f.MaxAmount)
	}
	return w
}

// Transfers lists transfers, newest first.
func (tx *Tx) Transfers(customer bank.CustomerID, f TransferFilter) ([]bank.Transfer, error) {
	w := f.where(customer)
	if f.Payers != nil {
		condition, arg := tx.in("t.payer_no", w.next(), List{Ints: balanceNumbers(f.Payers)})
		w.literal(condition)
		w.args = append(w.args, arg)
	}
	return readPage(tx, scanTransfer, transferColumns, w, page[bank.ID]{key: "t.id", descending: true, from: f.Before, back: f.Back, limit: f.Limit})
}

// OutstandingTransfers lists those that were handed to the bank and neither settled nor rejected, of some payers, oldest first.
func (tx *Tx) OutstandingTransfers(customer bank.CustomerID, payers []bank.BalanceNo) ([]bank.Transfer, error) {
	condition, arg := tx.in("t.payer_no", 2, List{Ints: balanceNumbers(payers)})
	return query(tx, scanTransfer, transferColumns+` WHERE t.customer_id = $1 AND t.status = 'SENT' AND t.status IN ('RECEIVED', 'HELD', 'SENT')
		AND `+condition+" ORDER BY t.id", customer, arg)
}

// TransferSum counts and adds what was ordered from some balances on an ISO date and not given up: what limits of a day go
// by. Those that wait for a signature or a second person do not count yet.
func (tx *Tx) TransferSum(customer bank.CustomerID, payers []bank.BalanceNo, day string) (sum bank.Sum, err error) {
	condition, arg := tx.in("payer_no", 3, List{Ints: balanceNumbers(payers)})
	scan := func(row scanner) (s bank.Sum, err error) { return s, row.Scan(&s.Count, &s.Amount) }
	return queryOne(tx, scan, `SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS bigint) FROM transfers WHERE customer_id = $1 AND ordered_on = $2
		AND status IN ('HELD', 'SENT', 'SETTLED', 'RETURNED') AND `+condition, customer, day, arg)
}

func balanceNumbers(list []bank.BalanceNo) []int64 {
	numbers := make([]int64, len(list))
	for i, n := range list {
		numbers[i] = int64(n)
	}
	return numbers
}

// EraseTransferWords takes the words out of the transfers of an end user's balances; of those that others sent to the end
// user's IBANs, who was paid. They are done with: the balances are closed and empty.
func (tx *Tx) EraseTransferWords(customer bank.CustomerID, payers []bank.BalanceNo, ibans []string) error {
	condition, arg := tx.in("t.payer_no", 2, List{Ints: balanceNumbers(payers)})
	_, err := tx.exec(`UPDATE transfer_words SET payee_iban = '', payee_name = '', title = '', reference = '' WHERE customer_id = $1
		AND id IN (SELECT t.id FROM transfers t WHERE t.customer_id = $1 AND `+condition+")", customer, arg)
	if err != nil {
		return err
	}
	condition, arg = tx.in("payee_iban", 2, textList(ibans))
	_, err = tx.exec("UPDATE transfer_words SET payee_iban = '', payee_name = '' WHERE customer_id = $1 AND "+condition, customer, arg)
	return err
}
