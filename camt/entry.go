package camt

import (
	"bytes"
	"strconv"

	"ims/bankfile"
)

// What is held of the details of one entry until they are added up. What goes beyond is read again (again.go).
const (
	heldDetails = 1000
	heldBytes   = 4 << 20
)

// The marks: where the bank booked, as seen from the account.
const (
	credited = "CRDT"
	debited  = "DBIT"
)

// detail is a TxDtls as it was read.
type detail struct {
	values values
	start  int64  // offset in the file
	raw    []byte // as received, valid until the next step
	whole  bool   // raw is not cut
}

func (d *detail) begin(w *walker) {
	d.values.reset()
	d.start, w.src.from = w.src.token, w.src.token
}

func (d *detail) end(w *walker) {
	d.raw, d.whole = w.src.kept(w.offset())
	w.src.from = -1
}

// set makes d a copy.
func (d *detail) set(from *detail) {
	d.values.set(&from.values)
	d.raw, d.whole = append(d.raw[:0], from.raw...), from.whole
}

// entry is an Ntry: its own values, its first details, and what all of them add up to.
type entry struct {
	values  values
	head    []byte // as received: up to its details, or all of it where it has none
	whole   bool   // head is not cut
	headEnd int64  // offset where its details begin; 0: nowhere

	held   []detail
	bytes  int     // that held takes
	count  int     // of details
	resume int64   // offset of the first detail that is not held; 0: all are
	within []frame // what that one stands in
	next   int     // detail to be handed out

	credits, debits, unmarked int64 // sums of the details' amounts
	broken                    bool  // one cannot be read
	facts                     facts
}

// facts are what an entry says of all its details.
type facts struct {
	amount   int64
	fault    bankfile.Code // of the amount
	mark     string
	single   bool  // one detail: its money is the entry's, whatever it says of charges or of another currency
	mismatch bool  // the details are not what was booked
	sum      int64 // of the details
	promised int   // details that the entry says it has
	account  bankfile.Account
}

func (e *entry) begin(w *walker) {
	*e = entry{values: e.values, head: e.head[:0], held: e.held[:0]}
	e.values.reset()
	w.src.from = w.src.token
}

// details marks where the first NtryDtls begins.
func (e *entry) details(w *walker) {
	if e.headEnd == 0 {
		e.headEnd = w.src.token
	}
}

// endHead keeps what stands before the first detail.
func (e *entry) endHead(w *walker) {
	if e.count == 0 {
		e.keepHead(w, e.headEnd)
	}
}

func (e *entry) keepHead(w *walker, to int64) {
	raw, whole := w.src.kept(to)
	e.head, e.whole = append(e.head[:0], raw...), whole
	w.src.from = -1
}

// add takes a detail: always into the sums, and into what is held as long as there is room.
func (e *entry) add(d *detail, w *walker, j *judge) {
	e.count++
	size := len(d.values.buf) + len(d.raw)
	switch {
	case e.resume != 0:
	case len(e.held) < heldDetails && e.bytes+size <= heldBytes:
		e.bytes += size
		e.hold(d)
	default:
		e.resume, e.within = d.start, append([]frame(nil), w.stack...)
	}
	n, code, _ := j.detailAmount(&d.values)
	sum := &e.unmarked
	switch string(d.values.of(mark)) {
	case credited:
		sum = &e.credits
	case debited:
		sum = &e.debits
	}
	*sum += n
	e.broken = e.broken || code != "" || *sum > mostBooked
}

// hold copies a detail into memory that an earlier entry has left.
func (e *entry) hold(d *detail) {
	if len(e.held) < cap(e.held) {
		e.held = e.held[:len(e.held)+1]
	} else {
		e.held = append(e.held, detail{})
	}
	e.held[len(e.held)-1].set(d)
}

// conclude compares the entry with its details.
func (e *entry) conclude(j *judge) {
	f := &e.facts
	f.amount, f.fault, _ = j.booked(&e.values)
	f.mark = string(e.values.of(mark))
	f.promised = int(total(e.values.of(batchCount), 0))
	f.sum = e.unmarked + e.credits - e.debits
	if f.mark == debited {
		f.sum = e.unmarked + e.debits - e.credits
	}
	f.single = e.count == 1 && f.promised <= 1 && len(e.held) == 1
	switch {
	case e.count == 0 || f.fault != "":
	case f.single:
		d := &e.held[0].values
		n, code, _ := j.detailAmount(d)
		f.mismatch = code == "" && n != f.amount && !j.charged(n-f.amount, d, &e.values) || opposite(d.of(mark), f.mark)
	default:
		f.mismatch = e.broken || f.sum != f.amount
	}
}

// opposite tells whether a single detail contradicts its entry about the side. Its money is what the entry booked, so it would be
// counted on the one side and posted on the other.
func opposite(own []byte, entry string) bool {
	return string(own) == credited && entry == debited || string(own) == debited && entry == credited
}

// charged tells whether charges that the bank names explain a difference.
func (j *judge) charged(difference int64, detail, entry *values) bool {
	difference = max(difference, -difference)
	return total(detail.of(charges), j.opt.Decimals) == difference || total(entry.of(charges), j.opt.Decimals) == difference
}

// total adds up joined numbers; what cannot be read counts as nothing.
func total(text []byte, decimals int) (sum int64) {
	for word := range bytes.FieldsSeq(text) {
		if n, code := parseAmount(word, decimals); code == "" && sum < mostBooked {
			sum += n
		}
	}
	return sum
}

// booked reads the amount of an entry.
func (j *judge) booked(v *values) (n int64, code bankfile.Code, shown string) {
	if c := v.of(amountCurrency); len(v.of(amount)) > 0 && string(c) != j.opt.Currency {
		return 0, bankfile.RecordCurrency, string(c)
	}
	n, code = parseAmount(v.of(amount), j.opt.Decimals)
	return n, code, string(v.of(amount))
}

// detailAmount reads the amount of a detail in the currency of the account: its own, or in version 02 that of the
// transaction. The text is what to show of a fault.
func (j *judge) detailAmount(v *values) (n int64, code bankfile.Code, shown string) {
	other := ""
	for _, f := range [...]struct{ amount, currency field }{{amount, amountCurrency}, {txAmount, txAmountCurrency}} {
		text := v.of(f.amount)
		if len(text) == 0 {
			continue
		}
		if c := v.of(f.currency); string(c) != j.opt.Currency {
			other = string(c)
			continue
		}
		n, code = parseAmount(text, j.opt.Decimals)
		return n, code, string(text)
	}
	if other != "" {
		return 0, bankfile.RecordCurrency, other
	}
	return 0, bankfile.RecordAmountMissing, ""
}

// appendRaw makes the element of a record: the entry, and of its details only this one.
func (e *entry) appendRaw(b []byte, d *detail) []byte {
	b = append(b, e.head...)
	if d == nil || !e.whole {
		return b
	}
	prefix, _, _ := bytes.Cut(e.head, []byte("Ntry"))
	prefix = bytes.TrimPrefix(prefix, []byte{'<'})
	wrap := func(opening, name string) { b = append(append(append(append(b, opening...), prefix...), name...), '>') }
	wrap("<", "NtryDtls")
	b = append(b, d.raw...)
	wrap("</", "NtryDtls")
	wrap("</", "Ntry")
	return b
}

// number is what tells one detail from the others of its entry.
func (e *entry) number(own []byte) string {
	if len(own) > 0 {
		return string(own)
	}
	return strconv.Itoa(e.next + 1)
}
