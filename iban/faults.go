package iban

import "strconv"

// Kind names what is wrong. Its text is stable: programs and API users may rely on it.
type Kind uint8

// The kinds, in the order in which Parse prefers to name them.
const (
	KindNone Kind = iota
	// KindEmpty: there is nothing to read.
	KindEmpty
	// KindSpace: an ASCII space, which the electronic form has none of.
	KindSpace
	// KindLowerCase: an ASCII small letter where a capital belongs.
	KindLowerCase
	// KindBadCharacter: neither a digit nor an ASCII letter nor a space.
	KindBadCharacter
	// KindUnknownCountry: no country with IBANs has this code.
	KindUnknownCountry
	// KindUnregistered: the country uses IBANs but is not in the SWIFT registry; option Unregistered accepts it.
	KindUnregistered
	// KindLength: not the number of characters that the country prescribes.
	KindLength
	// KindClass: a letter where the country wants a digit, or a digit where it wants a letter.
	KindClass
	// KindCheckRange: check digits 00, 01 or 99, which no calculation gives though they may be right modulo 97.
	KindCheckRange
	// KindCheckDigits: the check digits do not belong to the rest of the number.
	KindCheckDigits
	// KindNational: the national check digits do not belong to the rest of the BBAN.
	KindNational
	// KindQRIBAN (only ever a warning): a Swiss QR-IBAN, payable only with a QR reference.
	KindQRIBAN
	kindCount
)

var kindNames = [kindCount]string{"", "empty", "space", "lower_case", "bad_character", "unknown_country",
	"unregistered_country", "wrong_length", "wrong_class", "check_digits_range", "wrong_check_digits",
	"wrong_national_digits", "qr_iban"}

var kindTexts = [kindCount]string{"", "there is no IBAN", "contains a space", "contains a small letter",
	"contains a character that no IBAN has", "the country code is unknown", "the country is not in the SWIFT registry",
	"the length is wrong for the country", "a letter or digit stands where the other belongs",
	"check digits 00, 01 and 99 do not exist", "the check digits are wrong", "the national check digits are wrong",
	"is a QR-IBAN"}

// String returns the stable lower_snake name, "" for KindNone.
func (k Kind) String() string { return kindNames[min(k, kindCount-1)] }

// MarshalText makes JSON show the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Error makes a Kind usable with errors.Is: errors.Is(err, iban.KindLength).
func (k Kind) Error() string { return "iban: " + kindTexts[min(k, kindCount-1)] }

// ParseError is the first fault of an input. It does not hold the input, so that it may be logged. Errors are shared
// and never change.
type ParseError struct {
	kind     Kind
	position uint8
}

// Kind tells what is wrong.
func (e *ParseError) Kind() Kind { return e.kind }

// Position is the character, counted from 1 in the input, where the fault is; 0 if it is the whole or lies beyond
// position 250.
func (e *ParseError) Position() int { return int(e.position) }

// Is makes errors.Is(err, kind) work.
func (e *ParseError) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.kind
}

// Error returns one line without the input.
func (e *ParseError) Error() string {
	if e.position == 0 {
		return e.kind.Error()
	}
	return e.kind.Error() + " at position " + strconv.Itoa(int(e.position))
}

// maxPosition is the last position that an error names.
const maxPosition = 250

// parseErrors holds every possible error, so that none is ever allocated.
var parseErrors = func() (all [kindCount][maxPosition + 1]ParseError) {
	for k := range all {
		for p := range all[k] {
			all[k][p] = ParseError{Kind(k), uint8(p)}
		}
	}
	return all
}()

func parseError(k Kind, position int) error {
	if position > maxPosition {
		position = 0
	}
	return &parseErrors[k][position]
}
