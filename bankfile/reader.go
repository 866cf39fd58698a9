package bankfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Traits are what is special about a format before its first record is read.
type Traits struct {
	Name       string   // in Go errors: "pli"
	Extensions []string // that names end in, with the dot, in small letters
	Hints      []string // the signatures (keys of hints) that are the format's own; every other one means another format
	Lines      bool     // a file of lines: its encoding is detected, its line ends are judged, control characters are counted
	Longest    int      // bytes of a line or element where no limit is set
	MayBeEmpty bool     // a file without records is legal: a statement of a quiet day
}

// Format reads the records of one kind of file.
type Format interface {
	Traits() Traits
	// Start begins the second reading. src yields the file without byte order mark and end-of-file signs; file is what is
	// known of it, and takes findings until the reading ends. An error is about the options or the source.
	Start(src io.Reader, file *File) error
	// Next returns the next record with its findings, or io.EOF. It may use one record for all.
	Next() (*Record, error)
	// Finish reports what only the end of a file that was read to its end tells.
	Finish()
}

// A Format that opens the file once more for itself is an io.Closer too: the Reader closes it with its own source.

// File is what the first reading learned, and where a Format reports what is wrong outside of records.
type File struct {
	Options  Options // with defaults
	Own      Ranges
	Today    int      // number of the day; 0: dates are not compared with it
	Encoding Encoding // of the report; found at the first reading of a file of lines, else set by the Format
	Size     int64    // bytes that src of Start yields
	LoneCR   bool     // there are CR without LF
	Control  bool     // there are control characters that no text has
	Lines    int      // physical lines read so far, counted by the Format
	head     []byte
	tally    *tally
}

// Find adds a finding about the file or about a line that is no record, with the severity of the catalogue.
func (f *File) Find(found Finding) {
	found.Severity, _ = found.Code.DefaultSeverity()
	f.tally.add(found)
}

// Head returns the first bytes of the file, at most 4096.
func (f *File) Head() []byte { return f.head }

// Reader reads a file record by record. It is not safe for concurrent use.
type Reader struct {
	format Format
	traits Traits
	open   func() (io.ReadCloser, error)
	survey survey
	file   File
	report Report
	tally  tally

	source   io.Closer // open during the second reading
	started  bool
	err      error // what Next returns from now on
	mismatch Finding
}

// Open reads the file once to learn its size, its encoding, its line ends and whether it may be of the format
// at all; [Reader.Next] opens it a second time for its records. An error means that opening or reading failed or that an
// option is invalid, never that the file is bad: that is in [Reader.Report], and Next returns io.EOF at once where there is
// nothing to read.
func Open(open func() (io.ReadCloser, error), o Options, format Format) (*Reader, error) {
	r := &Reader{format: format, traits: format.Traits(), open: open}
	if err := r.prepare(o); err != nil {
		return nil, fmt.Errorf("open %s file: %w", r.traits.Name, err)
	}
	if err := r.first(); err != nil {
		return nil, fmt.Errorf("open %s file: %w", r.traits.Name, err)
	}
	r.inspect()
	return r, nil
}

// prepare makes tables from the options.
func (r *Reader) prepare(o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	o.Limits.Line = cmp.Or(o.Limits.Line, r.traits.Longest)
	r.tally.keep = o.Limits.Findings
	r.file = File{Options: o, tally: &r.tally}
	if r.file.Own, err = NewRanges(o.Own); err != nil {
		return err
	}
	if o.Today != "" {
		d, err := ParseDay(o.Today)
		if err != nil {
			return err
		}
		r.file.Today = d.Number
	}
	return nil
}

// first is the first reading.
func (r *Reader) first() error {
	file, err := r.open()
	if err != nil {
		return err
	}
	defer file.Close()
	return r.survey.conduct(file, r.file.Options.Limits.Bytes)
}

// inspect turns what the first reading saw into findings and decides whether there will be a second.
func (r *Reader) inspect() {
	s := &r.survey
	r.report.Bytes = s.size
	r.file.head = s.head
	r.inspectName()
	if fatal := r.fatal(); fatal.Code != "" {
		r.file.Find(fatal)
		r.err, r.report.Complete = io.EOF, true
		return
	}
	start, end := s.span()
	r.file.Size = end - start
	if r.traits.Lines {
		r.inspectEncoding()
		r.inspectLineEnds()
		if s.substitutes > 0 {
			r.file.Find(Finding{Code: FileDOSEOF})
		}
	}
	r.file.Control, r.file.LoneCR = s.control > 0, s.cr > 0
}

func (r *Reader) inspectName() {
	name := r.file.Options.Name
	if name == "" {
		return
	}
	if len(name) > maxFileName || !utf8.ValidString(name) || strings.ContainsFunc(name, badInName) {
		r.file.Find(Finding{Code: FileNameInvalid, Value: Visible(name), Params: Params{Limit: maxFileName}})
	}
	for _, ending := range r.traits.Extensions {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return
		}
	}
	r.file.Find(Finding{Code: FileExtension, Value: Visible(name), Params: Params{Hint: strings.Join(r.traits.Extensions, " ")}})
}

func badInName(c rune) bool { return c == '/' || c == '\\' || c < 0x20 || c >= 0x7f && c < 0xa0 }

// fatal returns why the file's records are not worth reading. What it is told apart by comes first: a ZIP archive has zero
// bytes too, but its user is helped by hearing that it is a ZIP archive.
func (r *Reader) fatal() Finding {
	s := &r.survey
	hint := guess(s.head)
	switch {
	case s.utf16():
		return Finding{Code: FileEncodingUTF16}
	case hint != "" && !slices.Contains(r.traits.Hints, hint):
		return Finding{Code: FileWrongFormat, Params: Params{Hint: hint}}
	case s.tooLarge:
		return Finding{Code: FileTooLarge, Params: Params{Limit: r.file.Options.Limits.Bytes}}
	case s.binary():
		return Finding{Code: FileNotText}
	}
	return Finding{}
}

// inspectEncoding decides the encoding: a byte order mark, then the setting, then detection.
func (r *Reader) inspectEncoding() {
	s, set := &r.survey, r.file.Options.Dialect.Encoding
	found := s.evidence.judge()
	chosen := found.encoding
	start, _ := s.span()
	switch {
	case start > 0:
		r.file.Find(Finding{Code: FileBOM})
		chosen, found = UTF8, verdict{encoding: UTF8}
	case set != Auto:
		chosen = set
	}
	r.file.Encoding = chosen
	if set != Auto && !s.evidence.agree(set, found.encoding) {
		r.file.Find(Finding{Code: FileEncodingMismatch, Value: found.encoding.String(), Params: Params{Hint: chosen.String()}})
	} else if set == Auto && found.rival != Auto {
		r.file.Find(Finding{Code: FileEncodingAmbiguous, Value: found.rival.String(), Params: Params{Hint: chosen.String()}})
	}
	if s.evidence.undefined(chosen) {
		r.file.Find(Finding{Code: FileEncodingInvalid, Params: Params{Hint: chosen.String()}})
	}
}

func (r *Reader) inspectLineEnds() {
	switch s := &r.survey; {
	case s.lf > 0 && s.cr == 0 && s.crlf == 0:
		r.file.Find(Finding{Code: FileLineEndingsLF})
	case s.cr > 0 && s.lf == 0 && s.crlf == 0:
		r.file.Find(Finding{Code: FileLineEndingsCR})
	case s.lf > 0 || s.cr > 0:
		r.file.Find(Finding{Code: FileLineEndingsMixed})
	}
}

// Next returns the next record, or io.EOF when there is none. Records with errors are returned too. The record is
// overwritten by the next call. Any other error means that reading failed, is final, and makes the report worthless.
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

var errLimit = errors.New("limit of records reached")

func (r *Reader) next() (*Record, error) {
	if !r.started {
		if err := r.second(); err != nil {
			return nil, err
		}
	}
	rec, err := r.format.Next()
	if err != nil {
		return nil, err
	}
	if r.report.Records == r.file.Options.Limits.Records {
		r.file.Find(Finding{Code: FileTooManyRecords, Params: Params{Limit: int64(r.report.Records)}})
		return nil, errLimit
	}
	r.book(rec)
	return rec, nil
}

// second opens the file again for its records.
func (r *Reader) second() error {
	file, err := r.open()
	if err != nil {
		return fmt.Errorf("second reading: %w", err)
	}
	r.source, r.started = file, true
	start, _ := r.survey.span()
	if _, err := io.CopyN(io.Discard, file, start); err != nil {
		return fmt.Errorf("second reading: %w", err)
	}
	return r.format.Start(file, &r.file)
}

// book takes a record into the report.
func (r *Reader) book(rec *Record) {
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
}

// expect compares the direction of a record with what the operator said the file holds.
func (r *Reader) expect(rec *Record) {
	d, want := rec.Direction, r.file.Options.Expect
	if want == Credits && d.Outgoing() || want == Debits && d.Incoming() {
		if r.mismatch.Params.Got++; r.mismatch.Line == 0 {
			r.mismatch.Line = rec.Line
		}
	}
}

// finish ends the reading; at the end of the file it says what only then can be said.
func (r *Reader) finish(err error) {
	r.err = err
	if errors.Is(err, errLimit) {
		r.err = io.EOF
	}
	if closing := r.Close(); errors.Is(r.err, io.EOF) && closing != nil {
		r.err = fmt.Errorf("second reading: %w", closing)
	}
	if !errors.Is(r.err, io.EOF) {
		return
	}
	if !errors.Is(err, errLimit) {
		r.format.Finish()
	}
	r.conclude()
}

func (r *Reader) conclude() {
	r.report.Complete = true
	if r.mismatch.Params.Got > 0 {
		r.mismatch.Code = FileDirectionMismatch
		r.mismatch.Params.Hint = [...]string{Credits: "credits", Debits: "debits"}[r.file.Options.Expect]
		r.file.Find(r.mismatch)
	}
	r.controlTotals()
	header := r.tally.counts[FileHeaderLine] > 0
	switch {
	case r.report.Records == 0 && r.traits.MayBeEmpty:
	case r.report.Records == 0 && !header:
		r.file.Find(Finding{Code: FileEmpty})
	case r.report.Accepted == 0:
		r.file.Find(Finding{Code: FileNoValidRecords})
	}
}

func (r *Reader) controlTotals() {
	all, o := &r.report.All, &r.file.Options
	if want := o.ExpectedCount; want != 0 && want != all.Count {
		r.file.Find(controlTotal("count", int64(all.Count), int64(want)))
	}
	switch want := o.ExpectedSum; {
	case all.Overflow:
		r.file.Find(Finding{Code: FileSumOverflow})
	case want != 0 && want != all.Sum:
		r.file.Find(controlTotal("sum", all.Sum, want))
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
	source := r.source
	if r.source = nil; source == nil {
		return nil
	}
	err := source.Close()
	if own, ok := r.format.(io.Closer); ok {
		err = errors.Join(err, own.Close())
	}
	return err
}

var errClosed = errors.New("the reader is closed")

// Report returns what is known of the file so far; after io.EOF, all of it.
func (r *Reader) Report() Report {
	report := r.report
	report.Lines, report.Encoding = r.file.Lines, r.file.Encoding
	report.File = slices.Clone(r.tally.file)
	report.Findings = r.tally.kept()
	report.Counts = maps.Clone(r.tally.counts)
	report.Errors, report.Warnings = r.tally.nErrors, r.tally.nWarns
	return report
}
