package pli

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// The invented world of the samples: our bank 11111111, client prefix 7700, one collective account.
var sampleOwn = []bankfile.Own{{Prefix: "PL111111117700"}, {Prefix: "PL111111110000000000000010", Master: true}}

func sampleOptions() bankfile.Options {
	return bankfile.Options{Name: "sample.pli", Own: sampleOwn, Today: "2026-11-23"}
}

// opener serves b as often as it is asked.
func opener(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// result is a file read to its end, with copies of what records lend.
type result struct {
	records []bankfile.Record
	report  bankfile.Report
}

func readAll(t testing.TB, b []byte, o bankfile.Options) result {
	t.Helper()
	r, err := Open(opener(b), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	var res result
	for {
		rec, err := r.Next()
		if err == io.EOF {
			res.report = r.Report()
			return res
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		c := *rec
		c.Findings, c.Raw, c.Spans = slices.Clone(rec.Findings), bytes.Clone(rec.Raw), slices.Clone(rec.Spans)
		if rec.SplitPayment != nil {
			c.SplitPayment = new(*rec.SplitPayment)
		}
		res.records = append(res.records, c)
	}
}

// readOne reads a file that holds one record.
func readOne(t testing.TB, b []byte, o bankfile.Options) bankfile.Record {
	t.Helper()
	res := readAll(t, b, o)
	if len(res.records) != 1 {
		t.Fatalf("%d records, want 1", len(res.records))
	}
	return res.records[0]
}

// codes returns the distinct codes of a severity, sorted.
func codes(list []bankfile.Finding, s bankfile.Severity) []string {
	var out []string
	for _, f := range list {
		if f.Severity == s {
			out = append(out, string(f.Code))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

type sample struct {
	name, direction string
	errors, warns   []string
	line            []byte
}

var (
	sampleHead = regexp.MustCompile(`^# (\S+) dir=(\S+) err=(\S+) warn=(\S+) : `)
	byteEscape = regexp.MustCompile(`\\x[0-9A-F]{2}`)
)

// samples reads testdata/samples.txt: a comment line with what is expected, then the record.
func samples(t testing.TB) []sample {
	t.Helper()
	b, err := os.ReadFile("testdata/samples.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []sample
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		m := sampleHead.FindStringSubmatch(lines[i])
		if m == nil {
			t.Fatalf("line %d is no sample head: %s", i+1, lines[i])
		}
		list = append(list, sample{m[1], m[2], codeList(m[3]), codeList(m[4]), unescape(lines[i+1])})
	}
	return list
}

func codeList(s string) []string {
	if s == "-" {
		return nil
	}
	list := strings.Split(s, ",")
	slices.Sort(list)
	return list
}

func unescape(s string) []byte {
	return byteEscape.ReplaceAllFunc([]byte(s), func(m []byte) []byte {
		n, _ := strconv.ParseUint(string(m[2:]), 16, 8)
		return []byte{byte(n)}
	})
}

func sampleNamed(t testing.TB, name string) []byte {
	t.Helper()
	for _, s := range samples(t) {
		if s.name == name {
			return slices.Concat(s.line, []byte("\r\n"))
		}
	}
	t.Fatalf("no sample %s", name)
	return nil
}

// registryDecides lists what this package leaves to its caller: the warning needs a registry or a
// balance, and until that is asked the direction is that of the ranges alone.
var registryDecides = map[string]string{
	"X30": "credit", "X31": "credit", "X32": "credit", "X33": "debit",
	"X31b": "debit", "X32b": "debit", "X30b": "debit", "X48": "internal",
}

func TestSamples(t *testing.T) {
	list := samples(t)
	if len(list) != 96 {
		t.Fatalf("%d samples, want 96", len(list))
	}
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			if d, ok := registryDecides[s.name]; ok {
				s.direction, s.warns = d, nil
			}
			res := readAll(t, slices.Concat(s.line, []byte("\r\n")), sampleOptions())
			if len(res.records) != 1 {
				t.Fatalf("%d records, want 1; report %+v", len(res.records), res.report)
			}
			checkSample(t, s, &res.records[0], &res.report)
		})
	}
}

func checkSample(t *testing.T, s sample, rec *bankfile.Record, report *bankfile.Report) {
	t.Helper()
	if got := rec.Direction.String(); got != s.direction {
		t.Errorf("direction %s, want %s", got, s.direction)
	}
	if diff := cmp.Diff(s.errors, codes(rec.Findings, bankfile.Error)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(s.warns, codes(rec.Findings, bankfile.Warning)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if rec.OK() != (len(s.errors) == 0) || report.Executable() != rec.OK() {
		t.Errorf("OK %v, executable %v with errors %v", rec.OK(), report.Executable(), s.errors)
	}
	for _, f := range rec.Findings {
		if f.Line != 1 || f.Field < 0 || f.Field > 17 {
			t.Errorf("finding is not placed: %+v", f)
		}
	}
}
