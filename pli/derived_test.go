package pli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/bankfile"
)

// The values that the samples document beside their findings.

func TestPolishTitleInFourEncodings(t *testing.T) {
	utf := sampleNamed(t, "V02")
	files := map[bankfile.Encoding][]byte{bankfile.UTF8: utf}
	for _, enc := range []bankfile.Encoding{bankfile.Windows1250, bankfile.ISO88592, bankfile.CP852} {
		files[enc] = encodeFor(enc, string(utf))
	}
	for enc, b := range files {
		res := readAll(t, b, sampleOptions())
		rec := res.records[0]
		if res.report.Encoding != enc {
			t.Errorf("%v: detected %v", enc, res.report.Encoding)
		}
		if want := "SKŁADKA CZŁONKOWSKA ZA LISTOPAD 2026 ŻÓŁTA GRUPA"; rec.Title != want {
			t.Errorf("%v: title %q, want %q", enc, rec.Title, want)
		}
		if want := "MAŁGORZATA ŚWIĘTOJAŃSKA UL. ŹRÓDLANA 7 M. 3 90-001 ŁÓDŹ"; rec.PayerName != want {
			t.Errorf("%v: payer name %q, want %q", enc, rec.PayerName, want)
		}
		if res.report.Errors+res.report.Warnings > 0 {
			t.Errorf("%v: findings %v", enc, res.report.Counts)
		}
	}
}

func TestDerivedValues(t *testing.T) {
	read := func(name string) bankfile.Record { return readOne(t, sampleNamed(t, name), sampleOptions()) }

	v01 := read("V01")
	if v01.Date != "2026-11-20" || v01.Amount != 12345 || v01.Type != "110" || v01.Class != "51" {
		t.Errorf("V01: %+v", v01)
	}
	if v01.Payer.Kind != bankfile.External || v01.Payee.Kind != bankfile.Virtual || v01.Payee.String() != "PL40111111117700000000000001" {
		t.Errorf("V01: payer %+v payee %+v", v01.Payer, v01.Payee)
	}
	if want := "JAN TESTOWY UL. POLNA 1 00-001 MIASTO"; v01.PayerName != want {
		t.Errorf("V01: payer name %q, want %q", v01.PayerName, want)
	}
	if v03 := read("V03"); v03.Reference != "WYP/2026/0001" || v03.Payer.Kind != bankfile.Virtual {
		t.Errorf("V03: reference %q, payer %+v", v03.Reference, v03.Payer)
	}
	if v04 := read("V04"); v04.Direction != bankfile.Internal || v04.Amount != 5000 {
		t.Errorf("V04: %v of %d", v04.Direction, v04.Amount)
	}
	if v05 := read("V05"); v05.Title != "BEZ CUDZYSLOWOW" {
		t.Errorf("V05: title %q", v05.Title)
	}
	want := &bankfile.SplitPayment{VAT: 23000, ID: "1234563218", Invoice: "FV/2026/11/0042", Text: "ZAPLATA ZA TOWAR"}
	if diff := cmp.Diff(want, read("V07").SplitPayment); diff != "" {
		t.Errorf("V07 (-want +got):\n%s", diff)
	}
	if v10 := read("V10"); v10.Payer != (bankfile.Account{}) {
		t.Errorf("V10: payer %+v, want none", v10.Payer)
	}
	if v11 := read("V11"); v11.Reference != "$$$INV0001$$$" {
		t.Errorf("V11: reference %q", v11.Reference)
	}
	if v14 := read("V14"); v14.Payee != v01.Payee {
		t.Errorf("V14: payee %+v, want that of V01", v14.Payee)
	}
	if v16 := read("V16"); v16.PayerName != `FIRMA "ALFA" S.C.` {
		t.Errorf("V16: payer name %q", v16.PayerName)
	}
	if v17 := read("V17"); v17.TaxNumber != "1234563218" || v17.Type != "110" || v17.Class != "" {
		t.Errorf("V17: %+v", v17)
	}
	if x53 := read("X53"); x53.OperationNumber != "OP-1" {
		t.Errorf("X53: operation number %q", x53.OperationNumber)
	}
	if x64 := read("X64"); x64.Title != "A B" {
		t.Errorf("X64: title %q, want the TAB as a blank", x64.Title)
	}
	if x22 := read("X22"); x22.Payee.Kind != bankfile.External || !x22.Payee.IBAN.IsZero() || x22.Payee.Text != "41111111117700000000000001" {
		t.Errorf("X22: a number with wrong check digits became %+v", x22.Payee)
	}
}

// TestJoining holds the rule for sub-lines: a blank after a short one, none after one of exactly 35.
func TestJoining(t *testing.T) {
	const full = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHI" // 35
	for _, c := range []struct{ in, want string }{
		{"A|B", "A B"},
		{"A ||B||", "A B"},
		{full + "J|K", full + "J K"},
		{full + "|J", full + "J"},
		{full + "| J", full + " J"},
		{full[:34] + " |J", full[:34] + " J"},
		{"Ą" + full[1:] + "|J", "Ą" + full[1:] + "J"},
		{"  A   B  ", "A B"},
		{"| |A", "A"},
		{"/VAT/1,00/IDC/1|234563218/INV/F |1", "/VAT/1,00/IDC/1234563218/INV/F 1"},
		{"/TI/N1|/OKR//SFP/X", "/TI/N1/OKR//SFP/X"},
		{"/TIM/A|B", "/TIM/A B"},
		{`A ""B""|C`, `A "B" C`},
		{"||||", ""},
	} {
		line := bytes.Replace(sampleNamed(t, "V01"), []byte("DOLADOWANIE SALDA 0001"), []byte(c.in), 1)
		if rec := readOne(t, line, sampleOptions()); rec.Title != c.want {
			t.Errorf("%q joined to %q, want %q", c.in, rec.Title, c.want)
		}
	}
}

// TestJoinPaths: the quick way for plain text and the careful one agree.
func TestJoinPaths(t *testing.T) {
	texts := []string{
		"", " ", "|", "A", "JAN TESTOWY||UL. POLNA 1|00-001 MIASTO", "A  B", "A|B|C|D|E|", "| | |X", "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX|Y",
		"XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX |Y", "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX|Y", "1234567 |12345678 9", "       X        Y", "ABCDEFG  HIJ",
	}
	for _, s := range texts {
		samePaths(t, []byte(s))
	}
	for n := range 140 { // around the 64 bytes that are looked at together
		for _, s := range []string{" ", "|", "||", "  ", " |", "| ", "| |"} {
			samePaths(t, []byte(strings.Repeat("X", n)+s+strings.Repeat("Y", 140-n)))
			samePaths(t, []byte(strings.Repeat("X", n)+s))
		}
	}
}

func samePaths(t *testing.T, src []byte) {
	t.Helper()
	if bytes.IndexByte(src, '"') >= 0 {
		return
	}
	var slow joined
	j := joiner{enc: bankfile.ASCII, empty: true, joined: &slow}
	j.text(src)
	for _, around := range []byte{' ', '|', '"', 0, 0xff} {
		var quick joined
		room := bytes.Repeat([]byte{around}, joinRoom)
		line, out := slices.Concat(room, src, room), make([]byte, len(src)+joinRoom)
		text := joinPlain(line[joinRoom:][:len(src)], out, &quick)
		if text != nil && (string(text) != string(j.out) || quick != slow) {
			t.Errorf("%q: quick %q %+v, careful %q %+v", src, text, quick, j.out, slow)
		}
	}
}

func TestNaturalKey(t *testing.T) {
	line := sampleNamed(t, "V01")
	key := func(old, changed string) [16]byte {
		b := bytes.Replace(line, []byte(old), []byte(changed), 1)
		rec := readOne(t, b, sampleOptions())
		return rec.NaturalKey()
	}
	first := key("", "")
	for _, same := range [][2]string{
		{"DOLADOWANIE SALDA 0001", "Doladowanie   salda|0001"}, // case, blanks and wrapping
		{`"51"`, "51"}, {"JAN TESTOWY", "JAN INNY"}, {",22222222,", ",,"},
		{`"40111111117700000000000001"`, `"PL40 1111 1111 7700 0000 0000 0001"`},
	} {
		if key(same[0], same[1]) != first {
			t.Errorf("%q for %q changes the key", same[1], same[0])
		}
	}
	for _, other := range [][2]string{
		{"20261120", "20261119"}, {",12345,", ",12346,"}, {"0001\"", "0002\""}, {`"51",""`, `"51","R"`},
		{`"","","51"`, `"","OP","51"`}, {"40111111117700000000000001", "13111111117700000000000002"},
		{"39222222220000000012345678", "39333333330000000087654321"},
	} {
		if key(other[0], other[1]) == first {
			t.Errorf("%q for %q leaves the key", other[1], other[0])
		}
	}
}
