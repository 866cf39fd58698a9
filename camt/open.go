package camt

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

// The messages, as feeding formats are called.
const (
	message053 = "camt.053"
	message054 = "camt.054"
)

// Open053 returns a reader of statements (camt.053), see [bankfile.Open]. Where a statement has an opening and a closing
// balance, they must agree with its bookings.
//
// Options.Own must have the account of every statement as a Master range; Currency and Decimals are the account's.
func Open053(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	return bankfile.Open(open, o, &format{open: open, message: message053})
}

// Open054 returns a reader of notifications of bookings (camt.054), as Open053 but without balances.
func Open054(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	return bankfile.Open(open, o, &format{open: open, message: message054})
}

// format reads the records of one file.
type format struct {
	open    func() (io.ReadCloser, error)
	message string
	file    *bankfile.File
	table   *bankfile.Table
	walk    *walker

	found     bool // the message that was expected
	accounts  int  // statements or notifications that began
	line      int  // of the last record
	statement statement
	entry     entry
	detail    detail
	within    within
	ready     bool // entry is complete and has records to hand out
	judge     judge
	again     *again
	heads     *heads // only for copies
	end       error  // what Next returns when nothing is ready any more
}

// within is the innermost of our elements, which takes the values.
type within uint8

const (
	inNothing within = iota
	inStatement
	inBalance
	inEntry
	inDetail
)

// longest is the limit of an element where none is set.
const longest = 64 << 10

// Traits implements [bankfile.Format].
func (f *format) Traits() bankfile.Traits {
	return bankfile.Traits{Name: f.message, Extensions: []string{".xml", ".camt"}, Hints: []string{"xml"}, Longest: longest, MayBeEmpty: true}
}

// Start implements [bankfile.Format].
func (f *format) Start(src io.Reader, file *bankfile.File) error {
	f.file = file
	f.judge = newJudge(file)
	if found := f.unreadable(); found.Code != "" {
		f.stop(&refusal{found})
		return nil
	}
	file.Encoding, _, _ = bankfile.Declared(file.Head())
	if file.Encoding.SingleByte() {
		f.table = file.Encoding.Table()
	}
	f.walk = newWalker(newSource(src, file.Size, f.table, file.Options.Limits.Line), nil)
	return nil
}

// unreadable tells from the head of a file why it is none of ours.
func (f *format) unreadable() (found bankfile.Finding) {
	head := bytes.TrimLeft(bytes.TrimPrefix(f.file.Head(), bankfile.ByteOrderMark), " \t\r\n")
	_, name, ok := bankfile.Declared(f.file.Head())
	switch {
	case len(head) == 0:
		found.Code = bankfile.FileEmpty
	case head[0] != '<':
		found.Code, found.Params.Hint = bankfile.FileWrongFormat, "notxml"
	case !ok:
		found.Code, found.Params.Hint = bankfile.FileForbiddenContent, fmt.Sprintf("encoding=\"%s\"", bankfile.Visible(name))
	}
	return found
}

// stop ends the reading of records: with io.EOF, whatever is wrong with the file, or with an error of our own.
func (f *format) stop(err error) {
	f.end = err
	if refused, ok := errors.AsType[*refusal](err); ok {
		f.file.Find(refused.Finding)
		f.end = io.EOF
	} else if errors.Is(err, io.EOF) {
		f.whole()
	}
}

// whole judges a file that was read to the end of its document.
func (f *format) whole() {
	switch {
	case !f.found:
		f.file.Find(bankfile.Finding{Code: bankfile.FileWrongFormat, Params: bankfile.Params{Hint: "otherxml"}})
	case f.accounts == 0:
		f.file.Find(bankfile.Finding{Code: bankfile.FileEmpty})
	}
}

// Next implements [bankfile.Format].
func (f *format) Next() (*bankfile.Record, error) {
	for {
		if f.ready {
			record, err := f.nextOfEntry()
			if err != nil || record != nil {
				return record, err
			}
			f.ready = false
		}
		if f.end != nil {
			return nil, f.end
		}
		if err := f.advance(); err != nil {
			f.stop(err)
		}
	}
}

// Finish implements [bankfile.Format].
func (f *format) Finish() {
	if f.walk != nil && f.walk.src.replaced {
		f.file.Find(bankfile.Finding{Code: bankfile.FileEncodingInvalid, Params: bankfile.Params{Hint: f.file.Encoding.String()}})
	}
}

// Close closes the file that was opened for long entries.
func (f *format) Close() error {
	if f.again == nil {
		return nil
	}
	err := f.again.file.Close()
	f.again = nil
	return err
}

// advance takes one step.
func (f *format) advance() error {
	s, err := f.walk.next()
	if err != nil {
		return err
	}
	if !s.end {
		return f.begin(s)
	}
	return f.finish(s)
}

// begin takes the beginning of an element.
func (f *format) begin(s step) error {
	if f.heads != nil {
		f.heads.begin(s, f.walk)
	}
	switch s.field {
	case aMessage:
		return f.expect(s.name)
	case aStatement:
		f.accounts++
		f.within, f.statement = inStatement, statement{values: f.statement.values}
		f.statement.values.reset()
	case aBalance:
		f.within = inBalance
		f.statement.balance.reset()
	case anEntry:
		f.within = inEntry
		f.entry.begin(f.walk)
		return f.account()
	case theDetails:
		f.entry.details(f.walk)
	case aDetail:
		f.entry.endHead(f.walk)
		f.within = inDetail
		f.detail.begin(f.walk)
	}
	f.values().take(s)
	return nil
}

// finish takes the end of an element.
func (f *format) finish(s step) error {
	if f.heads != nil {
		f.heads.end(s, f.walk)
	}
	switch s.field {
	case aDetail:
		f.within = inEntry
		f.detail.end(f.walk)
		f.entry.add(&f.detail, f.walk, &f.judge)
	case anEntry:
		f.within = inStatement
		f.endEntry()
	case aBalance:
		f.within = inStatement
		return f.statement.endBalance(&f.judge)
	case aStatement:
		f.within = inNothing
		return f.endStatement()
	default:
		f.values().take(s)
	}
	return nil
}

// values are those of the innermost of our elements.
func (f *format) values() *values {
	switch f.within {
	case inBalance:
		return &f.statement.balance
	case inEntry:
		return &f.entry.values
	case inDetail:
		return &f.detail.values
	default:
		return &f.statement.values
	}
}

// expect refuses any other message.
func (f *format) expect(name string) error {
	if name == f.message {
		f.found = true
		return nil
	}
	code := bankfile.FileWrongFormat
	if name == "pain" || name == "pain.008" {
		code = bankfile.FileOrders
	}
	return &refusal{bankfile.Finding{Code: code, Params: bankfile.Params{Hint: name}}}
}
