package transfers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// Told is a step that the bank, or somebody on its behalf, has caused.
type Told struct {
	Actor  string
	Reason bank.Reason
	Note   string // the bank's own words or code
	At     time.Time
}

func (w Told) step() bank.TransferStep {
	return bank.TransferStep{Actor: w.Actor, Reason: w.Reason, Note: w.Note, At: w.At}
}

// referencePrefix begins the reference of every order of ours at the bank.
const referencePrefix = "IMS"

// Reference is how the bank knows a transfer: what its answers name.
func Reference(t bank.Transfer) string {
	return fmt.Sprintf(referencePrefix+"%d", int64(t.Transaction))
}

// ParseReference reads what Reference has written, as a bank may give it back: with blanks around it, in small letters.
func ParseReference(text string) (bank.TransactionID, bool) {
	digits, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), referencePrefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return bank.TransactionID(n), ok && err == nil && n > 0 && digits[0] != '+'
}

// Outstanding lists the transfers of some payers that were handed to the bank and that it has not answered, oldest first.
func Outstanding(tx *store.Tx, customer bank.CustomerID, payers []bank.BalanceNo) ([]bank.Transfer, error) {
	list, err := tx.OutstandingTransfers(customer, payers)
	if err != nil {
		return nil, fmt.Errorf("outstanding transfers: %w", err)
	}
	return list, nil
}

// Locked locks transfers behind their balances, which the caller's batch has locked, and returns them as they are now, by id.
func Locked(tx *store.Tx, customer bank.CustomerID, ids ...bank.ID) ([]bank.Transfer, error) {
	list, err := tx.LockTransfers(customer, ids...)
	if err != nil {
		return nil, fmt.Errorf("lock transfers: %w", err)
	}
	return list, nil
}

// Settle posts a SENT transfer that the bank has booked: what was reserved pays it, its transaction becomes CLEARED. The caller
// has locked payer and transfer and commits the batch. bank.ErrConflict where it is not SENT. It returns the index of the
// posting in the batch.
func Settle(tx *store.Tx, batch *ledger.Batch, t *bank.Transfer, posting ledger.NewPosting, told Told) (int, error) {
	if t.Status != bank.TransferSent {
		return 0, bank.ErrConflict.With("the transfer is %s", t.Status)
	}
	index, err := batch.Clear(authorized(*t), posting)
	if err != nil {
		return 0, fmt.Errorf("clear transfer %s: %w", t.ID, err)
	}
	return index, move(tx, t, bank.TransferSettled, told.step())
}

// Reject ends a SENT transfer that the bank has refused: what was reserved is free again, its transaction becomes REVERSED. The
// caller has locked payer and transfer and commits the batch. bank.ErrConflict where it is not SENT.
func Reject(tx *store.Tx, batch *ledger.Batch, t *bank.Transfer, told Told) error {
	if t.Status != bank.TransferSent {
		return bank.ErrConflict.With("the transfer is %s", t.Status)
	}
	if err := batch.Void(authorized(*t), told.Reason); err != nil {
		return fmt.Errorf("void transfer %s: %w", t.ID, err)
	}
	return move(tx, t, bank.TransferRejected, told.step())
}

// Returned notes that a SETTLED transfer came back with a transaction, which was posted. The caller has locked the transfer.
// bank.ErrConflict where it is not SETTLED; a transfer comes back once.
func Returned(tx *store.Tx, t *bank.Transfer, transaction bank.TransactionID, told Told) error {
	t.Return = transaction
	return move(tx, t, bank.TransferReturned, told.step())
}
