package web

import (
	"context"
	"net/http"
	"time"
)

// Observer hears of each request: the pattern that it matched ("" where it was refused before it came that far), the status
// of its answer, and how long it took; the context is the request's. It is called by many at once and must be quick.
type Observer func(ctx context.Context, pattern string, status int, took time.Duration)

// Observed tells an observer of each request. It stands right inside Exchanges, and Routed inside it. Without an observer it
// does nothing.
func Observed(observe Observer, next http.Handler) http.Handler {
	if observe == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x, began, finished := exchangeOf(r.Context()), time.Now(), false
		defer func() {
			status := x.status
			switch {
			case !finished:
				status = http.StatusInternalServerError // a panic is on its way
			case status == 0:
				status = http.StatusOK
			}
			observe(r.Context(), x.pattern, status, time.Since(began))
		}()
		next.ServeHTTP(w, r)
		finished = true
	})
}

// Routed is a mux that remembers which of its patterns a request matched.
func Routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { exchangeOf(r.Context()).pattern = r.Pattern }()
		mux.ServeHTTP(w, r)
	})
}
