package iban

import "testing"

func TestExamples(t *testing.T) {
	for c := range Countries() {
		if c.Example == "" {
			continue
		}
		x, err := Parse(c.Example)
		if err != nil {
			t.Errorf("%s: %v %+v", c.Example, err, Check(c.Example))
		}
		if x.String() != c.Example {
			t.Errorf("%s: prints %s", c.Example, x)
		}
		b := x.words()
		if !formats[x.index()].rule.complete(&b) || b != x.words() {
			t.Errorf("%s: complete differs", c.Example)
		}
	}
}

func TestQuick(t *testing.T) {
	for _, base := range []string{"PL111111117700", "CZ0800000000", "CZ0800", "NO8601", "NO860100", "SK1200", "IT?0542811101000000", "GBNWBK601613", "FR2004101005", "ES21000418", "BE539", "HR1001005", "HU1177301", "FI123", "NLABNA", "DE37040044", "NO86010", "ES210004184?02", "LT10000", "PT00020123", "EE22"} {
		r, err := NewRange(base, make([]byte, 16))
		if err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		t.Log(base, r.Base(), r.Capacity(), r.dynamic, r.run)
		for _, n := range []uint64{0, 1, 2, 3, 17, r.Capacity() / 2, r.Capacity() / 3, r.Capacity() - 1} {
			x, err := r.At(n)
			if err != nil {
				t.Fatal(err)
			}
			if y, err := Parse(x.String()); err != nil || y != x {
				t.Errorf("%s: At(%d) = %s: %v", base, n, x, err)
			}
			if m, ok := r.Counter(x); !ok || m != n {
				t.Errorf("%s: %d became %d, %v", base, n, m, ok)
			}
			x, _ = r.Plain(n)
			if y, err := Parse(x.String()); err != nil || y != x {
				t.Errorf("%s: Plain(%d) = %s: %v", base, n, x, err)
			}
			if m, ok := r.PlainCounter(x); !ok || m != n {
				t.Errorf("%s: %d became %d, %v", base, n, m, ok)
			}
		}
	}
	for _, s := range []string{"", "pl61 109", "PL61109010140000071219812875", "PL16109010140000071219812874", "FR1420041010050500013MZ2606", "GB29NWBK6O161331926819", "AO06004400006729503010102", "CH4431999123000889012", "XX12", "PL00109010140000071219812874"} {
		r := Check(s)
		t.Logf("%s: %+v", s, r)
	}
}
