package bankfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TextSet is which characters a bank accepts in the texts that we send, and how others get there.
type TextSet struct {
	Has     func(rune) bool // what may stand in a text as it is; blanks are always sent as single spaces
	Instead map[rune]string // what stands for a character that the set lacks, before the replacements all sets share
}

// CharacterError is a character that a set lacks and nothing stands for; U+FFFD where the text is not UTF-8.
type CharacterError struct {
	Character rune
	Text      string // as [Visible] shows it
}

// Error implements error.
func (e *CharacterError) Error() string {
	if e.Character == utf8.RuneError {
		return fmt.Sprintf("text %q is not UTF-8", e.Text)
	}
	return fmt.Sprintf("character %q of %q cannot be sent", e.Character, e.Text)
}

// shared replaces typographic signs, and letters that do not decompose into a letter and a mark.
var shared = map[rune]string{
	'"': "'", '|': "/",
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '“': "'", '”': "'", '„': "'", '‟': "'", '«': "'", '»': "'", '′': "'", '″': "'",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
	'§': "par.", '°': " ", '⁄': "/", '…': "...", '·': ".", '•': ".", '×': "x", '÷': ":", '€': "EUR", '№': "Nr",
	'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'Ø': "O", 'ø': "o", 'ß': "ss", 'ẞ': "SS", 'Æ': "AE", 'æ': "ae",
	'Œ': "OE", 'œ': "oe", 'Þ': "Th", 'þ': "th", 'Ð': "D", 'ð': "d", 'ı': "i", 'Ħ': "H", 'ħ': "h", 'Ŋ': "N", 'ŋ': "n",
}

// Clean makes one text ready to be sent: NFC, no controls, blanks as single spaces, letters without the marks that the set
// lacks. What has no equal in the set is a *[CharacterError]: never a question mark, never left out.
func (t TextSet) Clean(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", &CharacterError{utf8.RuneError, Visible(s)}
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		case t.Has(r):
			b.WriteRune(r)
		default:
			other, ok := t.transliterate(r)
			if !ok {
				return "", &CharacterError{r, Visible(s)}
			}
			b.WriteString(other)
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), nil
}

func (t TextSet) instead(r rune) (string, bool) {
	if other, ok := t.Instead[r]; ok {
		return other, true
	}
	other, ok := shared[r]
	return other, ok
}

// transliterate finds what stands for r: a replacement, or its letter without marks.
func (t TextSet) transliterate(r rune) (string, bool) {
	if other, ok := t.instead(r); ok {
		return other, true
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch other, known := t.instead(part); {
		case unicode.Is(unicode.Mn, part):
		case known:
			b.WriteString(other)
		case part == ' ' || t.Has(part):
			b.WriteRune(part)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}
