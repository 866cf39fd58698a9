package pli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ims/bankfile"
	"ims/iban"
)

func addSamples(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.line)
	}
}

// FuzzTokens: no line panics, fields lie inside it in their order, and a line that has no lexical error
// says the same when each field is written in quotes.
func FuzzTokens(f *testing.F) {
	addSamples(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		line = bytes.ReplaceAll(bytes.ReplaceAll(line, []byte{'\r'}, nil), []byte{'\n'}, nil)
		var tok tokens
		code := tok.split(line)
		last := 0
		for n := 1; n <= min(tok.count, mostFields); n++ {
			x := tok.field[n]
			if int(x.Start) < last || x.End < x.Start || int(x.End) > len(line) {
				t.Fatalf("field %d at %d..%d after %d of %d", n, x.Start, x.End, last, len(line))
			}
			last = int(x.End)
		}
		if code == "" && !tok.surplus {
			sameFields(t, &tok)
		}
	})
}

func sameFields(t *testing.T, first *tokens) {
	var quoted [][]byte
	count := min(first.count, mostFields)
	for n := 1; n <= count; n++ {
		quoted = append(quoted, slices.Concat([]byte{'"'}, first.raw(n), []byte{'"'}))
	}
	var second tokens
	if code := second.split(bytes.Join(quoted, []byte{','})); code != "" || second.count != count {
		t.Fatalf("quoted: %q, %d fields, had %d", code, second.count, count)
	}
	for n := 1; n <= count; n++ {
		if !bytes.Equal(first.content(n), second.content(n)) {
			t.Fatalf("field %d: %q and %q", n, first.content(n), second.content(n))
		}
	}
}

// FuzzTitle: titles of any bytes join to bounded valid text the same way on both paths, and the parts of
// a split payment are parts of it.
func FuzzTitle(f *testing.F) {
	for _, s := range []string{"A|B", "/VAT/230,00/IDC/1234563218/INV/FV/2|026/11/0042/TXT/ZAPLATA", "/TI/N1|/OKR/|/SFP/X", `""|""`, "\xa3 \t||\x01"} {
		f.Add([]byte(s), uint8(2))
	}
	f.Fuzz(func(t *testing.T, src []byte, e uint8) {
		enc := bankfile.Encoding(e%5) + bankfile.ASCII
		src = bytes.Trim(bytes.ReplaceAll(src, []byte{'"'}, []byte(`""`)), " \t") // as a field is
		samePaths(t, src)
		var j joined
		title := string(joinAny(nil, src, enc, joining{structured(src), bytes.IndexByte(src, '"') >= 0}, &j))
		if strings.ToValidUTF8(title, "") != title || strings.Contains(title, "|") || title != strings.Trim(title, " ") {
			t.Fatalf("%q became %q", src, title)
		}
		if !structured(src) && strings.Contains(title, "  ") {
			t.Fatalf("%q: double blank in %q", src, title)
		}
		var m bankfile.SplitPayment
		if vat, ok := cutTitle(title, &m); ok {
			for _, part := range []string{vat, m.ID, m.Invoice, m.Text} {
				if !strings.Contains(title, part) {
					t.Fatalf("%q is not in %q", part, title)
				}
			}
			_, _ = parseVAT(vat)
		}
	})
}

// FuzzParse: no bytes panic, hang or fail; records, findings and totals agree with each other; and each
// line gets the findings it gets alone.
func FuzzParse(f *testing.F) {
	addSamples(f)
	valid := sampleNamed(f, "V01")
	f.Add(slices.Concat(valid, valid[:150]))
	f.Add(slices.Concat(valid, []byte("\x1a")))
	f.Add(slices.Concat([]byte("Typ,Data\r\n\r\n"), valid))
	f.Fuzz(func(t *testing.T, file []byte) {
		o := sampleOptions()
		o.Limits = bankfile.Limits{Records: 50, Line: 600, Findings: 20}
		res := readAll(t, file, o)
		checkReport(t, &res)
		if len(res.records) == 0 || res.report.Counts[bankfile.FileTooManyRecords] > 0 {
			return
		}
		o.Dialect.Encoding = res.report.Encoding
		aloneAsTogether(t, &res, o)
	})
}

func checkReport(t *testing.T, res *result) {
	rep := &res.report
	found, accepted := 0, 0
	for i := range res.records {
		rec := &res.records[i]
		found += len(rec.Findings)
		if rec.OK() {
			accepted++
			checkAccepted(t, rec)
		}
		for _, finding := range rec.Findings {
			_ = finding.Message("pl")
			if finding.Line != rec.Line {
				t.Fatalf("finding %+v on line %d", finding, rec.Line)
			}
		}
	}
	total := 0
	for _, n := range rep.Counts {
		total += n
	}
	if total != found+len(rep.File)+rep.Counts[bankfile.RecordBlankLine] || total != rep.Errors+rep.Warnings {
		t.Fatalf("%d findings counted, %d in records, %d of the file", total, found, len(rep.File))
	}
	if accepted != rep.Accepted || len(res.records) != rep.Records || rep.Records != rep.All.Count || len(rep.Findings) > 20 {
		t.Fatalf("report %+v", rep)
	}
	if rep.Executable() && (rep.Damaged() || accepted != rep.Records || accepted == 0) {
		t.Fatalf("executable: %+v", rep)
	}
}

// checkAccepted: what may be posted is whole: an amount, a day, a direction, and valid accounts of ours
// on the sides that the direction names.
func checkAccepted(t *testing.T, r *bankfile.Record) {
	ours := func(a bankfile.Account) bool {
		return (a.Kind == bankfile.Virtual || a.Kind == bankfile.Master) && a.IBAN.Country() == "PL"
	}
	fits := false
	switch r.Direction {
	case bankfile.Credit, bankfile.Unallocated:
		fits = ours(r.Payee)
	case bankfile.Debit, bankfile.Charges:
		fits = ours(r.Payer) && !r.Payee.IBAN.IsZero()
	case bankfile.Internal, bankfile.Funding, bankfile.Sweep:
		fits = ours(r.Payer) && ours(r.Payee) && r.Payer.IBAN != r.Payee.IBAN
	}
	if !fits || r.Amount <= 0 || r.Amount > bankfile.MaxAmount || len(r.Date) != 10 {
		t.Fatalf("accepted: %+v", r)
	}
}

// aloneAsTogether reads each line as a file of its own.
func aloneAsTogether(t *testing.T, res *result, o bankfile.Options) {
	for i := range res.records {
		want := res.records[i]
		if len(want.Findings) > 0 && want.Findings[0].Code == bankfile.RecordTooLong {
			continue
		}
		r := lineAlone(t, want.Raw, o)
		if r == nil {
			continue
		}
		if diff := cmp.Diff(want, *r, cmpopts.IgnoreUnexported(bankfile.Record{}), cmpopts.IgnoreFields(bankfile.Record{}, "Line"), cmpopts.IgnoreFields(bankfile.Finding{}, "Line"),
			cmpopts.EquateComparable(iban.IBAN{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("line %d depends on its neighbours (-together +alone):\n%s", want.Line, diff)
		}
	}
}

// lineAlone parses one line with the encoding of its file; the rules about files are left out, since a
// single line may by itself look like something else.
func lineAlone(t *testing.T, raw []byte, o bankfile.Options) *bankfile.Record {
	f := &format{}
	r, err := bankfile.Open(opener([]byte("1\n")), o, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	f.parser.enc, f.parser.control = o.Dialect.Encoding, true
	if blankLine(raw) {
		return nil
	}
	return f.parser.parse(1, bankfile.Line{Text: roomy(raw), Ended: true})
}

// TestNeighbours: each sample between two others, good or bad, has the findings it has alone.
func TestNeighbours(t *testing.T) {
	all := samples(t)
	for _, beside := range []string{"V01", "X01", "X16", "X45", "V02"} {
		var file []byte
		for _, s := range all {
			file = append(append(append(file, sampleNamed(t, beside)...), s.line...), "\r\n"...)
		}
		o := sampleOptions()
		o.Dialect.Encoding = bankfile.UTF8
		res := readAll(t, file, o)
		if len(res.records) != 2*len(all) {
			t.Fatalf("%d records", len(res.records))
		}
		aloneAsTogether(t, &res, o)
	}
}

func ExampleOpen() {
	file := `110,20261120,12345,22222222,0,"39222222220000000012345678","40111111117700000000000001","JAN TESTOWY|UL. POLNA 1","",0,11111111,"DOLADOWANIE","","","51",""` + "\r\n"
	r, err := Open(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }, bankfile.Options{
		Own:   []bankfile.Own{{Prefix: "PL111111117700"}},
		Today: "2026-11-23",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		rec, err := r.Next()
		if err != nil {
			break // io.EOF, or reading failed
		}
		fmt.Println(rec.Direction, rec.Amount, rec.Payee, rec.PayerName, rec.Title)
	}
	report := r.Report()
	fmt.Println(report.Executable(), report.Totals[bankfile.Credit].Sum)
	// Output:
	// credit 12345 PL40111111117700000000000001 JAN TESTOWY UL. POLNA 1 DOLADOWANIE
	// true 12345
}
