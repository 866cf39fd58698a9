package store

import (
	"time"

	"ims/internal/bank"
)

// TransferWait is what a RECEIVED transfer waits for: an end user's signature over what has the digest, or, where that is
// zero, a second person.
type TransferWait struct {
	Transfer bank.ID
	Digest   [32]byte
	Until    time.Time
}

// Signed tells whether a signature is waited for.
func (w TransferWait) Signed() bool { return w.Digest != [32]byte{} }

// AddTransferWait notes what a transfer waits for.
func (tx *Tx) AddTransferWait(customer bank.CustomerID, w TransferWait) error {
	var digest any
	if w.Signed() {
		digest = w.Digest[:]
	}
	return tx.execOne("INSERT INTO transfer_waits (customer_id, transfer_id, digest, until) VALUES ($1, $2, $3, $4)", customer, w.Transfer, digest, micros(w.Until))
}

const transferWaitColumns = "SELECT transfer_id, digest, until FROM transfer_waits WHERE customer_id = $1"

func scanTransferWait(row scanner) (w TransferWait, err error) {
	var digest []byte
	err = row.Scan(&w.Transfer, &digest, instant{&w.Until})
	copy(w.Digest[:], digest)
	return w, err
}

// TransferWait returns what a transfer waits for, or bank.ErrNotFound.
func (tx *Tx) TransferWait(customer bank.CustomerID, transfer bank.ID) (TransferWait, error) {
	return queryOne(tx, scanTransferWait, transferWaitColumns+" AND transfer_id = $2", customer, transfer)
}

// EndTransferWait removes a wait, or returns bank.ErrNotFound. Of several who try, one succeeds.
func (tx *Tx) EndTransferWait(customer bank.CustomerID, transfer bank.ID) error {
	return tx.execOne("DELETE FROM transfer_waits WHERE customer_id = $1 AND transfer_id = $2", customer, transfer)
}

// DueTransferWaits lists waits that ended before an instant, and those for a second person who has said no: the approval of
// the action for the transfer is neither pending nor approved any more. Oldest first.
func (tx *Tx) DueTransferWaits(customer bank.CustomerID, action string, before time.Time, limit int) ([]TransferWait, error) {
	over, err := query(tx, scanTransferWait, transferWaitColumns+" AND until < $2 ORDER BY until LIMIT $3", customer, micros(before), limit)
	if err != nil || len(over) == limit {
		return over, err
	}
	waiting, err := query(tx, scanTransferWait, transferWaitColumns+" AND digest IS NULL AND until >= $2 ORDER BY until", customer, micros(before))
	if err != nil {
		return over, err
	}
	for _, w := range waiting {
		open, err := queryOne(tx, number, `SELECT COUNT(*) FROM approvals WHERE customer_id = $1 AND action = $2 AND object = $3
			AND status IN ('PENDING', 'APPROVED')`, customer, action, w.Transfer.String())
		if err != nil {
			return over, err
		}
		if open == 0 && len(over) < limit {
			over = append(over, w)
		}
	}
	return over, nil
}
