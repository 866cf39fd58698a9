package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"

	"ims/internal/bank"
)

// digest hashes what one transaction wrote, in the order of ids: each row as a tag, its integers (8 bytes, big-endian) and
// its texts (length, bytes). Words that may be erased one day enter as their salted hash, so that the chain holds without
// them. A transaction's status is not covered, because it moves on: what it moved on to is told by its posting, or by a void.
type digest struct {
	h   hash.Hash
	buf []byte
}

// Rows are what one database transaction appends to a customer's ledger and audit trail, in the order of ids.
type Rows struct {
	Postings     []PostingRow
	Transactions []bank.Transaction
	Declines     []bank.Decline // of those transactions that were declined
	Clearings    []Clearing     // of transactions that were authorised before
	Voids        []bank.Void    // of transactions that were authorised before
	Details      []bank.Details // of operations without a file
	Audits       []bank.AuditEvent
	Authors      []bank.Author // of operations without a file
}

// Digest hashes the rows for the chain.
func (r Rows) Digest() [32]byte {
	d := newDigest()
	for i := range r.Postings {
		d.posting(&r.Postings[i])
	}
	for i := range r.Transactions {
		d.transaction(&r.Transactions[i])
	}
	for i := range r.Declines {
		d.decline(&r.Declines[i])
	}
	for i := range r.Details {
		d.details(&r.Details[i])
	}
	for i := range r.Audits {
		d.audit(&r.Audits[i])
	}
	for i := range r.Authors {
		d.author(&r.Authors[i])
	}
	for i := range r.Voids {
		d.void(&r.Voids[i])
	}
	return d.sum()
}

// Append writes rows whose ids came from the locked head, adds one link over them and advances the head. first is the first
// of their ids.
func (tx *Tx) Append(head Head, first bank.TransactionID, r Rows) error {
	if err := tx.addPostings(head.Customer, r.Postings); err != nil {
		return fmt.Errorf("write postings: %w", err)
	}
	if err := tx.addTransactions(head.Customer, r.Transactions); err != nil {
		return fmt.Errorf("write transactions: %w", err)
	}
	if err := tx.addDeclines(head.Customer, r.Declines); err != nil {
		return fmt.Errorf("write declines: %w", err)
	}
	if err := tx.AddDetails(head.Customer, r.Details); err != nil {
		return fmt.Errorf("write details: %w", err)
	}
	if err := tx.addAuthors(head.Customer, r.Authors); err != nil {
		return fmt.Errorf("write authors: %w", err)
	}
	if err := tx.moveOn(head, r.Clearings, r.Voids); err != nil {
		return err
	}
	for _, e := range r.Audits {
		if err := tx.addAudit(e); err != nil {
			return fmt.Errorf("write audit event: %w", err)
		}
	}
	l := Link{No: head.NextLink, FirstID: first, LastID: head.NextID - 1, At: head.LastAt, Digest: r.Digest()}
	l.Hash = l.HashAfter(head.LastHash, head.Customer)
	if err := tx.addLink(head.Customer, l); err != nil {
		return fmt.Errorf("add link: %w", err)
	}
	head.NextLink, head.LastHash = head.NextLink+1, l.Hash
	tx.leaves |= WorkEvents // also what a person did: it may be to send something again
	if int64(first)/blockSize != int64(head.NextID)/blockSize {
		tx.leaves |= WorkHistory
	}
	return tx.advanceHead(head)
}

// Audit appends audit events of a transaction that posts nothing. It locks the head, so it comes last. now is a lower bound
// of the instant that is written.
func (tx *Tx) Audit(customer bank.CustomerID, now time.Time, events ...bank.AuditEvent) error {
	head, err := tx.LockHead(customer)
	if err != nil {
		return fmt.Errorf("lock head: %w", err)
	}
	first := head.NextID
	head.Begin(now)
	for i := range events {
		events[i].Customer, events[i].ID, events[i].At = customer, head.NextID, head.LastAt
		head.NextID++
	}
	return tx.Append(head, first, Rows{Audits: events})
}

// Begin takes an instant for a transaction that posts: not before the last one of the customer.
func (h *Head) Begin(now time.Time) { h.LastAt = h.notBefore(now) }

func (h *Head) notBefore(now time.Time) time.Time {
	if now = now.UTC().Truncate(time.Microsecond); now.Before(h.LastAt) {
		return h.LastAt
	}
	return now
}

func newDigest() *digest { return &digest{h: sha256.New(), buf: make([]byte, 0, 256)} }

func (d *digest) sum() (s [32]byte) {
	d.h.Sum(s[:0])
	return s
}

func (d *digest) begin(tag byte) { d.buf = append(d.buf[:0], tag) }
func (d *digest) flush()         { d.h.Write(d.buf) }

func (d *digest) ints(list ...int64) {
	for _, n := range list {
		d.buf = binary.BigEndian.AppendUint64(d.buf, uint64(n))
	}
}

func (d *digest) texts(list ...string) {
	for _, s := range list {
		d.buf = binary.BigEndian.AppendUint32(d.buf, uint32(len(s)))
		d.buf = append(d.buf, s...)
	}
}

func (d *digest) posting(p *PostingRow) {
	d.begin('P')
	d.ints(int64(p.ID), int64(p.From), int64(p.To), p.Amount, int64(p.Cause), int64(p.Outcome), p.PostedAt.UnixMicro(),
		int64(p.Origin.File), p.Origin.Line, int64(p.Origin.Leg), int64(p.Reverses))
	d.texts(p.BookingDate, p.ValueDate)
	d.flush()
}

// transaction covers what never changes. Posting and balance after belong to it where the transaction was born with its
// posting, whose id is then not behind its own; one that waits for a posting (AUTHORIZED) gets both later.
func (d *digest) transaction(t *bank.Transaction) {
	d.begin('T')
	d.ints(int64(t.ID), int64(t.Balance), int64(t.Type), t.Amount, t.At.UnixMicro(), int64(t.Origin.File), t.Origin.Line)
	if t.Posting > 0 && t.Posting <= t.ID {
		d.ints(int64(t.Posting), t.BalanceAfter)
	}
	d.flush()
}

// decline covers the reason; that a declined transaction left its balance as it was is for Verify to see.
func (d *digest) decline(n *bank.Decline) {
	d.begin('N')
	d.ints(int64(n.ID))
	d.texts(string(n.Reason))
	d.flush()
}

// void covers that an authorised transaction was taken back; that one was cleared is told by its posting.
func (d *digest) void(v *bank.Void) {
	d.begin('V')
	d.ints(int64(v.ID), int64(v.Transaction), v.At.UnixMicro())
	d.texts(string(v.Reason))
	d.flush()
}

// audit covers the origin of those that have one, under a tag of their own: the links of older ones stay what they are, and
// an origin that is added, taken away or changed later breaks the link.
func (d *digest) audit(e *bank.AuditEvent) {
	tag, texts := byte('A'), []string{e.Actor, e.Action, e.Object, e.Before, e.After}
	if e.Origin != "" {
		tag, texts = 'O', append(texts, e.Origin)
	}
	d.begin(tag)
	d.ints(int64(e.ID), e.At.UnixMicro())
	d.texts(texts...)
	d.flush()
}

func (d *digest) author(a *bank.Author) {
	d.begin('W')
	d.ints(int64(a.Posting))
	d.texts(a.Actor, a.Origin)
	d.flush()
}

func (d *digest) details(w *bank.Details) {
	s := DetailsDigest(w)
	d.begin('D')
	d.ints(int64(w.Origin.File), w.Origin.Line)
	d.buf = append(d.buf, s[:]...)
	d.flush()
}

// DetailsDigest is the salted SHA-256 of the words beside a posting. Without the salt it does not tell what they were. Of
// words that were erased it is what is left.
func DetailsDigest(w *bank.Details) [32]byte {
	if w.Erased != ([32]byte{}) {
		return w.Erased
	}
	buf := make([]byte, 0, 512)
	buf = append(buf, w.Salt[:]...)
	for _, s := range [...]string{w.PayerName, w.PayeeName, w.PayerAccount, w.PayeeAccount, w.Title, w.Reference, w.Operation, w.Class} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
		buf = append(buf, s...)
	}
	return sha256.Sum256(buf)
}

// NewSalt returns a fresh salt for one row of details.
func NewSalt() (salt [16]byte) {
	rand.Read(salt[:]) // never fails
	return salt
}

// HashAfter binds a link to the one before.
func (l Link) HashAfter(previous [32]byte, customer bank.CustomerID) [32]byte {
	buf := make([]byte, 0, 128)
	buf = append(buf, previous[:]...)
	for _, n := range []int64{int64(customer), l.No, int64(l.FirstID), int64(l.LastID), l.At.UnixMicro()} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	return sha256.Sum256(append(buf, l.Digest[:]...))
}
