package bankfile

import (
	"fmt"
	"slices"
	"strings"

	"ims/iban"
)

// Kind says whose an account is.
type Kind uint8

// The kinds. None is an empty field or one of zeros. Elsewhere is a virtual account of another master account: a payment to it
// or from it is booked on both, so from here it is as good as outside, see [Settle]. No record that is handed out has it.
const (
	None Kind = iota
	External
	Virtual
	Master
	Elsewhere
)

// String returns none, external, virtual, master or elsewhere.
func (k Kind) String() string {
	return [...]string{"none", "external", "virtual", "master", "elsewhere"}[min(k, Elsewhere)]
}

// Here reports the accounts that the file is about: the master account and the virtual ones on it.
func (k Kind) Here() bool { return k == Virtual || k == Master }

// Settle decides about accounts on another master account. Beside one of this one they are External: the money leaves, or
// comes, and the other file tells the other half. Where the record names nobody of this one, the bank has booked here what is
// theirs: they are Virtual.
func Settle(payer, payee *Account) {
	if payer.Kind != Elsewhere && payee.Kind != Elsewhere {
		return
	}
	kind := Virtual
	if payer.Kind.Here() || payee.Kind.Here() {
		kind = External
	}
	for _, a := range [...]*Account{payer, payee} {
		if a.Kind == Elsewhere {
			a.Kind = kind
		}
	}
}

// Account is one side of a record. IBAN is zero when the field holds no valid one; then Text is what it
// holds, without blanks and dashes and in capitals, and Kind is External even where the digits lie in
// an own range: an account is ours only with right check digits.
type Account struct {
	Kind Kind
	IBAN iban.IBAN
	Text string
}

// String returns the IBAN in electronic form, or the text where there is no valid one.
func (a Account) String() string {
	if a.IBAN.IsZero() {
		return a.Text
	}
	return a.IBAN.String()
}

func (a *Account) appendKey(b []byte) []byte {
	if a.IBAN.IsZero() {
		return append(b, a.Text...)
	}
	b, _ = a.IBAN.AppendText(b) // never fails
	return b
}

// Own is one of our ranges: the country code and the leading characters of the BBAN of its accounts, for Poland 8 to 24
// digits. Master marks the collective account at the bank (the whole BBAN) in contrast to virtual ones; Elsewhere marks the
// virtual ones of another master account than the file's.
type Own struct {
	Prefix    string
	Master    bool
	Elsewhere bool
}

func (o Own) kind() Kind {
	switch {
	case o.Master:
		return Master
	case o.Elsewhere:
		return Elsewhere
	}
	return Virtual
}

const (
	poland     = "PL"
	bbanDigits = 24 // of a Polish account without its check digits
	bankDigits = 8  // of the sort code in front
	bbanMost   = 30 // of any country
)

// Ranges tell whose an account is. They are the own prefixes in order, each with the place of the longest other one that it
// begins with, or -1; those of Poland, whose files may have a million records, apart.
type Ranges struct{ polish, other ranges }

type ranges []ownRange

type ownRange struct {
	prefix string // without the country in Ranges.polish
	kind   Kind
	within int
}

// NewRanges orders the ranges. A prefix that cannot be one, or that is of two kinds, is an error.
func NewRanges(list []Own) (r Ranges, err error) {
	for _, o := range list {
		country, prefix := o.Prefix[:min(2, len(o.Prefix))], o.Prefix[min(2, len(o.Prefix)):]
		kind := o.kind()
		switch {
		case country == poland && len(prefix) >= bankDigits && len(prefix) <= bbanDigits && DigitsOnly([]byte(prefix)):
			r.polish = append(r.polish, ownRange{prefix, kind, -1})
		case country != poland && countryCode(country) && prefix != "" && len(prefix) <= bbanMost && capitals(strings.Trim(prefix, "0123456789")):
			r.other = append(r.other, ownRange{o.Prefix, kind, -1})
		default:
			return r, fmt.Errorf("own prefix %q: a country code and leading characters of the BBAN wanted, for Poland 8 to 24 digits", o.Prefix)
		}
	}
	if err := r.polish.nest(); err != nil {
		return r, err
	}
	return r, r.other.nest()
}

// countryCode reports two capital letters.
func countryCode(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// capitals reports text of letters and digits that is all in capitals.
func capitals(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }) < 0
}

// Of classifies a valid IBAN by the longest prefix it begins with: External if there is none.
func (r *Ranges) Of(n iban.IBAN) Kind {
	if n.Country() == poland {
		return r.polish.kind([]byte(n.BBAN()))
	}
	return r.other.kind([]byte(n.Country() + n.BBAN()))
}

// Polish classifies the 24 digits of a Polish BBAN.
func (r *Ranges) Polish(bban []byte) Kind { return r.polish.kind(bban) }

// nest sorts the ranges and finds the one each lies in: in sorted order that is the one before, or what that lies in.
func (m ranges) nest() error {
	slices.SortFunc(m, func(a, b ownRange) int { return strings.Compare(a.prefix, b.prefix) })
	for i := 1; i < len(m); i++ {
		if m[i].prefix == m[i-1].prefix && m[i].kind != m[i-1].kind {
			return fmt.Errorf("own prefix %q: both %s and %s", m[i].prefix, m[i-1].kind, m[i].kind)
		}
		m[i].within = i - 1
		for m[i].within >= 0 && !strings.HasPrefix(m[i].prefix, m[m[i].within].prefix) {
			m[i].within = m[m[i].within].within
		}
	}
	return nil
}

// kind finds the longest prefix: it is the last one not after the text in order, or one that this lies in.
func (m ranges) kind(bban []byte) Kind {
	low, high := 0, len(m)
	for low < high {
		if middle := (low + high) / 2; m[middle].prefix <= string(bban) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for i := low - 1; i >= 0; i = m[i].within {
		if prefix := m[i].prefix; len(prefix) <= len(bban) && string(bban[:len(prefix)]) == prefix {
			return m[i].kind
		}
	}
	return External
}
