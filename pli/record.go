package pli

import (
	"crypto/sha256"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Direction says where the money of a record goes, as seen from our accounts. The format has no sign:
// it follows only from whose accounts stand in the record.
type Direction uint8

// The directions. Unknown records always carry an error.
const (
	Unknown     Direction = iota
	Credit                // from outside to a virtual account
	Debit                 // from a virtual account to outside
	Internal              // between two virtual accounts
	Unallocated           // to the master account itself
	Funding               // from the master account to a virtual one
	Sweep                 // from a virtual account to the master account
	Charges               // from the master account to outside

	// Directions is the number of directions, for arrays indexed by them.
	Directions = iota
)

var directionWords = [Directions]string{"-", "credit", "debit", "internal", "unallocated", "credit", "debit", "charges"}

// String returns credit (also for Funding), debit (also for Sweep), internal, unallocated, charges or "-".
func (d Direction) String() string {
	if int(d) < len(directionWords) {
		return directionWords[d]
	}
	return "direction " + strconv.Itoa(int(d))
}

// incoming reports the directions in which money arrived and a bank's text cannot be mended any more.
func (d Direction) incoming() bool { return d == Credit || d == Unallocated || d == Funding }

// outgoing reports the directions in which money leaves one of our accounts.
func (d Direction) outgoing() bool { return d == Debit || d == Sweep || d == Charges }

// SplitPayment holds the parts of a split-payment title (class 53 or 43). Parts that were unreadable
// are zero and have a finding.
type SplitPayment struct {
	VAT     int64  // grosze, part of the amount
	ID      string // tax identifier of the invoice's issuer
	Invoice string
	Text    string
}

// Record is one line of a file. [Reader.Next] reuses it, its Findings, MPP and Raw; its strings stay
// valid. Fields that could not be read are zero and have a finding.
type Record struct {
	Line            int    // physical, from 1
	Type            string // three digits; "110" also where the file leaves it empty
	Class           string // two digits, or "" when missing
	Date            string // YYYY-MM-DD
	Amount          int64  // grosze
	Payer, Payee    Account
	Direction       Direction
	PayerName       string // sub-lines joined
	PayeeName       string
	Title           string
	Reference       string
	OperationNumber string
	TaxNumber       string
	MPP             *SplitPayment // nil unless the class says split payment
	Findings        []Finding
	Raw             []byte // the line as received, without its end; at most Limits.Line bytes

	tokens  *tokens
	direct  bool // payer and payee stand in each other's fields
	scratch []byte
}

// OK reports whether the record has no finding of severity Error.
func (r *Record) OK() bool {
	for i := range r.Findings {
		if r.Findings[i].Severity == Error {
			return false
		}
	}
	return true
}

// Fields returns how many fields the line has, 17 at most; where it is lexically broken, those up to
// the break. Like Span it is for the record that Next has just returned.
func (r *Record) Fields() int {
	if r.tokens == nil {
		return 0
	}
	return min(r.tokens.count, mostFields)
}

// Span returns where field n (1 to 17) lies in Raw, without quotes and outer blanks; 0, 0 when absent.
func (r *Record) Span(n int) (start, end int) {
	if n < 1 || n > r.Fields() {
		return 0, 0
	}
	x := r.tokens.field[n]
	return int(x.start), int(x.end)
}

// NaturalKey identifies the payment that a record tells of, since the format has no identifier: the
// first 16 bytes of SHA-256 over date, amount, both accounts, the title without case and repeated
// blanks, reference and operation number. Equal keys in one file are legal: two equal payments on a day.
func (r *Record) NaturalKey() [16]byte {
	b := append(r.scratch[:0], r.Date...)
	b = strconv.AppendInt(append(b, 0), r.Amount, 10)
	b = r.Payer.appendKey(append(b, 0))
	b = r.Payee.appendKey(append(b, 0))
	b = appendFolded(append(b, 0), r.Title)
	b = append(append(b, 0), r.Reference...)
	b = append(append(b, 0), r.OperationNumber...)
	r.scratch = b
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}

func (a *Account) appendKey(b []byte) []byte {
	if a.IBAN.IsZero() {
		return append(b, a.Text...)
	}
	b, _ = a.IBAN.AppendText(b) // never fails
	return b
}

// appendFolded appends s in capitals with every run of blanks as one.
func appendFolded(dst []byte, s string) []byte {
	wasBlank := true
	for i := 0; i < len(s); {
		b, n := s[i], 1
		switch {
		case b == ' ' && wasBlank:
		case b < utf8.RuneSelf:
			dst = append(dst, upperASCII(b))
		default:
			var r rune
			r, n = utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, unicode.ToUpper(r))
		}
		wasBlank = b == ' '
		i += n
	}
	return dst
}

func upperASCII(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}
