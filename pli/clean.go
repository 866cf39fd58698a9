package pli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ims/bankfile"
)

// What may stand in a text that we send, and how other characters get there.

// asciiFor replaces typographic signs, and letters that do not decompose into a letter and a mark.
var asciiFor = map[rune]string{
	'"': "'", '|': "/",
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '“': "'", '”': "'", '„': "'", '‟': "'", '«': "'", '»': "'", '′': "'", '″': "'",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
	'§': "par.", '°': " ", '⁄': "/", '…': "...", '·': ".", '•': ".", '×': "x", '÷': ":", '€': "EUR", '№': "Nr",
	'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'Ø': "O", 'ø': "o", 'ß': "ss", 'ẞ': "SS", 'Æ': "AE", 'æ': "ae",
	'Œ': "OE", 'œ': "oe", 'Þ': "Th", 'þ': "th", 'Ð': "D", 'ð': "d", 'ı': "i", 'Ħ': "H", 'ħ': "h", 'Ŋ': "N", 'ŋ': "n",
}

// clean makes one text ready for a file in enc: NFC, no quotes and bars, no controls, blanks as single
// spaces, and no character that enc or the narrow set of banks lacks. What has no equal in the set is
// an error: never a question mark.
func clean(s string, enc bankfile.Encoding, comma bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("text %q is not UTF-8", bankfile.Visible(s))
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r), r == ',' && !comma:
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		case allowed(r, enc):
			b.WriteRune(r)
		default:
			t, ok := transliterate(r, enc)
			if !ok {
				return "", fmt.Errorf("character %q of %q is not in %v", r, bankfile.Visible(s), enc)
			}
			b.WriteString(t)
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), nil
}

// allowed reports what may be sent as it is: printable ASCII, and Latin letters that the encoding has.
func allowed(r rune, enc bankfile.Encoding) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r <= '~' && r != '"' && r != '|'
	}
	return bankfile.LatinLetter(r) && enc.Has(r)
}

// transliterate finds what stands for r: a replacement, or its letter without marks.
func transliterate(r rune, enc bankfile.Encoding) (string, bool) {
	if t, ok := asciiFor[r]; ok {
		return t, true
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch t, known := asciiFor[part]; {
		case unicode.Is(unicode.Mn, part):
		case known:
			b.WriteString(t)
		case allowed(part, enc):
			b.WriteRune(part)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}
