package iban

import "unicode/utf8"

// flaw is one thing that is wrong, without words: at is the 0-based place in the folded text, position the 1-based
// character of the input, 0 for the whole.
type flaw struct {
	kind     fault
	position int
	at       int
}

// examination is the slow look at an input: it goes on after a fault, as if it had been mended, to find the next.
type examination struct {
	options Option
	text    [maxLength]byte // folded: capitals, no spaces; 0 for a character that no IBAN has
	source  [maxLength]int  // position in the input of each byte of text
	length  int             // characters without spaces; may exceed maxLength
	broken  bool            // text holds something that is no digit or capital
	index   uint8           // entry of formats, 0 if the country is unknown
	format  *format
	visit   func(*examination, flaw) bool // false ends the examination
}

// firstFault returns the error for an input that scan has refused.
func firstFault[T ~string | ~[]byte](s T, o Option) error {
	err := error(nil)
	examine(s, o, func(_ *examination, w flaw) bool {
		err = parseError(w.kind, w.position)
		return false
	})
	return err
}

// examine calls visit for each fault, in the order of Kind, until it returns false.
func examine[T ~string | ~[]byte](s T, o Option, visit func(*examination, flaw) bool) (e examination) {
	e.options, e.visit = o, visit
	if len(s) == 0 {
		visit(&e, flaw{kind: faultEmpty})
		return e
	}
	if !foldInto(&e, s) || !e.country() || !e.lengthFits() || !e.classes() {
		return e
	}
	e.checks()
	return e
}

// foldInto reads the characters. An invalid UTF-8 byte counts as one character, as it does in Go's range loops.
func foldInto[T ~string | ~[]byte](e *examination, s T) bool {
	position := 0
	for i := 0; i < len(s); {
		position++
		c, size := s[i], 1
		if c >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
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
		return e.options&Lenient != 0 || e.visit(e, flaw{faultSpace, position, -1})
	case 'a' <= c && c <= 'z':
		c = upperASCII(c)
		if e.options&Lenient == 0 {
			kind = faultLowerCase
		}
	case shifts[c] == 0:
		c, e.broken, kind = 0, true, faultBadCharacter
	}
	if e.length < maxLength {
		e.text[e.length], e.source[e.length] = c, position
	}
	e.length++
	return kind == faultNone || e.visit(e, flaw{kind, position, e.length - 1})
}

// country looks the country up. Where its letters are unreadable that has been told already.
func (e *examination) country() bool {
	e.index = indexOf(e.text[0], e.text[1])
	e.format = &formats[e.index]
	if e.index == 0 {
		if e.length == 0 || e.text[0] == 0 || e.length > 1 && e.text[1] == 0 {
			return e.length > 0 || e.visit(e, flaw{kind: faultEmpty})
		}
		return e.visit(e, flaw{faultUnknownCountry, e.source[0], 0})
	}
	if !e.format.registered && e.options&Unregistered == 0 {
		return e.visit(e, flaw{faultUnregistered, e.source[0], 0})
	}
	return true
}

func (e *examination) lengthFits() bool {
	if e.index == 0 || e.length == int(e.format.length) {
		return true
	}
	return e.visit(e, flaw{kind: faultLength})
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
		if !e.visit(e, flaw{faultClass, e.source[at], at}) {
			return false
		}
	}
	return true
}

// class returns n, a or c for a place in the text, the check digits being n.
func (e *examination) class(at int) byte {
	if at < 4 {
		return 'n'
	}
	return countries[e.index].classes[at-4]
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
	switch k := e.format.judge(&b, text[2], text[3], ISOOnly); k {
	case faultCheckDigits, faultCheckRange:
		if !e.visit(e, flaw{k, e.source[2], 2}) {
			return
		}
	}
	if e.options&ISOOnly == 0 && (e.format.firm || e.options&StrictNational != 0) {
		e.national(&b, e.visit)
	}
}

// national tells each national check field that is wrong. Where the body has no check characters at all, that is the
// first field's fault.
func (e *examination) national(b *bban, visit func(*examination, flaw) bool) {
	if e.format.rule.holds(b, b.mod97()) {
		return
	}
	right := *b
	exists := e.format.rule.complete(&right)
	for _, span := range countries[e.index].Check {
		if exists && sameSpan(b, &right, e.length-4, span) {
			continue
		}
		at := 4 + span.From
		if !visit(e, flaw{faultNational, e.source[at], at}) || !exists {
			return
		}
	}
}

func sameSpan(x, y *bban, length int, s Span) bool {
	for i := s.From; i < s.To; i++ {
		if x.at(length-1-i) != y.at(length-1-i) {
			return false
		}
	}
	return true
}
