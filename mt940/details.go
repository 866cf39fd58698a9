package mt940

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"ims/bankfile"
	"ims/iban"
)

// details is what a :86: says: in subfields, each begun by the bank's separator and two digits, or in free text.
type details struct {
	bytes     []byte // the content without line ends
	parts     []piece
	operation string // subfield 00
	name      string
	found     []iban.IBAN // virtual accounts
	scratch   []byte
}

// piece is one subfield.
type piece struct {
	code       int
	start, end int // in details.bytes
}

func (d *details) of(x piece) []byte { return d.bytes[x.start:x.end] }

// separators are what banks are known to begin subfields with, and what others might. Letters, digits and what stands in
// ordinary text are none.
const separators = "<^~?>|#$%&*!;@`"

// read takes the :86: of p and fills the record's texts from it.
func (d *details) read(p *parser) {
	d.bytes, d.parts, d.operation, d.name = d.bytes[:0], d.parts[:0], "", ""
	first := p.raw[:p.cut]
	if p.cut == len(p.raw) {
		d.freeText(p, supplement(first))
		return
	}
	text := p.raw[p.cut+len("\r\n")+len(element86):]
	for line := range bytes.SplitSeq(text, []byte("\r\n")) {
		d.bytes = append(d.bytes, line...) // lines end anywhere, also inside of a subfield, so their ends mean nothing
	}
	if separator := separatorOf(d.bytes); separator == 0 {
		d.freeText(p, text)
	} else {
		d.split(separator)
		d.texts(p)
	}
	if p.rec.Title == "" {
		p.rec.Title = d.operation
	}
	if p.rec.Title == "" {
		p.rec.Title = p.plain(supplement(first))
	}
}

// supplement returns the lines of a :61: behind its first.
func supplement(field []byte) []byte {
	_, rest, _ := bytes.Cut(field, []byte("\r\n"))
	return rest
}

// separatorOf finds the separator in how the text begins: up to three digits of an operation code, a sign, two digits. Each
// :86: is asked for its own, so that it means the same wherever it stands; 0 is free text.
func separatorOf(text []byte) byte {
	i := 0
	for i < len(text) && i < 3 && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	text = bytes.TrimLeft(text[i:], " ")
	if len(text) >= 3 && strings.IndexByte(separators, text[0]) >= 0 && bankfile.DigitsOnly(text[1:3]) {
		return text[0]
	}
	return 0
}

// split cuts the text into subfields.
func (d *details) split(separator byte) {
	b := d.bytes
	for i := 0; i+2 < len(b); i++ {
		if b[i] != separator || !bankfile.DigitsOnly(b[i+1:i+3]) {
			continue
		}
		d.endPart(i)
		d.parts = append(d.parts, piece{code: bankfile.Number(b[i+1 : i+3]), start: i + 3})
	}
	d.endPart(len(b))
}

func (d *details) endPart(at int) {
	if n := len(d.parts); n > 0 {
		d.parts[n-1].end = at
	}
}

func (d *details) has(codes func(int) bool) bool {
	for _, x := range d.parts {
		if codes(x.code) && x.end > x.start {
			return true
		}
	}
	return false
}

// The subfields by what they hold.
func isTitle(code int) bool      { return code >= 20 && code <= 26 || code >= 60 && code <= 63 }
func isLongTitle(code int) bool  { return isTitle(code) || isFirstName(code) }
func isFirstName(code int) bool  { return code >= 27 && code <= 29 }
func isSecondName(code int) bool { return code == 32 || code == 33 }

// texts fills operation, title and name. Banks that put the name into 32 and 33 go on with the title in 27 to 29.
func (d *details) texts(p *parser) {
	title, name := isTitle, isFirstName
	if d.has(isSecondName) {
		title, name = isLongTitle, isSecondName
	}
	d.operation = d.join(p, func(code int) bool { return code == 0 })
	p.rec.Title = d.join(p, title)
	d.name = d.join(p, name)
}

// account reports a piece of what goes on behind the title that is an account and no words.
func (d *details) account(x piece) bool {
	if x.code < 60 || x.end-x.start < 15 {
		return false
	}
	_, ok := number(squeeze(string(d.of(x))))
	return ok
}

// The widths to which banks cut titles and names.
const (
	widePiece   = 35
	narrowPiece = 27
	lineOf86    = 65
)

// join puts the pieces of a text together: a blank behind a piece, but none behind one of full width, whose text ran on.
func (d *details) join(p *parser, codes func(int) bool) string {
	full := narrowPiece
	for _, x := range d.parts {
		if codes(x.code) && p.width(d.of(x)) > narrowPiece {
			full = widePiece
		}
	}
	j := joiner{out: d.scratch[:0], enc: p.enc}
	for _, x := range d.parts {
		if codes(x.code) && !d.account(x) {
			j.piece(d.of(x), p.width(d.of(x)) == full)
		}
	}
	d.scratch = j.out
	return j.text()
}

// freeText reads a :86: without subfields, or what stands in its place.
func (d *details) freeText(p *parser, text []byte) {
	j := joiner{out: d.scratch[:0], enc: p.enc}
	for line := range bytes.SplitSeq(text, []byte("\r\n")) {
		j.piece(line, p.width(line) == lineOf86)
	}
	d.scratch = j.out
	p.rec.Title = j.text()
}

// width counts characters.
func (p *parser) width(b []byte) int {
	if p.enc == bankfile.UTF8 {
		return utf8.RuneCount(b)
	}
	return len(b)
}

// plain decodes a text, its blanks at the ends and repeated ones left out.
func (p *parser) plain(b []byte) string {
	j := joiner{out: p.details.scratch[:0], enc: p.enc}
	j.piece(b, false)
	p.details.scratch = j.out
	return j.text()
}

// joiner decodes pieces into one text without repeated blanks. Control characters, for which the record has a finding, are
// shown as U+FFFD.
type joiner struct {
	out []byte
	enc bankfile.Encoding
}

func (j *joiner) piece(src []byte, runsOn bool) {
	from := len(j.out)
	j.out = j.enc.AppendText(j.out, src)
	j.clean(from)
	if !runsOn {
		j.blank()
	}
}

// clean goes over what was decoded from offset from on.
func (j *joiner) clean(from int) {
	for i := from; i < len(j.out); i++ {
		if c := j.out[i]; c <= ' ' || c >= 0x7f {
			rest := string(j.out[i:])
			j.out = j.out[:i]
			j.slowly(rest)
			return
		}
	}
}

func (j *joiner) slowly(rest string) {
	for _, r := range rest {
		switch {
		case unicode.IsSpace(r):
			j.blank()
		case r < ' ' || r >= 0x7f && r < 0xa0:
			j.out = utf8.AppendRune(j.out, utf8.RuneError)
		default:
			j.out = utf8.AppendRune(j.out, r)
		}
	}
}

func (j *joiner) blank() {
	if n := len(j.out); n > 0 && j.out[n-1] != ' ' {
		j.out = append(j.out, ' ')
	}
}

func (j *joiner) text() string { return string(bytes.TrimRight(j.out, " ")) }

// returnWord reports how the texts of returns begin.
func returnWord(s string) bool {
	for _, word := range [...]string{"ZWROT", "RETURN"} {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) && !continuesWord(s[len(word):]) {
			return true
		}
	}
	return false
}

func continuesWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || bankfile.LatinLetter(r)
}

// afterWord returns what follows a code word.
func afterWord(s, word string) (rest string, found bool) {
	_, rest, found = strings.Cut(s, word)
	return rest, found
}

// reasonCode reads the ISO reason of a return behind its code word, as AC04 in /RETN/AC04: two letters, two digits.
func reasonCode(s string) string {
	s = strings.TrimLeft(s, "/ ")
	if len(s) < 4 || !capitals([]byte(s[:2])) || !bankfile.DigitsOnly([]byte(s[2:4])) || len(s) > 4 && !notCode(rune(s[4])) {
		return ""
	}
	return s[:4]
}
