package webtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Load reads an OpenAPI document, as it is committed.
func Load(t testing.TB, document []byte) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// Contract returns a transport that holds every answer passing through it to a document, and fails the test where one has
// what is not documented.
func Contract(t testing.TB, document []byte, inner http.RoundTripper) http.RoundTripper {
	return &contract{t: t, document: document, inner: inner}
}

type contract struct {
	t        testing.TB
	document []byte
	inner    http.RoundTripper

	once   sync.Once
	router routers.Router
}

// RoundTrip implements http.RoundTripper.
func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err == nil {
		c.check(r, response, body)
	}
	return response, err
}

func (c *contract) check(r *http.Request, response *http.Response, body []byte) {
	c.once.Do(c.load)
	route, values, err := c.router.FindRoute(&http.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: r.Header})
	if err != nil || response.StatusCode == http.StatusMethodNotAllowed || strings.Contains(r.URL.Path, "//") {
		return // an address of no operation (the router overlooks an empty segment); those who ask for one look at the answer themselves
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: values, Route: route},
		Status:                 response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: !strings.HasSuffix(response.Header.Get("Content-Type"), "json")},
	}
	input.SetBodyBytes(body)
	// Reports are CSV with a head of another shape than their lines, which kin-openapi cannot read.
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		c.t.Errorf("%s %s: %d breaks the contract: %v\n%s", r.Method, r.URL.Path, response.StatusCode, err, body)
	}
}

func (c *contract) load() {
	document := Load(c.t, c.document)
	document.Servers = nil
	for _, schema := range document.Components.Schemas {
		if closed := false; schema.Value.Properties != nil {
			schema.Value.AdditionalProperties.Has = &closed // our own answers have nothing that is not documented
		}
	}
	router, err := legacy.NewRouter(document)
	if err != nil {
		c.t.Fatal(err)
	}
	c.router = router
}
