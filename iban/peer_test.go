package iban

import (
	"errors"
	"strings"
	"testing"
)

// Each test here is a fault that was found in another library, named after it: a right number refused, or a wrong one
// accepted. All numbers have right ISO check digits unless the fault is about something before them.

func accepts(t *testing.T, numbers ...string) {
	t.Helper()
	for _, s := range numbers {
		if x, err := Parse(s); err != nil || x.String() != s {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// refuses wants one kind of fault, typed strictly or leniently.
func refuses(t *testing.T, kind Kind, numbers ...string) {
	t.Helper()
	for _, s := range numbers {
		if _, err := Parse(s); !errors.Is(err, kind) {
			t.Errorf("%q: %v, want %s", s, err, kind)
		}
		if _, err := ParseLenient(s); err == nil {
			t.Errorf("%q is accepted leniently", s)
		}
	}
}

// TestPeerPatternWithoutEnds: a pattern that is not anchored accepts what is too long.
func TestPeerPatternWithoutEnds(t *testing.T) {
	for c := range Countries() {
		if !c.Registered {
			continue
		}
		b := c.Example[4:]
		for _, wrong := range []string{b + "0", b + "A", "0" + b, b[1:], b[:len(b)-1]} {
			refuses(t, KindLength, mustISO(t, c.Code, wrong))
		}
	}
}

// TestPeerPatternOfClasses: one that matches a part accepts letters for digits and digits for letters.
func TestPeerPatternOfClasses(t *testing.T) {
	for c := range Countries() {
		for at, class := range c.classes {
			wrong := map[rune]string{'n': "K", 'a': "7"}[class]
			if !c.Registered || wrong == "" {
				continue
			}
			b := c.Example[4:]
			refuses(t, KindClass, mustISO(t, c.Code, b[:at]+wrong+b[at+1:]))
		}
	}
}

// TestPeerCostaRica: 22 characters since 2019, 21 before.
func TestPeerCostaRica(t *testing.T) {
	accepts(t, "CR05015202001026284066")
	refuses(t, KindLength, "CR0515202001026284066")
}

// TestPeerFrenchLetters: O, P, Q and R count in the key too.
func TestPeerFrenchLetters(t *testing.T) {
	accepts(t, "FR22200410100505QZABCMGEF65")
	for letter := range strings.SplitSeq("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "") {
		x, err := Build("FR", Parts{"20041", "01005", "0500013" + letter + "026"})
		if err != nil || !oracleRIB(x.BBAN()) {
			t.Errorf("%s: %v, %v", letter, x, err)
		}
		accepts(t, x.String())
	}
}

// TestPeerCzechFields: the prefix has six digits, the account ten.
func TestPeerCzechFields(t *testing.T) {
	accepts(t, "CZ2707100010110007922681", "CZ6508000000192000145399", "SK3112000000198742637541")
	refuses(t, KindNational, mustISO(t, "CZ", "07100010110007922682"), mustISO(t, "CZ", "07100010120007922681"),
		mustISO(t, "CZ", "08000000182000145399"), mustISO(t, "SK", "12000000198742637542"))
}

// TestPeerItalianLetters: a letter in an even place counts from A = 0, not from 10.
func TestPeerItalianLetters(t *testing.T) {
	for at := range 12 {
		for letter := range strings.SplitSeq("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "") {
			body := "0542811101" + "000000123456"[:at] + letter + "000000123456"[at+1:]
			cin := oracleCIN(body)
			accepts(t, mustISO(t, "IT", cin+body))
			plusTen := string('A' + (cin[0]-'A'+10)%26)
			refuses(t, KindNational, mustISO(t, "IT", plusTen+body), mustISO(t, "SM", plusTen+body))
		}
	}
}

// TestPeerCzechRemainderOne: where the sum asks for a digit of 10 no account exists, with whatever digit.
func TestPeerCzechRemainderOne(t *testing.T) {
	for digit := range strings.SplitSeq("0123456789", "") {
		prefix, account := "0000"+"00006"+digit+"2000145399", "0000"+"000019"+"000000006"+digit
		if weighted(prefix[4:], 10, 5, 8, 4, 2)%11 != 1 || weighted(account[10:], 6, 3, 7, 9, 10, 5, 8, 4, 2)%11 != 1 {
			t.Fatal("the remainders are not 1")
		}
		for _, code := range []string{"CZ", "SK"} {
			refuses(t, KindNational, mustISO(t, code, prefix), mustISO(t, code, account))
		}
	}
	if _, err := Build("CZ", Parts{Bank: "0000", Account: "00000" + "000000006"}); !errors.Is(err, ErrNationalDigits) {
		t.Errorf("a number is built all the same: %v", err)
	}
}

// TestPeerBelgianZero: a remainder of 0 is written 97.
func TestPeerBelgianZero(t *testing.T) {
	const body = "5390067967" // 97 times 55567711
	if oracleMod97(body) != 0 {
		t.Fatal("the remainder is not 0")
	}
	accepts(t, mustISO(t, "BE", body+"97"))
	refuses(t, KindNational, mustISO(t, "BE", body+"00"))
}

// TestPeerUnicodeFolding: dotless i and long s become I and S in Unicode; look-alikes and other alphabets' digits.
func TestPeerUnicodeFolding(t *testing.T) {
	refuses(t, KindBadCharacter,
		"G\u013175NWBK000000007099453", "E\u017f9121000418450200051332", // Gibraltar and Spain
		"\u0420L61109010140000071219812874",      // Cyrillic capital Er
		"GB29NWBK6016133192681\uff19",            // full-width digit
		"PL\u0661\u0661109010140000071219812874", // Arabic digits
		"PL6110901014000007121981287\u0664")
}

// TestPeerInvisible: newlines, tabs and other spaces are no part of a number, wherever they stand.
func TestPeerInvisible(t *testing.T) {
	const right = "PL61109010140000071219812874"
	for _, invisible := range []string{"\n", "\r\n", "\t", "\v", "\x00", "\u00a0", "\u2003", "\u200b", "\ufeff"} {
		refuses(t, KindBadCharacter, right+invisible, invisible+right, right[:4]+invisible+right[4:])
	}
	for _, s := range []string{right + " ", " " + right} {
		if _, err := Parse(s); !errors.Is(err, KindSpace) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestPeerLetterUnseenByModulo97: both numbers are right modulo 97 and by structure; only the national key tells.
func TestPeerLetterUnseenByModulo97(t *testing.T) {
	accepts(t, "FR1420041010050500013M02606")
	refuses(t, KindNational, "FR1420041010050500013MZ2606")
}
