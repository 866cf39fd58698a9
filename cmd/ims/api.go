package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/mobileapi"
	"ims/internal/sandbox"
	"ims/internal/serverapi"
	"ims/internal/transfers"
	"ims/internal/web"
)

// api wires the APIs on their common listener: TLS with a certificate of our own authority that renews itself, and the doors.
func (s *service) api(p *program) (*http.Server, error) {
	ca, err := s.rooms.customers.CACertificate(p.ctx)
	if errors.Is(err, bank.ErrNotFound) {
		return nil, fmt.Errorf("there is no certificate authority yet: run ims ca init first")
	}
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(ca)
	certificates, err := s.rooms.customers.ServerCertificates(p.ctx, s.HostNames)
	if err != nil {
		return nil, fmt.Errorf("certificate of the listener: %w", err)
	}
	auth := access.NewAuthenticator(s.rooms.db, p.now)
	sessions := access.NewSessions(s.rooms.db, auth, trusted, p.now)
	s.rooms.transfers = s.rooms.transfers.With(transfers.WithSignatures(sessions))
	server, err := s.serverAPI(p, trusted, auth, sessions)
	if err != nil {
		return nil, err
	}
	mobile, err := s.mobileAPI(p, sessions)
	if err != nil {
		return nil, err
	}
	config := serverapi.TLSConfig(tls.Certificate{}, trusted)
	config.GetCertificate = certificates.GetCertificate
	return &http.Server{Handler: s.traces.requests(byPath(server, mobile)), TLSConfig: config}, nil
}

func (s *service) serverAPI(p *program, trusted *x509.CertPool, auth *access.Authenticator, sessions *access.Sessions) (http.Handler, error) {
	simulator, err := s.simulator(p.ctx, p.now)
	if err != nil {
		return nil, err
	}
	return serverapi.New(serverapi.Config{
		Accounts:  s.rooms.accounts,
		Ledger:    s.writer,
		Files:     s.rooms.files,
		History:   s.rooms.history,
		Reports:   s.rooms.reports,
		Notify:    s.rooms.notify,
		Access:    s.rooms.access,
		Auth:      auth,
		Sessions:  sessions,
		Payees:    s.payees,
		Transfers: s.rooms.transfers,
		Sandbox:   simulator,
		Now:       p.now,
		Log:       s.log,
		Ready:     s.ready,
		Version:   version().Version,
		Observe:   s.traces.observer(s.meters.observe),
		Limit:     web.NewLimiter(s.RateLimit, s.RateBurst, p.now),
		Proxies:   serverapi.Proxies{Networks: s.TrustedProxy, CA: trusted, Now: p.now},
		Documents: []web.Document{{Title: "Mobile API", Slug: "mobile", URL: "/openapi/mobile.yaml"}},

		CustomerOfHost: s.rooms.customers.CustomerOfHost,
	})
}

// What one end user's app may ask for: more than a person can look at, and nothing that would be felt. Where certificates
// have no limit, neither have they.
const (
	userRate  = 10 // per second
	userBurst = 50
	// Sessions by assertion: behind one address there may be an office or a mobile network, whose apps ask once in ten minutes.
	addressRate   = 20
	addressBurst  = 200
	customerRate  = 200
	customerBurst = 2000
)

func (s *service) mobileAPI(p *program, sessions *access.Sessions) (http.Handler, error) {
	return mobileapi.New(mobileapi.Config{
		Accounts:  s.rooms.accounts,
		History:   s.rooms.history,
		Sessions:  sessions,
		Transfers: s.rooms.transfers,
		Log:       s.log,
		Observe:   s.traces.observer(s.meters.observe),
		Limit:     web.NewLimiter(min(s.RateLimit, userRate), userBurst, p.now),
		SignIns: mobileapi.SignIns{OfAddress: web.NewLimiter(min(s.RateLimit, addressRate), addressBurst, p.now),
			OfCustomer: web.NewLimiter(min(s.RateLimit, customerRate), customerBurst, p.now), Proxies: s.TrustedProxy},

		CustomerOfHost: s.rooms.customers.CustomerOfHost,
	})
}

// byPath hands requests to the door they are for. What belongs to neither is the server API's to refuse.
func byPath(server, mobile http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mobileapi.Serves(r.URL.Path) {
			mobile.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

// simulator is nil on a production store.
func (s *service) simulator(ctx context.Context, now func() time.Time) (*sandbox.Service, error) {
	is, err := s.rooms.customers.Sandbox(ctx)
	if err != nil || !is {
		return nil, err
	}
	return sandbox.New(ctx, s.rooms.db, now, s.rooms.accounts)
}
