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
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/notify"
	"ims/internal/serverapi"
	"ims/internal/store"
	"ims/internal/transfers"
	"ims/internal/web"
)

// onStage opens a throw-away store with a customer and the API in front of it, and measures there.
func onStage(ctx context.Context, o Options, balances int, run func(context.Context, *stage, string) ([]Result, error)) (results []Result, err error) {
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
	e, err := newEstate(ctx, db, balances)
	if err != nil {
		return nil, err
	}
	s, err := newStage(ctx, e)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return run(ctx, s, engine.Name())
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
	auth, people := access.NewAuthenticator(db, time.Now), access.New(db, time.Now)
	return serverapi.New(serverapi.Config{Accounts: s.estate.accounts, Ledger: s.writer, Files: files.New(files.Config{DB: db, Now: time.Now}),
		History: history.New(db), Reports: history.NewReports(history.ReportsConfig{DB: db, Now: time.Now}), Notify: notify.New(notify.Config{DB: db, Now: time.Now}), Access: people, Auth: auth,
		Sessions: access.NewSessions(db, auth, x509.NewCertPool(), time.Now), Payees: transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)}), Transfers: transfers.New(db, people), Ready: db.Ping,
		Now: time.Now, Limit: web.NewLimiter(1<<30, 1<<30, time.Now), // its cost counts, its refusals do not
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
