package pain

import (
	"errors"
	"strings"
	"sync"
	"unicode/utf8"

	"ims/bankfile"
	"ims/iban"
)

// sepaLatin is the narrow set that every bank takes: letters and digits of ASCII, blanks and a few signs.
var sepaLatin = asciiSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")

func asciiSet(s string) (set [utf8.RuneSelf]bool) {
	for i := range len(s) {
		set[s[i]] = true
	}
	return set
}

// signs are what stands for other signs of ASCII: what looks or reads alike, else a full stop, as the conversion table of
// the European Payments Council has it. None of them, and so no character of a written text, means anything in XML.
var signs = map[rune]string{
	'&': "+", '_': "-", '~': "-", ';': ",", '`': "'", '\\': "/", '[': "(", ']': ")", '{': "(", '}': ")", '@': "(at)",
	'!': ".", '#': ".", '$': ".", '%': ".", '*': ".", '<': ".", '=': ".", '>': ".", '^': ".",
}

// textSet is the set of the options.
func (o Options) textSet() bankfile.TextSet {
	return bankfile.TextSet{Instead: signs, Has: func(r rune) bool {
		return r < utf8.RuneSelf && sepaLatin[r] || o.Letters && bankfile.LatinLetter(r)
	}}
}

// latinEnd is behind the Latin letters of Europe.
const latinEnd = 0x180

// latin is what a set makes of each character below latinEnd; "" where the set itself must be asked.
type latin [latinEnd]string

// The tables of both options, made when the first text needs one.
var (
	narrowLatin = sync.OnceValue(func() *latin { return newLatin(Options{}) })
	wideLatin   = sync.OnceValue(func() *latin { return newLatin(Options{Letters: true}) })
)

func newLatin(o Options) *latin {
	t, set := new(latin), o.textSet()
	for r := range rune(latinEnd) {
		t[r], _ = set.Clean(string(r))
	}
	return t
}

// clean is what the set makes of a text, by the table where it can: no character below latinEnd combines with another.
func (o Options) clean(s string) (string, error) {
	table := narrowLatin()
	if o.Letters {
		table = wideLatin()
	}
	b, gap := make([]byte, 0, len(s)+16), false
	for _, r := range s {
		switch {
		case r == ' ':
			gap = len(b) > 0
			continue
		case r >= latinEnd || table[r] == "":
			return o.textSet().Clean(s)
		case gap:
			b, gap = append(b, ' '), false
		}
		b = append(b, table[r]...)
	}
	return string(b), nil
}

// ready reports a text that is as it must be: of the narrow set, with single blanks and none at its ends.
func ready(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || !sepaLatin[c] || c == ' ' && (i == 0 || s[i-1] == ' ') {
			return false
		}
	}
	return s == "" || s[len(s)-1] != ' '
}

// faults gathers what is wrong.
type faults struct {
	options Options
	list    []Fault
}

func (f *faults) add(field string, code FaultCode, value string) {
	f.list = append(f.list, Fault{Field: field, Code: code, Value: bankfile.Visible(value)})
}

// text cleans a text where it stands and measures it.
func (f *faults) text(field string, s *string, most int) {
	if !ready(*s) {
		clean, err := f.options.clean(*s)
		if bad, ok := errors.AsType[*bankfile.CharacterError](err); ok {
			f.add(field, Character, string(bad.Character))
			return
		}
		*s = clean
	}
	f.length(field, *s, most)
}

// needed is text for a field that must not be empty.
func (f *faults) needed(field string, s *string, most int) {
	before := len(f.list)
	if f.text(field, s, most); *s == "" && len(f.list) == before {
		f.add(field, Missing, "")
	}
}

func (f *faults) length(field, s string, most int) {
	if len(s) <= most {
		return
	}
	if n := utf8.RuneCountInString(s); n > most {
		f.list = append(f.list, Fault{Field: field, Code: TooLong, Got: int64(n), Limit: int64(most)})
	}
}

const longestID = 35

// identifier refuses what would not come back as it was sent: an identifier is never changed.
func (f *faults) identifier(field, s string) {
	switch {
	case s == "":
		f.add(field, Missing, "")
	case !ready(s), s[0] == '/', s[len(s)-1] == '/', strings.Contains(s, "//"), s == "NOTPROVIDED":
		f.add(field, Identifier, s)
	}
	f.length(field, s, longestID)
}

// bic refuses what is neither empty nor four letters or digits for the bank, two letters for the country and two or five
// characters for place and branch.
func (f *faults) bic(field, s string) {
	if s == "" || len(s) == 8 && capital(s[4:6], false) && capital(s, true) || len(s) == 11 && capital(s[4:6], false) && capital(s, true) {
		return
	}
	f.add(field, Format, s)
}

// capital reports text of capital letters, and of digits where they may stand in it.
func capital(s string, digits bool) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (!digits || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (f *faults) address(field string, a *Address) {
	if *a == (Address{}) {
		return
	}
	f.text(field+".street", &a.Street, 70)
	f.text(field+".building", &a.Building, 16)
	f.text(field+".postcode", &a.Postcode, 16)
	if f.text(field+".town", &a.Town, 35); *a == (Address{}) {
		return
	}
	if a.Town == "" {
		f.add(field+".town", Missing, "")
	}
	if a.Country == "" {
		f.add(field+".country", Missing, "")
	} else if len(a.Country) != 2 || !capital(a.Country, false) {
		f.add(field+".country", Format, a.Country)
	}
}

// account refuses none, and in SEPA one that is outside of it on that day.
func (f *faults) account(field string, n iban.IBAN, sepa bool, day string) {
	if n.IsZero() {
		f.add(field, Missing, "")
		return
	}
	if !sepa {
		return
	}
	if since, ok := sepaSince[n.Country()]; !ok || since > day {
		f.add(field, OutsideSEPA, n.Country())
	}
}

// sepaSince is since when a country has been in SEPA.
var sepaSince = indexSEPA()

func indexSEPA() map[string]string {
	m := map[string]string{}
	for c := range iban.Countries() {
		if c.SEPA != iban.OutsideSEPA {
			m[c.Code] = c.SEPASince
		}
	}
	return m
}

// reference cleans a payee's reference and proves one of ISO 11649: RF, two check digits, up to 21 letters and digits, and
// the whole modulo 97 as in an IBAN.
func (f *faults) reference(field string, s *string) {
	if f.text(field, s, longestID); !strings.HasPrefix(*s, "RF") {
		return
	}
	compact := strings.ReplaceAll(*s, " ", "")
	if len(compact) < 5 || len(compact) > 25 || !bankfile.DigitsOnly([]byte(compact[2:4])) || !alphanumeric(compact) || mod97(compact[4:]+compact[:4]) != 1 {
		f.add(field, CheckDigits, *s)
		return
	}
	*s = compact
}

func alphanumeric(s string) bool { return capital(strings.ToUpper(s), true) }

// mod97 takes letters of either case for 10 to 35.
func mod97(s string) (r int) {
	for _, c := range []byte(strings.ToUpper(s)) {
		if c >= 'A' {
			r = (r*100 + int(c-'A') + 10) % 97
		} else {
			r = (r*10 + int(c-'0')) % 97
		}
	}
	return r
}
