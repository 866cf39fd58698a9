package iban

// Parse accepts the strict electronic form, "PL61109010140000071219812874": capitals and digits only, no spaces, a
// registered country, its exact length and character classes, canonical check digits (02 to 98) that are right modulo
// 97, and right national check digits where a rule is published (25 countries). It allocates nothing, whatever it is
// given. The error is a *ParseError with the first fault; Check tells all of them.
func Parse(s string) (IBAN, error) { return parse(s, 0) }

// ParseISO is Parse without the national check digits: what any bank in the world accepts. It is right for the
// counterparty in somebody else's file, Parse for numbers that one issues or asks a person for.
func ParseISO(s string) (IBAN, error) { return parse(s, ISOOnly) }

// ParseLenient is Parse after removing ASCII spaces and folding ASCII small letters: what a person types. Nothing else
// is forgiven; tabs, non-breaking spaces and look-alike letters of other alphabets stay faults.
func ParseLenient(s string) (IBAN, error) { return parse(s, Lenient) }

// ParseWith is Parse with options.
func ParseWith(s string, opts ...Option) (IBAN, error) { return parse(s, combine(opts)) }

// Option changes what Check and ParseWith accept. Options may be combined.
type Option uint8

// The options.
const (
	// Lenient removes ASCII spaces and folds ASCII small letters first.
	Lenient Option = 1 << iota
	// ISOOnly leaves national check digits unchecked.
	ISOOnly
	// StrictNational makes wrong national check digits a fault also where the rule was only observed (23 countries).
	StrictNational
	// Unregistered accepts the 22 countries that are in circulation but not in the SWIFT registry.
	Unregistered
)

func combine(opts []Option) Option {
	var all Option
	for _, o := range opts {
		all |= o
	}
	return all
}

// parse is the fast path for right numbers; only when something is wrong does it look for what.
func parse[T ~string | ~[]byte](s T, o Option) (IBAN, error) {
	x, k := scan(s, o)
	if k == faultNone {
		return x, nil
	}
	return parseSlowly(s, o, k)
}

// parseSlowly folds where that is asked for, and otherwise names the first fault; k is what scan found.
func parseSlowly[T ~string | ~[]byte](s T, o Option, k fault) (IBAN, error) {
	if k == faultCheckDigits || k == faultCheckRange {
		return IBAN{}, parseError(k, 3)
	}
	if o&Lenient != 0 {
		var buf [maxLength]byte
		if folded, ok := fold(buf[:0], s); ok {
			if x, k := scan(folded, o); k == faultNone {
				return x, nil
			}
		}
	}
	return IBAN{}, firstFault(s, o)
}

// fold appends s without spaces and with capitals; it gives up beyond maxLength, where no IBAN can be.
func fold[T ~string | ~[]byte](dst []byte, s T) ([]byte, bool) {
	for i := range len(s) {
		c := s[i]
		if c == ' ' {
			continue
		}
		if len(dst) == maxLength {
			return nil, false
		}
		dst = append(dst, upperASCII(c))
	}
	return dst, true
}

func upperASCII(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// load returns eight characters of s from i on, the first in the low byte.
func load[T ~string | ~[]byte](s T, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// scan validates the electronic form and returns its value. Of the kinds it returns only those about check digits are
// the first fault for sure; faultLength and faultClass stand for all that can be wrong before.
func scan[T ~string | ~[]byte](s T, o Option) (x IBAN, k fault) {
	if len(s) < minLength || len(s) > maxLength {
		return IBAN{}, faultLength
	}
	index := indexOf(s[0], s[1])
	f := &formats[index]
	if int(f.length) != len(s) || !f.registered && o&Unregistered == 0 {
		return IBAN{}, faultLength
	}
	b := loadBBAN(s, int(f.words))
	if !f.fits(&b) {
		return IBAN{}, faultClass
	}
	if k := f.judge(&b, s[2], s[3], o); k != faultNone {
		return IBAN{}, k
	}
	copy(x.text[:], s)
	x.length, x.country = uint8(len(s)), index
	return x, faultNone
}

// loadBBAN reads the words of the BBAN from its end; the first one may be partly filled.
func loadBBAN[T ~string | ~[]byte](s T, words int) bban {
	n := len(s)
	b := bban{zeros, zeros, zeros, load(s, n-8)}
	gap := 8 * (8*words - (n - 4)) // bits of the first word that lie before the BBAN
	head := load(s, 4)<<gap | zeros&(1<<gap-1)
	switch words {
	case 2:
		b[2] = head
	case 3:
		b[1], b[2] = head, load(s, n-16)
	case 4:
		b[0], b[1], b[2] = head, load(s, n-24), load(s, n-16)
	}
	return b
}

// fits reports whether each character belongs to the class its position asks for.
func (f *format) fits(b *bban) bool {
	fit := uint64(highs)
	for i, w := range b {
		fit &= digitsIn(w)&f.digit[i] | capitalsIn(w)&f.upper[i]
	}
	return fit == highs
}

// judge looks at the check digits and, as o says, at the national ones.
func (f *format) judge(b *bban, tens, units byte, o Option) fault {
	tens, units = tens-'0', units-'0'
	if tens > 9 || units > 9 {
		return faultClass
	}
	check := uint64(tens)*10 + uint64(units)
	if check-2 > 96 {
		return faultCheckRange
	}
	r := b.mod97()
	if (r*(1000000%97)+uint64(f.iso)+check)%97 != 1 {
		return faultCheckDigits
	}
	if o&ISOOnly != 0 || !f.firm && o&StrictNational == 0 || f.rule.holds(b, r) {
		return faultNone
	}
	return faultNational
}

// NRB reads the 26 digits of a Polish account number as they stand in a bank file: canonical check digits and modulo 97,
// but not the digit of the sort code, which banks' own files get wrong. It is the fast path for bulk reading and
// allocates nothing. Use Parse on "PL" + nrb, or FromNRB, where the whole truth is wanted.
func NRB(b []byte) (x IBAN, ok bool) {
	if len(b) != 26 {
		return IBAN{}, false
	}
	w := bban{zeros, load(b, 2), load(b, 10), load(b, 18)}
	f := &formats[polish]
	if !w.numeric() || f.judge(&w, b[0], b[1], ISOOnly) != faultNone {
		return IBAN{}, false
	}
	x.text[0], x.text[1] = 'P', 'L'
	copy(x.text[2:], b)
	x.length, x.country = 28, polish
	return x, true
}

// polish is the entry of Poland.
var polish = indexOf('P', 'L')
