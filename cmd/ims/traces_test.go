package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"ims/internal/bank"
)

// traceCollector takes what an OpenTelemetry collector would.
type traceCollector struct {
	mu    sync.Mutex
	bytes bytes.Buffer
	spans []*otlp.Span
}

func newTraceCollector(t *testing.T) (*traceCollector, string) {
	c := &traceCollector{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &request)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bytes.Write(body)
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(server.Close)
	return c, server.URL
}

// tree draws the spans below a parent, each as its name and what is in brackets below it, in the order they began. What the
// store writes is left out.
func (c *traceCollector) tree(trace, parent []byte) string {
	var below []string
	for _, s := range c.spans {
		if bytes.Equal(s.TraceId, trace) && bytes.Equal(s.ParentSpanId, parent) && s.Name != "store.write" {
			below = append(below, s.Name+c.tree(trace, s.SpanId))
		}
	}
	if len(below) == 0 {
		return ""
	}
	return "(" + strings.Join(below, " ") + ")"
}

// roots are the trees that begin here or at a caller, in alphabetical order.
func (c *traceCollector) roots() (list []string) {
	slices.SortFunc(c.spans, func(a, b *otlp.Span) int { return int(int64(a.StartTimeUnixNano) - int64(b.StartTimeUnixNano)) })
	ids := map[string]bool{}
	for _, s := range c.spans {
		ids[string(s.SpanId)] = true
	}
	for _, s := range c.spans {
		if !ids[string(s.ParentSpanId)] {
			list = append(list, s.Name+c.tree(s.TraceId, s.SpanId))
		}
	}
	slices.Sort(list)
	return list
}

// uploader returns a caller whose certificate may do everything with files.
func uploader(t *testing.T, dir, dsn string, s *serving) *http.Client {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "client.pem")); err != nil {
		t.Fatal(err)
	}
	mustIMS(t, "ca", "sign", "--csr", filepath.Join(dir, "client.csr"), "--out", filepath.Join(dir, "client.pem"), "--store", dsn,
		"--permissions", strings.Join([]string{string(bank.PermUsersRead), string(bank.PermUsersWrite), string(bank.PermFilesRead), string(bank.PermFilesUpload), string(bank.PermFilesExecute)}, ","))
	return s.caller(true)
}

const callersTrace = "0af7651916cd43dd8448eb211c80319c"

// traced sends a request that belongs to a trace of the caller and returns the answer.
func traced(t *testing.T, caller *http.Client, method, url, body string, want int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", "00-"+callersTrace+"-b7ad6b7169203331-01")
	request.Header.Set("Tracestate", "vendor=KOWALSKI")
	request.Header.Set("User-Agent", "KOWALSKI")
	request.Header.Set("Content-Type", "application/json")
	if strings.Contains(url, "?name=") {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	response, err := caller.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, text)
	}
	return string(text)
}

// TestTraces: an upload, its validation and its execution are seen as spans, a caller's trace goes on, its id is in the log, and
// nothing about a person leaves the service.
func TestTraces(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	traces, address := newTraceCollector(t)
	s := startService(t, dir, "--trace-endpoint", address, "--idle", "1h", "--chunk", "2", "--log-level", "debug")
	caller := uploader(t, dir, dsn, s)
	var accounts []masterView
	decode(t, mustIMS(t, "master-account", "list", "--store", dsn, "-o", "json"), &accounts)
	master := accounts[slices.IndexFunc(accounts, func(a masterView) bool { return a.Currency == "PLN" })]

	do := func(method, path, body string, want int) (answer struct{ ID, Status string }) {
		t.Helper()
		if text := traced(t, caller, method, "https://"+s.api+path, body, want); want < http.StatusBadRequest {
			decode(t, text, &answer)
		}
		return answer
	}
	path := filepath.Join(dir, "KOWALSKI.pli")
	mustIMS(t, "pli", "generate", "--records", "3", "--iban", balance.IBAN, "--out", path)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	do("POST", "/secure/users", `{"type":"PERSON","firstName":"JAN","lastName":"KOWALSKI","email":"jan@kowalski.example"}`, http.StatusCreated)
	do("GET", "/secure/bank-accounts/"+balance.IBAN+"?name=KOWALSKI", "", http.StatusUnprocessableEntity)
	do("GET", "/secure/users?iban="+balance.IBAN, "", http.StatusOK)
	do("POST", "/secure/transaction-files?name=KOWALSKI.pli&masterAccountId="+balance.ID.String(), string(content), http.StatusNotFound)
	s.log.await(t, "level=DEBUG", "traceId="+callersTrace)
	file := do("POST", "/secure/transaction-files?name=KOWALSKI.pli&masterAccountId="+master.ID.String(), string(content), http.StatusCreated)
	settled := func(want bank.FileStatus) {
		t.Helper()
		mustIMS(t, "file", "status", file.ID, "--wait", "--store", dsn)
		if got := do("GET", "/secure/transaction-files/"+file.ID, "", http.StatusOK); got.Status != string(want) {
			t.Fatalf("the file is %s", got.Status)
		}
	}
	settled(bank.FileValidated)
	do("POST", "/secure/transaction-files/"+file.ID+"/execute", "{}", http.StatusAccepted)
	settled(bank.FileExecuted)
	if code := s.end(); code != exitDone { // which sends what is left
		t.Errorf("the service exits with %d", code)
	}

	roots := traces.roots()
	for _, want := range []string{"POST /secure/users", "GET /secure/bank-accounts/{iban}", "GET /secure/users", "POST /secure/transaction-files",
		"stage files(validate)", "POST /secure/transaction-files/{fileId}/execute", "stage files(execute(chunk chunk))"} {
		if !slices.Contains(roots, want) {
			t.Errorf("there is no trace %q among\n%s", want, strings.Join(roots, "\n"))
		}
	}
	for _, span := range traces.spans {
		if strings.HasPrefix(span.Name, "POST /secure") && fmt.Sprintf("%x", span.TraceId) != callersTrace {
			t.Errorf("the trace of the caller does not go on in %s", span.Name)
		}
	}
	if writes := slices.IndexFunc(traces.spans, func(s *otlp.Span) bool { return s.Name == "store.write" }); writes < 0 {
		t.Error("nothing tells of the store")
	}
	for _, secret := range []string{balance.IBAN, balance.IBAN[2:], "KOWALSKI", "kowalski.example", url.QueryEscape("KOWALSKI.pli")} {
		if strings.Contains(traces.bytes.String(), secret) {
			t.Errorf("the collector was told %q", secret)
		}
	}
}
