package pli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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
func clean(s string, enc Encoding, comma bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("text %q is not UTF-8", visible(s))
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
				return "", fmt.Errorf("character %q of %q is not in %v", r, visible(s), enc)
			}
			b.WriteString(t)
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), nil
}

// allowed reports what may be sent as it is: printable ASCII, and Latin letters that the encoding has.
func allowed(r rune, enc Encoding) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r <= '~' && r != '"' && r != '|'
	}
	return latinLetter(r) && encodable(r, enc)
}

// encodable reports whether the encoding has a letter.
func encodable(r rune, enc Encoding) bool {
	switch {
	case r < utf8.RuneSelf || enc == UTF8:
		return true
	case enc == ASCII:
		return false
	}
	_, ok := enc.table().encode(r)
	return ok
}

// transliterate finds what stands for r: a replacement, or its letter without marks.
func transliterate(r rune, enc Encoding) (string, bool) {
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

// encode finds the byte of a letter above ASCII.
func (t *table) encode(r rune) (byte, bool) {
	for i := utf8.RuneSelf; i < len(t.char); i++ {
		if t.char[i] == r && r != utf8.RuneError {
			return byte(i), true
		}
	}
	return 0, false
}

// appendEncoded appends s, which clean has made fit for the encoding.
func (e Encoding) appendEncoded(dst []byte, s string) []byte {
	if !e.singleByte() {
		return append(dst, s...)
	}
	for _, r := range s {
		b := byte(r)
		if r >= utf8.RuneSelf {
			b, _ = e.table().encode(r)
		}
		dst = append(dst, b)
	}
	return dst
}
