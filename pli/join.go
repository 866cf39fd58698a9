package pli

import (
	"bytes"
	"unicode/utf8"

	"ims/bankfile"
)

// joined is what became of the sub-lines of one text field.
type joined struct {
	text    string
	lines   int  // sub-lines; trailing empty ones not counted where there are more than four
	longest int  // characters of the longest sub-line; exact if it is 35 or more
	odd     bool // there is a character outside the accepted set
}

// joinAny decodes field src, which has no outer blanks, joins its sub-lines and writes them to out, over what is there. The rule is that of
// the bank software that moved these titles to one line of 140 characters: a blank after a sub-line, but none after one
// of exactly 35 characters, whose text ran on; blanks collapse. Titles made of tags, which exporters cut anywhere, are
// joined as they are.
func joinAny(out, src []byte, enc bankfile.Encoding, how joining, to *joined) []byte {
	*to = joined{}
	j := joiner{out: out[:0], enc: enc, tagged: how.tagged, empty: true, joined: to}
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

// joiner joins any text, a character at a time.
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
	for len(j.out) > 0 && j.out[len(j.out)-1] == ' ' {
		j.out = j.out[:len(j.out)-1]
	}
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
