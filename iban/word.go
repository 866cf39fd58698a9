package iban

import "encoding/binary"

// Eight characters at a time: a word holds them with the first in the low byte, so that one 64-bit operation works on
// all of them ("SIMD within a register"). The BBAN fills words from its end; bytes before it hold '0', which changes
// neither a number nor a weighted sum.

const (
	zeros = 0x3030303030303030 // "00000000"
	highs = 0x8080808080808080
	lows  = 0x7f7f7f7f7f7f7f7f
)

// digitsIn sets the high bit of each byte of w that is a decimal digit. No byte influences another, whatever w holds.
func digitsIn(w uint64) uint64 {
	x := w & lows
	return (x + (0x80-'0')*0x0101010101010101) &^ (x + (0x7f-'9')*0x0101010101010101) &^ w & highs
}

// capitalsIn does the same for A to Z.
func capitalsIn(w uint64) uint64 {
	x := w & lows
	return (x + (0x80-'A')*0x0101010101010101) &^ (x + (0x7f-'Z')*0x0101010101010101) &^ w & highs
}

// number returns the value of eight digits. It adds neighbours first in pairs, then in fours, then in eights.
func number(w uint64) uint64 {
	w -= zeros
	w = w*10 + w>>8
	return ((w&0x000000ff000000ff)*(100+1000000<<32) + (w>>16&0x000000ff000000ff)*(1+10000<<32)) >> 32
}

// digitsOf is the inverse of number: eight characters for a value below 10^8.
func digitsOf(n uint64) uint64 {
	// Split into fours (32-bit lanes), twos (16-bit lanes) and digits (8-bit lanes); each division by a constant is a
	// multiplication whose error stays below the lane's resolution for values of that size.
	hi := n / 10000
	four := hi | (n-hi*10000)<<32
	hundreds := (four * 10486 >> 20) & 0x0000007f0000007f
	two := hundreds | (four-hundreds*100)<<16
	tens := (two * 103 >> 10) & 0x000f000f000f000f
	return (tens | (two-tens*10)<<8) + zeros
}

// values gives each digit and capital its number in ISO 13616: 0 to 9, A is 10, Z is 35.
var values = [256]uint8{
	'0': 0, '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7, '8': 8, '9': 9,
	'A': 10, 'B': 11, 'C': 12, 'D': 13, 'E': 14, 'F': 15, 'G': 16, 'H': 17, 'I': 18, 'J': 19, 'K': 20, 'L': 21, 'M': 22,
	'N': 23, 'O': 24, 'P': 25, 'Q': 26, 'R': 27, 'S': 28, 'T': 29, 'U': 30, 'V': 31, 'W': 32, 'X': 33, 'Y': 34, 'Z': 35,
}

// isAlphanumeric reports whether c is a digit or a capital.
func isAlphanumeric(c byte) bool { return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' }

// pair says what two characters do to the number before them: it is multiplied by shift and value is added.
type pair struct{ value, shift uint16 }

// pairs holds every pair, at the first character times 64 plus the second, both less '0'.
var pairs = func() (all [64 * 64]pair) {
	for i := byte('0'); i <= 'Z'; i++ {
		for j := byte('0'); j <= 'Z'; j++ {
			if isAlphanumeric(i) && isAlphanumeric(j) {
				all[int(i-'0')<<6|int(j-'0')] = pair{uint16(values[i])*shiftOf(j) + uint16(values[j]), shiftOf(i) * shiftOf(j)}
			}
		}
	}
	return all
}()

// shiftOf is the power of ten by which a character moves what stands before it: letters count as two digits.
func shiftOf(c byte) uint16 {
	if c > '9' {
		return 100
	}
	return 10
}

// appendMod returns (r followed by the eight characters of w) modulo 97, for r below 97 and w of digits and capitals.
func appendMod(r, w uint64) uint64 {
	w -= zeros
	i := w<<6&0x0fc00fc00fc00fc0 | w>>8&0x003f003f003f003f // four places in pairs
	p, q := pairs[i&0xfff], pairs[i>>16&0xfff]
	s, t := pairs[i>>32&0xfff], pairs[i>>48]
	high := r*(uint64(p.shift)*uint64(q.shift)) + uint64(p.value)*uint64(q.shift) + uint64(q.value)
	low := uint64(s.value)*uint64(t.shift) + uint64(t.value)
	return (high*(uint64(s.shift)*uint64(t.shift)) + low) % 97 // below 97 * 10^16, so nothing overflows
}

// appendWord is appendMod with a short cut where digits, which is digitsIn(w), says that there are no letters.
func appendWord(r, w, digits uint64) uint64 {
	if digits == highs {
		return (r*pow8 + number(w)) % 97
	}
	return appendMod(r, w)
}

const (
	pow8  = 100000000 % 97               // 10^8 modulo 97
	pow16 = pow8 * pow8 % 97             // 10^16
	pow24 = pow8 * pow8 % 97 * pow8 % 97 // 10^24
)

// bban holds the words of a BBAN, the most significant first; unused leading ones hold "00000000".
type bban [4]uint64

// mod97 returns the BBAN, letters as two digits, modulo 97. Every byte must be a digit or a capital.
func (b *bban) mod97() uint64 {
	if b.numeric() {
		return b.numericMod97()
	}
	r := uint64(0)
	for _, w := range b {
		r = appendWord(r, w, digitsIn(w))
	}
	return r
}

// numericMod97 is mod97 for a BBAN of digits only.
func (b *bban) numericMod97() uint64 {
	return (number(b[0])*pow24 + number(b[1])*pow16 + number(b[2])*pow8 + number(b[3])) % 97
}

// numeric reports whether all characters are digits.
func (b *bban) numeric() bool {
	return digitsIn(b[0])&digitsIn(b[1])&digitsIn(b[2])&digitsIn(b[3]) == highs
}

// wordsOf aligns a BBAN of up to 32 characters to the end of the last word.
func wordsOf[T ~string | ~[]byte](text T) bban {
	var buf [32]byte
	for i := range buf {
		buf[i] = '0'
	}
	copy(buf[len(buf)-len(text):], text)
	var b bban
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(buf[8*i:])
	}
	return b
}
