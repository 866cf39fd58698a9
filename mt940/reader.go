package mt940

import (
	"fmt"
	"io"

	"ims/bankfile"
)

// Open940 returns a reader of statements MT940, see [bankfile.Open]. The master accounts of Options.Own are those that a
// statement may be of; Options.Currency and Decimals are those of its balances and amounts.
func Open940(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	return bankfile.Open(open, o, &format{kind: endOfDay})
}

// Open942 returns a reader of interim reports MT942. They have no balances and announce what the MT940 of the day books again:
// an account is fed by one of the two, never by both.
func Open942(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	return bankfile.Open(open, o, &format{kind: interim})
}

// messageKind is the number of a SWIFT message type.
type messageKind string

const (
	endOfDay messageKind = "940"
	interim  messageKind = "942"
)

// format reads the records of one file.
type format struct {
	kind      messageKind
	file      *bankfile.File
	fields    scanner
	parser    parser
	statement statement
	last      part // the message before this one
	messages  int
	dashes    bool // a message without blocks was ended by a hyphen
	otherKind bool // a message of the other kind was met and reported
}

// Traits implements [bankfile.Format].
func (f *format) Traits() bankfile.Traits {
	return bankfile.Traits{
		Name: "mt" + string(f.kind), Extensions: []string{".sta", ".mt" + string(f.kind), "." + string(f.kind), ".txt"},
		Hints: []string{"mt94x", "swift"}, Lines: true, Longest: bankfile.DefaultLine, MayBeEmpty: true,
	}
}

// Start implements [bankfile.Format].
func (f *format) Start(src io.Reader, file *bankfile.File) error {
	o := &file.Options
	if s := o.Dialect.Subfield; s != "" && (len(s) != 2 || !bankfile.DigitsOnly([]byte(s))) {
		return fmt.Errorf("subfield %q of the virtual IBAN: two digits wanted", s)
	}
	f.file = file
	f.parser = newParser(file)
	f.fields = scanner{file: file, lines: bankfile.NewLineReader(src, file.Size, o.Limits.Line, file.LoneCR), limit: o.Limits.Line}
	return nil
}

// Next implements [bankfile.Format].
func (f *format) Next() (*bankfile.Record, error) {
	for {
		e, err := f.fields.next()
		if err != nil {
			return nil, err
		}
		switch e.kind {
		case eventBegin:
			f.begin(e)
		case eventStray:
			f.file.Find(bankfile.Finding{Code: bankfile.FileMalformed, Line: e.line, Value: f.parser.text(e.value)})
		case eventEnd:
			f.end(e)
		default:
			rec, err := f.field(e)
			if rec != nil || err != nil {
				return rec, err
			}
		}
	}
}

// field takes one field of a message: a :61: with its :86: is a record, if it is booked.
func (f *format) field(e event) (*bankfile.Record, error) {
	if !f.statement.place(e) {
		return nil, nil
	}
	if e.tag != "61" {
		f.statement.read(e)
		return nil, nil
	}
	p := &f.parser
	p.begin(e)
	follows, err := f.fields.follows("86")
	if err != nil {
		return nil, err
	}
	if follows {
		e, err := f.fields.next()
		if err != nil {
			return nil, err
		}
		f.statement.place(e)
		p.attach(e)
	}
	return f.booking(), nil
}

// booking judges the :61: and :86: that the parser holds; nil for what is only announced.
func (f *format) booking() *bankfile.Record {
	s, p := &f.statement, &f.parser
	p.booking()
	s.count(p.mark, p.amount, p.summed)
	if p.mark.expected() && p.summed {
		f.file.Find(bankfile.Finding{Code: bankfile.RecordNotBooked, Line: p.rec.Line, Element: ":61:", Value: string(p.mark)})
		return nil
	}
	p.complete(s)
	return &p.rec
}

// Finish implements [bankfile.Format].
func (f *format) Finish() {
	switch {
	case f.messages == 0:
		f.file.Find(bankfile.Finding{Code: bankfile.FileEmpty})
	case f.fields.headed:
		f.file.Find(bankfile.Finding{Code: bankfile.FileTruncated, Line: f.file.Lines})
	}
	if f.last.open {
		f.file.Find(bankfile.Finding{Code: bankfile.FileStatementPart, Line: f.last.line, Value: f.last.name()})
	}
}
