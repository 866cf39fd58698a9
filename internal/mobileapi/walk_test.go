package mobileapi

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ims/api"
	"ims/internal/web/webtest"
)

// TestWalkOfAllOperations makes requests of the document's schemas, as they are and with something changed, and sends them to
// every operation: none is a failure, and every answer is one that the document has.
func TestWalkOfAllOperations(t *testing.T) {
	s := newScene(t)
	ada := s.example().person("Ada")
	document := webtest.Load(t, api.Mobile)
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		operations := document.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			if operations[method].OperationID == "endSession" {
				continue // whoever has signed out walks no further
			}
			draw := rapid.Custom(func(t *rapid.T) webtest.Sent {
				return webtest.Request(t, path, operations[method], ada.estate())
			})
			for seed := range webtest.Cases(t) {
				r := draw.Example(seed)
				if a := ada.app.do(method, r.Path, r.Body, r.Headers...); a.status >= 500 {
					t.Errorf("seed %d: %s %v: %d %s", seed, a.what, r.Body, a.status, a.body)
				}
			}
		}
	}
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("failures:\n%s", logged)
	}
}
