package main

import (
	"slices"
	"strings"
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

// TestVerdictStaysOnItsLines: what is typed cannot move the cursor, end the line or shift the pointers.
func TestVerdictStaysOnItsLines(t *testing.T) {
	var b strings.Builder
	writeVerdict(&b, iban.Check("XX\n11\x1b[2J?"))
	want := "" +
		"invalid  XX\\n11\\u001b[2J?\n" +
		"           ^ \"\\n\" at position 3 is neither a digit nor a letter from A to Z\n" +
		"               ^ \"\\x1b\" at position 6 is neither a digit nor a letter from A to Z\n" +
		"                     ^ \"[\" at position 7 is neither a digit nor a letter from A to Z\n" +
		"                        ^ \"?\" at position 10 is neither a digit nor a letter from A to Z\n" +
		"         ^ \"XX\" is not the code of a country with IBANs\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// TestStandardInputAsTyped: of a line only its end is cut off, also of the last one that has none.
func TestStandardInputAsTyped(t *testing.T) {
	var got []string
	judge := func(number string) error {
		got = append(got, number)
		return nil
	}
	if err := (&ibanCheckCommand{Numbers: []string{"-"}}).each(strings.NewReader("A\r\n\n\tB \nC"), judge); err != nil {
		t.Fatal(err)
	}
	if want := []string{"A", "", "\tB ", "C"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
}
