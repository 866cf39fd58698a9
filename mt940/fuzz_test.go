package mt940

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"ims/bankfile"
)

// FuzzParse: no bytes panic, hang or fail; what is accepted is whole; counts agree; and how the bytes arrive does not matter.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"caret", "angle", "tilde", "question", "free", "interim"} {
		f.Add(sample(f, name), uint8(len(name)))
	}
	f.Add(file(whole), uint8(0))
	f.Add(file(whole+whole), uint8(1))
	f.Add(file(interimWhole), uint8(2))
	f.Add([]byte(":20:X\n:25:"+master+"\n:61:261120C1,NTRFX\n"), uint8(3))
	f.Add(file(strings.Replace(whole, "NTRFREF-1", "NTRF\xffREF-1", 1)), uint8(0)) // a hard blank
	f.Fuzz(func(t *testing.T, b []byte, how uint8) {
		open, o := Open940, options()
		if how&1 != 0 {
			open = Open942
		}
		if how&2 != 0 {
			o.Dialect.Subfield = "63"
		}
		o.Decimals, o.Currency = int(how>>2&3), "PLN"
		o.Limits = bankfile.Limits{Records: 50, Line: 600, Findings: 20}
		res := readAll(t, open, opener(b), o)
		checkReport(t, &res)
		slow := readAll(t, open, func() (io.ReadCloser, error) { return io.NopCloser(iotest.OneByteReader(bytes.NewReader(b))), nil }, o)
		if render(res) != render(slow) {
			t.Fatalf("how bytes arrive matters:\n%s\n%s", render(res), render(slow))
		}
	})
}

func checkReport(t *testing.T, res *result) {
	rep, last := &res.report, 0
	for i := range res.records {
		r := &res.records[i]
		if r.Line <= last || r.Line > rep.Lines {
			t.Fatalf("line %d after %d of %d", r.Line, last, rep.Lines)
		}
		last = r.Line
		if len(r.Raw) > 600 || !bytes.HasPrefix(r.Raw, []byte(element61)) {
			t.Fatalf("raw is %q", r.Raw)
		}
		for _, text := range []string{r.Title, r.PayerName, r.PayeeName, r.Reference, r.OperationNumber} {
			if !utf8.ValidString(text) || text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
				t.Fatalf("text %q", text)
			}
		}
		if r.OK() {
			checkAccepted(t, r)
		}
	}
	total := 0
	for _, n := range rep.Counts {
		total += n
	}
	if total != rep.Errors+rep.Warnings || rep.Records != rep.All.Count || len(rep.Findings) > 20 || len(rep.File) > 21 {
		t.Fatalf("report %+v", rep)
	}
}

// checkAccepted: what may be posted is whole: an amount, a day, and our account on the side that the direction names.
func checkAccepted(t *testing.T, r *bankfile.Record) {
	ours, other := r.Payee, r.Payer
	switch r.Direction {
	case bankfile.Credit, bankfile.Unallocated:
	case bankfile.Debit, bankfile.Charges:
		ours, other = r.Payer, r.Payee
	default:
		t.Fatalf("accepted: %+v", r)
	}
	virtual := r.Direction == bankfile.Credit || r.Direction == bankfile.Debit
	if virtual != (ours.Kind == bankfile.Virtual) || ours.IBAN.IsZero() || other.Kind > bankfile.External || other == ours {
		t.Fatalf("accepted: %+v", r)
	}
	if r.Amount <= 0 || r.Amount > bankfile.MaxAmount || len(r.Date) != 10 {
		t.Fatalf("accepted: %+v", r)
	}
}
