package camt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"ims/bankfile"
)

const (
	mostDeep  = 64   // elements in one another
	textBytes = 4096 // of one value
)

// refusal is a finding that ends the reading of a file.
type refusal struct{ bankfile.Finding }

// Error implements error; it is never shown.
func (r *refusal) Error() string { return string(r.Code) }

func malformed(format string, args ...any) error {
	return &refusal{bankfile.Finding{Code: bankfile.FileMalformed, Value: bankfile.Visible(fmt.Sprintf(format, args...))}}
}

// walker goes through the elements of a message, those that mean something to us.
type walker struct {
	src   *source
	dec   *xml.Decoder
	stack []frame
	text  []byte // of the innermost element
	ended bool   // the first element has ended
}

// frame is an element that has begun. place is nil where nothing has a meaning for us.
type frame struct {
	name  xml.Name
	place *node
}

// step is the beginning or the end of an element that we know.
type step struct {
	*node
	end      bool
	text     []byte // at the end: without blanks around it
	currency string // at the beginning: the attribute Ccy
}

// newWalker walks on from within some elements, which may be none.
func newWalker(src *source, within []frame) *walker {
	w := &walker{src: src, dec: xml.NewDecoder(src), stack: append([]frame(nil), within...)}
	// The encoding is known before the first token (bankfile/declared.go) and the source decodes it.
	w.dec.CharsetReader = func(label string, input io.Reader) (io.Reader, error) { return input, nil }
	src.given = 0
	return w
}

// next returns the next step, or io.EOF at the end of a whole document. A *refusal says what is wrong with the file.
func (w *walker) next() (step, error) {
	for {
		w.src.token = w.offset()
		token, err := w.dec.RawToken()
		if err != nil {
			return step{}, w.fault(err)
		}
		s := step{}
		switch t := token.(type) {
		case xml.StartElement:
			s, err = w.enter(t)
		case xml.EndElement:
			s, err = w.leave(t)
		case xml.CharData:
			err = w.characters(t)
		case xml.Directive:
			err = &refusal{bankfile.Finding{Code: bankfile.FileForbiddenContent, Params: bankfile.Params{Hint: "dtd"}}}
		}
		if err != nil || s.node != nil {
			return s, err
		}
	}
}

// offset is where the next token begins in the file. The decoder may have looked at one byte of it, always ASCII.
func (w *walker) offset() int64 {
	return w.src.base + int64(w.src.at) - (w.src.given - w.dec.InputOffset())
}

func (w *walker) enter(t xml.StartElement) (s step, err error) {
	switch {
	case w.ended:
		return s, malformed("<%s> after the end of the document", t.Name.Local)
	case len(w.stack) == mostDeep:
		return s, malformed("more than %d elements in one another", mostDeep)
	}
	parent := root
	if n := len(w.stack); n > 0 {
		parent = w.stack[n-1].place
	}
	s.node = parent.child(t.Name.Local)
	w.stack = append(w.stack, frame{t.Name, s.node})
	w.text = w.text[:0]
	if s.node != nil && s.currencyOf != none {
		for _, a := range t.Attr {
			if a.Name.Local == "Ccy" {
				s.currency = a.Value
			}
		}
	}
	return s, nil
}

// child returns the place of an element, or nil. The first element of a file may be any: it may be an envelope.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	if c, ok := n.children[name]; ok || n != root {
		return c
	}
	return n.children[""]
}

func (w *walker) leave(t xml.EndElement) (s step, err error) {
	last := len(w.stack) - 1
	if last < 0 || w.stack[last].name != t.Name {
		return s, malformed("</%s> where it does not belong", t.Name.Local)
	}
	s = step{node: w.stack[last].place, end: true, text: trim(w.text)}
	w.stack = w.stack[:last]
	w.ended = last == 0
	return s, nil
}

func (w *walker) characters(t xml.CharData) error {
	if len(w.stack) == 0 {
		if len(trim(t)) > 0 {
			return malformed("text outside of the document")
		}
		return nil
	}
	if place := w.stack[len(w.stack)-1].place; place != nil && place.field != none {
		w.text = append(w.text, t[:min(len(t), textBytes-len(w.text))]...)
	}
	return nil
}

// fault tells what a failure of the decoder means.
func (w *walker) fault(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case w.src.failed != nil:
		return w.src.failed
	case errors.Is(err, io.EOF) && len(w.stack) == 0:
		return io.EOF
	case errors.Is(err, io.EOF):
		return &refusal{bankfile.Finding{Code: bankfile.FileTruncated}}
	case !errors.As(err, &syntax):
		return malformed("%v", err)
	case strings.HasPrefix(syntax.Msg, "unexpected EOF"):
		return &refusal{bankfile.Finding{Code: bankfile.FileTruncated}}
	case strings.HasPrefix(syntax.Msg, "invalid character entity"):
		return &refusal{bankfile.Finding{Code: bankfile.FileForbiddenContent, Params: bankfile.Params{Hint: "dtd"}}}
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
