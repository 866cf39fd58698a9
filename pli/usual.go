package pli

import (
	"slices"

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
	p.scratch = p.scratch[:0]
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
	amount, end, i := simpleField(text, i)
	n, fault := readAmount(text[amount:end])
	if i < 0 || fault != "" || n > p.opt.MaxAmount || text[amount] == '0' {
		return 0
	}
	p.rec.Type, p.rec.Date, p.rec.Amount = "110", day.Text, n
	p.tokens.field[fieldType] = span(kind, kind+3)
	p.tokens.field[fieldDate] = span(date, date+dateDigits)
	p.tokens.field[fieldAmount] = span(amount, end)
	if i = p.usualField(fieldPayerBank, text, i+1, bankDigits); i == 0 {
		return 0
	}
	return p.usualConstant(fieldConstant1, text, i)
}

// usualSides reads fields 6 to 11 and returns where field 12 begins.
func (p *parser) usualSides(text []byte, i int) int {
	if i = p.usualAccount(fieldPayer, text, i, &p.rec.Payer); i == 0 {
		return 0
	}
	if i = p.usualAccount(fieldPayee, text, i, &p.rec.Payee); i == 0 {
		return 0
	}
	if i = p.usualText(fieldPayerName, text, i, &p.name1); i == 0 {
		return 0
	}
	if i = p.usualText(fieldPayeeName, text, i, &p.name2); i == 0 {
		return 0
	}
	if i = p.usualConstant(fieldConstant2, text, i); i == 0 {
		return 0
	}
	if i = p.usualField(fieldPayeeBank, text, i, bankDigits); i == 0 || !p.usualBank(fieldPayerBank, fieldPayer) || !p.usualBank(fieldPayeeBank, fieldPayee) {
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
	if i = p.usualField(fieldCheque, text, i, 0); i == 0 {
		return false
	}
	if i = p.usualField(fieldComplaint, text, i, 0); i == 0 {
		return false
	}
	if i = p.usualCode(fieldClass, text, i); i == 0 {
		return false
	}
	t := &p.tokens
	p.operation, p.reference, p.taxNumber = joined{}, joined{}, joined{}
	t.count, t.field[fieldReference], t.field[fieldTaxNumber] = fieldClass, bankfile.Span{}, bankfile.Span{}
	if i <= len(text) {
		t.count, i = fieldReference, p.usualText(fieldReference, text, i, &p.reference)
	}
	p.rec.Spans = t.field[1 : t.count+1]
	class, known := internClass(t.raw(fieldClass))
	p.rec.Class = class
	return known && i > len(text) && !splitPaymentClass(class) && !directDebitClass(class) && class != "71"
}

// usualTexts reports whether there is nothing to say about the texts.
func (p *parser) usualTexts() bool {
	p.takeTexts()
	r := &p.rec
	d := r.Direction
	return fitting(&p.name1, d == bankfile.Credit) && fitting(&p.name2, d == bankfile.Debit || d == bankfile.Charges) &&
		fitting(&p.title, true) && fitting(&p.reference, false) && r.Title[0] != '/'
}

func fitting(j *joined, needed bool) bool {
	return j.longest <= longestTextLine && j.lines <= mostTextLines && !j.odd && (j.end > j.start || !needed)
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

// usualText reads and decodes a field of text and returns where the next one begins, as usualCode.
func (p *parser) usualText(n int, text []byte, i int, to *joined) int {
	if i >= len(text) || text[i] != '"' {
		next := p.usualCode(n, text, i)
		p.join(n, to)
		return next
	}
	start := i + 1
	p.scratch = slices.Grow(p.scratch, len(text)-start+glanceRoom)
	g := glanceAt(text, start, p.scratch[len(p.scratch):cap(p.scratch)])
	end := start + len(g.text)
	if end == len(text) || end+1 < len(text) && text[end+1] != ',' || end > start && (blank(text[start]) || blank(text[end-1])) {
		return 0
	}
	p.tokens.field[n] = span(start, end)
	how := joining{tagged: n == fieldTitle && structured(g.text)}
	if g.simple() && !how.tagged {
		p.scratch = g.take(p.scratch, to)
	} else {
		p.scratch = joinAny(p.scratch, g.text, p.enc, how, to)
	}
	return end + 2
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
