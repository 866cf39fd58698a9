package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"ims/internal/web"
)

// traces sends spans to a collector. They are made of names, numbers and ids of ours only, which is why no instrumentation
// that copies paths, queries and headers is used; docs/decisions/0070. A nil one traces nothing and wraps nothing.
type traces struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// newTraces returns nil unless a collector is configured.
func newTraces(ctx context.Context, c Config, log *slog.Logger) (*traces, error) {
	if c.TraceEndpoint == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(tracePath(c.TraceEndpoint)))
	if err != nil {
		return nil, fmt.Errorf("--trace-endpoint: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are lost", "error", err) }))
	host, _ := os.Hostname() // a trace says the rest without it
	described := resource.NewSchemaless(attribute.String("service.name", "ims"), attribute.String("service.version", version().Version),
		attribute.String("service.instance.id", fmt.Sprintf("%s %d", host, os.Getpid())))
	// Whether a trace is kept is decided here, also where a caller began it: a stranger's flag must not cost us anything.
	share := sdktrace.TraceIDRatioBased(c.TraceRatio)
	sampler := sdktrace.ParentBased(share, sdktrace.WithRemoteParentSampled(share))
	t := &traces{provider: sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described), sdktrace.WithSampler(sampler))}
	t.tracer = t.provider.Tracer("ims")
	return t, nil
}

// tracePath completes an address of a collector with the path that OTLP has where nothing else is said.
func tracePath(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = "/v1/traces"
		return u.String()
	}
	return endpoint
}

// checkTraces refuses what cannot be an address of a collector.
func (c Config) checkTraces() error {
	if c.TraceRatio < 0 || c.TraceRatio > 1 {
		return fmt.Errorf("--trace-ratio: from 0 to 1")
	}
	if c.TraceEndpoint == "" {
		return nil
	}
	u, err := url.Parse(c.TraceEndpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--trace-endpoint: want http://HOST:PORT or https://HOST:PORT")
	}
	if u.User != nil {
		return fmt.Errorf("--trace-endpoint: it holds a password; set OTEL_EXPORTER_OTLP_HEADERS instead")
	}
	return nil
}

// flushTime bounds how long the end waits for the collector.
const flushTime = 5 * time.Second

// close sends what is left.
func (t *traces) close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// requests begins a span for each request. A caller's traceparent is taken in; their tracestate is not, as it is text.
func (t *traces) requests(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		if caller := trace.SpanContextFromContext(ctx); caller.IsValid() {
			ctx = trace.ContextWithRemoteSpanContext(r.Context(), caller.WithTraceState(trace.TraceState{}))
		}
		ctx, span := t.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// observer names the span of a request by its route, and tells the next observer.
func (t *traces) observer(next web.Observer) web.Observer {
	if t == nil {
		return next
	}
	return func(ctx context.Context, pattern string, status int, took time.Duration) {
		span, route := trace.SpanFromContext(ctx), routeName(pattern)
		span.SetName(route)
		span.SetAttributes(attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		next(ctx, pattern, status, took)
	}
}

// stage begins the span of a worker's stage. One that had no work is not sent: it looks for some twice a second.
func (t *traces) stage(name string) func(context.Context) (context.Context, func(worked bool, err error)) {
	if t == nil {
		return nil
	}
	return func(ctx context.Context) (context.Context, func(bool, error)) {
		ctx, span := t.tracer.Start(ctx, "stage "+name, trace.WithNewRoot())
		return ctx, func(worked bool, err error) {
			if err != nil {
				span.SetStatus(codes.Error, "")
			}
			if worked || err != nil {
				span.End()
			}
		}
	}
}

// logged adds the trace to each line of the log that belongs to one.
func (t *traces) logged(log *slog.Logger) *slog.Logger {
	if t == nil {
		return log
	}
	return slog.New(tracedLog{log.Handler()})
}

type tracedLog struct{ slog.Handler }

// Handle implements slog.Handler.
func (h tracedLog) Handle(ctx context.Context, r slog.Record) error {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		r.AddAttrs(slog.String("traceId", s.TraceID().String()), slog.String("spanId", s.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h tracedLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tracedLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h tracedLog) WithGroup(name string) slog.Handler { return tracedLog{h.Handler.WithGroup(name)} }
