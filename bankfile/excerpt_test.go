package bankfile

import (
	"strings"
	"testing"
)

// TestExcerpt: the place of a field is in characters of the text that is shown, whatever the bytes were.
func TestExcerpt(t *testing.T) {
	raw := []byte("110,\"\x97\x88A\x01\",\"\",9")
	r := Record{Raw: raw, Spans: []Span{{0, 3}, {5, 9}, {12, 12}, {14, 15}}}
	for n, want := range map[int]string{1: "110", 2: `ŚłA\x01`, 3: "", 4: "9"} {
		text, from, to := r.Excerpt(CP852, Finding{Field: n}, 100)
		if text != `110,"ŚłA\x01","",9` {
			t.Fatalf("shown as %s", text)
		}
		if got := string([]rune(text)[from:to]); got != want || n > 1 && from == 0 {
			t.Errorf("field %d is at %d to %d: %q, want %q", n, from, to, got, want)
		}
	}
	for _, n := range []int{0, 5, -1} {
		if _, from, to := r.Excerpt(CP852, Finding{Field: n}, 100); from != 0 || to != 0 {
			t.Errorf("field %d is at %d to %d", n, from, to)
		}
	}
}

// TestExcerptIsCut: a long record keeps its beginning, an escape is never shown beyond the limit, and a field behind the cut
// has no place.
func TestExcerptIsCut(t *testing.T) {
	r := Record{Raw: []byte(strings.Repeat("Z", 10) + "\x01" + "tail"), Spans: []Span{{0, 10}, {11, 15}, {8, 15}}}
	for n, want := range map[int][2]int{1: {0, 10}, 2: {0, 0}, 3: {8, 12}} {
		text, from, to := r.Excerpt(UTF8, Finding{Field: n}, 12)
		if len([]rune(text)) != 12 || from != want[0] || to != want[1] {
			t.Errorf("field %d of %q is at %d to %d, want %v", n, text, from, to, want)
		}
	}
	if text, _, _ := r.Excerpt(UTF8, Finding{Field: 1}, 15); text != strings.Repeat("Z", 10)+`\x01t` {
		t.Errorf("cut to %q", text)
	}
}

// TestExcerptOfNames: a field that has a name is found by it, in XML and behind SWIFT tags.
func TestExcerptOfNames(t *testing.T) {
	entry := `<n:Ntry><n:Amt Ccy="EUR">1.5</n:Amt><n:AmtDtls/><n:CdtrAcctX>a</n:CdtrAcctX><n:CdtrAcct><n:Id>Ż</n:Id></n:CdtrAcct></n:Ntry>`
	booking := ":61:2611201120C1,5NTRF\r\nmore\r\n:86:020~00x:61:\r\n~20y"
	for _, c := range []struct{ raw, element, want string }{
		{entry, "Ntry/Amt", `<n:Amt Ccy="EUR">1.5</n:Amt>`},
		{entry, "TxDtls/RltdPties/CdtrAcct", `<n:CdtrAcct><n:Id>Ż</n:Id></n:CdtrAcct>`},
		{entry, "AmtDtls", `<n:AmtDtls/>`}, {entry, "Dbtr", ""}, {entry, "Id", "<n:Id>Ż</n:Id>"}, {entry, "EUR", ""}, {"<Amt", "Amt", ""}, {"Amt", "Amt", ""},
		{booking, ":86:", ":86:020~00x:61:"}, {booking, ":61:", ":61:2611201120C1,5NTRF"}, {booking, ":25:", ""},
	} {
		r := Record{Raw: []byte(c.raw)}
		text, from, to := r.Excerpt(UTF8, Finding{Element: c.element}, 1000)
		if got := string([]rune(text)[from:to]); got != c.want {
			t.Errorf("%s marks %q, want %q", c.element, got, c.want)
		}
	}
}

// FuzzExcerpt: whatever the bytes and the name, the place lies in the text.
func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("<a:Amt>1</a:Amt>"), "x/Amt", uint8(UTF8), 8)
	f.Add([]byte(":61:1\r\n:86:\xff"), ":86:", uint8(CP852), 100)
	f.Fuzz(func(t *testing.T, raw []byte, element string, encoding uint8, most int) {
		if most < 0 || most > 1<<20 {
			return
		}
		r := Record{Raw: raw}
		text, from, to := r.Excerpt(Encoding(encoding%6), Finding{Element: element}, most)
		if n := len([]rune(text)); from < 0 || from > to || to > n || n > most {
			t.Errorf("%d to %d of %d, at most %d", from, to, n, most)
		}
	})
}
