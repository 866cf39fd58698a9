package panel

import (
	"net/http"
	"testing"
)

// TestMistypedIBAN holds that whoever types an IBAN wrongly is told what is wrong with it, in the box and in the filter of a list.
func TestMistypedIBAN(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	for typed, told := range map[string]string{
		"PL98+1111+1111+7700+3517+6897+246":  "It has 27 characters; an IBAN of this country has 28.",
		"PL98111111117700351768972469":       "Its check digits do not fit",
		"XX98111111117700351768972468":       "Its first two letters are no country",
		"PL98+1111+1111+7700+3517+6897+24X8": "Look for PL98 1111 1111 7700 3517 6897 2468",
	} {
		b.get("/search?q="+typed).expect(http.StatusOK, "This is no IBAN", told).lacks("End users of the name")
	}
	b.get("/search?q=PL98+1111+1111+7700+3517+6897+2468").expect(http.StatusOK, "Nothing found").lacks("This is no IBAN", "End users of the name")
	b.get("/search?q=JAN+TEST").expect(http.StatusOK, "Nothing found", `href="/users?name=JAN+TEST"`)
	b.get("/users?iban=PL98111111117700351768972469").expect(http.StatusUnprocessableEntity, "A filter cannot be read", "<strong>IBAN:</strong> Its check digits do not fit")
	own := s.ibanOf(0).String()
	b.get("/search?q=" + own[2:]).expect(http.StatusSeeOther)
	b.get("/users?iban=98").expect(http.StatusUnprocessableEntity, "An IBAN begins with two letters and two digits")
}
