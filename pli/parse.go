package pli

import (
	"strings"

	"ims/bankfile"
)

// parser turns lines into records. One record is judged at a time and nothing is carried over but the
// calendar and the memory, which hold facts: so a record's findings never depend on its neighbours.
type parser struct {
	opt     *bankfile.Options
	own     *bankfile.Ranges
	enc     bankfile.Encoding
	control bool // the file has control characters: look for them in each line
	today   int  // day number; 0: dates are not compared with it
	days    bankfile.Calendar

	transfers bool // the dialect has message type 110

	rec          bankfile.Record
	marked       bool // it has more in it than a usual line writes anew
	tokens       tokens
	payer, payee reading
	known        memory
	scratch      []byte          // where texts are joined
	arena        strings.Builder // its parts are texts of records

	name1, name2, title             joined // fields 8, 9 and 12
	operation, reference, taxNumber joined // fields 14, 16 and 17
	splitPaid                       bankfile.SplitPayment
}

// parse judges one line. The record is the parser's own and is overwritten by the next call.
func (p *parser) parse(number int, l bankfile.Line) *bankfile.Record {
	if p.marked {
		p.rec.Reset()
	}
	p.rec.Line, p.rec.Raw = number, l.Text
	if p.marked = l.TooLong || !p.usual(l.Text); p.marked {
		return p.careful(number, l)
	}
	return &p.rec
}

// careful judges any line.
func (p *parser) careful(number int, l bankfile.Line) *bankfile.Record {
	r := &p.rec
	r.Reset()
	r.Line, r.Raw = number, l.Text
	if l.TooLong {
		p.find(bankfile.RecordTooLong, 0, "", bankfile.Params{Limit: int64(p.opt.Limits.Line)})
		return r
	}
	code := p.tokens.split(l.Text)
	r.Spans = p.tokens.field[1 : min(p.tokens.count, mostFields)+1]
	if p.control {
		p.controls()
	}
	if code != "" {
		p.find(code, min(p.tokens.count, mostFields), p.show(p.tokens.count), bankfile.Params{})
		return r
	}
	t := &p.tokens
	if t.count < fewestFields || t.surplus {
		p.find(bankfile.RecordFieldCount, 0, "", bankfile.Params{Got: int64(t.count)})
		return r
	}
	p.fields()
	return r
}

// fields judges a line whose fields are where they should be.
func (p *parser) fields() {
	p.texts()
	supported := p.messageType()
	p.date()
	if !p.amount() {
		return // fields are shifted: say no more about them
	}
	p.layout()
	if !supported {
		return // what the accounts mean cannot be known
	}
	p.constant(fieldConstant1)
	p.constant(fieldConstant2)
	p.class()
	p.accounts()
	p.bankNumber(p.payerSide(), &p.payer)
	p.bankNumber(p.payeeSide(), &p.payee)
	p.textRules()
	p.reserved()
	p.titleRules()
	p.references()
}

// layout judges a number of fields that can be read.
func (p *parser) layout() {
	got := bankfile.Params{Got: int64(p.tokens.count)}
	switch {
	case got.Got > mostFields:
		p.find(bankfile.RecordTrailingEmpty, 0, "", got)
	case got.Got < fewestUsual || got.Got > mostUsual:
		p.find(bankfile.RecordFieldCountUnusual, 0, "", got)
	}
}

// controls reports the first control character of each field that has one.
func (p *parser) controls() {
	t := &p.tokens
	at, reported := 1, 0
	for i, b := range p.rec.Raw {
		if b >= 0x20 && b != 0x7f || b == '\t' {
			continue
		}
		for at < t.count && at < mostFields && i >= int(t.field[at+1].Start) {
			at++
		}
		if at != reported {
			reported = at
			p.find(bankfile.RecordControlChar, at, p.show(at), bankfile.Params{})
		}
	}
}

// find adds a finding with the severity of the catalogue.
func (p *parser) find(code bankfile.Code, field int, value string, params bankfile.Params) {
	severity, _ := code.DefaultSeverity()
	p.findAs(severity, code, field, value, params)
}

// findAs adds a finding whose severity depends on the side or the direction. Findings outlive their record, so the value
// is a copy of its own.
func (p *parser) findAs(s bankfile.Severity, code bankfile.Code, field int, value string, params bankfile.Params) {
	p.rec.Findings = append(p.rec.Findings, bankfile.Finding{
		Code: code, Severity: s, Line: p.rec.Line, Field: field, Value: strings.Clone(bankfile.Visible(value)), Params: params,
	})
}

// show returns the text of a field for a finding.
func (p *parser) show(n int) string { return p.enc.Text(p.tokens.content(min(n, mostFields))) }

// texts decodes the text fields.
func (p *parser) texts() {
	p.join(fieldPayerName, &p.name1)
	p.join(fieldPayeeName, &p.name2)
	p.join(fieldTitle, &p.title)
	p.join(fieldComplaint, &p.operation)
	p.join(fieldReference, &p.reference)
	p.join(fieldTaxNumber, &p.taxNumber)
	r := &p.rec
	r.PayerName, r.PayeeName, r.Title = p.name1.text, p.name2.text, p.title.text
	r.OperationNumber, r.Reference, r.TaxNumber = p.operation.text, p.reference.text, p.taxNumber.text
}

func (p *parser) join(field int, to *joined) {
	src := p.tokens.raw(field)
	how := joining{tagged: field == fieldTitle && structured(src), doubled: p.tokens.doubled>>field&1 != 0}
	if how != (joining{}) {
		p.joinOdd(src, how, to)
		return
	}
	p.joinText(p.tokens.field[field], to)
}

// joinText joins a text without tags and doubled quotes.
func (p *parser) joinText(x bankfile.Span, to *joined) {
	if x.Start == x.End {
		*to = joined{}
		return
	}
	src := p.tokens.line[x.Start:x.End]
	if p.scratch = p.scratch[:cap(p.scratch)]; len(p.scratch) < len(src)+joinRoom {
		p.scratch = make([]byte, 2*len(src)+joinRoom)
	}
	text := joinPlain(src, p.scratch, to)
	if text == nil {
		p.joinOdd(src, joining{}, to)
		return
	}
	to.text = p.keep(text)
}

func (p *parser) joinOdd(src []byte, how joining, to *joined) {
	p.scratch = joinAny(p.scratch, src, p.enc, how, to)
	to.text = p.keep(p.scratch)
}

// arenaBytes is the size of the pieces of memory that hold the texts of records, some seventy in each.
const arenaBytes = 8 << 10

// keep makes a string of b. Records share the memory of their strings, since so many small pieces would cost more than
// cutting lines into fields.
func (p *parser) keep(b []byte) string {
	start := p.arena.Len()
	if p.arena.Cap()-start < len(b) {
		p.arena, start = strings.Builder{}, 0
		p.arena.Grow(max(arenaBytes, len(b)))
	}
	p.arena.Write(b)
	return p.arena.String()[start:]
}
