package pli

import (
	"strings"

	"ims/bankfile"
)

// The rules about names, title and what a title must say.

// textSeverity: on a debit a bank would refuse the text; what arrived cannot be mended any more.
// Charges are booked by the bank itself, in its own words.
func (p *parser) textSeverity() bankfile.Severity {
	switch d := p.rec.Direction; {
	case d == bankfile.Debit, d == bankfile.Internal, d == bankfile.Sweep:
		return bankfile.Error
	case d.Incoming() && p.opt.StrictTextOnCredit:
		return bankfile.Error
	}
	return bankfile.Warning
}

// textRules judges names and title as texts.
func (p *parser) textRules() {
	r := &p.rec
	payer, payee := p.payerSide(), p.payeeSide()
	if p.rec.Collected {
		r.PayerName, r.PayeeName = r.PayeeName, r.PayerName
	}
	d := r.Direction
	p.text(payer.name, r.PayerName, p.joinedName(payer), &payer.names, d == bankfile.Credit || d == bankfile.Unallocated)
	p.text(payee.name, r.PayeeName, p.joinedName(payee), &payee.names, d == bankfile.Debit || d == bankfile.Charges)
	p.text(fieldTitle, r.Title, &p.title, &titleCodes, true)
}

func (p *parser) joinedName(s *side) *joined {
	if s.name == fieldPayerName {
		return &p.name1
	}
	return &p.name2
}

// textCodes are the codes of the rules that every text of sub-lines has.
type textCodes struct{ missing, lineTooLong, tooManyLines bankfile.Code }

var titleCodes = textCodes{bankfile.RecordTitleMissing, bankfile.RecordTitleLineTooLong, bankfile.RecordTitleTooManyLines}

// text judges one text; needed says that it must not be empty, which names need on the far side only.
func (p *parser) text(field int, s string, j *joined, codes *textCodes, needed bool) {
	if s == "" {
		if needed {
			p.find(codes.missing, field, "", bankfile.Params{})
		}
		return
	}
	if j.longest > longestTextLine {
		p.find(codes.lineTooLong, field, s, bankfile.Params{Got: int64(j.longest), Limit: longestTextLine})
	}
	if j.lines > mostTextLines {
		p.findAs(p.textSeverity(), codes.tooManyLines, field, s, bankfile.Params{Got: int64(j.lines), Limit: mostTextLines})
	}
	if j.odd {
		p.find(bankfile.RecordCharset, field, s, bankfile.Params{})
	}
}

// reserved judges fields 13 and 14. In one statement dialect field 14 has a use.
func (p *parser) reserved() {
	for n := fieldCheque; n <= fieldComplaint; n++ {
		if n == fieldComplaint && p.opt.Dialect.TwoHundreds == bankfile.StatementPKO {
			return
		}
		if b := p.tokens.raw(n); len(b) > 0 && strings.Trim(p.show(n), "| ") != "" {
			p.find(bankfile.RecordReservedNonempty, n, p.show(n), bankfile.Params{})
		}
	}
}

// titleRules judges what the class asks of the title.
func (p *parser) titleRules() {
	r := &p.rec
	switch {
	case splitPaymentClass(r.Class):
		p.splitPayment()
	case strings.HasPrefix(r.Title, "/VAT/"):
		p.find(bankfile.RecordMPPTagsWithoutClass, fieldTitle, r.Class, bankfile.Params{})
	case r.Class == "71" && !inOrder(r.Title, "/TI/", "/OKR/", "/SFP/"):
		p.findAs(p.textSeverity(), bankfile.RecordTaxStructure, fieldTitle, r.Title, bankfile.Params{})
	case p.rec.Collected && !inOrder(r.Title, "/NIP/", "/IDP/", "/TYT/"):
		p.find(bankfile.RecordDDStructure, fieldTitle, r.Title, bankfile.Params{})
	}
}

// inOrder reports whether s begins with the first tag and the others follow in their order.
func inOrder(s string, tags ...string) bool {
	if !strings.HasPrefix(s, tags[0]) {
		return false
	}
	for _, tag := range tags {
		i := strings.Index(s, tag)
		if i < 0 {
			return false
		}
		s = s[i+len(tag):]
	}
	return true
}

// Lengths of the parts of a split-payment title.
const (
	mpLongestID      = 14
	mpLongestInvoice = 35
	mpLongestText    = 33
)

// splitPayment reads the parts of a split-payment title into the record and judges them.
func (p *parser) splitPayment() {
	r := &p.rec
	vat, ok := cutTitle(r.Title, &p.splitPaid)
	if !ok {
		p.findAs(p.textSeverity(), bankfile.RecordMPPStructure, fieldTitle, r.Title, bankfile.Params{})
		return
	}
	r.SplitPayment = &p.splitPaid
	p.splitVAT(vat)
	if n := letters(p.splitPaid.ID); n < 1 || n > mpLongestID {
		p.findAs(p.textSeverity(), bankfile.RecordMPPIDCFormat, fieldTitle, p.splitPaid.ID, bankfile.Params{Got: int64(n), Limit: mpLongestID})
	}
	if len(p.splitPaid.ID) == nipDigits && bankfile.DigitsOnly([]byte(p.splitPaid.ID)) && !taxNumber(p.splitPaid.ID) {
		p.find(bankfile.RecordMPPIDCChecksum, fieldTitle, p.splitPaid.ID, bankfile.Params{})
	}
	if n := letters(p.splitPaid.Invoice); n < 1 || n > mpLongestInvoice {
		p.findAs(p.textSeverity(), bankfile.RecordMPPInvFormat, fieldTitle, p.splitPaid.Invoice, bankfile.Params{Got: int64(n), Limit: mpLongestInvoice})
	}
	if n := letters(p.splitPaid.Text); n > mpLongestText {
		p.find(bankfile.RecordMPPTxtTooLong, fieldTitle, p.splitPaid.Text, bankfile.Params{Got: int64(n), Limit: mpLongestText})
	}
}

func (p *parser) splitVAT(s string) {
	vat, ok := parseVAT(s)
	switch {
	case !ok:
		p.findAs(p.textSeverity(), bankfile.RecordMPPVATFormat, fieldTitle, s, bankfile.Params{})
		return
	case p.rec.Amount > 0 && vat > p.rec.Amount:
		p.findAs(p.textSeverity(), bankfile.RecordMPPVATExceedsAmount, fieldTitle, s, bankfile.Params{Got: vat, Limit: p.rec.Amount})
	}
	p.splitPaid.VAT = vat
}

// ReadSplit reads the title of a split payment; false if it is none, or one that cannot be read.
func ReadSplit(title string) (m bankfile.SplitPayment, ok bool) {
	vat, ok := cutTitle(title, &m)
	if ok {
		m.VAT, ok = parseVAT(vat)
	}
	return m, ok
}

// cutTitle cuts a title at the first /IDC/, the first /INV/ after it and the first /TXT/ after that: the
// values may hold slashes themselves. It returns the VAT part unread.
func cutTitle(title string, m *bankfile.SplitPayment) (vat string, ok bool) {
	rest, ok := strings.CutPrefix(title, "/VAT/")
	if !ok {
		return "", false
	}
	vat, rest, ok = strings.Cut(rest, "/IDC/")
	if !ok {
		return "", false
	}
	id, rest, ok := strings.Cut(rest, "/INV/")
	if !ok {
		return "", false
	}
	invoice, text, _ := strings.Cut(rest, "/TXT/")
	*m = bankfile.SplitPayment{ID: strings.TrimSpace(id), Invoice: strings.TrimSpace(invoice), Text: strings.TrimSpace(text)}
	return strings.TrimSpace(vat), true
}

// parseVAT reads 230,00: one to ten digits, a decimal comma (unlike field 3), two digits.
func parseVAT(s string) (int64, bool) {
	whole, cents, ok := strings.Cut(s, ",")
	if !ok || len(whole) > 10 || len(cents) != 2 || !bankfile.DigitsOnly([]byte(whole)) || !bankfile.DigitsOnly([]byte(cents)) {
		return 0, false
	}
	return int64(bankfile.Number([]byte(whole)))*100 + int64(bankfile.Number([]byte(cents))), true
}

func letters(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

const (
	nipDigits        = 10
	longestReference = 35
)

// references judges fields 16 and 17.
func (p *parser) references() {
	r := &p.rec
	if n := p.reference.longest; n > longestReference {
		p.find(bankfile.RecordReferenceTooLong, fieldReference, r.Reference, bankfile.Params{Got: int64(n), Limit: longestReference})
	}
	switch s := r.TaxNumber; {
	case s == "":
	case len(s) != nipDigits || !bankfile.DigitsOnly([]byte(s)):
		p.find(bankfile.RecordNIPFormat, fieldTaxNumber, s, bankfile.Params{})
	case !taxNumber(s):
		p.find(bankfile.RecordNIPChecksum, fieldTaxNumber, s, bankfile.Params{})
	}
}
