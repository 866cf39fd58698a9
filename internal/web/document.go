package web

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
)

// Refusals documents what an operation may refuse with: a response for each status, with its codes.
func Refusals(api huma.API, list []*bank.Error) map[string]*huma.Response {
	codes, first := map[int][]string{int(internal): {errInternal.Code}}, map[int]*bank.Error{int(internal): errInternal}
	for _, e := range list {
		if first[int(e.Kind)] == nil {
			first[int(e.Kind)] = e
		}
		if !slices.Contains(codes[int(e.Kind)], e.Code) {
			codes[int(e.Kind)] = append(codes[int(e.Kind)], e.Code)
		}
	}
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	responses := map[string]*huma.Response{}
	for status, names := range codes {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status) + ": " + strings.Join(names, ", "),
			Content:     map[string]*huma.MediaType{ProblemType: {Schema: schema, Example: problemOf(first[status], exampleID)}}}
	}
	return responses
}

// exampleID is a request that never was.
const exampleID = "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"

// AddTag lists a tag in a document unless it is there: the reference shows operations in the order of the list.
func AddTag(document *huma.OpenAPI, name string) {
	if !slices.ContainsFunc(document.Tags, func(t *huma.Tag) bool { return t.Name == name }) {
		document.Tags = append(document.Tags, &huma.Tag{Name: name})
	}
}

// OperationAt finds an operation in a document; nil where there is none.
func OperationAt(document *huma.OpenAPI, method, path string) *huma.Operation {
	item := document.Paths[path]
	if item == nil {
		return nil
	}
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}

// Exemplify adds examples of the body and of the successful answers to an operation, where they are JSON; nil: none.
func Exemplify(o *huma.Operation, request, answer any) {
	if o.RequestBody != nil && request != nil {
		for _, media := range o.RequestBody.Content {
			media.Example = request
		}
	}
	for status, response := range o.Responses {
		if media := response.Content["application/json"]; media != nil && answer != nil && status[0] == '2' {
			media.Example = answer
		}
	}
}

// AddHeaders documents the headers of an answer of a status; limited callers are told what is left. They refer to
// CommonHeaders, which the document must have as components.
func AddHeaders(response *huma.Response, status string, limited bool) {
	refer := func(name string) *huma.Param { return &huma.Param{Ref: "#/components/headers/" + name} }
	if response.Headers == nil {
		response.Headers = map[string]*huma.Param{}
	}
	response.Headers[RequestIDHeader] = refer("RequestId")
	if limited && status != "401" {
		response.Headers["RateLimit"], response.Headers["RateLimit-Policy"] = refer("RateLimit"), refer("RateLimitPolicy")
	}
	if status == "503" || status == "429" {
		response.Headers["Retry-After"] = refer("RetryAfter")
	}
}

// CommonHeaders are the components that AddHeaders refers to, by their names there.
func CommonHeaders() map[string]*huma.Param {
	text := &huma.Schema{Type: huma.TypeString}
	return map[string]*huma.Param{
		"RequestId":  {Description: "Names this request.", Schema: text},
		"RetryAfter": {Description: "Seconds.", Schema: text},
		"RateLimit": {Description: "Requests that you may send at once (r), and seconds until you may send all of them again (t). Draft of the IETF: draft-ietf-httpapi-ratelimit-headers-10.",
			Schema: text, Example: `"default";r=1999;t=1`},
		"RateLimitPolicy": {Description: "Requests at once (q), renewed within seconds (w). Same draft.", Schema: text, Example: `"default";q=2000;w=2`},
	}
}

// KeyParameters document the header; it may come under either name, so neither can be marked as required.
func KeyParameters(required bool) []*huma.Param {
	text := "Names your intent: 1 to 255 visible ASCII characters."
	if required {
		text += " Required, here or as X-Idempotency-Key."
	}
	length := func(n int) *int { return &n }
	schema := &huma.Schema{Type: huma.TypeString, MinLength: length(1), MaxLength: length(255)}
	return []*huma.Param{
		{Name: IdempotencyHeader, In: "header", Description: text, Schema: schema, Example: "payout-2026-11-20-0001"},
		{Name: IdempotencyHeaderX, In: "header", Description: "The same, under the original's name.", Schema: schema},
	}
}

// ServeDocument answers with an OpenAPI document in YAML. It takes no parameters.
func ServeDocument(w http.ResponseWriter, r *http.Request, text []byte) {
	if r.URL.RawQuery != "" {
		Refuse(w, r, bank.ErrInvalid.With("the request has invalid fields").Field("", "unknown", "the query has parameters that are not known here"))
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a caller who has gone cannot be told
}
