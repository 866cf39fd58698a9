package store

import (
	"slices"
	"time"

	"ims/internal/bank"
)

// Created is a transaction as an event tells of it.
type Created struct {
	ID bank.TransactionID
	At time.Time
}

// TransactionsAfter lists the transactions behind an id, oldest first.
func (tx *Tx) TransactionsAfter(customer bank.CustomerID, after bank.TransactionID, limit int) ([]Created, error) {
	scan := func(row scanner) (c Created, err error) { return c, row.Scan(&c.ID, instant{&c.At}) }
	return query(tx, scan, "SELECT id, at FROM transactions WHERE customer_id = $1 AND id > $2 ORDER BY id LIMIT $3", customer, after, limit)
}

// AddDeliveries inserts deliveries of one customer.
func (tx *Tx) AddDeliveries(customer bank.CustomerID, list []bank.Delivery) error {
	columns := []string{"customer_id", "id", "first_id", "last_id", "events", "version", "state", "attempts", "event_at", "created_at",
		"next_at", "attempted_at", "status", "duration", "failure", "answer"}
	i := 0
	return tx.bulk("deliveries", columns, func(row []any) bool {
		if i == len(list) {
			return false
		}
		d := &list[i]
		i++
		row[0], row[1], row[2], row[3], row[4] = int64(customer), d.ID[:], int64(d.First), int64(d.Last), d.Events
		row[5], row[6], row[7], row[8], row[9] = d.Version, string(d.State), d.Attempts, micros(d.EventAt), micros(d.CreatedAt)
		row[10], row[11] = micros(d.NextAt), nullMicros(d.Latest.At)
		row[12], row[13], row[14], row[15] = int64(d.Latest.Status), d.Latest.Duration.Microseconds(), d.Latest.Failure, d.Latest.Answer
		return true
	})
}

// UpdateDelivery writes what an attempt or a person changed.
func (tx *Tx) UpdateDelivery(d bank.Delivery) error {
	return tx.execOne(`UPDATE deliveries SET state = $3, attempts = $4, next_at = $5, attempted_at = $6, status = $7, duration = $8, failure = $9,
		answer = $10, created_at = $11 WHERE customer_id = $1 AND id = $2`, d.Customer, d.ID, d.State, d.Attempts, micros(d.NextAt),
		nullMicros(d.Latest.At), d.Latest.Status, d.Latest.Duration.Microseconds(), d.Latest.Failure, d.Latest.Answer, micros(d.CreatedAt))
}

const deliveryColumns = `SELECT customer_id, id, first_id, last_id, events, version, state, attempts, event_at, created_at, next_at, attempted_at,
	status, duration, failure, answer FROM deliveries`

func scanDelivery(row scanner) (d bank.Delivery, err error) {
	err = row.Scan(&d.Customer, &d.ID, &d.First, &d.Last, &d.Events, &d.Version, &d.State, &d.Attempts, instant{&d.EventAt},
		instant{&d.CreatedAt}, instant{&d.NextAt}, instant{&d.Latest.At}, &d.Latest.Status, span{&d.Latest.Duration}, &d.Latest.Failure, &d.Latest.Answer)
	return d, err
}

// span reads a duration in microseconds.
type span struct{ d *time.Duration }

// Scan implements sql.Scanner.
func (s span) Scan(src any) error {
	n, _ := src.(int64)
	*s.d = time.Duration(n) * time.Microsecond
	return nil
}

// Delivery returns one delivery or bank.ErrNotFound.
func (tx *Tx) Delivery(customer bank.CustomerID, id bank.ID) (bank.Delivery, error) {
	return queryOne(tx, scanDelivery, deliveryColumns+" WHERE customer_id = $1 AND id = $2", customer, id)
}

// DueDeliveries lists deliveries that wait and whose time has come, the longest due first.
func (tx *Tx) DueDeliveries(customer bank.CustomerID, now time.Time, limit int) ([]bank.Delivery, error) {
	return query(tx, scanDelivery, deliveryColumns+" WHERE customer_id = $1 AND state = 'PENDING' AND next_at <= $2 ORDER BY next_at, id LIMIT $3",
		customer, micros(now), limit)
}

// WakeDeliveries makes every delivery that waits due at once: the endpoint answers again.
func (tx *Tx) WakeDeliveries(customer bank.CustomerID, now time.Time) error {
	_, err := tx.exec("UPDATE deliveries SET next_at = $2 WHERE customer_id = $1 AND state = 'PENDING' AND next_at > $2", customer, micros(now))
	return err
}

// WaitingDeliveries counts the deliveries that wait.
func (tx *Tx) WaitingDeliveries(customer bank.CustomerID) (int64, error) {
	return queryOne(tx, number, "SELECT COUNT(*) FROM deliveries WHERE customer_id = $1 AND state = 'PENDING'", customer)
}

// DeliveryFilter selects deliveries; zero fields do not filter.
type DeliveryFilter struct {
	State       bank.DeliveryState
	Transaction bank.TransactionID // within the run
	Before      bank.ID            // continue behind this one, towards older ones
	Back        bool               // newer ones than Before instead
	Limit       int
}

// DeliveriesOf lists the deliveries that told of a transaction, at most limit: those of its own, newest first, and the run it
// went with. Runs and single ones are entered by the last id that they tell of, in the order of their index: in that of ids SQLite
// would walk all of the customer's.
func (tx *Tx) DeliveriesOf(customer bank.CustomerID, id bank.TransactionID, limit int) ([]bank.Delivery, error) {
	// A run ends behind the transaction: the first ones behind it are looked at, and the others tell of later ones.
	near, err := query(tx, scanDelivery, deliveryColumns+" WHERE customer_id = $1 AND last_id >= $2 ORDER BY last_id, id DESC LIMIT $3", customer, id, 11*limit)
	told := slices.DeleteFunc(near, func(d bank.Delivery) bool { return d.First > id })
	return told[:min(len(told), limit)], err
}

// Deliveries lists deliveries, newest first.
func (tx *Tx) Deliveries(customer bank.CustomerID, f DeliveryFilter) ([]bank.Delivery, error) {
	w := newWhere("customer_id = $1", customer)
	w.text("state = ?", string(f.State))
	if f.Transaction != 0 {
		w.add("first_id <= ?", f.Transaction)
		w.add("last_id >= ?", f.Transaction)
	}
	return readPage(tx, scanDelivery, deliveryColumns, w, page[bank.ID]{key: "id", descending: true, from: f.Before, back: f.Back, limit: f.Limit})
}

// AddAttempt logs one attempt of a delivery.
func (tx *Tx) AddAttempt(d bank.Delivery) error {
	_, err := tx.exec(`INSERT INTO delivery_attempts (customer_id, delivery_id, attempt, at, status, duration, failure, answer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, d.Customer, d.ID, d.Attempts, micros(d.Latest.At), d.Latest.Status,
		d.Latest.Duration.Microseconds(), d.Latest.Failure, d.Latest.Answer)
	return err
}

// Attempts lists the attempts of a delivery in order.
func (tx *Tx) Attempts(customer bank.CustomerID, delivery bank.ID) ([]bank.Attempt, error) {
	scan := func(row scanner) (a bank.Attempt, err error) {
		return a, row.Scan(instant{&a.At}, &a.Status, span{&a.Duration}, &a.Failure, &a.Answer)
	}
	return query(tx, scan, "SELECT at, status, duration, failure, answer FROM delivery_attempts WHERE customer_id = $1 AND delivery_id = $2 ORDER BY attempt",
		customer, delivery)
}

// SweepDeliveries removes up to limit deliveries that ended before an instant, with their attempts, and tells how many.
func (tx *Tx) SweepDeliveries(customer bank.CustomerID, before time.Time, limit int) (int64, error) {
	const old = "SELECT id FROM deliveries WHERE customer_id = $1 AND state <> 'PENDING' AND created_at < $2 ORDER BY created_at, id LIMIT $3"
	if _, err := tx.exec("DELETE FROM delivery_attempts WHERE customer_id = $1 AND delivery_id IN ("+old+")", customer, micros(before), limit); err != nil {
		return 0, err
	}
	return tx.exec("DELETE FROM deliveries WHERE customer_id = $1 AND id IN ("+old+")", customer, micros(before), limit)
}
