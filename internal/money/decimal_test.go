package money_test

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ims/internal/money"
)

func TestParseDecimalReads(t *testing.T) {
	for _, test := range []struct {
		text     string
		currency money.Currency
		minor    int64
	}{
		{"123.45", money.PLN, 12345},
		{"123.4", money.PLN, 12340},
		{"123", money.PLN, 12300},
		{"0", money.PLN, 0},
		{"0.00", money.PLN, 0},
		{"0.05", money.PLN, 5},
		{"1.15", money.EUR, 115}, // 114 where somebody multiplies floats
		{"123", money.JPY, 123},
		{"92233720368547758.07", money.PLN, math.MaxInt64},
		{"9223372036854775807", money.JPY, math.MaxInt64},
	} {
		got, err := money.ParseDecimal(test.text, test.currency)
		if err != nil || got != money.New(test.minor, test.currency) {
			t.Errorf("ParseDecimal(%q, %s) = %v, %v; want %d minor units", test.text, test.currency, got, err, test.minor)
		}
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	for _, test := range []struct {
		text     string
		currency money.Currency
		want     error
	}{
		{"", money.PLN, money.ErrNotDecimal},
		{".", money.PLN, money.ErrNotDecimal},
		{"1.", money.PLN, money.ErrNotDecimal},
		{".5", money.PLN, money.ErrNotDecimal},
		{"1.2.3", money.PLN, money.ErrNotDecimal},
		{"+1.00", money.PLN, money.ErrNotDecimal},
		{"-1.00", money.PLN, money.ErrNotDecimal},
		{"1e3", money.PLN, money.ErrNotDecimal},
		{"0x10", money.PLN, money.ErrNotDecimal},
		{"1_000", money.PLN, money.ErrNotDecimal},
		{"1 000.00", money.PLN, money.ErrNotDecimal},
		{"1,50", money.PLN, money.ErrNotDecimal},
		{" 1.00", money.PLN, money.ErrNotDecimal},
		{"1.00\n", money.PLN, money.ErrNotDecimal},
		{"01.00", money.PLN, money.ErrNotDecimal},
		{"00", money.PLN, money.ErrNotDecimal},
		{"١٢", money.PLN, money.ErrNotDecimal},
		{"NaN", money.PLN, money.ErrNotDecimal},
		{"1.230", money.PLN, money.ErrSurplusDigits},
		{"1.001", money.PLN, money.ErrSurplusDigits},
		{"5.0", money.JPY, money.ErrSurplusDigits},
		{"92233720368547758.08", money.PLN, money.ErrOverflow},
		{"184467440737095516.16", money.PLN, money.ErrOverflow},
		{strings.Repeat("9", 1<<16), money.PLN, money.ErrOverflow},
		{"1.00", 0, money.ErrUnknownCurrency},
	} {
		got, err := money.ParseDecimal(test.text, test.currency)
		if !errors.Is(err, test.want) || got != (money.Amount{}) {
			t.Errorf("ParseDecimal(%.40q, %s) = %v, %v; want %v", test.text, test.currency, got, err, test.want)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("the message of a refused text has %d bytes", len(err.Error()))
		}
	}
}

func TestParseSignedDecimal(t *testing.T) {
	for _, test := range []struct {
		text  string
		minor int64
		want  error
	}{
		{"1.50", 150, nil},
		{"-1.50", -150, nil},
		{"-0.05", -5, nil},
		{"-92233720368547758.08", math.MinInt64, nil},
		{"-92233720368547758.09", 0, money.ErrOverflow},
		{"-0.00", 0, money.ErrNotDecimal},
		{"--1", 0, money.ErrNotDecimal},
		{"+1", 0, money.ErrNotDecimal},
		{"-", 0, money.ErrNotDecimal},
		{"- 1", 0, money.ErrNotDecimal},
		{"-1.234", 0, money.ErrSurplusDigits},
	} {
		got, err := money.ParseSignedDecimal(test.text, money.PLN)
		if !errors.Is(err, test.want) || got.Minor() != test.minor {
			t.Errorf("ParseSignedDecimal(%q) = %v, %v; want %d, %v", test.text, got, err, test.minor, test.want)
		}
	}
}

func TestDecimalAndString(t *testing.T) {
	for _, test := range []struct {
		amount        money.Amount
		decimal, text string
	}{
		{money.New(12345, money.PLN), "123.45", "123.45 PLN"},
		{money.New(0, money.EUR), "0.00", "0.00 EUR"},
		{money.New(5, money.EUR), "0.05", "0.05 EUR"},
		{money.New(-5, money.EUR), "-0.05", "-0.05 EUR"},
		{money.New(1234, money.JPY), "1234", "1234 JPY"},
		{money.New(math.MinInt64, money.PLN), "-92233720368547758.08", "-92233720368547758.08 PLN"},
		{money.New(math.MinInt64, money.JPY), "-9223372036854775808", "-9223372036854775808 JPY"},
		{money.Amount{}, "0", "0 no currency"},
	} {
		if got := test.amount.Decimal(); got != test.decimal {
			t.Errorf("Decimal() = %q, want %q", got, test.decimal)
		}
		if got := test.amount.String(); got != test.text {
			t.Errorf("String() = %q, want %q", got, test.text)
		}
	}
}

func TestDecimalReadsBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := money.New(anyMinor().Draw(t, "minor"), rapid.SampledFrom(money.Currencies()).Draw(t, "currency"))
		got, err := money.ParseSignedDecimal(want.Decimal(), want.Currency())
		if err != nil || got != want {
			t.Fatalf("%q reads as %v, %v; want %v", want.Decimal(), got, err, want)
		}
	})
}

// plain is the documented grammar, written a second time as a pattern.
var plain = regexp.MustCompile(`\A(0|[1-9][0-9]*)(\.[0-9]+)?\z`)

// FuzzParseDecimal compares every verdict with the documented grammar and every
// value with exact rational arithmetic.
func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"123.45", "0.05", "1e3", "-1", "01", "1.", "92233720368547758.07", "92233720368547758.08", "1.230"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 64 {
			t.Skip("longer texts only cost time: everything over 20 digits is out of range")
		}
		got, err := money.ParseDecimal(text, money.PLN)
		want, wantErr := oracle(text)
		if !errors.Is(err, wantErr) || got.Minor() != want {
			t.Fatalf("ParseDecimal(%q) = %v, %v; want %d, %v", text, got, err, want, wantErr)
		}
	})
}

// oracle says what a text is worth in hundredths.
func oracle(text string) (int64, error) {
	if !plain.MatchString(text) {
		return 0, money.ErrNotDecimal
	}
	if point := strings.IndexByte(text, '.'); point >= 0 && len(text)-point-1 > 2 {
		return 0, money.ErrSurplusDigits
	}
	value, _ := new(big.Rat).SetString(text)
	hundredths := value.Mul(value, big.NewRat(100, 1))
	if !hundredths.Num().IsInt64() {
		return 0, money.ErrOverflow
	}
	return hundredths.Num().Int64(), nil
}
