package pli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ims/bankfile"
	"ims/iban"
)

// FuzzUsual: a line that is read straight through has the record that the careful way makes of it, and no finding, whatever
// lines were before it.
func FuzzUsual(f *testing.F) {
	addSamples(f)
	lines := usualLines()
	for i, line := range lines {
		f.Add(line)
		f.Add(bytes.Join([][]byte{line, lines[(i+1)%len(lines)], line}, []byte("\n")))
	}
	parsers := parsersForUsual(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, both := range parsers {
			both[0].known = memory{}
			for line := range bytes.SplitSeq(text, []byte("\n")) {
				if bytes.IndexByte(line, '\r') < 0 {
					bothWays(t, both, line)
				}
			}
		}
	})
}

// usualLines are lines as banks write them, in several styles of quoting.
func usualLines() [][]byte {
	line := bytes.Split(plenty(1, bankfile.UTF8), []byte("\r\n"))[0]
	comma, all := []byte(","), bytes.ReplaceAll(line, []byte(`"`), nil)
	quoted := append(append([]byte(`"`), bytes.ReplaceAll(all, comma, []byte(`","`))...), '"')
	return [][]byte{line, all, quoted, line[:bytes.LastIndex(line, comma)], bytes.ReplaceAll(line, []byte(sortCodeOf(0)+","), comma),
		bytes.Replace(line, []byte("||"), []byte("|"+strings.Repeat("X", longestTextLine)+"|"), 1)}
}

// parsersForUsual returns a parser for each way for several encodings and dialects.
func parsersForUsual(tb testing.TB) (list [][2]*parser) {
	for _, o := range []bankfile.Dialect{
		{Encoding: bankfile.UTF8}, {Encoding: bankfile.Windows1250, TwoHundreds: bankfile.Orders},
		{Encoding: bankfile.CP852, TwoHundreds: bankfile.StatementPKO}, {Encoding: bankfile.ISO88592, Types: []string{"120"}},
	} {
		options := sampleOptions()
		options.Dialect = o
		if o.Encoding == bankfile.CP852 {
			options.Own = append(slices.Clone(sampleOwn), bankfile.Own{Prefix: "PL22222222", Elsewhere: true})
		}
		list = append(list, [2]*parser{parserFor(tb, options), parserFor(tb, options)})
	}
	return list
}

func parserFor(tb testing.TB, o bankfile.Options) *parser {
	f := &format{}
	r, err := bankfile.Open(opener([]byte("1\n")), o, f)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := r.Next(); err != nil {
		tb.Fatal(err)
	}
	f.parser.enc = o.Dialect.Encoding
	return &f.parser
}

// bothWays reads a line without control characters, which a file with them never takes the quick way.
func bothWays(t *testing.T, both [2]*parser, line []byte) (quick bool) {
	t.Helper()
	if bytes.ContainsFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f }) {
		return false
	}
	got := both[0].parse(1, bankfile.Line{Text: roomy(line), Ended: true})
	if both[0].marked {
		return false
	}
	want := both[1].careful(1, bankfile.Line{Text: roomy(line), Ended: true})
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(bankfile.Record{}), cmpopts.EquateComparable(iban.IBAN{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%q (-careful +quick):\n%s", line, diff)
	}
	return true
}

// TestUsual: every style that banks write in is read the quick way, so that its speed is theirs.
func TestUsual(t *testing.T) {
	parsers := parsersForUsual(t)
	for _, line := range usualLines() {
		if !bothWays(t, parsers[0], line) {
			t.Errorf("%q is not usual", line)
		}
		if bothWays(t, parsers[3], line) {
			t.Errorf("%q has a type that the dialect does not allow", line)
		}
	}
	for _, s := range samples(t) {
		bothWays(t, parsers[0], bytes.TrimSuffix(s.line, []byte("\r\n")))
	}
}

// TestSharedMemory: the texts of a record stay as they are while others are read.
func TestSharedMemory(t *testing.T) {
	file := plenty(1000, bankfile.UTF8)
	res := readAll(t, file, sampleOptions())
	for i, line := range bytes.Split(bytes.TrimSpace(file), []byte("\r\n")) {
		alone := readOne(t, append(line, "\r\n"...), sampleOptions())
		got := &res.records[i]
		if got.Title != alone.Title || got.PayerName != alone.PayerName || got.Reference != alone.Reference {
			t.Fatalf("record %d: %q, alone %q", i+1, got.Title, alone.Title)
		}
	}
}

// TestMemory: what is remembered of a line is used for the same bytes only.
func TestMemory(t *testing.T) {
	line := usualLines()[0]
	change := func(old, changed string) []byte { return bytes.Replace(line, []byte(old), []byte(changed), 1) }
	for _, both := range parsersForUsual(t)[:1] {
		for _, other := range [][]byte{
			change(`"51","REF0000000"`, `"54"`), // the last field, behind which there is no comma
			change(`"51"`, `"54"`),
			change(`"OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO",`, `"OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO 2",`),
			change(`"OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO",`, `OPERATOR,`),
			change(`"OPERATOR SP. Z O.O.||UL. RYNEK 2|00-002 MIASTO",0,11111111,`, `"",0,,`),
		} {
			for _, l := range [][]byte{line, other, line, other, other} {
				if !bothWays(t, both, l) {
					t.Errorf("%q is not usual", l)
				}
			}
		}
		bothWays(t, both, line[:bytes.Index(line, []byte(`,"OPERATOR`))]) // ends where the name is due
	}
}

// roomy copies a line to where there is room behind it, as a LineReader hands it out.
func roomy(line []byte) []byte {
	return append(make([]byte, 0, len(line)+bankfile.LineRoom), line...)
}
