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
	"time"

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

// BenchmarkGetIBAN is getIban over mutual TLS at 64 connections, in turns with a server that answers the same bytes without
// doing anything for them, so that whatever else the machine does falls on both. The ratio is what the service costs.
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
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, TLSClientConfig: &tls.Config{RootCAs: s.roots,
		Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS13}}}
	b.Cleanup(client.CloseIdleConnections)
	burst(b, client, constant.URL+path) // opens the connections
	burst(b, client, s.server.URL+path)
	var theirs, ours time.Duration
	for b.Loop() {
		theirs += burst(b, client, constant.URL+path)
		ours += burst(b, client, s.server.URL+path)
	}
	b.ReportMetric(float64(b.N*connections*perConnection)/ours.Seconds(), "requests/s")
	b.ReportMetric(float64(theirs)/float64(ours), "of-constant")
}

const (
	connections   = 64
	perConnection = 20
)

// burst sends some requests on every connection, HTTP/1.1, and tells how long they took.
func burst(b *testing.B, client *http.Client, address string) time.Duration {
	began := time.Now()
	var callers sync.WaitGroup
	for range connections {
		callers.Go(func() {
			for range perConnection {
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
	}
	callers.Wait()
	return time.Since(began)
}
