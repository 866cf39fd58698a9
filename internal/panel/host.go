package panel

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"ims/internal/bank"
)

// contentPolicy lets a page load its own assets and talk to its own host; nothing is inline, nothing comes from elsewhere.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured sets the headers that every answer has, and refuses what another site sends.
func (p *Panel) secured(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.visit(w, r).fail(errForeign)
	}))
	guarded := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		c := p.connection(r)
		if !c.secure {
			h.Del("Strict-Transport-Security") // browsers ignore it without TLS
		}
		switch {
		case !c.secure && !c.remote.IsLoopback():
			p.visit(w, r).fail(errPlain)
		case foreignOrigin(r):
			p.visit(w, r).fail(errForeign)
		default:
			guarded.ServeHTTP(w, r)
		}
	})
}

var (
	errForeign = bank.ErrOriginRefused.With("this request came from another site")
	errHost    = bank.ErrOriginRefused.With("no customer has registered this host name for the panel")
	errPlain   = bank.ErrOriginRefused.With("the panel is served over https only")
)

// foreignOrigin tells whether a browser names another site than ours as the origin; also of requests that change nothing,
// which http.CrossOriginProtection lets pass.
func foreignOrigin(r *http.Request) bool {
	origins, has := r.Header["Origin"]
	if !has {
		return false
	}
	if len(origins) != 1 {
		return true
	}
	u, err := url.Parse(origins[0])
	return err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host)
}

// connection is how a browser reached us: over TLS or a trusted proxy that says https, and from where.
type connection struct {
	secure bool
	remote netip.Addr
}

func (p *Panel) connection(r *http.Request) connection {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return connection{secure: r.TLS != nil}
	}
	c := connection{r.TLS != nil, peer.Addr().Unmap().WithZone("")}
	for _, network := range p.Proxies {
		if !network.Contains(c.remote) {
			continue
		}
		c.secure = r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if told, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil { // the last one is the proxy's own word
			c.remote = told.Unmap().WithZone("")
		}
		break
	}
	return c
}

// origin is the panel's address as the browser writes it.
func (c connection) origin(r *http.Request) string {
	if c.secure {
		return "https://" + strings.ToLower(r.Host)
	}
	return "http://" + strings.ToLower(r.Host)
}

// customerOf finds whose panel a host is. The port is the listener's, or that of a proxy, and says nothing about whose.
func (p *Panel) customerOf(r *http.Request) (bank.Customer, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	id, err := p.Customers.CustomerOfHost(r.Context(), host)
	if errors.Is(err, bank.ErrNotFound) {
		return bank.Customer{}, errHost
	}
	if err != nil {
		return bank.Customer{}, err
	}
	return p.Customers.Get(r.Context(), id)
}
