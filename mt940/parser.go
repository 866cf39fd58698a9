package mt940

import (
	"bytes"

	"ims/bankfile"
	"ims/iban"
)

// parser turns a :61: and its :86: into a record. Between records it carries over nothing but the calendar, which holds facts.
type parser struct {
	opt     *bankfile.Options
	own     *bankfile.Ranges
	enc     bankfile.Encoding
	control bool // the file has control characters: look for them in each record
	today   int  // day number; 0: dates are not compared with it
	days    bankfile.Calendar
	lands   []string // countries of our ranges

	rec     bankfile.Record
	raw     []byte // :61: and :86: as received
	cut     int    // where :86: begins in raw, or its length
	long    bool
	line    []byte // the first line of :61:, without the tag
	mark    mark
	amount  int64
	summed  bool // mark and amount could be read
	details details
}

func newParser(file *bankfile.File) parser {
	p := parser{opt: &file.Options, own: &file.Own, enc: file.Encoding, control: file.Control, today: file.Today}
	for _, o := range file.Options.Own {
		p.lands = append(p.lands, o.Prefix[:2])
	}
	return p
}

// text returns a few bytes decoded, for a finding.
func (p *parser) text(b []byte) string { return bankfile.Visible(p.enc.Text(b)) }

// begin takes a :61:.
func (p *parser) begin(e event) {
	p.rec.Reset()
	p.rec.Line = e.line
	p.raw = append(p.raw[:0], e.raw...)
	p.cut, p.long = len(p.raw), e.long
}

// attach takes the :86: behind it.
func (p *parser) attach(e event) {
	p.long = p.long || e.long || len(p.raw)+len(e.raw)+2 > p.opt.Limits.Line
	if !p.long {
		p.raw = append(append(p.raw, "\r\n"...), e.raw...)
	}
}

// The names of the two fields in findings.
const (
	element61 = ":61:"
	element86 = ":86:"
)

// find adds a finding with the severity of the catalogue.
func (p *parser) find(code bankfile.Code, element, value string, params bankfile.Params) {
	severity, _ := code.DefaultSeverity()
	p.findAs(severity, code, element, value, params)
}

// findAs adds a finding whose severity depends on the side.
func (p *parser) findAs(s bankfile.Severity, code bankfile.Code, element, value string, params bankfile.Params) {
	p.rec.Findings = append(p.rec.Findings, bankfile.Finding{
		Code: code, Severity: s, Line: p.rec.Line, Element: element, Value: bankfile.Visible(value), Params: params,
	})
}

// complete adds to a booking what :86: and the message say.
func (p *parser) complete(s *statement) {
	r := &p.rec
	r.Raw = p.raw
	if p.long {
		p.find(bankfile.RecordTooLong, "", "", bankfile.Params{Limit: int64(p.opt.Limits.Line)})
		return
	}
	if s.currency != "" {
		p.find(bankfile.RecordCurrency, s.asked, s.currency, bankfile.Params{})
	}
	if p.control {
		p.controls()
	}
	p.details.read(p)
	p.returned()
	if p.mark != "" {
		p.sides(s)
	}
}

// controls reports the first control character.
func (p *parser) controls() {
	i := bytes.IndexFunc(p.raw, func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f })
	if i < 0 {
		return
	}
	element := element61
	if i >= p.cut {
		element = element86
	}
	p.find(bankfile.RecordControlChar, element, p.enc.Text(p.raw[max(0, i-8):min(len(p.raw), i+8)]), bankfile.Params{})
}

// returned tells whether an earlier payment comes back: by the type code, by how the text of the operation or the title
// begins, or by the code word that banks put into references.
func (p *parser) returned() {
	r := &p.rec
	reference, found := afterWord(r.Reference, "/RETN")
	title, inTitle := afterWord(r.Title, "/RETN")
	r.Return = found || inTitle || r.Type == "NRTI" || r.Type == "SRTI" || returnWord(r.Title) || returnWord(p.details.operation)
	if !inTitle {
		title = reference
	}
	r.ReturnReason = reasonCode(title)
}

// number reads an account: 26 Polish digits, or an IBAN of any country in electronic form.
func number(s string) (iban.IBAN, bool) {
	if len(s) == nrbDigits && bankfile.DigitsOnly([]byte(s)) {
		return iban.NRB([]byte(s))
	}
	x, err := iban.ParseISO(s)
	return x, err == nil
}

// nrbDigits is the length of a Polish account with its check digits.
const nrbDigits = 26
