package pain

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

const (
	headBytes  = 1024    // by which a file is known
	tokenBytes = 1 << 20 // of one tag, comment or run of text: encoding/xml holds each whole
)

// UnreadableError is a finding that ends the reading of a file.
type UnreadableError struct{ Finding bankfile.Finding }

// Error implements error.
func (e *UnreadableError) Error() string { return e.Finding.Message("en") }

func unreadable(code bankfile.Code, p bankfile.Params) error {
	severity, _ := code.DefaultSeverity()
	return &UnreadableError{bankfile.Finding{Code: code, Severity: severity, Params: p}}
}

func malformed(format string, args ...any) error {
	return &UnreadableError{bankfile.Finding{Code: bankfile.FileMalformed, Severity: bankfile.Error, Value: bankfile.Visible(fmt.Sprintf(format, args...))}}
}

// source hands the bytes of a file to encoding/xml one by one, in UTF-8 and within limits.
type source struct {
	r        *bufio.Reader
	most     int64 // bytes of the file
	read     int64
	token    int64           // where the token at hand began
	table    *bankfile.Table // of a single-byte encoding; nil: the file is in UTF-8
	pending  []byte          // the rest of a character that is more than one byte in UTF-8
	encoding bankfile.Encoding
	replaced bool  // a byte without meaning was replaced
	failed   error // reading failed, or went beyond a limit
}

// newSource looks at the head of a file and tells why it cannot be read.
func newSource(r io.Reader, l bankfile.Limits) (*source, error) {
	s := &source{r: bufio.NewReaderSize(r, 32<<10), most: cmp.Or(l.Bytes, bankfile.DefaultBytes)}
	head, err := s.r.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil, unreadable(bankfile.FileEncodingUTF16, bankfile.Params{})
	}
	encoding, name, known := bankfile.Declared(head)
	text := bytes.TrimLeft(bytes.TrimPrefix(head, bankfile.ByteOrderMark), " \t\r\n")
	switch {
	case len(text) == 0:
		return nil, unreadable(bankfile.FileEmpty, bankfile.Params{})
	case text[0] != '<':
		return nil, unreadable(bankfile.FileWrongFormat, bankfile.Params{Hint: "notxml"})
	case !known:
		return nil, unreadable(bankfile.FileForbiddenContent, bankfile.Params{Hint: fmt.Sprintf("encoding=\"%s\"", bankfile.Visible(name))})
	}
	if s.encoding = encoding; encoding.SingleByte() {
		s.table = encoding.Table()
	}
	if bytes.HasPrefix(head, bankfile.ByteOrderMark) {
		s.r.Discard(len(bankfile.ByteOrderMark)) //nolint:errcheck // they were just looked at
	}
	return s, nil
}

// ReadByte implements io.ByteReader, so that encoding/xml puts no buffer of its own in between.
func (s *source) ReadByte() (byte, error) {
	if len(s.pending) > 0 {
		b := s.pending[0]
		s.pending = s.pending[1:]
		return b, nil
	}
	b, err := s.r.ReadByte()
	switch {
	case err != nil:
		if !errors.Is(err, io.EOF) {
			s.failed = fmt.Errorf("read file: %w", err)
		}
		return 0, err
	case s.read == s.most:
		s.failed = unreadable(bankfile.FileTooLarge, bankfile.Params{Limit: s.most})
		return 0, s.failed
	case s.read-s.token > tokenBytes:
		s.failed = malformed("a tag, comment or text longer than 1 MiB")
		return 0, s.failed
	}
	s.read++
	if b >= 0x80 && s.table != nil {
		s.replaced = s.replaced || s.table.Char[b] == '\uFFFD'
		text := s.table.UTF8[b][:s.table.Size[b]]
		s.pending = text[1:]
		return text[0], nil
	}
	return b, nil
}

// Read implements io.Reader, which encoding/xml wants of what it is given but never calls.
func (s *source) Read(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		if p[n], err = s.ReadByte(); err == nil {
			n++
		}
	}
	return n, err
}
