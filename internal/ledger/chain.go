package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"ims/internal/bank"
	"ims/internal/store"
)

// digest hashes what one transaction wrote, in the order of ids: each row as a tag, its integers (8 bytes, big-endian) and
// its texts (length, bytes). Words that may be erased one day enter as their salted hash, so that the chain holds without
// them. A transaction's status is not covered, because it moves on.
type digest struct {
	h   hash.Hash
	buf []byte
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

func (d *digest) posting(p *store.PostingRow) {
	d.begin('P')
	d.ints(int64(p.ID), int64(p.From), int64(p.To), p.Amount, int64(p.Cause), int64(p.Outcome), p.PostedAt.UnixMicro(),
		int64(p.Origin.File), p.Origin.Line, int64(p.Origin.Leg), int64(p.Reverses))
	d.texts(p.BookingDate, p.ValueDate)
	d.flush()
}

func (d *digest) transaction(t *bank.Transaction) {
	d.begin('T')
	d.ints(int64(t.ID), int64(t.Balance), int64(t.Type), t.Amount, int64(t.Origin.File), t.Origin.Line)
	d.flush()
}

func (d *digest) audit(e *bank.AuditEvent) {
	d.begin('A')
	d.ints(int64(e.ID), e.At.UnixMicro())
	d.texts(e.Actor, e.Action, e.Object, e.Before, e.After)
	d.flush()
}

func (d *digest) details(w *bank.Details) {
	s := DetailsDigest(w)
	d.begin('D')
	d.ints(int64(w.Origin.File), w.Origin.Line)
	d.buf = append(d.buf, s[:]...)
	d.flush()
}

// DetailsDigest is the salted SHA-256 of the words beside a posting. Without the salt it does not tell what they were.
func DetailsDigest(w *bank.Details) [32]byte {
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

// chain binds a link to the one before.
func chain(previous [32]byte, customer bank.CustomerID, l store.Link) [32]byte {
	buf := make([]byte, 0, 128)
	buf = append(buf, previous[:]...)
	for _, n := range []int64{int64(customer), l.No, int64(l.FirstID), int64(l.LastID), l.At.UnixMicro()} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(n))
	}
	return sha256.Sum256(append(buf, l.Digest[:]...))
}
