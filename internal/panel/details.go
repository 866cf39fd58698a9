package panel

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"ims/internal/bank"
)

// The rooms say what is wrong in English, where the rule is. A file here, details/LANGUAGE.json, says the same in another
// language: by the English format, whose verbs match any text, and the format that it becomes.
//
//go:embed details/*.json
var detailFiles embed.FS

// translation is one sentence of the rooms in another language.
type translation struct {
	english *regexp.Regexp
	format  string
}

// verbs are those of the rooms' formats.
var verbs = regexp.MustCompile(`%[sdqv]`)

// readDetails reads the translations into a language, those that say the most of a sentence first.
func readDetails(tag language.Tag) ([]translation, error) {
	body, err := detailFiles.ReadFile("details/" + tag.String() + ".json")
	if err != nil {
		return nil, fmt.Errorf("details: %w", err)
	}
	var formats map[string]string
	if err := json.Unmarshal(body, &formats); err != nil {
		return nil, fmt.Errorf("details in %s: %w", tag, err)
	}
	said := func(english string) int { return len(verbs.ReplaceAllString(english, "")) }
	var list []translation
	for english := range formats {
		parts := verbs.Split(english, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		exact, err := regexp.Compile("(?s)^" + strings.Join(parts, "(.+)") + "$")
		if err != nil {
			return nil, fmt.Errorf("details in %s: %q: %w", tag, english, err)
		}
		list = append(list, translation{exact, formats[english]})
	}
	slices.SortFunc(list, func(a, b translation) int {
		return cmp.Or(cmp.Compare(said(b.english.String()), said(a.english.String())), strings.Compare(a.english.String(), b.english.String()))
	})
	return list, nil
}

// translated is a sentence of the rooms in the reader's language; false where there is none. What stands in it, such as the
// reason of a reason, is translated too where it can be.
func (v *visit) translated(english string) (string, bool) {
	if v.language == languages[0] {
		return english, true
	}
	for _, t := range v.words.details[v.language] {
		found := t.english.FindStringSubmatch(english)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for i, part := range found[1:] {
			args[i] = part
			if inner, ok := v.translated(part); ok && part != english {
				args[i] = inner
			}
		}
		if !strings.Contains(t.format, "%") {
			return t.format, true
		}
		return fmt.Sprintf(t.format, args...), true
	}
	return "", false
}

// detail is what an error says beyond its title: the sentence of the room, or, where that is not in the reader's language, what
// its code means. It may be empty.
func (v *visit) detail(e *bank.Error) string {
	if text, ok := v.translated(e.Message); ok || e.Message == "" {
		return text
	}
	if v.words.keys[languages[0]]["errorText."+e.Code] {
		return v.word("errorText", e.Code)
	}
	return ""
}

// fieldDetail says what is wrong with a field, as detail does.
func (v *visit) fieldDetail(f bank.FieldError) string {
	if text, ok := v.translated(f.Detail); ok {
		return text
	}
	if key := "fieldFault." + f.Code; v.words.keys[languages[0]][key] {
		return v.word("fieldFault", f.Code)
	}
	return v.T("fieldFault.invalid")
}
