package iban

import (
	"math/big"
	"strconv"
	"strings"
)

// The oracle is a second, slow and obvious version of validation, written from the descriptions of the rules and sharing
// nothing with the package but the registry's text. Tests and fuzzing compare both.

// oracleValid judges the electronic form as ParseWith does.
func oracleValid(s string, o Option) bool {
	if len(s) < 5 {
		return false
	}
	c, ok := CountryByCode(s[:2])
	if !ok || !c.Registered && o&Unregistered == 0 || !oracleFits(s[4:], c.Structure) || !oracleFits(s[2:4], "2!n") {
		return false
	}
	if s[2:4] < "02" || s[2:4] > "98" || oracleMod97(s[4:]+s[:4]) != 1 {
		return false
	}
	judged := c.NationalRule == Published || c.NationalRule == Observed && o&StrictNational != 0
	return o&ISOOnly != 0 || !judged || oracleNational(c.Code, s[4:])
}

// oracleFits compares text with a structure in the registry's notation.
func oracleFits(text, structure string) bool {
	for structure != "" {
		i := strings.Index(structure, "!")
		n, _ := strconv.Atoi(structure[:i])
		if len(text) < n {
			return false
		}
		set := map[byte]string{'n': "0123456789", 'a': "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
			'c': "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}[structure[i+1]]
		if strings.Trim(text[:n], set) != "" {
			return false
		}
		text, structure = text[n:], structure[i+2:]
	}
	return text == ""
}

// oracleMod97 writes letters as numbers and divides the whole.
func oracleMod97(text string) int64 {
	var digits strings.Builder
	for _, c := range text {
		if c >= 'A' {
			digits.WriteString(strconv.Itoa(int(c-'A') + 10))
		} else {
			digits.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// oraclePrint is the print form.
func oraclePrint(s string) string {
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), " ")
}

func weighted(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return sum
}

// oracleNational checks the national digits of countries that have a rule, published or observed.
func oracleNational(code, b string) bool {
	switch code {
	case "AL":
		return digit((10-weighted(b, 9, 7, 3, 1, 9, 7, 3)%10)%10) == b[7:8]
	case "PL":
		return digit((10-weighted(b, 3, 9, 7, 1, 3, 9, 7)%10)%10) == b[7:8]
	case "BA", "ME", "MK", "PT", "RS", "SI", "TL", "AO", "CV", "MZ", "ST", "XK":
		n := len(b) - 2
		return two(98-oracleMod97(b[:n]+"00")) == b[n:]
	case "MR", "TN", "CM", "CF", "TD", "KM", "CG", "GQ", "GA", "MG", "BI", "DJ", "MA":
		n := len(b) - 2
		return two(97-oracleMod97(b[:n]+"00")) == b[n:]
	case "BE":
		r := oracleMod97(b[:10])
		if r == 0 {
			r = 97
		}
		return two(r) == b[10:]
	case "CZ", "SK":
		return weighted(b[4:], 10, 5, 8, 4, 2, 1)%11 == 0 && weighted(b[10:], 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0
	case "EE":
		return digit((10-weighted(b[2:], 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7)%10)%10) == b[15:]
	case "ES":
		return spanish(weighted(b, 4, 8, 5, 10, 9, 7, 3, 6)) == b[8:9] &&
			spanish(weighted(b[10:], 1, 2, 4, 8, 5, 10, 9, 7, 3, 6)) == b[9:10]
	case "FI":
		return oracleLuhn(b)
	case "FR", "MC":
		return oracleRIB(b)
	case "BJ", "BF", "CI", "ML", "NE", "SN", "TG":
		n := len(b) - 2
		return two(97-oracleMod97(frenchLetters(b[:n])+"00")) == b[n:]
	case "HR":
		return hybrid(b[:7]) && hybrid(b[7:])
	case "HU":
		long := digit((10-weighted(b[8:], 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3)%10)%10) == b[23:]
		if b[16:] == "00000000" {
			long = digit((10-weighted(b[8:], 9, 7, 3, 1, 9, 7, 3)%10)%10) == b[15:16]
		}
		return long && digit((10-weighted(b, 9, 7, 3, 1, 9, 7, 3)%10)%10) == b[7:8]
	case "IS":
		c := (11 - weighted(b[12:], 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
		return strconv.Itoa(c) == b[20:21]
	case "IT", "SM":
		return oracleCIN(b[1:]) == b[:1]
	case "NO":
		sum := weighted(b, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
		if b[4:6] == "00" {
			sum = weighted(b[6:], 5, 4, 3, 2)
		}
		return strconv.Itoa((11-sum%11)%11) == b[10:]
	}
	panic("no oracle for " + code)
}

func digit(d int) string { return strconv.Itoa(d) }

func two(n int64) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

func spanish(sum int) string {
	switch c := 11 - sum%11; c {
	case 11:
		return "0"
	case 10:
		return "1"
	default:
		return digit(c)
	}
}

func oracleLuhn(b string) bool {
	sum := 0
	for i := range len(b) {
		d := int(b[len(b)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// frenchLetters maps letters to digits as the RIB key does.
func frenchLetters(b string) string {
	return strings.Map(func(c rune) rune {
		if i := strings.IndexRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c); i >= 0 {
			return rune("12345678912345678923456789"[i])
		}
		return c
	}, b)
}

func oracleRIB(b string) bool {
	mapped := frenchLetters(b)
	bank, _ := strconv.Atoi(mapped[:5])
	branch, _ := strconv.Atoi(mapped[5:10])
	account, _ := strconv.Atoi(mapped[10:21])
	return two(int64(97-(89*bank+15*branch+3*account)%97)) == mapped[21:]
}

func hybrid(s string) bool {
	p := 10
	for _, c := range s[:len(s)-1] {
		p = (p + int(c-'0')) % 10
		if p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (p+int(s[len(s)-1]-'0'))%10 == 1
}

func oracleCIN(s string) string {
	odd := map[byte]int{'0': 1, '1': 0, '2': 5, '3': 7, '4': 9, '5': 13, '6': 15, '7': 17, '8': 19, '9': 21,
		'A': 1, 'B': 0, 'C': 5, 'D': 7, 'E': 9, 'F': 13, 'G': 15, 'H': 17, 'I': 19, 'J': 21, 'K': 2, 'L': 4, 'M': 18,
		'N': 20, 'O': 11, 'P': 3, 'Q': 6, 'R': 8, 'S': 12, 'T': 14, 'U': 16, 'V': 10, 'W': 22, 'X': 25, 'Y': 24, 'Z': 23}
	sum := 0
	for i := range len(s) {
		switch {
		case i%2 == 0:
			sum += odd[s[i]]
		case s[i] >= 'A':
			sum += int(s[i] - 'A')
		default:
			sum += int(s[i] - '0')
		}
	}
	return string(rune('A' + sum%26))
}

// oracleBuild puts parts where they belong and tries every character in the places of national and ISO check digits; ""
// if none fits.
func oracleBuild(country string, p Parts) string {
	c, ok := CountryByCode(country)
	if !ok {
		return ""
	}
	text := make([]string, len(c.classes)) // "" where nothing is given
	if !oraclePlace(c, text, p.Bank, c.Bank, false) || !oraclePlace(c, text, p.Branch, c.Branch, false) ||
		!oraclePlace(c, text, p.Account, c.Account, true) {
		return ""
	}
	for _, b := range oracleFillings(c, text) {
		if !oracleFits(b, c.Structure) || c.NationalRule != NoRule && !oracleNational(country, b) {
			continue
		}
		for check := int64(2); check <= 98; check++ {
			if oracleMod97(b+country+two(check)) == 1 {
				return country + two(check) + b
			}
		}
	}
	return ""
}

// oraclePlace writes one part, given whole or without its check characters, into text.
func oraclePlace(c *Country, text []string, part string, s Span, pad bool) bool {
	var all, bare []int
	for i := s.From; i < s.To; i++ {
		all = append(all, i)
		if !c.isCheck(i) {
			bare = append(bare, i)
		}
	}
	if pad && len(part) < len(bare) {
		part = strings.Repeat("0", len(bare)-len(part)) + part
	}
	places := all
	if len(part) == len(bare) {
		places = bare
	}
	for i := range min(len(part), len(places)) {
		text[places[i]] = part[i : i+1]
	}
	return len(part) == len(places)
}

// oracleFillings returns text with everything that could stand in the places of checks that are still open.
func oracleFillings(c *Country, text []string) []string {
	list := []string{""}
	for i, ch := range text {
		choices := []string{ch}
		if c.isCheck(i) && ch == "" {
			choices = strings.Split("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "")
		}
		var longer []string
		for _, before := range list {
			for _, choice := range choices {
				longer = append(longer, before+choice)
			}
		}
		list = longer
	}
	return list
}
