package ledger

import (
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Commit locks the customer's head, takes ids and an instant not before the last, writes everything in bulk and adds one
// link to the chain. The caller's transaction makes it durable. An empty batch does nothing.
func (b *Batch) Commit() error {
	if len(b.moves)+len(b.unposted)+len(b.audits)+len(b.items)+len(b.holds)+len(b.released)+len(b.voids) == 0 {
		return nil
	}
	if err := b.writeBalances(); err != nil {
		return fmt.Errorf("write balances: %w", err)
	}
	head, err := b.tx.LockHead(b.customer)
	if err != nil {
		return fmt.Errorf("lock head: %w", err)
	}
	head.Begin(b.now)
	b.at = head.LastAt
	first := head.NextID
	rows := b.number(&head)
	if err := b.writeBeside(head.NextID - 1); err != nil {
		return err
	}
	return b.tx.Append(head, first, rows)
}

// PostingID returns the id of a posting after Commit.
func (b *Batch) PostingID(index int) bank.TransactionID { return b.moves[index].id }

// At returns the instant of the commit, after Commit.
func (b *Batch) At() time.Time { return b.at }

// writeBalances comes before the head is locked: the rows are locked already, and the head is the one shared row.
func (b *Batch) writeBalances() error {
	var fresh, changed []bank.Balance
	for _, a := range b.balances {
		if a.fresh {
			fresh = append(fresh, a.Balance)
		} else if a.changed {
			changed = append(changed, a.Balance)
		}
	}
	if err := b.tx.AddBalances(b.customer, fresh); err != nil {
		return err
	}
	slices.SortFunc(changed, func(x, y bank.Balance) int { return int(x.No - y.No) })
	return b.tx.SetAmounts(b.customer, changed)
}

// number gives ids in order: each posting takes one for each of its sides that is not BANK, and bears the first; then each void
// and each audit event takes one. A transaction without a posting takes one where it came among the postings; a side that was
// authorised before keeps its own, and the posting's is no transaction's.
func (b *Batch) number(head *store.Head) store.Rows {
	rows := store.Rows{Postings: make([]store.PostingRow, 0, len(b.moves)), Transactions: make([]bank.Transaction, 0, len(b.moves)+8)}
	unposted := 0
	for i := range b.moves {
		unposted = b.numberUnposted(unposted, i, head, &rows)
		m := &b.moves[i]
		m.id = head.NextID
		if m.Origin.File == 0 {
			m.Origin.Line = int64(m.id)
		}
		if m.Details != nil {
			d := *m.Details
			d.Origin = m.Origin
			rows.Details = append(rows.Details, d)
		}
		if m.By != nil {
			rows.Authors = append(rows.Authors, bank.Author{Posting: m.id, Actor: m.By.Name, Origin: m.By.Origin})
		}
		rows.Postings = append(rows.Postings, b.posting(m))
		if m.clears != 0 {
			rows.Clearings = append(rows.Clearings, m.clearing())
		}
		rows.Transactions = b.sidesOf(rows.Transactions, m, head)
	}
	b.numberUnposted(unposted, len(b.moves), head, &rows)
	b.numberVoids(head, &rows)
	for i := range b.audits {
		b.audits[i].ID, b.audits[i].At = head.NextID, b.at
		head.NextID++
	}
	rows.Audits = b.audits
	return rows
}

func (b *Batch) posting(m *move) store.PostingRow {
	return store.PostingRow{Outcome: m.Outcome, Posting: bank.Posting{ID: m.id, From: m.From, To: m.To, Amount: m.Amount, Cause: m.Cause,
		BookingDate: m.BookingDate, ValueDate: m.ValueDate, PostedAt: b.at, Origin: m.Origin, Reverses: m.Reverses}}
}

// sidesOf appends one transaction for each side that is not BANK, so that each holder sees their own; a payer who has one since
// it was authorised gets no other.
func (b *Batch) sidesOf(list []bank.Transaction, m *move, head *store.Head) []bank.Transaction {
	side := bank.Transaction{Posting: m.id, Status: bank.StatusCleared, At: b.at, Origin: m.Origin}
	side.Origin.Leg = 0
	switch {
	case m.clears != 0:
		head.NextID++
	case m.fromKind != bank.KindBank:
		side.ID, side.Balance, side.Amount, side.BalanceAfter = head.NextID, m.From, -m.Amount, m.fromAfter
		side.Type = bank.TypeOf(m.Cause, m.fromKind, true)
		list = append(list, side)
		head.NextID++
	}
	if m.toKind != bank.KindBank {
		side.ID, side.Balance, side.Amount, side.BalanceAfter = head.NextID, m.To, m.Amount, m.toAfter
		side.Type = bank.TypeOf(m.Cause, m.toKind, false)
		list = append(list, side)
		head.NextID++
	}
	return list
}

// writeBeside writes what stands beside the ledger's rows: items, holds and the deltas of balances without a hot row.
func (b *Batch) writeBeside(last bank.TransactionID) error {
	if err := b.writeItems(); err != nil {
		return fmt.Errorf("write items: %w", err)
	}
	if err := b.tx.AddHolds(b.customer, b.holds...); err != nil {
		return fmt.Errorf("write holds: %w", err)
	}
	if err := b.tx.ReleaseHolds(b.customer, b.released...); err != nil {
		return fmt.Errorf("release holds: %w", err)
	}
	if err := b.writeDeltas(last); err != nil {
		return fmt.Errorf("write deltas: %w", err)
	}
	return nil
}

func (b *Batch) writeItems() error {
	items := make([]bank.Item, len(b.items))
	for i, p := range b.items {
		items[i] = p.Item
		if p.move >= 0 {
			items[i].Posting = b.moves[p.move].id
		}
	}
	return b.tx.AddItems(b.customer, items)
}

func (b *Batch) writeDeltas(last bank.TransactionID) error {
	for no, amount := range b.deltas {
		if amount == 0 {
			continue
		}
		if err := b.tx.AddDelta(b.customer, no, last, amount); err != nil {
			return err
		}
	}
	return nil
}
