package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters that Unicode does not decompose into a plain letter and a mark.
var plainLetters = strings.NewReplacer("ł", "l", "đ", "d", "ø", "o", "ı", "i", "ħ", "h", "ŧ", "t", "ß", "ss", "æ", "ae", "œ", "oe",
	"þ", "th", "ð", "d")

// Fold is how texts are compared by searches: lower case, without diacritics, blanks joined to one. Folding twice changes
// nothing.
func Fold(text string) string {
	if plain, ok := foldASCII(text); ok {
		return plain
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKC.String(text))) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Join(strings.Fields(plainLetters.Replace(b.String())), " ")
}

// foldASCII is Fold for most texts of banks, which have no other letters.
func foldASCII(text string) (string, bool) {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return "", false
		}
	}
	return strings.Join(strings.Fields(strings.ToLower(text)), " "), true
}

// needle is a folded text that is looked for: anywhere in another, or, under three characters, where a word begins.
type needle struct {
	text  string
	runes []rune
}

func newNeedle(text string) needle {
	folded := Fold(text)
	return needle{folded, []rune(folded)}
}

// given tells whether there is anything to look for.
func (n needle) given() bool { return n.text != "" }

// in tells whether a folded text has the needle.
func (n needle) in(folded string) bool {
	if len(n.runes) >= 3 {
		return strings.Contains(folded, n.text)
	}
	previous := ' '
	for i, r := range folded {
		if wordBegins(previous, r) && strings.HasPrefix(folded[i:], n.text) {
			return true
		}
		previous = r
	}
	return n.text == ""
}

// wordBegins tells whether a word begins with the second of two neighbours. A sign is a word of its own.
func wordBegins(previous, r rune) bool {
	return r != ' ' && (!wordRune(previous) || !wordRune(r))
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
