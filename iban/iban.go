package iban

// maxLength is the longest IBAN that ISO 13616 allows, minLength the shortest that exists (Norway).
const (
	maxLength = 34
	minLength = 15
)

// IBAN is a checked account number. It is a plain value: it holds no pointers, can be compared with == and used as a map
// key, and copying it allocates nothing. The zero value is no IBAN; it prints as nothing and marshals as empty text.
type IBAN struct {
	text    [maxLength]byte // electronic form, the rest zero
	length  uint8
	country uint8 // entry of countries; follows from the text, so == still means the same number
}

// IsZero reports whether x is no IBAN at all.
func (x IBAN) IsZero() bool { return x.length == 0 }

// Len returns the number of characters of the electronic form, 0 for the zero IBAN.
func (x IBAN) Len() int { return int(x.length) }

// Country returns the two-letter country code, "" for the zero IBAN. Territories such as Reunion or Jersey use the code
// of the country whose format they share.
func (x IBAN) Country() string { return countries[x.country].Code }

// Format returns the print form: groups of four characters with one space between, the last group may be shorter.
func (x IBAN) Format() string {
	var buf [maxLength + maxLength/4]byte
	return string(x.AppendFormat(buf[:0]))
}

// AppendFormat appends the print form to dst.
func (x IBAN) AppendFormat(dst []byte) []byte {
	return x.appendGroups(dst, 0, 0)
}

// String returns the electronic form: capitals and digits, no spaces.
func (x IBAN) String() string { return string(x.text[:x.length]) }

// Masked returns the print form with all but the first four and last four characters as '*': enough to recognise one's
// own number, too little to use it. This is what reaches logs.
func (x IBAN) Masked() string {
	var buf [maxLength + maxLength/4]byte
	return string(x.appendGroups(buf[:0], 4, int(x.length)-4))
}

// appendGroups appends the print form with the characters from hide up to show replaced by '*'.
func (x IBAN) appendGroups(dst []byte, hide, show int) []byte {
	for i, c := range x.text[:x.length] {
		if i > 0 && i%4 == 0 {
			dst = append(dst, ' ')
		}
		if i >= hide && i < show {
			c = '*'
		}
		dst = append(dst, c)
	}
	return dst
}

// CheckDigits returns the two ISO check digits, "" for the zero IBAN.
func (x IBAN) CheckDigits() string { return x.slice(2, 4) }

// BBAN returns the national part: everything after the check digits.
func (x IBAN) BBAN() string { return x.slice(4, int(x.length)) }

// Bank returns the bank identifier (in Poland and Germany the sort code, in Britain the four letters), "" where the
// registry knows none.
func (x IBAN) Bank() string { return x.part(countries[x.country].Bank) }

// Branch returns the branch identifier, "" where the country has none.
func (x IBAN) Branch() string { return x.part(countries[x.country].Branch) }

// Account returns what follows bank and branch, without national check characters before or after it.
func (x IBAN) Account() string { return x.part(countries[x.country].Account) }

// NationalDigits returns the national check characters in their order, "" where the country has none.
func (x IBAN) NationalDigits() string {
	s := ""
	for _, span := range countries[x.country].Check {
		s += x.part(span)
	}
	return s
}

// NRB returns the 26 digits of a Polish account number, false for any other country.
func (x IBAN) NRB() (string, bool) {
	if x.Country() != "PL" {
		return "", false
	}
	return x.slice(2, int(x.length)), true
}

// NationalOK reports whether the national check digits are right as far as a published rule exists. It is true for every
// IBAN that Parse returned and may be false for one that ParseISO returned.
func (x IBAN) NationalOK() bool {
	f := &formats[x.country]
	if !f.firm {
		return true
	}
	b := x.words()
	return f.rule.holds(&b, b.mod97())
}

func (x *IBAN) part(s Span) string { return x.slice(4+s.From, 4+s.To) }

// slice guards the zero IBAN, whose parts are empty.
func (x *IBAN) slice(from, to int) string {
	if x.length == 0 {
		return ""
	}
	return string(x.text[from:to])
}

// words returns the BBAN as validation reads it.
func (x *IBAN) words() bban {
	return wordsOf(x.text[4:x.length])
}

// wordsOf aligns a BBAN of up to 32 characters to the end of the last word.
func wordsOf[T ~string | ~[]byte](text T) bban {
	b := bban{zeros, zeros, zeros, zeros}
	for i := range len(text) {
		b.set(len(text)-1-i, text[i])
	}
	return b
}
