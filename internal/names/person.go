package names

import "slices"

// person is a holder's name in words.
type person struct{ given, family []word }

func personOf(h Holder) person {
	return person{given: withoutTitles(split(h.Given), 1), family: withoutTitles(split(h.Family), 1)}
}

// compare tells whether the payer's words are the person's name: all family names and the first given one make a match,
// whatever the order; further given names may be left out or abbreviated. One kind of deviation from that, and no more, is a
// close match: words mistyped, the first given name as an initial or another given name in its place, one word too many,
// or a part of the family name left out. A given name alone or a family name alone is never enough.
func (h person) compare(asked []word) Result {
	if len(asked) == 0 || len(h.given)+len(h.family) == 0 {
		return NotPossible
	}
	plain := withoutTitles(asked, min(2, len(h.given)+len(h.family))) // a name may look like a title
	result := h.fit(plain)
	if len(plain) < len(asked) && result != Match { // it may have been no title
		if other := h.fit(asked); other != NoMatch {
			result = other
		}
	}
	return result
}

func (h person) fit(asked []word) Result {
	whole := slices.Concat(h.family, h.given)
	if sameLetters(asked, whole) || sameLetters(asked, slices.Concat(h.given, h.family)) {
		return Match
	}
	if len(asked) > mostWords || len(whole) > mostWords {
		return NoMatch
	}
	p := pair(whole, asked, len(h.family))
	return h.judge(p.grades[:len(h.family)], p.grades[len(h.family):], p.extra())
}

func (h person) judge(family, given []grade, extra int) Result {
	if !h.familyTold(family) || !givenTold(given) || extra > 1 {
		return NoMatch
	}
	deviations := 0
	for _, is := range []bool{
		extra > 0,
		slices.Contains(family, missing),
		slices.Contains(family, mistyped) || slices.Contains(given, mistyped),
		len(given) > 0 && given[0] < mistyped,
	} {
		if is {
			deviations++
		}
	}
	switch deviations {
	case 0:
		return Match
	case 1:
		return CloseMatch
	}
	return NoMatch
}

// familyTold tells whether a word of the family name that means somebody was given.
func (h person) familyTold(grades []grade) bool {
	told := len(grades) == 0
	for i, g := range grades {
		told = told || g >= mistyped && !particles[h.family[i].plain]
	}
	return told || !slices.Contains(grades, missing)
}

// givenTold tells whether a given name was given: any in full, or the first one's initial.
func givenTold(grades []grade) bool {
	return len(grades) == 0 || grades[0] != missing || slices.ContainsFunc(grades, func(g grade) bool { return g >= mistyped })
}

// particles stand in family names and name nobody.
var particles = setOf("van", "von", "vom", "zu", "zum", "zur", "de", "der", "den", "het", "ter", "ten", "te", "du", "des", "da", "das",
	"do", "dos", "di", "del", "della", "dello", "dei", "la", "le", "les", "lo", "el", "al", "bin", "ibn", "ben", "bint", "abu", "af",
	"av", "mac", "mc", "st", "san", "y", "e", "i")

func setOf(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, text := range list {
		set[text] = true
	}
	return set
}
