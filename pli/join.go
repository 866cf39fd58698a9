package pli

import (
	"bytes"
	"unicode/utf8"
)

// joined is what became of the sub-lines of one text field.
type joined struct {
	start, end int  // in the parser's scratch
	lines      int  // sub-lines, trailing empty ones not counted
	longest    int  // characters of the longest sub-line
	odd        bool // there is a character outside the accepted set
}

// joiner decodes a text field and joins its sub-lines. The rule is that of the bank software that moved
// these titles to one line of 140 characters: a blank after a sub-line, but none after one of exactly
// 35 characters, whose text ran on; blanks collapse. Structured titles are joined without blanks.
type joiner struct {
	out        []byte
	start      int
	enc        Encoding
	structured bool
	width      int // characters of the current sub-line
	line       int
	empty      bool // nothing but blanks in the current sub-line so far
	joined
}

// plainByte marks the bytes that are copied as they are: printable ASCII except quote and bar.
var plainByte = markPlain()

func markPlain() (t [256]bool) {
	for b := ' '; b <= '~'; b++ {
		t[b] = b != '"' && b != '|'
	}
	return t
}

// join appends field src to out.
func join(out, src []byte, enc Encoding) ([]byte, joined) {
	j := joiner{out: out, start: len(out), enc: enc, structured: structured(src), empty: true}
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
	j.joined.start, j.end = j.start, len(j.out)
	return j.out, j.joined
}

// structured reports titles made of tags, which exporters cut anywhere.
func structured(src []byte) bool {
	src = bytes.TrimLeft(src, " |")
	return bytes.HasPrefix(src, []byte("/VAT/")) || bytes.HasPrefix(src, []byte("/TI/")) || bytes.HasPrefix(src, []byte("/NIP/"))
}

// run copies plain bytes up to the first that needs thought, a second blank included.
func (j *joiner) run(src []byte) int {
	i, wasBlank := 0, j.afterBlank()
	for i < len(src) && plainByte[src[i]] {
		isBlank := src[i] == ' '
		if isBlank && wasBlank {
			break
		}
		wasBlank = isBlank && !j.structured
		j.empty = j.empty && isBlank
		i++
	}
	j.out = append(j.out, src[:i]...)
	j.width += i
	return i
}

// afterBlank reports whether another blank would be one too many.
func (j *joiner) afterBlank() bool {
	n := len(j.out)
	return n == j.start || !j.structured && j.out[n-1] == ' '
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
	r, n := utf8.RuneError, 1
	if j.enc.singleByte() {
		r = j.enc.table().char[src[0]]
	} else {
		r, n = utf8.DecodeRune(src)
	}
	if r < 0xa0 {
		r = utf8.RuneError // C1 controls are no text
	}
	j.odd = j.odd || !latinLetter(r)
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
	if !j.structured && j.width != longestTextLine && !j.afterBlank() {
		j.out = append(j.out, ' ')
	}
	j.width, j.empty = 0, true
}
