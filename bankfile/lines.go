package bankfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrChanged means that the two readings of a file did not see the same bytes.
var ErrChanged = errors.New("the file is shorter than at its first reading")

// LineReader hands out the lines of a file. Only CR and LF end a line, never a byte of some encoding.
type LineReader struct {
	src    io.Reader
	left   int64 // bytes still to be read from src
	limit  int   // longest line handed out whole
	loneCR bool  // the file has CR without LF, so that both must be looked for

	buf        []byte
	start, end int // what is read and not yet handed out
}

// LineRoom is by how many bytes at least the capacity of a line is above its length, whatever they are: a line can be read
// some bytes at a time without looking at its end in every step.
const LineRoom = 16

// Line is one physical line, without its end. It is valid until the next call.
type Line struct {
	Text    []byte
	TooLong bool // Text is its first bytes only
	Ended   bool // a line end followed
}

// NewLineReader returns a reader of the lines of src, which yields size bytes; limit is the longest line in bytes that is
// handed out whole, and loneCR says that a CR without LF ends a line too.
func NewLineReader(src io.Reader, size int64, limit int, loneCR bool) *LineReader {
	window := max(windowBytes, 2*limit+2)
	return &LineReader{src: src, left: size, limit: limit, loneCR: loneCR, buf: make([]byte, window, window+LineRoom)}
}

// Next returns the next line, or io.EOF.
func (l *LineReader) Next() (Line, error) {
	scanned := 0
	for {
		window := l.buf[l.start:l.end]
		if i := l.breakAt(window, scanned); i >= 0 {
			return l.take(i), nil
		}
		switch {
		case l.left == 0 && len(window) == 0:
			return Line{}, io.EOF
		case l.left == 0:
			l.start = l.end
			return Line{Text: window[:min(len(window), l.limit)], TooLong: len(window) > l.limit}, nil
		case len(window) > l.limit+1:
			return l.overlong()
		}
		scanned = max(0, len(window)-1) // a CR at the very end waits for the next byte
		if err := l.fill(); err != nil {
			return Line{}, err
		}
	}
}

// breakAt returns where the first line end in window begins, looking from offset from, or -1. Nothing behind it is looked at, so
// that a file of nothing but line ends takes no longer than its bytes.
func (l *LineReader) breakAt(window []byte, from int) int {
	if !l.loneCR {
		if i := bytes.IndexByte(window[from:], '\n'); i >= 0 {
			return from + i
		}
		return -1
	}
	i := bytes.IndexAny(window[from:], "\r\n")
	if i < 0 || window[from+i] == '\r' && from+i == len(window)-1 && l.left > 0 {
		return -1 // what follows a CR decides whether it is half of a line end
	}
	return from + i
}

// take hands out the line before the line end at i and passes the end.
func (l *LineReader) take(i int) Line {
	window := l.buf[l.start:l.end]
	text, width := window[:i], 1
	switch {
	case window[i] == '\r' && i+1 < len(window) && window[i+1] == '\n':
		width = 2
	case window[i] == '\n' && i > 0 && window[i-1] == '\r':
		text = window[:i-1]
	}
	l.start += i + width
	return Line{Text: text[:min(len(text), l.limit)], TooLong: len(text) > l.limit, Ended: true}
}

// overlong returns the beginning of a line above the limit and passes all of it, however long it is.
func (l *LineReader) overlong() (Line, error) {
	text := bytes.Clone(l.buf[l.start : l.start+l.limit])
	for {
		if i := l.breakAt(l.buf[l.start:l.end], 0); i >= 0 {
			l.take(i)
			return Line{Text: text, TooLong: true, Ended: true}, nil
		}
		if l.left == 0 {
			l.start = l.end
			return Line{Text: text, TooLong: true}, nil
		}
		l.start = max(l.start, l.end-1)
		if err := l.fill(); err != nil {
			return Line{}, err
		}
	}
}

// fill reads more behind what is there, which it moves to the front first.
func (l *LineReader) fill() error {
	l.end = copy(l.buf, l.buf[l.start:l.end])
	l.start = 0
	room := min(int64(len(l.buf)-l.end), l.left)
	n, err := io.ReadAtLeast(l.src, l.buf[l.end:l.end+int(room)], int(min(room, 1)))
	l.end += n
	l.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("second reading: %w", ErrChanged)
	case err != nil:
		return fmt.Errorf("second reading: %w", err)
	}
	return nil
}
