package ledger

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
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

type decline struct {
	NewDecline
	behind int // how many postings of the batch came before it
	id     bank.TransactionID
	kind   bank.BalanceKind
	after  int64
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
	b.declines = append(b.declines, decline{NewDecline: d, behind: len(b.moves), kind: a.Kind, after: after(a)})
	return len(b.declines) - 1, nil
}

// DeclineID returns the id of a declined transaction after Commit.
func (b *Batch) DeclineID(index int) bank.TransactionID { return b.declines[index].id }

// numberDeclines gives ids to the declines from one on that came behind n postings of the batch, so that the balance of each
// is what the transactions before it left. It returns the first that came later.
func (b *Batch) numberDeclines(from, n int, head *store.Head, rows *store.Rows) int {
	for ; from < len(b.declines) && b.declines[from].behind == n; from++ {
		d := &b.declines[from]
		d.id = head.NextID
		head.NextID++
		origin := bank.Origin{Line: int64(d.id)}
		rows.Transactions = append(rows.Transactions, bank.Transaction{ID: d.id, Balance: d.Balance, Type: bank.TypeOf(d.Cause, d.kind, true),
			Status: bank.StatusDeclined, Amount: -d.Amount, BalanceAfter: d.after, At: b.at, Origin: origin})
		rows.Declines = append(rows.Declines, bank.Decline{ID: d.id, Reason: d.Reason})
		if d.By != nil {
			rows.Authors = append(rows.Authors, bank.Author{Posting: d.id, Actor: d.By.Name, Origin: d.By.Origin})
		}
		if d.Details != nil {
			words := *d.Details
			words.Origin = origin
			rows.Details = append(rows.Details, words)
		}
	}
	return from
}
