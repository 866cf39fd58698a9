package pli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reader reads a file record by record. It is not safe for concurrent use.
type Reader struct {
	opt    Options
	open   func() (io.ReadCloser, error)
	survey survey
	parser parser
	report Report
	tally  tally

	file  io.Closer // open during the second reading
	lines *lineReader
	err   error // what Next returns from now on

	complete bool

	blanks    int  // blank lines since the last record
	lastEnded bool // the last record had a line end
	lastTorn  bool // the last record is lexically broken or short
	mismatch  Finding
}

// Open reads the file once to learn its size, its SHA-256, its encoding, its line ends and whether it
// is an Elixir-O file at all; [Reader.Next] opens it a second time for its records. An error means that
// opening or reading failed or that an option is invalid, never that the file is bad: that is in
// [Reader.Report], and Next returns io.EOF at once where there is nothing to read.
func Open(open func() (io.ReadCloser, error), o Options) (*Reader, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("open pli file: %w", err)
	}
	r := &Reader{opt: o, open: open, tally: tally{keep: o.Limits.Findings}, lastEnded: true}
	if err := r.prepare(); err != nil {
		return nil, fmt.Errorf("open pli file: %w", err)
	}
	file, err := open()
	if err != nil {
		return nil, fmt.Errorf("open pli file: %w", err)
	}
	defer file.Close()
	if err := r.survey.conduct(file, o.Limits.Bytes); err != nil {
		return nil, fmt.Errorf("open pli file: %w", err)
	}
	r.inspect()
	return r, nil
}

// prepare makes the parser's tables from the options.
func (r *Reader) prepare() error {
	own, err := newRanges(r.opt.Own)
	if err != nil {
		return err
	}
	r.parser = parser{opt: r.opt, own: own}
	if r.opt.Today != "" {
		d, err := parseISODay(r.opt.Today)
		if err != nil {
			return err
		}
		r.parser.today = d.number
	}
	return nil
}

// inspect turns what the first reading saw into findings and decides whether there will be a second.
func (r *Reader) inspect() {
	s := &r.survey
	r.report.Bytes, r.report.SHA256 = s.size, s.sum
	r.inspectName()
	if fatal := r.fatal(); fatal.Code != "" {
		r.fileFinding(fatal)
		r.err, r.complete = io.EOF, true
		return
	}
	r.inspectEncoding()
	r.inspectLineEnds()
	if s.substitutes > 0 {
		r.fileFinding(Finding{Code: FileDOSEOF})
	}
	r.parser.control = s.control > 0
}

func (r *Reader) inspectName() {
	name := r.opt.Name
	if name == "" {
		return
	}
	if len(name) > maxFileName || !utf8.ValidString(name) || strings.ContainsFunc(name, badInName) {
		r.fileFinding(Finding{Code: FileNameInvalid, Value: visible(name), Params: Params{Limit: maxFileName}})
	}
	for _, ending := range [...]string{".pli", ".pls", ".ple", ".txt"} {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return
		}
	}
	r.fileFinding(Finding{Code: FileExtension, Value: visible(name)})
}

func badInName(c rune) bool { return c == '/' || c == '\\' || c < 0x20 || c >= 0x7f && c < 0xa0 }

// fatal returns why the file's records are not worth reading. What it is told apart by comes first:
// a ZIP archive has zero bytes too, but its user is helped by hearing that it is a ZIP archive.
func (r *Reader) fatal() Finding {
	s := &r.survey
	hint := guess(s.head)
	switch {
	case s.utf16():
		return Finding{Code: FileEncodingUTF16}
	case hint != "":
		return Finding{Code: FileWrongFormat, Params: Params{Hint: hint}}
	case s.tooLarge:
		return Finding{Code: FileTooLarge, Params: Params{Limit: r.opt.Limits.Bytes}}
	case s.binary():
		return Finding{Code: FileNotText}
	}
	return Finding{}
}

// inspectEncoding decides the encoding: a byte order mark, then the setting, then detection.
func (r *Reader) inspectEncoding() {
	s := &r.survey
	found := s.evidence.judge()
	chosen := found.encoding
	start, _ := s.span()
	switch {
	case start > 0:
		r.fileFinding(Finding{Code: FileBOM})
		chosen, found = UTF8, verdict{encoding: UTF8}
	case r.opt.Encoding != Auto:
		chosen = r.opt.Encoding
	}
	r.report.Encoding, r.parser.enc = chosen, chosen
	if set := r.opt.Encoding; set != Auto && !s.evidence.agree(set, found.encoding) {
		r.fileFinding(Finding{Code: FileEncodingMismatch, Value: found.encoding.String(), Params: Params{Hint: chosen.String()}})
	} else if set == Auto && found.rival != Auto {
		r.fileFinding(Finding{Code: FileEncodingAmbiguous, Value: found.rival.String(), Params: Params{Hint: chosen.String()}})
	}
	if s.evidence.undefined(chosen) {
		r.fileFinding(Finding{Code: FileEncodingInvalid, Params: Params{Hint: chosen.String()}})
	}
}

func (r *Reader) inspectLineEnds() {
	switch s := &r.survey; {
	case s.lf > 0 && s.cr == 0 && s.crlf == 0:
		r.fileFinding(Finding{Code: FileLineEndingsLF})
	case s.cr > 0 && s.lf == 0 && s.crlf == 0:
		r.fileFinding(Finding{Code: FileLineEndingsCR})
	case s.lf > 0 || s.cr > 0:
		r.fileFinding(Finding{Code: FileLineEndingsMixed})
	}
}

// fileFinding adds a finding with the severity of the catalogue.
func (r *Reader) fileFinding(f Finding) {
	f.Severity, _ = f.Code.DefaultSeverity()
	r.tally.add(f)
}

// Next returns the next record, or io.EOF when there is none. Records with errors are returned too.
// The record, its Findings, its MPP and its Raw are overwritten by the next call. Any other error means
// that reading failed, is final, and makes the report worthless.
func (r *Reader) Next() (*Record, error) {
	if r.err == nil {
		rec, err := r.next()
		if err == nil {
			return rec, nil
		}
		r.finish(err)
	}
	return nil, r.err
}

func (r *Reader) next() (*Record, error) {
	if r.lines == nil {
		if err := r.second(); err != nil {
			return nil, err
		}
	}
	for {
		l, err := r.lines.next()
		if err != nil {
			return nil, err
		}
		r.report.Lines++
		switch {
		case blankLine(l.text) && !l.tooLong:
			r.blanks++
		case r.report.Lines == 1 && !l.tooLong && headerLine(l.text):
			value := visible(r.parser.enc.text(l.text))
			r.fileFinding(Finding{Code: FileHeaderLine, Line: 1, Value: value})
			r.lastEnded = l.ended
		case r.report.Records == r.opt.Limits.Records:
			r.fileFinding(Finding{Code: FileTooManyRecords, Params: Params{Limit: int64(r.opt.Limits.Records)}})
			r.lastEnded, r.lastTorn = true, false
			return nil, io.EOF
		default:
			return r.record(l), nil
		}
	}
}

// second opens the file again for its records.
func (r *Reader) second() error {
	file, err := r.open()
	if err != nil {
		return fmt.Errorf("second reading: %w", err)
	}
	r.file = file
	start, end := r.survey.span()
	r.lines = newLineReader(file, end, r.opt.Limits.Line, r.survey.cr > 0)
	return r.lines.skip(start)
}

// record parses a line and books what it says in the report.
func (r *Reader) record(l line) *Record {
	r.blankLines()
	rec := r.parser.parse(r.report.Lines, l)
	r.lastEnded, r.lastTorn = l.ended, torn(rec.Findings)
	for _, f := range rec.Findings {
		r.tally.add(f)
	}
	r.report.Records++
	r.report.All.add(rec.Amount)
	if rec.OK() {
		r.report.Accepted++
		r.report.Totals[rec.Direction].add(rec.Amount)
	} else {
		r.report.Refused.add(rec.Amount)
	}
	r.expect(rec)
	return rec
}

// blankLines reports the blank lines before a record; those at the end of a file are of no interest.
func (r *Reader) blankLines() {
	for ; r.blanks > 0; r.blanks-- {
		r.tally.add(Finding{Code: RecordBlankLine, Severity: Warning, Line: r.report.Lines - r.blanks})
	}
}

// torn reports the findings of a record that breaks off.
func torn(list []Finding) bool {
	for i := range list {
		switch f := &list[i]; f.Code {
		case RecordQuoteUnterminated, RecordQuoteStray:
			return true
		case RecordFieldCount:
			return f.Params.Got < fewestFields
		}
	}
	return false
}

// expect compares the direction of a record with what the operator said the file holds.
func (r *Reader) expect(rec *Record) {
	d := rec.Direction
	if r.opt.Expect == Credits && d.outgoing() || r.opt.Expect == Debits && d.incoming() {
		if r.mismatch.Params.Got++; r.mismatch.Line == 0 {
			r.mismatch.Line = rec.Line
		}
	}
}

// finish ends the reading; at the end of the file it says what only then can be said.
func (r *Reader) finish(err error) {
	r.err = err
	if closing := r.Close(); errors.Is(err, io.EOF) && closing != nil {
		r.err = fmt.Errorf("second reading: %w", closing)
	}
	if errors.Is(r.err, io.EOF) {
		r.conclude()
	}
}

func (r *Reader) conclude() {
	r.complete = true
	switch {
	case !r.lastEnded && r.lastTorn:
		r.fileFinding(Finding{Code: FileTruncated, Line: r.report.Lines - r.blanks})
	case !r.lastEnded:
		r.fileFinding(Finding{Code: FileNoFinalNewline})
	}
	if r.mismatch.Params.Got > 0 {
		r.mismatch.Code = FileDirectionMismatch
		r.mismatch.Params.Hint = [...]string{Credits: "credits", Debits: "debits"}[r.opt.Expect]
		r.fileFinding(r.mismatch)
	}
	r.controlTotals()
	header := r.tally.counts[FileHeaderLine] > 0
	switch {
	case r.report.Records == 0 && !header:
		r.fileFinding(Finding{Code: FileEmpty})
	case r.report.Accepted == 0:
		r.fileFinding(Finding{Code: FileNoValidRecords})
	}
}

func (r *Reader) controlTotals() {
	all := &r.report.All
	if want := r.opt.ExpectedCount; want != 0 && want != all.Count {
		r.fileFinding(controlTotal("count", int64(all.Count), int64(want)))
	}
	switch want := r.opt.ExpectedSum; {
	case all.Overflow:
		r.fileFinding(Finding{Code: FileSumOverflow})
	case want != 0 && want != all.Sum:
		r.fileFinding(controlTotal("sum", all.Sum, want))
	}
}

func controlTotal(hint string, got, want int64) Finding {
	return Finding{Code: FileControlTotals, Params: Params{Hint: hint, Got: got, Limit: want}}
}

// Close ends the reading early. After io.EOF it does nothing.
func (r *Reader) Close() error {
	if r.err == nil {
		r.err = errClosed
	}
	file := r.file
	if r.file = nil; file == nil {
		return nil
	}
	return file.Close()
}

var errClosed = errors.New("the reader is closed")

// Report returns what is known of the file so far; after io.EOF, all of it.
func (r *Reader) Report() Report {
	report := r.report
	report.Complete = r.complete
	report.File = slices.Clone(r.tally.file)
	report.Findings = r.tally.kept()
	report.Counts = maps.Clone(r.tally.counts)
	report.Errors, report.Warnings = r.tally.nErrors, r.tally.nWarns
	return report
}
