package bankfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Detection by letters: the encodings differ in where they put the eighteen Polish letters, so the
// table under which the high bytes are most often Polish letters of a fitting case is the right one.
// Frequencies of general sniffers are poor at CP852, and the texts here are short and in capitals.

const polishLetters = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż"

// Points per high byte. A wrong table makes capitals inside small words, and the reverse.
const (
	pointsPolish     = 4
	pointsLatin      = -2
	pointsOther      = -6
	pointsMidCapital = -5 // a capital right after a small letter
	pointsMidSmall   = -4 // a small letter between capitals
)

// ambiguous is the distance in points below which the second best table counts as equally good.
const ambiguous = 2

func shapeOf(r rune) shape {
	switch {
	case unicode.IsUpper(r):
		return upper
	case unicode.IsLower(r):
		return lower
	}
	return noLetter
}

func scoreOf(r rune) int8 {
	switch {
	case strings.ContainsRune(polishLetters, r):
		return pointsPolish
	case LatinLetter(r):
		return pointsLatin
	}
	return pointsOther
}

// LatinLetter reports a Latin letter above ASCII.
func LatinLetter(r rune) bool {
	return r >= 0xc0 && r <= 0x24f && r != 0xd7 && r != 0xf7
}

// evidence is what the high bytes of a file say about its encoding.
type evidence struct {
	high    bool      // there is a byte above 7F
	notUTF8 bool      // invalid as UTF-8
	strange bool      // valid, but with a character that no Polish bank file has
	seen    [256]bool // which high bytes there are
	score   [len(tables)]int64
}

// add weighs one high byte between its two neighbours.
func (e *evidence) add(prev, b, next byte) {
	e.high, e.seen[b] = true, true
	for i, t := range &tables {
		e.score[i] += int64(t.score[b]) + casePoints(t.shape[prev], t.shape[b], t.shape[next])
	}
}

func casePoints(prev, this, next shape) int64 {
	switch {
	case this == upper && prev == lower:
		return pointsMidCapital
	case this == lower && prev == upper && next == upper:
		return pointsMidSmall
	}
	return 0
}

// addRune judges one decoded UTF-8 character; size 1 with U+FFFD means invalid bytes.
func (e *evidence) addRune(r rune, size int) {
	switch {
	case r == utf8.RuneError && size == 1:
		e.notUTF8 = true
	case r > 0x17f && !typographic(r):
		e.strange = true
	}
}

// typographic reports the signs beyond Latin letters that word processors leave in payment texts.
func typographic(r rune) bool {
	switch {
	case r == 0x2013, r == 0x2014, r == 0x2018, r == 0x2019, r == 0x2026, r == 0x20ac:
		return true
	}
	return r >= 0x201a && r <= 0x201e
}

// verdict is the outcome of detection; rival is the table that fits almost as well with another text,
// or Auto.
type verdict struct{ encoding, rival Encoding }

// judge decides as formats ask: nothing above 7F, then strict UTF-8, then the best table. Strict
// matters: capitals of CP1250 such as D3 A3 are by accident valid UTF-8 (a Cyrillic letter).
func (e *evidence) judge() verdict {
	switch {
	case !e.high:
		return verdict{encoding: ASCII}
	case !e.notUTF8 && !e.strange:
		return verdict{encoding: UTF8}
	}
	best := 0
	for i := range e.score {
		if e.score[i] > e.score[best] {
			best = i
		}
	}
	return verdict{Windows1250 + Encoding(best), e.rivalOf(best)}
}

func (e *evidence) rivalOf(best int) Encoding {
	rival := -1
	for i := range e.score {
		if i == best || e.score[best]-e.score[i] > ambiguous || e.sameText(best, i) {
			continue
		}
		if rival < 0 || e.score[i] > e.score[rival] {
			rival = i
		}
	}
	if rival < 0 {
		return Auto
	}
	return Windows1250 + Encoding(rival)
}

// sameText reports whether two tables read every byte of the file alike.
func (e *evidence) sameText(a, b int) bool {
	for i, seen := range e.seen {
		if seen && tables[a].Char[i] != tables[b].Char[i] {
			return false
		}
	}
	return true
}

// undefined reports whether enc gives no meaning to some byte of the file.
func (e *evidence) undefined(enc Encoding) bool {
	switch {
	case enc == UTF8:
		return e.notUTF8
	case enc == ASCII:
		return e.high
	}
	for i, seen := range e.seen {
		if seen && enc.Table().Char[i] == utf8.RuneError {
			return true
		}
	}
	return false
}

// agree reports whether two encodings make the same text of the file, so that a difference between a
// setting and detection is of no consequence.
func (e *evidence) agree(a, b Encoding) bool {
	switch {
	case a == b || !e.high:
		return true
	case a.SingleByte() && b.SingleByte():
		return e.sameText(int(a-Windows1250), int(b-Windows1250))
	}
	return false
}
