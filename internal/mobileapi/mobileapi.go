package mobileapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/transfers"
	"ims/internal/web"
)

// Config is what the API is made of; all before Limit are required.
type Config struct {
	Accounts  *accounts.Service
	History   *history.Service
	Sessions  *access.Sessions
	Transfers *transfers.Service
	Log       *slog.Logger
	Limit     *web.Limiter // per end user; nil: none
	SignIns   SignIns      // zero: as many as come
	Observe   web.Observer // hears of each request; nil: nobody
	// CustomerOfHost tells who registered the host of a browser's origin, or bank.ErrNotFound; nil: nobody has.
	CustomerOfHost func(ctx context.Context, host string) (bank.CustomerID, error)
}

// SignIns bound how often sessions are asked for, by whoever may be anybody.
type SignIns struct {
	OfAddress  *web.Limiter // per web.Household, before anything is read; nil: none
	OfCustomer *web.Limiter // whose assertion is good; nil: none
	Proxies    web.Networks // whose addresses are those of many, and are not counted
}

// admit counts a request by where it comes from.
func (l SignIns) admit(w http.ResponseWriter, r *http.Request) error {
	if l.Proxies.Contains(r.RemoteAddr) {
		return nil
	}
	return l.OfAddress.Admit(w.Header(), 0, web.Household(r.RemoteAddr).String())
}

// server answers the operations of the route table.
type server struct {
	Config
	mux  *http.ServeMux
	api  huma.API
	keys web.Keys // idempotency keys at work
}

// The addresses of this API on a listener that it shares.
const (
	root     = "/mobile"
	document = "/openapi/mobile.yaml"
)

// Serves tells whether a path belongs to this API.
func Serves(path string) bool {
	return path == root || strings.HasPrefix(path, root+"/") || path == document
}

// New returns the handler of the whole mobile API: what Serves tells, and nothing else.
func New(c Config) (http.Handler, error) {
	if c.Accounts == nil || c.History == nil || c.Sessions == nil || c.Transfers == nil || c.Log == nil {
		return nil, errors.New("mobileapi: a service is missing in the configuration")
	}
	s := newServer(c)
	inner := s.origins().Guard(web.Readable(s.authenticated(web.Routed(s.mux))))
	return web.Exchanges(c.Log, web.Observed(c.Observe, web.Limited(limitsOf, inner))), nil
}

func (s *server) origins() web.Origins {
	o := web.Origins{CustomerOf: s.CustomerOfHost, Exempt: func(string) bool { return false }, Open: func(path string) bool { return path == document },
		Methods: func(r *http.Request) []string { return web.MethodsAt(s.mux, r) }}
	if o.CustomerOf == nil {
		o.CustomerOf = func(context.Context, string) (bank.CustomerID, error) { return 0, bank.ErrNotFound }
	}
	return o
}

// newServer registers all routes. Without services it can only document itself.
func newServer(c Config) *server {
	s := &server{Config: c, mux: http.NewServeMux()}
	s.api = web.NewAPI(s.mux, description())
	for _, r := range routes() {
		r.register(s)
		web.AddTag(s.api.OpenAPI(), r.tag)
	}
	web.OpenAnswers(s.api.OpenAPI())
	web.Explain(s.api.OpenAPI())
	s.mux.HandleFunc("/", web.Unrouted(s.mux))
	return s
}

const (
	bodyLimit = 64 << 10 // bytes
	shortTime = 30 * time.Second
)

func limitsOf(*http.Request) web.Limits { return web.Limits{Body: bodyLimit, Time: shortTime} }

type callerKey struct{}

// caller is an end user with the session they call in.
type caller struct {
	bank.Actor
	session bank.Session
}

// callerOf returns who calls. It is set for everything that needs a token.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticated asks everything for a session token but what is open, before anything is told about what is there.
func (s *server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == document {
			next.ServeHTTP(w, r)
			return
		}
		if signsIn(r) {
			if err := s.SignIns.admit(w, r); err != nil {
				web.Refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		c, err := s.identify(w, r)
		if err != nil {
			if errors.Is(err, bank.ErrUnauthenticated) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="ims"`)
			}
			web.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// signsIn is where a token comes from. The mux takes no other spelling of the address.
func signsIn(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == root+"/sessions"
}

// identify finds out who calls, and whether they may from where they are and as often as they do.
func (s *server) identify(w http.ResponseWriter, r *http.Request) (caller, error) {
	token, ok := bearer(r.Header)
	if !ok {
		return caller{}, bank.ErrUnauthenticated.With("a session token is required: Authorization: Bearer ...")
	}
	actor, session, err := s.Sessions.Authenticate(r.Context(), token)
	if err == nil {
		err = web.OriginFits(r.Context(), actor.Customer)
	}
	if err == nil {
		err = s.Limit.Admit(w.Header(), actor.Customer, actor.Name)
	}
	actor.Origin = bank.RequestOrigin("", web.RequestID(r.Context())) // the address of an end user is nobody's to keep for ever
	return caller{actor, session}, err
}

// bearer reads the token of the only Authorization header (RFC 6750). Those in addresses or bodies are not looked for.
func bearer(h http.Header) (string, bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}
