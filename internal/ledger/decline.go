package ledger

import (
	"fmt"

	"ims/internal/bank"
)

// NewDecline asks for the trace of a debit that was refused.
type NewDecline struct {
	Balance bank.BalanceNo // that was to pay
	Amount  int64          // minor units, > 0, as the debit's
	Cause   bank.Cause     // as the debit's
	Reason  bank.Reason
	By      *bank.Actor   // who ordered it
	Details *bank.Details // the words of the order
}

// Decline leaves a transaction of status DECLINED in the history of a locked balance, and moves nothing. It returns the index
// of the decline in the batch.
func (b *Batch) Decline(d NewDecline) (int, error) {
	a, ok := b.balances[d.Balance]
	switch {
	case !ok:
		return 0, fmt.Errorf("decline on %d: balance not locked", d.Balance)
	case d.Amount <= 0:
		return 0, bank.ErrAmountInvalid
	case d.Reason.Refusal() == nil:
		return 0, fmt.Errorf("decline on %d: %q declines nothing", d.Balance, d.Reason)
	}
	return b.addUnposted(a, unposted{status: bank.StatusDeclined, balance: d.Balance, amount: d.Amount, cause: d.Cause, reason: d.Reason,
		by: d.By, words: d.Details, hold: -1}), nil
}

// DeclineID returns the id of a declined transaction after Commit.
func (b *Batch) DeclineID(index int) bank.TransactionID { return b.unposted[index].id }
