package pli

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

var bomUTF8 = []byte{0xef, 0xbb, 0xbf}

// survey is the first reading of a file: everything that must be known of the whole before its records
// are read. Its memory does not depend on the size of the file.
type survey struct {
	size     int64
	tooLarge bool // reading stopped at the limit
	sum      [sha256.Size]byte
	head     []byte // the first bytes, for signatures
	evidence evidence

	nul          bool
	control      int64 // control characters other than TAB, CR, LF and a closing 1A
	crlf, lf, cr int64
	substitutes  int64 // length of the run of 1A at the end

	next     int64 // offset where the next UTF-8 character begins
	position int64 // offset of window[0]
	prev     byte  // the byte before window[0]
}

const (
	windowBytes = 64 << 10
	headBytes   = 4096
	lookAhead   = 4 // the longest UTF-8 character: what may hang over the end of a window
)

// conduct reads r to its end, or to limit bytes.
func (s *survey) conduct(r io.Reader, limit int64) error {
	hash := sha256.New()
	buf := make([]byte, windowBytes)
	held := 0
	for {
		n, err := io.ReadFull(r, buf[held:])
		hash.Write(buf[held : held+n])
		s.size += int64(n)
		s.keepHead(buf[held : held+n])
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return fmt.Errorf("first reading: %w", err)
		}
		if s.size > limit {
			s.tooLarge = true
			return nil
		}
		held = s.window(buf[:held+n], last)
		if last {
			hash.Sum(s.sum[:0])
			return nil
		}
	}
}

func (s *survey) keepHead(b []byte) {
	if room := headBytes - len(s.head); room > 0 {
		s.head = append(s.head, b[:min(room, len(b))]...)
	}
}

// window examines w and returns how many bytes at its end, moved to its front, must be seen again with
// what follows them.
func (s *survey) window(w []byte, last bool) int {
	end := len(w)
	if !last {
		end -= lookAhead
	}
	s.scan(w, end)
	if end > 0 {
		s.prev = w[end-1]
	}
	s.position += int64(end)
	return copy(w, w[end:])
}

// scan examines w[:end]; the bytes behind end are there to look ahead. Eight plain bytes are passed in
// one step, which is most of any file.
func (s *survey) scan(w []byte, end int) {
	for i := 0; i < end; {
		for i+32 <= end && allPlain4(w[i:]) {
			s.settle()
			i += 32
		}
		if i+8 <= end && allPlain(binary.LittleEndian.Uint64(w[i:])) {
			s.settle()
			i += 8
			continue
		}
		for stop := min(i+8, end); i < stop; i++ {
			s.octet(w, i)
		}
	}
}

// allPlain reports whether all eight bytes of x are in 20..7E.
func allPlain(x uint64) bool {
	return notPlain(x)&(0x80*ones) == 0
}

// notPlain sets the highest bit of at least one byte of x if one is above 7E or below 20.
func notPlain(x uint64) uint64 { return x | (x + ones) | (x - 0x20*ones) }

// allPlain4 is allPlain for 32 bytes.
func allPlain4(b []byte) bool {
	load := binary.LittleEndian.Uint64
	_ = b[31]
	w, x, y, z := load(b), load(b[8:]), load(b[16:]), load(b[24:])
	return (notPlain(w)|notPlain(x)|notPlain(y)|notPlain(z))&(0x80*ones) == 0
}

func (s *survey) octet(w []byte, i int) {
	b := w[i]
	if b >= utf8.RuneSelf {
		s.highByte(w, i)
	}
	if b == 0x1a {
		s.substitutes++
		return
	}
	s.settle()
	switch {
	case b == '\n' || b == '\r':
		s.lineBreak(w, i)
	case b < 0x20 && b != '\t' || b == 0x7f:
		s.nul = s.nul || b == 0
		s.control++
	}
}

// settle makes the 1A bytes seen so far ordinary control characters: the file goes on behind them.
func (s *survey) settle() {
	if s.substitutes > 0 {
		s.control += s.substitutes
		s.substitutes = 0
	}
}

// lineBreak counts CR LF once, at its LF.
func (s *survey) lineBreak(w []byte, i int) {
	switch {
	case w[i] == '\r' && (i+1 == len(w) || w[i+1] != '\n'):
		s.cr++
	case w[i] == '\r':
	case s.before(w, i) == '\r':
		s.crlf++
	default:
		s.lf++
	}
}

func (s *survey) before(w []byte, i int) byte {
	if i == 0 {
		return s.prev
	}
	return w[i-1]
}

func (s *survey) highByte(w []byte, i int) {
	if at := s.position + int64(i); at < 3 && bytes.HasPrefix(s.head, bomUTF8) {
		return // the mark is no evidence
	}
	var after byte
	if i+1 < len(w) {
		after = w[i+1]
	}
	s.evidence.add(s.before(w, i), w[i], after)
	if at := s.position + int64(i); at >= s.next && !s.evidence.notUTF8 {
		r, size := utf8.DecodeRune(w[i:])
		s.evidence.addRune(r, size)
		s.next = at + int64(size)
	}
}

// binary reports whether the file is no text: zero bytes, or more than one control character in a
// hundred bytes.
func (s *survey) binary() bool { return s.nul || s.control*100 > s.size }

// utf16 reports a UTF-16 byte order mark.
func (s *survey) utf16() bool {
	return bytes.HasPrefix(s.head, []byte{0xff, 0xfe}) || bytes.HasPrefix(s.head, []byte{0xfe, 0xff})
}

// span returns where the records begin and end: without a byte order mark and closing 1A.
func (s *survey) span() (start, end int64) {
	if bytes.HasPrefix(s.head, bomUTF8) {
		start = int64(len(bomUTF8))
	}
	return start, s.size - s.substitutes
}
