package pli

import "strings"

// The rules about names, title and what a title must say.

// textSeverity: on a debit a bank would refuse the text; what arrived cannot be mended any more.
// Charges are booked by the bank itself, in its own words.
func (p *parser) textSeverity() Severity {
	switch d := p.rec.Direction; {
	case d == Debit, d == Internal, d == Sweep:
		return Error
	case d.incoming() && p.opt.StrictTextOnCredit:
		return Error
	}
	return Warning
}

// textRules judges names and title as texts.
func (p *parser) textRules() {
	r := &p.rec
	payer, payee := p.payerSide(), p.payeeSide()
	if p.rec.direct {
		r.PayerName, r.PayeeName = r.PayeeName, r.PayerName
	}
	d := r.Direction
	p.text(payer.name, r.PayerName, p.joinedName(payer), &payer.names, d == Credit || d == Unallocated)
	p.text(payee.name, r.PayeeName, p.joinedName(payee), &payee.names, d == Debit || d == Charges)
	p.text(fieldTitle, r.Title, &p.title, &titleCodes, true)
}

func (p *parser) joinedName(s *side) *joined {
	if s.name == fieldPayerName {
		return &p.name1
	}
	return &p.name2
}

// textCodes are the codes of the rules that every text of sub-lines has.
type textCodes struct{ missing, lineTooLong, tooManyLines Code }

var titleCodes = textCodes{RecordTitleMissing, RecordTitleLineTooLong, RecordTitleTooManyLines}

// text judges one text; needed says that it must not be empty, which names need on the far side only.
func (p *parser) text(field int, s string, j *joined, codes *textCodes, needed bool) {
	if s == "" {
		if needed {
			p.find(codes.missing, field, "", Params{})
		}
		return
	}
	if j.longest > longestTextLine {
		p.find(codes.lineTooLong, field, s, Params{Got: int64(j.longest), Limit: longestTextLine})
	}
	if j.lines > mostTextLines {
		p.findAs(p.textSeverity(), codes.tooManyLines, field, s, Params{Got: int64(j.lines), Limit: mostTextLines})
	}
	if j.odd {
		p.find(RecordCharset, field, s, Params{})
	}
}

// reserved judges fields 13 and 14. In one statement dialect field 14 has a use.
func (p *parser) reserved() {
	for n := fieldCheque; n <= fieldComplaint; n++ {
		if n == fieldComplaint && p.opt.Dialect.TwoHundreds == StatementPKO {
			return
		}
		if b := p.tokens.raw(n); len(b) > 0 && strings.Trim(p.show(n), "| ") != "" {
			p.find(RecordReservedNonempty, n, p.show(n), Params{})
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
		p.find(RecordMPPTagsWithoutClass, fieldTitle, r.Class, Params{})
	case r.Class == "71" && !inOrder(r.Title, "/TI/", "/OKR/", "/SFP/"):
		p.findAs(p.textSeverity(), RecordTaxStructure, fieldTitle, r.Title, Params{})
	case p.rec.direct && !inOrder(r.Title, "/NIP/", "/IDP/", "/TYT/"):
		p.find(RecordDDStructure, fieldTitle, r.Title, Params{})
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
	vat, ok := p.splitPaid.parse(r.Title)
	if !ok {
		p.findAs(p.textSeverity(), RecordMPPStructure, fieldTitle, r.Title, Params{})
		return
	}
	r.MPP = &p.splitPaid
	p.splitVAT(vat)
	if n := letters(p.splitPaid.ID); n < 1 || n > mpLongestID {
		p.findAs(p.textSeverity(), RecordMPPIDCFormat, fieldTitle, p.splitPaid.ID, Params{Got: int64(n), Limit: mpLongestID})
	}
	if len(p.splitPaid.ID) == nipDigits && digitsOnly([]byte(p.splitPaid.ID)) && !taxNumber(p.splitPaid.ID) {
		p.find(RecordMPPIDCChecksum, fieldTitle, p.splitPaid.ID, Params{})
	}
	if n := letters(p.splitPaid.Invoice); n < 1 || n > mpLongestInvoice {
		p.findAs(p.textSeverity(), RecordMPPInvFormat, fieldTitle, p.splitPaid.Invoice, Params{Got: int64(n), Limit: mpLongestInvoice})
	}
	if n := letters(p.splitPaid.Text); n > mpLongestText {
		p.find(RecordMPPTxtTooLong, fieldTitle, p.splitPaid.Text, Params{Got: int64(n), Limit: mpLongestText})
	}
}

func (p *parser) splitVAT(s string) {
	vat, ok := parseVAT(s)
	switch {
	case !ok:
		p.findAs(p.textSeverity(), RecordMPPVATFormat, fieldTitle, s, Params{})
		return
	case p.rec.Amount > 0 && vat > p.rec.Amount:
		p.findAs(p.textSeverity(), RecordMPPVATExceedsAmount, fieldTitle, s, Params{Got: vat, Limit: p.rec.Amount})
	}
	p.splitPaid.VAT = vat
}

// parse cuts a title at the first /IDC/, the first /INV/ after it and the first /TXT/ after that: the
// values may hold slashes themselves. It returns the VAT part unread.
func (m *SplitPayment) parse(title string) (vat string, ok bool) {
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
	*m = SplitPayment{ID: strings.TrimSpace(id), Invoice: strings.TrimSpace(invoice), Text: strings.TrimSpace(text)}
	return strings.TrimSpace(vat), true
}

// parseVAT reads 230,00: one to ten digits, a decimal comma (unlike field 3), two digits.
func parseVAT(s string) (int64, bool) {
	whole, cents, ok := strings.Cut(s, ",")
	if !ok || len(whole) > 10 || len(cents) != 2 || !digitsOnly([]byte(whole)) || !digitsOnly([]byte(cents)) {
		return 0, false
	}
	return int64(number([]byte(whole)))*100 + int64(number([]byte(cents))), true
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
		p.find(RecordReferenceTooLong, fieldReference, r.Reference, Params{Got: int64(n), Limit: longestReference})
	}
	switch s := r.TaxNumber; {
	case s == "":
	case len(s) != nipDigits || !digitsOnly([]byte(s)):
		p.find(RecordNIPFormat, fieldTaxNumber, s, Params{})
	case !taxNumber(s):
		p.find(RecordNIPChecksum, fieldTaxNumber, s, Params{})
	}
}
