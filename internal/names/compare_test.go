package names_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ims/internal/names"
)

// comparison is what a payer wrote for a holder, and the answer. All names are invented.
type comparison struct {
	holder names.Holder
	asked  string
	want   names.Result
}

func person(given, family string) names.Holder { return names.Holder{Given: given, Family: family} }
func company(name string) names.Holder         { return names.Holder{Company: name} }

func check(t *testing.T, list []comparison) {
	t.Helper()
	for _, c := range list {
		if got := c.holder.Compare(c.asked); got != c.want {
			t.Errorf("%q for %+v: %s, want %s", c.asked, c.holder, got, c.want)
		}
	}
}

func TestPersons(t *testing.T) {
	zofia, anna := person("Zofia Łucja", "Żółtowska"), person("Anna", "Testowa-Próbna")
	check(t, []comparison{
		{zofia, "Zofia Łucja Żółtowska", names.Match},
		{zofia, "ŻÓŁTOWSKA ZOFIA", names.Match},
		{zofia, "zofia zoltowska", names.Match},
		{zofia, "Pani mgr inż. Zofia Ł. Żółtowska", names.Match},
		{zofia, "Żółtowska, Zofia", names.Match},
		{zofia, "Zofia\u00a0Łucja\tZ\u0307o\u0301ltowska", names.Match}, // letters and marks apart
		{zofia, "Z. Żółtowska", names.CloseMatch},
		{zofia, "Łucja Żółtowska", names.CloseMatch},
		{zofia, "Zofia Żółtowsak", names.CloseMatch},
		{zofia, "Zofai Żółtowsak", names.CloseMatch},
		{zofia, "Zofia Maria Żółtowska", names.CloseMatch},
		{zofia, "Zofia Maria Ewa Żółtowska", names.NoMatch},
		{zofia, "Z. Żółtowsak", names.NoMatch}, // two kinds of deviation
		{zofia, "Żółtowska", names.NoMatch},
		{zofia, "Zofia", names.NoMatch},
		{zofia, "Zofia Łucja", names.NoMatch},
		{zofia, "Zofia Ż.", names.NoMatch},
		{zofia, "Maria Żółtowska", names.NoMatch},
		{zofia, "Pani", names.NoMatch},
		{anna, "Anna Testowa Próbna", names.Match},
		{anna, "Anna Próbna-Testowa", names.Match},
		{anna, "Anna Testowaprobna", names.Match},
		{anna, "Anna Próbna", names.CloseMatch},
		{anna, "A. Próbna", names.NoMatch},
		{person("Li", "Na"), "Li Ma", names.NoMatch}, // too short to be mistyped
		{person("Jan", "Przykładowy"), "Przykładowa Jan", names.CloseMatch},
		{person("Dr Jan", "Próbny MBA"), "Jan Próbny", names.Match},
		{person("Jan", ""), "Jan", names.Match},
		{person("", "Próbny"), "Mr Próbny", names.Match},
		{person("", ""), "Jan Próbny", names.NotPossible},
		{zofia, "", names.NotPossible},
		{zofia, " .,- ' ", names.NotPossible},
		{zofia, strings.Repeat("Zofia ", 30), names.NoMatch},
	})
}

func TestPersonsOfManyLanguages(t *testing.T) {
	check(t, []comparison{
		{person("Jürgen", "Müßiggänger"), "Juergen Muessiggaenger", names.Match},
		{person("Jürgen", "Müßiggänger"), "Jurgen Mussigganger", names.Match},
		{person("Juergen", "Muessiggaenger"), "Herr Dr. Jürgen Müßiggänger", names.Match},
		{person("Søren", "Ågård"), "SOEREN AAGAARD", names.Match},
		{person("Søren", "Ågård"), "Soren Agard", names.Match},
		{person("Siobhán", "O'Sample"), "Siobhan O Sample", names.Match},
		{person("Siobhán", "O’Sample"), "Ms Siobhan OSample", names.Match},
		{person("François-Xavier", "d'Exemple"), "FRANCOIS XAVIER DEXEMPLE", names.Match},
		{person("Jan", "van der Voorbeeld"), "J. van der Voorbeeld", names.CloseMatch},
		{person("Jan", "van der Voorbeeld"), "Jan Vandervoorbeeld", names.Match},
		{person("Jan", "van der Voorbeeld"), "Jan Voorbeeld", names.CloseMatch},
		{person("Jan", "van der Voorbeeld"), "Jan van der", names.NoMatch}, // that names nobody
		{person("İpek", "Işıkörnek"), "ipek isikornek", names.Match},
		{person("María José", "Ejemplo Muestra"), "Maria Jose Ejemplo", names.CloseMatch},
		{person("Ștefan", "Exemplescu"), "Stefan Exemplescu", names.Match},
		{person("Nguyễn", "Thị Mẫu"), "THI MAU NGUYEN", names.Match},
		{person("Иван", "Примеров"), "ИВАН ПРИМЕРОВ", names.Match},
		{person("Иван", "Примеров"), "Ivan Primerov", names.Match},
		{person("Мария", "Йорданова"), "Maria Yordanova", names.Match},
		{person("Γιώργος", "Δοκιμάκης"), "ΓΙΩΡΓΟΣ ΔΟΚΙΜΑΚΗΣ", names.Match},
		{person("Γιώργος", "Δοκιμάκης"), "Giorgos Dokimakis", names.Match},
		{person("太郎", "見本"), "見本太郎", names.Match},
		{person("太郎", "見本"), "見本 次郎", names.NoMatch},
		{person("สมชาย", "ตัวอย่าง"), "สมชาย ตัวอย่าง", names.Match},
		{person("דנה", "דוגמה"), "דוגמה דנה", names.Match},
		{person("Pan", "Wei"), "Pan Wei", names.Match}, // a name that looks like a title
		{person("Yo", "Ma"), "Dr Yo Ma", names.Match},
		{person("Michał", "Próbny"), "Michael Próbny", names.CloseMatch},
		{person("Ａｄａ", "Example"), "Ada\u200b Exam\u00adple", names.Match}, // full width, and what cannot be seen
	})
}

func TestCompanies(t *testing.T) {
	shop, sisters := company("Przykładowy Sklep sp. z o.o."), company("Example Payments S.A.")
	check(t, []comparison{
		{shop, "PRZYKLADOWY SKLEP SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ", names.Match},
		{shop, "Przykładowy Sklep Sp.z o. o.", names.Match},
		{shop, "Przykładowy Sklep sp.zoo", names.Match},
		{shop, "Spółka z o.o. Przykładowy Sklep", names.Match},
		{shop, "Przykładowy Sklep", names.Match},
		{shop, "przykladowysklep", names.Match},
		{shop, "Przykładowy Sklep S.A.", names.CloseMatch},
		{shop, "Przykladowi Sklep", names.CloseMatch},
		{shop, "Sklep Przykładowy", names.CloseMatch},
		{shop, "Przykładowy Sklep Internetowy", names.CloseMatch},
		{shop, "Przykładowy", names.NoMatch},
		{shop, "Sp. z o.o.", names.NoMatch},
		{shop, "Inny Sklep sp. z o.o.", names.NoMatch},
		{shop, "", names.NotPossible},
		{sisters, "Example Payments Spółka Akcyjna", names.Match},
		{sisters, "Example & Payments SA", names.Match},
		{sisters, "Example Payments sp. k.", names.CloseMatch},
		{company("Muster GmbH & Co. KG"), "MUSTER GMBH & CO KG", names.Match},
		{company("Muster GmbH & Co. KG"), "Muster Kommanditgesellschaft", names.CloseMatch},
		{company("Muster Gesellschaft mit beschränkter Haftung"), "Muster GmbH", names.Match},
		{company("Sample Trading Limited"), "Sample Trading Ltd", names.Match},
		{company("The Sample and Sons Company Ltd."), "Sample & Sons Co", names.CloseMatch},
		{company("Exemple SARL"), "Exemple S.A.R.L.", names.Match},
		{company("Esempio S.p.A."), "Esempio SpA", names.Match},
		{company("Ukázka s.r.o."), "Ukazka, spol. s r.o.", names.Match},
		{company("Пример ЕООД"), "Primer EOOD", names.Match},
		{company("Παράδειγμα Α.Ε."), "Paradeigma AE", names.Match},
		{company("OÜ Näidis"), "Naidis OU", names.Match},
		{company("Studio 54"), "Studio 55", names.NoMatch}, // figures are not mistyped
		{company("Studio 1954"), "Studio 1955", names.NoMatch},
		{company("Jan Próbny Usługi"), "Jan Próbny", names.CloseMatch}, // who trades under their own name
		{company("S.A."), "SA", names.Match},
		{company("..."), "SA", names.NotPossible},
	})
}

var someNames = []string{"Ada", "Bogusław", "Chloé", "Dagmar", "Emil", "Françoise", "Günther", "Hélène", "Iwona", "Øyvind", "Przykład", "Muster", "Beispiel", "Иван",
	"Δοκιμή", "Sample", "Exemple", "Ukázka"}

// TestEveryNameIsItsOwn: whatever stands in our rows, who writes it just so gets a match; of a person, who writes the
// family name first too.
func TestEveryNameIsItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given, family := rapid.OneOf(rapid.String(), rapid.SampledFrom(someNames)).Draw(t, "given"), rapid.OneOf(rapid.String(), rapid.SampledFrom(someNames)).Draw(t, "family")
		text := given + " " + family
		capitals := strings.ToUpper(names.Fold(text))
		if names.Fold(capitals) != names.Fold(text) {
			capitals = text // a letter like no other, whose capital is another one's
		}
		for _, h := range []names.Holder{person(given, family), company(text)} {
			for _, asked := range []string{text, capitals, family + " " + given} {
				got := h.Compare(asked)
				swapped := h.Company != "" && asked == family+" "+given
				if got != names.Match && got != names.NotPossible && !swapped {
					t.Errorf("%q for %+v: %s", asked, h, got)
				}
			}
		}
	})
}

// TestGarbageIsNobody: words that share no letter with a name are never near it.
func TestGarbageIsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		garbage := rapid.StringMatching(`[qxj]{2,12}( [qxj]{2,12}){0,3}`).Draw(t, "garbage")
		a, b := rapid.SampledFrom(someNames).Draw(t, "a"), rapid.SampledFrom(someNames).Draw(t, "b")
		for _, h := range []names.Holder{person(a, b), company(a + " " + b + " GmbH")} {
			if got := h.Compare(garbage); got != names.NoMatch {
				t.Errorf("%q for %+v: %s", garbage, h, got)
			}
		}
	})
}

// TestBothWays: who is near whom does not depend on who asks. What may be left out does, so persons have two names here.
func TestBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Custom(func(t *rapid.T) string {
			runes := []rune(rapid.SampledFrom(someNames).Draw(t, "word"))
			if i := rapid.IntRange(-1, len(runes)-1).Draw(t, "slip"); i >= 0 {
				runes[i] = 'o'
			}
			return string(runes)
		})
		list := rapid.SliceOfN(word, 4, 4).Draw(t, "words")
		form := rapid.SampledFrom([]string{"", " GmbH", " S.A.", " sp. z o.o."})
		pairs := [][2]names.Holder{
			{person(list[0], list[1]), person(list[2], list[3])},
			{company(strings.Join(list, " ") + form.Draw(t, "form")), company(strings.Join(list[:rapid.IntRange(1, 4).Draw(t, "n")], " ") + form.Draw(t, "form"))},
		}
		for _, p := range pairs {
			there, back := p[0].Compare(nameOf(p[1])), p[1].Compare(nameOf(p[0]))
			if there != back {
				t.Errorf("%+v and %+v: %s there, %s back", p[0], p[1], there, back)
			}
		}
	})
}

func nameOf(h names.Holder) string { return strings.TrimSpace(h.Given + " " + h.Family + h.Company) }

// TestOneSlip: any letter of a long word may be lost, doubled, another, or changed over with its neighbour; two may not.
func TestOneSlip(t *testing.T) {
	const family = "Przykladowicz"
	h := person("Bogumil", family)
	answer := func(text string) names.Result { return h.Compare("Bogumil " + text) }
	for i := range family {
		for what, text := range map[string]string{"lost": family[:i] + family[i+1:], "more": family[:i] + "q" + family[i:], "other": family[:i] + "q" + family[i+1:]} {
			if got := answer(text); got != names.CloseMatch {
				t.Errorf("%s: %q: %s", what, text, got)
			}
		}
		if got := answer(family[:i] + "qq" + family[i:]); got != names.NoMatch {
			t.Errorf("two more at %d: %s", i, got)
		}
		if i > 0 {
			swapped := family[:i-1] + family[i:i+1] + family[i-1:i] + family[i+1:]
			if got := answer(swapped); got != names.CloseMatch {
				t.Errorf("%q: %s", swapped, got)
			}
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("Zofia Łucja", "Żółtowska", "mgr Zofia Zoltowska")
	f.Add("", "Muster GmbH & Co. KG", "muster kg")
	f.Add("Иван", "Δοκιμή", "\xff见本\u0301")
	f.Fuzz(func(t *testing.T, given, family, asked string) {
		for _, h := range []names.Holder{person(given, family), company(given + family)} {
			if got := h.Compare(asked); !got.Known() {
				t.Errorf("%q", got)
			}
			if got := h.Compare(nameOf(h)); got != names.Match && got != names.NotPossible {
				t.Errorf("%+v is not its own: %s", h, got)
			}
		}
	})
}

func TestKnown(t *testing.T) {
	for _, r := range []names.Result{"", "match", "MTCH"} {
		if r.Known() {
			t.Errorf("%q is an answer", r)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	list := map[string]comparison{
		"equal":    {person("Zofia Łucja", "Żółtowska"), "Zofia Łucja Żółtowska", names.Match},
		"mistyped": {person("Zofia Łucja", "Żółtowska"), "pani Zofia Łucja Żółtowsak", names.CloseMatch},
		"other":    {person("Zofia Łucja", "Żółtowska"), "Jan Przykładowy", names.NoMatch},
		"company":  {company("Przykładowy Sklep Internetowy sp. z o.o."), "Przykladowy Sklep Internetowy Spółka z ograniczoną odpowiedzialnością", names.Match},
		"worst":    {company(strings.Repeat("ada bea cil ", 8)), strings.Repeat("cil bea ada ", 8), names.CloseMatch},
	}
	keys := []string{"equal", "mistyped", "other", "company", "worst"}
	for _, name := range keys {
		c := list[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := c.holder.Compare(c.asked); got != c.want {
					b.Fatal(got)
				}
			}
		})
	}
}
