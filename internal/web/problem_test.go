package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
)

var update = flag.Bool("update", false, "write the page of problems anew")

const page = "../../docs/problems.md"

// TestProblemsPage: the committed page is what the catalogue says, with cause and remedy for each code.
func TestProblemsPage(t *testing.T) {
	known := map[string]bool{}
	for _, e := range problems() {
		known[e.Code] = true
		if why := explanations[e.Code]; why.cause == "" || why.remedy == "" {
			t.Errorf("%s is not explained", e.Code)
		}
	}
	for code := range explanations {
		if !known[code] {
			t.Errorf("%s is explained, but is in no catalogue", code)
		}
	}
	if *update {
		if err := os.WriteFile(page, []byte(ProblemsPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), ProblemsPage()); diff != "" {
		t.Errorf("docs/problems.md is out of date; go generate ./internal/web writes it\n%s", diff)
	}
}

// served runs one request through Exchanges and returns the answer and what was logged.
func served(t *testing.T, r *http.Request, handler http.HandlerFunc) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var logged strings.Builder
	w := httptest.NewRecorder()
	Exchanges(slog.New(slog.NewTextHandler(&logged, nil)), handler).ServeHTTP(w, r)
	return w, logged.String()
}

func get(path string) *http.Request { return httptest.NewRequest("GET", path, nil) }

// TestRefuse: what is shown of an error, and what is only logged.
func TestRefuse(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, x := range []struct {
		name   string
		err    error
		status int
		code   string
		logs   bool
	}{
		{"of the catalogue", bank.ErrNotFound.With("there is no such balance"), 404, "not-found", false},
		{"wrapped", fmt.Errorf("post: %w", bank.ErrInsufficientFunds), 422, "insufficient-funds", false},
		{"with a cause", bank.ErrMalformed.With("cut short").Because(errors.New("secret: unexpected EOF")), 400, "malformed", false},
		{"no store", bank.ErrUnavailable.With("later").Because(errors.New("disk full")), 503, "unavailable", true},
		{"too many", bank.ErrUnavailable.With("later"), 503, "unavailable", false},
		{"too large", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413, "too-large", false},
		{"given up", fmt.Errorf("query: %w", ended.Err()), 503, "unavailable", true},
		{"unknown", errors.New("secret: password of the store"), 500, "internal", true},
	} {
		t.Run(x.name, func(t *testing.T) {
			w, logged := served(t, get("/x"), func(w http.ResponseWriter, r *http.Request) { Refuse(w, r, x.err) })
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			id := w.Header().Get("Request-Id")
			if w.Code != x.status || p.Status != x.status || p.Code != x.code || p.RequestID != id || id == "" ||
				p.Instance != "urn:ims:request:"+id || p.Title == "" || w.Header().Get("Content-Type") != ProblemType {
				t.Errorf("%d %+v", w.Code, p)
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "disk") {
				t.Errorf("the cause is shown: %s", w.Body)
			}
			if x.logs != (strings.Count(logged, id) == 1) {
				t.Errorf("logged %q", logged)
			}
			if (w.Header().Get("Retry-After") != "") != (x.status == 503) {
				t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
			}
		})
	}
}

// TestPanics are opaque, logged once, and never end as half an answer.
func TestPanics(t *testing.T) {
	w, logged := served(t, get("/x"), func(http.ResponseWriter, *http.Request) { panic("secret") })
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || strings.Contains(logged, "secret") || !strings.Contains(logged, "problem_test.go") || !strings.Contains(w.Body.String(), `"internal"`) {
		t.Errorf("%d %s, logged %s", w.Code, w.Body, logged)
	}
	defer func() {
		if fault, _ := recover().(error); !errors.Is(fault, http.ErrAbortHandler) {
			t.Errorf("a half answer ended with %v", fault)
		}
	}()
	served(t, get("/x"), func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("secret")
	})
}

// TestUnrouted tells a wrong address from a wrong method.
func TestUnrouted(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("DELETE /a/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/", Unrouted(mux))
	for request, want := range map[string]string{"POST /a/1": "405 GET, DELETE", "POST /b": "404 ", "OPTIONS /a/1": "405 GET, DELETE", "GET /": "404 "} {
		method, path, _ := strings.Cut(request, " ")
		w, _ := served(t, httptest.NewRequest(method, path, nil), mux.ServeHTTP)
		if got := fmt.Sprint(w.Code, " ", w.Header().Get("Allow")); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
}

// TestLimits end what is too long.
func TestLimits(t *testing.T) {
	limited := Limited(func(*http.Request) Limits { return Limits{Body: 4, Time: 0} }, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(Body(r)); err != nil {
			Refuse(w, r, err)
			return
		}
		Refuse(w, r, r.Context().Err())
	}))
	for body, want := range map[string]int{"12345": 413, "1234": 503} {
		if w, _ := served(t, httptest.NewRequest("POST", "/x", strings.NewReader(body)), limited.ServeHTTP); w.Code != want {
			t.Errorf("%q: %d, want %d", body, w.Code, want)
		}
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
func (cut) Close() error             { return nil }

// TestCutBody: to io.ReadFull and its like a body cut short looks like the end of a whole one.
func TestCutBody(t *testing.T) {
	r := get("/x")
	r.Body = cut{}
	if _, err := Body(r).Read(nil); !errors.Is(err, bank.ErrMalformed) {
		t.Errorf("got %v", err)
	}
}

// TestBodyThatDoesNotCome: the refusal does not wait for the rest of the body.
func TestBodyThatDoesNotCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		listener := make(oneConnection, 1)
		listener <- far
		server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: Exchanges(slog.New(slog.DiscardHandler), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := readBody(w, r)
			Refuse(w, r, err)
		}))}
		go func() { _ = server.Serve(listener) }() // until it is closed
		defer server.Close()
		defer near.Close()
		if _, err := io.WriteString(near, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(near) // to the end of the connection
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
			t.Errorf("the answer is %q, %v", answer, err)
		}
	})
}

// TestOperationWhoseBodyDoesNotCome: an operation without an idempotency key does not wait for ever either, and the refusal is
// one of the catalogue.
func TestOperationWhoseBodyDoesNotCome(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	type input struct {
		Body struct {
			Name string `json:"name"`
		}
	}
	huma.Register(NewAPI(mux, &huma.OpenAPI{Info: &huma.Info{Title: "test", Version: "1"}}), huma.Operation{OperationID: "patch", Method: "PATCH", Path: "/x"},
		func(context.Context, *input) (*struct{}, error) { t.Error("it was carried out"); return nil, nil })
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		listener := make(oneConnection, 1)
		listener <- far
		server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: Exchanges(slog.New(slog.DiscardHandler), mux)}
		go func() { _ = server.Serve(listener) }() // until it is closed
		defer server.Close()
		defer near.Close()
		begun := time.Now()
		if _, err := io.WriteString(near, "PATCH /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(near), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var p Problem
		if err := json.NewDecoder(response.Body).Decode(&p); err != nil || response.StatusCode != 400 || p.Code != bank.ErrMalformed.Code || time.Since(begun) > bodyTime {
			t.Errorf("after %v: %s %+v, %v", time.Since(begun), response.Status, p, err)
		}
	})
}

// oneConnection is a listener for a connection in memory.
type oneConnection chan net.Conn

func (l oneConnection) Accept() (net.Conn, error) {
	c, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l oneConnection) Close() error   { close(l); return nil }
func (l oneConnection) Addr() net.Addr { return &net.TCPAddr{} }
