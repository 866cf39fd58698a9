package iban

import (
	"crypto/aes"
	"slices"
	"testing"
)

// The benchmarks stand beside floors measured in the same run: what a program does that only says yes or no, or only
// writes digits. docs/performance.md has the ratios.

const benchPL = "PL61109010140000071219812874"

// mixed are the registry's examples of 20 countries, with and without letters and national digits.
var mixed = func() (list []string) {
	for _, code := range []string{"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "HR", "HU", "IE", "IT", "LT", "NL", "NO", "PL", "PT", "SE"} {
		c, _ := CountryByCode(code)
		list = append(list, c.Example)
	}
	return list
}()

// floorValid is the floor of validation: structure, modulo 97 and canonical check digits, a bool and nothing else.
func floorValid(s string) bool {
	n := len(s)
	if n < minLength || n > maxLength {
		return false
	}
	f := &formats[formatIndex[int(s[0]&31)<<5|int(s[1]&31)]]
	if int(f.length) != n || f.code != uint16(s[0])|uint16(s[1])<<8 {
		return false
	}
	gap := f.gap & 63
	a, b, c := uint64(zeros), uint64(zeros), load(s, 4)<<gap|zeros&(1<<gap-1)
	d := load(s, n-8)
	switch f.words {
	case 3:
		b, c = c, load(s, n-16)
	case 4:
		a, b, c = c, load(s, n-24), load(s, n-16)
	}
	tens, units := uint64(s[2]-'0'), uint64(s[3]-'0')
	check := tens*10 + units
	if tens > 9 || units > 9 || check-2 > 96 {
		return false
	}
	r := uint64(0)
	if digitsIn(a)&digitsIn(b)&digitsIn(c)&digitsIn(d) == highs {
		if f.letter {
			return false
		}
		r = (number(a)*pow24 + number(b)*pow16 + number(c)*pow8 + number(d)) % 97
	} else if r = f.mixed(a, b, c, d); r == misfit {
		return false
	}
	return (r*(1000000%97)+uint64(f.iso)+check)%97 == 1
}

func load(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func BenchmarkValidatePL(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			sinkBool = floorValid(benchPL)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sinkIBAN, sinkErr = Parse(benchPL)
		}
	})
	nrb := []byte(benchPL[2:])
	b.Run("nrb", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sinkIBAN, sinkBool = NRB(nrb)
		}
	})
}

func BenchmarkValidateMixed(b *testing.B) {
	i := 0
	next := func() string {
		if i++; i == len(mixed) {
			i = 0
		}
		return mixed[i]
	}
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			sinkBool = floorValid(next())
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sinkIBAN, sinkErr = Parse(next())
		}
	})
}

// BenchmarkCountries are those 20 one by one, and all others with a published national rule.
func BenchmarkCountries(b *testing.B) {
	list := slices.Clone(mixed)
	for c := range Countries() {
		if c.NationalRule == Published && !slices.Contains(list, c.Example) {
			list = append(list, c.Example)
		}
	}
	for _, s := range list {
		b.Run(s[:2]+"/floor", func(b *testing.B) {
			for b.Loop() {
				sinkBool = floorValid(s)
			}
		})
		b.Run(s[:2]+"/parse", func(b *testing.B) {
			for b.Loop() {
				sinkIBAN, sinkErr = Parse(s)
			}
		})
	}
}

func BenchmarkInvalid(b *testing.B) {
	for name, s := range map[string]string{"digit": "PL61109010140000071219812875", "national": "PL37111111120000000000000000",
		"class": "PL6110901014000007121981287A", "country": "XX61109010140000071219812874", "length": "PL6110901014000007121981287"} {
		b.Run(name+"/floor", func(b *testing.B) {
			for b.Loop() {
				sinkBool = floorValid(s)
			}
		})
		b.Run(name+"/parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkIBAN, sinkErr = Parse(s)
			}
		})
	}
}

// floorNext is the floor of generation: twelve digits and both check digits of a Polish number, nothing general.
func floorNext(dst *[28]byte, n uint64) {
	const base = 111111117700 * (1000000000000 % 97) % 97 // sort code and mask, before twelve zeros
	mod := (base + n) % 97
	check := 98 - (mod*27+252100%97)%97
	copy(dst[:], "PL00111111117700")
	high := n / 100000000
	word := digitsOf(high) >> 32
	dst[16], dst[17], dst[18], dst[19] = byte(word), byte(word>>8), byte(word>>16), byte(word>>24)
	putWord(dst[20:], digitsOf(n-high*100000000))
	dst[2], dst[3] = '0'+byte(check/10), '0'+byte(check%10)
}

func putWord(b []byte, w uint64) {
	_ = b[7]
	for i := range 8 {
		b[i] = byte(w >> (8 * i))
	}
}

func BenchmarkNext(b *testing.B) {
	r, err := NewRange("PL111111117700", make([]byte, 16))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("floor", func(b *testing.B) {
		var dst [28]byte
		n := uint64(0)
		for b.Loop() {
			floorNext(&dst, n)
			n++
		}
		sinkByte = dst[27]
	})
	buf := make([]byte, 0, 34)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		n := uint64(0)
		for b.Loop() {
			buf, _ = r.AppendPlain(buf[:0], n)
			n++
		}
	})
	b.Run("cipher", func(b *testing.B) {
		block, _ := aes.NewCipher(make([]byte, 16))
		x := make([]byte, 16)
		for b.Loop() {
			for range permuteRounds {
				block.Encrypt(x, x)
			}
		}
	})
	b.Run("permuted", func(b *testing.B) {
		b.ReportAllocs()
		n := uint64(0)
		for b.Loop() {
			buf, _ = r.AppendAt(buf[:0], n)
			n++
		}
	})
	for _, base := range []string{"CZ0800000000", "NO8601", "ES21000418", "IT?05428111010000", "FR2004101005", "HR1001005"} {
		r, err := NewRange(base, make([]byte, 16))
		if err != nil {
			b.Fatal(err)
		}
		b.Run("plain/"+base[:2], func(b *testing.B) {
			n := uint64(0)
			for b.Loop() {
				buf, _ = r.AppendPlain(buf[:0], n)
				n++
				n %= r.Capacity()
			}
		})
	}
}

var (
	sinkBool bool
	sinkIBAN IBAN
	sinkErr  error
	sinkByte byte
)
