package iban

import (
	"fmt"
	"strings"
)

// FromNRB returns the IBAN of a Polish account number of 26 digits, checked as Parse does. The errors are those of Parse;
// positions count from the start of "PL" + nrb.
func FromNRB(nrb string) (IBAN, error) {
	x, err := Parse("PL" + nrb)
	if err != nil {
		return IBAN{}, fmt.Errorf("from NRB: %w", err)
	}
	return x, nil
}

// FromNational returns the IBAN of an account number as people of the country write it. Spaces, dots, hyphens and the
// slash separate fields and are otherwise ignored; fields that may be written shorter are filled with zeros. Its check
// digits, where it has any, must be right.
//
//	PL               NRB of 26 digits
//	CZ, SK           [prefix-]account/bank              19-2000145399/0800
//	HU               16 or 24 digits                    11773016-11111018
//	RS, ME, MK       bank-account-check                 260-56010016113-79
//	IS               bank-type-account-owner            0159-26-007654-551073-0339
//	DK, FO, GL       registration number-account        0040-440116243
//	all others       the whole BBAN, fields as they come: ES 2100 0418 45 0200051332, BE 539-0075470-34
//
// Where a country's number lacks the bank, or names it by other means, there is no conversion without a table of banks:
// use Build. The errors are those of Build, for PL those of Parse.
func FromNational(country, number string) (IBAN, error) {
	fields := strings.FieldsFunc(number, func(c rune) bool { return strings.ContainsRune(" .-/", c) })
	joined := strings.Join(fields, "")
	switch country {
	case "PL":
		return FromNRB(joined)
	case "CZ", "SK":
		fields = czechFields(number)
	case "HU":
		if len(joined) == 16 {
			joined += "00000000"
		}
		fields = []string{joined}
	case "RS", "ME", "MK", "IS", "DK", "FO", "GL":
		if country == "IS" && len(fields) == 5 {
			fields = append(fields[:3], fields[3]+fields[4])
		}
	default:
		fields = []string{joined}
	}
	bban, err := fillFields(fields, nationalFields(country, len(fields)))
	if err != nil {
		return IBAN{}, fmt.Errorf("from national number of %s: %w", country, err)
	}
	return FromBBAN(country, bban)
}

// nationalFields returns the full length of each field of a number that is written with that many; nil if the fields
// make up the BBAN as they are.
func nationalFields(country string, count int) []int {
	switch {
	case country == "CZ" || country == "SK":
		return []int{4, 6, 10}
	case count == 3 && (country == "RS" || country == "ME"):
		return []int{3, 13, 2}
	case count == 3 && country == "MK":
		return []int{3, 10, 2}
	case count == 4 && country == "IS":
		return []int{4, 2, 6, 10}
	case count == 2 && (country == "DK" || country == "FO" || country == "GL"):
		return []int{4, 10}
	}
	return nil
}

// fillFields puts zeros before fields that are shorter than their length and joins them.
func fillFields(fields []string, lengths []int) (string, error) {
	if lengths == nil {
		return strings.Join(fields, ""), nil
	}
	var b strings.Builder
	for i, n := range lengths {
		if i >= len(fields) || len(fields[i]) > n {
			return "", fmt.Errorf("%w: its fields cannot be told apart", ErrStructure)
		}
		b.WriteString(padding[:n-len(fields[i])])
		b.WriteString(fields[i])
	}
	return b.String(), nil
}

// czechFields returns bank, prefix and account of "prefix-account/bank"; nothing if there is no bank.
func czechFields(number string) []string {
	account, bank, ok := strings.Cut(strings.ReplaceAll(number, " ", ""), "/")
	if !ok {
		return nil
	}
	prefix, rest, ok := strings.Cut(account, "-")
	if !ok {
		prefix, rest = "", account
	}
	return []string{bank, prefix, rest}
}
