package pain

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"ims/bankfile"
)

const (
	mostDeep  = 64   // elements in one another
	textBytes = 4096 // of one value
)

// value is what an element has: its text without blanks around it and the attribute Ccy of its beginning.
type value struct{ text, currency string }

// place is an element that means something, to a reader T.
type place[T any] struct {
	name     string
	begin    func(*T) error
	end      func(*T, value) error
	children map[string]*place[T]
}

// at returns the place with a path below p and makes it where it is new.
func (p *place[T]) at(path string) *place[T] {
	if path == "" {
		return p
	}
	for name := range strings.SplitSeq(path, "/") {
		if p.children == nil {
			p.children = map[string]*place[T]{}
		}
		if p.children[name] == nil {
			p.children[name] = &place[T]{name: name}
		}
		p = p.children[name]
	}
	return p
}

// walker goes through the elements of a message as encoding/xml finds them, by their local names. No tree is built.
type walker[T any] struct {
	src    *source
	dec    *xml.Decoder
	root   *place[T]
	strict bool // an element or text without a place is refused
	stack  []frame[T]
	text   []byte // of the innermost element
	ended  bool   // the first element has ended
}

// frame is an element that has begun. place is nil where nothing has a meaning.
type frame[T any] struct {
	name     xml.Name
	place    *place[T]
	currency string
}

func newWalker[T any](src *source, root *place[T], strict bool) *walker[T] {
	w := &walker[T]{src: src, dec: xml.NewDecoder(src), root: root, strict: strict}
	// The encoding is known before the first token and the source decodes it.
	w.dec.CharsetReader = func(label string, input io.Reader) (io.Reader, error) { return input, nil }
	return w
}

// next takes one token. It returns io.EOF at the end of a whole document and an *[UnreadableError] for what is wrong with
// the file.
func (w *walker[T]) next(to *T) error {
	w.src.token = w.src.read
	token, err := w.dec.RawToken()
	if err != nil {
		return w.fault(err)
	}
	switch t := token.(type) {
	case xml.StartElement:
		return w.enter(to, t)
	case xml.EndElement:
		return w.leave(to, t)
	case xml.CharData:
		return w.characters(t)
	case xml.Directive:
		return unreadable(bankfile.FileForbiddenContent, bankfile.Params{Hint: "dtd"})
	}
	return nil
}

func (w *walker[T]) enter(to *T, t xml.StartElement) error {
	switch {
	case w.ended:
		return malformed("<%s> after the end of the document", t.Name.Local)
	case len(w.stack) == mostDeep:
		return malformed("more than %d elements in one another", mostDeep)
	}
	parent := w.root
	if n := len(w.stack); n > 0 {
		parent = w.stack[n-1].place
	}
	f := frame[T]{name: t.Name, place: parent.child(t.Name.Local)}
	for _, a := range t.Attr {
		if a.Name.Local == "Ccy" {
			f.currency = a.Value
		}
	}
	w.stack = append(w.stack, f)
	w.text = w.text[:0]
	switch {
	case f.place == nil && w.strict:
		return malformed("<%s> is none of ours here", t.Name.Local)
	case f.place != nil && f.place.begin != nil:
		return f.place.begin(to)
	}
	return nil
}

// child returns the place of an element, or nil. A place for any name is called "": around a document there may be an envelope.
func (p *place[T]) child(name string) *place[T] {
	if p == nil {
		return nil
	}
	if c, ok := p.children[name]; ok {
		return c
	}
	return p.children[""]
}

func (w *walker[T]) leave(to *T, t xml.EndElement) error {
	last := len(w.stack) - 1
	if last < 0 || w.stack[last].name != t.Name {
		return malformed("</%s> where it does not belong", t.Name.Local)
	}
	f := w.stack[last]
	w.stack = w.stack[:last]
	w.ended = last == 0
	var err error
	if f.place != nil && f.place.end != nil {
		err = f.place.end(to, value{string(trim(w.text)), strings.TrimSpace(f.currency)})
	}
	w.text = w.text[:0]
	return err
}

func (w *walker[T]) characters(t xml.CharData) error {
	if len(w.stack) == 0 {
		if len(trim(t)) > 0 {
			return malformed("text outside of the document")
		}
		return nil
	}
	place := w.stack[len(w.stack)-1].place
	switch {
	case place != nil && place.end != nil && place.children == nil:
		w.text = append(w.text, t[:min(len(t), textBytes-len(w.text))]...)
	case w.strict && len(trim(t)) > 0:
		return malformed("text between elements")
	}
	return nil
}

// fault tells what a failure of the decoder means.
func (w *walker[T]) fault(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case w.src.failed != nil:
		return w.src.failed
	case errors.Is(err, io.EOF) && w.ended:
		return io.EOF
	case errors.Is(err, io.EOF):
		return unreadable(bankfile.FileTruncated, bankfile.Params{})
	case !errors.As(err, &syntax):
		return malformed("%v", err)
	case strings.HasPrefix(syntax.Msg, "unexpected EOF"):
		return unreadable(bankfile.FileTruncated, bankfile.Params{})
	case strings.HasPrefix(syntax.Msg, "invalid character entity"):
		return unreadable(bankfile.FileForbiddenContent, bankfile.Params{Hint: "dtd"})
	}
	return malformed("%s (line %d)", syntax.Msg, syntax.Line)
}

// trim takes blanks away around a text.
func trim(b []byte) []byte {
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
