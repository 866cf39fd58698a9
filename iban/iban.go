package iban

import (
	"cmp"
	"encoding/binary"
)

// maxLength is the longest IBAN that ISO 13616 allows, minLength the shortest that exists (Norway).
const (
	maxLength = 34
	minLength = 15
)

// IBAN is a checked account number. It is a plain value of 40 bytes: it holds no pointers, can be compared with == and
// used as a map key, and copying it allocates nothing. The zero value is no IBAN; it prints as nothing and marshals as
// empty text.
type IBAN struct {
	a, b, c, d uint64 // words of the BBAN, see bban; all zero in the zero IBAN
	head       uint32 // country code and check digits as they are written, the first character in the low byte
	length     uint8  // characters of the electronic form
	country    uint8  // entry of countries; it follows from head, so == still means the same number
}

// letters is room for the electronic form; words are written into it at once, so there is some behind its end.
type letters [maxLength + 6]byte

// write puts the electronic form into t. Each word's unused first characters are overwritten by what stands before it.
func (x *IBAN) write(t *letters) {
	if x.length == 0 {
		return
	}
	n := int(x.length)
	gap := (8 - (n-4)&7) & 7 * 8
	switch (n + 3) / 8 {
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
	binary.LittleEndian.PutUint32(t[:], x.head)
}

// words returns the BBAN as the slower algorithms want it.
func (x *IBAN) words() bban { return bban{x.a, x.b, x.c, x.d} }

// IsZero reports whether x is no IBAN at all.
func (x IBAN) IsZero() bool { return x.length == 0 }

// Len returns the number of characters of the electronic form, 0 for the zero IBAN.
func (x IBAN) Len() int { return int(x.length) }

// Equal reports whether both are the same number, as == does.
func (x IBAN) Equal(y IBAN) bool { return x == y }

// Compare orders numbers as their electronic forms, for slices.SortFunc.
func (x IBAN) Compare(y IBAN) int { return cmp.Compare(x.String(), y.String()) }

// String returns the electronic form: capitals and digits, no spaces.
func (x IBAN) String() string {
	var t letters
	x.write(&t)
	return string(t[:x.length])
}

// Append appends the electronic form to dst. With room in dst it allocates nothing.
func (x IBAN) Append(dst []byte) []byte {
	var t letters
	x.write(&t)
	return append(dst, t[:x.length]...)
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
	return string(x.appendGroups(buf[:0], 4, int(x.length)-4))
}

// appendGroups appends the print form with the characters from hide up to show replaced by '*'.
func (x *IBAN) appendGroups(dst []byte, hide, show int) []byte {
	var t letters
	x.write(&t)
	for i, c := range t[:x.length] {
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
func (x IBAN) Country() string { return countries[x.country].Code }

// CheckDigits returns the two ISO check digits, "" for the zero IBAN.
func (x IBAN) CheckDigits() string { return x.slice(2, 4) }

// BBAN returns the national part: everything after the check digits.
func (x IBAN) BBAN() string { return x.slice(4, int(x.length)) }

// Bank returns the bank identifier (in Poland and Germany the sort code, in Britain the four letters), "" where the
// registry knows none.
func (x IBAN) Bank() string { return x.part(countries[x.country].Bank) }

// Branch returns the branch identifier, "" where the country has none.
func (x IBAN) Branch() string { return x.part(countries[x.country].Branch) }

// Account returns what follows bank and branch. National check characters that stand between the parts or at the end as
// a field of their own are left out; those that belong to an account number (CZ, HU, HR, IS) are in.
func (x IBAN) Account() string { return x.part(countries[x.country].Account) }

// NationalDigits returns the national check characters in their order, "" where the country has none.
func (x IBAN) NationalDigits() string {
	s := ""
	for _, span := range countries[x.country].Check {
		s += x.part(span)
	}
	return s
}

// NRB returns the 26 digits of a Polish account number, false for any other country.
func (x IBAN) NRB() (string, bool) {
	if x.country != polish {
		return "", false
	}
	return x.slice(2, int(x.length)), true
}

// NationalOK reports whether the national check digits are right as far as a published rule exists. It is true for every
// IBAN that Parse returned and may be false for one that ParseISO or NRB returned.
func (x IBAN) NationalOK() bool {
	f := &formats[x.country]
	b := x.words()
	return !f.firm || f.rule.holds(x.b, x.c, x.d, b.mod97())
}

func (x *IBAN) part(s Span) string { return x.slice(4+s.From, 4+s.To) }

// slice returns a part of the text; the zero IBAN has none.
func (x *IBAN) slice(from, to int) string {
	if x.length == 0 {
		return ""
	}
	var t letters
	x.write(&t)
	return string(t[from:to])
}
