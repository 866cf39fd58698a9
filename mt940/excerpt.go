package mt940

import (
	"errors"
	"fmt"
	"io"

	"ims/bankfile"
)

// CopyRecords940 writes those bookings of an MT940 that want takes to w, to talk to the bank about them, and returns how many.
// Each message that has some becomes one without blocks: :20:, :25: and :28C: as received, its bookings as received, in the
// encoding of the file, and the hyphen that ends a message. A booking longer than the limit of lines is cut there.
//
// It reads like [Open940] with the same options; want must not keep a record. What it writes has no balances, since those of
// the whole statement would not fit: so no reader takes an excerpt for a statement, and no booking is counted twice.
func CopyRecords940(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (int, error) {
	return copyRecords(w, open, o, &format{kind: endOfDay}, want)
}

// CopyRecords942 is CopyRecords940 of an MT942.
func CopyRecords942(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (int, error) {
	return copyRecords(w, open, o, &format{kind: interim}, want)
}

func copyRecords(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, f *format, want func(*bankfile.Record) bool) (n int, err error) {
	r, err := bankfile.Open(open, o, f)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	copied := copying{w: w}
	for {
		rec, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return copied.count, copied.end()
		case err != nil:
			return copied.count, err
		case !want(rec):
		default:
			if err := copied.record(rec.Raw, f.messages, f.statement.heading); err != nil {
				return copied.count, fmt.Errorf("copy the record in line %d: %w", rec.Line, err)
			}
		}
	}
}

// copying is an excerpt while it is written.
type copying struct {
	w       io.Writer
	message int // number of the message whose bookings are being written; 0: none yet
	count   int
}

func (c *copying) record(raw []byte, message int, heading []byte) error {
	if message != c.message {
		if err := c.end(); err != nil {
			return err
		}
		if _, err := c.w.Write(heading); err != nil {
			return err
		}
		c.message = message
	}
	c.count++
	_, err := fmt.Fprintf(c.w, "%s\r\n", raw)
	return err
}

// end ends the message that is being written.
func (c *copying) end() error {
	if c.message == 0 {
		return nil
	}
	_, err := io.WriteString(c.w, "-\r\n")
	return err
}
