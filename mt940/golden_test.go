package mt940

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The invented world of the tests: our bank 11111111, customer prefix 7700, one master account.
var own = []bankfile.Own{{Prefix: "PL111111117700"}, {Prefix: "PL111111110000000000000010", Master: true}}

const (
	master      = "PL83111111110000000000000010"
	virtual1    = "PL40111111117700000000000001"
	virtual4    = "PL56111111117700000000000004"
	outsideIBAN = "PL39222222220000000012345678"
)

func options() bankfile.Options {
	return bankfile.Options{Name: "sample.sta", Own: own, Today: "2026-11-23"}
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

type openFunc func(func() (io.ReadCloser, error), bankfile.Options) (*bankfile.Reader, error)

func readAll(t testing.TB, open openFunc, src func() (io.ReadCloser, error), o bankfile.Options) result {
	t.Helper()
	r, err := open(src, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	var res result
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			res.report = r.Report()
			return res
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		c := *rec
		c.Findings, c.Raw = slices.Clone(rec.Findings), bytes.Clone(rec.Raw)
		res.records = append(res.records, c)
	}
}

// TestGolden reads the files of testdata, each in another dialect, and compares all that records and reports say.
func TestGolden(t *testing.T) {
	for name, c := range map[string]struct {
		open openFunc
		set  func(*bankfile.Options)
	}{
		"caret":    {Open940, func(o *bankfile.Options) { o.Dialect.Subfield = "63" }},
		"angle":    {Open940, func(*bankfile.Options) {}},
		"tilde":    {Open940, func(*bankfile.Options) {}},
		"question": {Open940, func(o *bankfile.Options) { o.Currency, o.Decimals, o.Today = "EUR", 2, "2027-01-05" }},
		"free":     {Open940, func(o *bankfile.Options) { o.Currency = "JPY" }},
		"interim":  {Open942, func(*bankfile.Options) {}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			c.set(&o)
			file := sample(t, name)
			got := render(readAll(t, c.open, opener(file), o))
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			slow := func() (io.ReadCloser, error) { return io.NopCloser(iotest.OneByteReader(bytes.NewReader(file))), nil }
			if again := render(readAll(t, c.open, slow, o)); again != got {
				t.Errorf("read byte by byte it is another file:\n%s", cmp.Diff(got, again))
			}
		})
	}
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".sta"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// render writes all of a result as text, records as blocks of lines.
func render(res result) string {
	var b strings.Builder
	for i := range res.records {
		r := &res.records[i]
		fmt.Fprintf(&b, "line %d: %s %d, booked %s, value %s, type %s\n", r.Line, r.Direction, r.Amount, r.Date, r.ValueDate, r.Type)
		fmt.Fprintf(&b, "  payer %s %s %q\n  payee %s %s %q\n", r.Payer.Kind, r.Payer, r.PayerName, r.Payee.Kind, r.Payee, r.PayeeName)
		fmt.Fprintf(&b, "  title %q\n  reference %q, operation %q\n", r.Title, r.Reference, r.OperationNumber)
		if r.Return || r.Reversal {
			fmt.Fprintf(&b, "  return %v %s, reversal %v\n", r.Return, r.ReturnReason, r.Reversal)
		}
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "  %s %s %s: %s\n", f.Severity, f.Code, f.Element, f.Message("en"))
		}
	}
	rep := &res.report
	fmt.Fprintf(&b, "%s, %d lines, %d records, %d accepted, errors %d, warnings %d, executable %v\n",
		rep.Encoding, rep.Lines, rep.Records, rep.Accepted, rep.Errors, rep.Warnings, rep.Executable())
	for _, f := range slices.Concat(rep.File, rep.Findings) {
		if f.Code.AboutFile() || f.Code == bankfile.RecordNotBooked {
			fmt.Fprintf(&b, "line %d: %s %s: %s\n", f.Line, f.Severity, f.Code, f.Message("en"))
		}
	}
	return b.String()
}
