package camt

import (
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

const (
	chunkBytes = 32 << 10
	tokenBytes = 1 << 20 // of one tag, comment or run of text: encoding/xml holds each whole
)

var errToken = errors.New("a tag, comment or text longer than 1 MiB")

// source hands the bytes of a file to encoding/xml one by one, in UTF-8, and keeps those of the element at hand as they were
// received. Since it reads nothing ahead of what it hands out, its place in the file is always that of the decoder.
type source struct {
	src   io.Reader
	left  int64           // bytes still to be read from src
	table *bankfile.Table // of a single-byte encoding; nil: the file is in UTF-8
	limit int             // bytes of a kept element

	buf      []byte // what is read
	at       int    // what is handed out of buf
	base     int64  // offset in the file of buf[0]
	given    int64  // bytes handed out, as decoded
	pending  []byte // the rest of a character that is more than one byte in UTF-8
	replaced bool   // a byte without meaning was replaced

	token  int64  // offset where the token at hand begins
	from   int64  // offset where the kept element begins; -1: none is kept
	cut    []byte // the beginning of a kept element that grew too long
	failed error  // reading failed
}

func newSource(src io.Reader, size int64, table *bankfile.Table, limit int) *source {
	return &source{src: src, left: size, table: table, limit: limit, from: -1}
}

// ReadByte implements io.ByteReader, so that encoding/xml puts no buffer of its own in between.
func (s *source) ReadByte() (byte, error) {
	if len(s.pending) > 0 {
		return s.rest(), nil
	}
	if s.at == len(s.buf) {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	b := s.buf[s.at]
	s.at++
	s.given++
	if b >= 0x80 && s.table != nil {
		return s.wide(b), nil
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

func (s *source) rest() byte {
	b := s.pending[0]
	s.pending = s.pending[1:]
	s.given++
	return b
}

func (s *source) wide(b byte) byte {
	s.replaced = s.replaced || s.table.Char[b] == '\uFFFD'
	text := s.table.UTF8[b][:s.table.Size[b]]
	s.pending = text[1:]
	return text[0]
}

// fill reads more behind what must be kept: the token at hand, which may begin an element, and the element before it.
func (s *source) fill() error {
	place := s.base + int64(s.at)
	if place-s.token > tokenBytes {
		return errToken
	}
	if s.from >= 0 && place-s.from > int64(s.limit) {
		s.cut = append(s.cut[:0], s.buf[s.from-s.base:][:s.limit]...)
		s.from = -1
	}
	keep := s.token
	if s.from >= 0 {
		keep = min(keep, s.from)
	}
	held := copy(s.buf, s.buf[keep-s.base:])
	s.base, s.at = keep, held
	return s.read(held)
}

// read appends a chunk to the held bytes.
func (s *source) read(held int) error {
	if s.left == 0 {
		s.buf = s.buf[:held]
		return io.EOF
	}
	if cap(s.buf) < held+chunkBytes {
		s.buf = append(make([]byte, 0, 2*held+chunkBytes), s.buf[:held]...)
	}
	room := int(min(s.left, chunkBytes))
	n, err := io.ReadAtLeast(s.src, s.buf[held:held+room], 1)
	s.buf = s.buf[:held+n]
	s.left -= int64(n)
	switch {
	case n > 0:
		return nil
	case errors.Is(err, io.EOF):
		err = bankfile.ErrChanged
	}
	s.failed = fmt.Errorf("second reading: %w", err)
	return s.failed
}

// skipTo passes all bytes before an offset, which is not behind what was handed out.
func (s *source) skipTo(offset int64) error {
	for s.base+int64(len(s.buf)) < offset {
		s.at = len(s.buf)
		s.token, s.from = s.base+int64(s.at), -1
		if err := s.fill(); errors.Is(err, io.EOF) {
			return fmt.Errorf("third reading: %w", bankfile.ErrChanged)
		} else if err != nil {
			return err
		}
	}
	s.at, s.token, s.from = int(offset-s.base), offset, -1
	return nil
}

// kept returns the element that is kept, up to an offset, and whether it is whole.
func (s *source) kept(to int64) ([]byte, bool) {
	if s.from < 0 || to-s.from > int64(s.limit) {
		if s.from >= 0 {
			return s.buf[s.from-s.base:][:s.limit], false
		}
		return s.cut, false
	}
	return s.buf[s.from-s.base : to-s.base], true
}
