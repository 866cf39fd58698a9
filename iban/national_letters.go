package iban

// ribHolds checks a RIB key. For digits only the weighted form 89*bank + 15*branch + 3*account + key is the same as the
// whole number modulo 97, because 100^k has those remainders.
func ribHolds(b, c, d, r97 uint64) bool {
	if (b|c|d)&letterBits != 0 {
		r97 = (number(ribDigits(b))*pow16 + number(ribDigits(c))*pow8 + number(ribDigits(d))) % 97
	}
	return r97 == 0 && pairAtEnd(d)-1 <= 96
}

// letterBits is the bit that a letter has and a digit lacks, in each byte.
const letterBits = 0x4040404040404040

// ribDigits maps a word's letters to digits as the French RIB does: A to I and J to R are 1 to 9, S to Z are 2 to 9.
func ribDigits(w uint64) uint64 {
	if w&letterBits == 0 {
		return w
	}
	letters := w & letterBits >> 6 // 1 per letter
	return w - letters*('A'-'1') - atLeast(w, 'J')>>7*9 - atLeast(w, 'S')>>7*8
}

// atLeast sets the high bit of each byte of w, all of them ASCII, that is not below c.
func atLeast(w, c uint64) uint64 { return (w + (0x80-c)*0x0101010101010101) & highs }

// cin returns the Italian control letter of the 22 characters after the second of three words. Places count from the
// first of them; odd ones have their own scrambled values, even ones count plainly, letters from A = 0.
func cin(b, c, d uint64) byte {
	sum := int(cinOdd[byte(b>>16)]) + int(cinEven[byte(b>>24)])
	for shift := 0; shift < 64; shift += 16 {
		if shift >= 32 {
			sum += int(cinOdd[byte(b>>shift)]) + int(cinEven[byte(b>>(shift+8))])
		}
		sum += int(cinOdd[byte(c>>shift)]) + int(cinEven[byte(c>>(shift+8))])
		sum += int(cinOdd[byte(d>>shift)]) + int(cinEven[byte(d>>(shift+8))])
	}
	return 'A' + byte(sum%26)
}

// cinScramble gives the value at odd places for 0 to 9 and, the same ten first, for A to Z.
var cinScramble = [26]uint8{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

var cinOdd, cinEven = func() (odd, even [256]uint8) {
	for i, v := range cinScramble {
		odd['A'+i], even['A'+i] = v, uint8(i)
		if i < 10 {
			odd['0'+i], even['0'+i] = v, uint8(i)
		}
	}
	return odd, even
}()
