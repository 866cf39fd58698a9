package pli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// filesOf joins parts to a file.
func fileOf(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func utf16le(b []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(b))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// TestFiles holds the file-level table of the samples. All codes of the report are compared, also those of records.
func TestFiles(t *testing.T) {
	r := bytes.TrimSuffix(sampleNamed(t, "V01"), []byte("\r\n"))
	r2 := bytes.TrimSuffix(sampleNamed(t, "V03"), []byte("\r\n"))
	for name, c := range map[string]struct {
		file    []byte
		want    string // codes, sorted
		hint    string
		records int
	}{
		"F01 nothing":          {nil, "file.empty", "", 0},
		"F02 blank lines":      {fileOf("\r\n\r\n"), "file.empty", "", 0},
		"F02 blanks":           {fileOf("          \r\n  "), "file.empty", "", 0},
		"F03 UTF-16":           {utf16le(r), "file.encoding_utf16", "", 0},
		"F04 zip":              {fileOf("PK\x03\x04\x14\x00\x00\x00"), "file.wrong_format", "zip", 0},
		"F04 pdf":              {fileOf("%PDF-1.7\n"), "file.wrong_format", "pdf", 0},
		"F04 ole":              {fileOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "file.wrong_format", "ole", 0},
		"F05 mt940":            {fileOf(":20:STMT\r\n:25:/PL40111111117600000000000001\r\n"), "file.wrong_format", "mt94x", 0},
		"F05 swift":            {fileOf("{1:F01BANKPLPWAXXX0000000000}{2:O940}{4:\r\n:20:X\r\n"), "file.wrong_format", "swift", 0},
		"F06 xml":              {fileOf("<?xml version=\"1.0\"?>\n<Document/>"), "file.wrong_format", "xml", 0},
		"F06 xml, BOM":         {fileOf("\xef\xbb\xbf<Document xmlns=\"x\"/>"), "file.wrong_format", "xml", 0},
		"F07 erste":            {fileOf("4120414|1\r\n1|2|3\r\n"), "file.wrong_format", "erste", 0},
		"F07 pla":              {fileOf(":01:1\r\n:02:3\r\n"), "file.wrong_format", "pla", 0},
		"F08 zero byte":        {bytes.Replace(r, []byte("SALDA"), []byte("SAL\x00A"), 1), "file.not_text", "", 0},
		"F08 controls":         {bytes.Repeat([]byte("110,2026\x01,"), 9), "file.not_text", "", 0},
		"F10 header":           {fileOf("Typ,Data,Kwota\r\n", r, "\r\n"), "file.header_line", "", 1},
		"F10 header alone":     {fileOf("Typ,Data,Kwota\r\n"), "file.header_line file.no_valid_records", "", 0},
		"F11 truncated":        {fileOf(r, "\r\n", r[:150]), "file.truncated record.quote_unterminated", "", 2},
		"F11 short":            {fileOf(r, "\r\n", r[:29]), "file.truncated record.field_count", "", 2},
		"F11 broken, not torn": {fileOf(r, "\r\n", r[:150], "\r\n"), "record.quote_unterminated", "", 2},
		"F12 BOM":              {fileOf("\xef\xbb\xbf", r, "\r\n"), "file.bom", "", 1},
		"F13 CR":               {fileOf(r, "\r", r, "\r"), "file.line_endings_cr", "", 2},
		"F13 LF":               {fileOf(r, "\n", r, "\n"), "file.line_endings_lf", "", 2},
		"F14 mixed":            {fileOf(r, "\r\n", r, "\n"), "file.line_endings_mixed", "", 2},
		"F14 all three":        {fileOf(r, "\r", r, "\r\n", r2, "\n"), "file.line_endings_mixed", "", 3},
		"F15 blank line":       {fileOf(r, "\r\n\r\n", r2, "\r\n"), "record.blank_line", "", 2},
		"F16 1A":               {fileOf(r, "\r\n\x1a"), "file.dos_eof", "", 1},
		"F16 many 1A":          {fileOf(r, "\r\n", bytes.Repeat([]byte{0x1a}, 100)), "file.dos_eof", "", 1},
		"F16 1A inside":        {fileOf(r, "\r\n\x1a\r\n", r, "\r\n"), "record.control_char record.field_count", "", 3},
		"F18 no line end":      {r, "file.no_final_newline", "", 1},
		"F18 no line end, 1A":  {fileOf(r, "\x1a"), "file.dos_eof file.no_final_newline", "", 1},
		"F19 blank at the end": {fileOf(r, "\r\n\r\n\r\n"), "", "", 1},
		"F22 semicolons":       {bytes.ReplaceAll(r, []byte(","), []byte(";")), "file.wrong_format", "semicolon", 0},
		"F22 bars":             {bytes.ReplaceAll(r, []byte(","), []byte("|")), "file.wrong_format", "pipe", 0},
		"gzip":                 {fileOf("\x1f\x8b\x08\x00"), "file.wrong_format", "gzip", 0},
		"another layout":       {bytes.Repeat(fileOf("02", r[3:], "\r\n"), 2), "file.no_valid_records file.wrong_format record.type_format", "layout", 2},
		"one line of another":  {fileOf("02", r[3:], "\r\n", r, "\r\n"), "record.type_format", "", 2},
		"all records bad":      {fileOf(r[:29], "\r\n"), "file.no_valid_records record.field_count", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			res := readAll(t, c.file, sampleOptions())
			if got := strings.Join(counted(res.report), " "); got != c.want {
				t.Errorf("codes %q, want %q", got, c.want)
			}
			if len(res.records) != c.records || res.report.Records != c.records {
				t.Errorf("%d records, reported %d, want %d", len(res.records), res.report.Records, c.records)
			}
			if c.hint != "" && res.report.File[0].Params.Hint != c.hint {
				t.Errorf("hint %q, want %q", res.report.File[0].Params.Hint, c.hint)
			}
			if res.report.Bytes != int64(len(c.file)) {
				t.Errorf("%d bytes reported of %d", res.report.Bytes, len(c.file))
			}
		})
	}
}

func counted(r bankfile.Report) []string {
	var list []string
	for c := range r.Counts {
		list = append(list, string(c))
	}
	slices.Sort(list)
	return list
}

// TestLineNumbers: physical lines count, and findings stand on them (F15, F12).
func TestLineNumbers(t *testing.T) {
	r := sampleNamed(t, "V01")
	res := readAll(t, fileOf("\xef\xbb\xbf", r, "\r\n", " \t\r\n", sampleNamed(t, "X17")), sampleOptions())
	if res.records[0].Type != "110" || res.records[0].Line != 1 || res.records[1].Line != 4 {
		t.Errorf("type %q, lines %d and %d", res.records[0].Type, res.records[0].Line, res.records[1].Line)
	}
	want := []bankfile.Finding{
		{Code: bankfile.RecordAmountZero, Severity: bankfile.Error, Line: 4, Field: 3, Value: "0"},
		{Code: bankfile.RecordBlankLine, Severity: bankfile.Warning, Line: 2},
		{Code: bankfile.RecordBlankLine, Severity: bankfile.Warning, Line: 3},
	}
	if diff := cmp.Diff(want, res.report.Findings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	r := sampleNamed(t, "V01")
	limited := func(l bankfile.Limits) bankfile.Options {
		o := sampleOptions()
		o.Limits = l
		return o
	}

	f09 := readAll(t, bytes.Repeat(r, 5001), limited(bankfile.Limits{Records: 5000}))
	if f09.report.Counts[bankfile.FileTooManyRecords] != 1 || len(f09.records) != 5000 || !f09.report.Damaged() {
		t.Errorf("F09: %d records, %v", len(f09.records), f09.report.Counts)
	}
	if res := readAll(t, bytes.Repeat(r, 5000), limited(bankfile.Limits{Records: 5000})); !res.report.Executable() {
		t.Errorf("just as many records as allowed: %v", res.report.Counts)
	}

	big := bytes.Repeat(append(bytes.Repeat([]byte{'7'}, 63), '\n'), 10<<20/64)
	o := limited(bankfile.Limits{Bytes: 10 << 20})
	f24 := readAll(t, append(big, 'x'), o)
	if f24.report.Counts[bankfile.FileTooLarge] != 1 || f24.report.Records != 0 || !f24.report.Damaged() {
		t.Errorf("F24: %v", f24.report.Counts)
	}
	if res := readAll(t, big, o); res.report.Counts[bankfile.FileTooLarge] != 0 {
		t.Errorf("just as large as allowed: %v", res.report.Counts)
	}

	long := append(bytes.Repeat([]byte{'1'}, 5000), "\r\n"...)
	f25 := readAll(t, fileOf(r, long, r), sampleOptions())
	if got := codes(f25.records[1].Findings, bankfile.Error); !slices.Equal(got, []string{"record.too_long"}) || len(f25.records) != 3 || !f25.records[2].OK() {
		t.Errorf("F25: %v in %d records", got, len(f25.records))
	}
	alone := readAll(t, bytes.Repeat([]byte{'A'}, 5000), sampleOptions())
	if alone.report.Counts[bankfile.RecordTooLong] != 1 || alone.report.Counts[bankfile.FileHeaderLine] != 0 {
		t.Errorf("F25 alone: %v", alone.report.Counts)
	}
	if len(f25.records[1].Raw) != bankfile.DefaultLine {
		t.Errorf("F25: %d bytes kept, want %d", len(f25.records[1].Raw), bankfile.DefaultLine)
	}
}

// TestTooLargeStops: bytes beyond the limit are not read, except what one buffer holds.
func TestTooLargeStops(t *testing.T) {
	endless := &countingReader{}
	o := sampleOptions()
	o.Limits.Bytes = 1 << 20
	r, err := Open(func() (io.ReadCloser, error) { return io.NopCloser(endless), nil }, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("Next: %v", err)
	}
	if endless.n > 1<<20+(64<<10) {
		t.Errorf("read %d bytes of an endless file", endless.n)
	}
}

type countingReader struct{ n int }

func (c *countingReader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '1'
	}
	c.n += len(b)
	return len(b), nil
}

// TestLongLines: lines around the limit and around the reader's buffer, with every kind of line end.
func TestLongLines(t *testing.T) {
	for _, end := range []string{"\r\n", "\n", "\r"} {
		for _, n := range []int{4095, 4096, 4097, (64 << 10) - 1, (64 << 10), (64 << 10) + 1, 3 * (64 << 10)} {
			file := fileOf("110,1", end, strings.Repeat("9", n), end, "110,2", end)
			res := readAll(t, file, sampleOptions())
			if len(res.records) != 3 || string(res.records[0].Raw) != "110,1" || string(res.records[2].Raw) != "110,2" {
				t.Fatalf("%q, %d bytes: %d records", end, n, len(res.records))
			}
			if tooLong := res.records[1].Findings[0].Code == bankfile.RecordTooLong; tooLong != (n > 4096) {
				t.Errorf("%q, %d bytes: too long %v", end, n, tooLong)
			}
		}
	}
}

// TestSums: exact up to the last grosz, and said to be beyond counting when they are (F23).
func TestSums(t *testing.T) {
	r := sampleNamed(t, "V01")
	top := bytes.Replace(r, []byte(",12345,"), []byte(",999999999999999,"), 1)
	res := readAll(t, fileOf(r, top, top), sampleOptions())
	if got := res.report.Totals[bankfile.Credit]; got != (bankfile.Total{Count: 3, Sum: 2*999999999999999 + 12345}) {
		t.Errorf("F23: %+v", got)
	}
	over := readAll(t, bytes.Repeat(top, 9300), sampleOptions())
	if !over.report.Damaged() || over.report.Counts[bankfile.FileSumOverflow] != 1 || !over.report.Totals[bankfile.Credit].Overflow {
		t.Errorf("9300 times the highest amount: %v, %+v", over.report.Counts, over.report.Totals[bankfile.Credit])
	}
}

func TestTotalsByDirection(t *testing.T) {
	file := fileOf(sampleNamed(t, "V01"), sampleNamed(t, "V03"), sampleNamed(t, "V04"), sampleNamed(t, "X47"), sampleNamed(t, "X27"), sampleNamed(t, "X17"))
	rep := readAll(t, file, sampleOptions()).report
	want := [bankfile.Directions]bankfile.Total{bankfile.Credit: {Count: 1, Sum: 12345}, bankfile.Debit: {Count: 1, Sum: 9900}, bankfile.Internal: {Count: 1, Sum: 5000}, bankfile.Unallocated: {Count: 1, Sum: 12345}}
	if diff := cmp.Diff(want, rep.Totals); diff != "" {
		t.Errorf("accepted (-want +got):\n%s", diff)
	}
	if rep.Refused != (bankfile.Total{Count: 2, Sum: 12345}) || rep.All != (bankfile.Total{Count: 6, Sum: 12345*3 + 9900 + 5000}) || rep.Accepted != 4 {
		t.Errorf("refused %+v, all %+v, accepted %d", rep.Refused, rep.All, rep.Accepted)
	}
	if rep.Executable() || rep.Damaged() || !rep.Complete {
		t.Errorf("two bad records: executable %v, damaged %v", rep.Executable(), rep.Damaged())
	}
}

func TestControlTotals(t *testing.T) {
	file := fileOf(sampleNamed(t, "V01"), sampleNamed(t, "V03"))
	o := sampleOptions()
	o.ExpectedCount, o.ExpectedSum = 2, 12345+9900
	if res := readAll(t, file, o); !res.report.Executable() {
		t.Errorf("right totals: %v", res.report.File)
	}
	o.ExpectedCount, o.ExpectedSum = 3, 12345
	want := []bankfile.Finding{
		{Code: bankfile.FileControlTotals, Severity: bankfile.Error, Params: bankfile.Params{Hint: "count", Got: 2, Limit: 3}},
		{Code: bankfile.FileControlTotals, Severity: bankfile.Error, Params: bankfile.Params{Hint: "sum", Got: 12345 + 9900, Limit: 12345}},
	}
	if diff := cmp.Diff(want, readAll(t, file, o).report.File); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExpectation(t *testing.T) {
	internal := sampleNamed(t, "V04")
	file := fileOf(internal, sampleNamed(t, "V01"), sampleNamed(t, "V03"), sampleNamed(t, "V03"))
	for _, c := range []struct {
		expect bankfile.Expectation
		want   []bankfile.Finding
	}{
		{bankfile.Mixed, nil},
		{bankfile.Credits, []bankfile.Finding{{Code: bankfile.FileDirectionMismatch, Severity: bankfile.Error, Line: 3, Params: bankfile.Params{Hint: "credits", Got: 2}}}},
		{bankfile.Debits, []bankfile.Finding{{Code: bankfile.FileDirectionMismatch, Severity: bankfile.Error, Line: 2, Params: bankfile.Params{Hint: "debits", Got: 1}}}},
	} {
		o := sampleOptions()
		o.Expect = c.expect
		if diff := cmp.Diff(c.want, readAll(t, file, o).report.File); diff != "" {
			t.Errorf("expectation %d (-want +got):\n%s", c.expect, diff)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "wyciag.pli": "", "WYCIAG.PLI": "", "a.pls": "", "a.ple": "", "a.txt": "", "zażółć.pli": "",
		"a.csv": "file.extension", "pli": "file.extension",
		"../a.pli": "file.name_invalid", `c:\a.pli`: "file.name_invalid", "a\n.pli": "file.name_invalid",
		"a\xff.pli": "file.name_invalid", strings.Repeat("a", 252) + ".pli": "file.name_invalid",
	} {
		o := sampleOptions()
		o.Name = name
		if got := strings.Join(counted(readAll(t, sampleNamed(t, "V01"), o).report), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestFindingsKept: many warnings cannot push an error out, and counts stay complete.
func TestFindingsKept(t *testing.T) {
	warned, bad := sampleNamed(t, "X42"), sampleNamed(t, "X17")
	file := fileOf(bytes.Repeat(warned, 30), bad, warned, bad)
	o := sampleOptions()
	o.Limits.Findings = 10
	rep := readAll(t, file, o).report
	if len(rep.Findings) != 10 || rep.Findings[0].Line != 31 || rep.Findings[1].Line != 33 || rep.Findings[2].Line != 1 {
		t.Errorf("kept %v", rep.Findings)
	}
	if rep.Counts[bankfile.RecordTitleMissing] != 31 || rep.Counts[bankfile.RecordAmountZero] != 2 || rep.Errors != 2 || rep.Warnings != 31 {
		t.Errorf("counts %v, %d errors, %d warnings", rep.Counts, rep.Errors, rep.Warnings)
	}
}

// TestGoErrors: reading that fails is our failure, never the file's.
func TestGoErrors(t *testing.T) {
	broken := errors.New("disk gone")
	file := bytes.Repeat(sampleNamed(t, "V01"), 3000)
	for name, open := range map[string]func() (io.ReadCloser, error){
		"open":            func() (io.ReadCloser, error) { return nil, broken },
		"first reading":   failAt(file, 1, 1000, broken),
		"first torn":      failAt(file, 1, 1000, fmt.Errorf("%w: %w", broken, io.ErrUnexpectedEOF)),
		"second opening":  failAt(file, 2, -1, broken),
		"second reading":  failAt(file, 2, 600000, broken),
		"second shorter":  failAt(file, 2, 600000, io.EOF),
		"second is empty": failAt(file, 2, 0, io.EOF),
	} {
		r, err := Open(open, sampleOptions())
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, broken) && !errors.Is(err, bankfile.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// failAt opens b; the opening of the given number fails after some bytes, or at once if negative.
func failAt(b []byte, number, after int, err error) func() (io.ReadCloser, error) {
	opened := 0
	return func() (io.ReadCloser, error) {
		opened++
		switch {
		case opened != number:
			return io.NopCloser(bytes.NewReader(b)), nil
		case after < 0:
			return nil, err
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(b[:after]), failing{err})), nil
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestOptionsRefused(t *testing.T) {
	for name, change := range map[string]func(*bankfile.Options){
		"short prefix": func(o *bankfile.Options) { o.Own = []bankfile.Own{{Prefix: "PL1111111"}} },
		"long prefix":  func(o *bankfile.Options) { o.Own = []bankfile.Own{{Prefix: "PL" + strings.Repeat("1", 25)}} },
		"letters":      func(o *bankfile.Options) { o.Own = []bankfile.Own{{Prefix: "PL1111111X"}} },
		"both kinds": func(o *bankfile.Options) {
			o.Own = []bankfile.Own{{Prefix: "PL11111111"}, {Prefix: "PL11111111", Master: true}}
		},
		"no such day":      func(o *bankfile.Options) { o.Today = "2026-02-30" },
		"another form":     func(o *bankfile.Options) { o.Today = "20261123" },
		"negative limit":   func(o *bankfile.Options) { o.Limits.Line = -1 },
		"unknown encoding": func(o *bankfile.Options) { o.Dialect.Encoding = 99 },
	} {
		o := sampleOptions()
		change(&o)
		if _, err := Open(opener(nil), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestClose: the second opening is closed at the end of the file and by Close before it.
func TestClose(t *testing.T) {
	for _, readTo := range []int{1, 3} {
		closed := 0
		r, err := Open(func() (io.ReadCloser, error) {
			return closeCounter{bytes.NewReader(bytes.Repeat(sampleNamed(t, "V01"), 2)), &closed}, nil
		}, sampleOptions())
		if err != nil {
			t.Fatal(err)
		}
		for range readTo {
			_, _ = r.Next()
		}
		if closing := r.Close(); closing != nil || closed != 2 {
			t.Errorf("read %d: closed %d times, want 2; %v", readTo, closed, closing)
		}
		if _, after := r.Next(); after == nil || (readTo == 3) != (after == io.EOF) {
			t.Errorf("read %d: Next after Close: %v", readTo, after)
		}
	}
}

type closeCounter struct {
	io.Reader
	n *int
}

func (c closeCounter) Close() error { *c.n++; return nil }

// TestSmallReads: how the bytes arrive does not matter.
func TestSmallReads(t *testing.T) {
	file := fileOf("\xef\xbb\xbf", sampleNamed(t, "V02"), "\r\n", bytes.TrimSuffix(sampleNamed(t, "V03"), []byte("\n")), sampleNamed(t, "X01"))
	want := fmt.Sprintf("%+v", readAll(t, file, sampleOptions()).report)
	r, err := Open(func() (io.ReadCloser, error) { return io.NopCloser(&oneByte{file}), nil }, sampleOptions())
	for err == nil {
		_, err = r.Next()
	}
	if got := fmt.Sprintf("%+v", r.Report()); got != want {
		t.Errorf("a byte at a time:\n%s\nat once:\n%s", got, want)
	}
}

type oneByte struct{ b []byte }

func (o *oneByte) Read(p []byte) (int, error) {
	if len(o.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], o.b)
	o.b = o.b[n:]
	return n, nil
}

// TestHalfReadIsNotExecutable: a report asked for too early must not open the way to the money.
func TestHalfReadIsNotExecutable(t *testing.T) {
	r, err := Open(opener(bytes.Repeat(sampleNamed(t, "V01"), 2)), sampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if report := r.Report(); report.Executable() || report.Complete {
			t.Errorf("executable after %d records: %+v", i, report)
		}
		if _, err := r.Next(); (err != nil) != (i == 2) {
			t.Fatal(err)
		}
	}
	if report := r.Report(); !report.Executable() {
		t.Errorf("not executable: %+v", report)
	}
}
