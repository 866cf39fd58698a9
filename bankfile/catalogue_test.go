package bankfile

import (
	"encoding/json"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestCatalogue: every code in codes.go has one row, and both texts of it carry the same parts.
func TestCatalogue(t *testing.T) {
	declared := declaredCodes(t)
	var listed []string
	for _, c := range Codes() {
		listed = append(listed, string(c))
	}
	slices.Sort(listed)
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("declared and listed codes differ (-declared +listed):\n%s", diff)
	}
	part := regexp.MustCompile(`\{[a-z]+\}`)
	for _, r := range catalogue {
		en, pl := part.FindAllString(r.en, -1), part.FindAllString(r.pl, -1)
		slices.Sort(en)
		slices.Sort(pl)
		if !slices.Equal(en, pl) || r.en == "" || r.pl == "" || r.en == r.pl {
			t.Errorf("%s: %q and %q", r.code, r.en, r.pl)
		}
		if r.severity != Error && r.severity != Warning {
			t.Errorf("%s: no severity", r.code)
		}
	}
}

// declaredCodes reads the constants of codes.go, so that none can be forgotten.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	file, err := goparser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && strings.Contains(lit.Value, ".") {
			s, _ := strconv.Unquote(lit.Value)
			list = append(list, s)
		}
		return true
	})
	slices.Sort(list)
	return list
}

func TestMessages(t *testing.T) {
	f := Finding{Code: RecordAmountFormat, Severity: Error, Line: 3, Field: 3, Value: "123.45"}
	if got, want := f.Message("en"), "The amount must be grosze in digits only, without point, comma or blanks: “123.45”."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := f.Message("pl"), "Kwota musi być podana w groszach, samymi cyframi, bez kropki, przecinka i spacji: „123.45”."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	f.Element = ":61:"
	if got, want := f.Message("pl"), "Nie można odczytać kwoty albo ma ona więcej miejsc po przecinku niż jej waluta: „123.45”."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	f = Finding{Code: FileWrongFormat, Params: Params{Hint: "zip"}}
	if got := f.Message("pl"); got != "To nie jest plik oczekiwanego formatu; wygląda na archiwum ZIP." {
		t.Error(got)
	}
	f = Finding{Code: FileTooManyRecords, Params: Params{Limit: 5000}}
	if got := f.Message("de"); got != "The file has more than 5000 records; reading stopped there." {
		t.Error(got)
	}
	if got := (Finding{Code: "x.y"}).Message("en"); got != "x.y" {
		t.Errorf("an unknown code reads %q", got)
	}
}

// TestValuesAreSafe: a finding shows enough of a hostile value and nothing that acts.
func TestValuesAreSafe(t *testing.T) {
	for in, want := range map[string]string{
		"A\x1b[31mB": `A\x1B[31mB`, "A\u202eB": `A\u202EB`, "A\u0085B": `A\x85B`, "ŻÓŁĆ": "ŻÓŁĆ", "A\ufffdB": "A\ufffdB",
		strings.Repeat("Ż", 65): strings.Repeat("Ż", 64) + "…",
	} {
		if got := Visible(in); got != want || !utf8.ValidString(got) {
			t.Errorf("%q shown as %q, want %q", in, got, want)
		}
	}
}

func TestFindingJSON(t *testing.T) {
	f := Finding{Code: RecordAmountZero, Severity: Error, Line: 7, Field: 3, Value: "0"}
	b, err := json.Marshal(f)
	if want := `{"code":"record.amount_zero","severity":"error","line":7,"field":3,"value":"0"}`; err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
	var back Finding
	if err := json.Unmarshal(b, &back); err != nil || back != f {
		t.Errorf("%+v, %v", back, err)
	}
	var e Encoding
	if err := json.Unmarshal([]byte(`"IBM852"`), &e); err != nil || e != CP852 {
		t.Errorf("%v, %v", e, err)
	}
	if json.Unmarshal([]byte(`"latin1"`), &e) == nil || json.Unmarshal([]byte(`{"severity":"bad"}`), &back) == nil {
		t.Error("unknown words are taken")
	}
}
