package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"

	"ims/internal/bank"
)

// RequestIDHeader carries the name of one request, in both directions.
const RequestIDHeader = "Request-Id"

// exchange is one request and its answer: what the renderer must know about it.
type exchange struct {
	http.ResponseWriter
	id        string
	log       *slog.Logger
	wrote     bool
	status    int             // that went out; 0: none yet
	pattern   string          // of the mux that the request matched
	origin    bank.CustomerID // who registered the site that a browser works for; 0: none
	held      *heldAnswer     // not nil while an answer is held back
	languages string          // that the caller reads: Accept-Language
}

type exchangeKey struct{}

// exchangeOf returns what Exchanges put into the context. Without it there is no id and nothing is logged.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{log: slog.New(slog.DiscardHandler)}
}

// RequestID returns the id of the request that a context belongs to, or "".
func RequestID(ctx context.Context) string { return exchangeOf(ctx).id }

// OriginOf tells the audit trail where a request comes from: the address of whoever connected, and its id. Behind a proxy
// that is the proxy's, whose log has the same id.
func OriginOf(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = "" // no network, as in a test
	}
	return bank.RequestOrigin(address, RequestID(r.Context()))
}

// HeaderOf returns the header of the answer to the request that a context belongs to, for what must be told whatever the
// answer is.
func HeaderOf(ctx context.Context) http.Header {
	if x := exchangeOf(ctx); x.ResponseWriter != nil {
		return x.Header()
	}
	return http.Header{}
}

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	if x.held != nil {
		x.held.status = status
		return
	}
	x.wrote, x.status = true, status
	x.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (x *exchange) Write(p []byte) (int, error) {
	if x.held != nil {
		if x.held.status == 0 {
			x.held.status = http.StatusOK
		}
		return x.held.body.Write(p)
	}
	x.wrote = true
	return x.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach deadlines and flushing.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Exchanges is the outermost handler of a door. It gives each request an id (the caller's Request-Id where it is sane) and
// returns it, sets the headers that no answer of an API should lack, and turns panics into the opaque 500 of all unknown
// errors. Once a part of the answer is out, a panic ends the connection instead, so that nobody takes the part for a whole.
func Exchanges(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, id: requestID(r.Header), log: log, languages: r.Header.Get("Accept-Language")}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		setHeaders(w.Header(), x.id)
		defer x.recover(r)
		next.ServeHTTP(x, r)
	})
}

func (x *exchange) recover(r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	x.log.ErrorContext(r.Context(), "panic", "requestId", x.id, "fault", describe(fault), "stack", string(debug.Stack()))
	x.held = nil
	if x.wrote {
		panic(http.ErrAbortHandler)
	}
	write(x, r, problemOf(errInternal, x.id))
}

// describe says what a panic was about: the runtime's own words, otherwise no more than its type, as the text may repeat what
// the caller sent. The stack tells the rest.
func describe(fault any) string {
	if err, ok := fault.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", fault)
}

// The values are shared by all answers: nobody may change them in place.
var (
	noSniff   = []string{"nosniff"}
	noStore   = []string{"no-store"}
	noContent = []string{"default-src 'none'; frame-ancestors 'none'"}
	onlyTLS   = []string{"max-age=31536000"}
)

// setHeaders writes the keys in their canonical form: this runs for every request. With the rate limit and the type of the
// answer they are eight, which is what a small map holds; a ninth makes it ten times as dear.
func setHeaders(h http.Header, id string) {
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	h["Content-Security-Policy"] = noContent
	h["Strict-Transport-Security"] = onlyTLS
	h[RequestIDHeader] = []string{id}
}

// requestID accepts the caller's id if it is 1 to 64 letters, digits, dots, hyphens and underscores, so that it can stand in
// a log and in a header; otherwise it makes one.
func requestID(h http.Header) string {
	if given := h[RequestIDHeader]; len(given) == 1 && saneID(given[0]) {
		return given[0]
	}
	return bank.NewID().String()
}

func saneID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
