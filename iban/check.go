package iban

import (
	"fmt"
	"strconv"
)

// Result is everything there is to say about an input.
type Result struct {
	Input      string  `json:"input"`
	Valid      bool    `json:"valid"`                // no faults; warnings do not count
	IBAN       IBAN    `json:"iban"`                 // the number, zero unless valid
	Country    string  `json:"country"`              // its code if it is a known one, also of an invalid input
	Faults     []Fault `json:"faults"`               // never nil
	Warnings   []Fault `json:"warnings"`             // never nil
	Suggestion string  `json:"suggestion,omitempty"` // the one number that a usual slip may have meant
}

// Fault is one thing that is wrong with an input, or worth a warning.
type Fault struct {
	Kind     Kind   `json:"kind"`
	Position int    `json:"position"` // character in the input, counted from 1; 0 means the whole
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	Message  string `json:"message"` // one line for a person
}

// Check tells every fault of s. Without options it judges as Parse does. It goes on after a fault as if that had been
// mended: a small letter is reported and then read as a capital. A length that is wrong leaves check digits unjudged. Of
// more than 100 faults it tells the first 100.
func Check(s string, opts ...Option) Result {
	o := combine(opts)
	r := Result{Input: s, Faults: []Fault{}, Warnings: []Fault{}}
	x, k := scan([]byte(s), o)
	if k == faultNone {
		r.Valid, r.IBAN, r.Country = true, x, x.Country()
		if f := &formats[x.index()]; f.rule == ruleNone && !x.swiss() || f.firm && o&ISOOnly == 0 {
			return r
		}
	}
	e := examination{options: o, all: true}
	e.examine([]byte(s))
	r.Faults = e.describeAll(r.Faults, s)
	r.Country = countries[e.index].Code
	r.Valid = len(r.Faults) == 0
	if r.Valid {
		r.IBAN = e.value()
	}
	e.warn(&r)
	if !r.Valid {
		r.Suggestion = e.suggestion(o)
	}
	return r
}

var (
	swissIndex         = indexOf('C', 'H')
	liechtensteinIndex = indexOf('L', 'I')
)

// swiss reports whether the number may be a QR-IBAN.
func (x IBAN) swiss() bool { return x.index() == swissIndex || x.index() == liechtensteinIndex }

// value returns the number of an examination that found no fault.
func (e *examination) value() IBAN {
	x, _ := scan(e.text[:e.length], e.options)
	return x
}

// warn adds what does not make a number invalid.
func (e *examination) warn(r *Result) {
	if e.index == 0 || e.broken || e.length != int(e.format.length) {
		return
	}
	b := wordsOf(e.text[4:e.length])
	if judged := e.options&ISOOnly == 0 && (e.format.firm || e.options&StrictNational != 0); !judged {
		e.flaws = nil
		e.national(&b)
		r.Warnings = e.describeAll(r.Warnings, r.Input)
	}
	if e.isQR() {
		r.Warnings = append(r.Warnings, Fault{Kind: KindQRIBAN, Position: e.source[4], Actual: string(e.text[4:9]),
			Message: "this is a QR-IBAN: it is payable only with the QR reference of its bill"})
	}
}

// isQR reports whether the Swiss or Liechtenstein institution number is one of those kept for QR bills.
func (e *examination) isQR() bool {
	if e.index != swissIndex && e.index != liechtensteinIndex {
		return false
	}
	id := string(e.text[4:9])
	return "30000" <= id && id <= "31999"
}

// describeAll appends all flaws in words.
func (e *examination) describeAll(list []Fault, input string) []Fault {
	for _, w := range e.flaws {
		list = append(list, e.describe(input, w))
	}
	return list
}

// describe puts a flaw into words.
func (e *examination) describe(input string, w flaw) Fault {
	f := Fault{Kind: faultKinds[w.kind], Position: w.position}
	switch w.kind {
	case faultEmpty:
		f.Message = "there is no IBAN here"
	case faultSpace:
		f.Actual = " "
		f.Message = fmt.Sprintf("there is a space at position %d; write the number without spaces", w.position)
	case faultLowerCase:
		f.Actual = characterAt(input, w.position)
		f.Expected = string(upperASCII(f.Actual[0]))
		f.Message = fmt.Sprintf("%q at position %d is a small letter; write %q", f.Actual, w.position, f.Expected)
	case faultBadCharacter:
		f.Actual = characterAt(input, w.position)
		f.Message = fmt.Sprintf("%+q at position %d is neither a digit nor a letter from A to Z", f.Actual, w.position)
	case faultUnknownCountry:
		f.Actual = string(e.text[:min(e.length, 2)])
		f.Message = fmt.Sprintf("%q is not the code of a country with IBANs", f.Actual)
	case faultUnregistered:
		f.Actual = countries[e.index].Code
		f.Message = countries[e.index].Name + " is not in the SWIFT registry of IBANs"
	case faultLength:
		e.describeLength(&f)
	case faultClass:
		e.describeClass(&f, w.at)
	case faultCheckRange, faultCheckDigits:
		e.describeCheck(&f)
	case faultNational:
		e.describeNational(&f, w.at)
	}
	return f
}

func (e *examination) describeLength(f *Fault) {
	want := int(e.format.length)
	f.Expected, f.Actual = strconv.Itoa(want), strconv.Itoa(e.length)
	off := fmt.Sprintf("%d too few", want-e.length)
	if e.length > want {
		off = fmt.Sprintf("%d too many", e.length-want)
	}
	f.Message = fmt.Sprintf("an IBAN of %s has %d characters, this one has %d (%s)", countries[e.index].Name, want, e.length, off)
}

func (e *examination) describeClass(f *Fault, at int) {
	f.Expected, f.Actual = "digit", string(e.text[at:at+1])
	if e.class(at) == 'a' {
		f.Expected = "letter"
	}
	f.Message = fmt.Sprintf("%q at position %d must be a %s", f.Actual, f.Position, f.Expected)
}

func (e *examination) describeCheck(f *Fault) {
	b := wordsOf(e.text[4:e.length])
	f.Expected, f.Actual = twoDigits(e.format.isoCheck(&b)), string(e.text[2:4])
	f.Message = fmt.Sprintf("the check digits are %s, but the rest of the number asks for %s: something is mistyped", f.Actual, f.Expected)
	if f.Kind == KindCheckRange {
		f.Message = fmt.Sprintf("check digits %s do not exist (they run from 02 to 98); the rest of the number asks for %s", f.Actual, f.Expected)
	}
}

func (e *examination) describeNational(f *Fault, at int) {
	n := e.length - 4
	right := wordsOf(e.text[4:e.length])
	exists := e.format.rule.complete(&right)
	for _, span := range countries[e.index].Check {
		if span.From != at-4 {
			continue
		}
		f.Actual = string(e.text[4+span.From : 4+span.To])
		for i := span.From; i < span.To && exists; i++ {
			f.Expected += string(right.at(n - 1 - i))
		}
	}
	name := countries[e.index].Name
	if !exists {
		f.Message = fmt.Sprintf("no account of %s has these digits: no national check digit fits them", name)
		return
	}
	f.Message = fmt.Sprintf("the national check (%s) is %s, but the rest of the number asks for %s", name, f.Actual, f.Expected)
}

// characterAt returns the character with that 1-based position.
func characterAt(s string, position int) string {
	start := -1
	for i := range s {
		if position--; position == 0 {
			start = i
		} else if position < 0 {
			return s[start:i]
		}
	}
	return s[start:]
}

// isoCheck returns the check digits, 2 to 98, of a BBAN of this country.
func (f *format) isoCheck(b *bban) uint64 {
	return 98 - (b.mod97()*(1000000%97)+uint64(f.iso))%97
}

// twoDigits writes a number below 100 with two digits.
func twoDigits(n uint64) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }
