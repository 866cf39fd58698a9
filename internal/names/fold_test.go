package names_test

import (
	"testing"

	"pgregory.net/rapid"

	"ims/internal/names"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "  ": "", "ABC": "abc", " a \t\n b ": "a b", "Zażółć gęślą JAŹŃ": "zazolc gesla jazn", "ŁÓDŹ": "lodz", "Straße": "strasse",
		"Ærø": "aero", "É": "e", "e\u0301": "e", "ﬁn": "fin", "ＡＢＣ": "abc", "İstanbul": "istanbul", "a\u00a0b": "a b", "\xff": "\ufffd",
	} {
		if got := names.Fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
}

// TestFoldTwice: an index and a question are folded at different times, and must agree.
func TestFoldTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if once := names.Fold(text); names.Fold(once) != once {
			t.Errorf("%q folds to %q, and that to %q", text, once, names.Fold(once))
		}
	})
}
