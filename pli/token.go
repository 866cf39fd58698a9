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

// tokens are the fields of one line: where each lies, without quotes and outer blanks.
type tokens struct {
	line    []byte
	field   [mostFields + 1]bankfile.Span // by field number, 0 unused; empty where the line has no such field
	doubled uint32                        // a bit by field number: doubled quotes inside, each meaning one
	count   int                           // fields in the line, also those beyond the 17th
	surplus bool                          // one beyond the 17th has content
}

// split cuts a line into its fields without copying. The code is that of a lexical error, "" for none;
// the fields before the error are there, and count is the number of the bad one.
func (t *tokens) split(text []byte) (code bankfile.Code) {
	t.line, t.doubled, t.surplus = text, 0, false
	n := 0
	for i := 0; i <= len(text) && code == ""; i++ {
		start, end, next := simpleField(text, i)
		n++
		if next < 0 {
			var x extent
			x, next, code = scanField(text, i)
			start, end = x.start, x.end
			t.doubled |= x.doubled << n
		}
		if i = next; n <= mostFields {
			t.field[n] = bankfile.Span{Start: int32(start), End: int32(end)}
		} else {
			t.surplus = t.surplus || start < end
		}
	}
	if t.count = n; n < mostFields {
		clear(t.field[n+1:])
	}
	return code
}

// simpleField returns where the field at i lies and where the comma or the line's end after it is, if it has no blanks
// at its ends and no quotes inside, as most fields; next is -1 for any other.
func simpleField(text []byte, i int) (start, end, next int) {
	if i < len(text) && text[i] == '"' {
		start = i + 1
		end = quoteFrom(text, start)
		if next = end + 1; end < 0 || next < len(text) && text[next] != ',' {
			return 0, 0, -1
		}
	} else if start, end = i, commaFrom(text, i); end < 0 {
		return 0, 0, -1
	} else {
		next = end
	}
	if end > start && (blank(text[start]) || blank(text[end-1])) {
		return 0, 0, -1
	}
	return start, end, next
}

// commaFrom returns where the first comma at or after i is, or the end; -1 if there is a quote before it.
func commaFrom(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		x := binary.LittleEndian.Uint64(text[i:])
		comma, quote := x^','*ones, x^'"'*ones
		if found := ((comma-ones)&^comma | (quote-ones)&^quote) & (0x80 * ones); found != 0 {
			if i += bits.TrailingZeros64(found) >> 3; text[i] != ',' {
				return -1
			}
			return i
		}
	}
	for ; i < len(text) && text[i] != ','; i++ {
		if text[i] == '"' {
			return -1
		}
	}
	return i
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

// raw returns the bytes of field n, doubled quotes as they stand; empty when the line has no such field.
func (t *tokens) raw(n int) []byte {
	x := t.field[n]
	return t.line[x.Start:x.End]
}

// content returns the bytes of field n with doubled quotes made one. It copies only where there are any.
func (t *tokens) content(n int) []byte {
	b := t.raw(n)
	if t.doubled>>n&1 == 0 {
		return b
	}
	return bytes.ReplaceAll(b, []byte(`""`), []byte(`"`))
}

// extent is where a field lies in its line; doubled is 1 if there are doubled quotes inside.
type extent struct {
	start, end int
	doubled    uint32
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
			return extent{start: start, end: len(text)}, len(text), bankfile.RecordQuoteStray
		}
		i++
	}
	return extent{start: start, end: trimRight(text, start, i)}, i, ""
}

func scanQuoted(text []byte, i int) (extent, int, bankfile.Code) {
	x := extent{start: i}
	for {
		k := bytes.IndexByte(text[i:], '"')
		if k < 0 {
			x.end = len(text)
			return x, len(text), bankfile.RecordQuoteUnterminated
		}
		i += k + 1
		if i == len(text) || text[i] != '"' {
			return closeQuoted(text, x, i)
		}
		x.doubled = 1
		i++
	}
}

// closeQuoted ends a quoted field whose closing quote lies just before i: only blanks may follow.
func closeQuoted(text []byte, x extent, i int) (extent, int, bankfile.Code) {
	x.end = trimRight(text, x.start, i-1)
	for x.start < x.end && blank(text[x.start]) {
		x.start++
	}
	for i < len(text) && blank(text[i]) {
		i++
	}
	if i < len(text) && text[i] != ',' {
		x.end = len(text)
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
