package pli

import (
	"strings"
	"unicode/utf8"

	"ims/bankfile"
)

// clean makes one text ready for a file in enc: no character that enc or the narrow set of banks lacks, no quotes and bars.
func clean(s string, enc bankfile.Encoding, comma bool) (string, error) {
	if !comma {
		s = strings.ReplaceAll(s, ",", " ")
	}
	return bankfile.TextSet{Has: func(r rune) bool { return allowed(r, enc) }}.Clean(s)
}

// allowed reports what may be sent as it is: printable ASCII, and Latin letters that the encoding has.
func allowed(r rune, enc bankfile.Encoding) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r <= '~' && r != '"' && r != '|'
	}
	return bankfile.LatinLetter(r) && enc.Has(r)
}
