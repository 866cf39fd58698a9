package iban

// National check digits: the rules of the 48 countries that have one, over the words of a BBAN. Sources: ECBS TR201
// ("Register of European Account Numbers"), the national bankers' associations, ISO 7064; those that registry.tsv marks
// "warn" were found by testing hypotheses against every published example.
//
// Each rule can judge (holds) and compute (complete). The two are written separately and the tests play them against
// each other and against a slow third version.

// rule names an algorithm; several countries may share one.
type rule uint8

const (
	ruleNone   rule = iota
	ruleMod971      // the whole BBAN is 1 modulo 97 (ISO 7064 MOD 97-10), last two digits 02 to 98
	ruleMod970      // the whole BBAN is 0 modulo 97 (RIB key of digits), last two digits 01 to 97
	ruleRib         // the same after mapping letters to single digits as the French RIB does
	ruleAl          // Albania: 9731 over bank and branch
	ruleBe          // Belgium: remainder of the first ten digits by 97, 0 written as 97
	ruleCz          // Czechia, Slovakia: modulo 11 over the prefix and over the account
	ruleEe          // Estonia: 731 from the right over branch and account
	ruleEs          // Spain: modulo 11 over bank and branch, and over the account
	ruleLuhn        // Finland: Luhn over everything
	ruleHr          // Croatia: ISO 7064 MOD 11,10 over the bank and over the account
	ruleHu          // Hungary: 9731 over bank and branch, and over the account
	ruleIs          // Iceland: modulo 11 over the owner's kennitala
	ruleCin         // Italy, San Marino: a letter over all else
	ruleNo          // Norway: modulo 11 over everything
	rulePl          // Poland: 3971 over bank and branch
)

// holds reports whether the national check characters of b are right. b must fit its country's structure; r97 is
// b.mod97(), which the ISO check has computed anyway.
func (r rule) holds(b *bban, r97 uint64) bool {
	switch r {
	case ruleMod971:
		return r97 == 1 && pairAtEnd(b)-2 <= 96
	case ruleMod970:
		return r97 == 0 && pairAtEnd(b)-1 <= 96
	case ruleRib:
		return ribHolds(b, r97)
	case ruleAl:
		return divides(10, dot(b[1]-zeros, alEven, alOdd))
	case rulePl:
		return divides(10, dot(b[1]-zeros, plEven, plOdd))
	case ruleBe:
		return belgian(b) == pairAtEnd(b)
	case ruleCz:
		return divides(11, czPrefix.sum(b)) && divides(11, czAccount.sum(b))
	case ruleEe:
		return divides(10, eeAll.sum(b))
	case ruleEs:
		return esHolds(b)
	case ruleLuhn:
		return divides(10, luhn(b))
	case ruleHr:
		return hrHolds(b)
	case ruleHu:
		return divides(10, huBank.sum(b)) && divides(10, huAccount.sum(b))
	case ruleIs:
		return divides(11, isOwner.sum(b))
	case ruleCin:
		return cin(b) == b.at(22)
	case ruleNo:
		return divides(11, norwegian(b))
	}
	return true
}

// complete writes the check characters into b, whatever stood at their positions, and reports whether the body has any:
// CZ, SK, NO and IS have bodies for which none exists.
func (r rule) complete(b *bban) bool {
	switch r {
	case ruleMod971:
		return b.setPair(0, 98-b.withPair(0).mod97())
	case ruleMod970:
		return b.setPair(0, 97-b.withPair(0).mod97())
	case ruleRib:
		mapped := ribDigits(b.withPair(0))
		return b.setPair(0, 97-mapped.numericMod97())
	case ruleAl:
		return b.setWeighted(16, &alAll, 10)
	case rulePl:
		return b.setWeighted(16, &plAll, 10)
	case ruleBe:
		return b.setPair(0, belgian(b))
	case ruleCz:
		return b.setWeighted(10, &czPrefix, 11) && b.setWeighted(0, &czAccount, 11)
	case ruleEe:
		return b.setWeighted(0, &eeAll, 10)
	case ruleEs:
		return esComplete(b)
	case ruleLuhn:
		b.set(0, '0')
		b.set(0, '0'+byte((10-luhn(b)%10)%10))
	case ruleHr:
		b.set(10, '0'+mod1110(b, 16, 11))
		b.set(0, '0'+mod1110(b, 9, 1))
	case ruleHu:
		return b.setWeighted(16, &huBank, 10) && b.setWeighted(0, &huAccount, 10)
	case ruleIs:
		return b.setWeighted(1, &isOwner, 11)
	case ruleCin:
		b.set(22, cin(b))
	case ruleNo:
		b.set(0, '0')
		return b.setElevenths(0, norwegian(b))
	}
	return true
}

// at returns the character that many places before the last.
func (b *bban) at(fromEnd int) byte { return byte(b[3-fromEnd/8] >> (56 - fromEnd%8*8)) }

// set writes the character that many places before the last.
func (b *bban) set(fromEnd int, c byte) {
	w, shift := &b[3-fromEnd/8], 56-fromEnd%8*8
	*w = *w&^(0xff<<shift) | uint64(c)<<shift
}

// setPair writes v, below 100, as two digits ending that many places before the last.
func (b *bban) setPair(fromEnd int, v uint64) bool {
	b.set(fromEnd+1, '0'+byte(v/10))
	b.set(fromEnd, '0'+byte(v%10))
	return true
}

// withPair returns a copy with 00 at those places.
func (b *bban) withPair(fromEnd int) *bban {
	c := *b
	c.setPair(fromEnd, 0)
	return &c
}

// pairAtEnd returns the value of the last two digits.
func pairAtEnd(b *bban) uint64 {
	return uint64(b.at(1)-'0')*10 + uint64(b.at(0)-'0')
}

// setWeighted computes the check digit at a place whose weight is 1, so that the sum becomes a multiple of m.
func (b *bban) setWeighted(fromEnd int, w *weights, m uint64) bool {
	b.set(fromEnd, '0')
	if m == 11 {
		return b.setElevenths(fromEnd, w.sum(b))
	}
	b.set(fromEnd, '0'+byte((10-w.sum(b)%10)%10))
	return true
}

// setElevenths writes the digit that makes sum a multiple of 11; there is none where that would be 10.
func (b *bban) setElevenths(fromEnd int, sum uint64) bool {
	digit := (11 - sum%11) % 11
	if digit == 10 {
		return false
	}
	b.set(fromEnd, '0'+byte(digit))
	return true
}

// divides reports whether n is a multiple of m.
func divides(m, n uint64) bool { return n%m == 0 }
