package camt

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"

	"ims/bankfile"
)

// CopyRecords053 writes the records of a statement file that want takes as a file of its own, to talk to the bank about them:
// the same message in the same encoding and namespace, header and account of each statement as received, and of each entry
// only the details wanted, without balances, sums and further information, which are those of the whole. It is well-formed
// and the bank knows its own references, but it is no statement: the balances that a schema demands are not there.
//
// It returns how many records were written. A record that is longer than the limit cannot be written; a comment stands in
// its place. Errors are those of reading and of w.
func CopyRecords053(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (int, error) {
	return copyRecords(w, &format{open: open, message: message053}, o, want)
}

// CopyRecords054 is CopyRecords053 for notifications.
func CopyRecords054(w io.Writer, open func() (io.ReadCloser, error), o bankfile.Options, want func(*bankfile.Record) bool) (int, error) {
	return copyRecords(w, &format{open: open, message: message054}, o, want)
}

func copyRecords(w io.Writer, f *format, o bankfile.Options, want func(*bankfile.Record) bool) (n int, err error) {
	f.heads = &heads{}
	r, err := bankfile.Open(f.open, o, f)
	if err != nil {
		return 0, fmt.Errorf("copy records: %w", err)
	}
	defer r.Close()
	c := copier{w: w, f: f}
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return c.n, c.close()
		}
		if err == nil && want(record) {
			err = c.copy(record)
		}
		if err != nil {
			return c.n, fmt.Errorf("copy records: %w", err)
		}
	}
}

// heads are what stands around entries, as received.
type heads struct {
	tags      [][]byte // of the elements around a statement
	header    []byte   // GrpHdr
	statement []byte   // the element of an account up to its balances or entries
	names     []string // of the elements around an entry, the outermost first
	open      bool     // statement has not ended
}

// begin takes the beginning of an element, before the format does.
func (h *heads) begin(s step, w *walker) {
	src := w.src
	tag := src.buf[src.token-src.base : w.offset()-src.base]
	switch s.field {
	case anEnvelope, aDocument, aMessage:
		h.tags = append(h.tags[:len(w.stack)-1], slices.Clone(tag))
	case aHeader:
		src.from = src.token
	case aStatement:
		h.statement, h.open = append(h.statement[:0], tag...), true
		src.from = src.token
		h.names = h.names[:0]
		for _, f := range w.stack {
			h.names = append(h.names, qualified(f.name))
		}
	case aBalance, aSummary, anEntry:
		if h.open {
			h.endStatement(w)
		}
	}
}

// endStatement keeps what stands in front of the first balance or entry.
func (h *heads) endStatement(w *walker) {
	if raw, whole := w.src.kept(w.src.token); whole {
		h.statement = append(h.statement[:0], raw...)
	}
	h.open, w.src.from = false, -1
}

// end takes the end of an element.
func (h *heads) end(s step, w *walker) {
	if s.field != aHeader {
		return
	}
	if raw, whole := w.src.kept(w.offset()); whole {
		h.header = slices.Clone(raw)
	}
	w.src.from = -1
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// copier writes records with what stands around them.
type copier struct {
	w       io.Writer
	f       *format
	n       int
	account int // number of the statement that is open
}

func (c *copier) copy(r *bankfile.Record) error {
	c.n++
	var b []byte
	h := c.f.heads
	switch {
	case c.account == 0:
		b = fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"%s\"?>\n%s%s\n%s\n", c.f.file.Encoding, bytes.Join(h.tags, nil), h.header, bytes.TrimSpace(h.statement))
	case c.account != c.f.accounts:
		b = fmt.Appendf(nil, "</%s>\n%s\n", h.names[len(h.names)-1], bytes.TrimSpace(h.statement))
	}
	c.account = c.f.accounts
	if slices.ContainsFunc(r.Findings, func(f bankfile.Finding) bool { return f.Code == bankfile.RecordTooLong }) {
		b = fmt.Appendf(b, "<!-- record %d is longer than %d bytes -->\n", r.Line, c.f.file.Options.Limits.Line)
	} else {
		b = append(append(b, r.Raw...), '\n')
	}
	_, err := c.w.Write(b)
	return err
}

// close ends what is open; without a record there is no document.
func (c *copier) close() error {
	if c.account == 0 {
		return nil
	}
	var b []byte
	for _, name := range slices.Backward(c.f.heads.names) {
		b = fmt.Appendf(b, "</%s>\n", name)
	}
	if _, err := c.w.Write(b); err != nil {
		return fmt.Errorf("copy records: %w", err)
	}
	return nil
}
