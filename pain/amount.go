package pain

import "strconv"

// appendAmount appends minor units as a decimal with a point and all decimals of the currency.
func appendAmount(b []byte, amount int64, decimals int) []byte {
	if decimals == 0 {
		return strconv.AppendInt(b, amount, 10)
	}
	unit := int64(1)
	for range decimals {
		unit *= 10
	}
	b = append(strconv.AppendInt(b, amount/unit, 10), '.')
	for rest := amount % unit; unit > 1; rest %= unit {
		unit /= 10
		b = append(b, '0'+byte(rest/unit))
	}
	return b
}

// ParseAmount reads a decimal such as 1234.50 into minor units with so many decimals, 0 to 5, and reports whether it is one:
// digits, at most one point with digits behind it, at most 18 digits in all. Further decimals must be zero: nothing is rounded.
func ParseAmount(s string, decimals int) (int64, bool) {
	var n int64
	digits, behind, point := 0, 0, false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.' && !point && i > 0 && i < len(s)-1:
			point = true
			continue
		case c < '0' || c > '9':
			return 0, false
		case point:
			behind++
		}
		if behind > decimals {
			if c != '0' {
				return 0, false
			}
			continue
		}
		n = n*10 + int64(c-'0')
		if digits++; n == 0 {
			digits = 0
		}
		if digits > mostDigit {
			return 0, false
		}
	}
	for ; behind < decimals; behind++ {
		if n > mostSum/10 {
			return 0, false
		}
		n *= 10
	}
	return n, len(s) > 0
}
