package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ims/internal/bank"
	"ims/internal/names"
	"ims/internal/transfers"
	"ims/internal/web"
)

// metrics are what one process tells Prometheus. Labels are numbers of customers, codes and names of ours; never a person, an
// IBAN, an amount of somebody's or a path as it was called.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	payees   *prometheus.CounterVec
}

// refusedEarly stands for the operation of a request that was refused before it matched one: no certificate, too many, a
// strange origin.
const refusedEarly = "refused"

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ims_requests_total", Help: "Requests to the APIs, by operation and status of the answer."},
			[]string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "ims_request_duration_seconds", Help: "Time from the first byte of a request to the end of its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"operation"}),
		payees: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ims_payee_verifications_total", Help: "Answers to whether a name is that of who holds an IBAN, by who answered."},
			[]string{"customer", "source", "result"}),
	}
	built := version()
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "ims_build_info", Help: "The version that runs; always 1.",
		ConstLabels: prometheus.Labels{"version": built.Version}})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.duration, m.payees, info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe is a web.Observer.
func (m *metrics) observe(_ context.Context, pattern string, status int, took time.Duration) {
	pattern = routeName(pattern)
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(pattern).Observe(took.Seconds())
}

// payee counts what was told of a payee.
func (m *metrics) payee(customer bank.CustomerID, source transfers.PayeeSource, result names.Result) {
	m.payees.WithLabelValues(fmt.Sprint(customer), string(source), string(result)).Inc()
}

// routeName is what an operation is called in metrics and traces.
func routeName(pattern string) string {
	switch pattern {
	case "":
		return refusedEarly
	case "/":
		return "unrouted"
	}
	return pattern
}

var _ web.Observer = (*metrics)(nil).observe

// handler answers Prometheus. What cannot be read, as while the store is away, is left out, and ims_figures_up says so.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 2})
}
