package panel

import (
	"errors"
	"strings"

	"ims/iban"
)

// typedIBAN is what a person who typed or pasted an IBAN should know of it.
type typedIBAN struct {
	fault string // what is wrong with it, in words; "" where it is a number
	meant string // the one number that a usual slip makes of it, as on paper; "" where there is none, or several
}

// isLikeIBAN tells whether a text was meant to be an IBAN: two letters, two digits, and something of an account after them.
func isLikeIBAN(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	if len(text) < 12 {
		return false
	}
	letter := func(c byte) bool { return 'A' <= c&^0x20 && c&^0x20 <= 'Z' }
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	return letter(text[0]) && letter(text[1]) && digit(text[2]) && digit(text[3])
}

// typedIBAN says what is wrong with an IBAN that somebody typed. National check digits are left to the bank that gave the number.
func (v *visit) typedIBAN(text string) typedIBAN {
	r := iban.Check(text, iban.Lenient, iban.ISOOnly)
	if r.Valid || len(r.Faults) == 0 {
		return typedIBAN{}
	}
	t, first := typedIBAN{}, r.Faults[0]
	if meant, err := iban.ParseISO(r.Suggestion); err == nil {
		t.meant = meant.Format()
	}
	switch {
	case !isLikeIBAN(text):
		t.fault = v.T("ibanFault.whole")
	case errors.Is(first.Kind, iban.KindUnknownCountry):
		t.fault = v.T("ibanFault.country")
	case errors.Is(first.Kind, iban.KindLength):
		t.fault = v.T("ibanFault.length", len(strings.ReplaceAll(text, " ", "")), first.Expected)
	case errors.Is(first.Kind, iban.KindBadCharacter), errors.Is(first.Kind, iban.KindClass):
		t.fault = v.T("ibanFault.character", first.Position)
	default:
		t.fault = v.T("ibanFault.digits")
	}
	return t
}

// sentence says it in one piece.
func (t typedIBAN) sentence(v *visit) string {
	if t.meant == "" {
		return t.fault
	}
	return t.fault + " " + v.T("ibanFault.meant", t.meant)
}
