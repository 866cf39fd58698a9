package files

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"ims/bankfile"
	"ims/iban"
	"ims/internal/bank"
)

// entry is one record of the plan in memory, 24 bytes: indexes point into the tables of the plan.
type entry struct {
	amount       int64
	line         uint32
	payer, payee uint32 // index into plan.ibans plus one; 0: not ours
	date         uint16 // index into plan.dates
	direction    bankfile.Direction
}

// plan is what validation leaves for execution: every record that has an outcome, in the order of execution.
type plan struct {
	ibans   []iban.IBAN
	index   map[iban.IBAN]uint32
	dates   []string
	dateOf  map[string]uint16
	entries []entry
}

func newPlan() *plan {
	return &plan{index: map[iban.IBAN]uint32{}, dateOf: map[string]uint16{}}
}

// add appends a record. One with an error keeps only its line and amount: bankfile.Unknown is the direction of the unreadable.
func (p *plan) add(r *bankfile.Record) {
	e := entry{line: uint32(r.Line), amount: r.Amount, direction: bankfile.Unknown}
	date := ""
	if r.OK() {
		e.direction, e.payer, e.payee, date = r.Direction, p.own(r.Payer), p.own(r.Payee), r.Date
	}
	e.date = p.dateIndex(date)
	p.entries = append(p.entries, e)
}

// own returns the index of a virtual account plus one, or 0.
func (p *plan) own(a bankfile.Account) uint32 {
	if a.Kind != bankfile.Virtual {
		return 0
	}
	i, ok := p.index[a.IBAN]
	if !ok {
		i = uint32(len(p.ibans))
		p.ibans = append(p.ibans, a.IBAN)
		p.index[a.IBAN] = i
	}
	return i + 1
}

func (p *plan) dateIndex(date string) uint16 {
	i, ok := p.dateOf[date]
	if !ok {
		i = uint16(len(p.dates)) // dates lie within some 367 days: the age limit is an error
		p.dates = append(p.dates, date)
		p.dateOf[date] = i
	}
	return i
}

// phase orders the directions: credits, internal, debits, own charges, and what cannot be posted at all. Nobody is short for
// money that is in the same file.
func phase(d bankfile.Direction) int {
	switch d {
	case bankfile.Credit, bankfile.Unallocated, bankfile.Funding:
		return 0
	case bankfile.Internal:
		return 1
	case bankfile.Debit, bankfile.Sweep:
		return 2
	case bankfile.Charges:
		return 3
	default:
		return 4
	}
}

// sort brings the plan into the order of execution: by phase, credits by payee and debits by payer, so that a balance's row
// changes about once per file, internal transfers by line, file order within a balance. numbers gives the balance of each
// IBAN of the plan (0: unknown).
func (p *plan) sort(numbers []bank.BalanceNo) {
	key := func(e entry) (int, bank.BalanceNo, uint32) {
		ph, side := phase(e.direction), e.payee
		if ph == 1 || ph > 2 {
			return ph, 0, 0
		}
		if ph == 2 {
			side = e.payer
		}
		if side == 0 {
			return ph, 0, 0
		}
		return ph, numbers[side-1], side
	}
	slices.SortFunc(p.entries, func(a, b entry) int {
		ap, an, as := key(a)
		bp, bn, bs := key(b)
		switch {
		case ap != bp:
			return ap - bp
		case an != bn:
			return int(an - bn)
		case as != bs:
			return int(as) - int(bs)
		}
		return int(a.line) - int(b.line)
	})
}

// planVersion starts every packed chunk.
const planVersion = 1

// pack writes entries as one chunk: a version, the IBANs and dates that occur, then each entry as numbers (varints).
func (p *plan) pack(entries []entry) []byte {
	local, buf := map[uint32]uint64{0: 0}, []byte(nil)
	number := func(i uint32) uint64 {
		n, ok := local[i]
		if !ok {
			n = uint64(len(local))
			local[i] = n
			text := p.ibans[i-1].String()
			buf = append(append(buf, byte(len(text))), text...)
		}
		return n
	}
	body := make([]byte, 0, 16*len(entries))
	for _, e := range entries {
		body = binary.AppendUvarint(body, uint64(e.line))
		body = append(body, byte(e.direction))
		body = binary.AppendUvarint(body, uint64(e.date))
		body = binary.AppendUvarint(body, number(e.payer))
		body = binary.AppendUvarint(body, number(e.payee))
		body = binary.AppendUvarint(body, uint64(e.amount))
	}
	out := []byte{planVersion}
	out = binary.AppendUvarint(out, uint64(len(local)-1))
	out = append(out, buf...)
	out = binary.AppendUvarint(out, uint64(len(p.dates)))
	for _, d := range p.dates {
		out = append(append(out, byte(len(d))), d...)
	}
	out = binary.AppendUvarint(out, uint64(len(entries)))
	return append(out, body...)
}

// chunk is a packed chunk, read back.
type chunk struct {
	ibans   []string
	dates   []string
	entries []entry
}

var errPlan = errors.New("the stored plan is damaged")

// unpack reads what pack wrote.
func unpack(b []byte) (chunk, error) {
	r := &unpacker{b: b}
	if v := r.byte(); v != planVersion {
		return chunk{}, fmt.Errorf("%w: version %d", errPlan, v)
	}
	var c chunk
	c.ibans = r.texts()
	c.dates = r.texts()
	n := r.number()
	if r.bad || n > uint64(len(b)) {
		return chunk{}, errPlan
	}
	c.entries = make([]entry, n)
	for i := range c.entries {
		e := &c.entries[i]
		e.line, e.direction, e.date = uint32(r.number()), bankfile.Direction(r.byte()), uint16(r.number())
		e.payer, e.payee, e.amount = uint32(r.number()), uint32(r.number()), int64(r.number())
		if r.bad || int(e.date) >= len(c.dates) || int(e.payer) > len(c.ibans) || int(e.payee) > len(c.ibans) {
			return chunk{}, fmt.Errorf("%w: entry %d", errPlan, i)
		}
	}
	return c, nil
}

// unpacker reads numbers and texts and remembers whether the bytes ran out.
type unpacker struct {
	b   []byte
	bad bool
}

func (r *unpacker) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *unpacker) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *unpacker) texts() []string {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	list := make([]string, n)
	for i := range list {
		length := int(r.byte())
		if length > len(r.b) {
			r.bad = true
			return nil
		}
		list[i], r.b = string(r.b[:length]), r.b[length:]
	}
	return list
}
