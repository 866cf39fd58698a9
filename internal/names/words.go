package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// word is one word of a name, folded, in the two ways in which it may be written.
type word struct {
	plain string // its letters without their marks
	other string // umlauts as two letters, Greek and Cyrillic in Latin letters; plain where there is nothing of the kind
	slips bool   // letters only, at least four: may be mistyped
}

// sameAs tells whether two words are the same in any spelling.
func (w word) sameAs(v word) bool {
	return w.plain == v.plain || w.plain == v.other || w.other == v.plain || w.other == v.other
}

// nearly tells whether two words differ by one slip of the keyboard.
func (w word) nearly(v word) bool {
	return w.slips && v.slips && (oneSlip(w.plain, v.plain) || oneSlip(w.other, v.other))
}

// initial tells whether the word is a single letter.
func (w word) initial() bool { return utf8.RuneCountInString(w.plain) == 1 }

// abbreviates tells whether one of two words is the other's first letter.
func (w word) abbreviates(v word) bool {
	return w.initial() != v.initial() && (beginsAlike(w.plain, v.plain) || beginsAlike(w.other, v.other))
}

func beginsAlike(a, b string) bool {
	return a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// split cuts a name into words. Apostrophes and what cannot be seen are left out, "&" is a word, all other signs are blanks.
func split(text string) []word {
	var words []word
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			words = appendWord(words, b.String())
			b.Reset()
		}
	}
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			b.WriteRune(r)
		case strings.ContainsRune("'’‘ʼ`´", r), unicode.Is(unicode.Cf, r):
		case r == '&', r == '+':
			end()
			words = append(words, word{plain: "&", other: "&"})
		default:
			end()
		}
	}
	end()
	return words
}

// twoLetters are how people without the keys write umlauts and the like.
var twoLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ø", "oe", "å", "aa")

// appendWord adds a word in lower case, unless it is nothing but marks.
func appendWord(words []word, lower string) []word {
	w := word{plain: finalSigma.Replace(Fold(lower))}
	w.other = w.plain
	if len(lower) != utf8.RuneCountInString(lower) {
		w.other = finalSigma.Replace(Fold(latin(twoLetters.Replace(norm.NFC.String(lower)))))
	}
	if w.plain == "" {
		return words
	}
	w.slips = utf8.RuneCountInString(w.plain) >= shortestSlip && !strings.ContainsFunc(w.plain, unicode.IsDigit)
	return append(words, w)
}

var finalSigma = strings.NewReplacer("ς", "σ")

// latin writes Greek (ISO 843, as Greek passports do) and Cyrillic (the Bulgarian law of transliteration, with the letters
// of its neighbours) in Latin letters, in lower case.
func latin(lower string) string {
	switch script := scriptOf(lower); script {
	case unicode.Greek:
		return greek.Replace(strings.ReplaceAll(Fold(lower), "ς", "σ"))
	case unicode.Cyrillic:
		if stem, ok := strings.CutSuffix(lower, "ия"); ok {
			lower = stem + "ia"
		}
		return cyrillic.Replace(lower)
	}
	return lower
}

// scriptOf is Greek or Cyrillic where a letter is; nil otherwise.
func scriptOf(lower string) *unicode.RangeTable {
	for _, r := range lower {
		switch {
		case unicode.Is(unicode.Greek, r):
			return unicode.Greek
		case unicode.Is(unicode.Cyrillic, r):
			return unicode.Cyrillic
		}
	}
	return nil
}

var greek = strings.NewReplacer("ου", "ou", "αυ", "av", "ευ", "ev", "γγ", "ng", "γχ", "nch", "γξ", "nx",
	"α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i", "κ", "k", "λ", "l", "μ", "m",
	"ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "τ", "t", "υ", "y", "φ", "f", "χ", "ch", "ψ", "ps", "ω", "o")

var cyrillic = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ж", "zh", "з", "z", "и", "i",
	"й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f",
	"х", "h", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "sht", "ъ", "a", "ь", "y", "ю", "yu", "я", "ya", "ё", "e", "ы", "y", "э", "e",
	"і", "i", "ї", "i", "є", "ie", "ґ", "g", "ў", "u", "ј", "j", "љ", "lj", "њ", "nj", "ћ", "c", "ђ", "dj", "џ", "dz")
