package web

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// OpenAnswers lets the schemas of answers have more fields than they name, so that a client made from the document survives
// additions. What requests hold stays closed: there an unknown field is a mistake.
func OpenAnswers(document *huma.OpenAPI) {
	requested := map[string]bool{}
	for _, item := range document.Paths {
		for _, o := range []*huma.Operation{item.Post, item.Put, item.Patch} {
			if o != nil && o.RequestBody != nil {
				for _, media := range o.RequestBody.Content {
					reach(document.Components.Schemas, media.Schema, requested)
				}
			}
		}
	}
	for name, schema := range document.Components.Schemas.Map() {
		if closed, ok := schema.AdditionalProperties.(bool); ok && !closed && !requested[name] {
			schema.AdditionalProperties = nil
		}
	}
}

// reach marks the named schemas that a schema is made of.
func reach(schemas huma.Registry, s *huma.Schema, seen map[string]bool) {
	if s == nil {
		return
	}
	if name := strings.TrimPrefix(s.Ref, "#/components/schemas/"); name != "" {
		if seen[name] {
			return
		}
		seen[name] = true
		reach(schemas, schemas.SchemaFromRef(s.Ref), seen)
	}
	reach(schemas, s.Items, seen)
	for _, property := range s.Properties {
		reach(schemas, property, seen)
	}
}
