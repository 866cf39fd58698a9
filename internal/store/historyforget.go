package store

import (
	"errors"
	"slices"

	"ims/internal/bank"
)

// forgetWords takes out of the index what words had that are about to be replaced, so that a search does not tell of them.
// Whoever is indexing loses the lease and reads the words again.
func (tx *Tx) forgetWords(customer bank.CustomerID, list []bank.Details) error {
	_, err := tx.exec("UPDATE history_progress SET lease_owner = '', lease_until = 0 WHERE customer_id = $1", customer)
	if err != nil {
		return err
	}
	next, err := tx.nextHistoryBlock(customer)
	if err != nil || next == 0 {
		return err
	}
	for i := range list {
		old, err := tx.indexedWords(customer, list[i].Origin)
		if err != nil {
			return err
		}
		for _, r := range old {
			if int64(r.ID) < next*blockSize {
				if err := tx.forgetRow(customer, r, list[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// indexedWords lists the transactions of an operation with the words beside them.
func (tx *Tx) indexedWords(customer bank.CustomerID, o bank.Origin) ([]indexedRow, error) {
	scan := func(row scanner) (r indexedRow, err error) {
		d := &r.details
		err = row.Scan(&r.ID, &r.Amount, &d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title, &d.Reference, &d.Operation)
		return r, err
	}
	// An operation without a file bears the id of its first transaction, as a posting does; the second, if there is one, is next.
	from, condition := "JOIN transactions t ON t.customer_id = d.customer_id AND t.id >= d.line AND t.id <= d.line + 1", "t.file_no = 0 AND t.line = d.line"
	if o.File != 0 {
		from = `JOIN postings p ON p.customer_id = d.customer_id AND p.file_no = d.file_no AND p.line = d.line
			JOIN transactions t ON t.customer_id = p.customer_id AND t.id >= p.id AND t.id <= p.id + 1`
		condition = "t.posting_id = p.id"
	}
	return query(tx, scan, `SELECT t.id, t.amount, d.payer_name, d.payee_name, d.payer_account, d.payee_account, d.title, d.reference, d.operation
		FROM details d `+from+" WHERE d.customer_id = $1 AND d.file_no = $2 AND d.line = $3 AND "+condition, customer, o.File, o.Line)
}

// forgetRow clears the bit of a row beside each gram that its words had and the new ones do not have.
func (tx *Tx) forgetRow(customer bank.CustomerID, r indexedRow, words bank.Details) error {
	var old, kept []int64
	eachRowGram(r, func(gram int64) { old = append(old, gram) })
	r.details = words
	eachRowGram(r, func(gram int64) { kept = append(kept, gram) })
	slices.Sort(old)
	block, at := int64(r.ID)/blockSize, int(int64(r.ID)%blockSize)
	for _, gram := range slices.Compact(old) {
		if slices.Contains(kept, gram) {
			continue
		}
		if err := tx.clearGram(customer, block, gram, at); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) clearGram(customer bank.CustomerID, block, gram int64, at int) error {
	const key = " WHERE customer_id = $1 AND block = $2 AND gram = $3"
	scan := func(row scanner) (packed []byte, err error) { return packed, row.Scan(&packed) }
	packed, err := queryOne(tx, scan, "SELECT packed FROM history_grams"+key+tx.engine.LockRows(), customer, block, gram)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := unpackOffsets(packed)
	if err != nil {
		return err
	}
	found[at/64] &^= 1 << (at % 64)
	if found == (bitmap{}) {
		_, err = tx.exec("DELETE FROM history_grams"+key, customer, block, gram)
		return err
	}
	return tx.execOne("UPDATE history_grams SET packed = $4"+key, customer, block, gram, packOffsets(found.offsets()))
}
