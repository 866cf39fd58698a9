package pli

import (
	"fmt"
	"slices"
	"strings"

	"ims/iban"
)

// Kind says whose an account is.
type Kind uint8

// The kinds. None is an empty field or one of zeros.
const (
	None Kind = iota
	External
	Virtual
	Master
)

// String returns none, external, virtual or master.
func (k Kind) String() string {
	return [...]string{"none", "external", "virtual", "master"}[k&3]
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

// Own is one of our ranges: the leading 8 to 24 digits of the 24-digit BBAN of its accounts. Master
// marks the collective account at the bank (24 digits) in contrast to virtual ones.
type Own struct {
	Prefix string
	Master bool
}

// bbanDigits is the length of a Polish account without its check digits, bankDigits that of the sort code in front.
const (
	bbanDigits = 24
	bankDigits = 8
)

// ranges are the own prefixes in the order of their digits, each with the place of the longest other
// one that it begins with, or -1.
type ranges []ownRange

type ownRange struct {
	prefix string
	kind   Kind
	within int
}

func newRanges(list []Own) (ranges, error) {
	var m ranges
	for _, o := range list {
		if len(o.Prefix) < bankDigits || len(o.Prefix) > bbanDigits || !digitsOnly([]byte(o.Prefix)) {
			return nil, fmt.Errorf("own prefix %q: 8 to 24 digits wanted", o.Prefix)
		}
		kind := Virtual
		if o.Master {
			kind = Master
		}
		m = append(m, ownRange{o.Prefix, kind, -1})
	}
	slices.SortFunc(m, func(a, b ownRange) int { return strings.Compare(a.prefix, b.prefix) })
	return m, m.nest()
}

// nest finds the range each one lies in: in sorted order that is the one before, or what that lies in.
func (m ranges) nest() error {
	for i := 1; i < len(m); i++ {
		if m[i].prefix == m[i-1].prefix && m[i].kind != m[i-1].kind {
			return fmt.Errorf("own prefix %q: both master and virtual", m[i].prefix)
		}
		m[i].within = i - 1
		for m[i].within >= 0 && !strings.HasPrefix(m[i].prefix, m[m[i].within].prefix) {
			m[i].within = m[m[i].within].within
		}
	}
	return nil
}

// kind classifies a 24-digit BBAN by the longest prefix it begins with: External if there is none. That
// prefix is the last one not after the BBAN in order, or one that this lies in.
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
		if prefix := m[i].prefix; string(bban[:len(prefix)]) == prefix {
			return m[i].kind
		}
	}
	return External
}
