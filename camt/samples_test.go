package camt

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// Invented accounts: ours at the bank, two virtual ones, and two outside.
const (
	master = "PL83111111110000000000000010"
	anna   = "PL40111111117700000000000001"
	ewa    = "PL13111111117700000000000002"
	polish = "PL39222222220000000012345678"
	german = "DE60990000000000012345"
)

var update = flag.Bool("update", false, "write the golden files")

func optionsOf(currency string, decimals int) bankfile.Options {
	return bankfile.Options{Own: []bankfile.Own{{Prefix: "PL111111110000000000000010", Master: true}, {Prefix: "PL1111111177"}},
		Today: "2026-11-23", Currency: currency, Decimals: decimals}
}

func opener(file []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }
}

// kinds open a file by the name of its message.
var kinds = map[string]func(func() (io.ReadCloser, error), bankfile.Options) (*bankfile.Reader, error){
	"camt.053": Open053, "camt.054": Open054,
}

// tell reads a file to its end and writes down all of it.
func tell(t testing.TB, r *bankfile.Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		tellRecord(&b, rec)
	}
	report := r.Report()
	fmt.Fprintf(&b, "%s, records %d, accepted %d, errors %d, warnings %d\n", report.Encoding, report.Records, report.Accepted, report.Errors, report.Warnings)
	for _, f := range append(report.File, report.Findings...) {
		fmt.Fprintf(&b, "%d %s %s %s %q %+v\n", f.Line, f.Severity, f.Code, f.Element, f.Value, f.Params)
	}
	return b.String()
}

func tellRecord(b *strings.Builder, r *bankfile.Record) {
	fmt.Fprintf(b, "%d %s %s value %q amount %d type %q\n  payer %s %q %q\n  payee %s %q %q\n  title %q reference %q operation %q\n",
		r.Line, r.Direction, r.Date, r.ValueDate, r.Amount, r.Type, r.Payer.Kind, r.Payer, r.PayerName, r.Payee.Kind, r.Payee, r.PayeeName,
		r.Title, r.Reference, r.OperationNumber)
	if r.Return || r.Reversal {
		fmt.Fprintf(b, "  return %v %q reversal %v\n", r.Return, r.ReturnReason, r.Reversal)
	}
}

// TestGoldens reads whole files of three versions as banks send them.
func TestGoldens(t *testing.T) {
	for name, c := range map[string]struct {
		message, currency string
		decimals          int
	}{
		"statement-02":    {"camt.053", "EUR", 2},
		"notification-04": {"camt.054", "EUR", 2},
		"notification-08": {"camt.054", "JPY", 0},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile("testdata/" + name + ".xml")
			if err != nil {
				t.Fatal(err)
			}
			r, err := kinds[c.message](opener(file), optionsOf(c.currency, c.decimals))
			if err != nil {
				t.Fatal(err)
			}
			got, golden := tell(t, r), "testdata/"+name+".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
