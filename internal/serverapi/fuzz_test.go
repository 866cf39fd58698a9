package serverapi

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/web/webtest"
)

// TestNoRequestIsAFailure sends what the document describes and what it does not, to every operation: whatever comes, it is
// answered or refused as the document says, never with a 500.
func TestNoRequestIsAFailure(t *testing.T) { storetest.Each(t, noRequestIsAFailure) }

func noRequestIsAFailure(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	e := c.furnish(api)
	document := contract(t)
	var names []string
	operations := map[string]*openapi3.Operation{}
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			names = append(names, method+" "+path)
			operations[method+" "+path] = o
		}
	}
	slices.Sort(names) // rapid repeats a failure by its choices
	rapid.Check(t, func(t *rapid.T) {
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 10, 10).Draw(t, "operations") {
			method, path, _ := strings.Cut(name, " ")
			body, headers := drawBody(t, operations[name], e)
			a := api.do(method, drawPath(t, path, operations[name], e), body, headers...)
			if a.status >= 500 {
				t.Fatalf("%s: %d %s", a.what, a.status, a.body)
			}
		}
	})
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("failures:\n%s", logged)
	}
}

// drawPath fills the path and adds parameters: known ones mostly right, sometimes anything.
func drawPath(t *rapid.T, path string, o *openapi3.Operation, e estate) string {
	query := url.Values{}
	for _, p := range o.Parameters {
		value := drawValue(t, p.Value.Name, e)
		switch {
		case p.Value.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(value))
		case p.Value.In == "query" && (p.Value.Required || rapid.Bool().Draw(t, "given")):
			query.Set(p.Value.Name, value)
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "unknown parameter") == 0 {
		query.Set(rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value"))
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// drawValue is a text for a parameter or field: an object that exists, something like it, or anything.
func drawValue(t *rapid.T, name string, e estate) string {
	known := []string{nowhere, "PLN", "EUR", "1", "0", "-1", "9007199254740991", "2026-11-20", "PERSON", "ACTIVE", "OPEN", "CREDIT,DEBIT", "true"}
	if id, ok := e.ids[name]; ok {
		known = append(known, id, id, id, id, id, id, id, id)
	}
	return rapid.OneOf(rapid.SampledFrom(known), rapid.StringN(1, 40, 80)).Draw(t, name)
}

// drawBody is the operation's example with one thing changed, any JSON, or any bytes.
func drawBody(t *rapid.T, o *openapi3.Operation, e estate) (any, []string) {
	headers := []string{"Idempotency-Key", rapid.StringMatching(`[!-~]{1,12}`).Draw(t, "key")}
	if o.RequestBody == nil {
		return nil, headers
	}
	media := o.RequestBody.Value.Content["application/json"]
	if media == nil {
		return rapid.String().Draw(t, "bytes"), append(headers, "Content-Type", "text/plain")
	}
	switch rapid.IntRange(0, 5).Draw(t, "kind of body") {
	case 0:
		return rapid.String().Draw(t, "bytes"), headers
	case 1:
		return webtest.JSON(t, 3), headers
	}
	return changed(t, media.Example, e), headers
}

// changed copies an example and replaces, drops or adds one field.
func changed(t *rapid.T, example any, e estate) any {
	text, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range body {
		names = append(names, name)
	}
	slices.Sort(names)
	name := rapid.SampledFrom(append(names, "more", "ownFunds", "balanceId", "from")).Draw(t, "field")
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		delete(body, name)
	case 1:
		body[name] = webtest.JSON(t, 2)
	case 2:
		body[name] = drawValue(t, name, e)
	}
	return body
}
