package ledger

import (
	"ims/internal/bank"
	"ims/internal/store"
)

// compareTransfers holds each transfer against its transaction, its hold and its steps: so what was received is what has
// settled, came to nothing or is still open, and all that is reserved for open ones is there.
func (v *verification) compareTransfers() error {
	return v.tx.EachTransferProof(v.customer, func(p store.TransferProof) error {
		v.transfers.Checked++
		if why := misplaced(p); why != "" {
			v.transfers.violated("customer %d transfer %s (%s): %s", v.customer, p.ID, p.Status, why)
		}
		return nil
	})
}

// transferTransactions is what the payer's transaction must be for each status of a transfer that has one.
var transferTransactions = map[bank.TransferStatus]bank.TransactionStatus{
	bank.TransferHeld: bank.StatusAuthorized, bank.TransferSent: bank.StatusAuthorized, bank.TransferSettled: bank.StatusCleared,
	bank.TransferReturned: bank.StatusCleared, bank.TransferRejected: bank.StatusReversed, bank.TransferCancelled: bank.StatusReversed,
}

// misplaced says what does not agree with a transfer; empty: all does.
func misplaced(p store.TransferProof) string {
	early := p.Status == bank.TransferReceived || p.Status == bank.TransferCancelled && p.Transaction == 0
	switch {
	case !p.Status.Known():
		return "no such status"
	case p.Last != p.Status || p.Steps == 0:
		return "its last step says " + string(p.Last)
	case early && p.Transaction != 0:
		return "has a transaction before it was carried out"
	case !early && (p.Of != transferTransactions[p.Status] || !p.Same):
		return "its transaction is missing, another one, or says otherwise"
	case p.Reserved != (p.Status.Reserves() && !p.Technical):
		return "what is reserved for it is not there, or is still there"
	case p.Status == bank.TransferSent && !p.InFile || p.Internal && p.InFile:
		return "a transfer that was sent stands in one order file, one between our own IBANs in none"
	}
	return ""
}
