package names

// shortestSlip is from how many letters on a word may be mistyped: in shorter ones another letter is another name.
const shortestSlip = 4

// oneSlip tells whether one letter more, less or other, or two neighbours changed over, make one text the other: the
// distance of Damerau and Levenshtein (without editing what was changed over) is 0 or 1.
func oneSlip(a, b string) bool {
	left, right := []rune(a), []rune(b)
	for len(left) > 0 && len(right) > 0 && left[0] == right[0] {
		left, right = left[1:], right[1:]
	}
	for len(left) > 0 && len(right) > 0 && left[len(left)-1] == right[len(right)-1] {
		left, right = left[:len(left)-1], right[:len(right)-1]
	}
	switch {
	case len(left) <= 1 && len(right) <= 1:
		return true
	case len(left) == 2 && len(right) == 2:
		return left[0] == right[1] && left[1] == right[0]
	}
	return false
}
