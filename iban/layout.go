package iban

import (
	"bytes"
	"fmt"
	"slices"
)

// lay works out which places of a range are fixed, numbered or computed.
func (r *Range) lay() error {
	if len(r.base) < 2 {
		return fmt.Errorf("%w: it has no country code", ErrBase)
	}
	c, ok := CountryByCode(r.base[:2])
	if !ok {
		return fmt.Errorf("%w: %q", ErrCountry, r.base[:2])
	}
	r.index = indexOf(c.Code[0], c.Code[1])
	text, err := r.spread(c)
	if err != nil {
		return err
	}
	if err := r.choose(c, text); err != nil {
		return err
	}
	return r.fix(c, text)
}

// spread puts base and suffix into a BBAN: 0 where a digit is to be numbered, '?' where a check is to be computed.
func (r *Range) spread(c *Country) ([]byte, error) {
	head, n := r.base[2:], len(c.classes)
	if len(head)+len(r.suffix) > n {
		return nil, fmt.Errorf("%w: %d characters do not fit the %d of a BBAN of %s (a base has no ISO check digits)", ErrBase, len(head)+len(r.suffix), n, c.Code)
	}
	if len(head) < c.Bank.To {
		return nil, fmt.Errorf("%w: the bank identifier of %s ends at character %d of the BBAN, the base at %d", ErrBase, c.Code, c.Bank.To, len(head))
	}
	text := make([]byte, n)
	copy(text, head)
	copy(text[n-len(r.suffix):], r.suffix)
	for i, ch := range text {
		given := i < len(head) || i >= n-len(r.suffix)
		switch {
		case c.isCheck(i) && (!given || ch == '?'):
			text[i] = '?'
		case !given:
		case !isAlphanumeric(ch) || !allows(c.classes[i], ch):
			return nil, fmt.Errorf("%w: character %d of the BBAN must be %s", ErrStructure, i+1, className(c.classes[i]))
		}
	}
	return text, nil
}

// choose finds the places to number.
func (r *Range) choose(c *Country, text []byte) error {
	for i, ch := range text {
		switch {
		case ch != 0:
			continue
		case c.classes[i] == 'a':
			return fmt.Errorf("%w: character %d of the BBAN is a letter, which has a meaning and is never numbered: the base must reach it, or a suffix begin there", ErrNoRoom, i+1)
		case formats[r.index].rule == ruleIs && i >= icelandOwner:
			return fmt.Errorf("%w: the last %d digits of the BBAN are the owner's id: they must be the suffix", ErrNoRoom, c.Length-4-icelandOwner)
		}
		r.free = append(r.free, uint8(len(text)-1-i))
	}
	switch {
	case len(r.free) == 0:
		return fmt.Errorf("%w: nothing is left to number", ErrNoRoom)
	case len(r.free) > maxFree:
		return fmt.Errorf("%w: %d characters are left, at most %d can be numbered: lengthen the base, with zeros for instance", ErrNoRoom, len(r.free), maxFree)
	}
	return nil
}

// icelandOwner is where the owner's kennitala begins in an Icelandic BBAN.
const icelandOwner = 12

// fix computes the check characters that are the same in all numbers and marks the others.
func (r *Range) fix(c *Country, text []byte) error {
	n := len(text)
	r.template = wordsOf(filled(text))
	right := r.template
	rule := formats[r.index].rule
	exists := rule.complete(&right)
	for i, s := range c.Check {
		if dependsOnFree(text, rule.covers(i, n)) {
			r.dynamic = true
			if at := bytes.IndexFunc(text[s.From:s.To], func(ch rune) bool { return ch != '?' }); at >= 0 {
				return fmt.Errorf("%w: character %d of the BBAN depends on the rest: write ?", ErrNationalDigits, s.From+at+1)
			}
			continue
		}
		if !exists && !rule.partly(i, &right) {
			return fmt.Errorf("%w: none exist for this base", ErrNationalDigits)
		}
		if err := r.settle(text, s, &right); err != nil {
			return err
		}
	}
	for i, ch := range text {
		if given := i < len(r.base)-2 || i >= n-len(r.suffix); given && ch != '?' {
			r.fixed.set(n-1-i, 0xff)
		}
	}
	r.base = r.base[:2] + string(text[:len(r.base)-2])
	r.suffix = string(text[n-len(r.suffix):])
	return nil
}

// settle writes a check that does not vary into template and text, or compares it with what was given.
func (r *Range) settle(text []byte, s Span, right *bban) error {
	for i := s.From; i < s.To; i++ {
		place := len(text) - 1 - i
		ch := right.at(place)
		if text[i] != '?' && text[i] != ch {
			return fmt.Errorf("%w: character %d of the BBAN is %c, computed is %c", ErrNationalDigits, i+1, text[i], ch)
		}
		text[i] = ch
		r.template.set(place, ch)
	}
	return nil
}

// covers returns which places check i of a BBAN of n characters is computed from.
func (r rule) covers(i, n int) Span {
	switch {
	case r == ruleAl || r == rulePl || r == ruleEs && i == 0 || r == ruleHu && i == 0:
		return Span{0, 8}
	case r == ruleHr && i == 0:
		return Span{0, 7}
	case r == ruleHr:
		return Span{7, n}
	case r == ruleHu:
		return Span{8, n}
	case r == ruleCz && i == 0:
		return Span{4, 10}
	case r == ruleCz || r == ruleEs:
		return Span{10, n}
	case r == ruleIs:
		return Span{icelandOwner, n}
	case r == ruleEe:
		return Span{2, n}
	}
	return Span{0, n}
}

func dependsOnFree(text []byte, s Span) bool {
	return slices.Contains(text[s.From:s.To], 0)
}

// partly reports whether check i exists although not all do: the prefix of a Czech account has one of its own.
func (r rule) partly(i int, b *bban) bool {
	if r != ruleCz {
		return false
	}
	if i == 0 {
		return b.setWeighted(10, &czPrefix, 11)
	}
	return b.setWeighted(0, &czAccount, 11)
}
