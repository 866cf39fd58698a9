package iban

import (
	"errors"
	"fmt"
)

// Errors of building a number. They come wrapped with what was wrong.
var (
	// ErrCountry: no country with IBANs has this code.
	ErrCountry = errors.New("iban: unknown country")
	// ErrStructure: a part or a whole national number does not fit the country's structure.
	ErrStructure = errors.New("iban: does not fit the country's structure")
	// ErrNationalDigits: national check digits that were given are wrong, or none exist for the body.
	ErrNationalDigits = errors.New("iban: national check digits")
)

// Parts are the pieces of a BBAN. Each has the full length of its Span in the country; shorter digits are filled with
// zeros on the left in Account only. Where check characters lie inside a part (the last digit of a Polish sort code),
// the part may be given with or without them; they are always computed and must agree if given.
type Parts struct {
	Bank    string
	Branch  string
	Account string
}

// Build returns the IBAN of a country ("PL") made of parts, with national and ISO check digits computed. Naming a country
// that is only in circulation is asking for it: no option is needed, as in FromBBAN. The errors wrap ErrCountry,
// ErrStructure or ErrNationalDigits.
func Build(country string, p Parts) (IBAN, error) {
	c, ok := CountryByCode(country)
	if !ok {
		return IBAN{}, fmt.Errorf("build: %w: %q", ErrCountry, country)
	}
	text := make([]byte, len(c.classes))
	for _, part := range []struct {
		name, value string
		span        Span
	}{{"bank", p.Bank, c.Bank}, {"branch", p.Branch, c.Branch}, {"account", p.Account, c.Account}} {
		if err := c.place(text, part.value, part.span); err != nil {
			return IBAN{}, fmt.Errorf("build %s: %s: %w", country, part.name, err)
		}
	}
	x, err := c.complete(text)
	if err != nil {
		return IBAN{}, fmt.Errorf("build %s: %w", country, err)
	}
	return x, nil
}

// place writes one part into text, leaving check positions zero if the part came without them.
func (c *Country) place(text []byte, value string, s Span) error {
	bare := s.Len()
	for i := s.From; i < s.To; i++ {
		if c.isCheck(i) {
			bare--
		}
	}
	if s == c.Account && len(value) < bare {
		value = padding[:bare-len(value)] + value
	}
	if len(value) != bare && len(value) != s.Len() {
		return fmt.Errorf("%w: %d characters instead of %d", ErrStructure, len(value), s.Len())
	}
	next := 0
	for i := s.From; i < s.To; i++ {
		if len(value) != s.Len() && c.isCheck(i) {
			continue
		}
		if text[i] = value[next]; text[i] == 0 {
			return fmt.Errorf("%w: character %d is no character", ErrStructure, next+1)
		}
		next++
	}
	return nil
}

const padding = "0000000000000000000000000000000000"

func (c *Country) isCheck(at int) bool {
	for _, s := range c.Check {
		if s.From <= at && at < s.To {
			return true
		}
	}
	return false
}

// complete computes all check characters of a BBAN; those in text (not zero) must agree with the computed ones.
func (c *Country) complete(text []byte) (IBAN, error) {
	for i, ch := range text {
		if ch == 0 && c.isCheck(i) {
			continue
		}
		if !isAlphanumeric(ch) || !allows(c.classes[i], ch) {
			return IBAN{}, fmt.Errorf("%w: character %d of the BBAN must be %s", ErrStructure, i+1, className(c.classes[i]))
		}
	}
	index := indexOf(c.Code[0], c.Code[1])
	f := &formats[index]
	b := wordsOf(filled(text))
	if !f.rule.complete(&b) {
		return IBAN{}, fmt.Errorf("%w: none exist for this body", ErrNationalDigits)
	}
	for i, ch := range text {
		if right := b.at(len(text) - 1 - i); ch != 0 && ch != right && c.isCheck(i) {
			return IBAN{}, fmt.Errorf("%w: character %d of the BBAN is %c, computed is %c", ErrNationalDigits, i+1, ch, right)
		}
	}
	return assemble(index, &b), nil
}

// filled replaces check characters that are yet unknown by 0, which rules overwrite.
func filled(text []byte) []byte {
	out := make([]byte, len(text))
	for i, ch := range text {
		if out[i] = ch; !isAlphanumeric(ch) {
			out[i] = '0'
		}
	}
	return out
}

func className(class byte) string {
	return map[byte]string{'n': "a digit", 'a': "a letter", 'c': "a digit or a letter"}[class]
}

// assemble puts country, ISO check digits and BBAN together.
func assemble(index uint8, b *bban) IBAN {
	check := formats[index].isoCheck(b)
	return newIBAN(index, check, b[0], b[1], b[2], b[3])
}

// FromBBAN returns the IBAN of a whole BBAN in capitals and digits, with its ISO check digits. National check digits
// must be there and right where a published rule exists; Build computes them. The errors are those of Build.
func FromBBAN(country, bban string) (IBAN, error) {
	c, ok := CountryByCode(country)
	if !ok {
		return IBAN{}, fmt.Errorf("from BBAN: %w: %q", ErrCountry, country)
	}
	if len(bban) != len(c.classes) {
		return IBAN{}, fmt.Errorf("from BBAN of %s: %w: %d characters instead of %d", country, ErrStructure, len(bban), len(c.classes))
	}
	for i := range len(bban) {
		if !isAlphanumeric(bban[i]) || !allows(c.classes[i], bban[i]) {
			return IBAN{}, fmt.Errorf("from BBAN of %s: %w: character %d must be %s", country, ErrStructure, i+1, className(c.classes[i]))
		}
	}
	if c.NationalRule != Published {
		b := wordsOf(bban)
		return assemble(indexOf(country[0], country[1]), &b), nil
	}
	x, err := c.complete([]byte(bban))
	if err != nil {
		return IBAN{}, fmt.Errorf("from BBAN of %s: %w", country, err)
	}
	return x, nil
}

// ReplaceDigits returns the number that s, in electronic form, would be with right check digits: those of ISO and the
// national ones are computed whatever stands in their places. Everything else must fit the country. The errors are those
// of Build.
func ReplaceDigits(s string) (IBAN, error) {
	if len(s) < minLength {
		return IBAN{}, fmt.Errorf("replace digits: %w: %d characters are too few", ErrStructure, len(s))
	}
	c, ok := CountryByCode(s[:2])
	if !ok {
		return IBAN{}, fmt.Errorf("replace digits: %w: %q", ErrCountry, s[:2])
	}
	if len(s) != c.Length {
		return IBAN{}, fmt.Errorf("replace digits of %s: %w: %d characters instead of %d", c.Code, ErrStructure, len(s), c.Length)
	}
	text := []byte(s[4:])
	for _, span := range c.Check {
		clear(text[span.From:span.To])
	}
	x, err := c.complete(text)
	if err != nil {
		return IBAN{}, fmt.Errorf("replace digits of %s: %w", c.Code, err)
	}
	return x, nil
}
