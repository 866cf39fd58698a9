package bankfile

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is one of the encodings that bank files of lines are found in.
type Encoding uint8

// The encodings. Auto, the zero value, means detection when reading and Windows1250 when writing. ISO88591 is read only where
// a file declares it, as XML does.
const (
	Auto Encoding = iota
	ASCII
	UTF8
	Windows1250
	ISO88592
	CP852
	ISO88591
)

var encodingNames = [...]string{"auto", "US-ASCII", "UTF-8", "windows-1250", "ISO-8859-2", "IBM852", "ISO-8859-1"}

// String returns the registered name of the encoding, or "auto".
func (e Encoding) String() string {
	if int(e) < len(encodingNames) {
		return encodingNames[e]
	}
	return fmt.Sprintf("encoding %d", uint8(e))
}

// MarshalText makes an encoding its name in JSON.
func (e Encoding) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the name back; anything else is an error.
func (e *Encoding) UnmarshalText(b []byte) error {
	for i, name := range encodingNames {
		if string(b) == name {
			*e = Encoding(i)
			return nil
		}
	}
	return fmt.Errorf("unknown encoding %q", b)
}

// SingleByte reports whether every byte is one character by a table.
func (e Encoding) SingleByte() bool { return e >= Windows1250 && e <= ISO88591 }

// The three tables in the order in which a tie is decided.
var tables = [...]*Table{newTable(charmap.Windows1250), newTable(charmap.ISO8859_2), newTable(charmap.CodePage852)}

var latin1 = newTable(charmap.ISO8859_1)

// Table returns the decoding table of a single-byte encoding.
func (e Encoding) Table() *Table {
	if e == ISO88591 {
		return latin1
	}
	return tables[e-Windows1250]
}

// Table is what one single-byte encoding makes of each byte.
type Table struct {
	Char  [256]rune
	UTF8  [256][3]byte // the character in UTF-8
	Size  [256]uint8   // its length there
	shape [256]shape
	Latin [256]bool // a Latin letter above ASCII
	score [256]int8 // points the byte gives to this table in detection
}

// shape is the case of a letter, or none.
type shape uint8

const (
	noLetter shape = iota
	upper
	lower
)

func newTable(m *charmap.Charmap) *Table {
	t := new(Table)
	for i := range 256 {
		r := m.DecodeByte(byte(i))
		// The C1 controls, which ISO-8859-2 leaves at 80-9F, are no text: as good as undefined.
		if r >= 0x80 && r < 0xa0 {
			r = utf8.RuneError
		}
		t.Char[i] = r
		t.Size[i] = uint8(utf8.EncodeRune(t.UTF8[i][:], r))
		t.shape[i], t.Latin[i] = shapeOf(r), LatinLetter(r)
		t.score[i] = scoreOf(r)
	}
	return t
}

// AppendText decodes src and appends it to dst as UTF-8; undefined bytes become U+FFFD.
func (e Encoding) AppendText(dst, src []byte) []byte {
	if !e.SingleByte() {
		return appendValid(dst, src)
	}
	t := e.Table()
	for _, b := range src {
		if b < utf8.RuneSelf {
			dst = append(dst, b)
			continue
		}
		dst = append(dst, t.UTF8[b][:t.Size[b]]...)
	}
	return dst
}

func appendValid(dst, src []byte) []byte {
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		dst = utf8.AppendRune(dst, r)
		src = src[n:]
	}
	return dst
}

// Text decodes a few bytes for a finding.
func (e Encoding) Text(b []byte) string { return string(e.AppendText(nil, b)) }

// Has reports whether the encoding has a character.
func (e Encoding) Has(r rune) bool {
	switch {
	case r < utf8.RuneSelf || e == UTF8:
		return true
	case e == ASCII:
		return false
	}
	_, ok := e.Table().encode(r)
	return ok
}

// AppendEncoded appends s in the encoding, which must have all its characters (see Has).
func (e Encoding) AppendEncoded(dst []byte, s string) []byte {
	if !e.SingleByte() {
		return append(dst, s...)
	}
	for _, r := range s {
		b := byte(r)
		if r >= utf8.RuneSelf {
			b, _ = e.Table().encode(r)
		}
		dst = append(dst, b)
	}
	return dst
}

// encode finds the byte of a letter above ASCII.
func (t *Table) encode(r rune) (byte, bool) {
	for i := utf8.RuneSelf; i < len(t.Char); i++ {
		if t.Char[i] == r && r != utf8.RuneError {
			return byte(i), true
		}
	}
	return 0, false
}
