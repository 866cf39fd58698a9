package panel

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"ims/internal/bank"
)

// TestLanguagesHaveTheSameKeys also holds that no text of one language is missing a form.
func TestLanguagesHaveTheSameKeys(t *testing.T) {
	w := must[*words](t)(readWords())
	for key := range w.keys[language.English] {
		if !w.keys[language.Polish][key] {
			t.Errorf("%s is not in Polish", key)
		}
	}
	for key := range w.keys[language.Polish] {
		if !w.keys[language.English][key] {
			t.Errorf("%s is not in English", key)
		}
	}
}

var (
	usedKeys     = regexp.MustCompile(`"([a-z][A-Za-z]*(?:\.[A-Za-z_][A-Za-z_-]*)+)"`)
	usedFamilies = regexp.MustCompile(`(?:v\.word\(|\bstatus\(v, |family: )"([A-Za-z.]+)"`)
	prefixedKeys = regexp.MustCompile(`v\.T\("([a-z][A-Za-z]*\.)" ?\+`)
)

// TestEveryKeyIsUsed reads the sources: a key stands there whole, or its family does in a call of word.
func TestEveryKeyIsUsed(t *testing.T) {
	w := must[*words](t)(readWords())
	used, families, prefixes := map[string]bool{}, map[string]bool{}, []string{}
	for _, text := range sources(t, "*.go", "*.templ") {
		for _, m := range usedKeys.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		for _, m := range usedFamilies.FindAllStringSubmatch(text, -1) {
			families[m[1]] = true
		}
		for _, m := range prefixedKeys.FindAllStringSubmatch(text, -1) {
			prefixes = append(prefixes, m[1])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.keys[language.English])) {
		family := key[:max(strings.LastIndex(key, "."), 0)]
		if !used[key] && !families[family] && key != "error" && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%s is used nowhere", key)
		}
	}
	for key := range used {
		family, _, _ := strings.Cut(key, ".")
		if known := slices.ContainsFunc(slices.Collect(maps.Keys(w.keys[language.English])), func(k string) bool { return strings.HasPrefix(k, family+".") }); known && !w.keys[language.English][key] && !families[key] {
			t.Errorf("%s is used, and not there", key)
		}
	}
}

// sources reads the files of this room but tests and what templ generates.
func sources(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range patterns {
		for _, name := range must[[]string](t)(filepath.Glob(pattern)) {
			if !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go") {
				texts[name] = string(must[[]byte](t)(os.ReadFile(name)))
			}
		}
	}
	return texts
}

var (
	literals   = regexp.MustCompile(`templruntime\.WriteString\([^,]+, \d+, "((?:[^"\\]|\\.)*)"\)`)
	tags       = regexp.MustCompile(`<[^>]*>`)
	spoken     = regexp.MustCompile(`(?:aria-label|title|placeholder|alt|content)=\\?"[A-Za-z]{3,}`)
	letters    = regexp.MustCompile(`\pL{2,}`)
	notSpoken  = []string{"CSV", "XLSX"} // the same in every language
	spokenElse = regexp.MustCompile(`name=\\"(viewport|color-scheme|htmx-config)\\" content=[^>]*`)
)

// TestTemplatesHaveNoWords holds that every word on a page comes from the catalogues: what templ wrote between tags has no
// letters.
func TestTemplatesHaveNoWords(t *testing.T) {
	for _, name := range must[[]string](t)(filepath.Glob("*_templ.go")) {
		var whole strings.Builder
		for _, m := range literals.FindAllStringSubmatch(string(must[[]byte](t)(os.ReadFile(name))), -1) {
			whole.WriteString(m[1])
		}
		text := spokenElse.ReplaceAllString(whole.String(), "")
		for _, found := range spoken.FindAllString(text, -1) {
			t.Errorf("%s: %s", name, found)
		}
		for _, found := range letters.FindAllString(tags.ReplaceAllString(text, " "), -1) {
			if !slices.Contains(notSpoken, found) {
				t.Errorf("%s: the word %q is no key", name, found)
			}
		}
	}
}

// TestPlurals holds the forms that Polish has and English has not.
func TestPlurals(t *testing.T) {
	w := must[*words](t)(readWords())
	for tag, want := range map[language.Tag][]string{
		language.English: {"1 row", "2 rows", "5 rows", "1,234 rows"},
		language.Polish:  {"1 wiersz", "2 wiersze", "5 wierszy", "1234 wiersze"},
	} {
		for i, n := range []int{1, 2, 5, 1234} {
			if got := w.printer(tag).Sprintf(message.Key("list.found", ""), n); strings.ReplaceAll(got, "\u00a0", "") != want[i] {
				t.Errorf("%v %d: %q, want %q", tag, n, got, want[i])
			}
		}
	}
}

// TestEveryErrorHasATitle holds that no refusal of any room is told by its code.
func TestEveryErrorHasATitle(t *testing.T) {
	w := must[*words](t)(readWords())
	for _, e := range bank.Catalogue() {
		if !w.keys[language.English]["error."+e.Code] {
			t.Errorf("error.%s is missing", e.Code)
		}
	}
}

func TestChooseLanguage(t *testing.T) {
	w := must[*words](t)(readWords())
	for _, test := range []struct{ choice, accept, want string }{
		{"", "", "en"}, {"", "pl-PL,pl;q=0.9,en;q=0.8", "pl"}, {"", "de", "en"}, {"pl", "en", "pl"}, {"xx", "pl", "pl"}, {"", "\x00,,,", "en"},
	} {
		if got := fmt.Sprint(w.choose(test.choice, test.accept)); got != test.want {
			t.Errorf("%q, %q: %s, want %s", test.choice, test.accept, got, test.want)
		}
	}
}
