package access

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ims/internal/bank"
)

// The bounds of a password. Length is what counts (NIST SP 800-63B, 3.1.1): nothing is asked of its composition.
const (
	minPassword = 12  // characters
	maxPassword = 128 // bytes
)

//go:embed commonwords.txt
var commonWords string

// commonList are the words that passwords are made of all too often, longest first, so that no word hides a longer one.
var commonList = strings.Fields(commonWords)

// keyboardRows are walked by fingers that have no idea.
var keyboardRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm",
	"01234567890", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "abcdefghijklmnopqrstuvwxyz"}

// leastOwn is how many characters must be left of a password when all that anybody would try is taken out.
const leastOwn = 6

// normalPassword is what is hashed: the same text whatever keyboard or system wrote its accents (RFC 8265, OpaqueString).
func normalPassword(password string) string { return norm.NFC.String(password) }

// checkPassword refuses a password that is too short or long, or that is among the first to be tried: made of common words,
// repetition, rows of the keyboard or of numbers, the product's name, or the owner's address. The error points at /password
// and says which fault it is.
func checkPassword(password, email string) error {
	fault := func(code, detail string) error {
		return bank.ErrInvalid.With("Please choose another password: %s.", detail).Field("/password", code, detail)
	}
	folded := strings.ToLower(strings.TrimSpace(password))
	switch {
	case !utf8.ValidString(password):
		return fault("not-text", "it holds something that is not text")
	case utf8.RuneCountInString(password) < minPassword:
		return fault("too-short", "it must have 12 characters at least; a few words do well")
	case len(password) > maxPassword:
		return fault("too-long", "it may have 128 bytes at most")
	case folded == email || folded == nameOf(email):
		return fault("is-email", "it is your e-mail address")
	case repeats(folded):
		return fault("repetition", "it repeats the same characters")
	case len([]rune(ownPart(folded, email))) < leastOwn:
		return fault("common", "it is one of the first that anybody would try")
	}
	return nil
}

func nameOf(email string) string {
	name, _, _ := strings.Cut(email, "@")
	return name
}

// repeats tells whether a text is a shorter one, at most a third of it, written again and again, or has fewer than five
// different characters.
func repeats(text string) bool {
	runes, seen := []rune(text), map[rune]bool{}
	for _, r := range runes {
		seen[r] = true
	}
	if len(seen) < 5 {
		return true
	}
	for period := 1; period <= len(runes)/3; period++ {
		if isPeriod(runes, period) {
			return true
		}
	}
	return false
}

func isPeriod(runes []rune, period int) bool {
	for i := period; i < len(runes); i++ {
		if runes[i] != runes[i-period] {
			return false
		}
	}
	return true
}

// ownPart is what is left of a password without what anybody would try. Digits in place of letters deceive nobody.
func ownPart(folded, email string) string {
	rest := strings.NewReplacer("@", "a", "$", "s", "!", "i").Replace(folded)
	for _, part := range strings.FieldsFunc(email, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(part) >= 3 {
			rest = strings.ReplaceAll(rest, part, " ")
		}
	}
	for _, word := range commonList {
		rest = strings.ReplaceAll(rest, word, " ")
		rest = strings.ReplaceAll(rest, disguised(word), " ")
	}
	rest = withoutWalks(rest)
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, rest)
}

// disguised is a word with digits that look like its letters.
func disguised(word string) string {
	return strings.NewReplacer("o", "0", "i", "1", "e", "3", "a", "4", "s", "5").Replace(word)
}

// leastWalk is how many neighbours make a walk.
const leastWalk = 4

// withoutWalks takes out walks along a row of the keyboard, the alphabet or the numbers, forwards and backwards, and runs of
// one character.
func withoutWalks(text string) string {
	runes := []rune(text)
	var rest []rune
	for i := 0; i < len(runes); {
		n := max(walk(runes[i:], 1), walk(runes[i:], -1), run(runes[i:]))
		if n < leastWalk {
			rest = append(rest, runes[i])
			i++
			continue
		}
		i += n
	}
	return string(rest)
}

// walk is the length of the longest walk in one direction that a text begins with.
func walk(runes []rune, direction int) (longest int) {
	for _, row := range keyboardRows {
		keys := []rune(row)
		for at := range keys {
			n := 0
			for k := at; n < len(runes) && k >= 0 && k < len(keys) && keys[k] == runes[n]; k += direction {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

// run is how often the first character stands at the beginning.
func run(runes []rune) int {
	n := 0
	for n < len(runes) && runes[n] == runes[0] {
		n++
	}
	return n
}
