package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"testing"

	"ims/internal/store"
)

// TestComplete reads the sources of this suite: every method of store.Tx is called in it, as tx.Method or (*store.Tx).Method.
func TestComplete(t *testing.T) {
	sources, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, source := range sources {
		syntax, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && isTx(s.X) {
				named[s.Sel.Name] = true
			}
			return true
		})
	}
	methods := reflect.TypeFor[*store.Tx]()
	if methods.NumMethod() < 100 {
		t.Fatalf("only %d methods", methods.NumMethod())
	}
	for method := range methods.Methods() {
		if !named[method.Name] {
			t.Errorf("no test names Tx.%s", method.Name)
		}
	}
}

// isTx tells whether an expression is the variable tx or the type (*store.Tx).
func isTx(x ast.Expr) bool {
	if name, ok := x.(*ast.Ident); ok {
		return name.Name == "tx"
	}
	parens, ok := x.(*ast.ParenExpr)
	if !ok {
		return false
	}
	pointer, ok := parens.X.(*ast.StarExpr)
	if !ok {
		return false
	}
	s, ok := pointer.X.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Tx"
}
