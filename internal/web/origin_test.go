package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"ims/internal/bank"
)

// sites are those of two customers.
var sites = map[string]bank.CustomerID{"app.example": 1, "localhost:3000": 1, "other.example": 2}

func guarded(next http.HandlerFunc) http.Handler {
	return Origins{
		CustomerOf: func(_ context.Context, host string) (bank.CustomerID, error) {
			if c, ok := sites[host]; ok {
				return c, nil
			}
			return 0, bank.ErrNotFound
		},
		Exempt:  func(path string) bool { return path == "/healthz" },
		Open:    func(path string) bool { return path == "/docs" },
		Methods: func(*http.Request) []string { return []string{"GET", "POST"} },
	}.Guard(next)
}

// TestOrigins: browsers of sites that nobody registered are refused.
func TestOrigins(t *testing.T) {
	handler := guarded(func(http.ResponseWriter, *http.Request) {})
	for _, x := range []struct {
		path    string
		origins []string
		status  int
	}{
		{"/a", nil, 200}, {"/a", []string{"https://api.example"}, 200}, {"/a", []string{"https://API.example"}, 200},
		{"/a", []string{"http://api.example"}, 403}, {"/a", []string{"https://api.example:444"}, 403}, {"/a", []string{"null"}, 403},
		{"/a", []string{""}, 403}, {"/a", []string{"https://evil.example", "https://api.example"}, 403}, {"/healthz", []string{"https://evil.example"}, 200},
		{"/a", []string{"https://app.example"}, 200}, {"/a", []string{"https://APP.example:443"}, 200}, {"/a", []string{"http://localhost:3000"}, 200},
		{"/a", []string{"http://app.example"}, 403}, {"/a", []string{"https://app.example:8443"}, 403}, {"/a", []string{"https://app.example.evil"}, 403},
		{"/a", []string{"https://user@app.example"}, 403}, {"/a", []string{"https://app.example/x"}, 403}, {"/a", []string{"http://localhost:3001"}, 403},
		{"/docs", []string{"https://evil.example"}, 403},
	} {
		r := get("https://api.example" + x.path)
		if x.origins != nil {
			r.Header["Origin"] = x.origins
		}
		w, _ := served(t, r, handler.ServeHTTP)
		if w.Code != x.status {
			t.Errorf("%s from %q: %d, want %d", x.path, x.origins, w.Code, x.status)
		}
		if allowed := w.Header().Get("Access-Control-Allow-Origin"); allowed != "" && (w.Code != 200 || allowed != x.origins[0]) {
			t.Errorf("%s from %q: %d allows %q", x.path, x.origins, w.Code, allowed)
		}
	}
}

// TestFetchSite: what other sites embed has no Origin; browsers say so all the same. A link may lead to the documentation.
func TestFetchSite(t *testing.T) {
	handler := guarded(func(http.ResponseWriter, *http.Request) {})
	for _, x := range []struct {
		path, site, mode string
		status           int
	}{
		{"/a", "", "", 200}, {"/a", "none", "navigate", 200}, {"/a", "same-origin", "cors", 200},
		{"/a", "cross-site", "no-cors", 403}, {"/a", "same-site", "navigate", 403}, {"/a", "anything", "", 403},
		{"/docs", "cross-site", "navigate", 200}, {"/docs", "cross-site", "no-cors", 403}, {"/healthz", "cross-site", "no-cors", 200},
	} {
		r := get("https://api.example" + x.path)
		r.Header.Set("Sec-Fetch-Site", x.site)
		r.Header.Set("Sec-Fetch-Mode", x.mode)
		if w, _ := served(t, r, handler.ServeHTTP); w.Code != x.status {
			t.Errorf("%+v: %d", x, w.Code)
		}
	}
}

// TestPreflight: a registered site is told what it may send; no other one.
func TestPreflight(t *testing.T) {
	handler := guarded(func(w http.ResponseWriter, _ *http.Request) { t.Error("a preflight reached an operation") })
	ask := func(origin string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("OPTIONS", "https://api.example/a", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		w, _ := served(t, r, handler.ServeHTTP)
		return w
	}
	w := ask("https://app.example")
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "https://app.example", "Access-Control-Allow-Methods": "GET, POST",
		"Access-Control-Allow-Credentials": "true", "Access-Control-Max-Age": "600",
		"Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Request-Id, X-Idempotency-Key"} {
		if got := w.Header().Get(name); got != want || w.Code != 204 {
			t.Errorf("%d %s: %q, want %q", w.Code, name, got, want)
		}
	}
	if w := ask("https://evil.example"); w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another site: %d %v", w.Code, w.Header())
	}
}

// TestOriginFits: a site that one customer registered does not serve another's callers.
func TestOriginFits(t *testing.T) {
	for origin, want := range map[string]int{"": 200, "https://app.example": 200, "https://other.example": 403, "https://api.example": 200} {
		r := get("https://api.example/a")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w, _ := served(t, r, guarded(func(w http.ResponseWriter, r *http.Request) {
			if err := OriginFits(r.Context(), 1); err != nil {
				Refuse(w, r, err)
			}
		}).ServeHTTP)
		if w.Code != want {
			t.Errorf("from %q: %d, want %d", origin, w.Code, want)
		}
	}
}
