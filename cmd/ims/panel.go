package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"ims/internal/ledger"
	"ims/internal/panel"
)

// openPanel opens the Admin Panel's listener. Passwords and sessions cross a network over TLS only: the listener speaks it
// itself, with a certificate of our own authority, unless it is on loopback or a trusted proxy stands in front.
func (s *service) openPanel(p *program) error {
	is, err := s.rooms.customers.Sandbox(p.ctx)
	if err != nil {
		return err
	}
	pages, err := panel.New(panel.Config{
		Accounts:  s.rooms.accounts,
		Access:    s.rooms.access,
		Gate:      s.rooms.gate,
		Customers: s.rooms.customers,
		Files:     s.rooms.files,
		History:   s.rooms.history,
		Reports:   s.rooms.reports,
		Prover:    ledger.NewProver(p.ctx, s.rooms.db, p.now),
		Notify:    s.rooms.notify,
		Transfers: s.rooms.transfers,
		Now:       p.now,
		Log:       s.log,
		Observe:   s.meters.observe,
		Proxies:   s.TrustedProxy,
		Sandbox:   is,
		Stop:      p.ctx.Done(),
	})
	if err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	server := &http.Server{Handler: pages.Handler()}
	if plainPanel(s.PanelListen, s.TrustedProxy) {
		return s.open("panel", s.PanelListen, server, false)
	}
	certificates, err := s.rooms.customers.ServerCertificates(p.ctx, s.HostNames)
	if err != nil {
		return fmt.Errorf("certificate of the panel: %w", err)
	}
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificates.GetCertificate}
	return s.open("panel", s.PanelListen, server, true)
}

// plainPanel tells whether the panel's listener may do without TLS.
func plainPanel(address string, proxies []netip.Prefix) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return len(proxies) > 0 || err == nil && ip.IsLoopback()
}
