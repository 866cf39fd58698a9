package pli

import (
	"bytes"
	"encoding/binary"
)

// glance is what one look at a text finds: where it ends and, if it is a simple one, as most are, its joined form. Eight
// bytes are looked at in a step, with hardly a branch that depends on what they are, which would cost more than the rest.
type glance struct {
	text    []byte // as it is
	size    int    // bytes of the joined form
	bars    uint64 // how many
	stretch int    // the most words in a row without a bar
	special bool   // there is anything but printable ASCII, or a blank beside a blank or a bar
}

const (
	glanceRoom = 16   // how much more room than the text has glanceAt writes to
	glanceMost = 1024 // bytes of a simple text: bars are counted in bytes
)

// simple reports a text whose joined form was made: with bars, every sub-line is shorter than 35 characters, since such
// a one spans three words at least, and there are four at most.
func (g *glance) simple() bool {
	return !g.special && (g.bars == 0 || g.bars < mostTextLines && g.stretch < 3 && g.text[0] != '|' && len(g.text) <= glanceMost)
}

// take appends the joined form, which glanceAt has written behind out, to out.
func (g *glance) take(out []byte, to *joined) []byte {
	*to = joined{start: len(out), lines: int(g.bars) + 1}
	if g.bars == 0 {
		to.longest, to.lines = len(g.text), min(1, len(g.text))
	} else if g.text[len(g.text)-1] == '|' {
		g.size-- // the blank that it became
	}
	to.end = to.start + g.size
	return out[:to.end]
}

// glanceAt looks at the text that begins at i in line and ends at a quote or with the line. It writes to out with every
// bar made a blank, but those taken away that follow a bar.
func glanceAt(line []byte, i int, out []byte) (g glance) {
	n := bytes.IndexByte(line[i:], '"')
	if n < 0 {
		n = len(line) - i
	}
	g.text = line[i : i+n]
	var odd, beside, eitherBefore, barBefore, bars uint64
	stretch := 0
	for ; n > 0; n, i = n-8, i+8 {
		x := word(line, i)
		if n < 8 {
			within := uint64(1)<<(8*n) - 1
			x = x&within | 'A'*ones&^within
		}
		blank, bar := zeros(x^' '*ones), zeros(x^'|'*ones)
		either, drop := blank|bar, bar&(bar<<8|barBefore)
		odd |= x | (x + ones) | (x - 0x20*ones) // as bankfile.NotPlain
		beside |= either&(either<<8|eitherBefore) ^ drop
		bars += bar >> 7
		x ^= bar >> 7 * ('|' ^ ' ')
		if stretch++; bar != 0 {
			stretch = 0
		}
		g.stretch = max(g.stretch, stretch)
		to := out[g.size:]
		for ; drop != 0; g.size-- {
			x, drop = without(x, drop)
		}
		binary.LittleEndian.PutUint64(to, x)
		g.size += 8
		eitherBefore, barBefore = either>>56, bar>>56
	}
	g.size += n // which is how many bytes the last word had too many, below 0
	g.bars, g.special = bars*ones>>56, odd&(0x80*ones)|beside != 0
	return g
}

// without takes the lowest byte that drop has its high bit at out of x and of drop.
func without(x, drop uint64) (uint64, uint64) {
	lowest := drop & -drop
	below := lowest>>7 - 1
	return x&below | x>>8&^below, (drop ^ lowest) >> 8
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
