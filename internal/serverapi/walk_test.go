package serverapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"ims/internal/store/storetest"
	"ims/internal/web/webtest"
)

// sent is one request.
type sent = webtest.Sent

// TestWalkOfAllOperations makes requests of the document's schemas, as they are and with something changed, and sends them to
// every operation: none is a failure, and every answer is one that the document has.
func TestWalkOfAllOperations(t *testing.T) {
	s := sceneOn(t, storetest.Open(t))
	c := s.example()
	api := c.caller("V-Example-Backend")
	e := c.furnish(api)
	document := contract(t)
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		operations := document.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			draw := rapid.Custom(func(t *rapid.T) sent { return webtest.Request(t, path, operations[method], e.ids) })
			for seed := range webtest.Cases(t) {
				r := draw.Example(seed)
				if a := api.do(method, r.Path, r.Body, r.Headers...); a.status >= 500 {
					t.Errorf("seed %d: %s %v: %d %s", seed, a.what, r.Body, a.status, a.body)
				}
			}
		}
	}
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("failures:\n%s", logged)
	}
}

// TestNothingIsEchoed sends a mark in every parameter, header and field of every operation: no refusal repeats it, neither
// does the log.
func TestNothingIsEchoed(t *testing.T) {
	const mark = "ZZMARK77PL83111111110000000000000010"
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	e := c.furnish(api)
	if a := api.do("GET", "/secure/"+mark, nil); a.status != 404 || strings.Contains(string(a.body), mark) {
		t.Errorf("%d %s", a.status, a.body)
	}
	for path, item := range contract(t).Paths.Map() {
		for method, o := range item.Operations() {
			for _, r := range marked(path, o, e, mark) {
				a := api.do(method, r.Path, r.Body, r.Headers...)
				if a.status >= 400 && strings.Contains(string(a.body)+strings.Join(slices.Concat(slices.Collect(maps.Values(a.header))...), " "), "ZZMARK77") {
					t.Errorf("%s %v: %d %s", a.what, r.Body, a.status, a.body)
				}
			}
		}
	}
	if logged := s.logs.text(); strings.Contains(logged, "ZZMARK77") {
		t.Errorf("logged:\n%s", logged)
	}
}

// marked is the operation's example, or its address, with the mark in one place after another.
func marked(path string, o *openapi3.Operation, e estate, mark string) (list []sent) {
	right := path
	for name, id := range e.ids {
		right = strings.ReplaceAll(right, "{"+name+"}", id)
	}
	right = strings.ReplaceAll(right, "{blockId}", nowhere)
	var example map[string]any
	if o.RequestBody != nil {
		if media := o.RequestBody.Value.Content["application/json"]; media != nil {
			example, _ = media.Example.(map[string]any)
		}
	}
	key := []string{"Idempotency-Key", "echo-" + o.OperationID}
	for _, p := range o.Parameters {
		switch p.Value.In {
		case "path":
			list = append(list, sent{Path: strings.ReplaceAll(path, "{"+p.Value.Name+"}", mark), Body: example, Headers: key})
		case "query":
			list = append(list, sent{Path: right + "?" + p.Value.Name + "=" + mark, Body: example, Headers: key})
		case "header":
			list = append(list, sent{Path: right, Body: example, Headers: []string{p.Value.Name, mark}})
		}
	}
	list = append(list, sent{Path: right + "?" + mark + "=1", Body: example, Headers: key}, sent{Path: right, Body: `"` + mark + `"`, Headers: key}, sent{Path: right, Body: `{"` + mark + `":1}`, Headers: key}, sent{Path: right, Body: "{" + mark, Headers: key})
	for name := range example {
		for _, value := range []any{mark, map[string]any{mark: mark}, []any{mark}, map[string]any{"amount": mark, "currency": mark}} {
			body := maps.Clone(example)
			body[name] = value
			list = append(list, sent{Path: right, Body: body, Headers: []string{"Idempotency-Key", "echo-" + strconv.Itoa(len(list)) + o.OperationID}})
		}
	}
	return list
}
