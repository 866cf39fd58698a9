package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadline: however late somebody asks, the time of the request ends when it should, for what is derived as well; the end of
// the request or of the caller ends it before.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type name struct{}
		var last context.Context
		outer, leave := context.WithCancel(context.WithValue(context.Background(), name{}, "caller"))
		serve := func(inner func(context.Context)) {
			handler := Limited(func(*http.Request) Limits { return Limits{Time: time.Minute} }, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				last = r.Context()
				inner(last)
			}))
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(outer, "GET", "/", nil))
		}
		serve(func(ctx context.Context) {
			<-time.After(40 * time.Second)
			begun := time.Now()
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			<-derived.Done()
			if at := time.Since(begun); at != 20*time.Second || !errors.Is(derived.Err(), context.DeadlineExceeded) || derived.Value(name{}) != "caller" {
				t.Errorf("ended after %v: %v", at, derived.Err())
			}
		})
		serve(func(ctx context.Context) {
			if end, ok := ctx.Deadline(); !ok || time.Until(end) != time.Minute || ctx.Err() != nil {
				t.Errorf("ends at %v, %v", end, ctx.Err())
			}
		})
		if !errors.Is(last.Err(), context.Canceled) {
			t.Errorf("behind its request: %v", last.Err())
		}
		serve(func(ctx context.Context) {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			leave()
			<-derived.Done()
			if !errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("the caller left: %v", ctx.Err())
			}
		})
	})
}
