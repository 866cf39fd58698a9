package store

import (
	"hash/fnv"
	"maps"
	"slices"
)

// A gram is a piece of text as a number: three characters of 21 bits each, or the first one or two of a word behind a zero.
// Those of titles are negative. What stands for a whole identifier is above all characters.
const (
	runeBits   = 21
	identifier = int64(1<<runeBits-1) << (2 * runeBits)
)

func gramOf(a, b, c rune) int64 {
	return int64(a)<<(2*runeBits) | int64(b)<<runeBits | int64(c)
}

// identifierGram stands for a folded identifier; two may share one, as the row is looked at in the end.
func identifierGram(folded string) int64 {
	h := fnv.New64a()
	h.Write([]byte(folded))
	return identifier | int64(h.Sum64()>>(64-2*runeBits))
}

// eachGram hands the grams of a folded text to fn, some more than once.
func eachGram(folded string, fn func(int64)) {
	var a, b rune // the two before
	previous := ' '
	begun := false // b begins a word
	for _, r := range folded {
		if begun {
			fn(gramOf(0, b, r))
		}
		if a != 0 {
			fn(gramOf(a, b, r))
		}
		if begun = wordBegins(previous, r); begun {
			fn(gramOf(0, r, 0))
		}
		a, b, previous = b, r, r
	}
}

// maxGrams bounds what is looked up for one search; the rows are looked at in the end, so fewer find no less.
const maxGrams = 6

// grams returns the grams that every text with the needle has.
func (n needle) grams() []int64 {
	switch len(n.runes) {
	case 0:
		return nil
	case 1:
		return []int64{gramOf(0, n.runes[0], 0)}
	case 2:
		return []int64{gramOf(0, n.runes[0], n.runes[1])}
	}
	all := map[int64]bool{}
	for i := range len(n.runes) - 2 {
		all[gramOf(n.runes[i], n.runes[i+1], n.runes[i+2])] = true
	}
	return slices.Sorted(maps.Keys(all))
}
