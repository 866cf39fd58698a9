package files

import (
	"fmt"
	"io"

	"ims/bankfile"
	"ims/camt"
	"ims/internal/bank"
	"ims/mt940"
	"ims/pli"
)

// opener opens the file of one format for reading.
type opener func(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error)

// Open opens a file of a feeding format, see [bankfile.Open]. A format that is none of [bank.Formats] is an error.
func Open(format string, open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error) {
	opener, known := openers[format]
	if !known {
		return nil, fmt.Errorf("no format %q", format)
	}
	return opener(open, o)
}

// openers are the feeding formats of master accounts that can be read.
var openers = map[string]opener{
	bank.FormatPLI:     pli.Open,
	bank.FormatMT940:   mt940.Open940,
	bank.FormatMT942:   mt940.Open942,
	bank.FormatCamt053: camt.Open053,
	bank.FormatCamt054: camt.Open054,
}
