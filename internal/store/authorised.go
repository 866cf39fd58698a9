package store

import (
	"fmt"

	"ims/internal/bank"
)

// Clearing tells that an authorised transaction has moved money.
type Clearing struct {
	Transaction  bank.TransactionID
	Balance      bank.BalanceNo // whose it is
	Amount       int64          // as it was authorised: minor units, negative
	Posting      bank.TransactionID
	BalanceAfter int64
}

// moveOn writes what became of transactions that were authorised before, and leaves an event of each to tell.
func (tx *Tx) moveOn(head Head, clearings []Clearing, voids []bank.Void) error {
	if len(clearings)+len(voids) == 0 {
		return nil
	}
	if err := tx.clear(head.Customer, clearings); err != nil {
		return fmt.Errorf("clear transactions: %w", err)
	}
	if err := tx.void(head.Customer, voids); err != nil {
		return fmt.Errorf("void transactions: %w", err)
	}
	changed := make([]bank.TransactionID, 0, len(clearings)+len(voids))
	for i := range clearings {
		changed = append(changed, clearings[i].Transaction)
	}
	for i := range voids {
		changed = append(changed, voids[i].Transaction)
	}
	if err := tx.tellChanged(head, changed); err != nil {
		return fmt.Errorf("leave events: %w", err)
	}
	return nil
}

// clear moves transactions from AUTHORIZED to CLEARED; bank.ErrNotFound if one is not the balance's, not of the amount, or
// has moved on already.
func (tx *Tx) clear(customer bank.CustomerID, list []Clearing) error {
	i := 0
	changed, err := tx.engine.ExecMany(tx.ctx, tx.conn, `UPDATE transactions SET status = 2, posting_id = $1, balance_after = $2
		WHERE customer_id = $3 AND id = $4 AND balance_no = $5 AND amount = $6 AND status = 1`, 6, func(row []any) bool {
		if i == len(list) {
			return false
		}
		c := &list[i]
		i++
		row[0], row[1], row[2], row[3] = int64(c.Posting), c.BalanceAfter, int64(customer), int64(c.Transaction)
		row[4], row[5] = int64(c.Balance), c.Amount
		return true
	})
	return allAuthorised(changed, len(list), err)
}

// void moves transactions from AUTHORIZED to REVERSED and keeps why.
func (tx *Tx) void(customer bank.CustomerID, list []bank.Void) error {
	i := 0
	changed, err := tx.engine.ExecMany(tx.ctx, tx.conn, "UPDATE transactions SET status = 3 WHERE customer_id = $1 AND id = $2 AND status = 1", 2,
		func(row []any) bool {
			if i == len(list) {
				return false
			}
			row[0], row[1] = int64(customer), int64(list[i].Transaction)
			i++
			return true
		})
	if err := allAuthorised(changed, len(list), err); err != nil {
		return err
	}
	i = 0
	return tx.bulk("voids", []string{"customer_id", "id", "transaction_id", "reason", "at"}, func(row []any) bool {
		if i == len(list) {
			return false
		}
		v := &list[i]
		i++
		row[0], row[1], row[2], row[3], row[4] = int64(customer), int64(v.ID), int64(v.Transaction), string(v.Reason), micros(v.At)
		return true
	})
}

func allAuthorised(changed int64, want int, err error) error {
	if err == nil && changed != int64(want) {
		return bank.ErrNotFound.With("%d of %d transactions are not authorised", int64(want)-changed, want)
	}
	return err
}

// tellChanged leaves an event for each transaction that has changed, where somebody wants to be told. An authorised
// transaction changes once.
func (tx *Tx) tellChanged(head Head, ids []bank.TransactionID) error {
	told, err := queryOne(tx, number, "SELECT COUNT(*) FROM notification_endpoints WHERE customer_id = $1", head.Customer)
	if err != nil || told == 0 {
		return err
	}
	list := make([]bank.Delivery, len(ids))
	for i, id := range ids {
		list[i] = bank.Delivery{Customer: head.Customer, ID: bank.NewID(), First: id, Last: id, Events: 1, Version: 1,
			State: bank.DeliveryPending, EventAt: head.LastAt, CreatedAt: head.LastAt, NextAt: head.LastAt}
	}
	return tx.AddDeliveries(head.Customer, list)
}

// Voids lists which authorised transactions were taken back, and why, by the ids of the voids from first to last.
func (tx *Tx) Voids(customer bank.CustomerID, first, last bank.TransactionID) ([]bank.Void, error) {
	scan := func(row scanner) (v bank.Void, err error) {
		return v, row.Scan(&v.ID, &v.Transaction, &v.Reason, instant{&v.At})
	}
	return query(tx, scan, "SELECT id, transaction_id, reason, at FROM voids WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id",
		customer, first, last)
}
