package pli

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is one of the encodings that Elixir-O files are found in.
type Encoding uint8

// The encodings. Auto, the zero value, means detection when reading and Windows1250 when writing.
const (
	Auto Encoding = iota
	ASCII
	UTF8
	Windows1250
	ISO88592
	CP852
)

var encodingNames = [...]string{"auto", "US-ASCII", "UTF-8", "windows-1250", "ISO-8859-2", "IBM852"}

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

// singleByte reports whether every byte is one character by a table.
func (e Encoding) singleByte() bool { return e >= Windows1250 && e <= CP852 }

// The three tables in the order in which a tie is decided.
var tables = [...]*table{newTable(charmap.Windows1250), newTable(charmap.ISO8859_2), newTable(charmap.CodePage852)}

// table returns the decoding table of a single-byte encoding.
func (e Encoding) table() *table { return tables[e-Windows1250] }

// table is what one single-byte encoding makes of each byte.
type table struct {
	char   [256]rune
	utf    [256][3]byte // the character in UTF-8
	size   [256]uint8   // its length there
	shape  [256]shape
	letter [256]bool // a Latin letter above ASCII
	score  [256]int8 // points the byte gives to this table in detection
}

// shape is the case of a letter, or none.
type shape uint8

const (
	noLetter shape = iota
	upper
	lower
)

func newTable(m *charmap.Charmap) *table {
	t := new(table)
	for i := range 256 {
		r := m.DecodeByte(byte(i))
		// The C1 controls, which ISO-8859-2 leaves at 80-9F, are no text: as good as undefined.
		if r >= 0x80 && r < 0xa0 {
			r = utf8.RuneError
		}
		t.char[i] = r
		t.size[i] = uint8(utf8.EncodeRune(t.utf[i][:], r))
		t.shape[i], t.letter[i] = shapeOf(r), latinLetter(r)
		t.score[i] = scoreOf(r)
	}
	return t
}

// appendText decodes src and appends it to dst as UTF-8; undefined bytes become U+FFFD.
func (e Encoding) appendText(dst, src []byte) []byte {
	if !e.singleByte() {
		return appendValid(dst, src)
	}
	t := e.table()
	for _, b := range src {
		if b < utf8.RuneSelf {
			dst = append(dst, b)
			continue
		}
		dst = append(dst, t.utf[b][:t.size[b]]...)
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

// text decodes a few bytes for a finding.
func (e Encoding) text(b []byte) string { return string(e.appendText(nil, b)) }
