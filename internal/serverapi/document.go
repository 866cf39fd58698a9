package serverapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

// contractVersion is that of the API, not of the program. It moves when the document does: the last number for words, the
// middle one for additions. There is no other kind of change.
const contractVersion = "1.0.0"

// permissionExtension names the permission in each operation of the document.
const permissionExtension = "x-permission"

const aboutAPI = `Issues an IBAN for every end-user balance, executes the bank's transaction files, and shows what happened.

**Connecting.** Everything below ` + "`/secure`" + ` needs TLS 1.3 and the client certificate that was signed from your CSR. No
certificate: 401. A CN or key that is not registered and active: 403 with the CN. You see your own objects only; others' are
not found (404).

**Money** is ` + "`{\"amount\": 12345, \"currency\": \"PLN\"}`" + ` in minor units. Instants are RFC 3339 in UTC, dates YYYY-MM-DD. IBANs are
accepted with spaces and answered without. Unknown parameters and fields are refused.

**Lists** are ` + "`{\"items\": [...], \"nextCursor\": \"...\"}`" + `: send nextCursor as ` + "`cursor`" + ` for what follows, previousCursor for what came
before; the last page has no nextCursor, the first no previousCursor.
What is added meanwhile never repeats or hides an element.

**Idempotency.** Every POST takes an Idempotency-Key, but for the one that tells a session token; where money moves it is required. The same key with the same method, path and
body gets the first answer, status, Location and body as they were, marked Idempotent-Replayed: true; with another request 422; while the first
is running 409 with Retry-After. Answers are kept for 30 days beside what they tell of; the keys of money for ever. What was refused
had no effect and leaves the key free, and so does a 202 that waits for a second person.

**Objects that change** have an ETag. GET with If-None-Match answers 304 while nothing changed; PATCH with If-Match answers 412 where
somebody else was faster.

**Limits.** A certificate may send a number of requests per second, told in RateLimit and RateLimit-Policy; beyond them the answer is
429 with Retry-After. A body has at most 64 KiB (a transaction file 512 MiB) and must be there within 10 seconds.

**Browsers** of another site are refused with 403 unless its host is registered for your customer.

**Problems** are application/problem+json (RFC 9457) with a stable code; GET /problems/{code} explains each. Every answer has a
Request-Id; send your own (1 to 64 of A-Z a-z 0-9 . - _) to find it again.

**Versions.** Changes only add: fields, operations, values of enumerations. Ignore what you do not know.`

// description is the document before any operation is added.
func description() *huma.OpenAPI {
	return &huma.OpenAPI{
		Info: &huma.Info{Title: "ims server API", Version: contractVersion, Description: aboutAPI,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
		Servers: []*huma.Server{{URL: "https://localhost:8443", Description: "where the demo serves"}},
		Components: &huma.Components{Headers: headersOfAnswers(), SecuritySchemes: map[string]*huma.SecurityScheme{
			"certificate": {Type: "mutualTLS", Description: "A client certificate signed by the service's CA from your CSR."},
		}},
	}
}

// agreement is the later of what a second person must agree to.
const agreement = "A second person must agree first; nothing has happened."

// Document returns the OpenAPI 3.1 document of the API as YAML, made from the route table.
func Document() ([]byte, error) {
	text, err := newServer(Config{}, routes()).api.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("server API document: %w", err)
	}
	return text, nil
}

// operation is the row as huma and the document know it.
func (r route) operation(api huma.API) huma.Operation {
	o := huma.Operation{OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: r.description,
		Tags: []string{r.tag}, DefaultStatus: r.status, MaxBodyBytes: bodyLimit + 1, Responses: r.refusals(api),
		Extensions: map[string]any{permissionExtension: string(r.need)}, Security: []map[string][]string{}}
	if o.DefaultStatus == 0 {
		o.DefaultStatus = http.StatusOK
	}
	if r.secured() {
		o.Security = []map[string][]string{{"certificate": {}}}
	}
	if r.key != keyIgnored {
		o.Parameters = append(o.Parameters, web.KeyParameters(r.key == keyRequired)...)
	}
	if r.tagged && r.method == http.MethodGet {
		o.Parameters = append(o.Parameters, &huma.Param{Name: web.IfNoneMatchHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "ETags of what you have: where it is still the same, the answer is 304 without a body."})
		o.Responses["304"] = &huma.Response{Description: "Not changed since the ETag was given."}
	}
	return o
}

// refusals documents every status that the operation may refuse with, and its codes.
func (r route) refusals(api huma.API) map[string]*huma.Response {
	return web.Refusals(api, append(r.usual(), r.problems...))
}

// usual are the refusals of any operation of this kind.
func (r route) usual() []*bank.Error {
	list := []*bank.Error{bank.ErrMalformed, bank.ErrOriginRefused, bank.ErrUnavailable, bank.ErrInvalid}
	if r.secured() {
		list = append(list, bank.ErrUnauthenticated, bank.ErrCertificateUnknown, bank.ErrForbidden, bank.ErrRateLimited)
	}
	if strings.Contains(r.path, "{") || r.simulated {
		list = append(list, bank.ErrNotFound)
	}
	if r.method == http.MethodPost || r.method == http.MethodPatch {
		list = append(list, bank.ErrTooLarge, bank.ErrUnsupportedMedia)
	}
	switch r.key {
	case keyRequired:
		list = append(list, bank.ErrIdempotencyRequired, bank.ErrKeyReused, bank.ErrKeyRunning)
	case keyOptional:
		list = append(list, bank.ErrKeyReused, bank.ErrKeyRunning)
	}
	return list
}

// exemplify adds the row's examples and the headers of every answer.
func (r route) exemplify(o *huma.Operation) {
	if success := o.Responses[strconv.Itoa(o.DefaultStatus)]; r.later != "" && o.DefaultStatus != http.StatusAccepted {
		o.Responses["202"] = &huma.Response{Description: r.later, Content: success.Content}
	}
	web.Exemplify(o, r.request, r.answer)
	for status, response := range o.Responses {
		web.AddHeaders(response, status, r.secured())
		r.headers(status, response)
	}
}

// headers documents what this API's answers have besides.
func (r route) headers(status string, response *huma.Response) {
	if r.tagged && (status == "200" || status == "304") {
		response.Headers[web.ETagHeader] = &huma.Param{Ref: "#/components/headers/ETag"}
	}
	if r.located && status[0] == '2' {
		response.Headers[web.LocationHeader] = &huma.Param{Ref: "#/components/headers/Location"}
	}
	if r.key != keyIgnored && status[0] == '2' {
		response.Headers[web.ReplayedHeader] = &huma.Param{Ref: "#/components/headers/Replayed"}
	}
	if r.key != keyIgnored && status == "409" {
		response.Headers["Retry-After"] = &huma.Param{Ref: "#/components/headers/RetryAfter"}
	}
}

// headersOfAnswers are what exemplify refers to.
func headersOfAnswers() map[string]*huma.Param {
	all := web.CommonHeaders()
	text := &huma.Schema{Type: huma.TypeString}
	all["Replayed"] = &huma.Param{Description: "true: the answer repeats an earlier one.", Schema: text}
	all["Location"] = &huma.Param{Description: "Where to read what was made.", Schema: &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}, Example: "/secure/users/0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"}
	all["ETag"] = &huma.Param{Description: "Names what the object is like now, for If-None-Match and If-Match.", Schema: text}
	return all
}
