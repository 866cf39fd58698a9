package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"ims/internal/money"
)

func TestAddAndSub(t *testing.T) {
	tests := []struct {
		name                    string
		a, b                    money.Amount
		sum, difference         money.Amount
		addError, subtractError error
	}{
		{
			name: "plain", a: money.New(12345, money.PLN), b: money.New(55, money.PLN),
			sum: money.New(12400, money.PLN), difference: money.New(12290, money.PLN),
		},
		{
			name: "below zero", a: money.New(1, money.JPY), b: money.New(-3, money.JPY),
			sum: money.New(-2, money.JPY), difference: money.New(4, money.JPY),
		},
		{
			name: "top of the range", a: money.New(math.MaxInt64, money.PLN), b: money.New(1, money.PLN),
			addError: money.ErrOverflow, difference: money.New(math.MaxInt64-1, money.PLN),
		},
		{
			name: "bottom of the range", a: money.New(math.MinInt64, money.PLN), b: money.New(1, money.PLN),
			sum: money.New(math.MinInt64+1, money.PLN), subtractError: money.ErrOverflow,
		},
		{
			name: "smallest taken from zero", a: money.New(0, money.PLN), b: money.New(math.MinInt64, money.PLN),
			sum: money.New(math.MinInt64, money.PLN), subtractError: money.ErrOverflow,
		},
		{
			name: "two currencies", a: money.New(1, money.PLN), b: money.New(1, money.EUR),
			addError: money.ErrCurrencyMismatch, subtractError: money.ErrCurrencyMismatch,
		},
		{
			name: "no currency on either side", a: money.Amount{}, b: money.Amount{},
			addError: money.ErrCurrencyMismatch, subtractError: money.ErrCurrencyMismatch,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sum, err := test.a.Add(test.b)
			if sum != test.sum || !errors.Is(err, test.addError) {
				t.Errorf("Add = %v, %v; want %v, %v", sum, err, test.sum, test.addError)
			}
			difference, err := test.a.Sub(test.b)
			if difference != test.difference || !errors.Is(err, test.subtractError) {
				t.Errorf("Sub = %v, %v; want %v, %v", difference, err, test.difference, test.subtractError)
			}
		})
	}
}

func TestNeg(t *testing.T) {
	got, err := money.New(-5, money.EUR).Neg()
	if err != nil || got != money.New(5, money.EUR) {
		t.Errorf("Neg = %v, %v", got, err)
	}
	if got, err := money.New(math.MinInt64, money.EUR).Neg(); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("Neg of the smallest = %v, %v; want ErrOverflow", got, err)
	}
}

func TestCmp(t *testing.T) {
	small, large := money.New(math.MinInt64, money.PLN), money.New(math.MaxInt64, money.PLN)
	for _, test := range []struct {
		a, b money.Amount
		want int
	}{{small, large, -1}, {large, small, 1}, {small, small, 0}} {
		if got, err := test.a.Cmp(test.b); got != test.want || err != nil {
			t.Errorf("%s Cmp %s = %d, %v; want %d", test.a, test.b, got, err, test.want)
		}
	}
	if _, err := small.Cmp(money.New(0, money.EUR)); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("Cmp of two currencies: %v, want ErrCurrencyMismatch", err)
	}
}

func TestSignAndZero(t *testing.T) {
	for _, test := range []struct {
		minor int64
		sign  int
	}{{-1, -1}, {0, 0}, {1, 1}, {math.MinInt64, -1}} {
		a := money.New(test.minor, money.PLN)
		if a.Sign() != test.sign || a.IsZero() != (test.sign == 0) {
			t.Errorf("%s: sign %d, zero %v", a, a.Sign(), a.IsZero())
		}
	}
}

// The oracle is arithmetic without limits: an operation must agree with it, and
// be refused exactly where the true result leaves int64.
func TestArithmeticAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := anyMinor().Draw(t, "x"), anyMinor().Draw(t, "y")
		a, b := money.New(x, money.PLN), money.New(y, money.PLN)
		sum, err := a.Add(b)
		requireExact(t, "Add", sum, err, new(big.Int).Add(big.NewInt(x), big.NewInt(y)))
		difference, err := a.Sub(b)
		requireExact(t, "Sub", difference, err, new(big.Int).Sub(big.NewInt(x), big.NewInt(y)))
		opposite, err := a.Neg()
		requireExact(t, "Neg", opposite, err, new(big.Int).Neg(big.NewInt(x)))
	})
}

func requireExact(t *rapid.T, operation string, got money.Amount, err error, want *big.Int) {
	if !want.IsInt64() {
		if !errors.Is(err, money.ErrOverflow) || got != (money.Amount{}) {
			t.Fatalf("%s = %v, %v; want ErrOverflow and nothing else for %s", operation, got, err, want)
		}
		return
	}
	if err != nil || got != money.New(want.Int64(), money.PLN) {
		t.Fatalf("%s = %v, %v; want %s", operation, got, err, want)
	}
}

// anyMinor prefers the edges, where mistakes live.
func anyMinor() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64(),
		rapid.Int64Range(-1000, 1000),
		rapid.Int64Range(math.MaxInt64-1000, math.MaxInt64),
		rapid.Int64Range(math.MinInt64, math.MinInt64+1000),
	)
}
