package store

import (
	"strings"
	"unicode"

	"ims/internal/names"
)

// Fold is how texts are compared by searches; the indexes are made with it.
func Fold(text string) string { return names.Fold(text) }

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
