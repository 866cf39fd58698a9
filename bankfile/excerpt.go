package bankfile

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Excerpt returns the record as people read it: decoded, what would not be seen or would act in a terminal escaped, at most
// most characters; and, in characters of that text, where the field that f names begins and ends, or the first element of
// its name. An empty field begins where it ends; both are 0 where the record has no such field, or its text is cut before it.
func (r *Record) Excerpt(e Encoding, f Finding, most int) (text string, from, to int) {
	start, end, known := r.place(f)
	x := excerpt{encoding: e, most: most}
	x.add(r.Raw[:start])
	from = x.count
	x.add(r.Raw[start:end])
	to = x.count
	x.add(r.Raw[end:])
	if !known || x.cut && from >= most {
		from, to = 0, 0
	}
	return x.text.String(), from, to
}

// place finds the bytes that a finding points at.
func (r *Record) place(f Finding) (start, end int, known bool) {
	if f.Field > 0 && f.Field <= len(r.Spans) {
		start, end = r.Span(f.Field)
		return start, end, true
	}
	name := f.Element[strings.LastIndexByte(f.Element, '/')+1:]
	switch {
	case name == "":
		return 0, 0, false
	case name[0] == ':':
		return taggedLine(r.Raw, name)
	}
	return element(r.Raw, name)
}

// taggedLine finds the first line that begins with a SWIFT tag.
func taggedLine(raw []byte, tag string) (start, end int, known bool) {
	for at := range bytes.Lines(raw) {
		if bytes.HasPrefix(at, []byte(tag)) {
			return start, start + len(bytes.TrimRight(at, "\r\n")), true
		}
		start += len(at)
	}
	return 0, 0, false
}

// element finds the first XML element with a name, whatever its namespace is called, with its tags.
func element(raw []byte, name string) (start, end int, known bool) {
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte(name))
		if i < 0 {
			return 0, 0, false
		}
		start, at = at+i, at+i+len(name)
		open := bytes.LastIndexByte(raw[:start], '<')
		if open < 0 || open+1 < start && raw[start-1] != ':' || raw[open+1] == '/' || at == len(raw) || !bytes.ContainsRune([]byte("> /\t\r\n"), rune(raw[at])) {
			continue
		}
		if last := bytes.Index(raw[at:], []byte("</"+string(raw[open+1:at])+">")); last >= 0 {
			return open, at + last + len("</>") + at - open - 1, true
		}
		if last := bytes.IndexByte(raw[at:], '>'); last >= 0 {
			return open, at + last + 1, true
		}
	}
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
