package iban

// ribHolds checks a RIB key. For digits only the weighted form 89*bank + 15*branch + 3*account + key is the same as the
// whole number modulo 97, because 100^k has those remainders.
func ribHolds(b *bban, r97 uint64) bool {
	if !b.numeric() {
		mapped := ribDigits(b)
		r97 = mapped.numericMod97()
	}
	return r97 == 0 && pairAtEnd(b)-1 <= 96
}

// ribDigits maps letters as the French RIB does: A to I and J to R are 1 to 9, S to Z are 2 to 9.
func ribDigits(b *bban) *bban {
	mapped := *b
	for i, w := range mapped {
		if digitsIn(w) == highs {
			continue
		}
		for shift := 0; shift < 64; shift += 8 {
			c := byte(w >> shift)
			mapped[i] = mapped[i]&^(0xff<<shift) | uint64(ribDigit(c))<<shift
		}
	}
	return &mapped
}

func ribDigit(c byte) byte {
	switch {
	case c < 'A':
		return c
	case c < 'J':
		return c - 'A' + '1'
	case c < 'S':
		return c - 'J' + '1'
	}
	return c - 'S' + '2'
}

// cin returns the Italian control letter of the 22 characters before the end. Places count from the first of them;
// odd ones have their own scrambled values, even ones count plainly, letters from A = 0.
func cin(b *bban) byte {
	sum := 0
	for i := 21; i > 0; i -= 2 {
		sum += int(cinOdd[b.at(i)]) + int(cinEven[b.at(i-1)])
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
