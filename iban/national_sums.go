package iban

// weights holds one weight per BBAN position, laid out for dot.
type weights [4]pattern

// pattern is the weights of one word: those at its even places and at its odd ones, each in lanes of 16 bits, the first
// place in the highest.
type pattern struct{ even, odd uint64 }

// weigh reads weights written like the BBAN they belong to, A standing for ten.
func weigh(pattern string) weights {
	var w weights
	for i := range len(pattern) {
		place := 32 - len(pattern) + i
		value := uint64(values[pattern[i]]) << (48 - place%8/2*16)
		if place%2 == 0 {
			w[place/8].even |= value
		} else {
			w[place/8].odd |= value
		}
	}
	return w
}

var (
	alAll     = weigh("97319731" + "0000000000000000")
	plAll     = weigh("39713971" + "0000000000000000")
	czPrefix  = weigh("0000" + "A58421" + "0000000000")
	czAccount = weigh("0000" + "000000" + "6379A58421")
	eeAll     = weigh("00" + "7137137137137" + "1")
	huBank    = weigh("97319731" + "0000000000000000")
	huAccount = weigh("00000000" + "9731973197319731")
	isOwner   = weigh("000000000000" + "32765432" + "1" + "0")
	noAll     = weigh("54327654321")
	noAccount = weigh("00000054321")
)

// dot returns the weighted sum of a word's digits; letters may stand only where the weight is zero. Each multiplication
// adds four products in its top 16 bits: lane i of the digits meets lane 3-i of the weights. No lane of their sum reaches
// 2^16, so none spills into the next.
func dot(w uint64, p *pattern) uint64 {
	const lanes = 0x00ff00ff00ff00ff
	w -= zeros
	return (w&lanes*p.even + w>>8&lanes*p.odd) >> 48
}

// sum returns the weighted sum of b's digits. No rule has weights in the first word.
func (w *weights) sum(b *bban) uint64 {
	return dot(b[1], &w[1]) + dot(b[2], &w[2]) + dot(b[3], &w[3])
}

// belgian returns the check of the first ten of twelve digits.
func belgian(c, d uint64) uint64 {
	r := (number(c)*100000000 + number(d)) / 100 % 97
	if r == 0 {
		return 97
	}
	return r
}

// belgianHolds compares the check with the first ten digits through what is known already: with x those ten and y the
// check, r97 is 100x + y, which is 3x + y, modulo 97; so x is y exactly where r97 is 4y.
func belgianHolds(y, r97 uint64) bool { return y-1 <= 96 && y*4%97 == r97 }

// norwegian returns the weighted sum. Accounts whose fifth and sixth digit are 00 are checked without the bank. That
// numbers of the old postgiro, bank 0000, are checked by Luhn instead, as python-stdnum has it, is in no source known here,
// and no such number was ever found published.
func norwegian(c, d uint64) uint64 {
	if d>>8&0xffff == '0'|'0'<<8 {
		return dot(d, &noAccount[3])
	}
	return dot(c, &noAll[2]) + dot(d, &noAll[3])
}

var (
	esBank    = weigh("485A9736" + "00" + "0000000000")
	esAccount = weigh("00000000" + "00" + "1248" + "5A9736")
)

// esDigits has the check character for each weighted sum, which is 495 at most; there is no division to wait for.
var esDigits = func() (all [512]byte) {
	for sum := range all {
		all[sum] = "01987654321"[sum%11]
	}
	return all
}()

// esDigit turns a Spanish weighted sum into its check character.
func esDigit(sum uint64) byte { return esDigits[sum%512] }

func esHolds(b, c, d uint64) bool {
	return esDigit(dot(b, &esBank[1])+dot(c, &esBank[2])) == byte(c>>32) &&
		esDigit(dot(c, &esAccount[2])+dot(d, &esAccount[3])) == byte(c>>40)
}

func esComplete(b *bban) bool {
	b.set(11, esDigit(esBank.sum(b)))
	b.set(10, esDigit(esAccount.sum(b)))
	return true
}

// luhn returns the Luhn sum of eight digits; those at even places are doubled, and of 10 or more the digits are added.
func luhn(w uint64) uint64 {
	const lanes = 0x00ff00ff00ff00ff
	w -= zeros
	doubled := w & lanes
	big := (doubled + 0x000b000b000b000b) >> 4 & 0x0001000100010001 // 1 where the digit is 5 or more
	return (doubled*2 - big*9 + w>>8&lanes) * 0x0001000100010001 >> 48
}

// hrComplete finds both digits by walking with 0 in their places.
func hrComplete(b *bban) bool {
	b.set(10, '0')
	b.set(0, '0')
	bank, account := hrWalk(b[1], b[2], b[3])
	b.set(10, hrDigit(bank))
	b.set(0, hrDigit(account))
	return true
}

// hrRight is 1, doubled.
const hrRight = 2

// hrDigit returns the check digit for what 0 in its place leads to: half of that is what stood before it (6 is the
// half of 1 modulo 11), and the digit makes that 1 modulo 10.
func hrDigit(doubled byte) byte { return '0' + (11-doubled*6%11)%10 }

// hrWalk returns where ISO 7064 MOD 11,10 leads with the seven digits of the bank and with the ten of the account: to
// hrRight each if its last digit is right.
func hrWalk(b, c, d uint64) (bank, account byte) {
	x, y := paired(c), paired(d)
	p := mod1110Pair[byte(x)][mod1110Pair[b>>52&0xf0][5]&15] // 0 leads from 5 to 10, where a walk begins
	p = mod1110Pair[byte(x>>32)][mod1110Pair[byte(x>>16)][p&15]&15]
	q := mod1110Pair[byte(y)][mod1110Pair[byte(x>>48)][10]&15]
	q = mod1110Pair[byte(y>>32)][mod1110Pair[byte(y>>16)][q&15]&15]
	return p, mod1110Pair[byte(y>>48)][q&15]
}

// paired joins each digit with the next one: four bits each, the first in the low ones.
func paired(w uint64) uint64 { return w&0x0f0f0f0f0f0f0f0f | w>>4&0xf0f0f0f0f0f0f0f0 }

// mod1110Step is one step of the hybrid system MOD 11,10: p = (p + digit) mod 10, 0 becomes 10, then 2p mod 11.
func mod1110Step(p, digit byte) byte {
	s := (p + digit) % 10
	if s == 0 {
		s = 10
	}
	return 2 * s % 11
}

// mod1110Pair is two steps at once, for two digits in one byte. The digits choose the row, since they are known early, so
// that only the place in the row waits for the step before.
var mod1110Pair = func() (next [256][16]byte) {
	for p := range byte(11) {
		for first := range byte(10) {
			for second := range byte(10) {
				next[first|second<<4][p] = mod1110Step(mod1110Step(p, first), second)
			}
		}
	}
	return next
}()
