package store

import (
	"time"

	"ims/internal/bank"
	"ims/internal/money"
)

// DueOrderFile names an order file that a worker has something to do with.
type DueOrderFile struct {
	Customer bank.CustomerID
	ID       bank.ID
}

func scanDueOrderFile(row scanner) (d DueOrderFile, err error) {
	return d, row.Scan(&d.Customer, &d.ID)
}

// DueOrderFiles lists order files of all customers whose task, or a report on them, is not done and that are not leased at
// now, without locks. Where the work of a customer rests, none is due.
func (tx *Tx) DueOrderFiles(now time.Time, limit int) ([]DueOrderFile, error) {
	return query(tx, scanDueOrderFile, `SELECT customer_id, id FROM order_files WHERE task <> '' AND stop_reason = '' AND lease_until < $1`+
		notPaused("order_files")+" ORDER BY lease_until, customer_id, id LIMIT $2", micros(now), limit)
}

// AnsweredOrderFiles lists order files of all customers that were handed over and none of whose orders waits for the bank any
// more, without locks.
func (tx *Tx) AnsweredOrderFiles(limit int) ([]DueOrderFile, error) {
	return query(tx, scanDueOrderFile, `SELECT customer_id, id FROM order_files WHERE status IN ('HANDED_OVER', 'ACCEPTED') AND task = ''
		AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.customer_id = order_files.customer_id AND t.order_file = order_files.id
			AND t.order_file IS NOT NULL AND t.status IN ('HELD', 'SENT'))`+notPaused("order_files")+" ORDER BY customer_id, id LIMIT $1", limit)
}

// LeaseOrderFile takes the lease of an order file with a task for owner, unless somebody holds it; it tells whether it was taken.
func (tx *Tx) LeaseOrderFile(d DueOrderFile, owner string, now, until time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE order_files SET lease_owner = $3, lease_until = $4 WHERE customer_id = $1 AND id = $2 AND task <> '' AND lease_until < $5`,
		d.Customer, d.ID, owner, micros(until), micros(now))
	return n == 1, err
}

// RenewOrderFile extends a lease that owner still holds; bank.ErrNotFound if it was lost.
func (tx *Tx) RenewOrderFile(d DueOrderFile, owner string, until time.Time) error {
	return tx.execOne("UPDATE order_files SET lease_until = $4 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3", d.Customer, d.ID, owner, micros(until))
}

// HoldOrderFile is LockOrderFile while owner holds the lease; bank.ErrNotFound if it was lost.
func (tx *Tx) HoldOrderFile(d DueOrderFile, owner string) (bank.OrderFile, error) {
	return queryOne(tx, scanOrderFile, orderFileColumns+" WHERE customer_id = $1 AND id = $2 AND lease_owner = $3"+tx.engine.LockRows(), d.Customer, d.ID, owner)
}

// ReleaseOrderFile gives a lease back; a lost one is left alone. Nobody takes the file before until; the zero time means at once.
func (tx *Tx) ReleaseOrderFile(d DueOrderFile, owner string, until time.Time) error {
	pause := int64(0)
	if !until.IsZero() {
		pause = micros(until)
	}
	_, err := tx.exec("UPDATE order_files SET lease_owner = '', lease_until = $4 WHERE customer_id = $1 AND id = $2 AND lease_owner = $3", d.Customer, d.ID, owner, pause)
	return err
}

// WaitingTransfers lists orders in a currency that are HELD, in no file and to be sent by an ISO date, behind one, oldest first.
func (tx *Tx) WaitingTransfers(customer bank.CustomerID, currency money.Currency, day string, after bank.ID, limit int) ([]bank.Transfer, error) {
	return query(tx, scanTransfer, transferColumns+` WHERE t.customer_id = $1 AND t.status = 'HELD' AND t.order_file IS NULL AND b.currency = $2
		AND t.requested_on <= $3 AND t.id > $4 ORDER BY t.id LIMIT $5`, customer, currency.Code(), day, after[:], limit)
}

// FileTransfers puts orders into an order file. It tells how many it found HELD and in no file; the caller has locked them.
func (tx *Tx) FileTransfers(customer bank.CustomerID, file bank.ID, transfers []bank.ID, at time.Time) (int64, error) {
	condition, arg := tx.in("id", 4, idList(transfers))
	return tx.exec(`UPDATE transfers SET order_file = $2, updated_at = $3 WHERE customer_id = $1 AND status = 'HELD' AND order_file IS NULL AND `+condition,
		customer, file, micros(at), arg)
}

// FreeTransfers takes orders that are HELD out of an order file.
func (tx *Tx) FreeTransfers(customer bank.CustomerID, file bank.ID, transfers []bank.ID, at time.Time) (int64, error) {
	condition, arg := tx.in("id", 4, idList(transfers))
	return tx.exec(`UPDATE transfers SET order_file = NULL, updated_at = $3 WHERE customer_id = $1 AND status = 'HELD' AND order_file = $2 AND `+condition,
		customer, file, micros(at), arg)
}

// SendTransfers moves orders of an order file from HELD to SENT and appends the step to each. It tells how many it found.
func (tx *Tx) SendTransfers(customer bank.CustomerID, file bank.ID, transfers []bank.ID, step bank.TransferStep) (int64, error) {
	condition, arg := tx.in("id", 4, idList(transfers))
	n, err := tx.exec(`UPDATE transfers SET status = 'SENT', updated_at = $3 WHERE customer_id = $1 AND status = 'HELD' AND order_file = $2 AND `+condition,
		customer, file, micros(step.At), arg)
	if err != nil || n != int64(len(transfers)) {
		return n, err
	}
	condition, arg = tx.in("transfer_id", 5, idList(transfers))
	_, err = tx.exec(`INSERT INTO transfer_steps (customer_id, transfer_id, no, status, reason, actor, note, at)
		SELECT customer_id, transfer_id, MAX(no) + 1, 'SENT', '', $2, $3, CAST($4 AS bigint) FROM transfer_steps
		WHERE customer_id = $1 AND `+condition+" GROUP BY customer_id, transfer_id", customer, step.Actor, step.Note, micros(step.At), arg)
	return n, err
}

// FiledTransfers lists the orders of an order file behind one, oldest first, as they were written into it.
func (tx *Tx) FiledTransfers(customer bank.CustomerID, file, after bank.ID, limit int) ([]bank.Transfer, error) {
	return query(tx, scanTransfer, transferColumns+" WHERE t.customer_id = $1 AND t.order_file = $2 AND t.id > $3 ORDER BY t.id LIMIT $4",
		customer, file, after[:], limit)
}

// FiledSum counts and adds the orders that say they are in an order file.
func (tx *Tx) FiledSum(customer bank.CustomerID, file bank.ID) (bank.Sum, error) {
	scan := func(row scanner) (s bank.Sum, err error) { return s, row.Scan(&s.Count, &s.Amount) }
	return queryOne(tx, scan, "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS bigint) FROM transfers WHERE customer_id = $1 AND order_file = $2", customer, file)
}

// BalanceOwner is who holds a balance, as the bank is told of them.
type BalanceOwner struct {
	Balance bank.BalanceNo
	User    bank.User // only what makes their name
}

// BalanceOwners lists the holders of some balances of end users.
func (tx *Tx) BalanceOwners(customer bank.CustomerID, balances []bank.BalanceNo) ([]BalanceOwner, error) {
	condition, arg := tx.in("b.no", 2, List{Ints: balanceNumbers(balances)})
	scan := func(row scanner) (o BalanceOwner, err error) {
		return o, row.Scan(&o.Balance, &o.User.Type, &o.User.FirstName, &o.User.LastName, &o.User.CompanyName)
	}
	return query(tx, scan, `SELECT b.no, u.type, u.first_name, u.last_name, u.company_name FROM balances b
		JOIN end_users u ON u.customer_id = b.customer_id AND u.id = b.user_id WHERE b.customer_id = $1 AND `+condition, customer, arg)
}

func idList(ids []bank.ID) List {
	list := make([][]byte, len(ids))
	for i := range ids {
		list[i] = ids[i][:]
	}
	return List{IDs: list}
}
