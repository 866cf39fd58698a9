package web

import (
	"golang.org/x/text/language"

	"ims/internal/bank"
)

// Languages are those that texts for people are told in; the first where nothing is asked for, or only what there is not.
var Languages = []string{"en", "pl"}

var speak = language.NewMatcher([]language.Tag{language.English, language.Polish})

// Language chooses the language of an answer: what the parameter lang says, else the best that an Accept-Language header
// takes. ErrInvalid for a parameter that is none of Languages.
func Language(lang, accept string) (string, error) {
	for _, l := range Languages {
		if l == lang {
			return l, nil
		}
	}
	if lang != "" {
		return "", bank.ErrInvalid.With("the request has invalid fields").Field("lang", "invalid", "must be en or pl")
	}
	wanted, _, _ := language.ParseAcceptLanguage(accept) // a header that nobody can read asks for nothing
	_, i, _ := speak.Match(wanted...)
	return Languages[i], nil
}
