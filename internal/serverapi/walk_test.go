package serverapi

import (
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

	"ims/internal/store/storetest"
)

// casesVariable is how many requests the walk sends to each operation; the default takes seconds.
const casesVariable = "IMS_FUZZ_CASES"

// sent is one request of the walk.
type sent struct {
	path    string
	body    any
	headers []string
}

// TestWalkOfAllOperations makes requests of the document's schemas, as they are and with something changed, and sends them to
// every operation: none is a failure, and every answer is one that the document has.
func TestWalkOfAllOperations(t *testing.T) {
	cases := 6
	if text := os.Getenv(casesVariable); text != "" {
		cases = must[int](t)(strconv.Atoi(text))
	}
	s := sceneOn(t, storetest.Open(t))
	c := s.example()
	api := c.caller("V-Example-Backend")
	e := c.furnish(api)
	document := contract(t)
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		operations := document.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			draw := rapid.Custom(func(t *rapid.T) sent { return drawRequest(t, path, operations[method], e) })
			for seed := range cases {
				r := draw.Example(seed)
				if a := api.do(method, r.path, r.body, r.headers...); a.status >= 500 {
					t.Errorf("seed %d: %s %v: %d %s", seed, a.what, r.body, a.status, a.body)
				}
			}
		}
	}
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("failures:\n%s", logged)
	}
}

// drawRequest fills the operation's parameters and body from their schemas; every second request has one thing changed.
func drawRequest(t *rapid.T, path string, o *openapi3.Operation, e estate) sent {
	wrong := rapid.IntRange(0, 1).Draw(t, "wrong") == 1
	r, query := sent{headers: []string{"Idempotency-Key", rapid.StringMatching(`[!-~]{8,12}`).Draw(t, "key")}}, url.Values{}
	for _, p := range o.Parameters {
		name := p.Value.Name
		value := drawText(t, name, p.Value.Schema.Value, e)
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
	r.path = path
	if len(query) > 0 {
		r.path += "?" + query.Encode()
	}
	if o.RequestBody != nil {
		drawContent(t, &r, o.RequestBody.Value.Content, e, wrong)
	}
	return r
}

func drawContent(t *rapid.T, r *sent, content openapi3.Content, e estate, wrong bool) {
	media := content["application/json"]
	if media == nil {
		r.body, r.headers = rapid.String().Draw(t, "bytes"), append(r.headers, "Content-Type", "text/plain")
		return
	}
	r.body = drawSchema(t, "body", media.Schema.Value, e)
	if object, ok := r.body.(map[string]any); ok && wrong && len(object) > 0 {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(object))).Draw(t, "changed field")
		switch rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			delete(object, name)
		case 1:
			object[name] = drawJSON(t, 2)
		default:
			object["more"] = drawJSON(t, 1)
		}
	}
}

// drawText is a value of a parameter as it stands in an address.
func drawText(t *rapid.T, name string, s *openapi3.Schema, e estate) string {
	switch v := drawSchema(t, name, s, e).(type) {
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
func drawSchema(t *rapid.T, name string, s *openapi3.Schema, e estate) any {
	if id, ok := e.ids[name]; ok && s.Type.Is("string") && rapid.IntRange(0, 3).Draw(t, "known "+name) > 0 {
		return id
	}
	switch {
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(t, name)
	case s.Type.Is("object"):
		return drawObject(t, s, e)
	case s.Type.Is("array"):
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, name+" length") {
			list = append(list, drawSchema(t, name, s.Items.Value, e))
		}
		return list
	case s.Type.Is("integer"), s.Type.Is("number"):
		return drawNumber(t, name, s)
	case s.Type.Is("boolean"):
		return rapid.Bool().Draw(t, name)
	}
	return drawString(t, name, s)
}

func drawObject(t *rapid.T, s *openapi3.Schema, e estate) map[string]any {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || rapid.Bool().Draw(t, "give "+name) {
			object[name] = drawSchema(t, name, s.Properties[name].Value, e)
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
				a := api.do(method, r.path, r.body, r.headers...)
				if a.status >= 400 && strings.Contains(string(a.body)+strings.Join(slices.Concat(slices.Collect(maps.Values(a.header))...), " "), "ZZMARK77") {
					t.Errorf("%s %v: %d %s", a.what, r.body, a.status, a.body)
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
			list = append(list, sent{strings.ReplaceAll(path, "{"+p.Value.Name+"}", mark), example, key})
		case "query":
			list = append(list, sent{right + "?" + p.Value.Name + "=" + mark, example, key})
		case "header":
			list = append(list, sent{right, example, []string{p.Value.Name, mark}})
		}
	}
	list = append(list, sent{right + "?" + mark + "=1", example, key}, sent{right, `"` + mark + `"`, key}, sent{right, `{"` + mark + `":1}`, key}, sent{right, "{" + mark, key})
	for name := range example {
		for _, value := range []any{mark, map[string]any{mark: mark}, []any{mark}, map[string]any{"amount": mark, "currency": mark}} {
			body := maps.Clone(example)
			body[name] = value
			list = append(list, sent{right, body, []string{"Idempotency-Key", "echo-" + strconv.Itoa(len(list)) + o.OperationID}})
		}
	}
	return list
}
