package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

var (
	// ErrNotDecimal says that a text is not a plain decimal number.
	ErrNotDecimal = errors.New("not a plain decimal number")
	// ErrSurplusDigits says that a text has more decimals than the currency.
	ErrSurplusDigits = errors.New("more decimals than the currency has")
)

// ParseDecimal reads an amount that may not carry a sign, such as "123.45",
// "123.4", "123" or "0.05": digits without a needless leading zero, then
// optionally a point and one digit up to as many as the currency has. No signs,
// spaces, grouping, commas or exponents, and never rounding: "1.230" PLN and
// "5.0" JPY are refused. Errors match [ErrNotDecimal], [ErrSurplusDigits],
// [ErrOverflow] or [ErrUnknownCurrency].
func ParseDecimal(text string, currency Currency) (Amount, error) {
	magnitude, err := parseMagnitude(text, currency)
	if err == nil && magnitude > math.MaxInt64 {
		err = ErrOverflow
	}
	if err != nil {
		return Amount{}, fmt.Errorf("parse amount %s: %w", quoted(text), err)
	}
	return New(int64(magnitude), currency), nil
}

// ParseSignedDecimal is [ParseDecimal] for texts in which one leading "-" means
// below zero. "+" and a negative zero, which [Amount.Decimal] never writes, are
// refused with [ErrNotDecimal].
func ParseSignedDecimal(text string, currency Currency) (Amount, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	if !negative {
		return ParseDecimal(text, currency)
	}
	magnitude, err := parseMagnitude(unsigned, currency)
	switch {
	case err != nil:
	case magnitude == 0:
		err = ErrNotDecimal
	case magnitude > -math.MinInt64:
		err = ErrOverflow
	}
	if err != nil {
		return Amount{}, fmt.Errorf("parse amount %s: %w", quoted(text), err)
	}
	// Negating in uint64 first also reaches the smallest int64.
	return New(int64(-magnitude), currency), nil
}

// Decimal writes the amount with all decimals of its currency and nothing else:
// "123.45", "-0.05", "123" for JPY. [ParseSignedDecimal] reads it back exactly.
func (a Amount) Decimal() string {
	magnitude := uint64(a.minor)
	sign := ""
	if a.minor < 0 {
		magnitude, sign = -magnitude, "-"
	}
	digits := strconv.FormatUint(magnitude, 10)
	exponent := a.currency.Exponent()
	if exponent == 0 {
		return sign + digits
	}
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - exponent
	return sign + digits[:point] + "." + digits[point:]
}

// String writes the amount for people: "123.45 PLN".
func (a Amount) String() string {
	return a.Decimal() + " " + a.currency.String()
}

// parseMagnitude reads an unsigned decimal into minor units.
func parseMagnitude(text string, currency Currency) (uint64, error) {
	if !currency.Known() {
		return 0, ErrUnknownCurrency
	}
	whole, fraction, hasPoint := strings.Cut(text, ".")
	if !digitsOnly(whole) || hasPoint && !digitsOnly(fraction) {
		return 0, ErrNotDecimal
	}
	// "0123" is more often a slip or an octal than an amount.
	if len(whole) > 1 && whole[0] == '0' {
		return 0, ErrNotDecimal
	}
	missing := currency.Exponent() - len(fraction)
	if missing < 0 {
		return 0, ErrSurplusDigits
	}
	magnitude, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", missing), 10, 64)
	if err != nil {
		// Only digits came this far, so the range is all that can be wrong.
		return 0, ErrOverflow
	}
	return magnitude, nil
}

// digitsOnly reports whether text is one or more ASCII digits.
func digitsOnly(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
