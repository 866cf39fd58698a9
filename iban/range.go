package iban

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of ranges. They come wrapped with what was wrong.
var (
	// ErrBase: the base is no country code followed by leading BBAN characters.
	ErrBase = errors.New("iban: base")
	// ErrNoRoom: the base leaves nothing, or nothing that a range could number.
	ErrNoRoom = errors.New("iban: no room for a range")
	// ErrExhausted: the counter is at or beyond the capacity.
	ErrExhausted = errors.New("iban: range exhausted")
)

// maxFree is the most characters that a range numbers: 10^18 is the largest power of ten that leaves counters room.
const maxFree = 18

// Range is all numbers that begin with one base, in an order that only the key tells. It keeps no state: whoever issues
// numbers keeps a counter, asks At for 0, 1, 2, ... and can never get the same number twice. Its methods may be used by
// several goroutines at once.
//
// The same base, suffix and key give the same numbers for ever; see permutation in the source for the construction.
type Range struct {
	base, suffix string
	index        uint8
	template     bban    // everything that is the same in all numbers; '0' elsewhere
	fixed        bban    // 0xff in each byte that base and suffix give
	free         []uint8 // numbered places, counted from the BBAN's end, the most significant first
	dynamic      bool    // check characters must be computed from the whole of each number
	run          int     // places after the free ones if these stand in a row, otherwise -1
	templateMod  uint64  // unless dynamic: the template with country letters, modulo 97
	shift        uint64  // unless dynamic: what one more in the last free place adds to that
	capacity     uint64
	gaps         *gaps // bodies without check digits; nil if there are none
	order        *permutation
}

// RangeOption changes a range.
type RangeOption func(*Range)

// WithSuffix fixes the last characters of the BBAN too: the owner's id in Iceland, the currency in Mauritius and the
// Seychelles, account type and owner in Brazil. National check characters in it may be written as '?'.
func WithSuffix(suffix string) RangeOption { return func(r *Range) { r.suffix = suffix } }

// NewRange returns the range of a base: a country code followed by leading BBAN characters, without the ISO check digits,
// "PL111111117700". It must hold the whole bank identifier. National check characters in it that depend on what the
// range numbers are written as '?' ("IT?0542811101"); others may be. Letters are never numbered, only digits.
//
// The key has 16 or 32 bytes, is secret, belongs to one range and must never change. Errors wrap ErrBase, ErrNoRoom,
// ErrCountry, ErrStructure or ErrNationalDigits; a key of another length is an error of its own.
func NewRange(base string, key []byte, opts ...RangeOption) (*Range, error) {
	r := &Range{base: base}
	for _, o := range opts {
		o(r)
	}
	if err := r.lay(); err != nil {
		return nil, fmt.Errorf("new range %q: %w", base, err)
	}
	if err := r.measure(); err != nil {
		return nil, fmt.Errorf("new range %q: %w", base, err)
	}
	order, err := newPermutation(r.capacity, key, r.base, r.suffix)
	if err != nil {
		return nil, fmt.Errorf("new range %q: %w", base, err)
	}
	r.order = order
	return r, nil
}

// Base returns the base with computed check characters in place of every '?' that does not vary.
func (r *Range) Base() string { return r.base }

// Suffix returns the fixed end, "" if there is none.
func (r *Range) Suffix() string { return r.suffix }

// Country returns the country code.
func (r *Range) Country() string { return countries[r.index].Code }

// Capacity returns exactly how many different numbers the range holds, at most 10^18. Bodies for which no national
// check digit exists do not count.
func (r *Range) Capacity() uint64 { return r.capacity }

// Free returns how many characters of the BBAN the range numbers.
func (r *Range) Free() int { return len(r.free) }

// Remaining returns how many numbers are left after used ones, 0 if that is beyond the capacity.
func (r *Range) Remaining(used uint64) uint64 { return r.capacity - min(used, r.capacity) }

// At returns number n of the range in its secret order, for n from 0 to Capacity()-1, and ErrExhausted beyond. Different
// n give different numbers.
func (r *Range) At(n uint64) (IBAN, error) {
	if n >= r.capacity {
		return IBAN{}, r.exhausted(n)
	}
	return r.number(r.order.forward(n)), nil
}

// AppendAt appends the electronic form of At(n) to dst. With room in dst it allocates nothing.
func (r *Range) AppendAt(dst []byte, n uint64) ([]byte, error) {
	if n >= r.capacity {
		return dst, r.exhausted(n)
	}
	return r.number(r.order.forward(n)).Append(dst), nil
}

// Plain returns number n in ascending order, for lists and tests; issued numbers should be hard to guess: use At.
func (r *Range) Plain(n uint64) (IBAN, error) {
	if n >= r.capacity {
		return IBAN{}, r.exhausted(n)
	}
	return r.number(n), nil
}

// AppendPlain appends the electronic form of Plain(n) to dst. With room in dst it allocates nothing.
func (r *Range) AppendPlain(dst []byte, n uint64) ([]byte, error) {
	if n >= r.capacity {
		return dst, r.exhausted(n)
	}
	return r.number(n).Append(dst), nil
}

// Counter returns the n for which At(n) is x, false if the range cannot issue x: another base, or wrong national digits.
func (r *Range) Counter(x IBAN) (uint64, bool) {
	n, ok := r.PlainCounter(x)
	if !ok {
		return 0, false
	}
	return r.order.backward(n), true
}

// PlainCounter is the same for Plain(n).
func (r *Range) PlainCounter(x IBAN) (uint64, bool) {
	if !r.Contains(x) {
		return 0, false
	}
	b := x.words()
	n, ok := r.bodyOf(&b)
	return n, ok && r.number(n) == x
}

// Contains reports whether x begins with the base (and ends with the suffix), whoever issued it.
func (r *Range) Contains(x IBAN) bool {
	if x.index() != r.index {
		return false
	}
	b := x.words()
	diff := uint64(0)
	for i := range b {
		diff |= (b[i] ^ r.template[i]) & r.fixed[i]
	}
	return diff == 0
}

func (r *Range) exhausted(n uint64) error {
	return fmt.Errorf("number %d of %q, which holds %d: %w", n, r.base, r.capacity, ErrExhausted)
}

// number builds the number whose free digits say n, or the n-th body that has check digits.
func (r *Range) number(n uint64) IBAN {
	if r.gaps != nil {
		n = r.gaps.body(n)
	}
	b := r.template
	if r.run < 0 {
		r.scatter(&b, n)
	} else {
		r.inRow(&b, n)
	}
	if r.dynamic {
		formats[r.index].rule.complete(&b)
		return assemble(r.index, &b)
	}
	check := 98 - (r.templateMod+n%97*r.shift)%97
	return newIBAN(r.index, check, b[0], b[1], b[2], b[3])
}

// scatter writes the digits of n to the free places.
func (r *Range) scatter(b *bban, n uint64) {
	for _, at := range slices.Backward(r.free) {
		q := n / 10
		b.set(int(at), '0'+byte(n-q*10))
		n = q
	}
}

// inRow is scatter for free places that stand in a row: eight digits at a time, moved to where they belong.
func (r *Range) inRow(b *bban, n uint64) {
	high := n / 100000000
	top := high / 100000000
	w := bban{0, 0, digitsOf(high-top*100000000) - zeros, digitsOf(n-high*100000000) - zeros}
	if top != 0 {
		w[1] = digitsOf(top) - zeros
	}
	for range r.run / 8 {
		w = bban{w[1], w[2], w[3], 0}
	}
	shift := 8 * r.run % 64
	b[3] += w[3] >> shift
	b[2] += w[2]>>shift | w[3]<<(64-shift)
	b[1] += w[1]>>shift | w[2]<<(64-shift)
	b[0] += w[0]>>shift | w[1]<<(64-shift)
}

// bodyOf is the inverse of number: it reads the free digits back; false where they are no body that can be numbered.
func (r *Range) bodyOf(b *bban) (uint64, bool) {
	n := uint64(0)
	for _, place := range r.free {
		d := uint64(b.at(int(place)) - '0')
		if d > 9 {
			return 0, false
		}
		n = n*10 + d
	}
	if r.gaps != nil {
		return r.gaps.rank(n)
	}
	return n, true
}

// Overlap reports whether two bases are equal or one lies in the other, so that some number may belong to both. A '?'
// matches any character. Suffixes do not count: bases that differ only there overlap.
func Overlap(a, b string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && a[i] != '?' && b[i] != '?' {
			return false
		}
	}
	return true
}

// measure counts the numbers of a range that lay has laid out.
func (r *Range) measure() error {
	f := &formats[r.index]
	r.capacity = 1
	for range r.free {
		r.capacity *= 10
	}
	if r.dynamic && (f.rule == ruleCz || f.rule == ruleNo) {
		r.gaps = newGaps(f.rule, &r.template, r.free)
		r.capacity = r.gaps.total()
	}
	r.run = -1
	last := int(r.free[len(r.free)-1])
	if int(r.free[0])-last == len(r.free)-1 {
		r.run = last
	}
	r.dynamic = r.dynamic || r.run < 0
	if !r.dynamic {
		r.shift = r.weightOf(last)
		r.templateMod = (r.template.mod97()*(1000000%97) + uint64(f.iso)) % 97
	}
	if r.capacity == 0 {
		return fmt.Errorf("%w: no body has national check digits", ErrNoRoom)
	}
	return nil
}

// weightOf returns the power of ten modulo 97 of a place in the rearranged IBAN: six digits of country and check follow
// the BBAN, and each letter after the place counts as two digits.
func (r *Range) weightOf(place int) uint64 {
	w := uint64(1000000 % 97)
	for i := range place {
		w = w * uint64(shiftOf(r.template.at(i))) % 97
	}
	return w
}
