package web

import (
	"context"
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
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range methods {
			probe := r.Clone(r.Context())
			probe.Method = method
			if _, pattern := mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			Refuse(w, r, bank.ErrNotFound.With("there is nothing at this address"))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		Refuse(w, r, bank.ErrMethodNotAllowed.With("use %s", strings.Join(allowed, " or ")))
	}
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
		ctx, cancel := context.WithTimeout(r.Context(), l.Time)
		defer cancel()
		if r.ContentLength != 0 {
			r.Body = http.MaxBytesReader(w, r.Body, l.Body)
		}
		if l.Long {
			// Where a connection has no deadlines there is none to put off.
			control, end := http.NewResponseController(w), time.Now().Add(l.Time)
			_ = control.SetReadDeadline(end)
			_ = control.SetWriteDeadline(end)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// SameOrigin refuses browsers that work for another site: a request with an Origin other than the address it was sent to
// gets 403. Programs send none and pass, as do the paths that exempt tells.
func SameOrigin(exempt func(path string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin, ok := r.Header["Origin"]; ok && !sameOrigin(origin, r.Host) && !exempt(r.URL.Path) {
			Refuse(w, r, bank.ErrOriginRefused.With("browsers may not call this from another site"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sameOrigin(origin []string, host string) bool {
	if len(origin) != 1 {
		return false
	}
	u, err := url.Parse(origin[0])
	return err == nil && u.Scheme == "https" && strings.EqualFold(u.Host, host) && host != ""
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
