package iban

import (
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

var testKey = []byte("sixteen bytes ..")

func mustRange(t testing.TB, base string, opts ...RangeOption) *Range {
	t.Helper()
	r, err := NewRange(base, testKey, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestGolden pins numbers for ever. If this fails, the permutation has changed, and installations would issue numbers
// twice: mend the code, never the test.
func TestGolden(t *testing.T) {
	key32, _ := hex.DecodeString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	tests := []struct {
		base, suffix string
		key          []byte
		want         map[uint64]string
	}{
		{"PL111111117700", "", key32[:16], map[uint64]string{0: "PL68111111117700416687576352", 1: "PL78111111117700841059320173", 2: "PL88111111117700040657988159", 999999999999: "PL60111111117700251521385410"}},
		{"PL111111117700", "", key32, map[uint64]string{0: "PL26111111117700496955354722", 1: "PL62111111117700634753855647", 123456789: "PL59111111117700442443762056"}},
		{"CZ0800000000", "", key32[:16], map[uint64]string{0: "CZ7808000000008667810569", 1: "CZ7108000000001222844676", 909090909: "CZ4408000000008172905056"}},
		{"NO8601", "", key32[:16], map[uint64]string{0: "NO7086011454757", 1: "NO2886019164685", 909090: "NO7586012442612"}},
		{"MUBOMM0101", "000MUR", key32[:16], map[uint64]string{0: "MU29BOMM0101974014291171000MUR", 1: "MU46BOMM0101949663183503000MUR", 99999: "MU15BOMM0101367657925623000MUR"}},
	}
	for _, tt := range tests {
		r, err := NewRange(tt.base, tt.key, WithSuffix(tt.suffix))
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range tt.want {
			if x, err := r.At(n); err != nil || x.String() != want {
				t.Errorf("%s, key of %d bytes: At(%d) = %v, %v, want %s", tt.base, len(tt.key), n, x, err, want)
			}
		}
	}
}

// small are ranges that can be walked through completely, of every kind: plain, with check digits after, before and
// inside what is numbered, with bodies that do not exist, with letters, with an end of their own.
var small = []struct{ base, suffix string }{
	{"PL11111111770000000000", ""}, {"PL1111111?770000000000", ""}, {"NO8601", "1?"}, {"NO86010", "7?"}, {"NO860100", ""}, {"NO860103", ""},
	{"CZ0800000000000000", ""}, {"CZ0800", "2000145399"}, {"SK120000001987426", ""}, {"ES21000418??020005", ""}, {"ES21000418??0200", "13"},
	{"IT?0542811101000000000", ""}, {"FR200410100505000130", ""}, {"FR20041010050500013M", ""}, {"BE53900754", ""}, {"HR10010051863000", ""},
	{"HU1177301611111018", "000?"}, {"FI1234560000", ""}, {"EE2200221020145", ""}, {"GBNWBK6016133192", ""}, {"MT MALT01100001234500000000", ""},
	{"MUBOMM010110103030", "000MUR"}, {"IS01592600", "5510730339"}, {"IS01592600", "55107303?9"}, {"BR0036030500001000979", "C1"}, {"TN1000603518359847", ""},
	{"SI2633001203", ""}, {"AL212110090000000023569", ""}, {"LC HEMM00010001001200120002", ""},
}

func unspaced(s string) string {
	b, _ := fold(nil, []byte(s))
	return string(b)
}

// TestBijection walks through whole ranges: each counter gives a valid number of the range, no two the same, each leads
// back, the plain order ascends, and the capacity is exactly the number of valid numbers that exist under the base.
func TestBijection(t *testing.T) {
	for _, tt := range small {
		r := mustRange(t, unspaced(tt.base), WithSuffix(tt.suffix))
		if r.Capacity() > 1000000 {
			t.Fatalf("%s holds %d", tt.base, r.Capacity())
		}
		seen := make(map[IBAN]bool, r.Capacity())
		last := ""
		for n := range r.Capacity() {
			x, err := r.At(n)
			if err != nil || seen[x] || !r.Contains(x) {
				t.Fatalf("%s: At(%d) = %s, %v, seen %v", tt.base, n, x, err, seen[x])
			}
			seen[x] = true
			if m, ok := r.Counter(x); !ok || m != n {
				t.Fatalf("%s: %s leads back to %d, %v instead of %d", tt.base, x, m, ok, n)
			}
			p, err := r.Plain(n)
			if m, ok := r.PlainCounter(p); err != nil || !ok || m != n || body(p) <= last {
				t.Fatalf("%s: Plain(%d) = %s after %s, back to %d, %v", tt.base, n, p, last, m, ok)
			}
			last = body(p)
			if n%7 == 0 && !oracleValid(p.String(), 0) {
				t.Fatalf("%s: Plain(%d) = %s is invalid", tt.base, n, p)
			}
		}
		if got := countValid(r); got != r.Capacity() {
			t.Errorf("%s: capacity %d, but %d valid numbers exist", tt.base, r.Capacity(), got)
		}
		exhausted(t, r)
	}
}

// body is the BBAN without its check characters.
func body(x IBAN) string {
	c, _ := CountryByCode(x.Country())
	s := []byte(x.BBAN())
	for _, span := range c.Check {
		clear(s[span.From:span.To])
	}
	return string(s)
}

// countValid tries every combination of digits in the free places and counts those for which check digits exist.
func countValid(r *Range) uint64 {
	total, valid := uint64(1), uint64(0)
	for range r.Free() {
		total *= 10
	}
	for n := range total {
		b := r.template
		r.scatter(&b, n)
		if formats[r.index].rule.complete(&b) {
			valid++
		}
	}
	return valid
}

func exhausted(t *testing.T, r *Range) {
	t.Helper()
	for _, n := range []uint64{r.Capacity(), r.Capacity() + 1, 1<<64 - 1} {
		x, err := r.At(n)
		y, errPlain := r.Plain(n)
		b, errAppend := r.AppendAt([]byte("x"), n)
		c, errAppendPlain := r.AppendPlain([]byte("x"), n)
		for _, err := range []error{err, errPlain, errAppend, errAppendPlain} {
			if !errors.Is(err, ErrExhausted) {
				t.Errorf("%s: number %d: %v", r.Base(), n, err)
			}
		}
		if !x.IsZero() || !y.IsZero() || string(b) != "x" || string(c) != "x" {
			t.Errorf("%s: number %d is %s, %s, %s, %s", r.Base(), n, x, y, b, c)
		}
	}
	if r.Remaining(0) != r.Capacity() || r.Remaining(r.Capacity()-1) != 1 || r.Remaining(r.Capacity()) != 0 || r.Remaining(1<<63) != 0 {
		t.Errorf("%s: remaining %d", r.Base(), r.Remaining(r.Capacity()-1))
	}
}

// TestBijectionSampled does the same for large ranges by sampling counters.
func TestBijectionSampled(t *testing.T) {
	bases := []string{"PL111111117700", "PL11111111", "CZ0800", "CZ0800000000", "SK1200", "HU1177301", "DE37040044", "FR2004101005",
		"IT?0542811101", "ES21000418", "LT10000", "NLABNA", "RS260", "PT00020123", "SE500", "TR00061", "LC" + "HEMM000000", "AD00012030"}
	for _, base := range bases {
		r := mustRange(t, base)
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.Uint64Range(0, r.Capacity()-1).Draw(t, "n")
			x, err := r.At(n)
			if err != nil || !oracleValid(x.String(), 0) || !r.Contains(x) {
				t.Fatalf("%s: At(%d) = %s, %v", base, n, x, err)
			}
			if m, ok := r.Counter(x); !ok || m != n {
				t.Fatalf("%s: %s leads back to %d", base, x, m)
			}
			p, _ := r.Plain(n)
			m, ok := r.PlainCounter(p)
			appended, _ := r.AppendPlain(nil, n)
			if !ok || m != n || !oracleValid(p.String(), 0) || string(appended) != p.String() {
				t.Fatalf("%s: Plain(%d) = %s, back to %d", base, n, p, m)
			}
		})
	}
}

// TestPermutationAgainstDescription rebuilds the permutation from its description with big numbers.
func TestPermutationAgainstDescription(t *testing.T) {
	for _, size := range []uint64{1, 2, 3, 7, 10, 97, 1000, 9091, 909091, 1000003, 1000000000000, 1000000000000000000} {
		p, err := newPermutation(size, testKey, "PL11111111", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []uint64{0, 1, size / 3, size / 2, size - 1} {
			if n >= size {
				continue
			}
			if got, want := p.forward(n), slowPermutation(size, testKey, "PL11111111", "", n); got != want {
				t.Errorf("size %d: %d becomes %d, by the description %d", size, n, got, want)
			}
			if got := p.backward(p.forward(n)); got != n {
				t.Errorf("size %d: %d comes back as %d", size, n, got)
			}
		}
	}
}

// TestOrderIsHidden: neighbours are not neighbours, and neither base nor key may be exchanged.
func TestOrderIsHidden(t *testing.T) {
	r := mustRange(t, "PL111111117700")
	other, _ := NewRange("PL111111117700", []byte("another sixteen."))
	sister := mustRange(t, "PL111111117701")
	near, same := 0, 0
	for n := range uint64(1000) {
		a, b := r.order.forward(n), r.order.forward(n+1)
		if max(a, b)-min(a, b) < 1000000 {
			near++
		}
		if a == other.order.forward(n) || a == sister.order.forward(n) {
			same++
		}
	}
	if near > 3 || same > 0 {
		t.Errorf("%d neighbours stay close, %d numbers are the same under another key or base", near, same)
	}
}

// TestConcurrentUse: one Range serves several goroutines.
func TestConcurrentUse(t *testing.T) {
	r := mustRange(t, "CZ0800000000")
	var wg sync.WaitGroup
	for g := range uint64(4) {
		wg.Go(func() {
			for n := g * 1000; n < g*1000+1000; n++ {
				x, err := r.At(n)
				if m, ok := r.Counter(x); err != nil || !ok || m != n {
					t.Errorf("%d leads back to %d", n, m)
				}
			}
		})
	}
	wg.Wait()
}

// TestForeignNumbers: a range does not claim what it cannot have issued.
func TestForeignNumbers(t *testing.T) {
	r := mustRange(t, "ES21000418")
	x, _ := r.At(5)
	wrong, err := ParseISO(mustISO(t, "ES", "21000418"+"99"+x.BBAN()[10:]))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Counter(wrong); ok && wrong != x {
		t.Errorf("%s has wrong national digits, and the range claims it", wrong)
	}
	if !r.Contains(wrong) {
		t.Errorf("%s begins with the base", wrong)
	}
	for _, s := range []string{"PL61109010140000071219812874", "ES9121000418450200051332"} {
		y, _ := Parse(s)
		if got, ok := r.Counter(y); ok != (s[:2] == "ES") || r.Contains(y) != ok {
			t.Errorf("%s: %d, %v", s, got, ok)
		}
	}
	if _, ok := r.Counter(IBAN{}); ok || r.Contains(IBAN{}) {
		t.Error("the range claims no number at all")
	}
	letters := mustRange(t, "FR2004101005")
	if y, _ := Parse("FR1420041010050500013M02606"); !letters.Contains(y) {
		t.Errorf("%s begins with the base", y)
	} else if _, ok := letters.Counter(y); ok {
		t.Errorf("%s has a letter, which the range never issues", y)
	}
}

// mustISO puts right ISO digits before a BBAN whatever its national ones are.
func mustISO(t *testing.T, country, b string) string {
	t.Helper()
	r := oracleMod97(b + country + "00")
	return country + two(98-r) + b
}

func TestNewRangeRefuses(t *testing.T) {
	tests := []struct {
		base, suffix string
		key          int
		want         error
	}{
		{"", "", 16, ErrBase}, {"P", "", 16, ErrBase}, {"XX1111", "", 16, ErrCountry}, {"pl11111111", "", 16, ErrCountry},
		{"PL", "", 16, ErrBase}, {"PL1111111", "", 16, ErrBase}, {"PL11111112", "", 16, ErrNationalDigits}, {"PL1111111A", "", 16, ErrStructure},
		{"PL11111111 7", "", 16, ErrStructure}, {"PL11111111?", "", 16, ErrStructure}, {"PL111111110000000000000000", "", 16, ErrNoRoom},
		{"PL1111111100000000000000000", "", 16, ErrBase}, {"PL1111111100", "000000000000000", 16, ErrBase}, {"JOCBJO0010", "", 16, nil}, {"LCHEMM", "", 16, ErrNoRoom},
		{"ITX05428", "", 16, ErrNationalDigits}, {"BR0036030500001", "", 16, ErrNoRoom}, {"IS0159", "", 16, ErrNoRoom}, {"IS0159", "5510730349", 16, ErrNationalDigits},
		{"CZ08000000000000", "", 16, nil}, {"CZ0800000002", "", 16, ErrNationalDigits}, {"CZ080000006?", "", 16, ErrNationalDigits},
		{"MUBOMM0101", "MU1", 16, ErrStructure}, {"PL11111111", "\x00", 16, ErrStructure}, {"PL11111111\x00", "", 16, ErrStructure}, {"FR10000", "0", 16, ErrNationalDigits}, {"NO8601111794", "", 16, ErrNoRoom},
	}
	for _, tt := range tests {
		_, err := NewRange(tt.base, make([]byte, tt.key), WithSuffix(tt.suffix))
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s, %q: %v, want %v", tt.base, tt.suffix, err, tt.want)
		}
	}
	for _, n := range []int{0, 15, 17, 24, 31, 33} {
		if _, err := NewRange("PL11111111", make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes is accepted", n)
		}
	}
}

// TestRefusalsSayWhatToDo: whoever types a base learns which character is meant and what would help.
func TestRefusalsSayWhatToDo(t *testing.T) {
	tests := []struct{ base, suffix, want string }{
		{"MUBOMM0101", "", `new range "MUBOMM0101": iban: no room for a range: character 24 of the BBAN is a letter, which has a meaning and is never numbered: the base must reach it, or a suffix begin there`},
		{"MUBOMM0101", "UR", `new range "MUBOMM0101": iban: no room for a range: character 24 of the BBAN is a letter, which has a meaning and is never numbered: the base must reach it, or a suffix begin there`},
		{"MUBOMM0101", "123", `new range "MUBOMM0101": iban: does not fit the country's structure: character 24 of the BBAN must be a letter`},
		{"CI", "", `new range "CI": iban: no room for a range: character 1 of the BBAN is a letter, which has a meaning and is never numbered: the base must reach it, or a suffix begin there`},
		{"IS01592600", "", `new range "IS01592600": iban: no room for a range: the last 10 digits of the BBAN are the owner's id: they must be the suffix`},
		{"IS01592600", "0339", `new range "IS01592600": iban: no room for a range: the last 10 digits of the BBAN are the owner's id: they must be the suffix`},
		{"IS01592600", "5510730349", `new range "IS01592600": iban: national check digits: character 21 of the BBAN is 4, computed is 3`},
		{"SCSSCB1101", "0000000000000000USD", `new range "SCSSCB1101": iban: no room for a range: nothing is left to number`},
		{"SCSSCB1101", "00000000000000000USD", `new range "SCSSCB1101": iban: base: 28 characters do not fit the 27 of a BBAN of SC (a base has no ISO check digits)`},
		{"PL4011111111770000000000", "1111", `new range "PL4011111111770000000000": iban: base: 26 characters do not fit the 24 of a BBAN of PL (a base has no ISO check digits)`},
	}
	for _, tt := range tests {
		if _, err := NewRange(tt.base, testKey, WithSuffix(tt.suffix)); err == nil || err.Error() != tt.want {
			t.Errorf("%s, %q:\n got %v\nwant %s", tt.base, tt.suffix, err, tt.want)
		}
	}
}

// TestEveryCountry: each of the 111 gives out numbers under a base and, where its BBAN ends in something that cannot be
// counted, a suffix.
func TestEveryCountry(t *testing.T) {
	suffixes := map[string]string{"BR": "C1", "IS": "5510730339", "MU": "000MUR", "SC": "USD"}
	for c := range Countries() {
		suffix := suffixes[c.Code]
		if _, err := NewRange(everyBase(c, len(suffix)), testKey); (err != nil) != (suffix != "") || err != nil && !errors.Is(err, ErrNoRoom) {
			t.Errorf("%s without a suffix: %v", c.Code, err)
		}
		r := mustRange(t, everyBase(c, len(suffix)), WithSuffix(suffix))
		for n := range min(r.Capacity(), 200) {
			n *= r.Capacity() / min(r.Capacity(), 200)
			x, err := r.At(n)
			if err != nil || !oracleValid(x.String(), Unregistered|StrictNational) || !strings.HasSuffix(x.String(), suffix) {
				t.Fatalf("%s: At(%d) = %s, %v", r.Base(), n, x, err)
			}
			if m, ok := r.Counter(x); !ok || m != n {
				t.Fatalf("%s: %s leads back to %d, %v", r.Base(), x, m, ok)
			}
		}
	}
}

// everyBase is a country's bank, or two letters or digits, and then zeros until no more than maxFree places are left.
func everyBase(c *Country, suffix int) string {
	n := len(c.classes)
	text := []byte(strings.NewReplacer("n", "1", "a", "A", "c", "0").Replace(c.classes))
	end := max(c.Bank.To, c.Branch.To, 2, n-suffix-maxFree)
	for at := range text {
		if c.isCheck(at) {
			text[at] = '?'
		}
	}
	return c.Code + string(text[:end])
}

func TestBase(t *testing.T) {
	for in, want := range map[string]string{"PL1111111?7700": "PL111111117700", "ES21000418??02": "ES210004184?02", "IT?05428": "IT?05428", "CZ080000000?": "CZ0800000000"} {
		if got := mustRangeBase(t, in); got != want {
			t.Errorf("%s: base %s, want %s", in, got, want)
		}
	}
}

func mustRangeBase(t *testing.T, base string) string {
	t.Helper()
	return mustRange(t, base).Base()
}

func TestOverlap(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"PL111111117700", "PL111111117700", true}, {"PL11111111", "PL111111117700", true}, {"PL111111117700", "PL11111111", true},
		{"PL111111117700", "PL111111117701", false}, {"PL11", "CZ11", false}, {"ES210004184?02", "ES2100041845", true}, {"ES210004184?02", "ES210004184503", false},
	}
	for _, tt := range tests {
		if got := Overlap(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}

// TestRangeNoAllocation: issuing into a caller's buffer allocates nothing.
func TestRangeNoAllocation(t *testing.T) {
	buf := make([]byte, 0, 40)
	for _, base := range []string{"PL111111117700", "CZ0800000000", "FR2004101005"} {
		r := mustRange(t, base)
		x, _ := r.At(7)
		for name, f := range map[string]func(){
			"AppendAt":    func() { buf, _ = r.AppendAt(buf[:0], 7) },
			"AppendPlain": func() { buf, _ = r.AppendPlain(buf[:0], 7) },
			"Counter":     func() { _, sinkBool = r.Counter(x) },
		} {
			if n := testing.AllocsPerRun(50, f); n >= 1 {
				t.Errorf("%s of %s: %v allocations", name, base, n)
			}
		}
	}
}

func TestDigitsOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 99999999).Draw(t, "n")
		w := digitsOf(n)
		if got := number(w); got != n {
			t.Fatalf("%d is written and read as %d", n, got)
		}
		b := bban{zeros, zeros, zeros, w}
		for i := range 8 {
			want := byte('0' + new(big.Int).Div(big.NewInt(int64(n)), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)).Int64()%10)
			if b.at(i) != want {
				t.Fatalf("%d is written as %x", n, w)
			}
		}
	})
}
