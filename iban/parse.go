package iban

import "encoding/binary"

// Parse accepts the strict electronic form, "PL61109010140000071219812874": capitals and digits only, no spaces, a
// registered country, its exact length and character classes, canonical check digits (02 to 98) that are right modulo
// 97, and right national check digits where a rule is published (25 countries). It allocates nothing, whatever it is
// given. The error is a *ParseError with the first fault; Check tells all of them.
func Parse(s string) (IBAN, error) { return parse([]byte(s), 0) }

// ParseISO is Parse without the national check digits: what any bank in the world accepts. It is right for the
// counterparty in somebody else's file, Parse for numbers that one issues or asks a person for.
func ParseISO(s string) (IBAN, error) { return parse([]byte(s), ISOOnly) }

// ParseLenient is Parse after removing ASCII spaces and folding ASCII small letters: what a person types. Nothing else
// is forgiven; tabs, non-breaking spaces and look-alike letters of other alphabets stay faults.
func ParseLenient(s string) (IBAN, error) { return parse([]byte(s), Lenient) }

// ParseWith is Parse with options.
func ParseWith(s string, opts ...Option) (IBAN, error) { return parse([]byte(s), combine(opts)) }

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
func parse(s []byte, o Option) (IBAN, error) {
	x, k := scan(s, o)
	if k != faultNone {
		return explain(s, o, k)
	}
	return x, nil
}

// explain names the first fault of what scan has refused because of k, or folds it where that is asked for and mends it.
func explain(s []byte, o Option, k fault) (IBAN, error) {
	switch k {
	case faultCheckDigits, faultCheckRange:
		return IBAN{}, parseError(k, 3)
	case faultNational:
		return IBAN{}, parseError(k, nationalPosition(s))
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
func fold(dst, s []byte) ([]byte, bool) {
	for _, c := range s {
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

// scan validates the electronic form. Faults about check digits, ISO or national, are the first that an input has;
// faultLength and faultClass stand for all that can be wrong before. Without a fault the value is the number.
//
// It is one long function on purpose: the words stay in registers from the input to the result.
func scan(s []byte, o Option) (IBAN, fault) {
	n := len(s)
	if n < minLength || n > maxLength {
		return IBAN{}, faultLength
	}
	head := binary.LittleEndian.Uint32(s)
	index := formatIndex[head&31<<5|head>>8&31]
	f := &formats[index]
	if uint32(f.code) != head&0xffff || int(f.length) != n || f.needs&^o != 0 {
		return IBAN{}, faultLength
	}
	gap := f.gap & 63
	a, b, c := uint64(zeros), uint64(zeros), binary.LittleEndian.Uint64(s[4:])<<gap|zeros&(1<<gap-1)
	d := binary.LittleEndian.Uint64(s[n-8:])
	switch f.words {
	case 3:
		b, c = c, binary.LittleEndian.Uint64(s[n-16:])
	case 4:
		a, b, c = c, binary.LittleEndian.Uint64(s[n-24:]), binary.LittleEndian.Uint64(s[n-16:])
	}
	tens, units := head>>16&0xff-'0', head>>24-'0'
	if tens > 9 || units > 9 {
		return IBAN{}, faultClass
	}
	var r uint64
	if digitsIn(a)&digitsIn(b)&digitsIn(c)&digitsIn(d) == highs {
		if f.letter {
			return IBAN{}, faultClass
		}
		r = (number(a)*pow24 + number(b)*pow16 + number(c)*pow8 + number(d)) % 97
	} else if r = f.mixed(a, b, c, d); r == misfit {
		return IBAN{}, faultClass
	}
	check := uint64(tens*10 + units)
	switch {
	case check-2 > 96:
		return IBAN{}, faultCheckRange
	case (r*(1000000%97)+uint64(f.iso)+check)%97 != 1:
		return IBAN{}, faultCheckDigits
	case f.rule != ruleNone && o&ISOOnly == 0 && (f.firm || o&StrictNational != 0) && !f.rule.holds(b, c, d, r):
		return IBAN{}, faultNational
	}
	return newIBAN(index, check, a, b, c, d), faultNone
}

// misfit is what mixed returns instead of a remainder.
const misfit = 97

// mixed is for a BBAN that does not consist of digits only. It returns the BBAN modulo 97, or misfit if a character
// does not belong to the class that its position asks for.
func (f *format) mixed(a, b, c, d uint64) uint64 {
	da, db, dc, dd := digitsIn(a), digitsIn(b), digitsIn(c), digitsIn(d)
	if (da&f.digit[0]|capitalsIn(a)&f.upper[0])&(db&f.digit[1]|capitalsIn(b)&f.upper[1])&
		(dc&f.digit[2]|capitalsIn(c)&f.upper[2])&(dd&f.digit[3]|capitalsIn(d)&f.upper[3]) != highs {
		return misfit
	}
	return appendWord(appendWord(appendWord(appendWord(0, a, da), b, db), c, dc), d, dd)
}

// NRB reads the 26 digits of a Polish account number as they stand in a bank file: canonical check digits and modulo 97,
// but not the digit of the sort code, which some of them carry wrong. It is the fast path for bulk reading and allocates
// nothing. Use FromNRB where the whole truth is wanted, or NationalOK afterwards.
func NRB(s []byte) (IBAN, bool) {
	if len(s) != 26 {
		return IBAN{}, false
	}
	b, c, d := binary.LittleEndian.Uint64(s[2:]), binary.LittleEndian.Uint64(s[10:]), binary.LittleEndian.Uint64(s[18:])
	if digitsIn(b)&digitsIn(c)&digitsIn(d) != highs {
		return IBAN{}, false
	}
	tens, units := uint64(s[0]-'0'), uint64(s[1]-'0')
	check := tens*10 + units
	if tens > 9 || units > 9 || check-2 > 96 {
		return IBAN{}, false
	}
	r := (number(b)*pow16 + number(c)*pow8 + number(d)) % 97
	if (r*(1000000%97)+252100+check)%97 != 1 {
		return IBAN{}, false
	}
	return newIBAN(polish, check, zeros, b, c, d), true
}

// polish is the entry of Poland.
var polish = indexOf('P', 'L')
