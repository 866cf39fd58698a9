package webtest

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Explained holds a document to saying of each operation, parameter, field and answer what it is, and to showing an instance
// of what no enumeration and no format shows.
func Explained(t *testing.T, document *openapi3.T) {
	t.Helper()
	for name, schema := range document.Components.Schemas {
		for field, property := range schema.Value.Properties {
			if property.Ref == "" && (property.Value.Description == "" || !shown(property.Value)) {
				t.Errorf("field %s of %s is not explained", field, name)
			}
		}
	}
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			explained(t, method+" "+path, o)
		}
	}
}

func explained(t *testing.T, name string, o *openapi3.Operation) {
	t.Helper()
	if o.Summary == "" || o.Description == "" || o.OperationID == "" || len(o.Tags) != 1 {
		t.Errorf("%s: no summary, description, id or tag", name)
	}
	for _, p := range o.Parameters {
		if p.Value.Description == "" || p.Value.Example == nil && !shown(p.Value.Schema.Value) {
			t.Errorf("%s: parameter %s is not explained", name, p.Value.Name)
		}
	}
	if o.RequestBody != nil {
		exemplified(t, name+": body", o.RequestBody.Value.Content)
	}
	refused := false
	for status, response := range o.Responses.Map() {
		if response.Value.Description == nil || *response.Value.Description == "" {
			t.Errorf("%s: answer %s is not explained", name, status)
		}
		exemplified(t, name+": answer "+status, response.Value.Content)
		refused = refused || response.Value.Content["application/problem+json"] != nil
	}
	if !refused {
		t.Errorf("%s: no refusals", name)
	}
}

// exemplified asks for examples of what is JSON: files and pictures are shown in the guides.
func exemplified(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for kind, media := range content {
		if (kind == "application/json" || kind == "application/problem+json") && media.Example == nil && len(media.Examples) == 0 {
			t.Errorf("%s: no example of %s", name, kind)
		}
	}
}

// shown tells whether somebody who reads a schema sees what a value looks like.
func shown(s *openapi3.Schema) bool {
	return !s.Type.Is("string") || s.Example != nil || len(s.Examples) > 0 || len(s.Enum) > 0 || s.Format != "" || s.Default != nil
}
