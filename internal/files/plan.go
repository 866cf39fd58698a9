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
	direction    bankfile.Direction
	dates        index24 // into plan.dates
}

// index24 is an index below 2^22, for a file has at most a million records, so not more pairs of dates either; the two bits
// above hold the mark of the record.
type index24 [3]byte

func newIndex24(i int) index24 { return index24{byte(i), byte(i >> 8), byte(i >> 16)} }

func (i index24) value() int { return int(i[0]) | int(i[1])<<8 | int(i[2]&0x3f)<<16 }

func (i index24) mark() mark { return mark(i[2] >> markShift) }

func (i index24) marked(m mark) index24 {
	i[2] |= byte(m) << markShift
	return i
}

// mark tells what a credit says of itself.
type mark byte

const (
	unmarked     mark = iota
	comesBack         // it brings a payment back
	namesAnOrder      // and gives the reference of one of our orders

	// markShift is where the mark stands in a byte; directions are below 2^6.
	markShift = 6
)

// markOf is the mark of a record without errors.
func markOf(r *bankfile.Record) mark {
	switch {
	case r.Direction != bankfile.Credit && r.Direction != bankfile.Unallocated || !saysReturn(r):
		return unmarked
	case slices.ContainsFunc(referencesOf(r.Reference, r.OperationNumber, r.Title), isReference):
		return namesAnOrder
	default:
		return comesBack
	}
}

// dates are the booking date and the value date of a record, empty if it is the booking date.
type dates struct{ booking, value string }

// plan is what validation leaves for execution: every record that has an outcome, in the order of execution.
type plan struct {
	ibans   []iban.IBAN
	index   map[iban.IBAN]uint32
	dates   []dates
	datesOf map[dates]index24
	entries []entry
}

func newPlan() *plan {
	return &plan{index: map[iban.IBAN]uint32{}, datesOf: map[dates]index24{}}
}

// add appends a record. One with an error keeps only its line and amount: bankfile.Unknown is the direction of the unreadable.
func (p *plan) add(r *bankfile.Record) {
	e := entry{line: uint32(r.Line), amount: r.Amount, direction: bankfile.Unknown}
	var d dates
	if r.OK() {
		e.direction, e.payer, e.payee, d = r.Direction, p.own(r.Payer), p.own(r.Payee), dates{r.Date, r.ValueDate}
	}
	e.dates = p.datesIndex(d)
	if e.direction != bankfile.Unknown {
		e.dates = e.dates.marked(markOf(r))
	}
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

func (p *plan) datesIndex(d dates) index24 {
	if d.value == d.booking {
		d.value = ""
	}
	i, ok := p.datesOf[d]
	if !ok {
		i = newIndex24(len(p.dates))
		p.dates = append(p.dates, d)
		p.datesOf[d] = i
	}
	return i
}

// phase orders the entries: credits, internal, debits, own charges, what brings one of our orders back, for which its debit
// must have been booked, and what cannot be posted at all. Nobody is short for other money that is in the same file.
func phase(e entry) int {
	if e.dates.mark() == namesAnOrder {
		return 4
	}
	switch e.direction {
	case bankfile.Credit, bankfile.Unallocated, bankfile.Funding:
		return 0
	case bankfile.Internal:
		return 1
	case bankfile.Debit, bankfile.Sweep:
		return 2
	case bankfile.Charges:
		return 3
	default:
		return 5
	}
}

// sort brings the plan into the order of execution: by phase, credits by payee and debits by payer, so that a balance's row
// changes about once per file, internal transfers by line, file order within a balance. numbers gives the balance of each
// IBAN of the plan (0: unknown).
func (p *plan) sort(numbers []bank.BalanceNo) {
	key := func(e entry) (int, bank.BalanceNo, uint32) {
		ph, side := phase(e), e.payee
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

// planVersion starts every packed chunk. Those of version 1 had booking dates only, those of version 2 no marks.
const planVersion = 3

// pack writes entries as one chunk: a version, the IBANs and the dates that occur, then each entry as numbers (varints). A
// booking date and a value date are one text of twice the length.
func (p *plan) pack(entries []entry) []byte {
	var ibans, days texts
	body := make([]byte, 0, 16*len(entries))
	account := func(i uint32) uint64 {
		if i == 0 {
			return 0
		}
		return ibans.number(i, func() string { return p.ibans[i-1].String() }) + 1
	}
	for _, e := range entries {
		d := e.dates.value()
		body = binary.AppendUvarint(body, uint64(e.line))
		body = append(body, byte(e.direction)|byte(e.dates.mark())<<markShift)
		body = binary.AppendUvarint(body, days.number(uint32(d), func() string { return p.dates[d].booking + p.dates[d].value }))
		body = binary.AppendUvarint(body, account(e.payer))
		body = binary.AppendUvarint(body, account(e.payee))
		body = binary.AppendUvarint(body, uint64(e.amount))
	}
	out := []byte{planVersion}
	out = ibans.append(out)
	out = days.append(out)
	out = binary.AppendUvarint(out, uint64(len(entries)))
	return append(out, body...)
}

// texts are those that occur in a chunk, in the order of their first use.
type texts struct {
	numbers map[uint32]uint64
	packed  []byte
}

// number returns the place in the chunk of what is the i-th in the whole plan.
func (t *texts) number(i uint32, text func() string) uint64 {
	n, ok := t.numbers[i]
	if !ok {
		if t.numbers == nil {
			t.numbers = map[uint32]uint64{}
		}
		n = uint64(len(t.numbers))
		t.numbers[i] = n
		s := text()
		t.packed = append(append(t.packed, byte(len(s))), s...)
	}
	return n
}

func (t *texts) append(b []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(t.numbers))), t.packed...)
}

// chunk is a packed chunk, read back.
type chunk struct {
	ibans   []string
	dates   []dates
	entries []entry
}

var errPlan = errors.New("the stored plan is damaged")

// unpack reads what pack wrote.
func unpack(b []byte) (chunk, error) {
	r := &unpacker{b: b}
	if v := r.byte(); v < 1 || v > planVersion {
		return chunk{}, fmt.Errorf("%w: version %d", errPlan, v)
	}
	var c chunk
	c.ibans = r.texts()
	c.dates = r.dates()
	n := r.number()
	if r.bad || n > uint64(len(b)) {
		return chunk{}, errPlan
	}
	c.entries = make([]entry, n)
	for i := range c.entries {
		e := &c.entries[i]
		e.line = uint32(r.number())
		kind := r.byte()
		e.direction, e.dates = bankfile.Direction(kind&(1<<markShift-1)), newIndex24(int(r.number())).marked(mark(kind>>markShift))
		e.payer, e.payee, e.amount = uint32(r.number()), uint32(r.number()), int64(r.number())
		if r.bad || e.dates.value() >= len(c.dates) || int(e.payer) > len(c.ibans) || int(e.payee) > len(c.ibans) {
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

// dates reads texts of one date or of two.
func (r *unpacker) dates() []dates {
	list := r.texts()
	pairs := make([]dates, len(list))
	for i, text := range list {
		n := min(len(text), len("2006-01-02"))
		pairs[i] = dates{booking: text[:n], value: text[n:]}
	}
	return pairs
}
