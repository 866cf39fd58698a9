package store

import "ims/internal/bank"

// addAuthors appends who ordered operations, in bulk.
func (tx *Tx) addAuthors(customer bank.CustomerID, list []bank.Author) error {
	i := 0
	return tx.bulk("authors", []string{"customer_id", "id", "actor", "origin"}, func(row []any) bool {
		if i == len(list) {
			return false
		}
		row[0], row[1], row[2], row[3] = int64(customer), int64(list[i].Posting), list[i].Actor, list[i].Origin
		i++
		return true
	})
}

// Authors lists who ordered the operations whose first posting has an id from first to last, in order. Those of files have
// none, nor have operations that are older than this table.
func (tx *Tx) Authors(customer bank.CustomerID, first, last bank.TransactionID) ([]bank.Author, error) {
	scan := func(row scanner) (a bank.Author, err error) { return a, row.Scan(&a.Posting, &a.Actor, &a.Origin) }
	return query(tx, scan, "SELECT id, actor, origin FROM authors WHERE customer_id = $1 AND id >= $2 AND id <= $3 ORDER BY id", customer, first, last)
}
