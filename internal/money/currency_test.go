package money_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/money"
)

func TestCurrenciesAreTheTwentyTwoInOrder(t *testing.T) {
	const want = "PLN EUR USD GBP CHF AUD CAD CZK DKK NOK SEK HUF JPY MXN ZAR TRY BGN RON CNY THB ILS HKD"
	var codes []string
	for _, c := range money.Currencies() {
		codes = append(codes, c.Code())
	}
	if diff := cmp.Diff(strings.Fields(want), codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestExponentsFollowISO4217(t *testing.T) {
	for _, c := range money.Currencies() {
		want := 2
		if c == money.JPY {
			want = 0
		}
		if got := c.Exponent(); got != want {
			t.Errorf("%s has exponent %d, want %d", c, got, want)
		}
	}
}

func TestParseCurrencyReadsEveryCode(t *testing.T) {
	for _, c := range money.Currencies() {
		got, err := money.ParseCurrency(c.Code())
		if err != nil || got != c {
			t.Errorf("ParseCurrency(%q) = %v, %v", c.Code(), got, err)
		}
	}
}

func TestParseCurrencyRefuses(t *testing.T) {
	for _, code := range []string{"", "pln", " PLN", "PLN ", "PL", "PLNN", "XXX", "BTC", "985", "ＰＬＮ", strings.Repeat("P", 1<<16)} {
		got, err := money.ParseCurrency(code)
		if !errors.Is(err, money.ErrUnknownCurrency) || got.Known() {
			t.Errorf("ParseCurrency(%.40q) = %v, %v; want ErrUnknownCurrency", code, got, err)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("the message of a refused code has %d bytes", len(err.Error()))
		}
	}
}

func TestUnknownCurrencySaysSo(t *testing.T) {
	for _, c := range []money.Currency{0, money.HKD + 1, 255} {
		if c.Known() || c.Code() != "" || c.Exponent() != 0 || c.String() != "no currency" {
			t.Errorf("Currency(%d): known %v, code %q, exponent %d, string %q", uint8(c), c.Known(), c.Code(), c.Exponent(), c.String())
		}
	}
}

func TestCurrenciesAreACopy(t *testing.T) {
	money.Currencies()[0] = 0
	if money.Currencies()[0] != money.PLN {
		t.Error("a caller changed the list of currencies")
	}
}
