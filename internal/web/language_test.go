package web

import (
	"errors"
	"testing"

	"ims/internal/bank"
)

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ lang, accept, want string }{
		{"", "", "en"}, {"", "pl", "pl"}, {"", "pl-PL,pl;q=0.9,en;q=0.5", "pl"}, {"", "en-GB, pl;q=0.8", "en"},
		{"", "de, pl;q=0.3", "pl"}, {"", "de", "en"}, {"", "en;q=0, pl", "pl"}, {"", "\x00;;", "en"}, {"pl", "en", "pl"}, {"en", "pl", "en"},
	} {
		if got, err := Language(c.lang, c.accept); got != c.want || err != nil {
			t.Errorf("lang %q, Accept-Language %q: %q, %v; want %q", c.lang, c.accept, got, err, c.want)
		}
	}
	if _, err := Language("de", "pl"); !errors.Is(err, bank.ErrInvalid) {
		t.Errorf("an unknown language: %v", err)
	}
}
