package bankfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"
)

var bomUTF8 = []byte{0xef, 0xbb, 0xbf}

// survey is the first reading of a file: everything that must be known of the whole before its records
// are read. Its memory does not depend on the size of the file.
type survey struct {
	size     int64
	tooLarge bool   // reading stopped at the limit
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
	buf := make([]byte, windowBytes)
	held := 0
	for {
		n, last, err := fillFrom(r, buf[held:])
		if err != nil {
			return fmt.Errorf("first reading: %w", err)
		}
		s.size += int64(n)
		s.keepHead(buf[held : held+n])
		if s.size > limit {
			s.tooLarge = true
			return nil
		}
		held = s.window(buf[:held+n], last)
		if last {
			return nil
		}
	}
}

// fillFrom reads until b is full or the file ends. Only io.EOF is an end: io.ReadFull would make one of
// the io.ErrUnexpectedEOF with which a torn store or archive answers, and half a file would look whole.
func fillFrom(r io.Reader, b []byte) (n int, last bool, err error) {
	for n < len(b) {
		got, err := r.Read(b[n:])
		n += got
		if errors.Is(err, io.EOF) {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
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

// scan examines w[:end]; the bytes behind end are there to look ahead. Runs of plain bytes, which are
// most of any file, are passed over, and so are line ends of two bytes.
func (s *survey) scan(w []byte, end int) {
	for i := 0; i < end; i++ {
		if n := plainRun(w[i:end]); n > 0 {
			s.settle()
			if i += n; i == end {
				return
			}
		}
		if w[i] == '\r' && i+1 < end && w[i+1] == '\n' {
			s.settle()
			s.crlf++
			i++
			continue
		}
		s.octet(w, i)
	}
}

// plainRun returns how many bytes at the beginning of b are in 20..7E.
func plainRun(b []byte) int {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		p := (*[32]byte)(b[i:])
		w, x := binary.LittleEndian.Uint64(p[:]), binary.LittleEndian.Uint64(p[8:])
		y, z := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
		if NotPlain(w)|NotPlain(x)|NotPlain(y)|NotPlain(z) != 0 {
			break
		}
	}
	for ; i+8 <= len(b); i += 8 {
		if odd := NotPlain(binary.LittleEndian.Uint64(b[i:])); odd != 0 {
			return i + bits.TrailingZeros64(odd)>>3
		}
	}
	for i < len(b) && b[i] >= 0x20 && b[i] <= 0x7e {
		i++
	}
	return i
}

// NotPlain sets the highest bit of bytes of x that are above 7E or below 20: of none if there are none,
// and the lowest one set is exact (a borrow or carry may set higher ones by mistake).
func NotPlain(x uint64) uint64 { return (x | (x + ones) | (x - 0x20*ones)) & (0x80 * ones) }

const ones = 0x0101010101010101

// octet examines a byte that is not plain.
func (s *survey) octet(w []byte, i int) {
	b := w[i]
	if b == 0x1a {
		s.substitutes++
		return
	}
	s.settle()
	switch {
	case b == '\n' || b == '\r':
		s.lineBreak(w, i)
	case b >= utf8.RuneSelf:
		s.highByte(w, i)
	case b != '\t':
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
