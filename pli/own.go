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

// ranges finds the longest own prefix of an account, first by its sort code.
type ranges map[string]*bankRanges

type bankRanges struct {
	lengths []int // of the prefixes, the longest first
	kinds   map[string]Kind
}

func newRanges(list []Own) (ranges, error) {
	m := make(ranges)
	for _, o := range list {
		if len(o.Prefix) < bankDigits || len(o.Prefix) > bbanDigits || !digitsOnly([]byte(o.Prefix)) {
			return nil, fmt.Errorf("own prefix %q: 8 to 24 digits wanted", o.Prefix)
		}
		bank := strings.Clone(o.Prefix[:bankDigits])
		if m[bank] == nil {
			m[bank] = &bankRanges{kinds: make(map[string]Kind)}
		}
		if err := m[bank].add(o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r *bankRanges) add(o Own) error {
	kind := Virtual
	if o.Master {
		kind = Master
	}
	if old, ok := r.kinds[o.Prefix]; ok && old != kind {
		return fmt.Errorf("own prefix %q: both master and virtual", o.Prefix)
	}
	r.kinds[o.Prefix] = kind
	if !slices.Contains(r.lengths, len(o.Prefix)) {
		r.lengths = append(r.lengths, len(o.Prefix))
		slices.SortFunc(r.lengths, func(a, b int) int { return b - a })
	}
	return nil
}

// kind classifies a 24-digit BBAN: External unless it lies in a range.
func (m ranges) kind(bban []byte) Kind {
	r := m[string(bban[:bankDigits])]
	if r == nil {
		return External
	}
	for _, n := range r.lengths {
		if k, ok := r.kinds[string(bban[:n])]; ok {
			return k
		}
	}
	return External
}
