package serverapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"ims/internal/bank"
)

// discard is a ResponseWriter that keeps nothing but the header.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// watched lets the cache of IBANs work, as serve does.
func (s *scene) watched(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { s.accounts.Watch(ctx) })
	b.Cleanup(func() { cancel(); done.Wait() })
}

// BenchmarkGetIBANHandler is the whole handler without TLS and HTTP: what we add to them.
func BenchmarkGetIBANHandler(b *testing.B) {
	s := newScene(b)
	s.watched(b)
	c := s.example()
	certificate := c.certificate("V-Example-Backend", bank.CertificatePermissions())
	balance := s.connect(certificate).balance()
	leaf := must[*x509.Certificate](b)(x509.ParseCertificate(certificate.Certificate[0]))
	r := &http.Request{Method: "GET", Host: "localhost", Header: http.Header{"User-Agent": {"bench"}},
		URL: &url.URL{Path: "/secure/bank-accounts", RawQuery: "balanceId=" + balance.ID},
		TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf}}}}
	w := &discard{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		s.server.Config.Handler.ServeHTTP(w, r)
	}
}

// BenchmarkGetIBAN is getIban over mutual TLS at 64 connections, beside a server that answers the same bytes without doing
// anything for them: the ratio of the two is what the service costs.
func BenchmarkGetIBAN(b *testing.B) {
	s := newScene(b)
	s.watched(b)
	c := s.example()
	certificate := c.certificate("V-Example-Backend", bank.CertificatePermissions())
	balance := s.connect(certificate).balance()
	path := "/secure/bank-accounts?balanceId=" + balance.ID
	body := s.connect(certificate).do("GET", path, nil).ok(200, nil).body
	constant := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = jsonType
		_, _ = w.Write(body)
	}))
	constant.TLS = s.server.TLS.Clone()
	constant.TLS.ClientAuth = tls.RequireAndVerifyClientCert
	constant.StartTLS()
	b.Cleanup(constant.Close)
	b.Run("constant", func(b *testing.B) { hammer(b, s, certificate, constant.URL+path) })
	b.Run("getIban", func(b *testing.B) { hammer(b, s, certificate, s.server.URL+path) })
}

// hammer asks over 64 connections of HTTP/1.1.
func hammer(b *testing.B, s *scene, certificate *tls.Certificate, address string) {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, TLSClientConfig: &tls.Config{RootCAs: s.roots,
		Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS13}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Get(address)
			if err != nil {
				b.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, response.Body)
			if err := errors.Join(err, response.Body.Close()); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
