package ledger

import (
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// NewAuthorization asks to reserve money for a payment that the bank will book later, or refuse.
type NewAuthorization struct {
	Balance bank.BalanceNo // that pays
	Amount  int64          // minor units, > 0
	Cause   bank.Cause     // as of the posting to BANK that will clear it
	By      *bank.Actor    // who ordered it
	Details *bank.Details  // the words of the order
}

// Authorized is an authorised transaction and what is reserved for it.
type Authorized struct {
	Transaction bank.TransactionID
	Hold        bank.ID // zero for the technical balance: its items reserve what lies there
	Balance     bank.BalanceNo
	Amount      int64 // minor units, > 0, as it was authorised
}

// Authorize reserves money of a locked balance and shows it in the history as a transaction of status AUTHORIZED, which Clear
// or Void moves on. The error is bank.ErrInsufficientFunds, ErrChart or ErrAmountInvalid, and nothing is changed then. It
// returns the index of the authorisation in the batch.
func (b *Batch) Authorize(n NewAuthorization) (int, error) {
	a, ok := b.balances[n.Balance]
	switch {
	case !ok:
		return 0, fmt.Errorf("authorise on %d: balance not locked", n.Balance)
	case n.Amount <= 0:
		return 0, bank.ErrAmountInvalid
	case !bank.PostingAllowed(a.Kind, bank.KindBank, n.Cause):
		return 0, bank.ErrChart.With("no posting from %s to %s for %s", a.Kind, bank.KindBank, n.Cause)
	}
	hold := -1
	if a.Kind.HasRow() {
		if err := b.Hold(bank.Hold{Balance: n.Balance, Amount: n.Amount, Reason: bank.HoldTransfer}); err != nil {
			return 0, err
		}
		hold = len(b.holds) - 1
	}
	return b.addUnposted(a, unposted{status: bank.StatusAuthorized, balance: n.Balance, amount: n.Amount, cause: n.Cause, by: n.By,
		words: n.Details, hold: hold}), nil
}

// Authorized returns the id of an authorised transaction and of what is reserved for it (zero: nothing is), after Commit.
func (b *Batch) Authorized(index int) (bank.TransactionID, bank.ID) {
	u := &b.unposted[index]
	if u.hold < 0 {
		return u.id, bank.ID{}
	}
	return u.id, b.holds[u.hold].ID
}

// Clear posts an authorised amount from its locked balance, of which what was reserved is set free: the authorised transaction
// becomes CLEARED with the posting's id, and its balance gets no other transaction. The posting's payer and amount are those of
// the authorisation. The error is as of Post, and nothing is changed then. It returns the index of the posting in the batch;
// Commit fails with bank.ErrNotFound where the transaction has moved on already.
func (b *Batch) Clear(a Authorized, m NewPosting) (int, error) {
	m.From, m.Amount = a.Balance, a.Amount
	if _, _, err := b.sides(m); err != nil {
		return 0, err
	}
	if err := b.free(a); err != nil {
		return 0, err
	}
	index, err := b.Post(m)
	if err != nil {
		b.reserveAgain(a)
		return 0, err
	}
	b.moves[index].clears = a.Transaction
	return index, nil
}

// Void takes an authorised transaction back: what was reserved is available again and repays first what its balance owes, and
// the transaction becomes REVERSED for a reason, which reaches no further than the reason's audience. Commit fails with bank.ErrNotFound where the transaction has
// moved on already.
func (b *Batch) Void(a Authorized, reason bank.Reason) error {
	if reason.Audience() == 0 {
		return fmt.Errorf("void transaction %d: nobody knows the reason %q", a.Transaction, reason)
	}
	if err := b.free(a); err != nil {
		return err
	}
	b.voids = append(b.voids, bank.Void{Transaction: a.Transaction, Reason: reason})
	return b.Repay(a.Balance, NewPosting{BookingDate: bank.CivilDate(b.now)})
}

// free releases what is reserved for an authorised transaction.
func (b *Batch) free(a Authorized) error {
	payer, ok := b.balances[a.Balance]
	if !ok || payer.Kind.HasRow() == a.Hold.IsZero() {
		return fmt.Errorf("transaction %d on %d: not locked, or nothing is reserved for it", a.Transaction, a.Balance)
	}
	if a.Hold.IsZero() {
		return nil
	}
	return b.Release(bank.Hold{ID: a.Hold, Balance: a.Balance, Amount: a.Amount})
}

// reserveAgain undoes the last free.
func (b *Batch) reserveAgain(a Authorized) {
	if !a.Hold.IsZero() {
		b.balances[a.Balance].Held += a.Amount
		b.released = b.released[:len(b.released)-1]
	}
}

// numberVoids gives ids to the voids, so that the chain covers them.
func (b *Batch) numberVoids(head *store.Head, rows *store.Rows) {
	for i := range b.voids {
		b.voids[i].ID, b.voids[i].At = head.NextID, b.at
		head.NextID++
	}
	rows.Voids = b.voids
}

// clearing is what becomes of the authorised transaction that a posting clears.
func (m *move) clearing() store.Clearing {
	return store.Clearing{Transaction: m.clears, Balance: m.From, Amount: -m.Amount, Posting: m.id, BalanceAfter: m.fromAfter}
}
