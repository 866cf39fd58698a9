package ledger

import (
	"fmt"
	"math"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Batch is what one database transaction of one customer posts, reserves and audits. Amounts are decided in memory on
// locked rows; nothing is written before Commit.
type Batch struct {
	tx       *store.Tx
	customer bank.CustomerID
	now      time.Time
	balances map[bank.BalanceNo]*account
	moves    []move
	unposted []unposted
	items    []pendingItem
	holds    []bank.Hold
	released []bank.Hold
	voids    []bank.Void
	audits   []bank.AuditEvent
	deltas   map[bank.BalanceNo]int64
	at       time.Time // of the commit
}

// account is a locked balance and what the batch did to it.
type account struct {
	bank.Balance
	fresh, changed bool
}

// NewPosting asks for one posting.
type NewPosting struct {
	From, To    bank.BalanceNo
	Amount      int64 // minor units, > 0
	Cause       bank.Cause
	Outcome     bank.Outcome // of the record, beside its first leg; 0 otherwise
	BookingDate string       // ISO date
	ValueDate   string       // ISO date; empty: the booking date
	Origin      bank.Origin  // File 0: an operation without a file, Line is then set by Commit
	Reverses    bank.TransactionID
	Details     *bank.Details // the words of an operation without a file; nil where they are kept already
	By          *bank.Actor   // who ordered an operation without a file; nil: its file, item or audit event tells
}

type move struct {
	NewPosting
	id                 bank.TransactionID
	clears             bank.TransactionID // the payer's transaction, where it was authorised before
	fromAfter, toAfter int64
	fromKind, toKind   bank.BalanceKind
}

type pendingItem struct {
	bank.Item
	move int // index of the posting that put it on the technical balance, -1 when claimed
}

// NewBatch begins a batch. now is only a lower bound of the instant that Commit takes.
func NewBatch(tx *store.Tx, customer bank.CustomerID, now time.Time) *Batch {
	return &Batch{tx: tx, customer: customer, now: now, balances: map[bank.BalanceNo]*account{}, deltas: map[bank.BalanceNo]int64{}}
}

// Lock locks balances and the receivables that accompany them, in the order of their numbers. It is called once, before
// the first posting; balances that do not exist are left out.
func (b *Batch) Lock(numbers ...bank.BalanceNo) error {
	all := make([]bank.BalanceNo, 0, 2*len(numbers))
	for _, n := range numbers {
		all = append(all, n, n.Companion())
	}
	slices.Sort(all)
	rows, err := b.tx.LockBalances(b.customer, slices.Compact(all))
	if err != nil {
		return fmt.Errorf("lock balances: %w", err)
	}
	for _, row := range rows {
		b.balances[row.No] = &account{Balance: row}
	}
	return nil
}

// Use takes in balances without a row of amounts (BANK, TECHNICAL), which need no lock: what moves on them is noted beside
// it. So they are never what two transactions meet at.
func (b *Batch) Use(balances ...bank.Balance) error {
	for _, row := range balances {
		if row.Kind.HasRow() {
			return fmt.Errorf("balance %d (%s) must be locked", row.No, row.Kind)
		}
		b.balances[row.No] = &account{Balance: row}
	}
	return nil
}

// Balance returns a locked balance as the batch has changed it so far.
func (b *Batch) Balance(no bank.BalanceNo) (bank.Balance, bool) {
	a, ok := b.balances[no]
	if !ok {
		return bank.Balance{}, false
	}
	return a.Balance, true
}

// Post moves a positive amount between two locked balances of one currency, as the chart of accounts allows and the
// available money covers. The error is bank.ErrInsufficientFunds, ErrChart, ErrCurrencyMismatch or ErrAmountInvalid, and
// nothing is changed then. It returns the index of the posting in the batch.
func (b *Batch) Post(m NewPosting) (int, error) {
	from, to, err := b.sides(m)
	if err != nil {
		return 0, err
	}
	if err := b.covered(from, to, m); err != nil {
		return 0, err
	}
	if m.ValueDate == "" {
		m.ValueDate = m.BookingDate
	}
	b.apply(from, -m.Amount)
	b.apply(to, m.Amount)
	b.moves = append(b.moves, move{NewPosting: m, fromAfter: after(from), toAfter: after(to),
		fromKind: from.Kind, toKind: to.Kind})
	return len(b.moves) - 1, nil
}

// sides finds the two balances and holds them against the chart of accounts.
func (b *Batch) sides(m NewPosting) (from, to *account, err error) {
	from, to = b.balances[m.From], b.balances[m.To]
	switch {
	case from == nil || to == nil:
		return nil, nil, fmt.Errorf("posting from %d to %d: balance not locked", m.From, m.To)
	case m.Amount <= 0:
		return nil, nil, bank.ErrAmountInvalid
	case from.Currency != to.Currency:
		return nil, nil, bank.ErrCurrencyMismatch
	case m.From == m.To || !bank.PostingAllowed(from.Kind, to.Kind, m.Cause):
		return nil, nil, bank.ErrChart.With("no posting from %s to %s for %s", from.Kind, to.Kind, m.Cause)
	}
	return from, to, nil
}

// covered checks funds and that no sum leaves 64 bits: of balances without a hot row as far as the batch and the last fold
// know it.
func (b *Batch) covered(from, to *account, m NewPosting) error {
	if from.Kind.HasRow() && !from.Kind.MayGoBelowZero() && from.Available() < m.Amount {
		return bank.ErrInsufficientFunds
	}
	if to.Booked+b.deltas[to.No] > math.MaxInt64-m.Amount || from.Booked+b.deltas[from.No] < math.MinInt64+m.Amount {
		return bank.ErrAmountInvalid.With("the balance would leave the range of amounts")
	}
	return nil
}

func (b *Batch) apply(a *account, amount int64) {
	if !a.Kind.HasRow() {
		b.deltas[a.No] += amount
		return
	}
	a.Booked += amount
	a.changed = true
}

func after(a *account) int64 {
	if a.Kind.HasRow() {
		return a.Booked
	}
	return 0
}

// Collect posts an amount that the bank has paid already: what is available comes from the payer, the rest from the
// receivable that accompanies it, with cause SHORTFALL and the next leg. It returns the missing part.
func (b *Batch) Collect(m NewPosting) (short int64, err error) {
	payer, ok := b.balances[m.From]
	if !ok {
		return 0, fmt.Errorf("collect from %d: balance not locked", m.From)
	}
	if m.Amount <= 0 {
		return 0, bank.ErrAmountInvalid
	}
	paid := min(max(payer.Available(), 0), m.Amount)
	short = m.Amount - paid
	if paid > 0 {
		first := m
		first.Amount = paid
		if _, err := b.Post(first); err != nil {
			return 0, err
		}
		m.Outcome, m.Details, m.By = 0, nil, nil
		m.Origin.Leg++
	}
	if short == 0 {
		return 0, nil
	}
	m.From, m.Amount, m.Cause = b.receivable(payer), short, bank.CauseShortfall
	_, err = b.Post(m)
	return short, err
}

// receivable returns the number of the receivable of a user balance, which the first shortfall creates.
func (b *Batch) receivable(of *account) bank.BalanceNo {
	no := of.No.Companion()
	if _, ok := b.balances[no]; !ok {
		b.balances[no] = &account{fresh: true, Balance: bank.Balance{Customer: b.customer, No: no, ID: bank.NewID(),
			Kind: bank.KindReceivable, Currency: of.Currency, User: of.User, CreatedAt: b.now}}
	}
	return no
}

// Repay lets money that has just come to a user balance first repay the receivable that accompanies it. m tells dates and
// origin (Leg: the one to use); its parties and amount are ignored.
func (b *Batch) Repay(no bank.BalanceNo, m NewPosting) error {
	balance, debt := b.balances[no], b.balances[no.Companion()]
	if balance == nil || debt == nil || debt.Booked >= 0 {
		return nil
	}
	amount := min(-debt.Booked, balance.Available())
	if amount <= 0 {
		return nil
	}
	m.From, m.To, m.Amount, m.Cause, m.Outcome, m.Details, m.By = no, no.Companion(), amount, bank.CauseRepayment, 0, nil, nil
	_, err := b.Post(m)
	return err
}

// Hold reserves money of a locked user or own balance.
func (b *Batch) Hold(h bank.Hold) error {
	a, ok := b.balances[h.Balance]
	switch {
	case !ok:
		return fmt.Errorf("hold on %d: balance not locked", h.Balance)
	case h.Amount <= 0:
		return bank.ErrAmountInvalid
	case a.Available() < h.Amount:
		return bank.ErrInsufficientFunds
	}
	a.Held += h.Amount
	a.changed = true
	h.Customer, h.ID, h.CreatedAt = b.customer, bank.NewID(), b.now
	b.holds = append(b.holds, h)
	return nil
}

// Release ends a hold on a locked balance.
func (b *Batch) Release(h bank.Hold) error {
	a, ok := b.balances[h.Balance]
	if !ok || a.Held < h.Amount {
		return fmt.Errorf("release hold %s on %d: not held", h.ID, h.Balance)
	}
	a.Held -= h.Amount
	a.changed = true
	h.ReleasedAt = b.now
	b.released = append(b.released, h)
	return nil
}

// OpenItem opens an item; posting is the index of the posting that put it on the technical balance, or -1 for a claim.
func (b *Batch) OpenItem(item bank.Item, posting int) {
	item.Customer, item.ID, item.OpenedAt, item.Status = b.customer, bank.NewID(), b.now, bank.ItemOpen
	item.State = bank.ItemClaimed
	if posting >= 0 {
		item.State = bank.ItemPosted
	}
	b.items = append(b.items, pendingItem{item, posting})
}

// Audit adds an audit event to the batch.
func (b *Batch) Audit(actor bank.Actor, action, object, before, after string) {
	b.audits = append(b.audits, bank.AuditEvent{Customer: b.customer, Actor: actor.Name, Origin: actor.Origin, Action: action, Object: object,
		Before: before, After: after})
}

// Count returns the number of postings in the batch so far.
func (b *Batch) Count() int { return len(b.moves) }

// PostedSince counts and adds the postings behind the first n of the batch.
func (b *Batch) PostedSince(n int) (count int, amount int64) {
	for _, m := range b.moves[n:] {
		count, amount = count+1, amount+m.Amount
	}
	return count, amount
}
