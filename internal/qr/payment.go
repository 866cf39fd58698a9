package qr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
)

// Payment is what a code asks its reader to pay.
type Payment struct {
	Payee    iban.IBAN
	Currency money.Currency // of the payee's balance
	Name     string         // of the payee; what the standard has no room for is cut off
	Amount   int64          // minor units; 0 lets the payer decide
	Title    string         // "" lets the payer decide; never cut
}

// standard is one way to write a payment, with its bounds.
type standard struct {
	name     string
	level    level // of error correction
	most     int64 // minor units
	title    int   // characters
	mayReach func(iban.IBAN) bool
	write    func(Payment) string
	bytes    int // of the whole payload; 0: bounded by the fields
	runes    int // of the whole payload; 0: bounded by the fields
	unfit    string
}

// standards are chosen by currency: each is for transfers in one.
var standards = map[money.Currency]standard{money.EUR: epc, money.PLN: zbp}

// Encode writes the payment by the standard of its currency. Errors: bank.ErrQRUnavailable where no standard serves the
// currency or the country of the IBAN; bank.ErrInvalid with the fields amount (0 to 999,999 for PLN, to 99,999,999,999 for
// EUR) and title (32 characters without "|" for PLN; 140 for EUR, fewer where many take several bytes).
func Encode(p Payment) (*Code, error) {
	s, ok := standards[p.Currency]
	if !ok {
		return nil, bank.ErrQRUnavailable.With("there are codes for EUR and PLN only; share the IBAN as text")
	}
	if !s.mayReach(p.Payee) {
		return nil, bank.ErrQRUnavailable.With("%s cannot be read for an IBAN of this country; share it as text", s.name)
	}
	p.Name, p.Title = tidy(p.Name), norm.NFC.String(p.Title)
	if p.Name == "" {
		return nil, bank.ErrQRUnavailable.With("the end user has no name that a code could show")
	}
	if err := s.check(p); err != nil {
		return nil, err
	}
	payload := s.write(p)
	if s.bytes > 0 && len(payload) > s.bytes || s.runes > 0 && utf8.RuneCountInString(payload) > s.runes {
		return nil, bad().Field("title", "too-long", "has no room beside the name of the payee")
	}
	return draw(payload, s.level)
}

func bad() *bank.Error { return bank.ErrInvalid.With("the request has invalid fields") }

// check refuses what the payer would read otherwise than it was meant.
func (s standard) check(p Payment) error {
	e := bad()
	if p.Amount < 0 || p.Amount > s.most {
		e = e.Field("amount", "out-of-range", fmt.Sprintf("must be 1 to %d minor units", s.most))
	}
	switch reason := bank.CheckText(p.Title, false, s.title); {
	case reason != "":
		e = e.Field("title", "invalid", reason)
	case s.unfit != "" && strings.ContainsAny(p.Title, s.unfit):
		e = e.Field("title", "invalid", "must not hold "+s.unfit)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// tidy makes a name one line of composed characters with single spaces. The fields' separators, the control characters and
// "|", become spaces.
func tidy(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '|' || r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, name)
	return norm.NFC.String(strings.Join(strings.Fields(name), " "))
}

// cut shortens a tidy text to at most so many characters and bytes, between characters as people see them.
func cut(text string, runes, bytes int) string {
	end := 0
	for at, r := range text {
		if runes--; runes < 0 || at+utf8.RuneLen(r) > bytes {
			break
		}
		end = at + utf8.RuneLen(r)
	}
	for end > 0 && end < len(text) && !norm.NFC.PropertiesString(text[end:]).BoundaryBefore() {
		_, size := utf8.DecodeLastRuneInString(text[:end])
		end -= size
	}
	return strings.TrimRight(text[:end], " ")
}
