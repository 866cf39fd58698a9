package store

import "ims/internal/bank"

// addDeclines appends why transactions were declined.
func (tx *Tx) addDeclines(customer bank.CustomerID, list []bank.Decline) error {
	i := 0
	return tx.bulk("declines", []string{"customer_id", "id", "reason"}, func(row []any) bool {
		if i == len(list) {
			return false
		}
		row[0], row[1], row[2] = int64(customer), int64(list[i].ID), string(list[i].Reason)
		i++
		return true
	})
}

// Declines lists why those of a customer's transactions with ids from first to last were declined that were, by id.
func (tx *Tx) Declines(customer bank.CustomerID, first, last bank.TransactionID) ([]bank.Decline, error) {
	scan := func(row scanner) (d bank.Decline, err error) { return d, row.Scan(&d.ID, &d.Reason) }
	return query(tx, scan, "SELECT id, reason FROM declines WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id", customer, first, last)
}
