package main

import (
	"testing"

	"ims/iban"
)

// TestEveryCountryCanBeGenerated: each registered country gives different numbers that a bank must accept.
func TestEveryCountryCanBeGenerated(t *testing.T) {
	for c := range iban.Countries() {
		if !c.Registered {
			continue
		}
		numbers, err := (&ibanGenerateCommand{Country: c.Code}).numbers()
		if err != nil {
			t.Errorf("%s: %v", c.Code, err)
			continue
		}
		seen := map[iban.IBAN]bool{}
		for n := range min(numbers.Capacity(), 20) {
			number, err := numbers.At(n)
			if err != nil {
				t.Fatalf("%s: %v", c.Code, err)
			}
			if r := iban.Check(number.String()); !r.Valid || r.Country != c.Code || seen[number] {
				t.Errorf("%s: %s comes twice or is not valid: %v", c.Code, number, r.Faults)
			}
			seen[number] = true
		}
	}
}
