package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"ims/internal/bank"
)

// Origins decide about browsers that work for another site: programs send neither Origin nor Sec-Fetch-Site and pass, as
// does the service's own origin. Another must be registered, for the customer of whoever calls.
type Origins struct {
	// CustomerOf returns who registered a host (lower case, with a port where the origin has one), or bank.ErrNotFound.
	CustomerOf func(ctx context.Context, host string) (bank.CustomerID, error)
	// Exempt tells which paths answer everybody: probes.
	Exempt func(path string) bool
	// Open tells which paths a person may come to by a link on another site: documentation.
	Open func(path string) bool
	// Methods lists those in use at the path of a request, for preflights.
	Methods func(*http.Request) []string
}

var (
	errOrigin      = bank.ErrOriginRefused.With("browsers may not call this from another site that is not registered")
	errOtherOrigin = bank.ErrOriginRefused.With("the site is registered for another customer than the caller's")
)

// Guard refuses browsers of sites that nobody registered, answers preflights, and lets registered sites read the answers.
// Whose site it is is held against the caller by OriginFits, once the caller is known.
func (o Origins) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origins, browser := r.Header["Origin"]
		switch {
		case o.Exempt(r.URL.Path) || sameOrigin(origins, r.Host):
		case browser:
			o.foreign(w, r, origins, next)
			return
		case foreignSite(r) && !(o.Open(r.URL.Path) && r.Header.Get("Sec-Fetch-Mode") == "navigate"):
			Refuse(w, r, errOrigin)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreignSite tells whether a browser says that another site had it send a request that has no Origin, such as an image's.
func foreignSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return true
}

func sameOrigin(origins []string, host string) bool {
	if len(origins) != 1 {
		return false
	}
	u, err := url.Parse(origins[0])
	return err == nil && u.Scheme == "https" && strings.EqualFold(u.Host, host) && host != ""
}

func (o Origins) foreign(w http.ResponseWriter, r *http.Request, origins []string, next http.Handler) {
	w.Header().Add("Vary", "Origin")
	host, ok := hostOf(origins)
	if !ok {
		Refuse(w, r, errOrigin)
		return
	}
	customer, err := o.CustomerOf(r.Context(), host)
	if errors.Is(err, bank.ErrNotFound) {
		err = errOrigin
	}
	if err != nil {
		Refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origins[0])
	h.Set("Access-Control-Allow-Credentials", "true") // client certificates are credentials
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		preflight(h, o.Methods(r))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Access-Control-Expose-Headers", exposed)
	exchangeOf(r.Context()).origin = customer
	next.ServeHTTP(w, r)
}

const (
	// exposed are the headers of our answers that scripts may read.
	exposed = "Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Request-Id, Retry-After"
	// sendable are the headers of requests that we look at.
	sendable = "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Request-Id, X-Idempotency-Key"
)

func preflight(h http.Header, methods []string) {
	h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	h.Set("Access-Control-Allow-Headers", sendable)
	h.Set("Access-Control-Max-Age", "600") // seconds: a host that is taken away is soon asked for again
}

// OriginFits refuses a caller who comes from a site that another customer registered. It is to be asked as soon as the caller
// is known.
func OriginFits(ctx context.Context, customer bank.CustomerID) error {
	if owner := exchangeOf(ctx).origin; owner != 0 && owner != customer {
		return errOtherOrigin
	}
	return nil
}

// hostOf reads the host of the only origin. Sites without TLS are none of ours, but for those on the developer's machine.
func hostOf(origins []string) (string, bool) {
	if len(origins) != 1 {
		return "", false
	}
	u, err := url.Parse(origins[0])
	if err != nil || u.Host == "" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	local := isLocalhost(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	if port := u.Port(); port != "" && !(port == "443" && u.Scheme == "https") {
		host = net.JoinHostPort(host, port)
	}
	return host, true
}

func isLocalhost(name string) bool {
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
