package pli

import (
	"bytes"
	"strings"
	"testing"

	"ims/bankfile"
)

// TestDetection: a whole file in each encoding is found as such, and reads the same (F20, F21).
func TestDetection(t *testing.T) {
	line := string(sampleNamed(t, "V01"))
	for _, name := range []string{
		"ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zażółć gęślą jaźń", "Świętosława Żak", "ŁUKASZ WÓJCIK", "Grażyna Źrebięca-Dąb", "SPÓŁKA JAWNA ŻÓŁW",
	} {
		text := strings.Replace(line, "JAN TESTOWY", name, 1)
		for _, enc := range []bankfile.Encoding{bankfile.UTF8, bankfile.Windows1250, bankfile.ISO88592, bankfile.CP852} {
			b := []byte(text)
			if enc.SingleByte() {
				b = encodeFor(enc, text)
			}
			res := readAll(t, b, sampleOptions())
			rec := res.records[0]
			if got := rec.PayerName; got != name+" UL. POLNA 1 00-001 MIASTO" || res.report.Warnings > 0 {
				t.Errorf("%q in %v: %q read as %v, %v", name, enc, got, res.report.Encoding, res.report.Counts)
			}
		}
	}
}

// TestAccidentalUTF8: capitals of CP1250 may be valid UTF-8 by accident (D3 AF, D3 A3), F21.
func TestAccidentalUTF8(t *testing.T) {
	for _, name := range []string{"PODR\xd3\xafE SP. Z O.O.", "SP\xd3\xa3KA", "R\xd3\xafANA"} {
		b := bytes.Replace(sampleNamed(t, "V01"), []byte("JAN TESTOWY"), []byte(name), 1)
		res := readAll(t, b, sampleOptions())
		if res.report.Encoding != bankfile.Windows1250 || res.report.Warnings > 0 {
			t.Errorf("%q read as %v: %q, %v", name, res.report.Encoding, res.records[0].PayerName, res.report.Counts)
		}
	}
}

// TestWords: one word with one Polish letter in each table, in both cases, is enough, or is said to be
// uncertain: a wrong guess is never silent.
func TestWords(t *testing.T) {
	words := []string{
		"Łódź", "ŁÓDŹ", "Gdańsk", "GDAŃSK", "Wójt", "świt", "ŚWIT", "żuk", "ŻUK", "ćma", "ĆMA", "dąb", "DĄB", "kępa", "KĘPA",
		"źródło", "ŹRÓDŁO", "Poznań", "POZNAŃ", "Żyła", "różany", "RÓŻANY", "miś", "MIŚ", "koń", "KOŃ", "mąż", "MĄŻ", "ósmy", "ÓSMY",
	}
	silent := 0
	for _, word := range words {
		for _, enc := range []bankfile.Encoding{bankfile.Windows1250, bankfile.ISO88592, bankfile.CP852} {
			text := strings.Replace(string(sampleNamed(t, "V01")), "DOLADOWANIE", word, 1)
			res := readAll(t, encodeFor(enc, text), sampleOptions())
			right := strings.HasPrefix(res.records[0].Title, word+" ")
			if !right && res.report.Warnings == 0 {
				silent++
				t.Logf("%s in %v read as %v: %s", word, enc, res.report.Encoding, res.records[0].Title)
			}
		}
	}
	if silent > 0 {
		t.Errorf("%d of %d single words are wrong without a warning", silent, 3*len(words))
	}
}

// TestAmbiguity: where two tables fit equally well, both are named.
func TestAmbiguity(t *testing.T) {
	file := bytes.Replace(sampleNamed(t, "V01"), []byte("JAN TESTOWY"), []byte("JAN \xa5 TESTOWY"), 1)
	rep := readAll(t, file, sampleOptions()).report
	if len(rep.File) != 1 || rep.File[0].Code != bankfile.FileEncodingAmbiguous || rep.File[0].Value != "IBM852" || rep.File[0].Params.Hint != "windows-1250" {
		t.Errorf("%+v", rep.File)
	}
}

// TestMixedEncodings: a table wins, and the odd line says so (F26). Money is not touched by it.
func TestMixedEncodings(t *testing.T) {
	text := strings.Replace(string(sampleNamed(t, "V01")), "JAN TESTOWY", "ŁUCJA ŻÓŁĆ", 1)
	file := fileOf(bytes.Repeat(encodeFor(bankfile.CP852, text), 3), text)
	res := readAll(t, file, sampleOptions())
	if res.report.Encoding != bankfile.CP852 || !res.report.Executable() {
		t.Errorf("read as %v, %v", res.report.Encoding, res.report.Counts)
	}
	for i, rec := range res.records {
		if odd := len(codes(rec.Findings, bankfile.Warning)) > 0; odd != (i == 3) || rec.Amount != 12345 {
			t.Errorf("record %d: %v", i+1, rec.Findings)
		}
	}
}

func TestFixedEncoding(t *testing.T) {
	text := strings.Replace(string(sampleNamed(t, "V01")), "JAN TESTOWY", "ŚWIĘTA ŹRÓDŁA", 1)
	same := strings.Replace(string(sampleNamed(t, "V01")), "JAN TESTOWY", "MĘŻCZYZNA ŁÓDZKI", 1)
	for name, c := range map[string]struct {
		file  []byte
		fixed bankfile.Encoding
		want  string
	}{
		"agrees":                      {encodeFor(bankfile.ISO88592, text), bankfile.ISO88592, ""},
		"same text in both":           {encodeFor(bankfile.Windows1250, strings.NewReplacer("Ą", "A").Replace(same)), bankfile.ISO88592, ""},
		"ASCII fits all":              {sampleNamed(t, "V01"), bankfile.CP852, ""},
		"another table":               {encodeFor(bankfile.CP852, text), bankfile.Windows1250, "file.encoding_mismatch record.charset"},
		"UTF-8 where a table is set":  {[]byte(text), bankfile.ISO88592, "file.encoding_invalid file.encoding_mismatch record.charset"},
		"a table where UTF-8 is set":  {encodeFor(bankfile.Windows1250, text), bankfile.UTF8, "file.encoding_invalid file.encoding_mismatch record.charset"},
		"BOM is stronger":             {fileOf("\xef\xbb\xbf", text), bankfile.CP852, "file.bom file.encoding_mismatch"},
		"BOM and nothing above ASCII": {fileOf("\xef\xbb\xbf", sampleNamed(t, "V01")), bankfile.CP852, "file.bom"},
	} {
		o := sampleOptions()
		o.Dialect.Encoding = c.fixed
		res := readAll(t, c.file, o)
		if got := strings.Join(counted(res.report), " "); got != c.want {
			t.Errorf("%s: %q, want %q (%s)", name, got, c.want, res.records[0].PayerName)
		}
		if !res.report.Executable() || res.records[0].Amount != 12345 {
			t.Errorf("%s: an encoding must never keep money from its payee", name)
		}
	}
}

// TestCharset: what a bank would not accept is shown, but warned of; nothing hostile passes as text.
func TestCharset(t *testing.T) {
	for _, c := range []struct {
		in, want string
		odd      bool
	}{
		{"ZAŻÓŁĆ", "ZAŻÓŁĆ", false}, {"Müller Ñandú", "Müller Ñandú", false},
		{"A – B", "A – B", true}, {"„A”", "„A”", true}, {"A\u0085B", "A\ufffdB", true}, {"A\u00a0B", "A\u00a0B", true},
		{"A×B", "A×B", true}, {"A\tB", "A B", true},
	} {
		b := bytes.Replace(sampleNamed(t, "V01"), []byte("JAN TESTOWY"), []byte(c.in), 1)
		o := sampleOptions()
		o.Dialect.Encoding = bankfile.UTF8
		rec := readOne(t, b, o)
		got := codes(rec.Findings, bankfile.Warning)
		if odd := len(got) == 1 && got[0] == "record.charset"; odd != c.odd || len(got) > 1 {
			t.Errorf("%q: %v", c.in, got)
		}
		if want := c.want + " UL. POLNA 1 00-001 MIASTO"; rec.PayerName != want {
			t.Errorf("%q: %q, want %q", c.in, rec.PayerName, want)
		}
	}
}
