package transfers

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"iter"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/pain"
)

// orderPart is the size of a stored part, in bytes.
const orderPart = 1 << 20

// fileWriter stores what is written to it in parts, each durable before the next, so that memory does not grow with the file.
type fileWriter struct {
	task   *orderTask
	sum    hash.Hash
	bytes  int64
	parts  int64
	orders int64
	amount int64
	buffer []byte
}

// Write implements io.Writer.
func (w *fileWriter) Write(p []byte) (int, error) {
	written := len(p)
	w.sum.Write(p)
	w.bytes += int64(len(p))
	for len(p) > 0 {
		n := min(len(p), orderPart-len(w.buffer))
		w.buffer, p = append(w.buffer, p[:n]...), p[n:]
		if len(w.buffer) == orderPart {
			if err := w.store(); err != nil {
				return 0, err
			}
		}
	}
	return written, nil
}

// store writes the part at hand.
func (w *fileWriter) store() error {
	_, err := w.task.step(func(tx *store.Tx, f *bank.OrderFile) error {
		f.Parts = w.parts + 1
		return tx.AddOrderFilePart(f.Customer, f.ID, w.parts, w.buffer)
	})
	if err == nil {
		w.parts++
		w.buffer = w.buffer[:0]
	}
	return err
}

// write writes the content of a file whose orders are gathered, from its beginning.
func (t *orderTask) write(f bank.OrderFile) (*fileWriter, error) {
	w := &fileWriter{task: t, sum: sha256.New()}
	var c *carrier
	_, err := t.step(func(tx *store.Tx, f *bank.OrderFile) error {
		m, err := tx.MasterAccount(f.Customer, f.MasterAccount)
		if err != nil {
			return fmt.Errorf("master account: %w", err)
		}
		if c, err = newCarrier(tx, m, f.Format, f.Day); err != nil {
			return err
		}
		f.Parts = 0
		return tx.DropOrderFileParts(f.Customer, f.ID)
	})
	if err != nil {
		return nil, err
	}
	if f.Format == bank.OrdersPLI {
		err = t.writePLI(w, c, f)
	} else {
		err = t.writePain(w, c, f)
	}
	if err == nil && len(w.buffer) > 0 {
		err = w.store()
	}
	return w, err
}

func (t *orderTask) writePLI(w *fileWriter, c *carrier, f bank.OrderFile) error {
	out := c.pliWriter(w)
	for l, err := range t.lines(c, f) {
		if err != nil {
			return err
		}
		if err := out.Write(c.pliOrder(l)); err != nil {
			return fmt.Errorf("order %s: %w", l.ID, err)
		}
		w.orders++
		w.amount += l.Amount.Minor()
	}
	return nil
}

// writePain writes a message of one section, or of two where some orders in EUR leave SEPA.
func (t *orderTask) writePain(w *fileWriter, c *carrier, f bank.OrderFile) error {
	there := map[bool]bool{}
	for l, err := range t.lines(c, f) {
		if err != nil {
			return err
		}
		there[l.sepa(f.Day)] = true
		w.orders++
		w.amount += l.Amount.Minor()
	}
	m := pain.Message{ID: f.Message, Created: f.CreatedAt, Initiator: c.customer.Name, InitiatorID: c.master.Ordering.InitiatorID}
	for _, sepa := range []bool{true, false} {
		if there[sepa] {
			m.Sections = append(m.Sections, c.section(sepa, t.painOrders(c, f, sepa)))
		}
	}
	totals, err := pain.Write(w, m, c.painOptions())
	if err == nil && int64(totals.Orders) != w.orders {
		err = fmt.Errorf("%d orders were written, %d were there", totals.Orders, w.orders)
	}
	return err
}

// painOrders are those of one section. They are gone through more than once.
func (t *orderTask) painOrders(c *carrier, f bank.OrderFile, sepa bool) iter.Seq2[pain.Order, error] {
	return func(yield func(pain.Order, error) bool) {
		for l, err := range t.lines(c, f) {
			if err != nil {
				yield(pain.Order{}, err)
				return
			}
			if l.sepa(f.Day) == sepa && !yield(painOrder(l), nil) {
				return
			}
		}
	}
}

// lines are the orders of the file, a chunk read at a time.
func (t *orderTask) lines(c *carrier, f bank.OrderFile) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		for after := (bank.ID{}); ; {
			var page []line
			err := t.s.db.Read(t.ctx, func(tx *store.Tx) error {
				list, err := tx.FiledTransfers(f.Customer, f.ID, after, t.s.chunk)
				if err != nil {
					return fmt.Errorf("orders of order file: %w", err)
				}
				page, err = c.lines(tx, list)
				return err
			})
			if err != nil {
				yield(line{}, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
			}
			if len(page) < t.s.chunk {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

var _ io.Writer = (*fileWriter)(nil)
