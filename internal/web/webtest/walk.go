package webtest

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// casesVariable is how many requests a walk sends to each operation; the default takes seconds.
const casesVariable = "IMS_FUZZ_CASES"

// Cases is how many requests a walk sends to each operation.
func Cases(t testing.TB) int {
	text := os.Getenv(casesVariable)
	if text == "" {
		return 6
	}
	cases, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// nowhere names an object that is not there.
const nowhere = "0190a5d4-ffff-7fff-8fff-ffffffffffff"

// Sent is one request of a walk.
type Sent struct {
	Path    string
	Body    any
	Headers []string // names and values
}

// Request fills the operation's parameters and body from their schemas; every second request has one thing changed.
func Request(t *rapid.T, path string, o *openapi3.Operation, ids map[string]string) Sent {
	wrong := rapid.IntRange(0, 1).Draw(t, "wrong") == 1
	r, query := Sent{Headers: []string{"Idempotency-Key", rapid.StringMatching(`[!-~]{8,12}`).Draw(t, "key")}}, url.Values{}
	for _, p := range o.Parameters {
		name := p.Value.Name
		value := drawText(t, name, p.Value.Schema.Value, ids)
		if wrong && rapid.IntRange(0, 4).Draw(t, "change "+name) == 0 {
			value = rapid.StringN(1, 30, 60).Draw(t, "wrong "+name)
		}
		switch {
		case p.Value.In == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
		case p.Value.In == "query" && (p.Value.Required || rapid.Bool().Draw(t, "give "+name)):
			query.Set(name, value)
		}
	}
	r.Path = path
	if len(query) > 0 {
		r.Path += "?" + query.Encode()
	}
	if o.RequestBody != nil {
		drawContent(t, &r, o.RequestBody.Value.Content, ids, wrong)
	}
	return r
}

func drawContent(t *rapid.T, r *Sent, content openapi3.Content, ids map[string]string, wrong bool) {
	media := content["application/json"]
	if media == nil {
		r.Body, r.Headers = rapid.String().Draw(t, "bytes"), append(r.Headers, "Content-Type", "text/plain")
		return
	}
	r.Body = drawSchema(t, "body", media.Schema.Value, ids)
	if object, ok := r.Body.(map[string]any); ok && wrong && len(object) > 0 {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(object))).Draw(t, "changed field")
		switch rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			delete(object, name)
		case 1:
			object[name] = JSON(t, 2)
		default:
			object["more"] = JSON(t, 1)
		}
	}
}

// drawText is a value of a parameter as it stands in an address.
func drawText(t *rapid.T, name string, s *openapi3.Schema, ids map[string]string) string {
	switch v := drawSchema(t, name, s, ids).(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		texts := []string{}
		for _, element := range v {
			if text, ok := element.(string); ok {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, ",")
	}
	return "0"
}

// drawSchema is a value that a schema allows; names of objects that exist are mostly theirs.
func drawSchema(t *rapid.T, name string, s *openapi3.Schema, ids map[string]string) any {
	if id, ok := ids[name]; ok && s.Type.Is("string") && rapid.IntRange(0, 3).Draw(t, "known "+name) > 0 {
		return id
	}
	switch {
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(t, name)
	case s.Type.Is("object"):
		return drawObject(t, s, ids)
	case s.Type.Is("array"):
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, name+" length") {
			list = append(list, drawSchema(t, name, s.Items.Value, ids))
		}
		return list
	case s.Type.Is("integer"), s.Type.Is("number"):
		return drawNumber(t, name, s)
	case s.Type.Is("boolean"):
		return rapid.Bool().Draw(t, name)
	}
	return drawString(t, name, s)
}

func drawObject(t *rapid.T, s *openapi3.Schema, ids map[string]string) map[string]any {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || rapid.Bool().Draw(t, "give "+name) {
			object[name] = drawSchema(t, name, s.Properties[name].Value, ids)
		}
	}
	return object
}

func drawNumber(t *rapid.T, name string, s *openapi3.Schema) int64 {
	least, most := int64(-1<<53), int64(1<<53)
	if s.Min != nil {
		least = int64(*s.Min)
	}
	if s.Max != nil {
		most = int64(*s.Max)
	}
	return rapid.OneOf(rapid.Int64Range(least, most), rapid.SampledFrom([]int64{least, most, min(max(100, least), most)})).Draw(t, name)
}

func drawString(t *rapid.T, name string, s *openapi3.Schema) string {
	switch {
	case s.Format == "uuid":
		return nowhere
	case s.Format == "date":
		return "2026-11-2" + rapid.StringMatching(`[0-9]`).Draw(t, name)
	case s.Format == "date-time":
		return rapid.SampledFrom([]string{time.Now().Format(time.RFC3339), "2026-11-20T12:00:00.123456Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"}).Draw(t, name)
	case s.Pattern == "^[A-Z]{3}$":
		return rapid.OneOf(rapid.SampledFrom([]string{"PLN", "EUR"}), rapid.StringMatching(s.Pattern)).Draw(t, name)
	case s.Pattern != "":
		return rapid.StringMatching(s.Pattern).Draw(t, name)
	}
	most := 60
	if s.MaxLength != nil {
		most = min(int(*s.MaxLength), most)
	}
	return rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9 .-]{1,`+strconv.Itoa(most)+`}`), rapid.StringN(int(s.MinLength), most, 4*most)).Draw(t, name)
}

// JSON is any JSON value.
func JSON(t *rapid.T, depth int) any {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "flag")
	case 2:
		return rapid.String().Draw(t, "text")
	case 3:
		return rapid.Int64().Draw(t, "number")
	case 4:
		return rapid.Float64().Draw(t, "fraction")
	case 5:
		return []any{JSON(t, depth-1)}
	}
	return map[string]any{rapid.SampledFrom([]string{"amount", "currency", "x"}).Draw(t, "name"): JSON(t, depth-1), fmt.Sprint(depth): 1}
}
