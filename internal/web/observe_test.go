package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestObserved: each request is told once, under its pattern and never its path, with the status that went out.
func TestObserved(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a thing") })
	mux.HandleFunc("POST /things", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	mux.HandleFunc("GET /silent", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /broken", func(http.ResponseWriter, *http.Request) { panic("a defect") })
	mux.HandleFunc("/", Unrouted(mux))
	routed := Routed(mux)
	refusing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Refused") != "" {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		routed.ServeHTTP(w, r)
	})
	var got []string
	observe := func(_ context.Context, pattern string, status int, took time.Duration) {
		if took < 0 {
			t.Errorf("%s took %v", pattern, took)
		}
		got = append(got, fmt.Sprint(pattern, " ", status))
	}
	handler := Exchanges(slog.New(slog.DiscardHandler), Observed(observe, refusing))
	for _, target := range []string{"GET /things/7", "POST /things", "GET /silent", "GET /broken", "GET /nowhere", "DELETE /things/7"} {
		method, path, _ := strings.Cut(target, " ")
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil))
	}
	refused := httptest.NewRequest("GET", "/things/7", nil)
	refused.Header.Set("Refused", "yes")
	handler.ServeHTTP(httptest.NewRecorder(), refused)
	want := []string{"GET /things/{id} 200", "POST /things 201", "GET /silent 200", "GET /broken 500", "/ 404", "/ 405", " 401"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}
