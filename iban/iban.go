package iban

import (
	"bytes"
	"encoding/binary"
)

// maxLength is the longest IBAN that ISO 13616 allows, minLength the shortest that exists (Norway).
const (
	maxLength = 34
	minLength = 15
)

// IBAN is a checked account number. It is a plain value of 32 bytes: it holds no pointers, can be compared with == and
// used as a map key, and copying it allocates nothing. The zero value is no IBAN; it prints as nothing and marshals as
// empty text.
type IBAN struct {
	// The words of the BBAN, as bban has them. A BBAN has at most 30 characters, so the first two bytes of a are free:
	// they hold the entry of countries and the ISO check digits as a number. Four words fit in registers.
	a, b, c, d uint64
}

// newIBAN packs the value; index is the entry of countries, check is 2 to 98.
func newIBAN(index uint8, check, a, b, c, d uint64) IBAN {
	return IBAN{a&^0xffff | check<<8 | uint64(index), b, c, d}
}

// index returns the entry of countries and formats; 0 for the zero IBAN.
func (x IBAN) index() uint8 { return uint8(x.a) }

// words returns the BBAN as the slower algorithms want it.
func (x IBAN) words() bban { return bban{x.a&^0xffff | zeros&0xffff, x.b, x.c, x.d} }

// letters is room for the electronic form; words are written into it at once, so there is some behind its end.
type letters [maxLength + 6]byte

// write puts the electronic form into t and returns its length. What each word has before its first character is
// overwritten by what stands there.
func (x IBAN) write(t *letters) int {
	f := &formats[x.index()]
	n := int(f.length)
	if n == 0 {
		return 0
	}
	switch gap := f.gap & 63; f.words {
	case 2:
		binary.LittleEndian.PutUint64(t[4:], x.c>>gap)
	case 3:
		binary.LittleEndian.PutUint64(t[4:], x.b>>gap)
		binary.LittleEndian.PutUint64(t[n-16:], x.c)
	default:
		binary.LittleEndian.PutUint64(t[4:], x.a>>gap)
		binary.LittleEndian.PutUint64(t[n-24:], x.b)
		binary.LittleEndian.PutUint64(t[n-16:], x.c)
	}
	binary.LittleEndian.PutUint64(t[n-8:], x.d)
	check := uint32(x.a >> 8 & 0xff)
	binary.LittleEndian.PutUint32(t[:], uint32(f.code)|(check/10+'0')<<16|(check%10+'0')<<24)
	return n
}

// IsZero reports whether x is no IBAN at all.
func (x IBAN) IsZero() bool { return x == IBAN{} }

// Len returns the number of characters of the electronic form, 0 for the zero IBAN.
func (x IBAN) Len() int { return int(formats[x.index()].length) }

// Equal reports whether both are the same number, as == does; go-cmp and the like look for it.
func (x IBAN) Equal(y IBAN) bool { return x == y }

// Compare orders numbers as their electronic forms, for slices.SortFunc.
func (x IBAN) Compare(y IBAN) int {
	var s, t letters
	return bytes.Compare(s[:x.write(&s)], t[:y.write(&t)])
}

// String returns the electronic form: capitals and digits, no spaces.
func (x IBAN) String() string {
	var t letters
	return string(t[:x.write(&t)])
}

// Append appends the electronic form to dst. With room in dst it allocates nothing.
func (x IBAN) Append(dst []byte) []byte {
	var t letters
	return append(dst, t[:x.write(&t)]...)
}

// Format returns the print form: groups of four characters with one space between; the last group may be shorter.
func (x IBAN) Format() string {
	var buf [maxLength + maxLength/4]byte
	return string(x.AppendFormat(buf[:0]))
}

// AppendFormat appends the print form to dst. With room in dst it allocates nothing.
func (x IBAN) AppendFormat(dst []byte) []byte { return x.appendGroups(dst, 0, 0) }

// Masked returns the print form with all but the first four and last four characters as '*': enough to recognise one's
// own number, too little to use it. This is what reaches logs.
func (x IBAN) Masked() string {
	var buf [maxLength + maxLength/4]byte
	return string(x.appendGroups(buf[:0], 4, x.Len()-4))
}

// appendGroups appends the print form with the characters from hide up to show replaced by '*'.
func (x IBAN) appendGroups(dst []byte, hide, show int) []byte {
	var t letters
	for i, c := range t[:x.write(&t)] {
		if i > 0 && i%4 == 0 {
			dst = append(dst, ' ')
		}
		if i >= hide && i < show {
			c = '*'
		}
		dst = append(dst, c)
	}
	return dst
}

// Country returns the two-letter country code, "" for the zero IBAN. Territories such as Reunion or Jersey use the code
// of the country whose format they share.
func (x IBAN) Country() string { return countries[x.index()].Code }

// CheckDigits returns the two ISO check digits, "" for the zero IBAN.
func (x IBAN) CheckDigits() string { return x.slice(2, 4) }

// BBAN returns the national part: everything after the check digits.
func (x IBAN) BBAN() string { return x.slice(4, x.Len()) }

// Bank returns the bank identifier (in Poland and Germany the sort code, in Britain the four letters), "" where the
// registry knows none.
func (x IBAN) Bank() string { return x.part(countries[x.index()].Bank) }

// Branch returns the branch identifier, "" where the country has none.
func (x IBAN) Branch() string { return x.part(countries[x.index()].Branch) }

// Account returns what follows bank and branch. National check characters that stand between the parts or at the end as
// a field of their own are left out; those that belong to an account number (CZ, HU, HR, IS) are in.
func (x IBAN) Account() string { return x.part(countries[x.index()].Account) }

// NationalDigits returns the national check characters in their order, "" where the country has none.
func (x IBAN) NationalDigits() string {
	s := ""
	for _, span := range countries[x.index()].Check {
		s += x.part(span)
	}
	return s
}

// NRB returns the 26 digits of a Polish account number, false for any other country.
func (x IBAN) NRB() (string, bool) {
	if x.index() != polish {
		return "", false
	}
	return x.slice(2, x.Len()), true
}

// NationalOK reports whether the national check digits are right as far as a published rule exists. It is true for every
// IBAN that Parse returned and may be false for one that ParseISO or NRB returned.
func (x IBAN) NationalOK() bool {
	f := &formats[x.index()]
	b := x.words()
	return !f.firm || f.rule.holds(x.b, x.c, x.d, b.mod97())
}

func (x IBAN) part(s Span) string { return x.slice(4+s.From, 4+s.To) }

// slice returns a part of the text; the zero IBAN has none.
func (x IBAN) slice(from, to int) string {
	var t letters
	if x.write(&t) == 0 {
		return ""
	}
	return string(t[from:to])
}
