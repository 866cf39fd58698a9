package panel

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/notify"
	"ims/internal/transfers"
	"ims/internal/web"
)

// Config is what a Panel is made of.
type Config struct {
	Accounts  *accounts.Service
	Access    *access.Service
	Gate      *access.Gate
	Customers *customers.Service
	Files     *files.Service
	History   *history.Service
	Reports   *history.Reports
	Prover    *ledger.Prover
	Notify    *notify.Service
	Transfers *transfers.Service

	Now     func() time.Time
	Log     *slog.Logger
	Observe web.Observer
	Proxies []netip.Prefix  // networks of the proxies in front that end TLS and say so in X-Forwarded-Proto
	Sandbox bool            // every page says that the money is invented
	Stop    <-chan struct{} // closed when the service stops: live streams end, so that it need not wait for them
}

// Panel answers browsers. It is safe for concurrent use.
type Panel struct {
	Config
	assets *assets
	words  *words
	routes []route
}

// New reads what is embedded.
func New(c Config) (*Panel, error) {
	files, err := readAssets()
	if err != nil {
		return nil, err
	}
	texts, err := readWords()
	if err != nil {
		return nil, err
	}
	return &Panel{Config: c, assets: files, words: texts, routes: routes()}, nil
}

// Handler answers everything under the panel's hosts, from the outside in: id of the request, measure, headers, host, origin,
// then the page.
func (p *Panel) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", p.assets)
	for i := range p.routes {
		r := &p.routes[i]
		mux.Handle(r.method+" "+r.path, p.serve(r))
	}
	mux.Handle("/", p.serve(&route{need: anybody, page: (*visit).notFound}))
	return web.Exchanges(p.Log, web.Observed(p.Observe, p.secured(web.Routed(mux))))
}
