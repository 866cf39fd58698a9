package mt940

import (
	"bytes"
	"errors"
	"io"

	"ims/bankfile"
)

// event is what the scanner finds next in a file.
type event struct {
	kind  eventKind
	line  int    // physical, where it begins
	tag   string // of a field, without colons
	value []byte // of a field: what follows the tag, lines joined by CR LF; of a stray line: the line. Valid until the next event
	raw   []byte // of a field: all of it
	long  bool   // of a field: it, or a line of it, is longer than the limit; value is its beginning
	end   ending
	named messageKind // of a beginning: the message type that the blocks name, or ""
}

type eventKind uint8

const (
	eventField eventKind = iota
	eventBegin           // of a message
	eventEnd             // of a message
	eventStray           // a line that belongs to nothing
)

// ending is how a message ends.
type ending uint8

const (
	endMarked ending = iota // by "-" or "-}"
	endNext                 // a bare one by the :20: of the next
	endBroken               // by the blocks of the next, its own being open
	endBlock                // its block is open at the end of the file
	endFile                 // a bare one by the end of the file
)

// place is where in a file the scanner is.
type place uint8

const (
	noMessage place = iota
	inBlock         // in block 4
	bare            // in a message without blocks
)

// scanner cuts lines into fields and messages. Continuation lines start with neither a colon nor a hyphen.
type scanner struct {
	file  *bankfile.File
	lines *bankfile.LineReader
	limit int // bytes of a field

	ahead    bool // line was read and is not yet used
	line     bankfile.Line
	place    place
	fields   int         // of the message so far
	named    messageKind // by block 2 in front of the message
	headed   bool        // blocks began and their message did not
	inBlocks bool        // the last message had blocks
	lost     bool        // stray lines were reported since the last message or field
	buf      []byte      // the field
}

// peek makes line the next one that is not blank. It is valid until advance and the next peek.
func (s *scanner) peek() error {
	for !s.ahead {
		l, err := s.lines.Next()
		if err != nil {
			return err
		}
		s.file.Lines++
		s.line, s.ahead = l, len(bytes.Trim(l.Text, " \t\x1a")) > 0 || l.TooLong
	}
	return nil
}

func (s *scanner) advance() { s.ahead = false }

// follows reports whether the next line begins a field of this tag.
func (s *scanner) follows(tag string) (bool, error) {
	switch err := s.peek(); {
	case errors.Is(err, io.EOF):
		return false, nil
	case err != nil:
		return false, err
	}
	next, _, ok := cutTag(s.line.Text)
	return ok && string(next) == tag, nil
}

// next returns the next event, or io.EOF.
func (s *scanner) next() (e event, err error) {
	for found := false; !found && err == nil; {
		err = s.peek()
		switch {
		case errors.Is(err, io.EOF) && s.place == inBlock:
			return s.leave(endBlock), nil
		case errors.Is(err, io.EOF) && s.place == bare:
			return s.leave(endFile), nil
		case err != nil:
		case s.place == noMessage:
			e, found = s.between()
		default:
			e, found, err = s.inside()
		}
	}
	return e, err
}

// between looks at a line outside of messages; false if there is nothing to tell of it.
func (s *scanner) between() (e event, found bool) {
	text := trimFill(s.line.Text)
	switch _, _, tagged := cutTag(text); {
	case len(text) == 0:
		s.advance()
		return e, false
	case text[0] == '{':
		s.advance()
		return s.blocks(text)
	case tagged:
		return s.enter(bare), true // the line is the first field's
	}
	s.advance()
	return s.stray(text)
}

// trimFill takes away what is put between messages in files for transport: blanks, the dollar sign of RJE files, and the 01
// and 03 around messages of PC connections.
func trimFill(text []byte) []byte { return bytes.Trim(text, " \t$\x01\x03") }

// blocks reads SWIFT blocks between messages, up to the beginning of block 4.
func (s *scanner) blocks(text []byte) (e event, found bool) {
	for len(text) > 0 {
		if string(text) == "{4:" {
			return s.enter(inBlock), true
		}
		size := blockSize(text)
		if size == 0 {
			return s.stray(text)
		}
		s.headed = s.headed || text[1] != '5' && text[1] != 'S'
		if text[1] == '2' && size > 7 {
			s.named = messageKind(text[4:7])
		}
		text = trimFill(text[size:])
	}
	return e, false
}

// blockSize returns the length of the block that text begins with, 0 if it begins with none.
func blockSize(text []byte) int {
	if !beginsBlock(text) {
		return 0
	}
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// beginsBlock reports a brace, a digit or capital letter, a colon.
func beginsBlock(text []byte) bool {
	return len(text) > 2 && text[0] == '{' && text[2] == ':' && (text[1] >= '0' && text[1] <= '9' || text[1] == 'S')
}

func (s *scanner) enter(where place) event {
	e := event{kind: eventBegin, line: s.file.Lines, named: s.named}
	s.place, s.inBlocks, s.fields, s.named, s.headed, s.lost = where, where == inBlock, 0, "", false, false
	return e
}

func (s *scanner) leave(how ending) event {
	s.place, s.lost = noMessage, false
	return event{kind: eventEnd, line: s.file.Lines, end: how}
}

// stray reports the first of a run of lines that belong to nothing.
func (s *scanner) stray(text []byte) (event, bool) {
	if s.lost {
		return event{}, false
	}
	s.lost = true
	return event{kind: eventStray, line: s.file.Lines, value: text}, true
}

// inside looks at a line of a message; false if there is nothing to tell of it.
func (s *scanner) inside() (e event, found bool, err error) {
	text := s.line.Text
	tag, _, tagged := cutTag(text)
	switch {
	case beginsBlock(text):
		return s.leave(endBroken), true, nil // the line is the next message's
	case s.endsHere(text):
		s.advance()
		e = s.leave(endMarked)
		s.tail(text)
		return e, true, nil
	case tagged && s.place == bare && string(tag) == "20" && s.fields > 0:
		return s.leave(endNext), true, nil
	case tagged:
		e, err = s.field()
		return e, true, err
	}
	s.advance()
	e, found = s.stray(text)
	return e, found, nil
}

// endsHere reports the line that ends the message.
func (s *scanner) endsHere(text []byte) bool {
	if s.place == inBlock {
		return bytes.HasPrefix(text, []byte("-}"))
	}
	return string(bytes.TrimRight(text, " \t")) == "-"
}

// tail keeps what stands behind the end of a block 4 as a line of its own: a trailer, or the blocks of the next message.
func (s *scanner) tail(text []byte) {
	if s.line.Text = bytes.TrimPrefix(text, []byte("-}")); len(text) > len(s.line.Text) {
		s.ahead = len(s.line.Text) > 0
	}
}

// field gathers a tag and its continuation lines.
func (s *scanner) field() (event, error) {
	tag, value, _ := cutTag(s.line.Text)
	e := event{kind: eventField, line: s.file.Lines, tag: internTag(tag), long: s.line.TooLong}
	offset := len(s.line.Text) - len(value)
	s.buf = append(s.buf[:0], s.line.Text...)
	s.advance()
	s.fields++
	s.lost = false
	more, err := s.continues()
	for ; more && err == nil; more, err = s.continues() {
		e.long = e.long || s.line.TooLong || len(s.buf)+len(s.line.Text)+2 > s.limit
		if !e.long {
			s.buf = append(append(s.buf, "\r\n"...), s.line.Text...)
		}
		s.advance()
	}
	e.raw, e.value = s.buf, s.buf[offset:]
	return e, err
}

// continues reports whether the next line goes on with the field before it.
func (s *scanner) continues() (bool, error) {
	switch err := s.peek(); {
	case errors.Is(err, io.EOF):
		return false, nil
	case err != nil:
		return false, err
	}
	text := s.line.Text
	return len(text) > 0 && text[0] != ':' && text[0] != '-' && !beginsBlock(text), nil
}

// cutTag splits ":61:..." into tag and value. A tag is two digits, and perhaps a letter, or the NS of what banks add on their
// own.
func cutTag(text []byte) (tag, value []byte, ok bool) {
	if len(text) < 4 || text[0] != ':' {
		return nil, nil, false
	}
	end := bytes.IndexByte(text[1:min(len(text), 5)], ':')
	if end < 2 {
		return nil, nil, false
	}
	tag = text[1 : 1+end]
	digits := bankfile.DigitsOnly(tag[:2]) && (end == 2 || tag[2] >= 'A' && tag[2] <= 'Z')
	return tag, text[2+end:], digits || string(tag) == "NS"
}

// internTag makes the text of a tag without allocating for those there are.
func internTag(tag []byte) string {
	for _, t := range &tags {
		if string(tag) == t.name {
			return t.name
		}
	}
	return string(tag)
}
