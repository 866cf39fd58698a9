package store

import (
	"errors"
	"time"

	"ims/internal/bank"
)

// DueHistory lists customers for whom a block of ids is complete that the index of the history does not have, and whose index
// nobody leases, the one that waited longest first.
func (tx *Tx) DueHistory(now time.Time, limit int) ([]bank.CustomerID, error) {
	scan := func(row scanner) (c bank.CustomerID, err error) { return c, row.Scan(&c) }
	return query(tx, scan, `SELECT h.customer_id FROM heads h LEFT JOIN history_progress i ON i.customer_id = h.customer_id
		WHERE h.next_id >= (COALESCE(i.next_block, 0) + 1) * `+blockSizeText+` AND COALESCE(i.lease_until, 0) <= $1
		ORDER BY COALESCE(i.lease_until, 0), h.customer_id LIMIT $2`, micros(now), limit)
}

const blockSizeText = "4096"

// LeaseHistory takes or extends the lease of a customer's index for owner, unless somebody else holds it. It returns the next
// block.
func (tx *Tx) LeaseHistory(customer bank.CustomerID, owner string, now, until time.Time) (next int64, taken bool, err error) {
	_, err = tx.insertNew("INSERT INTO history_progress (customer_id, next_block, lease_owner, lease_until) VALUES ($1, 0, '', 0)", customer)
	if err != nil {
		return 0, false, err
	}
	n, err := tx.exec(`UPDATE history_progress SET lease_owner = $2, lease_until = $3 WHERE customer_id = $1
		AND (lease_until <= $4 OR lease_owner = $2)`, customer, owner, micros(until), micros(now))
	if err != nil || n != 1 {
		return 0, false, err
	}
	next, err = tx.nextHistoryBlock(customer)
	return next, true, err
}

// ReleaseHistory gives a lease back; a lost one is left alone.
func (tx *Tx) ReleaseHistory(customer bank.CustomerID, owner string, now time.Time) error {
	_, err := tx.exec("UPDATE history_progress SET lease_owner = '', lease_until = $3 WHERE customer_id = $1 AND lease_owner = $2",
		customer, owner, micros(now))
	return err
}

// nextHistoryBlock is the first block that the index does not have.
func (tx *Tx) nextHistoryBlock(customer bank.CustomerID) (int64, error) {
	next, err := queryOne(tx, number, "SELECT next_block FROM history_progress WHERE customer_id = $1", customer)
	if errors.Is(err, bank.ErrNotFound) {
		return 0, nil
	}
	return next, err
}

// HistoryBlockComplete tells whether all ids of a block have been given: as ids are commit order, nothing is added to it.
func (tx *Tx) HistoryBlockComplete(customer bank.CustomerID, no int64) (bool, error) {
	head, err := tx.ReadHead(customer)
	return err == nil && int64(head.NextID) >= (no+1)*blockSize, err
}

// maxTextTail is how many ids behind the index a search for words looks through one by one.
const maxTextTail = 2 * blockSize

// SearchedTo is the id up to which a search for words finds everything: the last one, unless the index is far behind.
func (tx *Tx) SearchedTo(customer bank.CustomerID) (bank.TransactionID, error) {
	head, err := tx.ReadHead(customer)
	if err != nil {
		return 0, err
	}
	next, err := tx.nextHistoryBlock(customer)
	return searchedTo(head.NextID-1, next), err
}

// searchedTo is SearchedTo of a customer with a last id and a first block that the index does not have.
func searchedTo(last bank.TransactionID, next int64) bank.TransactionID {
	if indexed := bank.TransactionID(next*blockSize) - 1; last-indexed > maxTextTail {
		return max(indexed, 0)
	}
	return last
}
