package serverapi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/web"
)

// TestWhoami tells the certificate's dates, and warns before it ends.
func TestWhoami(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend", bank.PermUsersRead)
	var me Caller
	api.do("GET", "/secure/whoami", nil).ok(200, &me)
	if me.CN != "V-Example-Backend" || me.CustomerID != 1 || !me.Sandbox || len(me.Permissions) != 1 || len(me.Certificate.Serial) != 32 ||
		me.Certificate.DaysLeft < 390 || len(me.Warnings) != 0 {
		t.Errorf("%+v", me)
	}
	s.advance(me.Certificate.NotAfter.Sub(s.now()) - 10*24*time.Hour)
	api.do("GET", "/secure/whoami", nil).ok(200, &me)
	if me.Certificate.DaysLeft != 10 || len(me.Warnings) != 1 || me.Warnings[0].Code != "certificate-expires-soon" ||
		!strings.Contains(me.Warnings[0].Detail, me.Certificate.NotAfter.Format(time.DateOnly)) {
		t.Errorf("%+v", me)
	}
}

// TestRateLimit: per certificate, told in every answer, and refused with a time to wait.
func TestRateLimit(t *testing.T) {
	s := newScene(t)
	c := s.example()
	s.change(func(config *Config) { config.Limit = web.NewLimiter(1, 3, s.now) })
	api, other := c.caller("V-Example-Backend"), c.caller("V-Example-Other")
	for left := 2; left >= 0; left-- {
		a := api.do("GET", "/secure/whoami", nil).ok(200, nil)
		if got := a.header.Get("RateLimit"); !strings.HasPrefix(got, fmt.Sprintf(`"default";r=%d;`, left)) || a.header.Get("RateLimit-Policy") == "" {
			t.Errorf("%d left: %s", left, got)
		}
	}
	a := api.do("GET", "/secure/whoami", nil)
	a.refused(bank.ErrRateLimited)
	if a.header.Get("Retry-After") != "1" || a.header.Get("RateLimit") == "" {
		t.Errorf("%v", a.header)
	}
	other.do("GET", "/secure/whoami", nil).ok(200, nil)
	s.advance(time.Second)
	api.do("GET", "/secure/whoami", nil).ok(200, nil)
}

// TestDomains: a page of a registered host may call for its customer, and for nobody else's callers.
func TestDomains(t *testing.T) {
	s := newScene(t)
	c, second := s.example(), s.second()
	must[string](t)(s.customers.AddDomain(context.Background(), bank.System(c.ID, "test"), "App.Example.com"))
	api, stranger := c.caller("V-Example-Backend"), second.caller("V-Second-Backend")
	const site = "https://app.example.com"
	a := api.do("GET", "/secure/whoami", nil, "Origin", site).ok(200, nil)
	if a.header.Get("Access-Control-Allow-Origin") != site || a.header.Get("Vary") == "" {
		t.Errorf("%v", a.header)
	}
	stranger.do("GET", "/secure/whoami", nil, "Origin", site).refused(bank.ErrOriginRefused)
	api.do("GET", "/secure/whoami", nil, "Origin", "https://evil.example.com").refused(bank.ErrOriginRefused)
	api.do("GET", "/secure/whoami", nil, "Sec-Fetch-Site", "cross-site").refused(bank.ErrOriginRefused)
	anybody := s.connect(nil)
	p := anybody.do("OPTIONS", "/secure/balances/"+nowhere+"/credit", nil, "Origin", site, "Access-Control-Request-Method", "POST").ok(204, nil)
	if got := p.header.Get("Access-Control-Allow-Methods"); got != "POST" {
		t.Errorf("methods %q", got)
	}
	anybody.do("OPTIONS", "/secure/users", nil, "Origin", "https://evil.example.com", "Access-Control-Request-Method", "POST").refused(bank.ErrOriginRefused)
	if err := s.customers.RemoveDomain(context.Background(), bank.System(c.ID, "test"), "app.example.com"); err != nil {
		t.Fatal(err)
	}
	api.do("GET", "/secure/whoami", nil, "Origin", site).refused(bank.ErrOriginRefused)
}

// wrapped is a certificate as RFC 9440 writes it.
func wrapped(der []byte) string { return ":" + base64.StdEncoding.EncodeToString(der) + ":" }

// TestClientCertHeader: only a configured proxy is believed, and only about certificates that the handshake would accept.
func TestClientCertHeader(t *testing.T) {
	s := newScene(t)
	c := s.example()
	certificate := c.certificate("V-Example-Backend", bank.AllPermissions())
	header := wrapped(certificate.Certificate[0])
	anybody := s.connect(nil)
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", header).refused(bank.ErrUnauthenticated)
	s.change(func(config *Config) {
		config.Proxies = Proxies{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, CA: s.roots, Now: s.now}
	})
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", header).refused(bank.ErrUnauthenticated)
	other := c.caller("V-Example-Other")
	var me Caller
	other.do("GET", "/secure/whoami", nil, "Client-Cert", header).ok(200, &me)
	if me.CN != "V-Example-Other" {
		t.Errorf("a caller speaks for %s", me.CN)
	}

	s.change(func(config *Config) {
		config.Proxies = Proxies{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, CA: s.roots, Now: s.now}
	})
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", header).ok(200, &me)
	if me.CN != "V-Example-Backend" {
		t.Errorf("forwarded: %+v", me)
	}
	other.do("GET", "/secure/whoami", nil).refused(bank.ErrUnauthenticated) // the proxy's own certificate stands for nobody
	for name, value := range map[string]string{"no structured field": header[1:], "no base64": ":!:", "no certificate": ":AAAA:", "empty": "", "two": header + ", " + header} {
		if a := anybody.do("GET", "/secure/whoami", nil, "Client-Cert", value); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", wrapped(selfSigned(t, "V-Example-Backend"))).refused(bank.ErrUnauthenticated)
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", wrapped(s.serverCertificate(t))).refused(bank.ErrUnauthenticated)
	c.revoke(certificate)
	s.advance(time.Second)
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", header).refused(bank.ErrCertificateUnknown)
	s.advance(400 * 24 * time.Hour)
	anybody.do("GET", "/secure/whoami", nil, "Client-Cert", header).refused(bank.ErrUnauthenticated)
}

// serverCertificate is of our authority, but not for callers.
func (s *scene) serverCertificate(t *testing.T) []byte {
	return must[tls.Certificate](t)(s.customers.ServerCertificate(context.Background(), []string{"V-Example-Backend.example"})).Certificate[0]
}

func selfSigned(t *testing.T, cn string) []byte {
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	return must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
}
