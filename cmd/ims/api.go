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
	"ims/internal/history"
	"ims/internal/sandbox"
	"ims/internal/serverapi"
	"ims/internal/web"
)

// api wires the server API: its services, and TLS with a certificate of our own authority that renews itself.
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
	simulator, err := s.simulator(p.ctx, p.now)
	if err != nil {
		return nil, err
	}
	handler, err := serverapi.New(serverapi.Config{
		Accounts: s.rooms.accounts,
		Ledger:   s.writer,
		Files:    s.rooms.files,
		History:  history.New(s.rooms.db),
		Notify:   s.rooms.notify,
		Access:   s.rooms.access,
		Auth:     access.NewAuthenticator(s.rooms.db, p.now),
		Sandbox:  simulator,
		Now:      p.now,
		Log:      s.log,
		Ready:    s.ready,
		Version:  version().Version,
		Limit:    web.NewLimiter(s.RateLimit, s.RateBurst, p.now),
		Proxies:  serverapi.Proxies{Networks: s.TrustedProxy, CA: trusted, Now: p.now},

		CustomerOfHost: s.rooms.customers.CustomerOfHost,
	})
	if err != nil {
		return nil, err
	}
	config := serverapi.TLSConfig(tls.Certificate{}, trusted)
	config.GetCertificate = certificates.GetCertificate
	return &http.Server{Handler: handler, TLSConfig: config}, nil
}

// simulator is nil on a production store.
func (s *service) simulator(ctx context.Context, now func() time.Time) (*sandbox.Service, error) {
	is, err := s.rooms.customers.Sandbox(ctx)
	if err != nil || !is {
		return nil, err
	}
	return sandbox.New(ctx, s.rooms.db, now, s.rooms.accounts)
}
