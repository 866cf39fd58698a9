package pli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"ims/bankfile"
)

// TestCopyRecords: what is copied are the bank's bytes, line ends included, whatever the lines end in.
func TestCopyRecords(t *testing.T) {
	good := `110,20261120,12345,22222222,0,"39222222220000000012345678","40111111117700000000000001","A","B",0,11111111,"T","","","51",""`
	bad, long := strings.Replace(good, "12345", "1x", 1), strings.Repeat("9", 200_000)
	for name, c := range map[string]struct{ file, want string }{
		"CR LF":                  {good + "\r\n" + bad + "\r\n" + good + "\r\n" + bad + "\r\n", bad + "\r\n" + bad + "\r\n"},
		"LF":                     {bad + "\n" + good + "\n", bad + "\n"},
		"CR":                     {good + "\r" + bad + "\r" + good + "\r", bad + "\r"},
		"mixed":                  {bad + "\r" + bad + "\r\n" + good + "\n" + bad + "\n", bad + "\r" + bad + "\r\n" + bad + "\n"},
		"no last end":            {good + "\r\n" + bad, bad},
		"blank lines":            {"\r\n\r\n" + bad + "\r\n\r\n" + good + "\r\n\r\n" + bad + "\r\n", bad + "\r\n" + bad + "\r\n"},
		"mark and end of file":   {"\xef\xbb\xbf" + bad + "\r\n" + bad + "\x1a\x1a", bad + "\r\n" + bad},
		"longer than may be":     {good + "\r\n" + long + "\r\n" + bad + "\r\n", long + "\r\n" + bad + "\r\n"},
		"other bytes stay":       {strings.Replace(bad, `"T"`, "\"\x97\x88\"", 1) + "\r\n", strings.Replace(bad, `"T"`, "\"\x97\x88\"", 1) + "\r\n"},
		"nothing to copy":        {good + "\r\n", ""},
		"no file of this format": {"PK\x03\x04", ""},
	} {
		var out bytes.Buffer
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(c.file)), nil }
		o := bankfile.Options{Own: []bankfile.Own{{Prefix: "PL111111117700"}}, Today: "2026-11-23"}
		n, err := CopyRecords(&out, open, o, func(r *bankfile.Record) bool { return !r.OK() })
		if err != nil || out.String() != c.want {
			t.Errorf("%s: copied %d records, %d bytes: %.300q, %v", name, n, out.Len(), out.String(), err)
		}
	}
}

// TestCopyRecordsFails: a reader or a writer that breaks is told of, never taken for an end.
func TestCopyRecordsFails(t *testing.T) {
	broken, file := errors.New("broken"), "1\r\n2\r\n"
	for fails := range 4 {
		opened := 0
		open := func() (io.ReadCloser, error) {
			if opened++; opened == fails {
				return nil, broken
			}
			return io.NopCloser(strings.NewReader(file)), nil
		}
		out := io.Discard
		if fails == 0 {
			out = brokenWriter{broken}
		}
		if _, err := CopyRecords(out, open, bankfile.Options{Today: "2026-11-23"}, func(*bankfile.Record) bool { return true }); !errors.Is(err, broken) {
			t.Errorf("failure %d: %v", fails, err)
		}
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }
