package iban

import (
	"strings"
	"testing"
)

// FuzzParse compares every way of reading with the oracle and with one another.
func FuzzParse(f *testing.F) {
	for c := range Countries() {
		f.Add(c.Example)
	}
	for _, s := range []string{"", "PL", "pl61 1090 1014 0000 0712 1981 2874", "PL00109010140000071219812874", "FR1420041010050500013MZ2606",
		"\u0420L61109010140000071219812874", "AO06004400006729503010102", "G\u013175NWBK000000007099453", strings.Repeat(" ", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := Parse(s)
		if (err == nil) != oracleValid(s, 0) {
			t.Fatalf("%q: %v, the oracle says %v", s, err, err != nil)
		}
		if _, err := ParseISO(s); (err == nil) != oracleValid(s, ISOOnly) {
			t.Fatalf("%q: by ISO alone %v", s, err)
		}
		if err == nil {
			roundTrip(t, x, s)
		} else if !x.IsZero() {
			t.Fatalf("%q: both %s and %v", s, x, err)
		}
		folded := strings.ToUpper(strings.ReplaceAll(s, " ", ""))
		if y, err := ParseLenient(s); isASCII(s) && (err == nil) != oracleValid(folded, 0) || !isASCII(s) && err == nil {
			t.Fatalf("%q: leniently %v, %v", s, y, err)
		}
		checkAgrees(t, s)
	})
}

func roundTrip(t *testing.T, x IBAN, s string) {
	t.Helper()
	y, err := FromBBAN(x.Country(), x.BBAN())
	if x.String() != s || x.Format() != oraclePrint(s) || err != nil || y != x {
		t.Fatalf("%q reads as %s, prints as %s, is built as %v, %v", s, x, x.Format(), y, err)
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c >= 0x80 }) < 0
}

// checkAgrees: Check and Parse never disagree, under any options, and what is suggested is valid.
func checkAgrees(t *testing.T, s string) {
	t.Helper()
	for o := range Option(16) {
		x, err := ParseWith(s, o)
		if o&Lenient == 0 && (err == nil) != oracleValid(s, o) {
			t.Fatalf("%q with options %04b: %v, the oracle says otherwise", s, o, err)
		}
		r := Check(s, o)
		if r.Valid != (err == nil) || r.IBAN != x || r.Valid == (len(r.Faults) > 0) {
			t.Fatalf("%q with options %04b: %v, %+v", s, o, err, r)
		}
		if _, err := ParseWith(r.Suggestion, o); r.Suggestion != "" && err != nil {
			t.Fatalf("%q: suggests %s: %v", s, r.Suggestion, err)
		}
		sameFirst(t, err, r.Faults)
	}
}

// FuzzBuild compares building with trying every check digit: both find the same number, or both find none.
func FuzzBuild(f *testing.F) {
	f.Add("PL", "1111111", "", "7700000000000001")
	f.Add("PL", "11111111", "", "1")
	f.Add("ES", "2100", "0418", "0200051332")
	f.Add("CZ", "0800", "", "0000192000145399")
	f.Add("CZ", "0800", "", "00000000000006")
	f.Add("IT", "05428", "11101", "ABC")
	f.Add("HR", "100100", "", "186300016")
	f.Add("GB", "NWBK", "601613", "31926819")
	f.Add("SN", "", "", "AA11111111111111111111")
	f.Fuzz(func(t *testing.T, country, bank, branch, account string) {
		parts := Parts{Bank: bank, Branch: branch, Account: account}
		x, err := Build(country, parts)
		if want := oracleBuild(country, parts); x.String() != want || (err == nil) != (want != "") {
			t.Fatalf("%s %q: built %q, %v; the oracle %q", country, parts, x, err, want)
		}
	})
}

// FuzzRange: bases of any kind give a clear error or a range that keeps its promises.
func FuzzRange(f *testing.F) {
	for _, r := range small {
		f.Add(unspaced(r.base), r.suffix, uint64(3))
	}
	f.Fuzz(func(t *testing.T, base, suffix string, n uint64) {
		r, err := NewRange(base, testKey, WithSuffix(suffix))
		if err != nil {
			return
		}
		n %= r.Capacity()
		x, err := r.At(n)
		if m, ok := r.Counter(x); err != nil || !ok || m != n || !r.Contains(x) {
			t.Fatalf("%q, %q: At(%d) = %s, %v, back to %d, %v", base, suffix, n, x, err, m, ok)
		}
		if !oracleValid(x.String(), Unregistered|StrictNational) {
			t.Fatalf("%q, %q: At(%d) = %s is invalid", base, suffix, n, x)
		}
		if again, err := NewRange(r.Base(), testKey, WithSuffix(r.Suffix())); err != nil || again.order.forward(n) != r.order.forward(n) {
			t.Fatalf("%q, %q: another range by its own base %q: %v", base, suffix, r.Base(), err)
		}
	})
}

// FuzzUnmarshal: text that comes in goes out unchanged.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte("PL61109010140000071219812874"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, text []byte) {
		var x IBAN
		if x.UnmarshalText(text) != nil {
			return
		}
		if out, err := x.MarshalText(); err != nil || string(out) != string(text) {
			t.Fatalf("%q goes out as %q, %v", text, out, err)
		}
	})
}
