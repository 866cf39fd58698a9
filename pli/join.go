package pli

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"

	"ims/bankfile"
)

// joined is what became of the sub-lines of one text field.
type joined struct {
	start, end int  // in what join appended to
	lines      int  // sub-lines, trailing empty ones not counted
	longest    int  // characters of the longest sub-line
	odd        bool // there is a character outside the accepted set
}

// of returns the text, s being what join appended to.
func (j *joined) of(s string) string { return s[j.start:j.end] }

// join decodes field src, which has no outer blanks, joins its sub-lines and appends them to out. The rule is that of
// the bank software that moved these titles to one line of 140 characters: a blank after a sub-line, but none after one
// of exactly 35 characters, whose text ran on; blanks collapse. Titles made of tags, which exporters cut anywhere, are
// joined as they are.
func join(out *strings.Builder, src []byte, m *marks, enc bankfile.Encoding, how joining, to *joined) {
	*to = joined{start: out.Len()}
	switch {
	case m.special || how != joining{}:
		j := joiner{enc: enc, tagged: how.tagged, empty: true, joined: to}
		j.text(src)
		out.Write(j.out)
	case len(src) > 0:
		joinLines(out, src, m, to)
	}
	to.end = out.Len()
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

// marks are what one look at a text finds.
type marks struct {
	bars    [3]uint64 // a bit for each bar, by its distance from the beginning
	special bool      // there is anything but printable ASCII, a blank beside a blank or a bar, or more than bars can tell
}

const mostMarked = 3 * 64

// look finds where the text that begins at i ends, at a quote or at the end of line, and marks what is in it: eight bytes
// a step, nothing before it is found out what comes next.
func (m *marks) look(line []byte, i int) (end int) {
	*m = marks{}
	var special, blankBefore, eitherBefore uint64
	for at := 0; at < mostMarked; at += 8 {
		x := word(line, i+at)
		quote := x ^ '"'*ones
		quote = (quote - ones) &^ quote & (0x80 * ones) // the lowest bit is exact
		within := quote&-quote - 1                      // the bits of the bytes before it, or all
		blanks, bars := zeros(x^' '*ones)&within, zeros(x^'|'*ones)&within
		either := blanks | bars
		special |= bankfile.NotPlain(x)&within | blanks&(either<<8|eitherBefore) | either&(blanks<<8|blankBefore)
		m.bars[at>>6] |= gather(bars) << (at & 63)
		if left := len(line) - i - at; quote != 0 || left < 8 {
			m.special = special != 0
			return i + at + min(left, bits.TrailingZeros64(quote)>>3)
		}
		blankBefore, eitherBefore = blanks>>56, either>>56
	}
	m.special = true
	if end = quoteFrom(line, i+mostMarked); end < 0 {
		end = len(line)
	}
	return end
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

// gather makes eight bits of the highest bits of eight bytes.
func gather(x uint64) uint64 { return (x >> 7) * 0x0102040810204080 >> 56 }

// joinLines joins the sub-lines of a text without anything special.
func joinLines(out *strings.Builder, src []byte, m *marks, to *joined) {
	from, line := 0, 0
	gap := false // a blank is due before the next text
	for k, bars := range m.bars {
		for ; bars != 0; bars &= bars - 1 {
			end := 64*k + bits.TrailingZeros64(bars)
			line++
			gap = to.add(out, src[from:end], line, gap)
			from = end + 1
		}
	}
	to.add(out, src[from:], line+1, gap)
}

// add appends a sub-line and reports whether a blank is due after it.
func (j *joined) add(out *strings.Builder, src []byte, line int, gap bool) bool {
	j.longest = max(j.longest, len(src))
	if len(src) == 0 {
		return true
	}
	if gap && j.lines > 0 {
		out.WriteByte(' ')
	}
	out.Write(src)
	j.lines = line
	return len(src) != longestTextLine
}

const ones = 0x0101010101010101

// zeros sets the highest bit of every byte of x that is 0, given that no byte is above 7F: so no sum of
// a byte carries into the next.
func zeros(x uint64) uint64 { return ^(x + 0x7f*ones) & (0x80 * ones) }

// joiner does the same for any text, a character at a time.
type joiner struct {
	out    []byte
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
	j.out = bytes.TrimRight(j.out, " ")
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
	return n == 0 || !j.tagged && j.out[n-1] == ' '
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
