package money

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

var (
	// ErrOverflow says that a result does not fit into int64 minor units.
	ErrOverflow = errors.New("amount out of range")
	// ErrCurrencyMismatch says that two amounts of different currencies, or
	// amounts without a known currency, were to be added or compared.
	ErrCurrencyMismatch = errors.New("currencies do not match")
)

// Amount is a whole number of minor units of one currency, positive, zero or
// negative. It is comparable: a == b means same number and same currency. The
// zero value has no currency and cannot be added to anything.
type Amount struct {
	minor    int64
	currency Currency
}

// New returns minor units (grosz, cent, yen) of a currency. All of int64 is
// allowed; whether zero or less makes sense is the caller's rule.
func New(minor int64, currency Currency) Amount {
	return Amount{minor: minor, currency: currency}
}

// Minor returns the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency, the zero value where there is none.
func (a Amount) Currency() Currency { return a.currency }

// Sign returns -1, 0 or +1 as the amount is below, at or above zero.
func (a Amount) Sign() int { return cmp.Compare(a.minor, 0) }

// IsZero reports whether the number is zero, in whatever currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Add returns a + b. Errors match [ErrCurrencyMismatch] or [ErrOverflow].
func (a Amount) Add(b Amount) (Amount, error) {
	if err := sameCurrency(a, b); err != nil {
		return Amount{}, fmt.Errorf("add: %w", err)
	}
	sum := a.minor + b.minor
	// Two's complement: the sum is wrong exactly when both signs differ from its.
	if (a.minor^sum)&(b.minor^sum) < 0 {
		return Amount{}, fmt.Errorf("add %s and %s: %w", a, b, ErrOverflow)
	}
	return Amount{minor: sum, currency: a.currency}, nil
}

// Sub returns a - b. Errors match [ErrCurrencyMismatch] or [ErrOverflow].
func (a Amount) Sub(b Amount) (Amount, error) {
	if err := sameCurrency(a, b); err != nil {
		return Amount{}, fmt.Errorf("subtract: %w", err)
	}
	difference := a.minor - b.minor
	// Wrong exactly when a and b differ in sign and the result left a's side.
	if (a.minor^b.minor)&(a.minor^difference) < 0 {
		return Amount{}, fmt.Errorf("subtract %s from %s: %w", b, a, ErrOverflow)
	}
	return Amount{minor: difference, currency: a.currency}, nil
}

// Neg returns -a. The smallest int64 has no opposite: its error matches
// [ErrOverflow].
func (a Amount) Neg() (Amount, error) {
	if a.minor == math.MinInt64 {
		return Amount{}, fmt.Errorf("negate %s: %w", a, ErrOverflow)
	}
	return Amount{minor: -a.minor, currency: a.currency}, nil
}

// Cmp returns -1, 0 or +1 as a is less than, equal to or more than b. Amounts
// of different currencies have no order: the error matches
// [ErrCurrencyMismatch].
func (a Amount) Cmp(b Amount) (int, error) {
	if err := sameCurrency(a, b); err != nil {
		return 0, fmt.Errorf("compare: %w", err)
	}
	return cmp.Compare(a.minor, b.minor), nil
}

// sameCurrency refuses unknown currencies as well: two forgotten currencies are
// two mistakes, not a match.
func sameCurrency(a, b Amount) error {
	if a.currency == b.currency && a.currency.Known() {
		return nil
	}
	return fmt.Errorf("%s and %s: %w", a.currency, b.currency, ErrCurrencyMismatch)
}
