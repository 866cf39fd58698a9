package pli

import "bytes"

// The rules about fields 1 to 3, 5, 10 and 15: what kind of record, when, how much.

// messageType judges field 1; false when the meaning of the record cannot be known.
func (p *parser) messageType() bool {
	b := p.tokens.content(fieldType)
	p.rec.Type, p.rec.direct = internType(b), false
	switch {
	case len(b) == 0:
		p.rec.Type = "110"
		p.find(RecordTypeMissing, fieldType, "", Params{})
	case len(b) != 3 || !digitsOnly(b):
		p.find(RecordTypeFormat, fieldType, p.show(fieldType), Params{})
		return false
	case !p.opt.Dialect.allows(b):
		p.find(RecordTypeUnsupported, fieldType, p.show(fieldType), Params{})
		return false
	default:
		p.rec.direct = b[0] == '2' && p.opt.Dialect.TwoHundreds == Orders
	}
	return true
}

func internType(b []byte) string {
	switch string(b) {
	case "110":
		return "110"
	case "120":
		return "120"
	case "210":
		return "210"
	}
	return visible(string(b))
}

// date judges field 2. Orders are wishes and may lie in the future.
func (p *parser) date() {
	b := p.tokens.content(fieldDate)
	if len(b) == 0 {
		p.find(RecordDateMissing, fieldDate, "", Params{})
		return
	}
	d := day{fault: RecordDateFormat}
	if len(b) == 8 {
		d = p.days.read(b)
	}
	p.rec.Date = d.text
	switch {
	case d.fault != "":
		p.find(d.fault, fieldDate, p.show(fieldDate), Params{})
	case p.today == 0:
	case d.number > p.today:
		p.findAs(p.futureSeverity(), RecordDateFuture, fieldDate, d.text, Params{})
	case p.today-d.number > p.opt.MaxAgeDays:
		p.find(RecordDateTooOld, fieldDate, d.text, Params{Limit: int64(p.opt.MaxAgeDays)})
	}
}

func (p *parser) futureSeverity() Severity {
	if p.opt.Dialect.TwoHundreds == Orders {
		return Warning
	}
	return Error
}

// amount judges field 3; false when a bare decimal comma has shifted all later fields, so that the
// payer's account would be taken for the payee's.
func (p *parser) amount() bool {
	b := p.tokens.content(fieldAmount)
	if p.commaInAmount(b) {
		value := p.show(fieldAmount) + "," + p.show(fieldAmount+1)
		p.find(RecordAmountFormat, fieldAmount, value, Params{})
		return false
	}
	n, fault := readAmount(b)
	if n > p.opt.MaxAmount {
		fault = RecordAmountTooLarge
	}
	switch {
	case fault == RecordAmountTooLarge:
		p.find(fault, fieldAmount, p.show(fieldAmount), Params{Limit: p.opt.MaxAmount})
		return true
	case fault != "":
		p.find(fault, fieldAmount, p.show(fieldAmount), Params{})
		return true
	case b[0] == '0':
		p.find(RecordAmountLeadingZero, fieldAmount, p.show(fieldAmount), Params{})
	}
	p.rec.Amount = n
	return true
}

// readAmount reads grosze: digits only, up to 15 of them without leading zeros.
func readAmount(b []byte) (int64, Code) {
	switch {
	case len(b) == 0:
		return 0, RecordAmountMissing
	case b[0] == '-' && digitsOnly(b[1:]):
		return 0, RecordAmountNegative
	case !digitsOnly(b):
		return 0, RecordAmountFormat
	}
	b = bytes.TrimLeft(b, "0")
	switch {
	case len(b) == 0:
		return 0, RecordAmountZero
	case len(b) > amountDigits:
		return 0, RecordAmountTooLarge
	}
	return int64(number(b)), ""
}

const amountDigits = 15

// commaInAmount recognises 12,34 without quotes: digits, then one or two digits where the bank number
// belongs and a bank number in field 5; or, where bank numbers are left empty, any few digits and both
// accounts one field late.
func (p *parser) commaInAmount(amount []byte) bool {
	t := &p.tokens
	cents := t.raw(fieldPayerBank)
	if len(cents) == 0 || len(cents) >= bankDigits || !digitsOnly(cents) || !digitsOnly(amount) {
		return false
	}
	bank := t.raw(fieldConstant1)
	if len(cents) <= 2 && string(cents) != "0" && len(bank) == bankDigits && digitsOnly(bank) {
		return true
	}
	return len(t.raw(fieldPayer)) <= 1 && looksLikeAccount(t.raw(fieldPayee)) && looksLikeAccount(t.raw(fieldPayerName))
}

// looksLikeAccount reports text of many digits and nothing but what people put between them.
func looksLikeAccount(b []byte) bool {
	rest := bytes.TrimPrefix(b, []byte("PL"))
	return countDigits(rest) >= accountDigits && len(bytes.Trim(rest, "0123456789 -")) == 0 && bytes.IndexByte(rest, '|') < 0
}

// constant judges fields 5 and 10. Anything but one digit there means that fields are shifted.
func (p *parser) constant(n int) {
	b := p.tokens.content(n)
	switch {
	case len(b) == 0 || len(b) == 1 && b[0] == '0':
	case len(b) == 1 && digitsOnly(b):
		p.find(RecordConstantNonzero, n, p.show(n), Params{})
	default:
		p.find(RecordConstantFormat, n, p.show(n), Params{})
	}
}

// class judges field 15.
func (p *parser) class() {
	b := p.tokens.content(fieldClass)
	if len(b) == 0 {
		p.find(RecordClassMissing, fieldClass, "", Params{})
		return
	}
	class, known := internClass(b)
	p.rec.Class = class
	if !known || directDebitClass(class) && p.rec.Type[0] != '2' {
		p.find(RecordClassUnsupported, fieldClass, p.show(fieldClass), Params{})
	}
}

func internClass(b []byte) (class string, known bool) {
	for _, c := range [...]string{"51", "53", "54", "55", "56", "71", "74", "41", "43", "01", "05", "07"} {
		if string(b) == c {
			return c, true
		}
	}
	return visible(string(b)), false
}

func directDebitClass(class string) bool { return class[0] == '0' }

// payerless reports the classes of cash and bank notes, which may have no payer account.
func payerless(class string) bool { return class == "54" || class == "55" || class == "74" }

func splitPaymentClass(class string) bool { return class == "53" || class == "43" }
