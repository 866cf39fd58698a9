package store

import (
	"fmt"
	"time"

	"ims/internal/bank"
)

// Head is the one shared row of a customer: what the next transaction takes, and the end of the chain.
type Head struct {
	Customer bank.CustomerID
	NextID   bank.TransactionID
	NextLink int64
	LastAt   time.Time
	LastHash [32]byte
}

// LockHead locks the customer's head: last of all locks, just before the bulk write.
func (tx *Tx) LockHead(customer bank.CustomerID) (Head, error) {
	scan := func(row scanner) (h Head, err error) {
		err = row.Scan(&h.Customer, &h.NextID, &h.NextLink, instant{&h.LastAt}, hash32{&h.LastHash})
		return h, err
	}
	return queryOne(tx, scan, "SELECT customer_id, next_id, next_link, last_at, last_hash FROM heads WHERE customer_id = $1"+
		tx.engine.LockRows(), customer)
}

// ReadHead is LockHead without the lock.
func (tx *Tx) ReadHead(customer bank.CustomerID) (Head, error) {
	scan := func(row scanner) (h Head, err error) {
		err = row.Scan(&h.Customer, &h.NextID, &h.NextLink, instant{&h.LastAt}, hash32{&h.LastHash})
		return h, err
	}
	return queryOne(tx, scan, "SELECT customer_id, next_id, next_link, last_at, last_hash FROM heads WHERE customer_id = $1", customer)
}

// advanceHead writes a head that the caller has locked.
func (tx *Tx) advanceHead(h Head) error {
	return tx.execOne("UPDATE heads SET next_id = $2, next_link = $3, last_at = $4, last_hash = $5 WHERE customer_id = $1",
		h.Customer, h.NextID, h.NextLink, micros(h.LastAt), h.LastHash[:])
}

// takeNumber takes the next number of a counter in the head.
func (tx *Tx) takeNumber(column string, customer bank.CustomerID) (int64, error) {
	n, err := queryOne(tx, number, "SELECT "+column+" FROM heads WHERE customer_id = $1"+tx.engine.LockRows(), customer)
	if err != nil {
		return 0, fmt.Errorf("take %s: %w", column, err)
	}
	return n, tx.execOne("UPDATE heads SET "+column+" = $2 WHERE customer_id = $1", customer, n+1)
}

// Link is one link of a customer's chain: what one database transaction posted and audited.
type Link struct {
	No              int64
	FirstID, LastID bank.TransactionID
	At              time.Time
	Digest, Hash    [32]byte
}

// addLink appends a link.
func (tx *Tx) addLink(customer bank.CustomerID, l Link) error {
	_, err := tx.exec("INSERT INTO links (customer_id, no, first_id, last_id, at, digest, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		customer, l.No, l.FirstID, l.LastID, micros(l.At), l.Digest[:], l.Hash[:])
	return err
}

const linkSelect = "SELECT no, first_id, last_id, at, digest, hash FROM links"

func scanLink(row scanner) (l Link, err error) {
	err = row.Scan(&l.No, &l.FirstID, &l.LastID, instant{&l.At}, hash32{&l.Digest}, hash32{&l.Hash})
	return l, err
}

// EachLink hands the chain to fn in order, from a link on.
func (tx *Tx) EachLink(customer bank.CustomerID, from int64, fn func(Link) error) error {
	return each(tx, scanLink, fn, linkSelect+" WHERE customer_id = $1 AND no >= $2 ORDER BY no", customer, from)
}
