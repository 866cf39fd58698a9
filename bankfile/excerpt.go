package bankfile

import (
	"strings"
	"unicode/utf8"
)

// Excerpt returns the record as people read it: decoded, what would not be seen or would act in a terminal escaped, at most
// most characters; and, in characters of that text, where field n begins and ends. An empty field begins where it ends;
// both are 0 where the record has no such field, or its text is cut before it.
func (r *Record) Excerpt(e Encoding, n, most int) (text string, from, to int) {
	start, end := r.Span(n)
	x := excerpt{encoding: e, most: most}
	x.add(r.Raw[:start])
	from = x.count
	x.add(r.Raw[start:end])
	to = x.count
	x.add(r.Raw[end:])
	if n < 1 || n > len(r.Spans) || x.cut && from >= most {
		from, to = 0, 0
	}
	return x.text.String(), from, to
}

// excerpt is a text that grows up to a number of characters. Pieces end where fields do, so no character is torn.
type excerpt struct {
	encoding Encoding
	most     int
	text     strings.Builder
	count    int  // characters of text
	cut      bool // there was more than most
}

func (x *excerpt) add(piece []byte) {
	for _, c := range x.encoding.Text(piece[:min(len(piece), 4*x.most)]) {
		before := x.text.Len()
		if x.count == x.most {
			x.cut = true
			return
		}
		WriteVisible(&x.text, c)
		if x.count += utf8.RuneCountInString(x.text.String()[before:]); x.count > x.most {
			x.trim()
		}
	}
}

// trim takes back an escape that does not fit.
func (x *excerpt) trim() {
	runes := []rune(x.text.String())
	x.text.Reset()
	x.text.WriteString(string(runes[:x.most]))
	x.count, x.cut = x.most, true
}

// Encoding is that of the file, as it was set or detected.
func (r *Reader) Encoding() Encoding { return r.file.Encoding }
