package iban

// National check digits: the rules of the 48 countries that have one, over the words of a BBAN. Sources: ECBS TR201
// ("Register of European Account Numbers"), the national bankers' associations, ISO 7064; those that registry.tsv marks
// "warn" were found by testing hypotheses against every published example.
//
// Each rule can judge (holds) and compute (complete). The tests play the two against each other and against a slow third
// version.

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

// holds reports whether the national check characters are right. The words, of which no rule needs the first, must fit
// the country's structure; r97 is the BBAN modulo 97, which the ISO check has computed anyway.
func (r rule) holds(b, c, d, r97 uint64) bool {
	switch r {
	case ruleMod971:
		return r97 == 1 && pairAtEnd(d)-2 <= 96
	case ruleMod970:
		return r97 == 0 && pairAtEnd(d)-1 <= 96
	case ruleRib:
		return ribHolds(b, c, d, r97)
	case ruleAl:
		return dot(b, &alAll[1])%10 == 0
	case rulePl:
		return dot(b, &plAll[1])%10 == 0
	case ruleBe:
		return belgianHolds(pairAtEnd(d), r97)
	case ruleCz:
		return dot(c, &czPrefix[2])%11 == 0 && (dot(c, &czAccount[2])+dot(d, &czAccount[3]))%11 == 0
	case ruleEe:
		return (dot(c, &eeAll[2])+dot(d, &eeAll[3]))%10 == 0
	case ruleEs:
		return esHolds(b, c, d)
	case ruleLuhn:
		return (luhn(c)+luhn(d))%10 == 0
	case ruleHr:
		bank, account := hrWalk(b, c, d)
		return bank == hrRight && account == hrRight
	case ruleHu:
		return dot(b, &huBank[1])%10 == 0 && (dot(c, &huAccount[2])+dot(d, &huAccount[3]))%10 == 0
	case ruleIs:
		return (dot(c, &isOwner[2])+dot(d, &isOwner[3]))%11 == 0
	case ruleCin:
		return cin(b, c, d) == byte(b>>8)
	case ruleNo:
		return norwegian(c, d)%11 == 0
	}
	return true
}

// complete writes the check characters into b, whatever stood at their positions, and reports whether the body has any:
// CZ, SK, NO and IS have bodies for which none exists.
func (r rule) complete(b *bban) bool {
	switch r {
	case ruleMod971:
		rest := b.withoutPair()
		return b.setPair(98 - rest.mod97())
	case ruleMod970:
		rest := b.withoutPair()
		return b.setPair(97 - rest.mod97())
	case ruleRib:
		rest := b.withoutPair()
		rest = bban{zeros, ribDigits(rest[1]), ribDigits(rest[2]), ribDigits(rest[3])}
		return b.setPair(97 - rest.numericMod97())
	case ruleAl:
		return b.setWeighted(16, &alAll, 10)
	case rulePl:
		return b.setWeighted(16, &plAll, 10)
	case ruleBe:
		return b.setPair(belgian(b[2], b[3]))
	case ruleCz:
		return b.setWeighted(10, &czPrefix, 11) && b.setWeighted(0, &czAccount, 11)
	case ruleEe:
		return b.setWeighted(0, &eeAll, 10)
	case ruleEs:
		return esComplete(b)
	case ruleLuhn:
		b.set(0, '0')
		b.set(0, '0'+byte((10-(luhn(b[2])+luhn(b[3]))%10)%10))
	case ruleHr:
		return hrComplete(b)
	case ruleHu:
		return b.setWeighted(16, &huBank, 10) && b.setWeighted(0, &huAccount, 10)
	case ruleIs:
		return b.setWeighted(1, &isOwner, 11)
	case ruleCin:
		b.set(22, cin(b[1], b[2], b[3]))
	case ruleNo:
		b.set(0, '0')
		return b.setElevenths(0, norwegian(b[2], b[3]))
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

// setPair writes v, below 100, as the last two digits.
func (b *bban) setPair(v uint64) bool {
	b.set(1, '0'+byte(v/10))
	b.set(0, '0'+byte(v%10))
	return true
}

// withoutPair returns a copy whose last two digits are 00.
func (b *bban) withoutPair() bban {
	c := *b
	c.setPair(0)
	return c
}

// pairAtEnd returns the value of a word's last two digits.
func pairAtEnd(w uint64) uint64 { return w>>48&15*10 + w>>56&15 }

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
