package pli

import (
	"encoding/binary"
	"math/bits"

	"ims/bankfile"
)

// glance is what one look at a text finds: where it ends and, if it is a simple one, as most are, its joined form. Eight
// bytes are looked at in a step, without a branch that depends on what they are, which would cost more than the rest.
type glance struct {
	end     int // where the text ends in its line
	size    int // bytes of the joined form
	bars    int
	stretch int    // the most words in a row without a bar
	special uint64 // not 0: there is anything but printable ASCII, or a blank beside a blank or a bar
	text    []byte // the text as it is
}

// glanceRoom is how much more room than the text has glanceAt writes to.
const glanceRoom = 16

// simple reports a text whose joined form was made: with bars, every sub-line is shorter than 35 characters, since such
// a one spans three words at least, and there are four at most.
func (g *glance) simple() bool {
	return g.special == 0 && (g.bars == 0 || g.bars < mostTextLines && g.stretch < 3)
}

// take appends the joined form, which glanceAt has written behind out, to out.
func (g *glance) take(out []byte, to *joined) []byte {
	*to = joined{start: len(out), lines: g.bars + 1}
	if g.bars == 0 {
		to.longest, to.lines = len(g.text), min(1, len(g.text))
	} else if g.size > 0 && out[:len(out)+g.size][len(out)+g.size-1] == ' ' {
		g.size--
	}
	to.end = to.start + g.size
	return out[:to.end]
}

// glanceAt looks at the text that begins at i in line and ends at a quote or with the line. It writes to out with every
// bar made a blank, but those taken away that have a bar or nothing before them.
func glanceAt(line []byte, i int, out []byte) (g glance) {
	var blankBefore, eitherBefore, stretch uint64
	barBefore, start := uint64(0x80), i
	for {
		x := word(line, i)
		quote := x ^ '"'*ones
		quote = (quote - ones) &^ quote & (0x80 * ones) // the lowest bit is exact
		within := quote&-quote - 1                      // the bits of the bytes before it, or all
		blanks, bars := zeros(x^' '*ones)&within, zeros(x^'|'*ones)&within
		either := blanks | bars
		g.special |= bankfile.NotPlain(x)&within | blanks&(either<<8|eitherBefore) | either&(blanks<<8|blankBefore)
		g.bars += bits.OnesCount64(bars)
		if stretch++; bars != 0 {
			stretch = 0
		}
		g.stretch = max(g.stretch, int(stretch))
		drop := bars & (bars<<8 | barBefore)
		binary.LittleEndian.PutUint64(out[g.size:], without(x^bars>>7*('|'^' '), drop))
		g.size += 8 - bits.OnesCount64(drop)
		if left := len(line) - i; quote != 0 || left < 8 {
			n := min(left, bits.TrailingZeros64(quote)>>3)
			g.end, g.size = i+n, g.size-8+n
			g.text = line[start:g.end]
			return g
		}
		blankBefore, eitherBefore, barBefore = blanks>>56, either>>56, bars>>56
		i += 8
	}
}

// without takes the bytes that drop has its high bits at out of x.
func without(x, drop uint64) uint64 {
	for drop != 0 {
		lowest := drop & -drop
		below := lowest>>7 - 1
		x = x&below | x>>8&^below
		drop = (drop ^ lowest) >> 8
	}
	return x
}

// word loads the eight bytes of line at i, or those that are left with letters behind them.
func word(line []byte, i int) uint64 {
	if i+8 <= len(line) {
		return binary.LittleEndian.Uint64(line[i:])
	}
	x := uint64('A' * ones)
	for k := len(line) - 1; k >= i; k-- {
		x = x<<8 | uint64(line[k])
	}
	return x
}

const ones = 0x0101010101010101

// zeros sets the highest bit of every byte of x that is 0, given that no byte is above 7F: so no sum of
// a byte carries into the next.
func zeros(x uint64) uint64 { return ^(x + 0x7f*ones) & (0x80 * ones) }
