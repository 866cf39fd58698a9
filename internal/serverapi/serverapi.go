package serverapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/notify"
	"ims/internal/sandbox"
	"ims/internal/transfers"
	"ims/internal/web"
)

// Config is what the API is made of; all before Ready are required.
type Config struct {
	Accounts  *accounts.Service
	Ledger    *ledger.Writer
	Files     *files.Service
	History   *history.Service
	Reports   *history.Reports
	Notify    *notify.Service
	Access    *access.Service // approvals
	Auth      *access.Authenticator
	Sessions  *access.Sessions
	Payees    *transfers.Payees
	Transfers *transfers.Service
	Now       func() time.Time
	Log       *slog.Logger
	Ready     func(context.Context) error // nil: always ready
	Sandbox   *sandbox.Service            // nil: a production store
	Version   string                      // of the program, told by /healthz
	Limit     *web.Limiter                // per certificate; nil: none
	Observe   web.Observer                // hears of each request; nil: nobody
	Proxies   Proxies                     // zero: none
	Documents []web.Document              // what the reference page shows beside this API's own
	// CustomerOfHost tells who registered the host of a browser's origin, or bank.ErrNotFound; nil: nobody has.
	CustomerOfHost func(ctx context.Context, host string) (bank.CustomerID, error)
}

// server answers the operations of the route table.
type server struct {
	Config
	mux  *http.ServeMux
	api  huma.API
	keys web.Keys // idempotency keys at work
}

// New returns the handler of the whole server API: /secure behind client certificates, the OpenAPI document, the pages of
// problems, the reference page and the health probes.
func New(c Config) (http.Handler, error) {
	if c.Accounts == nil || c.Ledger == nil || c.Files == nil || c.History == nil || c.Reports == nil || c.Notify == nil || c.Access == nil || c.Auth == nil || c.Sessions == nil || c.Payees == nil || c.Transfers == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("serverapi: a service is missing in the configuration")
	}
	s := newServer(c, routesOf(c))
	documents := append([]web.Document{{Title: "Server API", Slug: "server", URL: "/openapi/server.yaml"}}, c.Documents...)
	if err := web.MountReference(s.mux, documents...); err != nil {
		return nil, err
	}
	inner := s.origins().Guard(web.Readable(s.authenticated(web.Routed(s.mux))))
	return web.Exchanges(c.Log, web.Observed(c.Observe, web.Limited(limitsOf, inner))), nil
}

func (s *server) origins() web.Origins {
	o := web.Origins{CustomerOf: s.CustomerOfHost, Exempt: isProbe, Open: func(path string) bool { return !secured(path) },
		Methods: func(r *http.Request) []string { return web.MethodsAt(s.mux, r) }}
	if o.CustomerOf == nil {
		o.CustomerOf = func(context.Context, string) (bank.CustomerID, error) { return 0, bank.ErrNotFound }
	}
	return o
}

// secured tells whether a path lies behind client certificates.
func secured(path string) bool { return strings.HasPrefix(path, "/secure") }

// newServer registers routes. Without services it can only document itself.
func newServer(c Config, rows []route) *server {
	s := &server{Config: c, mux: http.NewServeMux()}
	s.api = web.NewAPI(s.mux, description())
	for _, r := range rows {
		r.register(s)
		web.AddTag(s.api.OpenAPI(), r.tag)
	}
	web.OpenAnswers(s.api.OpenAPI())
	web.Explain(s.api.OpenAPI())
	s.mux.HandleFunc("GET /problems/{code}", web.ExplainProblem)
	s.mux.HandleFunc("/", web.Unrouted(s.mux))
	return s
}

// TLSConfig is for the API's listener: TLS 1.3, and client certificates of the CA are checked, chain and dates, where one is
// presented. Whether one is needed, and for whom it stands, is decided per request, so that the caller is told. Without
// certificate the caller of TLSConfig sets GetCertificate.
func TLSConfig(certificate tls.Certificate, ca *x509.CertPool) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: ca}
	if len(certificate.Certificate) > 0 {
		c.Certificates = []tls.Certificate{certificate}
	}
	return c
}

const (
	bodyLimit = 64 << 10      // of an ordinary request, bytes
	fileLimit = 512<<20 + 512 // a little above the room's own limit, whose error is the better one
	shortTime = 30 * time.Second
	longTime  = 15 * time.Minute // uploads and reports
)

func limitsOf(r *http.Request) web.Limits {
	const uploads = "/secure/transaction-files"
	switch {
	case !strings.HasPrefix(r.URL.Path, uploads):
	case r.Method == http.MethodPost && r.URL.Path == uploads:
		return web.Limits{Body: fileLimit, Time: longTime, Long: true}
	case r.Method == http.MethodGet && r.URL.Path != uploads:
		return web.Limits{Body: bodyLimit, Time: longTime, Long: true}
	}
	return web.Limits{Body: bodyLimit, Time: shortTime}
}

func isProbe(path string) bool { return path == "/healthz" || path == "/readyz" }

type callKey struct{}

// call is who calls, and the certificate they showed. It is set for everything below /secure.
type call struct {
	actor bank.Actor
	cert  *x509.Certificate
}

func callOf(ctx context.Context) call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return *c
	}
	return call{}
}

// actorOf returns who calls.
func actorOf(ctx context.Context) bank.Actor { return callOf(ctx).actor }

// authenticated asks everything below /secure for a client certificate that is registered and active, before anything is
// told about what is there.
func (s *server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !secured(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		var body *awaited
		if limitsOf(r).Long {
			body = await(w, r)
			defer body.leave(r)
		}
		c, err := s.identify(w, r)
		if err != nil {
			web.Refuse(w, r, err)
			return
		}
		ctx := context.WithValue(r.Context(), callKey{}, c)
		if body != nil {
			var done func()
			ctx, done = s.whileAuthorised(ctx, body, c.cert)
			defer done()
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// identify finds out who calls, and whether they may from where they are and as often as they do.
func (s *server) identify(w http.ResponseWriter, r *http.Request) (*call, error) {
	cert, err := s.Proxies.clientCertificate(r)
	if err != nil {
		return nil, err
	}
	actor, customer, err := s.Auth.Authenticate(r.Context(), cert)
	if err == nil {
		err = web.OriginFits(r.Context(), customer)
	}
	if err == nil {
		err = s.Limit.Admit(w.Header(), customer, actor.Name)
	}
	if r.Method != http.MethodGet { // what only reads leaves no audit event
		actor.Origin = web.OriginOf(r)
	}
	return &call{actor, cert}, err
}

// lookAgain is how often a long request is asked whether its certificate still stands; most times the authenticator
// remembers.
const lookAgain = 100 * time.Millisecond

// whileAuthorised returns a context that ends when the certificate of a long request is revoked, with the refusal as its
// cause. A body that still comes is no longer waited for. done is to be called at the end of the request.
func (s *server) whileAuthorised(ctx context.Context, body *awaited, cert *x509.Certificate) (_ context.Context, done func()) {
	ctx, end := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		ticker := time.NewTicker(lookAgain)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if _, _, err := s.Auth.Authenticate(ctx, cert); errors.Is(err, bank.ErrCertificateUnknown) {
				end(err)
				body.giveUp()
				return
			}
		}
	})
	return ctx, func() { end(nil); watch.Wait() }
}

// refusal is why an operation ended: the end of its certificate, where that came first.
func refusal(ctx context.Context, err error) error {
	if ended := context.Cause(ctx); errors.Is(ended, bank.ErrCertificateUnknown) {
		return ended
	}
	return err
}
