package panel

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"ims/internal/bank"
)

// TestDetailsAreOfTheRooms holds that each translated sentence is still one that a room says.
func TestDetailsAreOfTheRooms(t *testing.T) {
	var all strings.Builder
	for _, pattern := range []string{"../*/*.go", "../../iban/*.go"} {
		for _, name := range must[[]string](t)(filepath.Glob(pattern)) {
			if !strings.HasSuffix(name, "_test.go") {
				all.Write(must[[]byte](t)(os.ReadFile(name)))
			}
		}
	}
	for _, l := range must[[]translation](t)(readDetails(language.Polish)) {
		for part := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(l.english.String(), "(?s)^"), "$"), "(.+)") {
			plain := strings.ReplaceAll(strings.NewReplacer(`\.`, ".", `\(`, "(", `\)`, ")", `\[`, "[", `\-`, "-", `\?`, "?", `\+`, "+").Replace(part), `\\`, `\`)
			if len(plain) > 6 && !strings.Contains(all.String(), plain) {
				t.Errorf("no room says %q", plain)
			}
		}
		if strings.Contains(l.format, "%s") || strings.Contains(l.format, "%d") {
			t.Errorf("%q names its places: %%[1]s", l.format)
		}
	}
}

// TestDetailsInPolish: a refusal is told in the reader's language, also one whose sentence nobody has translated.
func TestDetailsInPolish(t *testing.T) {
	s := newScene(t).withItems()
	b := s.signedIn(adminEmail)
	polish := []string{"Accept-Language", "pl"}
	b.get("/items/"+bank.NewID().String(), polish...).expect(http.StatusNotFound, "Nie ma takiej pozycji.").lacks("there is no such item")
	b.post("/domains", url.Values{"host": {"https://x.example"}}, polish...).expect(http.StatusUnprocessableEntity, "bez https:// i ścieżki").lacks("must be a host name")
	b.post("/settings/edit", url.Values{"ibanMode": {"X"}, "retentionYears": {"1"}}, polish...).expect(http.StatusUnprocessableEntity, "Wybierz jedną z dostępnych wartości").lacks("AUTOMATIC, API or PANEL")
	home := "/items/" + s.itemOf(99_00).ID.String()
	b.post(home+"/return", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post(home+"/return", url.Values{"reason": {"x"}}, polish...).expect(http.StatusUnprocessableEntity, "już zdecydowano").lacks("decided already")
	b.post(home+"/return", url.Values{"reason": {""}}, polish...).expect(http.StatusUnprocessableEntity, "Powód: nie może być puste").lacks("must not be empty")

	v := &visit{Panel: s.panel, language: language.Polish, printer: s.panel.words.printer(language.Polish)}
	if got := v.detail(bank.ErrConflict.With("nobody has translated this yet")); !strings.Contains(got, "Spójrz jeszcze raz") {
		t.Error(got)
	}
	if got := v.detail(bank.ErrKeyReused.With("nobody has translated this yet")); got != "" {
		t.Error(got)
	}
	if got := v.fieldDetail(bank.FieldError{Code: "no-words-for-this", Detail: "x"}); got != "Ta wartość jest błędna." {
		t.Error(got)
	}
	v.language = language.English
	if got := v.detail(bank.ErrConflict.With("as it is")); got != "as it is" {
		t.Error(got)
	}
}
