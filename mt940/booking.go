package mt940

import (
	"bytes"

	"ims/bankfile"
)

// mark says which way the money of a :61: goes.
type mark string

// The marks. A reversal takes a booking back: RC takes out what a credit brought.
const (
	credit        mark = "C"
	debit         mark = "D"
	reverseCredit mark = "RC"
	reverseDebit  mark = "RD"
	expectCredit  mark = "EC"
	expectDebit   mark = "ED"
)

func (m mark) incoming() bool { return m == credit || m == reverseDebit || m == expectCredit }
func (m mark) expected() bool { return m == expectCredit || m == expectDebit }
func (m mark) reversal() bool { return m == reverseCredit || m == reverseDebit }

// booking reads the :61: in p.raw: value date, entry date, mark, funds code, amount, type code, references. What follows a
// part that cannot be read cannot be found either.
func (p *parser) booking() {
	p.mark, p.amount, p.summed = "", 0, false
	value := p.raw[len(element61):p.cut]
	line, _, _ := bytes.Cut(value, []byte("\r\n"))
	p.line = line
	rest, ok := p.dates(line)
	if !ok {
		return
	}
	if rest, ok = p.readMark(rest); !ok {
		return
	}
	if rest, ok = p.readSum(rest); !ok {
		return
	}
	p.references(p.readType(rest))
}

// dates reads YYMMDD and perhaps MMDD.
func (p *parser) dates(b []byte) (rest []byte, ok bool) {
	if len(b) < 6 || !bankfile.DigitsOnly(b[:6]) {
		p.find(bankfile.RecordDateFormat, element61, p.shown(b[:min(len(b), 10)]), bankfile.Params{})
		return nil, false
	}
	value, booked := p.day(b[:6]), bankfile.Day{}
	if rest = b[6:]; len(rest) >= 4 && bankfile.DigitsOnly(rest[:4]) {
		booked = p.entryDay(value, rest[:4])
		b, rest = b[:10], rest[4:]
	} else {
		b, booked = b[:6], value
	}
	p.rec.ValueDate, p.rec.Date = value.Text, booked.Text
	switch {
	case value.Fault != "" || booked.Fault != "":
		p.find(bankfile.RecordDateInvalid, element61, string(b), bankfile.Params{})
	case p.today == 0:
	case booked.Number > p.today:
		p.find(bankfile.RecordDateFuture, element61, booked.Text, bankfile.Params{})
	case p.today-booked.Number > p.opt.MaxAgeDays:
		p.find(bankfile.RecordDateTooOld, element61, booked.Text, bankfile.Params{Limit: int64(p.opt.MaxAgeDays)})
	}
	return rest, true
}

// day reads YYMMDD. SWIFT: years from 80 on are those of the twentieth century.
func (p *parser) day(b []byte) bankfile.Day {
	century := "20"
	if b[0] >= '8' {
		century = "19"
	}
	return *p.days.Read(append(append(make([]byte, 0, 8), century...), b...))
}

// entryDay gives MMDD the year that brings it nearest to the value date: money booked on 31 December may count from 2 January,
// and the reverse.
func (p *parser) entryDay(value bankfile.Day, b []byte) bankfile.Day {
	if value.Fault != "" {
		return value
	}
	year := bankfile.Number([]byte(value.Text[:4]))
	for _, y := range [...]int{year, year - 1, year + 1} { // two days that differ in the year only share a place of the calendar
		text := [8]byte{byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10)}
		copy(text[4:], b)
		if d := *p.days.Read(text[:]); d.Fault == "" && distance(d, value) <= halfYear {
			return d
		}
	}
	return bankfile.Day{Fault: bankfile.RecordDateInvalid}
}

// halfYear is the most days that can lie between two days of which one has no year; 29 February may lie further.
const halfYear = 183

func distance(a, b bankfile.Day) int { return max(a.Number-b.Number, b.Number-a.Number) }

// readMark reads the mark and passes the funds code, one letter of the currency that may follow.
func (p *parser) readMark(b []byte) (rest []byte, ok bool) {
	for _, m := range [...]mark{credit, debit, reverseCredit, reverseDebit, expectCredit, expectDebit} {
		if bytes.HasPrefix(b, []byte(m)) {
			p.mark = m
		}
	}
	if p.mark == "" {
		p.find(bankfile.RecordMarkFormat, element61, p.shown(b[:min(len(b), 4)]), bankfile.Params{})
		return nil, false
	}
	if rest = b[len(p.mark):]; len(rest) > 0 && capitals(rest[:1]) {
		rest = rest[1:]
	}
	if p.rec.Reversal = p.mark.reversal(); p.rec.Reversal {
		p.find(bankfile.RecordReversal, element61, string(p.mark), bankfile.Params{})
	}
	return rest, true
}

// readSum reads the amount, which ends where the letter of the type code stands.
func (p *parser) readSum(b []byte) (rest []byte, ok bool) {
	end := bytes.IndexFunc(b, func(c rune) bool { return c >= 'A' && c <= 'Z' })
	if end < 0 {
		end = len(b)
	}
	n, fault := readAmount(b[:end], p.opt.Decimals)
	p.amount, p.summed = n, fault == "" || fault == bankfile.RecordAmountZero
	if n > p.opt.MaxAmount {
		fault = bankfile.RecordAmountTooLarge
	}
	switch fault {
	case "":
		p.rec.Amount = n
	case bankfile.RecordAmountTooLarge:
		p.find(fault, element61, p.enc.Text(b[:end]), bankfile.Params{Limit: p.opt.MaxAmount})
	default:
		p.find(fault, element61, p.shown(b[:end]), bankfile.Params{})
	}
	return b[end:], p.summed || fault == bankfile.RecordAmountTooLarge
}

// shown returns a part of the :61: for a finding; where there is none, the line in which it should stand.
func (p *parser) shown(b []byte) string {
	if len(b) == 0 {
		return element61 + p.enc.Text(p.line)
	}
	return p.enc.Text(b)
}

// amountDigits is the most that an amount has without its comma and zeros in front.
const amountDigits = 15

// readAmount reads digits with a comma among them, which is never left out, into minor units of a currency: exactly, so more
// decimals than the currency has are a fault, and fewer are not.
func readAmount(b []byte, decimals int) (int64, bankfile.Code) {
	whole, fraction, comma := bytes.Cut(b, []byte(","))
	switch {
	case len(b) == 0:
		return 0, bankfile.RecordAmountMissing
	case !comma || !bankfile.DigitsOnly(whole) || len(fraction) > 0 && !bankfile.DigitsOnly(fraction) || len(fraction) > decimals:
		return 0, bankfile.RecordAmountFormat
	}
	if whole = bytes.TrimLeft(whole, "0"); len(whole)+decimals > amountDigits {
		return 0, bankfile.RecordAmountTooLarge
	}
	n := int64(bankfile.Number(whole))
	for i := range decimals {
		n *= 10
		if i < len(fraction) {
			n += int64(fraction[i] - '0')
		}
	}
	if n == 0 {
		return 0, bankfile.RecordAmountZero
	}
	return n, ""
}

// readType reads N, S or F and three characters.
func (p *parser) readType(b []byte) (rest []byte) {
	if len(b) < 4 || bytes.IndexByte([]byte("NSF"), b[0]) < 0 || bytes.IndexFunc(b[:4], notCode) >= 0 {
		p.find(bankfile.RecordTypeFormat, element61, p.shown(b[:min(len(b), 4)]), bankfile.Params{})
		return b[min(len(b), 4):]
	}
	p.rec.Type = internType(b[:4])
	return b[4:]
}

func notCode(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }

// internType makes the text of a type code without allocating for the usual ones.
func internType(b []byte) string {
	for _, t := range [...]string{"NTRF", "NMSC", "NCHG", "NINT", "NDDT", "NSTO", "NRTI", "NCOM", "NBOE", "NCHK"} {
		if string(b) == t {
			return t
		}
	}
	return string(b)
}

// mostReference is how long each of the two references may be.
const mostReference = 16

// references reads the customer's reference and, behind two slashes, the bank's.
func (p *parser) references(b []byte) {
	ours, theirs, _ := bytes.Cut(b, []byte("//"))
	for _, x := range [...][]byte{ours, theirs} {
		if n := len(bytes.TrimSpace(x)); n > mostReference {
			p.find(bankfile.RecordReferenceTooLong, element61, p.enc.Text(x), bankfile.Params{Got: int64(n), Limit: mostReference})
		}
	}
	if reference := p.plain(ours); reference != "NONREF" {
		p.rec.Reference = reference
	}
	p.rec.OperationNumber = p.plain(theirs)
	p.rec.Numbered = p.rec.OperationNumber != "" && p.rec.OperationNumber != "NONREF"
}
