package camt

import (
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

// again is the file, opened once more: the details of long entries that are not held are read from there when it is known
// what all of them add up to. It only ever goes forward, so all long entries together cost one reading more.
type again struct {
	file   io.ReadCloser
	src    *source
	walk   *walker
	detail detail
}

// resume opens the file, where it is not open, and goes to the first detail of the entry that is not held.
func (f *format) resume() error {
	if f.again == nil {
		file, err := f.open()
		if err != nil {
			return fmt.Errorf("third reading: %w", err)
		}
		f.again = &again{file: file, src: newSource(file, f.file.Size, f.table, f.file.Options.Limits.Line)}
		if err := f.skipMark(); err != nil {
			return err
		}
	}
	a := f.again
	if err := a.src.skipTo(f.entry.resume); err != nil {
		return err
	}
	a.walk = newWalker(a.src, f.entry.within)
	return nil
}

// skipMark passes the byte order mark, which does not count in offsets.
func (f *format) skipMark() error {
	if string(f.file.Head()[:min(len(bankfile.ByteOrderMark), len(f.file.Head()))]) != string(bankfile.ByteOrderMark) {
		return nil
	}
	if _, err := io.CopyN(io.Discard, f.again.file, int64(len(bankfile.ByteOrderMark))); err != nil {
		return fmt.Errorf("third reading: %w", err)
	}
	return nil
}

// next returns the next detail of the entry.
func (a *again) next() (*detail, error) {
	inside := false
	for {
		s, err := a.walk.next()
		switch refused := (*refusal)(nil); {
		case errors.As(err, &refused), errors.Is(err, io.EOF), err == nil && s.end && s.field == anEntry:
			return nil, fmt.Errorf("third reading: %w", bankfile.ErrChanged) // the second has passed here
		case err != nil:
			return nil, err
		case s.field == aDetail && !s.end:
			inside = true
			a.detail.begin(a.walk)
			a.detail.values.take(s)
		case s.field == aDetail:
			a.detail.end(a.walk)
			return &a.detail, nil
		case inside:
			a.detail.values.take(s)
		}
	}
}
