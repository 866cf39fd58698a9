package iban_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"ims/iban"
)

// The numbers are invented: no bank has the sort code 11111111.

func ExampleParse() {
	x, err := iban.Parse("PL40111111117700000000000001")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x, "|", x.Format())
	fmt.Println(x.Country(), x.Bank(), x.Account(), x.NationalDigits())
	// Output:
	// PL40111111117700000000000001 | PL40 1111 1111 7700 0000 0000 0001
	// PL 11111111 7700000000000001 1
}

func ExampleParse_errors() {
	_, err := iban.Parse("PL41111111117700000000000001")
	var pe *iban.ParseError
	fmt.Println(err)
	fmt.Println(errors.Is(err, iban.KindCheckDigits), errors.As(err, &pe) && pe.Position() == 3)
	// Output:
	// iban: wrong check digits at position 3
	// true true
}

func ExampleParseLenient() {
	x, err := iban.ParseLenient("pl40 1111 1111 7700 0000 0000 0001")
	fmt.Println(x, err)
	// Output: PL40111111117700000000000001 <nil>
}

func ExampleParseWith() {
	// Angola uses IBANs without being in the registry; its national rule was observed, not published.
	const number = "AO76004400006729503010103"
	_, err := iban.Parse(number)
	fmt.Println(err)
	x, err := iban.ParseWith(number, iban.Unregistered)
	fmt.Println(x, err)
	_, err = iban.ParseWith(number, iban.Unregistered, iban.StrictNational)
	fmt.Println(err)
	// Output:
	// iban: country outside the SWIFT registry at position 1
	// AO76004400006729503010103 <nil>
	// iban: wrong national check digits at position 24
}

func ExampleNRB() {
	x, ok := iban.NRB([]byte("40111111117700000000000001"))
	fmt.Println(x, ok)
	// Output: PL40111111117700000000000001 true
}

func ExampleCheck() {
	r := iban.Check("GB29 NWBK 6O16 1331 9268 19", iban.Lenient)
	for _, f := range r.Faults {
		fmt.Println(f.Kind, f.Position, f.Message)
	}
	fmt.Println("perhaps:", r.Suggestion)
	// Output:
	// wrong_class 12 "O" at position 12 must be a digit
	// perhaps: GB29NWBK60161331926819
}

func ExampleCheck_json() {
	data, _ := json.Marshal(iban.Check("PL00111111117700000000000001"))
	fmt.Println(string(data))
	// Output:
	// {"input":"PL00111111117700000000000001","valid":false,"iban":"","country":"PL","faults":[{"kind":"check_digits_range","position":3,"expected":"40","actual":"00","message":"check digits 00 do not exist (they run from 02 to 98); the rest of the number asks for 40"}],"warnings":[],"suggestion":"PL40111111117700000000000001"}
}

func ExampleBuild() {
	x, err := iban.Build("PL", iban.Parts{Bank: "1111111", Account: "7700000000000001"})
	fmt.Println(x, err)
	// Output: PL40111111117700000000000001 <nil>
}

func ExampleFromBBAN() {
	x, err := iban.FromBBAN("PL", "111111117700000000000001")
	fmt.Println(x, err)
	_, err = iban.FromBBAN("PL", "111111127700000000000001")
	fmt.Println(errors.Is(err, iban.ErrNationalDigits), err)
	// Output:
	// PL40111111117700000000000001 <nil>
	// true from BBAN of PL: iban: national check digits: character 8 of the BBAN is 2, computed is 1
}

func ExampleReplaceDigits() {
	x, err := iban.ReplaceDigits("PL00111111107700000000000001")
	fmt.Println(x, err)
	// Output: PL40111111117700000000000001 <nil>
}

func ExampleFromNational() {
	x, err := iban.FromNational("CZ", "19-123457/0800")
	fmt.Println(x.Format(), err)
	// Output: CZ16 0800 0000 1900 0012 3457 <nil>
}

func ExampleRange() {
	key := []byte("a secret of this") // 16 or 32 bytes from a random source, kept with the base for ever
	r, err := iban.NewRange("PL111111117700", key)
	if err != nil {
		fmt.Println(err)
		return
	}
	for counter := range uint64(3) {
		x, _ := r.At(counter)
		back, _ := r.Counter(x)
		fmt.Println(x.Format(), back)
	}
	fmt.Println(r.Capacity(), "numbers,", r.Remaining(3), "left")
	_, err = r.At(r.Capacity())
	fmt.Println(errors.Is(err, iban.ErrExhausted))
	// Output:
	// PL95 1111 1111 7700 7413 7161 7968 0
	// PL40 1111 1111 7700 8184 2712 2359 1
	// PL28 1111 1111 7700 5597 6421 5305 2
	// 1000000000000 numbers, 999999999997 left
	// true
}

func ExampleWithSuffix() {
	key := []byte("a secret of this")
	_, err := iban.NewRange("MUBOMM0101", key)
	fmt.Println(err)
	r, err := iban.NewRange("MUBOMM0101", key, iban.WithSuffix("000MUR"))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := r.Plain(7)
	fmt.Println(x, r.Capacity())
	// Output:
	// new range "MUBOMM0101": iban: no room for a range: character 24 of the BBAN is a letter, which has a meaning and is never numbered: the base must reach it, or a suffix begin there
	// MU81BOMM0101000000000007000MUR 1000000000000
}

func ExampleOverlap() {
	fmt.Println(iban.Overlap("PL11111111", "PL111111117700"), iban.Overlap("PL111111117701", "PL111111117700"))
	// Output: true false
}

func ExampleCountryByCode() {
	c, _ := iban.CountryByCode("RS")
	fmt.Println(c.Name, c.Length, c.Structure, c.SEPA, c.InSEPA("2026-01-01"), c.InSEPA("2026-06-01"))
	// Output: Serbia 22 3!n13!n2!n epc false true
}

func ExampleCountries() {
	for c := range iban.Countries() {
		for _, place := range c.Territories {
			if !place.SEPA {
				fmt.Println(place.Code, "has IBANs of", c.Name, "and is outside SEPA")
			}
		}
	}
	// Output:
	// PF has IBANs of France and is outside SEPA
	// TF has IBANs of France and is outside SEPA
	// NC has IBANs of France and is outside SEPA
	// WF has IBANs of France and is outside SEPA
}

func ExampleIBAN() {
	type payment struct {
		Payee iban.IBAN `json:"payee"`
		Payer iban.IBAN `json:"payer"`
	}
	var p payment
	err := json.Unmarshal([]byte(`{"payee":"PL40111111117700000000000001"}`), &p)
	fmt.Println(p.Payee.Format(), p.Payer.IsZero(), err)
	data, _ := json.Marshal(p)
	fmt.Println(string(data))
	seen := map[iban.IBAN]int{p.Payee: 1}
	fmt.Println(seen[p.Payee], p.Payee == p.Payer)
	// Output:
	// PL40 1111 1111 7700 0000 0000 0001 true <nil>
	// {"payee":"PL40111111117700000000000001","payer":""}
	// 1 false
}

func ExampleIBAN_AppendFormat() {
	x, _ := iban.Parse("PL40111111117700000000000001")
	line := make([]byte, 0, 64)
	line = append(line, "to "...)
	line = x.AppendFormat(line)
	fmt.Println(string(line))
	// Output: to PL40 1111 1111 7700 0000 0000 0001
}

func ExampleIBAN_LogValue() {
	x, _ := iban.Parse("PL40111111117700000000000001")
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("issued", "iban", x)
	// Output: level=INFO msg=issued iban="PL40 **** **** **** **** **** 0001"
}
