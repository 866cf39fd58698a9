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
	if len(b.moves)+len(b.audits)+len(b.items)+len(b.holds)+len(b.released) == 0 {
		return nil
	}
	if err := b.writeBalances(); err != nil {
		return fmt.Errorf("write balances: %w", err)
	}
	head, err := b.tx.LockHead(b.customer)
	if err != nil {
		return fmt.Errorf("lock head: %w", err)
	}
	if b.at = b.now; b.at.Before(head.LastAt) {
		b.at = head.LastAt
	}
	first := head.NextID
	postings, transactions, details := b.number(&head)
	if err := b.writeRows(postings, transactions, details); err != nil {
		return err
	}
	if err := b.writeDeltas(head.NextID - 1); err != nil {
		return fmt.Errorf("write deltas: %w", err)
	}
	return b.link(head, first, postings, transactions, details)
}

// PostingID returns the id of a posting after Commit.
func (b *Batch) PostingID(index int) bank.TransactionID { return b.moves[index].id }

// At returns the instant of the commit, after Commit.
func (b *Batch) At() time.Time { return b.at }

// writeBalances comes before the head is locked: the rows are locked already, and the head is the one shared row.
func (b *Batch) writeBalances() error {
	var changed []bank.Balance
	for _, a := range b.balances {
		if a.fresh {
			if err := b.tx.AddBalance(a.Balance); err != nil {
				return err
			}
		} else if a.changed {
			changed = append(changed, a.Balance)
		}
	}
	slices.SortFunc(changed, func(x, y bank.Balance) int { return int(x.No - y.No) })
	return b.tx.SetAmounts(b.customer, changed)
}

// number gives ids in order: each posting takes one for each of its sides that is not BANK, and bears the first; then each
// audit event takes one.
func (b *Batch) number(head *store.Head) ([]store.PostingRow, []bank.Transaction, []bank.Details) {
	postings := make([]store.PostingRow, 0, len(b.moves))
	transactions := make([]bank.Transaction, 0, len(b.moves)+8)
	var details []bank.Details
	for i := range b.moves {
		m := &b.moves[i]
		m.id = head.NextID
		if m.Origin.File == 0 {
			m.Origin.Line = int64(m.id)
		}
		if m.Details != nil {
			d := *m.Details
			d.Origin = m.Origin
			details = append(details, d)
		}
		postings = append(postings, b.posting(m))
		transactions = b.sidesOf(transactions, m, head)
	}
	for i := range b.audits {
		b.audits[i].ID, b.audits[i].At = head.NextID, b.at
		head.NextID++
	}
	return postings, transactions, details
}

func (b *Batch) posting(m *move) store.PostingRow {
	return store.PostingRow{Outcome: m.Outcome, Posting: bank.Posting{ID: m.id, From: m.From, To: m.To, Amount: m.Amount, Cause: m.Cause,
		BookingDate: m.BookingDate, ValueDate: m.ValueDate, PostedAt: b.at, Origin: m.Origin, Reverses: m.Reverses}}
}

// sidesOf appends one transaction for each side that is not BANK, so that each holder sees their own.
func (b *Batch) sidesOf(list []bank.Transaction, m *move, head *store.Head) []bank.Transaction {
	side := bank.Transaction{Posting: m.id, Status: bank.StatusCleared, At: b.at, Origin: m.Origin}
	side.Origin.Leg = 0
	if m.fromKind != bank.KindBank {
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

func (b *Batch) writeRows(postings []store.PostingRow, transactions []bank.Transaction, details []bank.Details) error {
	if err := b.tx.AddPostings(b.customer, postings); err != nil {
		return fmt.Errorf("write postings: %w", err)
	}
	if err := b.tx.AddTransactions(b.customer, transactions); err != nil {
		return fmt.Errorf("write transactions: %w", err)
	}
	if err := b.tx.AddDetails(b.customer, details); err != nil {
		return fmt.Errorf("write details: %w", err)
	}
	return b.writeRest()
}

// writeRest writes what few batches have: items, holds and audit events.
func (b *Batch) writeRest() error {
	items := make([]bank.Item, len(b.items))
	for i, p := range b.items {
		items[i] = p.Item
		if p.move >= 0 {
			items[i].Posting = b.moves[p.move].id
		}
	}
	if err := b.tx.AddItems(b.customer, items); err != nil {
		return fmt.Errorf("write items: %w", err)
	}
	for _, h := range b.holds {
		if err := b.tx.AddHold(h); err != nil {
			return fmt.Errorf("write hold: %w", err)
		}
	}
	for _, h := range b.released {
		if err := b.tx.ReleaseHold(h); err != nil {
			return fmt.Errorf("release hold: %w", err)
		}
	}
	for _, e := range b.audits {
		if err := b.tx.AddAudit(e); err != nil {
			return fmt.Errorf("write audit event: %w", err)
		}
	}
	return nil
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

// link adds one link to the chain over everything that got an id, and writes the head.
func (b *Batch) link(head store.Head, first bank.TransactionID, postings []store.PostingRow, transactions []bank.Transaction, details []bank.Details) error {
	digest := newDigest()
	next := 0
	for i := range postings {
		digest.posting(&postings[i])
		for ; next < len(transactions) && transactions[next].Posting == postings[i].ID; next++ {
			digest.transaction(&transactions[next])
		}
	}
	for i := range details {
		digest.details(&details[i])
	}
	for i := range b.audits {
		digest.audit(&b.audits[i])
	}
	l := store.Link{No: head.NextLink, FirstID: first, LastID: head.NextID - 1, At: b.at, Digest: digest.sum()}
	l.Hash = chain(head.LastHash, b.customer, l)
	if err := b.tx.AddLink(b.customer, l); err != nil {
		return fmt.Errorf("add link: %w", err)
	}
	head.NextLink++
	head.LastAt, head.LastHash = b.at, l.Hash
	return b.tx.AdvanceHead(head)
}
