package pli

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"ims/bankfile"
)

// The layout of a record: which field is where, counted from 1.
const (
	fieldType       = 1
	fieldDate       = 2
	fieldAmount     = 3
	fieldPayerBank  = 4
	fieldConstant1  = 5
	fieldPayer      = 6
	fieldPayee      = 7
	fieldPayerName  = 8
	fieldPayeeName  = 9
	fieldConstant2  = 10
	fieldPayeeBank  = 11
	fieldTitle      = 12
	fieldCheque     = 13
	fieldComplaint  = 14
	fieldClass      = 15
	fieldReference  = 16
	fieldTaxNumber  = 17
	fewestFields    = 12
	mostFields      = 17
	fewestUsual     = 15
	mostUsual       = 16
	longestTextLine = 35
	mostTextLines   = 4
)

// extent is where a field lies in its line, without quotes and outer blanks.
type extent struct {
	start, end int32
	doubled    bool // there are doubled quotes inside, each meaning one
}

// tokens are the fields of one line.
type tokens struct {
	line    []byte
	field   [mostFields + 1]extent // by field number, 0 unused
	count   int                    // fields in the line, also those beyond the 17th
	surplus bool                   // one beyond the 17th has content
}

// split cuts a line into its fields without copying. The code is that of a lexical error, "" for none;
// the fields before the error are there, and count is the number of the bad one.
func (t *tokens) split(text []byte) bankfile.Code {
	t.line, t.count, t.surplus = text, 0, false
	for i := 0; ; i++ {
		t.count++
		if end := simpleQuoted(text, i); end > 0 {
			t.keep(extent{start: int32(i + 1), end: int32(end)})
			i = end + 1
		} else {
			x, next, code := scanField(text, i)
			t.keep(x)
			if code != "" {
				return code
			}
			i = next
		}
		if i >= len(text) {
			return ""
		}
	}
}

// simpleQuoted returns where a field in quotes without blanks at its ends and without quotes inside ends,
// which most fields are; 0 for any other.
func simpleQuoted(text []byte, i int) int {
	if i >= len(text) || text[i] != '"' {
		return 0
	}
	i++
	end := quoteFrom(text, i)
	if end < 0 || end+1 < len(text) && text[end+1] != ',' || end > i && (blank(text[i]) || blank(text[end-1])) {
		return 0
	}
	return end
}

// quoteFrom returns where the first quote at or after i is, or -1. Fields are short: eight bytes a step
// are faster here than the search of the standard library, which shines on long texts.
func quoteFrom(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		x := binary.LittleEndian.Uint64(text[i:]) ^ '"'*ones
		// The lowest bit set is exact; higher ones may come from a borrow and do not matter.
		if found := (x - ones) &^ x & (0x80 * ones); found != 0 {
			return i + bits.TrailingZeros64(found)>>3
		}
	}
	for ; i < len(text); i++ {
		if text[i] == '"' {
			return i
		}
	}
	return -1
}

func (t *tokens) keep(x extent) {
	if t.count <= mostFields {
		t.field[t.count] = x
		return
	}
	t.surplus = t.surplus || x.start < x.end
}

// raw returns the bytes of field n, doubled quotes as they stand; empty when the line has no such field.
func (t *tokens) raw(n int) []byte {
	if n > t.count || n > mostFields {
		return nil
	}
	x := t.field[n]
	return t.line[x.start:x.end]
}

// content returns the bytes of field n with doubled quotes made one. It copies only where there are any.
func (t *tokens) content(n int) []byte {
	b := t.raw(n)
	if len(b) == 0 || !t.field[n].doubled {
		return b
	}
	return bytes.ReplaceAll(b, []byte(`""`), []byte(`"`))
}

// scanField reads the field that begins at i and returns where it ends: at a comma or the line's end.
func scanField(text []byte, i int) (extent, int, bankfile.Code) {
	for i < len(text) && blank(text[i]) {
		i++
	}
	if i < len(text) && text[i] == '"' {
		return scanQuoted(text, i+1)
	}
	return scanBare(text, i)
}

// scanBare reads a field without quotes.
func scanBare(text []byte, i int) (extent, int, bankfile.Code) {
	start := i
	for i < len(text) && text[i] != ',' {
		if text[i] == '"' {
			return extent{start: int32(start), end: int32(len(text))}, len(text), bankfile.RecordQuoteStray
		}
		i++
	}
	return extent{start: int32(start), end: int32(trimRight(text, start, i))}, i, ""
}

func scanQuoted(text []byte, i int) (extent, int, bankfile.Code) {
	x := extent{start: int32(i)}
	for {
		k := bytes.IndexByte(text[i:], '"')
		if k < 0 {
			x.end = int32(len(text))
			return x, len(text), bankfile.RecordQuoteUnterminated
		}
		i += k + 1
		if i == len(text) || text[i] != '"' {
			return closeQuoted(text, x, i)
		}
		x.doubled = true
		i++
	}
}

// closeQuoted ends a quoted field whose closing quote lies just before i: only blanks may follow.
func closeQuoted(text []byte, x extent, i int) (extent, int, bankfile.Code) {
	x.end = int32(trimRight(text, int(x.start), i-1))
	for x.start < x.end && blank(text[x.start]) {
		x.start++
	}
	for i < len(text) && blank(text[i]) {
		i++
	}
	if i < len(text) && text[i] != ',' {
		x.end = int32(len(text))
		return x, len(text), bankfile.RecordQuoteStray
	}
	return x, i, ""
}

func trimRight(text []byte, start, end int) int {
	for end > start && blank(text[end-1]) {
		end--
	}
	return end
}

func blank(b byte) bool { return b == ' ' || b == '\t' }

// blankLine reports a line of nothing but blanks.
func blankLine(text []byte) bool { return trimRight(text, 0, len(text)) == 0 }

// headerLine reports a line of column titles: a first field that is no number, and no field with as
// many digits as an account has.
func headerLine(text []byte) bool {
	first, rest, _ := bytes.Cut(text, []byte{','})
	first = bytes.Trim(first, "\" \t")
	if len(first) == 0 || bankfile.DigitsOnly(first) || countDigits(first) >= accountDigits {
		return false
	}
	for part := range bytes.SplitSeq(rest, []byte{','}) {
		if countDigits(part) >= accountDigits {
			return false
		}
	}
	return true
}

// accountDigits is how many digits make a field an account for headerLine.
const accountDigits = 20

func countDigits(b []byte) (n int) {
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}
