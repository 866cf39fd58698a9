package pli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

// CopyRecords writes those records that want takes to w, each line as received with its line end, so that they are a file
// again, and returns how many. It reads like [Open] with the same options, which decides what a record is; want must not keep
// it. The stream is read a third time beside the second, so that no line, however long, is held.
func CopyRecords(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (n int, err error) {
	f := &format{lastEnded: true}
	r, err := bankfile.Open(open, o, f)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	var lines *rawLines
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if !want(rec) {
			continue
		}
		if lines == nil {
			source, err := open()
			if err != nil {
				return n, fmt.Errorf("copy records: %w", err)
			}
			defer source.Close()
			lines = newRawLines(source, f.file.Size)
		}
		if err := lines.copy(w, rec.Line); err != nil {
			return n, fmt.Errorf("copy the record in line %d: %w", rec.Line, err)
		}
		n++
	}
}

// rawLines passes physical lines with their ends, by the same rule as [bankfile.LineReader].
type rawLines struct {
	src    *bufio.Reader
	passed int
}

// newRawLines leaves out what the reader leaves out: a byte order mark, and end-of-file signs behind size bytes.
func newRawLines(src io.Reader, size int64) *rawLines {
	const mark = "\xef\xbb\xbf"
	b := bufio.NewReaderSize(src, 64<<10)
	if head, _ := b.Peek(len(mark)); string(head) == mark {
		_, _ = b.Discard(len(mark))
	}
	return &rawLines{src: bufio.NewReaderSize(io.LimitReader(b, size), 64<<10)}
}

// copy writes line number n, which lies behind all that were passed.
func (l *rawLines) copy(w io.Writer, n int) error {
	for l.passed < n-1 {
		if err := l.pass(io.Discard); err != nil {
			return err
		}
	}
	return l.pass(w)
}

// pass writes the next line to w.
func (l *rawLines) pass(w io.Writer) error {
	l.passed++
	for {
		if _, err := l.src.Peek(1); errors.Is(err, io.EOF) {
			return nil // the last line has no end
		} else if err != nil {
			return err
		}
		window, _ := l.src.Peek(l.src.Buffered())
		end := bytes.IndexAny(window, "\r\n")
		if end != 0 {
			if end < 0 {
				end = len(window)
			}
			if err := l.move(w, end); err != nil {
				return err
			}
			continue
		}
		end = 1
		if both, _ := l.src.Peek(2); string(both) == "\r\n" {
			end = 2
		}
		return l.move(w, end)
	}
}

// move passes n bytes that are there.
func (l *rawLines) move(w io.Writer, n int) error {
	b, err := l.src.Peek(n)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		_, err = l.src.Discard(n)
	}
	return err
}
