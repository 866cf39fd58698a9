package names

import "slices"

// Result is the answer of a Verification of Payee.
type Result string

// The four answers. What the EPC's scheme calls them stands behind each.
const (
	Match       Result = "MATCH"        // MTCH: the name is the holder's
	CloseMatch  Result = "CLOSE_MATCH"  // CMTC: nearly so; the payer is told the holder's name
	NoMatch     Result = "NO_MATCH"     // NMTC: it is not; the payer is told nothing else
	NotPossible Result = "NOT_POSSIBLE" // NOAP: there is nothing to compare
)

// Known tells whether the answer is one of the four.
func (r Result) Known() bool {
	return slices.Contains([]Result{Match, CloseMatch, NoMatch, NotPossible}, r)
}

// Holder is who holds an IBAN: a person with given and family names, or a company.
type Holder struct {
	Given, Family string // of a person; either may be empty, and may have several words
	Company       string // of a company; empty: a person
}

// Compare tells how the name that a payer gives fits the holder's. Case, diacritics, punctuation, blanks, titles and the
// order of a person's names do not count. The rules and thresholds are ours; the answers are those of the EPC's Verification
// of Payee scheme, which leaves the comparison to the bank that answers. Of more than 24 words only equality is told.
func (h Holder) Compare(given string) Result {
	asked := split(given)
	var result Result
	if h.Company != "" {
		result = compareCompanies(asked, split(h.Company))
	} else {
		result = personOf(h).compare(asked)
	}
	if result != NotPossible && h.is(Fold(given)) {
		return Match // whatever stands in the name that could be taken for something else
	}
	return result
}

// is tells whether a folded text is the name as it stands, a person's in either order.
func (h Holder) is(folded string) bool {
	if h.Company != "" {
		return folded == Fold(h.Company)
	}
	return folded == Fold(h.Given+" "+h.Family) || folded == Fold(h.Family+" "+h.Given)
}

// mostWords bounds the work of pairing words.
const mostWords = 24

// sameLetters tells whether two names differ at most in where a word ends.
func sameLetters(a, b []word) bool {
	for _, left := range joined(a) {
		for _, right := range joined(b) {
			if left == right {
				return true
			}
		}
	}
	return false
}

// joined is a name without blanks, in both spellings.
func joined(words []word) [2]string {
	var plain, other string
	for _, w := range words {
		plain += w.plain
		other += w.other
	}
	return [2]string{plain, other}
}
