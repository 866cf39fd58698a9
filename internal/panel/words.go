package panel

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed text/*.json
var textFiles embed.FS

// languages are those of the panel, the first where nothing says another.
var languages = []language.Tag{language.English, language.Polish}

// words are the catalogues of all languages. Each subject has one file a language, text/SUBJECT.LANGUAGE.json, so that
// people who write different pages do not meet in one file. A text is a format of x/text/message: %[1]s, %[1]d; one with
// forms of plural is an object with the keys of its language (one, few, many, other), chosen by the first argument.
type words struct {
	catalog *catalog.Builder
	keys    map[language.Tag]map[string]bool
	matcher language.Matcher
	details map[language.Tag][]translation // of the sentences of the rooms, which are in the first language
}

// readWords reads the embedded catalogues.
func readWords() (*words, error) {
	w := &words{catalog.NewBuilder(catalog.Fallback(languages[0])), map[language.Tag]map[string]bool{}, language.NewMatcher(languages), map[language.Tag][]translation{}}
	for _, tag := range languages[1:] {
		list, err := readDetails(tag)
		if err != nil {
			return nil, err
		}
		w.details[tag] = list
	}
	entries, err := textFiles.ReadDir("text")
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	for _, entry := range entries {
		body, err := textFiles.ReadFile("text/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("texts: %w", err)
		}
		parts := strings.Split(entry.Name(), ".")
		tag, err := language.Parse(parts[len(parts)-2])
		if err != nil {
			return nil, fmt.Errorf("texts %s: %w", entry.Name(), err)
		}
		if err := w.add(tag, body); err != nil {
			return nil, fmt.Errorf("texts %s: %w", entry.Name(), err)
		}
	}
	return w, nil
}

func (w *words) add(tag language.Tag, body []byte) error {
	var texts map[string]any
	if err := json.Unmarshal(body, &texts); err != nil {
		return err
	}
	if w.keys[tag] == nil {
		w.keys[tag] = map[string]bool{}
	}
	for key, text := range texts {
		if w.keys[tag][key] {
			return fmt.Errorf("%s is there twice", key)
		}
		w.keys[tag][key] = true
		if err := w.set(tag, key, text); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (w *words) set(tag language.Tag, key string, text any) error {
	switch t := text.(type) {
	case string:
		return w.catalog.SetString(tag, key, t)
	case map[string]any:
		var cases []any
		for _, form := range slices.Sorted(maps.Keys(t)) {
			if form != "other" {
				cases = append(cases, form, t[form])
			}
		}
		return w.catalog.Set(tag, key, plural.Selectf(1, "%d", append(cases, "other", t["other"])...))
	}
	return fmt.Errorf("neither a text nor forms of one")
}

// printer writes in a language.
func (w *words) printer(tag language.Tag) *message.Printer {
	return message.NewPrinter(tag, message.Catalog(w.catalog))
}

// choose takes the first language that the panel knows of a choice and an Accept-Language header.
func (w *words) choose(choice, accept string) language.Tag {
	for _, tag := range languages {
		if choice == tag.String() {
			return tag
		}
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return languages[0]
	}
	_, index, _ := w.matcher.Match(wanted...)
	return languages[index]
}

// T is the text of a key in the reader's language.
func (v *visit) T(key string, args ...any) string {
	return v.printer.Sprintf(message.Key(key, key), args...)
}

// word is the text of a value of a family, such as a status: key FAMILY.VALUE.
func (v *visit) word(family, value string) string { return v.T(family + "." + value) }
