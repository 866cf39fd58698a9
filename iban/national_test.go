package iban

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// randomBBAN returns characters that fit a country; letters are rare, as in life.
func randomBBAN(c *Country, rng *rand.Rand) []byte {
	b := make([]byte, len(c.classes))
	for i := range b {
		switch class := c.classes[i]; {
		case class == 'a' || class == 'c' && rng.IntN(8) == 0:
			b[i] = byte('A' + rng.IntN(26))
		default:
			b[i] = byte('0' + rng.IntN(10))
		}
	}
	return b
}

// TestNationalAgainstOracle computes digits for random bodies of each country, and then tries every other digit in the
// places of the check: the oracle and holds must agree each time, and none but the computed ones may pass.
func TestNationalAgainstOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for c := range Countries() {
		if c.NationalRule == NoRule {
			continue
		}
		missing := 0
		for range 1000 {
			text := randomBBAN(c, rng)
			if c.Code == "HU" && rng.IntN(2) == 0 {
				copy(text[16:], "00000000")
			}
			b := wordsOf(text)
			f := &formats[indexOf(c.Code[0], c.Code[1])]
			if got, want := f.rule.holds(b[1], b[2], b[3], b.mod97()), oracleNational(c.Code, string(text)); got != want {
				t.Fatalf("%s %s: holds says %v, the oracle %v", c.Code, text, got, want)
			}
			if !f.rule.complete(&b) {
				missing++
				continue
			}
			right := assemble(indexOf(c.Code[0], c.Code[1]), &b).BBAN()
			if !oracleNational(c.Code, right) {
				t.Fatalf("%s: %s completed to %s, which the oracle refuses", c.Code, text, right)
			}
			onlyOne(t, c, right)
		}
		if odd := strings.Contains("CZ SK NO IS", c.Code); odd != (missing > 0) {
			t.Errorf("%s: %d of 1000 bodies have no check digits", c.Code, missing)
		}
	}
}

// onlyOne changes each check character of a right BBAN to everything else.
func onlyOne(t *testing.T, c *Country, right string) {
	t.Helper()
	for at := range right {
		if !c.isCheck(at) {
			continue
		}
		for _, ch := range []byte("0123456789ABCXYZ") {
			if ch == right[at] || !allows(c.classes[at], ch) {
				continue
			}
			if oracleNational(c.Code, right[:at]+string(ch)+right[at+1:]) {
				t.Fatalf("%s: the oracle takes %s with %c at %d", c.Code, right, ch, at+1)
			}
			if _, err := FromBBAN(c.Code, right[:at]+string(ch)+right[at+1:]); err == nil && c.NationalRule == Published {
				t.Fatalf("%s: %s passes with %c at %d", c.Code, right, ch, at+1)
			}
		}
	}
}

// TestObservedRules: a wrong digit warns, and is a fault only on request.
func TestObservedRules(t *testing.T) {
	seen := 0
	for c := range Countries() {
		if c.NationalRule != Observed {
			continue
		}
		seen++
		text := []byte(strings.Map(func(class rune) rune { return map[rune]rune{'n': '1', 'a': 'A', 'c': '7'}[class] }, c.classes))
		right, err := c.complete(blanked(c, text))
		if err != nil {
			t.Fatal(err)
		}
		bban := []byte(right.BBAN())
		if c.classes[0] == 'a' {
			bban[0] = 'B'
		} else {
			bban[0] = '2'
		}
		wrong, err := FromBBAN(c.Code, string(bban))
		if err != nil {
			t.Fatal(err)
		}
		if r := Check(right.String(), Unregistered, StrictNational); !r.Valid || len(r.Warnings) != 0 {
			t.Errorf("%s: %+v", right, r)
		}
		if r := Check(wrong.String(), Unregistered); !r.Valid || len(r.Warnings) != 1 || r.Warnings[0].Kind != KindNational {
			t.Errorf("%s: %+v", wrong, r)
		}
		if r := Check(wrong.String(), Unregistered, StrictNational); r.Valid || r.Faults[0].Kind != KindNational {
			t.Errorf("%s: %+v", wrong, r)
		}
		if _, err := Parse(right.String()); (err == nil) != c.Registered {
			t.Errorf("%s: %v", right, err)
		}
	}
	if seen != 23 {
		t.Errorf("%d countries have observed rules", seen)
	}
}

func blanked(c *Country, text []byte) []byte {
	for _, s := range c.Check {
		clear(text[s.From:s.To])
	}
	return text
}
