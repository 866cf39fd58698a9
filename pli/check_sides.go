package pli

import (
	"bytes"
	"encoding/binary"
	"errors"

	"ims/bankfile"
	"ims/iban"
)

// The rules about the two sides of a record: accounts, bank numbers, and the direction that follows.

// side is where one party stands in a record and how its findings are called.
type side struct {
	account, bank, name                   int // fields
	missing, format, checksum, foreign    bankfile.Code
	bankFormat, bankCheckDigit, bankOther bankfile.Code
	names                                 textCodes
}

var (
	payerCodes = side{
		fieldPayer, fieldPayerBank, fieldPayerName,
		bankfile.RecordPayerAccountMissing, bankfile.RecordPayerAccountFormat, bankfile.RecordPayerAccountChecksum, bankfile.RecordPayerAccountForeign,
		bankfile.RecordPayerBankNoFormat, bankfile.RecordPayerBankNoCheckDigit, bankfile.RecordPayerBankNoMismatch,
		textCodes{bankfile.RecordPayerNameMissing, bankfile.RecordPayerNameLineTooLong, bankfile.RecordPayerNameTooManyLines},
	}
	payeeCodes = side{
		fieldPayee, fieldPayeeBank, fieldPayeeName,
		bankfile.RecordPayeeAccountMissing, bankfile.RecordPayeeAccountFormat, bankfile.RecordPayeeAccountChecksum, bankfile.RecordPayeeAccountForeign,
		bankfile.RecordPayeeBankNoFormat, bankfile.RecordPayeeBankNoCheckDigit, bankfile.RecordPayeeBankNoMismatch,
		textCodes{bankfile.RecordPayeeNameMissing, bankfile.RecordPayeeNameLineTooLong, bankfile.RecordPayeeNameTooManyLines},
	}
	// In a direct debit the payee, who collects, stands first and the payer second.
	directPayer = at(payerCodes, payeeCodes)
	directPayee = at(payeeCodes, payerCodes)
)

func at(s, place side) side {
	s.account, s.bank, s.name = place.account, place.bank, place.name
	return s
}

func (p *parser) payerSide() *side {
	if p.rec.Collected {
		return &directPayer
	}
	return &payerCodes
}

func (p *parser) payeeSide() *side {
	if p.rec.Collected {
		return &directPayee
	}
	return &payeeCodes
}

// reading is what an account field turned out to be, apart from the account.
type reading struct {
	fault      bankfile.Code // of the side's codes, "" for a valid Polish account
	damaged    bool          // lies in an own range, but its check digits are wrong
	normalized bool
	bank       [bankDigits]byte // sort code; zero unless there are 26 digits
}

// accounts reads both sides and judges them; which severity a fault has depends on where the money goes.
func (p *parser) accounts() {
	r := &p.rec
	payer, payee := p.payerSide(), p.payeeSide()
	p.readAccount(payer, &r.Payer, &p.payer)
	p.readAccount(payee, &r.Payee, &p.payee)
	bankfile.Settle(&r.Payer, &r.Payee)
	same := r.Payer.Kind != bankfile.None && r.Payer.Kind == r.Payee.Kind && r.Payer == r.Payee
	if !same && !p.payer.damaged && !p.payee.damaged {
		r.Direction = bankfile.DirectionOf(r.Payer.Kind, r.Payee.Kind)
	}
	before := len(r.Findings)
	p.accountFinding(payer, &p.payer, p.payerSeverity())
	p.accountFinding(payee, &p.payee, p.payeeSeverity())
	switch {
	case same:
		p.find(bankfile.RecordSameAccount, payee.account, r.Payee.String(), bankfile.Params{})
	case r.Direction == bankfile.Unknown && !bankfile.HasError(r.Findings[before:]):
		p.find(bankfile.DomainNoOwnAccount, 0, "", bankfile.Params{})
	case r.Direction == bankfile.Unallocated:
		p.find(bankfile.DomainMasterAccountUnallocated, payee.account, r.Payee.String(), bankfile.Params{})
	}
	p.typeAgrees()
}

// typeAgrees refuses a record that a statement marks as a debit while its accounts make it a credit.
func (p *parser) typeAgrees() {
	r := &p.rec
	if p.opt.Dialect.TwoHundreds == bankfile.StatementPKO && r.Type[0] == '2' && r.Direction.Incoming() {
		p.find(bankfile.RecordTypeDirection, fieldType, r.Type, bankfile.Params{})
	}
}

// payerSeverity: where money arrived, faults of the payer are no reason to keep it from its payee.
func (p *parser) payerSeverity() bankfile.Severity {
	d, code := p.rec.Direction, p.payer.fault
	switch {
	case code == bankfile.RecordPayerAccountMissing && (payerless(p.rec.Class) || p.opt.AllowMissingPayer):
		return bankfile.Warning
	case code == bankfile.RecordPayerAccountMissing:
		return bankfile.Error
	case code == bankfile.RecordPayerAccountForeign, d == bankfile.Credit, d == bankfile.Unallocated:
		return bankfile.Warning
	}
	return bankfile.Error
}

func (p *parser) payeeSeverity() bankfile.Severity {
	d := p.rec.Direction
	if p.payee.fault == bankfile.RecordPayeeAccountForeign && d != bankfile.Debit && d != bankfile.Charges {
		return bankfile.Warning
	}
	return bankfile.Error
}

func (p *parser) accountFinding(s *side, got *reading, severity bankfile.Severity) {
	if got.normalized {
		p.find(bankfile.RecordAccountNormalized, s.account, p.show(s.account), bankfile.Params{})
	}
	if got.fault == "" {
		return
	}
	p.findAs(severity, got.fault, s.account, p.show(s.account), bankfile.Params{})
}

// readAccount reads the account field of a side. 26 digits as they stand are the usual case.
func (p *parser) readAccount(s *side, a *bankfile.Account, got *reading) {
	b := p.tokens.content(s.account)
	*got = reading{}
	if p.polish(b, a, got) {
		return
	}
	clean, changed := normalize(b)
	if len(clean) == len("PL")+nrbDigits && clean[0] == 'P' && clean[1] == 'L' {
		changed, clean = true, clean[len("PL"):]
	}
	switch {
	case allZero(clean):
		got.fault = s.missing
	case p.polish(clean, a, got):
		got.normalized = changed
	default:
		got.normalized = changed
		p.faulty(s, clean, a, got)
	}
}

// nrbDigits is the length of a Polish account number: check digits, sort code, account.
const nrbDigits = 26

// bankDigits is the length of a sort code.
const bankDigits = 8

// polish reads a valid Polish number.
func (p *parser) polish(b []byte, a *bankfile.Account, got *reading) (ok bool) {
	if a.IBAN, ok = iban.NRB(b); ok {
		got.bank = [bankDigits]byte(b[2:])
		a.Kind = p.own.Polish(b[2:])
	}
	return ok
}

// faulty says what is wrong with an account that is no valid Polish number.
func (p *parser) faulty(s *side, clean []byte, a *bankfile.Account, got *reading) {
	a.Kind, a.Text = bankfile.External, bankfile.Visible(p.enc.Text(clean))
	switch {
	case len(clean) == nrbDigits && bankfile.DigitsOnly(clean):
		got.bank = [bankDigits]byte(clean[2:])
		got.damaged = p.own.Polish(clean[2:]) != bankfile.External
		got.fault = s.checksum
	case plausibleIBAN(clean):
		p.foreign(s, a, got)
	default:
		got.fault, got.normalized = s.format, false
	}
}

// foreign reads what has the shape of an IBAN.
func (p *parser) foreign(s *side, a *bankfile.Account, got *reading) {
	n, err := iban.ParseISO(a.Text)
	switch {
	case err == nil:
		got.fault, a.IBAN, a.Text = s.foreign, n, ""
	case errors.Is(err, iban.KindCheckDigits), errors.Is(err, iban.KindCheckRange):
		got.fault = s.checksum
	default: // no such country, or not its length
		got.fault = s.format
	}
}

// allZero reports an empty field, or one of zeros only.
func allZero(b []byte) bool { return len(bytes.TrimLeft(b, "0")) == 0 }

// normalize takes blanks and dashes out and makes capitals, in a copy if there is anything to do.
func normalize(b []byte) (clean []byte, changed bool) {
	if bytes.ContainsAny(b, " \t-") || bytes.IndexFunc(b, smallLetter) >= 0 {
		clean = make([]byte, 0, len(b))
		for _, c := range b {
			if c != ' ' && c != '\t' && c != '-' {
				if smallLetter(rune(c)) {
					c -= 'a' - 'A'
				}
				clean = append(clean, c)
			}
		}
		return clean, true
	}
	return b, false
}

func smallLetter(r rune) bool { return r >= 'a' && r <= 'z' }

// plausibleIBAN reports the shape of an IBAN of any country.
func plausibleIBAN(b []byte) bool {
	if len(b) < 15 || len(b) > 34 || !bankfile.DigitsOnly(b[2:4]) {
		return false
	}
	for i, c := range b {
		letter := c >= 'A' && c <= 'Z'
		if !letter && (i < 2 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// bankNumber judges fields 4 and 11, which banks ignore: so these are warnings only.
func (p *parser) bankNumber(s *side, got *reading) {
	b := p.tokens.content(s.bank)
	switch {
	case allZero(b):
		return
	case len(b) != bankDigits || !bankfile.DigitsOnly(b):
		p.find(s.bankFormat, s.bank, p.show(s.bank), bankfile.Params{})
		return
	case !sortCode(b):
		p.find(s.bankCheckDigit, s.bank, p.show(s.bank), bankfile.Params{})
	}
	if got.bank != [bankDigits]byte{} && got.bank != [bankDigits]byte(b) {
		p.find(s.bankOther, s.bank, p.show(s.bank), bankfile.Params{})
	}
}

// sortCode checks the last digit of a Polish bank number: weights 3, 9, 7, 1 over all eight digits give
// a multiple of ten (the register of the National Bank of Poland). That digits are characters does not matter: the weights
// add up to 40.
func sortCode(b []byte) bool {
	// The digits in the even places and those in the odd ones, 16 bits each; the products add up in the highest.
	x := binary.LittleEndian.Uint64(b)
	even, odd := x&0x000f000f000f000f, x>>8&0x000f000f000f000f
	return (even*(7+3<<16+7<<32+3<<48)+odd*(1+9<<16+1<<32+9<<48))>>48%10 == 0
}

// taxNumber checks the ten digits of a NIP: weights 6, 5, 7, 2, 3, 4, 5, 6, 7 modulo 11 give the tenth.
func taxNumber(s string) bool {
	sum := 0
	for i, w := range [...]int{6, 5, 7, 2, 3, 4, 5, 6, 7} {
		sum += int(s[i]-'0') * w
	}
	return sum%11 == int(s[9]-'0')
}
