package iban

// weights holds one weight per BBAN position, laid out for dot.
type weights [4]struct{ even, odd uint64 }

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

// The Polish and Albanian weights once more, as constants: their check lies within one word.
const (
	plEven = 3<<48 | 7<<32 | 3<<16 | 7
	plOdd  = 9<<48 | 1<<32 | 9<<16 | 1
	alEven = 9<<48 | 3<<32 | 9<<16 | 3
	alOdd  = 7<<48 | 1<<32 | 7<<16 | 1
)

// dot returns the weighted sum of eight digits (bytes of value 0 to 9). The multiplication adds four products in its
// top 16 bits: lane i of the digits meets lane 3-i of the weights. No lane reaches 2^16, so none spills.
func dot(digits, even, odd uint64) uint64 {
	const lanes = 0x00ff00ff00ff00ff
	return digits&lanes*even>>48 + digits>>8&lanes*odd>>48
}

// sum returns the weighted sum of b's digits. Letters may stand only where the weight is zero.
func (w *weights) sum(b *bban) uint64 {
	s := dot(b[3]-zeros, w[3].even, w[3].odd) + dot(b[2]-zeros, w[2].even, w[2].odd)
	return s + dot(b[1]-zeros, w[1].even, w[1].odd)
}

// belgian returns the check of the first ten of twelve digits.
func belgian(b *bban) uint64 {
	r := (number(b[2])*100000000 + number(b[3])) / 100 % 97
	if r == 0 {
		return 97
	}
	return r
}

// norwegian returns the weighted sum. Accounts whose fifth and sixth digit are 00 are checked without the bank.
func norwegian(b *bban) uint64 {
	if b.at(6) == '0' && b.at(5) == '0' {
		return noAccount.sum(b)
	}
	return noAll.sum(b)
}

var (
	esBank    = weigh("485A9736" + "00" + "0000000000")
	esAccount = weigh("00000000" + "00" + "1248" + "5A9736")
)

// esDigit turns a Spanish weighted sum into its check character.
func esDigit(sum uint64) byte { return "01987654321"[sum%11] }

func esHolds(b *bban) bool {
	return esDigit(esBank.sum(b)) == b.at(11) && esDigit(esAccount.sum(b)) == b.at(10)
}

func esComplete(b *bban) bool {
	b.set(11, esDigit(esBank.sum(b)))
	b.set(10, esDigit(esAccount.sum(b)))
	return true
}

// luhn returns the Luhn sum of sixteen digits, the last with weight 1.
func luhn(b *bban) uint64 { return luhnWord(b[2]-zeros) + luhnWord(b[3]-zeros) }

func luhnWord(digits uint64) uint64 {
	const lanes = 0x00ff00ff00ff00ff
	doubled := digits & lanes
	big := (doubled + 0x000b000b000b000b) >> 4 & 0x0001000100010001 // 1 where the digit is 5 or more
	total := doubled*2 - big*9 + digits>>8&lanes
	return total * 0x0001000100010001 >> 48
}

// hrHolds checks both parts by ISO 7064 MOD 11,10.
func hrHolds(b *bban) bool {
	return mod1110(b, 16, 11) == b.at(10)-'0' && mod1110(b, 9, 1) == b.at(0)-'0'
}

// mod1110 returns the MOD 11,10 check digit (ISO 7064) of the digits between two places before the last, inclusive.
func mod1110(b *bban, from, to int) byte {
	p := byte(10)
	for i := from; i >= to; i-- {
		p = mod1110Next[p][b.at(i)&15]
	}
	return (11 - p) % 10
}

// mod1110Next is one step of the hybrid system: p = (p + digit) mod 10, 0 becomes 10, then 2p mod 11.
var mod1110Next = func() (next [11][16]byte) {
	for p := range next {
		for d := range 10 {
			s := (p + d) % 10
			if s == 0 {
				s = 10
			}
			next[p][d] = byte(2 * s % 11)
		}
	}
	return next
}()
