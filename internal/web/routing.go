package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"ims/internal/bank"
)

// Unrouted answers what no pattern of a mux matches: 405 with Allow where another method would, 404 otherwise. It is to be
// registered for "/".
func Unrouted(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		allowed := MethodsAt(mux, r)
		if len(allowed) == 0 {
			Refuse(w, r, bank.ErrNotFound.With("there is nothing at this address"))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		Refuse(w, r, bank.ErrMethodNotAllowed.With("use %s", strings.Join(allowed, " or ")))
	}
}

// MethodsAt lists the methods that a mux has a pattern for at the path of a request.
func MethodsAt(mux *http.ServeMux, r *http.Request) (allowed []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// Limits bound one request.
type Limits struct {
	Body int64         // bytes
	Time time.Duration // until it must be answered
	Long bool          // longer than the server's own limits, which are put off
}

// Limited ends requests at their limits: a longer body fails while it is read, and the context ends when the time is over.
func Limited(limits func(*http.Request) Limits, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := limits(r)
		ctx := &deadline{Context: r.Context(), end: time.Now().Add(l.Time)}
		defer ctx.release()
		if r.ContentLength != 0 {
			r.Body = http.MaxBytesReader(w, r.Body, l.Body)
		}
		if l.Long {
			// Where a connection has no deadlines there is none to put off.
			control := http.NewResponseController(w)
			_ = control.SetReadDeadline(ctx.end)
			_ = control.SetWriteDeadline(ctx.end)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Readable refuses addresses that do not decode to UTF-8 text without control characters: no name of ours has them, and
// stores differ in what they make of them.
func Readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.RawQuery
		if strings.ContainsAny(query, "%;") {
			decoded, err := url.QueryUnescape(query)
			if err != nil || strings.Contains(query, ";") {
				Refuse(w, r, bank.ErrMalformed.With("the query is not encoded as it must be"))
				return
			}
			query = decoded
		}
		if !plainText(r.URL.Path) || !plainText(query) {
			Refuse(w, r, bank.ErrMalformed.With("the address holds what is not printable UTF-8 text"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return utf8.ValidString(s)
}
