package measure

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/serverapi"
	"ims/internal/store"
)

// Reads measures getIban (GET /secure/bank-accounts?balanceId=) over mutual TLS on 64 kept connections against a server
// that answers every request with the same bytes, on the same TLS settings, in turns.
func Reads(ctx context.Context, o Options) (results []Result, err error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	engine, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, engine)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	e, err := newEstate(ctx, db, max(callers, min(o.Balances, 10_000)))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := newStage(ctx, e)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.compare(o, engine.Name())
}

// stage is the two servers and the client's identity.
type stage struct {
	estate       *estate
	client       *tls.Config
	ours, floor  *http.Server
	oursAt       string
	floorAt      string
	writer       *ledger.Writer
	stopWatching context.CancelFunc
}

func newStage(ctx context.Context, e *estate) (*stage, error) {
	s := &stage{estate: e}
	onboard := customers.New(e.db, time.Now)
	ca, err := onboard.InitCA(ctx)
	if err != nil {
		return nil, err
	}
	server, err := onboard.ServerCertificate(ctx, []string{"localhost", "127.0.0.1"})
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(ca)
	if s.client, err = clientConfig(ctx, onboard, e, trusted); err != nil {
		return nil, err
	}
	handler, err := s.handler(e.db)
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	s.stopWatching = stop
	go e.accounts.Watch(watching)
	if s.ours, s.oursAt, err = listen(handler, serverapi.TLSConfig(server, trusted)); err != nil {
		return nil, err
	}
	strict := serverapi.TLSConfig(server, trusted)
	strict.ClientAuth = tls.RequireAndVerifyClientCert
	s.floor, s.floorAt, err = listen(http.HandlerFunc(constant), strict)
	return s, err
}

// constant answers with what getIban answers, whoever asks for whatever.
func constant(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"items":[{"iban":"PL40111111117700000000000001","ibanFormatted":"PL40 1111 1111 7700 0000 0000 0001",`+
		`"balanceId":"01930d2f-0000-7000-8000-000000000001","currency":"PLN","status":"ACTIVE","createdAt":"2026-11-22T12:00:00Z"}]}`)
}

// handler wires the API as the service does.
func (s *stage) handler(db *store.DB) (http.Handler, error) {
	s.estate.accounts = accounts.New(db, time.Now)
	s.writer = ledger.NewWriter(db, time.Now)
	return serverapi.New(serverapi.Config{Accounts: s.estate.accounts, Ledger: s.writer, Files: files.New(files.Config{DB: db, Now: time.Now}),
		History: history.New(db), Access: access.New(db, time.Now), Auth: access.NewAuthenticator(db, time.Now), Ready: db.Ping,
		Log: slog.New(slog.DiscardHandler), Version: "benchmark"})
}

func (s *stage) close() {
	s.stopWatching()
	_ = errors.Join(s.ours.Close(), s.floor.Close()) // listeners of a benchmark that is over
	s.writer.Close()
}

func listen(h http.Handler, c *tls.Config) (*http.Server, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	s := &http.Server{Handler: h, TLSConfig: c, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = s.ServeTLS(l, "", "") }() // ends with Close
	return s, "https://" + l.Addr().String(), nil
}

// clientConfig makes a key, has its request signed, and presents the certificate.
func clientConfig(ctx context.Context, onboard *customers.Service, e *estate, trusted *x509.CertPool) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "V-Benchmark-Client"}}, key)
	if err != nil {
		return nil, err
	}
	request := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr})
	_, chain, err := onboard.Sign(ctx, system(e.customer), e.customer, request, nil)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	return &tls.Config{RootCAs: trusted, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13}, err
}

// rounds is how often the two servers take turns.
const rounds = 3

func (s *stage) compare(o Options, engine string) ([]Result, error) {
	o.Log("getIban over mutual TLS by %d callers, in turns with a constant answer", callers)
	if err := s.warm(); err != nil {
		return nil, err
	}
	var ours, floor load
	for range rounds {
		for _, turn := range []struct {
			at  string
			sum *load
		}{{s.floorAt, &floor}, {s.oursAt, &ours}} {
			l, err := s.load(turn.at, o.Duration/rounds)
			if err != nil {
				return nil, err
			}
			turn.sum.add(l)
		}
	}
	fresh, err := s.handshakes(o.Duration / rounds)
	if err != nil {
		return nil, err
	}
	return []Result{{Name: engine + " getIban over mutual TLS", Value: ours.rate(), Unit: "requests/s",
		Against: fmt.Sprintf("constant answer, %.0f requests/s", floor.rate()), Ratio: ours.rate() / floor.rate()},
		{Name: engine + " getIban p99", Value: ours.p99(), Unit: "ms", Against: fmt.Sprintf("constant answer, %.2f ms", floor.p99()), Ratio: floor.p99() / ours.p99()},
		{Name: engine + " new connections", Value: fresh, Unit: "connections/s"}}, nil
}

// warm asks for every balance once, as the app of an end user that is opened again has done before.
func (s *stage) warm() error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: s.client}}
	defer client.CloseIdleConnections()
	for _, b := range s.estate.balances {
		if err := fetch(client, s.oursAt+path+b.ID.String()); err != nil {
			return err
		}
	}
	return nil
}

// load is what callers did in some time.
type load struct {
	times []time.Duration
	spent time.Duration
}

func (l *load) add(o load) { l.times, l.spent = append(l.times, o.times...), l.spent+o.spent }

func (l *load) rate() float64 { return float64(len(l.times)) / l.spent.Seconds() }

func (l *load) p99() float64 {
	slices.Sort(l.times)
	return float64(l.times[len(l.times)*99/100]) / float64(time.Millisecond)
}

func (s *stage) load(at string, d time.Duration) (l load, err error) {
	transport := &http.Transport{TLSClientConfig: s.client, MaxIdleConnsPerHost: callers, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	if err := s.get(client, at); err != nil {
		return l, err
	}
	times, failures := make([][]time.Duration, callers), make(chan error, callers)
	var wg sync.WaitGroup
	start := time.Now()
	for c := range callers {
		wg.Go(func() {
			for time.Since(start) < d {
				begun := time.Now()
				if err := s.get(client, at); err != nil {
					failures <- err
					return
				}
				times[c] = append(times[c], time.Since(begun))
			}
		})
	}
	wg.Wait()
	close(failures)
	return load{slices.Concat(times...), time.Since(start)}, <-failures
}

const path = "/secure/bank-accounts?balanceId="

// get asks for the IBAN of some balance.
func (s *stage) get(client *http.Client, at string) error {
	balances := s.estate.balances
	return fetch(client, at+path+balances[mathrand.IntN(len(balances))].ID.String())
}

func fetch(client *http.Client, url string) error {
	r, err := client.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("getIban answered %s", r.Status)
	}
	return nil
}

// handshakes counts new connections a second, each with one request, without resumption.
func (s *stage) handshakes(d time.Duration) (float64, error) {
	n, start := 0, time.Now()
	for time.Since(start) < d {
		transport := &http.Transport{TLSClientConfig: s.client, DisableKeepAlives: true}
		if err := s.get(&http.Client{Transport: transport}, s.oursAt); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
