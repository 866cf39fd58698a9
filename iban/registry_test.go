package iban

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/iban/internal/tablegen"
)

// TestGenerated fails when registry.tsv and registry_gen.go no longer belong together.
func TestGenerated(t *testing.T) {
	text, err := os.ReadFile("registry.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tablegen.Read(string(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := tablegen.Render(rows)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("registry_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("registry_gen.go is stale, run go generate (-want +have):\n%s", diff)
	}
}

// TestRegistry counts what release 102 holds and how many rules are known.
func TestRegistry(t *testing.T) {
	registered, circulating, published := 0, 0, 0
	var codes []string
	for c := range Countries() {
		codes = append(codes, c.Code)
		if c.Registered {
			registered++
		} else {
			circulating++
		}
		if c.NationalRule == Published {
			published++
		}
		if len(c.classes)+4 != c.Length || c.Length > maxLength || c.Length < minLength {
			t.Errorf("%s: length %d, structure %s", c.Code, c.Length, c.Structure)
		}
		if got, ok := CountryByCode(c.Code); !ok || got.Name != c.Name {
			t.Errorf("%s is found as %v", c.Code, got)
		}
		if (c.SEPA != OutsideSEPA) != (c.SEPASince != "") {
			t.Errorf("%s: SEPA %s since %q", c.Code, c.SEPA, c.SEPASince)
		}
	}
	if registered != 89 || circulating != 22 || published != 25 {
		t.Errorf("%d registered, %d circulating, %d with a published rule", registered, circulating, published)
	}
	if slices.Sort(codes); len(slices.Compact(codes)) != 111 {
		t.Error("a code occurs twice")
	}
	for _, code := range []string{"", "P", "PLN", "XX", "pl", "ZZ", "\x30\x4c", "AX"} {
		if c, ok := CountryByCode(code); ok {
			t.Errorf("%q is found as %s", code, c.Name)
		}
	}
}

// TestSEPA follows the EPC where SWIFT's flags lag, from the first day on.
func TestSEPA(t *testing.T) {
	tests := []struct {
		code, date string
		in         bool
	}{
		{"PL", "2026-11-22", true}, {"GB", "2026-11-22", true}, {"CH", "2026-11-22", true}, {"US", "2026-11-22", false},
		{"RS", "2026-05-03", false}, {"RS", "2026-05-04", true}, {"AL", "2024-12-31", false}, {"AL", "2025-10-07", true},
		{"AD", "2019-02-28", false}, {"AD", "2019-03-01", true}, {"TR", "2026-11-22", false}, {"UA", "2026-11-22", false},
	}
	for _, tt := range tests {
		c, ok := CountryByCode(tt.code)
		if got := ok && c.InSEPA(tt.date); got != tt.in {
			t.Errorf("%s on %s: %v", tt.code, tt.date, got)
		}
	}
	fr, _ := CountryByCode("FR")
	inside := map[string]bool{}
	for _, place := range fr.Territories {
		inside[place.Code] = place.SEPA
	}
	if len(inside) != 12 || !inside["RE"] || inside["NC"] {
		t.Errorf("territories of France: %v", inside)
	}
}

// TestCountriesAreCopies: a caller cannot change the registry.
func TestCountriesAreCopies(t *testing.T) {
	c, _ := CountryByCode("PL")
	c.Length = 7
	if again, _ := CountryByCode("PL"); again.Length != 28 {
		t.Error("the registry was changed from outside")
	}
	for c := range Countries() {
		c.Code = "??"
		break
	}
	if c, ok := CountryByCode("AD"); !ok || c.Code != "AD" {
		t.Error("the registry was changed from outside")
	}
}

// TestDataFile: a slip in the data file is told, not generated.
func TestDataFile(t *testing.T) {
	const head = "# c\nheader\n"
	row := "PL\tPoland\t28\t8!n16!n\t1-8\t-\t9-24\t8\tpl\terror\tswift\t2008-01-28\t-\tPL61109010140000071219812874\t2007-04\t2025-10\tregistry\n"
	if _, err := tablegen.Read(head + row); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{"\t28\t", "\t27\t"}, {"8!n16!n", "8!n16!x"}, {"8!n16!n", "8n16n"}, {"1-8", "8-1"},
		{"9-24", "9-25"}, {"\tpl\t", "\t-\t"}, {"PL6110", "PL611"}, {"\tregistry", ""}, {"8\tpl", "0\tpl"}, {"\t28\t", "\tx\t"}} {
		if _, err := tablegen.Read(head + strings.Replace(row, change[0], change[1], 1)); err == nil {
			t.Errorf("%q in place of %q goes unnoticed", change[1], change[0])
		}
	}
}

// TestCountryJSON: levels and sources are names, not numbers.
func TestCountryJSON(t *testing.T) {
	c, _ := CountryByCode("RS")
	data, err := json.Marshal(c)
	if err != nil || !strings.Contains(string(data), `"nationalRule":"published","sepa":"epc","sepaSince":"2026-05-04"`) {
		t.Errorf("%s, %v", data, err)
	}
	if !c.Branch.IsZero() || c.Bank.IsZero() || c.Bank.Len() != 3 {
		t.Errorf("bank %v, branch %v", c.Bank, c.Branch)
	}
}
