package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// probeTime bounds how long a probe waits for the store.
const probeTime = 2 * time.Second

// probes answers the health probes and Prometheus: /healthz says that the process lives, /readyz that it can serve, /metrics
// how it fares.
func probes(ready func(context.Context) error, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTime)
		defer cancel()
		if err := ready(ctx); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable) // the reason may name the store; it is not for strangers
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}
