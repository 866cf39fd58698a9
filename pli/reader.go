package pli

import (
	"io"

	"ims/bankfile"
)

// Open returns a reader of an Elixir-O file, see [bankfile.Open].
func Open(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	return bankfile.Open(open, o, &format{lastEnded: true})
}

// format reads the records of one file, a line each.
type format struct {
	file   *bankfile.File
	parser parser
	lines  *bankfile.LineReader

	blanks    int  // blank lines since the last record
	lastEnded bool // the last record had a line end
	lastTorn  bool // the last record is lexically broken or short
	records   int
	untyped   int // records whose first field is no message type
	orders    orderSigns
}

// Traits implements [bankfile.Format].
func (f *format) Traits() bankfile.Traits {
	return bankfile.Traits{Name: "pli", Extensions: []string{".pli", ".pls", ".ple", ".txt"}, Hints: []string{"elixir"}, Lines: true, Longest: bankfile.DefaultLine}
}

// Start implements [bankfile.Format].
func (f *format) Start(src io.Reader, file *bankfile.File) error {
	f.file = file
	f.parser = parser{opt: &file.Options, own: &file.Own, enc: file.Encoding, control: file.Control, today: file.Today}
	f.parser.transfers = allows(&file.Options.Dialect, []byte("110"))
	f.lines = bankfile.NewLineReader(src, file.Size, file.Options.Limits.Line, file.LoneCR)
	return nil
}

// Next implements [bankfile.Format].
func (f *format) Next() (*bankfile.Record, error) {
	for {
		l, err := f.lines.Next()
		if err != nil {
			return nil, err
		}
		f.file.Lines++
		switch {
		case blankLine(l.Text) && !l.TooLong:
			f.blanks++
		case f.file.Lines == 1 && !l.TooLong && headerLine(l.Text):
			value := bankfile.Visible(f.parser.enc.Text(l.Text))
			f.file.Find(bankfile.Finding{Code: bankfile.FileHeaderLine, Line: 1, Value: value})
			f.lastEnded = l.Ended
		default:
			return f.record(l), nil
		}
	}
}

func (f *format) record(l bankfile.Line) *bankfile.Record {
	f.blankLines()
	rec := f.parser.parse(f.file.Lines, l)
	f.lastEnded, f.lastTorn = l.Ended, torn(rec.Findings)
	if f.records++; rec.Type != "110" && !typed(rec) {
		f.untyped++
	}
	f.orders.see(rec)
	return rec
}

// typed reports a record that begins as one does: with three digits, or with nothing.
func typed(r *bankfile.Record) bool {
	start, end := r.Span(fieldType)
	return start == end || end-start == len("110") && bankfile.DigitsOnly(r.Raw[start:end])
}

// blankLines reports the blank lines before a record; those at the end of a file are of no interest.
func (f *format) blankLines() {
	for ; f.blanks > 0; f.blanks-- {
		f.file.Find(bankfile.Finding{Code: bankfile.RecordBlankLine, Line: f.file.Lines - f.blanks})
	}
}

// torn reports the findings of a record that breaks off.
func torn(list []bankfile.Finding) bool {
	for i := range list {
		switch f := &list[i]; f.Code {
		case bankfile.RecordQuoteUnterminated, bankfile.RecordQuoteStray:
			return true
		case bankfile.RecordFieldCount:
			return f.Params.Got < fewestFields
		}
	}
	return false
}

// Finish implements [bankfile.Format].
func (f *format) Finish() {
	switch {
	case !f.lastEnded && f.lastTorn:
		f.file.Find(bankfile.Finding{Code: bankfile.FileTruncated, Line: f.file.Lines - f.blanks})
	case !f.lastEnded:
		f.file.Find(bankfile.Finding{Code: bankfile.FileNoFinalNewline})
	}
	if f.untyped > 1 && f.untyped == f.records {
		f.file.Find(bankfile.Finding{Code: bankfile.FileWrongFormat, Params: bankfile.Params{Hint: "layout"}})
	}
	if line := f.orders.verdict(); line > 0 {
		f.file.Find(bankfile.Finding{Code: bankfile.FileOrders, Line: line, Params: bankfile.Params{Hint: "future"}})
	}
}

// orderSigns tell a file of orders, which has the same layout, from one of bookings: all its records take money from our
// accounts, and a booking is never dated in the future.
type orderSigns struct {
	incoming bool
	future   int // the first line with a date in the future
}

func (o *orderSigns) see(r *bankfile.Record) {
	if r.Direction.Incoming() || r.Direction == bankfile.Internal {
		o.incoming = true
	}
	if o.future == 0 {
		for i := range r.Findings {
			if r.Findings[i].Code == bankfile.RecordDateFuture && r.Direction.Outgoing() {
				o.future = r.Line
			}
		}
	}
}

// verdict returns the line that betrays a file of orders, or 0.
func (o *orderSigns) verdict() int {
	if o.incoming {
		return 0
	}
	return o.future
}
