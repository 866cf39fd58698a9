package names

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
// nothing. Indexes are made with it: what it does may only change together with them.
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
