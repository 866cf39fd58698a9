package bankfile

import (
	"crypto/sha256"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Direction says where the money of a record goes, as seen from our accounts: it follows from whose accounts stand in the
// record.
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

// Incoming reports the directions in which money arrived and a bank's text cannot be mended any more.
func (d Direction) Incoming() bool { return d == Credit || d == Unallocated || d == Funding }

// Outgoing reports the directions in which money leaves one of our accounts.
func (d Direction) Outgoing() bool { return d == Debit || d == Sweep || d == Charges }

// DirectionOf is the whole of what decides between credit and debit.
func DirectionOf(payer, payee Kind) Direction {
	switch {
	case payer == Virtual && payee == Virtual:
		return Internal
	case payer == Master && payee == Virtual:
		return Funding
	case payee == Virtual:
		return Credit
	case payer == Virtual && payee == Master:
		return Sweep
	case payee == Master:
		return Unallocated
	case payer == Virtual:
		return Debit
	case payer == Master:
		return Charges
	}
	return Unknown
}

// SplitPayment holds the parts of the title of a Polish split payment. Parts that were unreadable are zero and have a
// finding.
type SplitPayment struct {
	VAT     int64  // minor units, part of the amount
	ID      string // tax identifier of the invoice's issuer
	Invoice string
	Text    string
}

// Span is where a field lies in the bytes of its record, without quotes and outer blanks.
type Span struct{ Start, End int32 }

// Record is one booked transfer. [Reader.Next] reuses it, its Findings, SplitPayment, Raw and Spans; its strings stay
// valid, but share memory with those of the records around it: clone what is kept of a few records for long. Fields that
// could not be read are zero and have a finding; those that a format does not have are zero.
type Record struct {
	// Line names the record within its file, unique and growing: the physical line where it begins, from 1. In XML, where
	// a whole file may be one line, it is the number of the record.
	Line            int
	Type            string // pli: message type, three digits; camt and mt940: the bank's transaction code
	Class           string // pli: classification, two digits, or "" when missing
	Date            string // booking date, YYYY-MM-DD
	ValueDate       string // "": the booking date
	Amount          int64  // minor units
	Payer, Payee    Account
	Direction       Direction
	PayerName       string // sub-lines joined
	PayeeName       string
	Title           string
	Reference       string
	OperationNumber string // the bank's own number of the booking
	Numbered        bool   // OperationNumber is of this booking alone: two equal records with it are one booking told twice
	TaxNumber       string
	SplitPayment    *SplitPayment // nil unless the class says split payment

	Return       bool   // the format says that an earlier payment comes back
	ReturnReason string // its code, as AC04; "" where none is given
	Reversal     bool   // the bank takes back an earlier booking
	Collected    bool   // the payee asked for the money and stands in the first place of the record (pli: a direct debit)

	Findings []Finding
	Raw      []byte // the record as received: a line without its end, an element of XML
	Spans    []Span // where field n lies in Raw, at n-1

	scratch []byte
}

// Reset empties the record for the next one; what it holds of memory is kept.
func (r *Record) Reset() {
	*r = Record{Findings: r.Findings[:0], Spans: r.Spans[:0], scratch: r.scratch}
}

// OK reports whether the record has no finding of severity Error.
func (r *Record) OK() bool { return !HasError(r.Findings) }

// HasError reports whether one of the findings is an error.
func HasError(list []Finding) bool {
	for i := range list {
		if list[i].Severity == Error {
			return true
		}
	}
	return false
}

// Fields returns how many fields the record has; where it is lexically broken, those up to the break; 0 in a format
// without numbered fields.
func (r *Record) Fields() int { return len(r.Spans) }

// Span returns where field n, counted from 1, lies in Raw; 0, 0 when absent.
func (r *Record) Span(n int) (start, end int) {
	if n < 1 || n > len(r.Spans) {
		return 0, 0
	}
	x := r.Spans[n-1]
	return int(x.Start), int(x.End)
}

// NaturalKey identifies the payment that a record tells of, since few formats have an identifier that can be trusted to be
// unique: the first 16 bytes of SHA-256 over date, amount, both accounts, the title without case and repeated blanks,
// reference and operation number, and whether the money leaves: a transfer between two of our accounts may be booked twice, as
// a debit here and as a credit there. Equal keys in one file are legal, two equal payments on a day, unless SameBooking.
func (r *Record) NaturalKey() [16]byte {
	b := append(r.scratch[:0], r.Date...)
	b = strconv.AppendInt(append(b, 0), r.Amount, 10)
	b = r.Payer.appendKey(append(b, 0))
	b = r.Payee.appendKey(append(b, 0))
	b = appendFolded(append(b, 0), r.Title)
	b = append(append(b, 0), r.Reference...)
	b = append(append(b, 0), r.OperationNumber...)
	if r.Direction.Outgoing() {
		b = append(b, 0, '-')
	}
	r.scratch = b
	sum := sha256.Sum256(b)
	key := [16]byte(sum[:16])
	if key[15] &^= 1; r.Numbered {
		key[15]++
	}
	return key
}

// SameBooking tells of a natural key that whatever has it is one booking, however often it is told: the bank has numbered it.
func SameBooking(key [16]byte) bool { return key[15]&1 == 1 }

// appendFolded appends s in capitals with every run of blanks as one.
func appendFolded(dst []byte, s string) []byte {
	wasBlank := true
	for i := 0; i < len(s); {
		b, n := s[i], 1
		switch {
		case b == ' ' && wasBlank:
		case b >= 'a' && b <= 'z':
			dst = append(dst, b-'a'+'A')
		case b < utf8.RuneSelf:
			dst = append(dst, b)
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
