package names

import (
	"slices"
	"strings"
)

// company is a company's name in words, and its form.
type company struct {
	words []word
	form  string // empty: none was told
}

// companyOf takes the form from both ends of a name ("GmbH & Co. KG" may be several) and the little words from within.
func companyOf(words []word) company {
	var list []string
	for {
		n, form := formsBehind.back(words, 1)
		if n == 0 {
			break
		}
		words, list = words[:len(words)-n], append(list, form)
	}
	if n, form := formsBefore.front(words, 1); n > 0 {
		words, list = words[n:], append(list, form)
	}
	slices.Sort(list)
	c := company{words: words, form: strings.Join(slices.Compact(list), " ")}
	if plain := withoutFillers(words); len(plain) > 0 {
		c.words = plain
	}
	return c
}

var fillers = setOf("&", "and", "und", "et", "i", "oraz", "the", "og", "och", "en", "y", "e", "si", "ve", "και", "и")

func withoutFillers(words []word) []word {
	return slices.DeleteFunc(slices.Clone(words), func(w word) bool { return fillers[w.plain] })
}

// compareCompanies tells whether two names are one company's: the same words make a match, unless their forms differ, which
// is a close match, as are words mistyped or in another order, or two words at least of a longer name. It is symmetric.
func compareCompanies(asked, holder []word) Result {
	if len(asked) == 0 || len(holder) == 0 {
		return NotPossible
	}
	if sameLetters(asked, holder) {
		return Match
	}
	a, h := companyOf(asked), companyOf(holder)
	sameForm := a.form == h.form || a.form == "" || h.form == ""
	same := sameLetters(a.words, h.words)
	switch {
	case same && sameForm:
		return Match
	case same, sameForm && nearlyTheSame(a.words, h.words):
		return CloseMatch
	}
	return NoMatch
}

// nearlyTheSame tells of words mistyped, or in another order, or left out.
func nearlyTheSame(a, b []word) bool {
	if len(a) > mostWords || len(b) > mostWords {
		return false
	}
	if len(a) == len(b) {
		return slices.EqualFunc(a, b, func(x, y word) bool { return x.sameAs(y) || x.nearly(y) }) || allPaired(a, b)
	}
	return within(a, b) || within(b, a)
}

// allPaired tells whether the words are the same in another order.
func allPaired(a, b []word) bool {
	p := &pairing{holder: a, asked: b, grades: make([]grade, len(a)), partner: slices.Repeat([]int{-1}, len(b))}
	p.round(exact, word.sameAs)
	return !slices.Contains(p.grades, missing)
}

// within tells whether all words of one name, two at least, stand in the other in their order.
func within(part, whole []word) bool {
	if len(part) < 2 || len(part) > len(whole) {
		return false
	}
	for _, w := range whole {
		if len(part) > 0 && part[0].sameAs(w) {
			part = part[1:]
		}
	}
	return len(part) == 0
}
