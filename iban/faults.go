package iban

import "strconv"

// Kind names what is wrong. Its text is stable: programs and API users may rely on it.
type Kind string

// The kinds, in the order in which Check tells them.
const (
	KindEmpty          Kind = "empty"                 // there is nothing to read
	KindSpace          Kind = "space"                 // an ASCII space, which the electronic form has none of
	KindLowerCase      Kind = "lower_case"            // an ASCII small letter where a capital belongs
	KindBadCharacter   Kind = "bad_character"         // neither a digit nor an ASCII letter nor a space
	KindUnknownCountry Kind = "unknown_country"       // no country with IBANs has this code
	KindUnregistered   Kind = "unregistered_country"  // uses IBANs, but is not in the SWIFT registry: see Unregistered
	KindLength         Kind = "wrong_length"          // not the number of characters that the country prescribes
	KindClass          Kind = "wrong_class"           // a letter where a digit belongs, or a digit where a letter does
	KindCheckRange     Kind = "check_digits_range"    // 00, 01 or 99: right modulo 97 perhaps, but never computed
	KindCheckDigits    Kind = "wrong_check_digits"    // they do not belong to the rest of the number
	KindNational       Kind = "wrong_national_digits" // the same for the national check digits within the BBAN
	KindQRIBAN         Kind = "qr_iban"               // only a warning: Swiss, payable only with a QR reference
)

// Error makes a Kind usable with errors.Is: errors.Is(err, iban.KindLength).
func (k Kind) Error() string { return string(k) }

// fault is a Kind as one byte.
type fault uint8

const (
	faultNone fault = iota
	faultEmpty
	faultSpace
	faultLowerCase
	faultBadCharacter
	faultUnknownCountry
	faultUnregistered
	faultLength
	faultClass
	faultCheckRange
	faultCheckDigits
	faultNational
	faultCount
)

var faultKinds = [faultCount]Kind{"", KindEmpty, KindSpace, KindLowerCase, KindBadCharacter, KindUnknownCountry,
	KindUnregistered, KindLength, KindClass, KindCheckRange, KindCheckDigits, KindNational}

var faultTexts = [faultCount]string{"", "there is nothing to read", "contains a space", "contains a small letter",
	"contains a character that no IBAN has", "unknown country code", "country outside the SWIFT registry",
	"wrong length for the country", "has a letter or a digit where the other belongs",
	"check digits that do not exist (00, 01, 99)", "wrong check digits", "wrong national check digits"}

// ParseError is the first fault of an input. It does not hold the input, so that it may be logged. Errors are shared
// and never change.
type ParseError struct {
	fault    fault
	position uint8
}

// Kind tells what is wrong.
func (e *ParseError) Kind() Kind { return faultKinds[e.fault] }

// Position is the character, counted from 1 in the input, where the fault is; 0 means the whole, or a place beyond 250.
func (e *ParseError) Position() int { return int(e.position) }

// Is makes errors.Is(err, kind) work.
func (e *ParseError) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind()
}

// Error returns one line without the input.
func (e *ParseError) Error() string {
	if e.position == 0 {
		return "iban: " + faultTexts[e.fault]
	}
	return "iban: " + faultTexts[e.fault] + " at position " + strconv.Itoa(int(e.position))
}

// maxPosition is the last position that an error names.
const maxPosition = 250

// parseErrors holds every possible error, so that none is ever allocated.
var parseErrors = func() (all [faultCount][maxPosition + 1]ParseError) {
	for k := range all {
		for p := range all[k] {
			all[k][p] = ParseError{fault(k), uint8(p)}
		}
	}
	return all
}()

func parseError(k fault, position int) error {
	if position > maxPosition {
		position = 0
	}
	return &parseErrors[k][position]
}
