package mobileapi

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ims/api"
	"ims/internal/web"
)

// contractVersion is that of the API, not of the program. It moves when the document does: the last number for words, the
// middle one for additions. There is no other kind of change.
const contractVersion = "1.0.0"

const aboutAPI = `What a customer's app shows an end user and does for them: their own IBANs with QR codes to share them, balances, history and transfers.

**Sessions.** Everything but POST /mobile/sessions needs a session token: ` + "`Authorization: Bearer ims_...`" + `. The app gets it from your backend
(POST /secure/sessions of the server API), or for a Trusted Identity assertion that your backend signs. It counts for 10 minutes; 401
means that it is over: get another one. A device of an end user has one session at a time. Locking the end user ends all of them at once.

**Whose.** A token stands for one end user. Objects of anybody else are not found (404).

**Transfers** need more than a session: the end user signs the challenge of each order, by a key of your backend (Trusted Identity) or a passkey.
An Idempotency-Key (or X-Idempotency-Key) names each intent: the same key with the same body gets the first answer again, with
another body 422. Keys are each end user's own.

**Money** is ` + "`{\"amount\": 12345, \"currency\": \"PLN\"}`" + ` in minor units. Instants are RFC 3339 in UTC, dates YYYY-MM-DD. Unknown
parameters and fields are refused.

**Lists** with ` + "`nextCursor`" + ` go on: send it as ` + "`cursor`" + ` with the same filters; ` + "`previousCursor`" + ` leads back. What is added meanwhile never repeats or hides an element.

**Problems** are application/problem+json (RFC 9457) with a stable code; GET /problems/{code} explains each. Every answer has a
Request-Id; send your own (1 to 64 of A-Z a-z 0-9 . - _) to find it again. Beyond a number of requests per second, of an end user or, where sessions are asked for, of an
address and of a customer, the answer is 429 with Retry-After.

**Versions.** Changes only add: fields, operations, values of enumerations. Ignore what you do not know.`

// description is the document before any operation is added.
func description() *huma.OpenAPI {
	return &huma.OpenAPI{
		Info: &huma.Info{Title: "ims mobile API", Version: contractVersion, Description: aboutAPI,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
		Servers: []*huma.Server{{URL: "https://localhost:8443", Description: "where the demo serves"}},
		Components: &huma.Components{Headers: headersOfAnswers(), SecuritySchemes: map[string]*huma.SecurityScheme{
			"session": {Type: "http", Scheme: "bearer", Description: "A session token of one end user."},
		}},
	}
}

// headersOfAnswers are what the routes refer to.
func headersOfAnswers() map[string]*huma.Param {
	all := web.CommonHeaders()
	all["Replayed"] = &huma.Param{Description: "true: the answer repeats an earlier one.", Schema: &huma.Schema{Type: huma.TypeString}}
	all["Location"] = &huma.Param{Description: "Where to read what was made.", Schema: &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}, Example: "/mobile/transfers/0190a5d4-d000-7a1b-9c2d-3e4f5a6b7c1b"}
	return all
}

// Document returns the OpenAPI 3.1 document of the API as YAML, made from the route table.
func Document() ([]byte, error) {
	text, err := newServer(Config{}).api.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("mobile API document: %w", err)
	}
	return text, nil
}

// operation is the row as huma and the document know it.
func (r route) operation(api huma.API) huma.Operation {
	o := huma.Operation{OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: r.description,
		Tags: []string{r.tag}, DefaultStatus: r.status, MaxBodyBytes: bodyLimit + 1, Security: []map[string][]string{},
		Responses: web.Refusals(api, append(r.usual(), r.problems...))}
	if o.DefaultStatus == 0 {
		o.DefaultStatus = http.StatusOK
	}
	if r.key != keyIgnored {
		o.Parameters = append(o.Parameters, web.KeyParameters(r.key == keyRequired)...)
	}
	if !r.open {
		o.Security = []map[string][]string{{"session": {}}}
	}
	return o
}

func documentRoutes() []route {
	return []route{{method: http.MethodGet, path: document, id: "getDocument", tag: "Service", summary: "This document",
		description: "OpenAPI 3.1.", open: true, mount: mountDocument}}
}

func mountDocument(s *server, o huma.Operation) {
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	s.api.OpenAPI().AddOperation(&o)
	s.mux.HandleFunc(o.Method+" "+o.Path, func(w http.ResponseWriter, r *http.Request) { web.ServeDocument(w, r, api.Mobile) })
}
