package iban

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// TestExamples reads every example of the registry in each way.
func TestExamples(t *testing.T) {
	for c := range Countries() {
		if !c.Registered {
			continue
		}
		x, err := Parse(c.Example)
		if err != nil {
			t.Errorf("%s: %v", c.Example, err)
			continue
		}
		if x.String() != c.Example || x.Country() != c.Code || x.Country()+x.CheckDigits()+x.BBAN() != c.Example {
			t.Errorf("%s reads back as %s, %s %s %s", c.Example, x, x.Country(), x.CheckDigits(), x.BBAN())
		}
		if y, err := ParseLenient(strings.ToLower(x.Format())); err != nil || y != x {
			t.Errorf("%s: print form reads as %v, %v", c.Example, y, err)
		}
		if y, err := ReplaceDigits(c.Example[:2] + "00" + c.Example[4:]); err != nil || y != x {
			t.Errorf("%s: replacing digits gives %v, %v", c.Example, y, err)
		}
		if r := Check(c.Example, StrictNational); !r.Valid {
			t.Errorf("%s: %+v", c.Example, r.Faults)
		}
		if !oracleValid(c.Example, 0) {
			t.Errorf("the oracle refuses %s", c.Example)
		}
	}
}

func TestParts(t *testing.T) {
	tests := []struct{ in, bank, branch, account, national string }{
		{"PL61109010140000071219812874", "10901014", "", "0000071219812874", "4"},
		{"GB29NWBK60161331926819", "NWBK", "601613", "31926819", ""},
		{"FR1420041010050500013M02606", "20041", "01005", "0500013M026", "06"},
		{"IT60X0542811101000000123456", "05428", "11101", "000000123456", "X"},
		{"ES9121000418450200051332", "2100", "0418", "0200051332", "45"},
		{"CZ6508000000192000145399", "0800", "", "0000192000145399", "99"},
		{"BE68539007547034", "539", "", "0075470", "34"},
		{"NO9386011117947", "8601", "", "111794", "7"},
		{"HU42117730161111101800000000", "117", "7301", "1111101800000000", "60"},
	}
	for _, tt := range tests {
		x, err := Parse(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		got := []string{x.Bank(), x.Branch(), x.Account(), x.NationalDigits()}
		if want := []string{tt.bank, tt.branch, tt.account, tt.national}; !slices.Equal(got, want) {
			t.Errorf("%s: parts %q, want %q", tt.in, got, want)
		}
	}
}

// TestForms pins what people see, also of numbers whose length is no multiple of four, and of no number at all.
func TestForms(t *testing.T) {
	tests := []struct{ in, print, masked string }{
		{"PL61109010140000071219812874", "PL61 1090 1014 0000 0712 1981 2874", "PL61 **** **** **** **** **** 2874"},
		{"NO9386011117947", "NO93 8601 1117 947", "NO93 **** ***7 947"},
		{"RU0304452522540817810538091310419", "RU03 0445 2522 5408 1781 0538 0913 1041 9", "RU03 **** **** **** **** **** **** *041 9"},
		{"", "", ""},
	}
	for _, tt := range tests {
		x, _ := Parse(tt.in)
		if x.Format() != tt.print || string(x.AppendFormat([]byte("> "))) != "> "+tt.print || x.Masked() != tt.masked || x.String() != tt.in || x.Len() != len(tt.in) {
			t.Errorf("%q: %q, %q", tt.in, x.Format(), x.Masked())
		}
	}
}

// TestZero keeps the zero value harmless.
func TestZero(t *testing.T) {
	var x IBAN
	if !x.IsZero() || x.String()+x.Country()+x.BBAN()+x.Bank()+x.Account()+x.CheckDigits()+x.NationalDigits() != "" || !x.NationalOK() {
		t.Errorf("the zero IBAN says %q", x.String())
	}
	if _, ok := x.NRB(); ok {
		t.Error("the zero IBAN has an NRB")
	}
}

// TestValue keeps IBAN small, comparable and ordered.
func TestValue(t *testing.T) {
	if size := unsafe.Sizeof(IBAN{}); size != 32 {
		t.Errorf("an IBAN has %d bytes", size)
	}
	a, _ := Parse("PL61109010140000071219812874")
	b, ok := NRB([]byte("61109010140000071219812874"))
	if !ok || a != b || !a.Equal(b) || a.Compare(b) != 0 || map[IBAN]int{a: 7}[b] != 7 {
		t.Error("the same number from two functions differs")
	}
	if nrb, ok := a.NRB(); !ok || nrb != "61109010140000071219812874" {
		t.Errorf("NRB %s", nrb)
	}
	c, _ := Parse("NO9386011117947")
	if a.Compare(c) <= 0 || c.Compare(a) >= 0 {
		t.Error("numbers are not ordered as their texts")
	}
}

// TestCanonicalDigits: 00, 01 and 99 can be right modulo 97, but no calculation gives them.
func TestCanonicalDigits(t *testing.T) {
	for _, wrong := range []struct{ right, written string }{{"97", "00"}, {"98", "01"}, {"02", "99"}} {
		seen := false
		for n := range 10000 {
			x, err := FromBBAN("PL", "11111111"+"7700"+fixed(uint64(n), 12))
			if err != nil {
				t.Fatal(err)
			}
			if x.CheckDigits() != wrong.right {
				continue
			}
			seen = true
			s := "PL" + wrong.written + x.BBAN()
			if oracleMod97(s[4:]+s[:4]) != 1 {
				t.Fatalf("%s is no example", s)
			}
			if _, err := Parse(s); !errors.Is(err, KindCheckRange) {
				t.Errorf("%s: %v", s, err)
			}
			if _, ok := NRB([]byte(s[2:])); ok {
				t.Errorf("NRB accepts %s", s[2:])
			}
		}
		if !seen {
			t.Errorf("no number with %s", wrong.right)
		}
	}
}

func fixed(n uint64, width int) string {
	b := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		b[i], n = byte('0'+n%10), n/10
	}
	return string(b)
}

// TestNRB compares the fast path with the oracle on right numbers and on every change of one character.
func TestNRB(t *testing.T) {
	const nrb = "61109010140000071219812874"
	for i := range nrb {
		for _, c := range "0123456789A :/\xff" {
			s := nrb[:i] + string(c) + nrb[i+1:]
			x, ok := NRB([]byte(s))
			want, err := ParseISO("PL" + s)
			if ok != (err == nil) || x != want {
				t.Errorf("%s: %v, %v; ParseISO says %v", s, x, ok, err)
			}
		}
	}
	for _, s := range []string{"", nrb[1:], nrb + "0"} {
		if _, ok := NRB([]byte(s)); ok {
			t.Errorf("NRB accepts %q", s)
		}
	}
}

// TestNoAllocation holds the promise for right and wrong numbers.
func TestNoAllocation(t *testing.T) {
	buf := make([]byte, 0, 64)
	nrb := []byte("61109010140000071219812874")
	inputs := append(slices.Clone(mixed), "", "PL", "PL61109010140000071219812875", "PL6110901014000007121981287A",
		"XX61109010140000071219812874", "PL61 1090", "pl61109010140000071219812874", "FR1420041010050500013MZ2606",
		"\u0420L61109010140000071219812874", strings.Repeat("9", 1000), "PL37111111120000000000000000")
	for _, s := range inputs {
		for name, f := range map[string]func(){
			"Parse":        func() { sinkIBAN, sinkErr = Parse(s) },
			"ParseLenient": func() { sinkIBAN, sinkErr = ParseLenient(s) },
			"NRB":          func() { sinkIBAN, sinkBool = NRB(nrb) },
			"Append":       func() { buf = sinkIBAN.AppendFormat(sinkIBAN.Append(buf[:0])) },
			"Compare":      func() { sinkBool = sinkIBAN.Compare(sinkIBAN) == 0 },
			"Unmarshal":    func() { sinkErr = sinkIBAN.UnmarshalText(nrb[:0]) },
		} {
			if n := testing.AllocsPerRun(20, f); n != 0 {
				t.Errorf("%s of %q: %v allocations", name, s, n)
			}
		}
	}
}
