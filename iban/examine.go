package iban

import (
	"encoding/binary"
	"unicode/utf8"
)

// flaw is one thing that is wrong, without words: at is the 0-based place in the folded text, position the 1-based
// character of the input, 0 for the whole.
type flaw struct {
	kind     fault
	position int
	at       int
}

// maxFlaws bounds what hostile input can make Check write: an IBAN has 34 characters.
const maxFlaws = 100

// examination is the slow look at an input: it goes on after a fault, as if it had been mended, to find the next.
type examination struct {
	options Option
	all     bool            // go on after the first flaw
	flaws   []flaw          // what was found, if all
	first   flaw            // the first of them
	text    [maxLength]byte // folded: capitals, no spaces; 0 for a character that no IBAN has
	source  [maxLength]int  // position in the input of each byte of text
	length  int             // characters without spaces; may exceed maxLength
	broken  bool            // text holds something that is no digit or capital, or is of the wrong class
	index   uint8           // entry of formats, 0 if the country is unknown
	format  *format
}

// tell takes a flaw down and reports whether to go on.
func (e *examination) tell(k fault, position, at int) bool {
	w := flaw{k, position, at}
	if e.first.kind == faultNone {
		e.first = w
	}
	if e.all && len(e.flaws) < maxFlaws {
		e.flaws = append(e.flaws, w)
	}
	return e.all
}

// firstFault returns the error for an input that scan has refused.
func firstFault(s []byte, o Option) error {
	if len(s) >= minLength && len(s) <= maxLength && alphanumeric(s) {
		if k, position := misshape(s, o); k != faultNone {
			return parseError(k, position)
		}
	}
	e := examination{options: o}
	e.examine(s)
	return parseError(e.first.kind, e.first.position)
}

// alphanumeric reports whether s, of eight characters or more, has digits and capitals only.
func alphanumeric(s []byte) bool {
	last := binary.LittleEndian.Uint64(s[len(s)-8:])
	fit := digitsIn(last) | capitalsIn(last)
	for ; len(s) > 8; s = s[8:] {
		w := binary.LittleEndian.Uint64(s)
		fit &= digitsIn(w) | capitalsIn(w)
	}
	return fit == highs
}

// misshape is the short way for the commonest inputs, of which every character is a digit or a capital: country, length
// and classes in the order in which examine tells them.
func misshape(s []byte, o Option) (fault, int) {
	index := indexOf(s[0], s[1])
	f := &formats[index]
	switch {
	case index == 0:
		return faultUnknownCountry, 1
	case f.needs&^o != 0:
		return faultUnregistered, 1
	case int(f.length) != len(s):
		return faultLength, 0
	}
	for at, c := range s[2:] {
		if class := classAt(index, at+2); !allows(class, c) {
			return faultClass, at + 3
		}
	}
	return faultNone, 0
}

// examine finds the flaws of s, in the order of the faults.
func (e *examination) examine(s []byte) {
	e.format = &formats[0]
	if len(s) == 0 {
		e.tell(faultEmpty, 0, 0)
		return
	}
	if e.fold(s) && e.country() && e.lengthFits() && e.classes() {
		e.checks()
	}
}

// fold reads the characters. An invalid UTF-8 byte counts as one character, as it does in Go's range loops.
func (e *examination) fold(s []byte) bool {
	position := 0
	for i := 0; i < len(s); {
		position++
		c, size := s[i], 1
		if c >= utf8.RuneSelf {
			_, size = utf8.DecodeRune(s[i:])
		}
		i += size
		if !e.take(c, position) {
			return false
		}
	}
	return true
}

// take adds one character to the folded text and tells what is wrong with it.
func (e *examination) take(c byte, position int) bool {
	kind := faultNone
	switch {
	case c == ' ':
		return e.options&Lenient != 0 || e.tell(faultSpace, position, -1)
	case 'a' <= c && c <= 'z':
		c = upperASCII(c)
		if e.options&Lenient == 0 {
			kind = faultLowerCase
		}
	case !isAlphanumeric(c):
		c, e.broken, kind = 0, true, faultBadCharacter
	}
	if e.length < maxLength {
		e.text[e.length], e.source[e.length] = c, position
	}
	e.length++
	return kind == faultNone || e.tell(kind, position, e.length-1)
}

// country looks the country up. Where its letters are unreadable that has been told already.
func (e *examination) country() bool {
	e.index = indexOf(e.text[0], e.text[1])
	e.format = &formats[e.index]
	if e.index == 0 {
		if e.length == 0 || e.text[0] == 0 || e.length > 1 && e.text[1] == 0 {
			return e.length > 0 || e.tell(faultEmpty, 0, 0)
		}
		return e.tell(faultUnknownCountry, e.source[0], 0)
	}
	if e.format.needs&^e.options != 0 {
		return e.tell(faultUnregistered, e.source[0], 0)
	}
	return true
}

func (e *examination) lengthFits() bool {
	if e.index == 0 || e.length == int(e.format.length) {
		return true
	}
	return e.tell(faultLength, 0, 0)
}

// classes compares each character with what its position asks for, as far as both exist.
func (e *examination) classes() bool {
	if e.index == 0 {
		return true
	}
	for at := 2; at < min(e.length, int(e.format.length)); at++ {
		if e.text[at] == 0 || allows(e.class(at), e.text[at]) {
			continue
		}
		e.broken = true
		if !e.tell(faultClass, e.source[at], at) {
			return false
		}
	}
	return true
}

// class returns n, a or c for a place in the text, the check digits being n.
func (e *examination) class(at int) byte { return classAt(e.index, at) }

// classAt is class for an entry of countries.
func classAt(index uint8, at int) byte {
	if at < 4 {
		return 'n'
	}
	return countries[index].classes[at-4]
}

// allows reports whether class lets c, a digit or a capital, stand.
func allows(class, c byte) bool {
	return class == 'c' || (class == 'n') == (c <= '9')
}

// checks compares both kinds of check digits with the rest, which must be whole for that.
func (e *examination) checks() {
	if e.index == 0 || e.broken || e.length != int(e.format.length) {
		return
	}
	text := e.text[:e.length]
	b := wordsOf(text[4:])
	if k := e.format.isoFault(&b, text[2:4]); k != faultNone && !e.tell(k, e.source[2], 2) {
		return
	}
	if e.options&ISOOnly == 0 && (e.format.firm || e.options&StrictNational != 0) {
		e.national(&b)
	}
}

// isoFault compares check digits with the computed ones.
func (f *format) isoFault(b *bban, check []byte) fault {
	switch given := uint64(check[0]-'0')*10 + uint64(check[1]-'0'); {
	case given == f.isoCheck(b):
		return faultNone
	case given-2 > 96:
		return faultCheckRange
	}
	return faultCheckDigits
}

// national tells each national check field that is wrong. Where the body has no check characters at all, that is the
// first field's fault.
func (e *examination) national(b *bban) {
	if e.format.rule.holds(b[1], b[2], b[3], b.mod97()) {
		return
	}
	right := *b
	exists := e.format.rule.complete(&right)
	for i, span := range countries[e.index].Check {
		if exists && wrongCheck(e.index, b, &right, i) != i {
			continue
		}
		at := 4 + span.From
		if !e.tell(faultNational, e.source[at], at) || !exists {
			return
		}
	}
}

// wrongCheck returns the first national check field, from field i on, that differs from the right one; -1 if none does.
func wrongCheck(index uint8, b, right *bban, i int) int {
	c := &countries[index]
	for ; i < len(c.Check); i++ {
		for at := c.Check[i].From; at < c.Check[i].To; at++ {
			if place := len(c.classes) - 1 - at; b.at(place) != right.at(place) {
				return i
			}
		}
	}
	return -1
}

// nationalPosition returns where the first wrong national check field begins in s, which is right otherwise.
func nationalPosition(s []byte) int {
	index := indexOf(s[0], s[1])
	b := wordsOf(s[4:])
	right, first := b, 0
	if formats[index].rule.complete(&right) {
		first = wrongCheck(index, &b, &right, 0)
	}
	return 5 + countries[index].Check[max(first, 0)].From
}
