package iban

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestCheck pins every kind: where it is, what was expected, what stood there, and that no fault hides another.
func TestCheck(t *testing.T) {
	tests := []struct {
		name, in   string
		opts       []Option
		faults     []Fault
		suggestion string
	}{
		{name: "right", in: "PL61109010140000071219812874"},
		{name: "empty", in: "", faults: []Fault{{Kind: KindEmpty}}},
		{name: "only spaces", in: " ", opts: []Option{Lenient}, faults: []Fault{{Kind: KindEmpty}}},
		{name: "lenient", in: " pl61 1090 1014 0000 0712 1981 2874", opts: []Option{Lenient}},
		{name: "print form", in: "PL61 1090 1014 0000 0712 1981 2874", suggestion: "PL61109010140000071219812874",
			faults: []Fault{{Kind: KindSpace, Position: 5, Actual: " "}, {Kind: KindSpace, Position: 10, Actual: " "},
				{Kind: KindSpace, Position: 15, Actual: " "}, {Kind: KindSpace, Position: 20, Actual: " "},
				{Kind: KindSpace, Position: 25, Actual: " "}, {Kind: KindSpace, Position: 30, Actual: " "}}},
		{name: "small letters", in: "pl61109010140000071219812874", suggestion: "PL61109010140000071219812874",
			faults: []Fault{{Kind: KindLowerCase, Position: 1, Expected: "P", Actual: "p"}, {Kind: KindLowerCase, Position: 2, Expected: "L", Actual: "l"}}},
		{name: "letter O for zero", in: "GB29NWBK6O161331926819", suggestion: "GB29NWBK60161331926819",
			faults: []Fault{{Kind: KindClass, Position: 10, Expected: "digit", Actual: "O"}}},
		{name: "digit for letter", in: "GB29NW8K60161331926819", suggestion: "GB29NWBK60161331926819",
			faults: []Fault{{Kind: KindClass, Position: 7, Expected: "letter", Actual: "8"}}},
		{name: "look-alike of another alphabet", in: "\u0420L61109010140000071219812874",
			faults: []Fault{{Kind: KindBadCharacter, Position: 1, Actual: "\u0420"}}},
		{name: "character after a wide one", in: "PL6110901014000007121981\u00a0287\u2003",
			faults: []Fault{{Kind: KindBadCharacter, Position: 25, Actual: "\u00a0"}, {Kind: KindBadCharacter, Position: 29, Actual: "\u2003"},
				{Kind: KindLength, Expected: "28", Actual: "29"}}},
		{name: "invalid UTF-8", in: "PL61\xff09010140000071219812874", suggestion: "PL61109010140000071219812874", faults: []Fault{{Kind: KindBadCharacter, Position: 5, Actual: "\xff"}}},
		{name: "unknown country", in: "XX61109010140000071219812874", faults: []Fault{{Kind: KindUnknownCountry, Position: 1, Actual: "XX"}}},
		{name: "one letter", in: "P", faults: []Fault{{Kind: KindUnknownCountry, Position: 1, Actual: "P"}}},
		{name: "circulating country", in: "AO06004400006729503010102", faults: []Fault{{Kind: KindUnregistered, Position: 1, Actual: "AO"}}},
		{name: "circulating country on request", in: "AO06004400006729503010102", opts: []Option{Unregistered}},
		{name: "too short", in: "PL6110901014000007121981287", faults: []Fault{{Kind: KindLength, Expected: "28", Actual: "27"}}},
		{name: "too long and more", in: "PL6A1090101400000712198128740b", faults: []Fault{{Kind: KindLowerCase, Position: 30, Expected: "B", Actual: "b"},
			{Kind: KindLength, Expected: "28", Actual: "30"}, {Kind: KindClass, Position: 4, Expected: "digit", Actual: "A"}}},
		{name: "check digits, where several slips would explain them", in: "PL16109010140000071219812874",
			faults: []Fault{{Kind: KindCheckDigits, Position: 3, Expected: "61", Actual: "16"}}},
		{name: "impossible check digits", in: "PL00109010140000071219812874",
			faults: []Fault{{Kind: KindCheckRange, Position: 3, Expected: "61", Actual: "00"}}},
		{name: "national digit", in: "PL50111111120000000000000000", faults: []Fault{{Kind: KindCheckDigits, Position: 3, Expected: "37", Actual: "50"},
			{Kind: KindNational, Position: 12, Expected: "1", Actual: "2"}}},
		{name: "both national digits", in: "CZ0008000000182000145398", faults: []Fault{{Kind: KindCheckRange, Position: 3, Expected: "57", Actual: "00"},
			{Kind: KindNational, Position: 14, Expected: "9", Actual: "8"}, {Kind: KindNational, Position: 24, Expected: "9", Actual: "8"}}},
		{name: "letter that modulo 97 does not see", in: "FR1420041010050500013MZ2606", opts: []Option{},
			faults: []Fault{{Kind: KindNational, Position: 26, Expected: "22", Actual: "06"}}, suggestion: "FR1420041010050500013M02606"},
		{name: "the same by ISO alone", in: "FR1420041010050500013MZ2606", opts: []Option{ISOOnly}},
		{name: "one digit of national check, wrong", in: "NO0286011117000", faults: []Fault{{Kind: KindCheckDigits, Position: 3, Expected: "54", Actual: "02"},
			{Kind: KindNational, Position: 15, Expected: "9", Actual: "0"}}},
		{name: "no such account", in: "NO6286011117050", faults: []Fault{{Kind: KindNational, Position: 15, Actual: "0"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Check(tt.in, tt.opts...)
			ignore := cmpopts.IgnoreFields(Fault{}, "Message")
			if diff := cmp.Diff(tt.faults, r.Faults, ignore, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if r.Suggestion != tt.suggestion || r.Valid != (len(tt.faults) == 0) || r.Valid == r.IBAN.IsZero() || r.Input != tt.in {
				t.Errorf("suggestion %q, want %q; %+v", r.Suggestion, tt.suggestion, r)
			}
			x, err := ParseWith(tt.in, tt.opts...)
			if x != r.IBAN || (err == nil) != r.Valid {
				t.Errorf("ParseWith says %v, %v", x, err)
			}
			sameFirst(t, err, r.Faults)
		})
	}
}

// sameFirst: the error of Parse is Check's first fault, and each fault has its sentence on one line.
func sameFirst(t *testing.T, err error, faults []Fault) {
	t.Helper()
	for i, f := range faults {
		if f.Message == "" || strings.ContainsAny(f.Message, "\n\x00") {
			t.Errorf("message %q", f.Message)
		}
		position := f.Position
		if position > maxPosition {
			position = 0
		}
		if pe, ok := errors.AsType[*ParseError](err); i == 0 && (!ok || pe.Kind() != f.Kind || pe.Position() != position) {
			t.Errorf("Parse says %v, Check %+v", err, f)
		}
	}
}

// TestMessages pins the sentence of every kind, as a person reads it.
func TestMessages(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "there is no IBAN here"},
		{"PL40 111111117700000000000001", "there is a space at position 5; write the number without spaces"},
		{"pL40111111117700000000000001", `"p" at position 1 is a small letter; write "P"`},
		{"PL401111111177\u00a00000000000001", `"\u00a0" at position 15 is neither a digit nor a letter from A to Z`},
		{"XX40111111117700000000000001", `"XX" is not the code of a country with IBANs`},
		{"AO06004400006729503010102", "Angola is not in the SWIFT registry of IBANs"},
		{"PL4011111111770000000000000", "an IBAN of Poland has 28 characters, this one has 27 (1 too few)"},
		{"PL401111111177000000000000010", "an IBAN of Poland has 28 characters, this one has 29 (1 too many)"},
		{"PL4O111111117700000000000001", `"O" at position 4 must be a digit`},
		{"PL01111111117700000000000001", "check digits 01 do not exist (they run from 02 to 98); the rest of the number asks for 40"},
		{"PL41111111117700000000000001", "the check digits are 41, but the rest of the number asks for 40: something is mistyped"},
		{"PL37111111120000000000000000", "the national check (Poland) is 2, but the rest of the number asks for 1"},
		{"NO6286011117050", "no account of Norway has these digits: no national check digit fits them"},
	}
	for _, tt := range tests {
		if r := Check(tt.in); len(r.Faults) == 0 || r.Faults[0].Message != tt.want {
			t.Errorf("%q: %+v, want %s", tt.in, r.Faults, tt.want)
		}
	}
}

// TestWarnings do not make a number invalid.
func TestWarnings(t *testing.T) {
	qr, err := FromBBAN("CH", "31999"+"000000000000")
	if err != nil {
		t.Fatal(err)
	}
	if r := Check(qr.String()); !r.Valid || len(r.Warnings) != 1 || r.Warnings[0].Kind != KindQRIBAN || r.Warnings[0].Position != 5 {
		t.Errorf("%+v", r)
	}
	if r := Check("CH9300762011623852957"); len(r.Warnings) != 0 {
		t.Errorf("%+v", r)
	}
	if r := Check("FR1420041010050500013MZ2606", ISOOnly); !r.Valid || len(r.Warnings) != 1 || r.Warnings[0].Kind != KindNational {
		t.Errorf("%+v", r)
	}
}

// TestResultJSON is the shape that scripts read.
func TestResultJSON(t *testing.T) {
	tests := map[string]string{
		"PL61109010140000071219812874": `{"input":"PL61109010140000071219812874","valid":true,"iban":"PL61109010140000071219812874","country":"PL","faults":[],"warnings":[]}`,
		"pL": `{"input":"pL","valid":false,"iban":"","country":"PL","faults":[{"kind":"lower_case","position":1,"expected":"P","actual":"p",` +
			`"message":"\"p\" at position 1 is a small letter; write \"P\""},{"kind":"wrong_length","position":0,"expected":"28","actual":"2",` +
			`"message":"an IBAN of Poland has 28 characters, this one has 2 (26 too few)"}],"warnings":[]}`,
	}
	for in, want := range tests {
		got, err := json.Marshal(Check(in))
		if err != nil || string(got) != want {
			t.Errorf("%s\n got %s, %v\nwant %s", in, got, err, want)
		}
	}
}

// TestSuggestionAgainstOracle: what is suggested is the only number that one wrong character or two swapped neighbours
// would explain; where there are none or several nothing is.
func TestSuggestionAgainstOracle(t *testing.T) {
	suggested := 0
	for i, right := range mixed {
		for _, wrong := range slips(right, 2+i%9) {
			if oracleValid(wrong, 0) {
				continue
			}
			want := ""
			if found := corrections(wrong); len(found) == 1 {
				want = found[0]
				suggested++
			}
			if got := Check(wrong).Suggestion; got != want {
				t.Errorf("%s: suggests %q, want %q of %q", wrong, got, want, corrections(wrong))
			}
		}
	}
	if suggested < 20 {
		t.Errorf("only %d suggestions were possible", suggested)
	}
}

// slips returns s with one character changed and with two neighbours swapped, at every third place from start on.
func slips(s string, start int) (list []string) {
	for at := start; at+1 < len(s); at += 3 {
		wrong := "7"
		if s[at] == '7' {
			wrong = "1"
		}
		list = append(list, s[:at]+wrong+s[at+1:], s[:at]+s[at+1:at+2]+s[at:at+1]+s[at+2:])
	}
	return list
}

// corrections returns every valid number that is one slip away from s, in any order.
func corrections(s string) []string {
	found := map[string]bool{}
	for at := 2; at < len(s); at++ {
		for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
			found[s[:at]+string(c)+s[at+1:]] = true
		}
		if at+1 < len(s) {
			found[s[:at]+s[at+1:at+2]+s[at:at+1]+s[at+2:]] = true
		}
	}
	maps.DeleteFunc(found, func(s string, _ bool) bool { return !oracleValid(s, 0) })
	return slices.Collect(maps.Keys(found))
}

// TestHostileInput: length does not matter, and what is printed of it is harmless.
func TestHostileInput(t *testing.T) {
	long := strings.Repeat("\x1b[31m\n", 5000)
	r := Check(long)
	if r.Valid || len(r.Faults) != maxFlaws {
		t.Errorf("%d faults", len(r.Faults))
	}
	if r := Check("PL6110901014000007121981287"+strings.Repeat(" ", 1000)+"\x00", Lenient); r.Valid || r.Faults[0].Position != 1028 {
		t.Errorf("a fault far behind goes unnoticed: %+v", r)
	}
	for _, f := range r.Faults {
		if strings.ContainsAny(f.Message, "\x1b\n") {
			t.Fatalf("message %q", f.Message)
		}
	}
	if _, err := Parse(long); err == nil || len(err.Error()) > 100 || strings.Contains(err.Error(), "31m") {
		t.Errorf("error %v", err)
	}
}
