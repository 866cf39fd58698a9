package panel

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"ims/internal/bank"
)

// difference is one value of what an audit event was about, before and after. An absent value is "", which audit events do
// not tell from an empty one.
type difference struct {
	path, before, after string
	named               bool // the path is a name in words
}

// same tells whether the event left the value as it was.
func (d difference) same() bool { return d.before == d.after }

// differences sets what an event shows of before beside what it shows of after, value by value, in the order of their
// paths. What is no JSON object is one value without a path.
func differences(e bank.AuditEvent) []difference {
	before, after := flat(e.Before), flat(e.After)
	paths := map[string]bool{}
	for path := range before {
		paths[path] = true
	}
	for path := range after {
		paths[path] = true
	}
	list := make([]difference, 0, len(paths))
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		list = append(list, difference{path: path, before: before[path], after: after[path]})
	}
	return list
}

// flat are the values of a JSON object by their paths, a.b for those of objects in it.
func flat(text string) map[string]string {
	values := map[string]string{}
	if text == "" {
		return values
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // amounts and ids keep all their digits
	var whole any
	if decoder.Decode(&whole) != nil {
		return map[string]string{"": text}
	}
	flatten(values, "", whole)
	return values
}

func flatten(values map[string]string, path string, value any) {
	switch t := value.(type) {
	case map[string]any:
		for name, inner := range t {
			flatten(values, strings.TrimPrefix(path+"."+name, "."), inner)
		}
	case string:
		values[path] = t
	case nil:
		values[path] = ""
	default:
		values[path] = compact(t)
	}
}

// compact writes numbers and flags as they are, a list of texts with commas, anything else as JSON.
func compact(value any) string {
	if list, ok := value.([]any); ok {
		texts := make([]string, 0, len(list))
		for _, one := range list {
			text, ok := one.(string)
			if !ok {
				break
			}
			texts = append(texts, text)
		}
		if len(texts) == len(list) {
			return strings.Join(texts, ", ")
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // the template does
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSpace(out.String())
}

// valuesOf is a query of one parameter.
func valuesOf(name, value string) url.Values { return url.Values{name: {value}} }
