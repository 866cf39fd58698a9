package money

import (
	"errors"
	"fmt"
)

// ErrUnknownCurrency says that a text is not the code of one of the service's
// currencies.
var ErrUnknownCurrency = errors.New("unknown currency")

// Currency is one of the currencies in which balances can be held. The zero
// value is no currency: it has no code and equals none of the constants.
//
// The numbers behind the constants are not stable and must never be stored or
// sent; [Currency.Code] is the lasting name.
type Currency uint8

// The currencies of the service, in the order in which they are offered.
const (
	PLN Currency = iota + 1
	EUR
	USD
	GBP
	CHF
	AUD
	CAD
	CZK
	DKK
	NOK
	SEK
	HUF
	JPY
	MXN
	ZAR
	TRY
	BGN
	RON
	CNY
	THB
	ILS
	HKD
)

// currencyFacts is what ISO 4217 says of one currency.
type currencyFacts struct {
	code     string
	exponent int
}

// facts follows ISO 4217 list one. HUF keeps two decimals there although the
// filler has left circulation: files and orders are still written in hundredths.
var facts = [...]currencyFacts{
	0:   {code: "", exponent: 0},
	PLN: {code: "PLN", exponent: 2},
	EUR: {code: "EUR", exponent: 2},
	USD: {code: "USD", exponent: 2},
	GBP: {code: "GBP", exponent: 2},
	CHF: {code: "CHF", exponent: 2},
	AUD: {code: "AUD", exponent: 2},
	CAD: {code: "CAD", exponent: 2},
	CZK: {code: "CZK", exponent: 2},
	DKK: {code: "DKK", exponent: 2},
	NOK: {code: "NOK", exponent: 2},
	SEK: {code: "SEK", exponent: 2},
	HUF: {code: "HUF", exponent: 2},
	JPY: {code: "JPY", exponent: 0},
	MXN: {code: "MXN", exponent: 2},
	ZAR: {code: "ZAR", exponent: 2},
	TRY: {code: "TRY", exponent: 2},
	BGN: {code: "BGN", exponent: 2},
	RON: {code: "RON", exponent: 2},
	CNY: {code: "CNY", exponent: 2},
	THB: {code: "THB", exponent: 2},
	ILS: {code: "ILS", exponent: 2},
	HKD: {code: "HKD", exponent: 2},
}

// byCode is read only after the program has started.
var byCode = indexByCode()

func indexByCode() map[string]Currency {
	index := make(map[string]Currency, len(facts)-1)
	for _, c := range Currencies() {
		index[c.Code()] = c
	}
	return index
}

// Currencies returns all currencies of the service in the order in which they
// are offered. The slice is the caller's own.
func Currencies() []Currency {
	all := make([]Currency, 0, len(facts)-1)
	for c := PLN; int(c) < len(facts); c++ {
		all = append(all, c)
	}
	return all
}

// ParseCurrency returns the currency with the given ISO 4217 alphabetic code:
// exactly three upper-case letters, nothing around them. Anything else is an
// error matching [ErrUnknownCurrency].
func ParseCurrency(code string) (Currency, error) {
	c, ok := byCode[code]
	if !ok {
		return 0, fmt.Errorf("parse currency %s: %w", quoted(code), ErrUnknownCurrency)
	}
	return c, nil
}

// Known reports whether c is one of the service's currencies; the zero value
// and numbers without a currency are not.
func (c Currency) Known() bool {
	return c != 0 && int(c) < len(facts)
}

// Code returns the ISO 4217 alphabetic code, or "" where c is not Known.
func (c Currency) Code() string {
	if !c.Known() {
		return ""
	}
	return facts[c].code
}

// Exponent returns how many decimal digits the minor unit has in ISO 4217: 2
// where 100 minor units make one unit, 0 where there is no minor unit (JPY).
// It is 0 where c is not Known.
func (c Currency) Exponent() int {
	if !c.Known() {
		return 0
	}
	return facts[c].exponent
}

// String returns the code, and "no currency" where c is not Known, so that a
// missing currency is seen in a message instead of being an empty gap.
func (c Currency) String() string {
	if !c.Known() {
		return "no currency"
	}
	return facts[c].code
}

// quoted bounds foreign text in an error message: it may come from a file of
// any size.
func quoted(text string) string {
	const most = 32
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
