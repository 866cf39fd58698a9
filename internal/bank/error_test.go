package bank_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"regexp"
	"strings"
	"testing"

	"ims/internal/bank"
)

var kebab = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// statuses are the kinds of the design; nothing else may reach a caller.
var statuses = []bank.Kind{400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429, 503}

func TestCatalogue(t *testing.T) {
	codes, titles, kinds := map[string]bool{}, map[string]string{}, map[bank.Kind]int{}
	for _, e := range bank.Catalogue() {
		if codes[e.Code] {
			t.Errorf("code %s is there twice", e.Code)
		}
		if titles[e.Title] != "" {
			t.Errorf("%s and %s have one title, %q", titles[e.Title], e.Code, e.Title)
		}
		codes[e.Code], titles[e.Title] = true, e.Code
		kinds[e.Kind]++
		if !kebab.MatchString(e.Code) {
			t.Errorf("code %q is not kebab-case", e.Code)
		}
		if e.Title == "" || strings.TrimSpace(e.Title) != e.Title || strings.HasSuffix(e.Title, ".") {
			t.Errorf("%s has the title %q", e.Code, e.Title)
		}
		if e.Message != "" || len(e.Fields) > 0 || e.Unwrap() != nil {
			t.Errorf("%s has particulars: somebody changed the catalogue instead of deriving from it", e.Code)
		}
	}
	for _, kind := range statuses {
		if kinds[kind] == 0 {
			t.Errorf("no error of kind %d", kind)
		}
		delete(kinds, kind)
	}
	if len(kinds) > 0 {
		t.Errorf("kinds that no status is for: %v", kinds)
	}
}

// TestEveryErrorIsCatalogued reads the source: an error variable that define did not make would miss the documentation.
func TestEveryErrorIsCatalogued(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Err") {
			declared++
		}
		return true
	})
	if got := len(bank.Catalogue()); got != declared {
		t.Errorf("%d errors are declared, %d catalogued", declared, got)
	}
}

// TestDerivedErrors: what one request is told never shows in another's answer.
func TestDerivedErrors(t *testing.T) {
	cause := io.ErrUnexpectedEOF
	one := bank.ErrInvalid.With("one %d", 1).Field("/a", "bad", "no").Because(cause)
	base := bank.ErrInvalid.Field("/first", "x", "y")
	left, right := base.Field("/left", "x", "y"), base.Field("/right", "x", "y")
	if left.Fields[1].Pointer != "/left" || right.Fields[1].Pointer != "/right" || len(base.Fields) != 1 {
		t.Errorf("derived errors share fields: %v %v %v", base.Fields, left.Fields, right.Fields)
	}
	if bank.ErrInvalid.Message != "" || len(bank.ErrInvalid.Fields) > 0 {
		t.Errorf("the catalogue was changed: %+v", bank.ErrInvalid)
	}
	wrapped := fmt.Errorf("post: %w", one)
	if !errors.Is(wrapped, bank.ErrInvalid) || errors.Is(wrapped, bank.ErrAmountInvalid) || !errors.Is(wrapped, cause) {
		t.Errorf("%v matches the wrong errors", wrapped)
	}
	if e, ok := bank.AsError(wrapped); !ok || e.Message != "one 1" || e.Kind != bank.Invalid || e.Title != bank.ErrInvalid.Title {
		t.Errorf("found %+v", e)
	}
	if _, ok := bank.AsError(cause); ok {
		t.Error("a foreign error was taken for ours")
	}
	for text, e := range map[string]*bank.Error{
		"one 1 (invalid): unexpected EOF":     one,
		"There is no such object (not-found)": bank.ErrNotFound,
		"there is no such file (not-found)":   bank.ErrNotFound.With("there is no such file"),
	} {
		if e.Error() != text {
			t.Errorf("%q, want %q", e.Error(), text)
		}
	}
}

func TestCatalogueIsACopy(t *testing.T) {
	list := bank.Catalogue()
	list[0] = nil
	if bank.Catalogue()[0] == nil {
		t.Error("callers can change the catalogue")
	}
}
