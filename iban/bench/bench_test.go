package bench

import (
	"testing"

	almerlucke "github.com/almerlucke/go-iban/iban"
	jacoelho "github.com/jacoelho/banking/iban"
	jbub "github.com/jbub/banking/iban"

	"ims/iban"
)

// peers validate the electronic form. None of the others checks national digits; ours does.
var peers = []struct {
	name  string
	valid func(string) bool
}{
	{"ims", func(s string) bool { _, err := iban.Parse(s); return err == nil }},
	{"ims-iso", func(s string) bool { _, err := iban.ParseISO(s); return err == nil }},
	{"jacoelho", func(s string) bool { return jacoelho.Validate(s) == nil }},
	{"jbub", func(s string) bool { return jbub.Validate(s) == nil }},
	{"almerlucke", func(s string) bool { _, err := almerlucke.NewIBAN(s); return err == nil }},
}

const polish = "PL61109010140000071219812874"

// mixed are the registry's examples of 20 countries, with and without letters and national digits.
var mixed = func() (list []string) {
	for _, code := range []string{"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "HR", "HU", "IE", "IT", "LT", "NL", "NO", "PL", "PT", "SE"} {
		c, _ := iban.CountryByCode(code)
		list = append(list, c.Example)
	}
	return list
}()

var sink bool

func BenchmarkPL(b *testing.B)      { run(b, []string{polish}) }
func BenchmarkMixed(b *testing.B)   { run(b, mixed) }
func BenchmarkInvalid(b *testing.B) { run(b, []string{"PL61109010140000071219812875"}) }

func run(b *testing.B, list []string) {
	for _, p := range peers {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if i++; i >= len(list) {
					i = 0
				}
				sink = p.valid(list[i])
			}
		})
	}
}

// TestVerdicts records where peers disagree with us, so that the comparison is one of equals: all accept the examples.
func TestVerdicts(t *testing.T) {
	for _, s := range mixed {
		for _, p := range peers {
			if !p.valid(s) {
				t.Errorf("%s refuses %s", p.name, s)
			}
		}
	}
}
