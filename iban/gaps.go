package iban

import "slices"

// gaps numbers the bodies that have national check digits without counting the others, in ascending order. Where the
// weighted sum modulo 11 asks for a digit of 10 (one body in eleven in CZ, SK and NO) there is no account.
//
// It walks the free digits from left to right as an automaton: its state is all that the digits so far mean for the
// check. For each place and state a table tells how many good bodies lie below each digit, so that finding a body and
// its number takes one step per digit.
type gaps struct {
	below [][gapStates][11]uint64 // good bodies that continue with a smaller digit; the last one is the total
	next  [][gapStates][10]uint8
	start uint8
}

// Two banks of eleven remainders: the second means, in Norway, that the first of the digits 5 and 6 was 0.
const (
	gapStates = 22
	gapDead   = 255 // no check digit exists
)

// newGaps prepares the walk for a layout; template has zeros at the free places.
func newGaps(r rule, template *bban, free []uint8) *gaps {
	g := &gaps{below: make([][gapStates][11]uint64, len(free)), next: make([][gapStates][10]uint8, len(free))}
	w := walker{rule: r, template: template, free: free}
	g.start = w.enter(0)
	for i := range slices.Backward(free) {
		for state := range gapStates {
			g.fill(&w, i, uint8(state))
		}
	}
	return g
}

// fill counts one place and state from those after it.
func (g *gaps) fill(w *walker, i int, state uint8) {
	sum := uint64(0)
	for d := range 10 {
		to := w.step(i, state, d)
		g.next[i][state][d] = to
		g.below[i][state][d] = sum
		switch {
		case to == gapDead:
		case i == len(w.free)-1:
			sum++
		default:
			sum += g.below[i+1][to][10]
		}
	}
	g.below[i][state][10] = sum
}

// total returns how many bodies there are.
func (g *gaps) total() uint64 { return g.below[0][g.start][10] }

// body returns the n-th good body as a number; n must be below total.
func (g *gaps) body(n uint64) uint64 {
	state, body := g.start, uint64(0)
	for i := range g.below {
		row := &g.below[i][state]
		d := 0
		for k := 1; k < 10; k++ {
			if n >= row[k] {
				d = k
			}
		}
		n -= row[d]
		body = body*10 + uint64(d)
		state = g.next[i][state][d]
	}
	return body
}

// rank is the inverse of body; false if the body has no check digits.
func (g *gaps) rank(body uint64) (uint64, bool) {
	power := uint64(1)
	for range len(g.below) - 1 {
		power *= 10
	}
	state, n := g.start, uint64(0)
	for i := range g.below {
		d := body / power % 10
		n += g.below[i][state][d]
		if state = g.next[i][state][d]; state == gapDead {
			return 0, false
		}
		power = max(power/10, 1)
	}
	return n, true
}

// walker knows how a digit changes the state.
type walker struct {
	rule     rule
	template *bban
	free     []uint8
}

// enter returns the state before free place i, the first of its check.
func (w *walker) enter(i int) uint8 {
	if w.rule == ruleNo {
		if w.free[0] < 5 {
			return uint8(norwegian(w.template[2], w.template[3]) % 11)
		}
		return uint8(noAll.sum(w.template) % 11)
	}
	return uint8(w.czech(i).sum(w.template) % 11)
}

// czech returns the weights of the check that place i belongs to.
func (w *walker) czech(i int) *weights {
	if w.free[i] > 10 {
		return &czPrefix
	}
	return &czAccount
}

// step returns the state after digit d at free place i, gapDead where the check would need a digit of 10.
func (w *walker) step(i int, state uint8, d int) uint8 {
	place := int(w.free[i])
	if w.rule == ruleNo {
		return w.norwegianStep(i, place, state, d)
	}
	to := (int(state%11) + d*w.czech(i).of(place)) % 11
	last := i == len(w.free)-1
	if !last && w.czech(i+1) == w.czech(i) {
		return uint8(to)
	}
	if to == 1 {
		return gapDead
	}
	if last {
		return 0
	}
	return w.enter(i + 1)
}

func (w *walker) norwegianStep(i, place int, state uint8, d int) uint8 {
	to := (int(state%11) + d*noAll.of(place)) % 11
	zeroBefore := state >= 11 || place == 5 && w.free[0] == 5 && w.template.at(6) == '0'
	if place == 5 && zeroBefore && d == 0 {
		to = int(noAccount.sum(w.template) % 11) // accounts of 00 are checked without the bank
	}
	if place == 6 && d == 0 {
		to += 11
		if fixed := len(w.free) == 1 || w.free[1] != 5; fixed && w.template.at(5) == '0' {
			to = int(noAccount.sum(w.template) % 11)
		}
	}
	if i == len(w.free)-1 && to%11 == 1 {
		return gapDead
	}
	return uint8(to)
}

// of returns the weight of a place.
func (w *weights) of(fromEnd int) int {
	at := 31 - fromEnd
	shift := 48 - at%8/2*16
	if at%2 == 0 {
		return int(w[at/8].even >> shift & 0xff)
	}
	return int(w[at/8].odd >> shift & 0xff)
}
