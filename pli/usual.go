package pli

import (
	"bytes"

	"ims/bankfile"
	"ims/iban"
)

// The usual line. Nearly all lines of nearly all files are transfers of 15 or 16 fields with nothing to be said about
// them. Here they are read straight through, each field judged where it is found: its place follows from the widths of
// those before it, so that the processor need not wait for one search to begin the next.
//
// This way knows no findings. It says yes only to a line that the careful way would read alike without a single finding,
// and no to every other, about which the careful way then decides (FuzzUsual compares the two).

// usual reads a usual line into the record; after false the record holds anything.
func (p *parser) usual(text []byte) bool {
	if p.control || !p.transfers {
		return false
	}
	p.tokens.line, p.tokens.doubled = text, 0
	i := p.usualHead(text)
	if i == 0 {
		return false
	}
	if i = p.usualSides(text, i); i == 0 {
		return false
	}
	return p.usualEnd(text, i) && p.usualTexts()
}

// usualHead reads fields 1 to 5 and returns where field 6 begins; like all here, 0 for no.
func (p *parser) usualHead(text []byte) int {
	kind, i := fixed(text, 0, 3)
	if i == 0 || string(text[kind:kind+3]) != "110" {
		return 0
	}
	date, i := fixed(text, i, dateDigits)
	if i == 0 {
		return 0
	}
	day := p.days.Read(text[date : date+dateDigits])
	if day.Fault != "" || p.today != 0 && (day.Number > p.today || p.today-day.Number > p.opt.MaxAgeDays) {
		return 0
	}
	p.rec.Type, p.rec.Date = "110", day.Text
	p.tokens.field[fieldType] = span(kind, kind+3)
	p.tokens.field[fieldDate] = span(date, date+dateDigits)
	if i = p.usualAmount(text, i); i == 0 {
		return 0
	}
	if i = p.usualField(fieldPayerBank, text, i, bankDigits); i == 0 {
		return 0
	}
	return p.usualConstant(fieldConstant1, text, i)
}

// usualAmount reads an amount without leading zeros.
func (p *parser) usualAmount(text []byte, i int) int {
	quotes := 0
	if i < len(text) && text[i] == '"' {
		quotes = 1
	}
	start, n := i+quotes, int64(0)
	for i = start; i < len(text) && text[i]-'0' <= 9 && i < start+amountDigits; i++ {
		n = n*10 + int64(text[i]-'0')
	}
	p.rec.Amount = n
	p.tokens.field[fieldAmount] = span(start, i)
	next := i + quotes
	if i == start || text[start] == '0' || n > p.opt.MaxAmount || next >= len(text) || text[next] != ',' || quotes == 1 && text[i] != '"' {
		return 0
	}
	return next + 1
}

// usualSides reads fields 6 to 11 and returns where field 12 begins.
func (p *parser) usualSides(text []byte, i int) int {
	if i = p.usualAccount(fieldPayer, text, i, &p.rec.Payer); i == 0 {
		return 0
	}
	if i = p.usualAccount(fieldPayee, text, i, &p.rec.Payee); i == 0 {
		return 0
	}
	if i = p.usualName(fieldPayerName, text, i, p.rec.Payer.Kind, &p.name1); i == 0 {
		return 0
	}
	if i = p.usualName(fieldPayeeName, text, i, p.rec.Payee.Kind, &p.name2); i == 0 {
		return 0
	}
	if i = p.usualPayeeBank(text, i); i == 0 || !p.usualBank(fieldPayerBank, fieldPayer) {
		return 0
	}
	bankfile.Settle(&p.rec.Payer, &p.rec.Payee)
	d := bankfile.DirectionOf(p.rec.Payer.Kind, p.rec.Payee.Kind)
	p.rec.Direction = d
	if d == bankfile.Unknown || d == bankfile.Unallocated || p.rec.Payer == p.rec.Payee {
		return 0
	}
	return i
}

// usualEnd reads fields 12 to 16, of which the last may be missing, to the end of the line.
func (p *parser) usualEnd(text []byte, i int) bool {
	if i = p.usualText(fieldTitle, text, i, &p.title); i == 0 {
		return false
	}
	if i = p.usualClass(text, i); i == 0 {
		return false
	}
	t := &p.tokens
	t.count, t.field[fieldTaxNumber] = fieldClass, bankfile.Span{}
	if i <= len(text) {
		t.count, i = fieldReference, p.usualText(fieldReference, text, i, &p.reference)
	} else {
		p.reference, t.field[fieldReference] = joined{}, bankfile.Span{}
	}
	p.rec.Spans = t.field[1 : t.count+1]
	return i > len(text)
}

// usualPayeeBank reads fields 10 and 11.
func (p *parser) usualPayeeBank(text []byte, i int) int {
	own := p.rec.Payee.Kind != bankfile.External
	if own {
		next := p.again(&p.known.bank, fieldConstant2, text, i)
		if next > 0 && string(p.tokens.raw(fieldPayeeBank)) == string(p.tokens.raw(fieldPayee)[2:2+bankDigits]) {
			return next
		}
	}
	next := p.usualConstant(fieldConstant2, text, i)
	if next == 0 {
		return 0
	}
	if next = p.usualField(fieldPayeeBank, text, next, bankDigits); next == 0 || !p.usualBank(fieldPayeeBank, fieldPayee) {
		return 0
	}
	if own {
		p.remember(&p.known.bank, fieldConstant2, 2, text[i:next], i)
	}
	return next
}

// usualClass reads fields 13 to 15, of which the first two are empty.
func (p *parser) usualClass(text []byte, i int) int {
	if next := p.again(&p.known.class.run, fieldCheque, text, i); next > 0 {
		p.rec.Class = p.known.class.class
		return next
	}
	next := p.usualField(fieldCheque, text, i, 0)
	if next == 0 {
		return 0
	}
	if next = p.usualField(fieldComplaint, text, next, 0); next == 0 {
		return 0
	}
	if next = p.usualCode(fieldClass, text, next); next == 0 {
		return 0
	}
	class, known := internClass(p.tokens.raw(fieldClass))
	if !known || splitPaymentClass(class) || directDebitClass(class) || class == "71" {
		return 0
	}
	p.rec.Class = class
	if next <= len(text) {
		p.remember(&p.known.class.run, fieldCheque, 3, text[i:next], i)
		p.known.class.class = class
	}
	return next
}

// usualTexts reports whether there is nothing to say about the texts.
func (p *parser) usualTexts() bool {
	r := &p.rec
	r.PayerName, r.PayeeName, r.Title, r.Reference = p.name1.text, p.name2.text, p.title.text, p.reference.text
	d := r.Direction
	return fitting(&p.name1, d == bankfile.Credit) && fitting(&p.name2, d == bankfile.Debit || d == bankfile.Charges) &&
		fitting(&p.title, true) && fitting(&p.reference, false) && r.Title[0] != '/'
}

func fitting(j *joined, needed bool) bool {
	return j.longest <= longestTextLine && j.lines <= mostTextLines && !j.odd && (j.text != "" || !needed)
}

// usualAccount reads an account of 26 digits.
func (p *parser) usualAccount(n int, text []byte, i int, a *bankfile.Account) int {
	start, i := fixed(text, i, nrbDigits)
	if i == 0 {
		return 0
	}
	b := text[start : start+nrbDigits]
	number, ok := iban.NRB(b)
	if !ok {
		return 0
	}
	p.tokens.field[n] = span(start, start+nrbDigits)
	a.IBAN, a.Kind = number, p.own.Polish(b[2:])
	return i
}

// usualBank reports a bank number that is empty or the account's own and right.
func (p *parser) usualBank(bank, account int) bool {
	b := p.tokens.raw(bank)
	if len(b) == 0 {
		return true
	}
	return [bankDigits]byte(b) == [bankDigits]byte(p.tokens.raw(account)[2:]) && sortCode(b)
}

// usualConstant reads a field that is 0 or empty.
func (p *parser) usualConstant(n int, text []byte, i int) int {
	if i = p.usualField(n, text, i, 1); i == 0 {
		return 0
	}
	if b := p.tokens.raw(n); len(b) > 0 && b[0] != '0' {
		return 0
	}
	return i
}

// usualField reads a field of the given width, or an empty one.
func (p *parser) usualField(n int, text []byte, i, width int) int {
	start, next := fixed(text, i, width)
	if next == 0 {
		width = 0
		start, next = fixed(text, i, 0)
	}
	p.tokens.field[n] = span(start, start+width)
	return next
}

// usualCode reads a short field and returns where the next one begins: behind the line's end, if it is the last.
func (p *parser) usualCode(n int, text []byte, i int) int {
	start, end, next := simpleField(text, i)
	p.tokens.field[n] = span(start, end)
	return next + 1
}

// run is some fields in a row that the last usual lines had alike, with quotes and the comma behind them. Where they come
// again, they need not be read again.
type run struct {
	bytes  []byte
	fields [3]bankfile.Span // where in bytes
	count  int
}

// again reads the fields of a run, the first of which is field n; 0 if others are there.
func (p *parser) again(r *run, n int, text []byte, i int) int {
	if r.count == 0 || i >= len(text) || !bytes.HasPrefix(text[i:], r.bytes) {
		return 0
	}
	for k, x := range r.fields[:r.count] {
		p.tokens.field[n+k] = span(int(x.Start)+i, int(x.End)+i)
	}
	return i + len(r.bytes)
}

// remember makes a run of the fields from n on, which have just been read at i.
func (p *parser) remember(r *run, n, count int, fields []byte, i int) {
	r.bytes, r.count = append(r.bytes[:0], fields...), count
	for k, x := range p.tokens.field[n : n+count] {
		r.fields[k] = span(int(x.Start)-i, int(x.End)-i)
	}
}

// memory is what a parser knows of the last usual lines. All of it follows from the bytes of a run alone, so that no record
// is judged by its neighbours.
type memory struct {
	name struct { // of an account of ours
		run
		joined
	}
	bank  run // fields 10 and 11 beside an account of ours
	class struct {
		run
		class string
	}
}

// usualName reads the name of an account's holder as usualText does. One of ours is known from the record before.
func (p *parser) usualName(n int, text []byte, i int, kind bankfile.Kind, to *joined) int {
	if kind == bankfile.External {
		return p.usualText(n, text, i, to)
	}
	own := &p.known.name
	if next := p.again(&own.run, n, text, i); next > 0 {
		*to = own.joined
		return next
	}
	next := p.usualText(n, text, i, to)
	if next > 0 && next <= len(text) {
		p.remember(&own.run, n, 1, text[i:next], i)
		own.joined = *to
	}
	return next
}

// usualText reads and decodes a field of text and returns where the next one begins, as usualCode.
func (p *parser) usualText(n int, text []byte, i int, to *joined) int {
	start, end, next := textField(text, i)
	if next < 0 {
		return 0
	}
	p.tokens.field[n] = span(start, end)
	if n == fieldTitle && structured(text[start:end]) {
		return 0
	}
	p.joinText(p.tokens.field[n], to)
	return next + 1
}

// textField is simpleField for texts, whose quote is farther away: the search of the standard library is faster there.
func textField(text []byte, i int) (start, end, next int) {
	if i >= len(text) || text[i] != '"' {
		return simpleField(text, i)
	}
	start = i + 1
	n := bytes.IndexByte(text[start:], '"')
	end, next = start+n, start+n+1
	if n < 0 || next < len(text) && text[next] != ',' || n > 0 && (blank(text[start]) || blank(text[end-1])) {
		return 0, 0, -1
	}
	return start, end, next
}

// fixed returns where the content of the field at i begins if it is width bytes long, and where the next field begins.
// What the content is must be judged by the caller: it may hold a quote or a comma.
func fixed(text []byte, i, width int) (start, next int) {
	end := i + width
	if i < len(text) && text[i] == '"' {
		if end+2 < len(text) && text[end+1] == '"' && text[end+2] == ',' {
			return i + 1, end + 3
		}
		return 0, 0
	}
	if end < len(text) && text[end] == ',' {
		return i, end + 1
	}
	return 0, 0
}

func span(start, end int) bankfile.Span { return bankfile.Span{Start: int32(start), End: int32(end)} }
