package pli

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"ims/bankfile"
)

// joined is what became of the sub-lines of one text field.
type joined struct {
	start, end int  // in the parser's scratch
	lines      int  // sub-lines, trailing empty ones not counted
	longest    int  // characters of the longest sub-line
	odd        bool // there is a character outside the accepted set
}

// of returns the text, s being the parser's scratch as a string.
func (j *joined) of(s string) string { return s[j.start:j.end] }

// join decodes field src, joins its sub-lines and appends them to out. The rule is that of the bank
// software that moved these titles to one line of 140 characters: a blank after a sub-line, but none
// after one of exactly 35 characters, whose text ran on; blanks collapse. Titles made of tags, which
// exporters cut anywhere, are joined as they are.
func join(out, src []byte, enc bankfile.Encoding, how joining, to *joined) []byte {
	start := len(out)
	*to = joined{start: start}
	if how == (joining{}) {
		if fast, ok := joinPlain(out, src, to); ok {
			return fast
		}
		*to = joined{start: start}
	}
	j := joiner{out: out, start: start, enc: enc, tagged: how.tagged, empty: true, joined: to}
	j.text(src)
	return j.out
}

// joining says what is special about a text: it is made of tags, it holds doubled quotes.
type joining struct{ tagged, doubled bool }

// structured reports titles made of tags.
func structured(src []byte) bool {
	if len(src) == 0 || src[0] != '/' && src[0] != '|' {
		return false
	}
	src = bytes.TrimLeft(src, " |")
	return bytes.HasPrefix(src, []byte("/VAT/")) || bytes.HasPrefix(src, []byte("/TI/")) || bytes.HasPrefix(src, []byte("/NIP/"))
}

// joinPlain joins printable ASCII with single blanks and no quotes, which most texts are, eight bytes a step; false
// means that there is something else and that nothing was done.
func joinPlain(out, src []byte, to *joined) ([]byte, bool) {
	if need := len(out) + len(src) + 8; cap(out) < need {
		out = append(make([]byte, 0, 2*need), out...)
	}
	dst, o := out[:cap(out)], len(out)
	lineStart, lineOut, textEnd, line := 0, o, o, 0
	wasBlank := true // another blank would be one too many
	for i := 0; i < len(src); {
		x, n := word(src, i)
		blanks, bars := zeros(x^' '*ones), zeros(x^'|'*ones)
		if bankfile.NotPlain(x)|blanks&(blanks>>8) != 0 || wasBlank && blanks&0x80 != 0 {
			return out, false
		}
		if bars != 0 {
			n = bits.TrailingZeros64(bars) >> 3
		}
		binary.LittleEndian.PutUint64(dst[o:], x) // what is too much is overwritten by the next step
		i, o = i+n, o+n
		if n > 0 {
			last := blanks >> (8*n - 1) & 1
			wasBlank, textEnd = last != 0, o-int(last)
		}
		if bars == 0 {
			continue
		}
		if line++; textEnd > lineOut {
			to.lines = line
		}
		to.longest = max(to.longest, i-lineStart)
		if i-lineStart != longestTextLine && !wasBlank {
			dst[o] = ' '
			o++
			wasBlank = true
		}
		i++
		lineStart, lineOut = i, o
	}
	if textEnd > lineOut {
		to.lines = line + 1
	}
	to.longest = max(to.longest, len(src)-lineStart)
	to.end = textEnd
	return dst[:textEnd], true
}

// word loads the eight bytes of src at i, or the n that are left with letters behind them.
func word(src []byte, i int) (x uint64, n int) {
	if i+8 <= len(src) {
		return binary.LittleEndian.Uint64(src[i:]), 8
	}
	x, n = 'A'*ones, len(src)-i
	if len(src) >= 8 {
		return binary.LittleEndian.Uint64(src[len(src)-8:])>>(64-8*n) | x<<(8*n), n
	}
	for k := n - 1; k >= 0; k-- {
		x = x<<8 | uint64(src[i+k])
	}
	return x, n
}

const ones = 0x0101010101010101

// zeros sets the highest bit of every byte of x that is 0, given that no byte is above 7F: so no sum of
// a byte carries into the next.
func zeros(x uint64) uint64 { return ^(x + 0x7f*ones) & (0x80 * ones) }

// joiner does the same for any text, a character at a time.
type joiner struct {
	out    []byte
	start  int
	enc    bankfile.Encoding
	tagged bool
	width  int // characters of the current sub-line
	line   int
	empty  bool // nothing but blanks in the current sub-line so far
	*joined
}

// plainByte marks the bytes that are copied as they are.
var plainByte = markPlain()

func markPlain() (t [256]bool) {
	for b := ' '; b <= '~'; b++ {
		t[b] = b != '"' && b != '|'
	}
	return t
}

func (j *joiner) text(src []byte) {
	for i := 0; i < len(src); {
		if n := j.run(src[i:]); n > 0 {
			i += n
			continue
		}
		i += j.special(src[i:])
	}
	j.endLine()
	for len(j.out) > j.start && j.out[len(j.out)-1] == ' ' {
		j.out = j.out[:len(j.out)-1]
	}
	j.end = len(j.out)
}

// run copies plain bytes up to the first that needs thought, a second blank included.
func (j *joiner) run(src []byte) int {
	i, wasBlank, empty := 0, j.afterBlank(), j.empty
	for i < len(src) && plainByte[src[i]] {
		isBlank := src[i] == ' '
		if isBlank && wasBlank {
			break
		}
		wasBlank = isBlank && !j.tagged
		empty = empty && isBlank
		i++
	}
	j.out = append(j.out, src[:i]...)
	j.width, j.empty = j.width+i, empty
	return i
}

// afterBlank reports whether another blank would be one too many.
func (j *joiner) afterBlank() bool {
	n := len(j.out)
	return n == j.start || !j.tagged && j.out[n-1] == ' '
}

// special deals with one character that is not simply copied and returns its length.
func (j *joiner) special(src []byte) int {
	switch b := src[0]; {
	case b == '|':
		j.endLine()
		return 1
	case b == '"':
		j.put('"')
		return min(2, len(src)) // inside a field a quote is always doubled
	case b == ' ' || b == '\t':
		j.odd = j.odd || b == '\t'
		j.space()
		return 1
	case b < utf8.RuneSelf:
		j.put(utf8.RuneError) // a control character: the line has a finding of its own
		return 1
	}
	return j.letter(src)
}

// letter decodes one character above ASCII.
func (j *joiner) letter(src []byte) int {
	if j.enc.SingleByte() {
		t, b := j.enc.Table(), src[0]
		j.odd = j.odd || !t.Latin[b]
		j.out = append(j.out, t.UTF8[b][:t.Size[b]]...)
		j.width++
		j.empty = false
		return 1
	}
	r, n := utf8.DecodeRune(src)
	if r < 0xa0 {
		r = utf8.RuneError // C1 controls are no text
	}
	j.odd = j.odd || !bankfile.LatinLetter(r)
	j.put(r)
	return n
}

func (j *joiner) put(r rune) {
	j.out = utf8.AppendRune(j.out, r)
	j.width++
	j.empty = false
}

func (j *joiner) space() {
	j.width++
	if !j.afterBlank() {
		j.out = append(j.out, ' ')
	}
}

func (j *joiner) endLine() {
	j.line++
	if !j.empty {
		j.lines = j.line
	}
	j.longest = max(j.longest, j.width)
	if !j.tagged && j.width != longestTextLine && !j.afterBlank() {
		j.out = append(j.out, ' ')
	}
	j.width, j.empty = 0, true
}
