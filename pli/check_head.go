package pli

import (
	"bytes"

	"ims/bankfile"
)

// The rules about fields 1 to 3, 5, 10 and 15: what kind of record, when, how much.

// messageType judges field 1; false when the meaning of the record cannot be known.
func (p *parser) messageType() bool {
	b := p.tokens.content(fieldType)
	p.rec.Type, p.rec.Collected = internType(b), false
	switch {
	case len(b) == 0:
		p.rec.Type = "110"
		p.find(bankfile.RecordTypeMissing, fieldType, "", bankfile.Params{})
	case len(b) != 3 || !bankfile.DigitsOnly(b):
		p.find(bankfile.RecordTypeFormat, fieldType, p.show(fieldType), bankfile.Params{})
		return false
	case !allows(&p.opt.Dialect, b):
		p.find(bankfile.RecordTypeUnsupported, fieldType, p.show(fieldType), bankfile.Params{Hint: typeHint(b)})
		return false
	default:
		p.rec.Collected = b[0] == '2' && p.opt.Dialect.TwoHundreds == bankfile.Orders
	}
	return true
}

// typeHint says what helps where a type is not allowed.
func typeHint(messageType []byte) string {
	if messageType[0] == '2' {
		return "type-debit"
	}
	return "type"
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
	return bankfile.Visible(string(b))
}

// date judges field 2. Orders are wishes and may lie in the future.
func (p *parser) date() {
	b := p.tokens.content(fieldDate)
	if len(b) == 0 {
		p.find(bankfile.RecordDateMissing, fieldDate, "", bankfile.Params{})
		return
	}
	d := &bankfile.Day{Fault: bankfile.RecordDateFormat}
	if len(b) == dateDigits {
		d = p.days.Read(b)
	}
	p.rec.Date = d.Text
	switch {
	case d.Fault != "":
		p.find(d.Fault, fieldDate, p.show(fieldDate), bankfile.Params{})
	case p.today == 0:
	case d.Number > p.today:
		p.findAs(p.futureSeverity(), bankfile.RecordDateFuture, fieldDate, d.Text, bankfile.Params{})
	case p.today-d.Number > p.opt.MaxAgeDays:
		p.find(bankfile.RecordDateTooOld, fieldDate, d.Text, bankfile.Params{Limit: int64(p.opt.MaxAgeDays)})
	}
}

func (p *parser) futureSeverity() bankfile.Severity {
	if p.opt.Dialect.TwoHundreds == bankfile.Orders {
		return bankfile.Warning
	}
	return bankfile.Error
}

// amount judges field 3; false when a bare decimal comma has shifted all later fields, so that the
// payer's account would be taken for the payee's.
func (p *parser) amount() bool {
	b := p.tokens.content(fieldAmount)
	if p.commaInAmount(b) {
		value := p.show(fieldAmount) + "," + p.show(fieldAmount+1)
		p.find(bankfile.RecordAmountFormat, fieldAmount, value, bankfile.Params{})
		p.rec.Spans[fieldAmount-1].End = p.rec.Spans[fieldPayerBank-1].End // what is pointed at is the whole amount
		return false
	}
	n, fault := readAmount(b)
	if n > p.opt.MaxAmount {
		fault = bankfile.RecordAmountTooLarge
	}
	switch {
	case fault == bankfile.RecordAmountTooLarge:
		p.find(fault, fieldAmount, p.show(fieldAmount), bankfile.Params{Limit: p.opt.MaxAmount})
		return true
	case fault != "":
		p.find(fault, fieldAmount, p.show(fieldAmount), bankfile.Params{})
		return true
	case b[0] == '0':
		p.find(bankfile.RecordAmountLeadingZero, fieldAmount, p.show(fieldAmount), bankfile.Params{})
	}
	p.rec.Amount = n
	return true
}

// readAmount reads grosze: digits only, up to 15 of them without leading zeros.
func readAmount(b []byte) (int64, bankfile.Code) {
	switch {
	case len(b) == 0:
		return 0, bankfile.RecordAmountMissing
	case b[0] == '-' && bankfile.DigitsOnly(b[1:]):
		return 0, bankfile.RecordAmountNegative
	case !bankfile.DigitsOnly(b):
		return 0, bankfile.RecordAmountFormat
	}
	b = bytes.TrimLeft(b, "0")
	switch {
	case len(b) == 0:
		return 0, bankfile.RecordAmountZero
	case len(b) > amountDigits:
		return 0, bankfile.RecordAmountTooLarge
	}
	return int64(bankfile.Number(b)), ""
}

const (
	amountDigits = 15
	dateDigits   = 8
)

// commaInAmount recognises 12,34 without quotes: digits, then one or two digits where the bank number
// belongs and a bank number in field 5; or, where bank numbers are left empty, any few digits and both
// accounts one field late.
func (p *parser) commaInAmount(amount []byte) bool {
	t := &p.tokens
	cents := t.raw(fieldPayerBank)
	if len(cents) == 0 || len(cents) >= bankDigits || !bankfile.DigitsOnly(cents) || !bankfile.DigitsOnly(amount) {
		return false
	}
	bank := t.raw(fieldConstant1)
	if len(cents) <= 2 && string(cents) != "0" && len(bank) == bankDigits && bankfile.DigitsOnly(bank) {
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
	case len(b) == 1 && bankfile.DigitsOnly(b):
		p.find(bankfile.RecordConstantNonzero, n, p.show(n), bankfile.Params{})
	default:
		p.find(bankfile.RecordConstantFormat, n, p.show(n), bankfile.Params{})
	}
}

// class judges field 15.
func (p *parser) class() {
	b := p.tokens.content(fieldClass)
	if len(b) == 0 {
		p.find(bankfile.RecordClassMissing, fieldClass, "", bankfile.Params{})
		return
	}
	class, known := internClass(b)
	p.rec.Class = class
	if !known || directDebitClass(class) && p.rec.Type[0] != '2' {
		p.find(bankfile.RecordClassUnsupported, fieldClass, p.show(fieldClass), bankfile.Params{})
	}
}

func internClass(b []byte) (class string, known bool) {
	for _, c := range [...]string{"51", "53", "54", "55", "56", "71", "74", "41", "43", "01", "05", "07"} {
		if string(b) == c {
			return c, true
		}
	}
	return bankfile.Visible(string(b)), false
}

func directDebitClass(class string) bool { return class[0] == '0' }

// payerless reports the classes of cash and bank notes, which may have no payer account.
func payerless(class string) bool { return class == "54" || class == "55" || class == "74" }

func splitPaymentClass(class string) bool { return class == "53" || class == "43" }
