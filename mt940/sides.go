package mt940

import (
	"bytes"
	"slices"
	"strings"

	"ims/bankfile"
	"ims/iban"
)

// The rules about accounts: whose the statement is, which of our accounts a booking is about, who stands on the other side.

// owner reads :25:, which banks write with or without the country, in groups, with the bank's number or BIC before a slash, or
// with the currency behind. None is an account that is not ours; text is the account as it names the statement.
func (p *parser) owner(text string) (a bankfile.Account, name string) {
	text = squeeze(text)
	for _, s := range [...]string{text, strings.TrimSuffix(text, p.opt.Currency)} {
		for _, x := range p.readings(s) {
			if kind := p.own.Of(x); kind.Here() {
				return bankfile.Account{Kind: kind, IBAN: x}, x.String()
			}
		}
	}
	return bankfile.Account{}, text
}

// readings are the accounts that a text may mean: as it stands, either side of a slash, or without check digits.
func (p *parser) readings(s string) (list []iban.IBAN) {
	bank, account := "", s
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		bank, account = s[:i], s[i+1:]
	}
	for _, part := range [...]string{account, bank} {
		if x, ok := number(part); ok {
			list = append(list, x)
		}
	}
	for _, land := range p.lands {
		if x, err := iban.FromBBAN(land, bank+account); err == nil {
			list = append(list, x)
		}
	}
	return list
}

// squeeze takes blanks and hyphens out and makes capitals.
func squeeze(s string) string {
	return strings.ToUpper(gaps.Replace(s))
}

var gaps = strings.NewReplacer(" ", "", "-", "", "\t", "")

// sides puts our account on the side that the mark names and the counterparty on the other. The counterparty is outside of
// this statement even where it is ours: what it gets or pays is booked in a record of its own.
func (p *parser) sides(s *statement) {
	r, ours := &p.rec, s.owner
	switch {
	case ours.Kind == bankfile.None:
		p.find(bankfile.DomainNoOwnAccount, "", "", bankfile.Params{})
		return
	case ours.Kind == bankfile.Master && p.opt.Dialect.Subfield != "":
		p.designated(&ours)
	case ours.Kind == bankfile.Master:
		p.lookFor(&ours)
	}
	if ours.Kind == bankfile.None {
		return // the finding is there
	}
	other := p.counterparty(ours)
	if p.mark.incoming() {
		r.Payer, r.Payee, r.PayerName = other, ours, p.details.name
	} else {
		r.Payer, r.Payee, r.PayeeName = ours, other, p.details.name
	}
	r.Direction = bankfile.DirectionOf(r.Payer.Kind, r.Payee.Kind)
	p.sideFindings(ours, other)
}

// sideFindings tells what is remarkable about the two accounts; nothing here keeps money from whom it belongs to.
func (p *parser) sideFindings(ours, other bankfile.Account) {
	d := p.rec.Direction
	switch {
	case d == bankfile.Unallocated:
		p.find(bankfile.DomainMasterAccountUnallocated, element86, ours.String(), bankfile.Params{})
	case other.Kind == bankfile.None && d == bankfile.Credit:
		p.findAs(bankfile.Warning, bankfile.RecordPayerAccountMissing, element86, "", bankfile.Params{})
	case other.Kind == bankfile.None && d == bankfile.Debit:
		p.findAs(bankfile.Warning, bankfile.RecordPayeeAccountMissing, element86, "", bankfile.Params{})
	}
	if !wrongCheckDigits(other) {
		return
	}
	code := bankfile.RecordPayeeAccountChecksum
	if p.mark.incoming() {
		code = bankfile.RecordPayerAccountChecksum
	}
	p.findAs(bankfile.Warning, code, element86, other.Text, bankfile.Params{})
}

// wrongCheckDigits reports a counterparty that can only be meant as a Polish account.
func wrongCheckDigits(a bankfile.Account) bool {
	digits := strings.TrimPrefix(a.Text, "PL")
	return len(digits) == nrbDigits && bankfile.DigitsOnly([]byte(digits))
}

// designated takes our account from the subfield that the bank has agreed to.
func (p *parser) designated(ours *bankfile.Account) {
	d := &p.details
	d.found = d.found[:0]
	code := bankfile.Number([]byte(p.opt.Dialect.Subfield))
	damaged := ""
	for _, x := range d.parts {
		if x.code == code {
			p.scan(d.of(x))
			damaged = p.damaged(d.of(x), damaged)
		}
	}
	if damaged != "" {
		fault := bankfile.RecordPayerAccountChecksum
		if p.mark.incoming() {
			fault = bankfile.RecordPayeeAccountChecksum
		}
		p.findAs(bankfile.Error, fault, element86, damaged, bankfile.Params{})
		*ours = bankfile.Account{}
		return
	}
	p.only(ours)
}

// damaged returns the text of a subfield that lies in a virtual range but for its check digits.
func (p *parser) damaged(b []byte, before string) string {
	digits := strings.TrimPrefix(squeeze(string(b)), "PL")
	if len(digits) != nrbDigits || !bankfile.DigitsOnly([]byte(digits)) {
		return before
	}
	if _, ok := iban.NRB([]byte(digits)); ok || !p.virtual(p.own.Polish([]byte(digits[2:]))) {
		return before
	}
	return digits
}

// lookFor looks for our account in all that :86: says.
func (p *parser) lookFor(ours *bankfile.Account) {
	d := &p.details
	d.found = d.found[:0]
	for _, x := range d.parts {
		p.scan(d.of(x))
	}
	d.scratch = append(d.scratch[:0], p.rec.Title...) // a number may lie across pieces
	p.scan(d.scratch)
	p.only(ours)
}

// only replaces the master account by the one virtual account that was found. Of several, none is taken: a payer may have
// written any of our numbers into a title.
func (p *parser) only(ours *bankfile.Account) {
	switch found := p.details.found; len(found) {
	case 0:
	case 1:
		*ours = bankfile.Account{Kind: bankfile.Virtual, IBAN: found[0]}
	default:
		p.find(bankfile.RecordAccountAmbiguous, element86, found[0].String()+", "+found[1].String(), bankfile.Params{})
		*ours = bankfile.Account{}
	}
}

// scan notes the virtual accounts that stand in a text: 26 digits, or an IBAN of a country that we have accounts in, in one
// piece or in groups.
func (p *parser) scan(b []byte) {
	for i, c := range b {
		switch {
		case isDigit(c) && (i == 0 || !isDigit(b[i-1])):
			if group, ok := gather(b[i:], nrbDigits, isDigit); ok {
				p.note(string(group[:nrbDigits]))
			}
		case c >= 'A' && c <= 'Z' && (i == 0 || !isAlphanumeric(b[i-1])):
			p.scanIBAN(b[i:])
		}
	}
}

// scanIBAN looks at a word that may begin an IBAN; those of Poland are found by their digits.
func (p *parser) scanIBAN(b []byte) {
	if len(b) < 15 || !slices.Contains(p.lands, string(b[:2])) || string(b[:2]) == "PL" {
		return
	}
	country, ok := iban.CountryByCode(string(b[:2]))
	if !ok {
		return
	}
	if group, ok := gather(b, country.Length, isAlphanumeric); ok {
		p.note(string(group[:country.Length]))
	}
}

// note remembers a valid account of ours that is not yet among those found.
func (p *parser) note(text string) {
	x, ok := number(text)
	if ok && p.virtual(p.own.Of(x)) && !slices.Contains(p.details.found, x) {
		p.details.found = append(p.details.found, x)
	}
}

// virtual reports what may be our account. One of another master account is only where the bank has agreed to name ours:
// anywhere else it is a counterparty.
func (p *parser) virtual(kind bankfile.Kind) bool {
	return kind == bankfile.Virtual || kind == bankfile.Elsewhere && p.opt.Dialect.Subfield != ""
}

// gather takes n characters of a class from the beginning of b, single blanks and hyphens between them left out; false if
// there are fewer, or if more follow at once.
func gather(b []byte, n int, class func(byte) bool) (group [longestAccount]byte, ok bool) {
	got, gap := 0, false
	for _, c := range b {
		switch {
		case class(c) && got == n:
			return group, gap
		case class(c):
			group[got] = c
			got, gap = got+1, false
		case (c == ' ' || c == '-') && !gap && got > 0:
			gap = true
		default:
			return group, got == n
		}
	}
	return group, got == n
}

// longestAccount is the length of the longest IBAN that the standard allows.
const longestAccount = 34

func isDigit(c byte) bool        { return c >= '0' && c <= '9' }
func isAlphanumeric(c byte) bool { return isDigit(c) || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// counterparty reads the other side: the IBAN of 38, or the account of 31, perhaps with its bank in 30. Our own number there
// is no counterparty.
func (p *parser) counterparty(ours bankfile.Account) bankfile.Account {
	for _, text := range [...]string{p.account(38), p.domestic()} {
		x, valid := number(text)
		switch {
		case empty(text) || valid && x == ours.IBAN:
		case valid:
			return bankfile.Account{Kind: bankfile.External, IBAN: x}
		default:
			return bankfile.Account{Kind: bankfile.External, Text: bankfile.Visible(text)}
		}
	}
	return bankfile.Account{}
}

// account reads a subfield that holds an account.
func (p *parser) account(code int) string { return squeeze(p.enc.Text(p.details.first(code))) }

// domestic reads 31, to which 30 adds the bank where only the two together are a Polish account.
func (p *parser) domestic() string {
	text := p.account(31)
	if len(text) == nrbDigits-2-bankDigits {
		if x, err := iban.FromBBAN("PL", p.account(30)+text); err == nil {
			return x.String()
		}
	}
	return text
}

// bankDigits is the length of a Polish bank number.
const bankDigits = 8

// empty reports an account field of nothing or of zeros.
func empty(s string) bool { return strings.Trim(s, "0/") == "" }

// first returns the first subfield of a code.
func (d *details) first(code int) []byte {
	for _, x := range d.parts {
		if x.code == code {
			return bytes.TrimSpace(d.of(x))
		}
	}
	return nil
}
