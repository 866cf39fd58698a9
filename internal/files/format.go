package files

import (
	"io"

	"ims/bankfile"
	"ims/camt"
	"ims/internal/bank"
	"ims/mt940"
	"ims/pli"
)

// opener opens the file of one format for reading.
type opener func(open func() (io.ReadCloser, error), o bankfile.Options) (*bankfile.Reader, error)

// openers are the feeding formats of master accounts that can be read.
var openers = map[string]opener{
	bank.FormatPLI:     pli.Open,
	bank.FormatMT940:   mt940.Open940,
	bank.FormatMT942:   mt940.Open942,
	bank.FormatCamt053: camt.Open053,
	bank.FormatCamt054: camt.Open054,
}
