package serverapi

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ims/api"
	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/notify"
	"ims/internal/sandbox"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
	"ims/internal/web/webtest"
)

// Invented accounts of an invented bank.
const (
	masterNRB  = "83111111110000000000000010"
	otherNRB   = "56111111110000000000000011"
	outsideNRB = "39222222220000000012345678"
)

// scene is a served API on a throw-away store, with the rooms behind it.
type scene struct {
	t         testing.TB
	db        *store.DB
	customers *customers.Service
	access    *access.Service
	accounts  *accounts.Service
	files     *files.Service
	notify    *notify.Service
	reports   *history.Reports
	transfers *transfers.Service
	server    *httptest.Server
	roots     *x509.CertPool
	logs      *logs
	ready     error
	config    Config
	handler   atomic.Pointer[http.Handler]

	mutex sync.Mutex
	at    time.Time
}

// logs keeps what the handler logged.
type logs struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.Buffer.Write(p)
}

func (l *logs) text() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.String()
}

func (s *scene) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at
}

func (s *scene) advance(d time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.at = s.at.Add(d)
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newScene(t testing.TB) *scene { return sceneOn(t, storetest.Open(t)) }

// sceneOn is in a sandbox, so that every operation of the document is there.
func sceneOn(t testing.TB, db *store.DB) *scene { return sceneIn(t, db, true) }

func sceneIn(t testing.TB, db *store.DB, inSandbox bool) *scene {
	t.Helper()
	if err := db.Write(context.Background(), func(tx *store.Tx) error { return tx.Stamp(inSandbox) }); err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, db: db, at: time.Now().Truncate(time.Second).Add(123_456_789), logs: &logs{}}
	s.access = access.New(db, s.now)
	s.customers = customers.New(db, s.now).WithSecondPerson(s.access)
	s.accounts = accounts.New(db, s.now)
	s.files = files.New(files.Config{DB: db, Now: s.now, Approve: s.access.Require})
	s.notify = notify.New(notify.Config{DB: db, Now: s.now, Approve: s.access.Require, Certificate: s.customers.NotifyCertificate, Private: true})
	s.reports = history.NewReports(history.ReportsConfig{DB: db, Now: s.now})
	var simulator *sandbox.Service
	if inSandbox {
		simulator = must[*sandbox.Service](t)(sandbox.New(context.Background(), db, s.now, s.accounts))
	}
	writer := ledger.NewWriter(db, s.now)
	t.Cleanup(writer.Close)
	auth := access.NewAuthenticator(db, s.now)
	payees := transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)})
	s.transfers = transfers.New(db, s.access, transfers.WithClock(s.now), transfers.WithPayeeChecker(payees))
	s.config = Config{Accounts: s.accounts, Ledger: writer, Files: s.files, History: history.New(db), Reports: s.reports, Notify: s.notify, Access: s.access, Transfers: s.transfers, Sandbox: simulator,
		Auth: auth, Sessions: access.NewSessions(db, auth, x509.NewCertPool(), s.now), Payees: payees, Now: s.now, CustomerOfHost: s.customers.CustomerOfHost, Ready: func(context.Context) error { return s.ready },
		Log: slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelInfo})), Version: "test"}
	s.change(func(*Config) {})
	s.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }))
	return s
}

// change makes the API anew with another configuration, behind the same listener.
func (s *scene) change(to func(*Config)) {
	s.t.Helper()
	to(&s.config)
	handler, err := New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler.Store(&handler)
}

// serve starts TLS with a certificate of the installation's own CA.
func (s *scene) serve(handler http.Handler) {
	s.t.Helper()
	ctx := context.Background()
	ca := must[*x509.Certificate](s.t)(s.customers.InitCA(ctx))
	s.roots = x509.NewCertPool()
	s.roots.AddCert(ca)
	s.server = httptest.NewUnstartedServer(handler)
	s.server.TLS = TLSConfig(must[tls.Certificate](s.t)(s.customers.ServerCertificate(ctx, []string{"127.0.0.1", "localhost"})), s.roots)
	s.server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelDebug)
	s.server.EnableHTTP2 = true
	s.server.StartTLS()
	s.t.Cleanup(s.server.Close)
}

// customer is a customer who has been onboarded: with an account at the bank and a base IBAN.
type customer struct {
	bank.Customer
	*scene
	master bank.MasterAccount
}

func (s *scene) customer(name, nrb, base string) *customer {
	s.t.Helper()
	ctx := context.Background()
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c := must[bank.Customer](s.t)(s.customers.Create(ctx, bank.System(0, "test"), name, settings))
	master := must[bank.MasterAccount](s.t)(s.customers.AddMasterAccount(ctx, bank.System(c.ID, "test"), customers.NewMasterAccount{IBAN: nrb, Currency: money.PLN}))
	must[bank.BaseIBAN](s.t)(s.customers.AddBaseIBAN(ctx, bank.System(c.ID, "test"), customers.NewBaseIBAN{Base: base, MasterAccount: master.ID}))
	return &customer{Customer: c, scene: s, master: master}
}

// example is the customer of most tests.
func (s *scene) example() *customer { return s.customer("Example", masterNRB, "PL111111117700") }

// second is another customer of the same installation.
func (s *scene) second() *customer { return s.customer("Second", otherNRB, "PL111111118800") }

// caller is a program with a client certificate.
type caller struct {
	t         testing.TB
	client    *http.Client
	base      string
	transport *http.Transport
}

// caller signs a certificate of the CN for the customer and connects with it; permissions nil means all there are.
func (c *customer) caller(cn string, permissions ...bank.Permission) *caller {
	c.t.Helper()
	if permissions == nil {
		permissions = bank.AllPermissions()
	}
	return c.connect(c.certificate(cn, permissions))
}

func (c *customer) certificate(cn string, permissions []bank.Permission) *tls.Certificate {
	c.t.Helper()
	key := must[*ecdsa.PrivateKey](c.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must[[]byte](c.t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}, key))
	_, chain, err := c.customers.Sign(context.Background(), bank.System(c.ID, "test"), c.ID,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), permissions)
	if err != nil {
		c.t.Fatal(err)
	}
	signed := &tls.Certificate{PrivateKey: key}
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		signed.Certificate = append(signed.Certificate, block.Bytes)
	}
	return signed
}

// revoke ends a certificate; callers feel it a second later.
func (c *customer) revoke(certificate *tls.Certificate) {
	c.t.Helper()
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err == nil {
		err = c.customers.Revoke(context.Background(), bank.System(c.ID, "test"), c.ID, fmt.Sprintf("%032x", leaf.SerialNumber), "test")
	}
	if err != nil {
		c.t.Error(err)
	}
}

// connect returns a caller with the certificate, or without one if it is nil. Every answer is held to the contract.
func (s *scene) connect(certificate *tls.Certificate) *caller {
	config := &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS13}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	transport := &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: 64}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &caller{t: s.t, base: s.server.URL, transport: transport, client: &http.Client{Transport: webtest.Contract(s.t, api.Server, transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// do sends a request; body is nil, text or what is to be JSON. headers are names and values.
func (c *caller) do(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		reader = bytes.NewReader(must[[]byte](c.t)(json.Marshal(b)))
	}
	request := must[*http.Request](c.t)(http.NewRequest(method, c.base+path, reader))
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	return answer{c.t, method + " " + path, response.StatusCode, response.Header, must[[]byte](c.t)(io.ReadAll(response.Body))}
}

// ok wants a status and reads the body into v, unless that is nil.
func (a answer) ok(status int, v any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: got %d, want %d\n%s", a.what, a.status, status, a.body)
	}
	if v != nil {
		if err := json.Unmarshal(a.body, v); err != nil {
			a.t.Fatalf("%s: %v\n%s", a.what, err, a.body)
		}
	}
	return a
}

// refused wants a problem of the code and the status that the catalogue gives it.
func (a answer) refused(want *bank.Error) problem {
	a.t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Fatalf("%s: got %d, want the problem %s\n%s", a.what, a.status, want.Code, a.body)
	}
	if p.Code != want.Code || a.status != int(want.Kind) || p.Status != a.status || p.RequestID != a.header.Get("Request-Id") ||
		p.Type != "/problems/"+want.Code || p.Title != want.Title {
		a.t.Fatalf("%s: got %d %+v, want %d %s", a.what, a.status, p, int(want.Kind), want.Code)
	}
	return p
}

// problem as a caller reads it.
type problem struct {
	Type, Title, Detail, Code, Instance, RequestID string
	Status                                         int
	Errors                                         []struct{ Pointer, Code, Detail string }
}

// balance creates an end user with a balance in PLN.
func (c *caller) balance() Balance {
	c.t.Helper()
	var u User
	c.do("POST", "/secure/users", map[string]any{"type": "PERSON", "firstName": "Ada", "lastName": "Example"}).ok(201, &u)
	var b Balance
	c.do("POST", "/secure/users/"+u.ID+"/balances", map[string]any{"currency": "PLN"}).ok(201, &b)
	return b
}

// line writes one record of a transaction file.
func line(payer, payee string, amount int64, title string) string {
	return fmt.Sprintf("110,%s,%d,%s,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", bookingDay, amount, payer[2:10], payer, payee,
		"BOB EXAMPLE", "ADA EXAMPLE", payee[2:10], title)
}

// bookingDay is recent enough for any validation day on which the tests run.
var bookingDay = time.Now().Add(-24 * time.Hour).Format("20060102")

// upload sends a file for the customer's account at the bank.
func (c *customer) upload(by *caller, name, content string) answer {
	c.t.Helper()
	return by.do("POST", "/secure/transaction-files?name="+name+"&masterAccountId="+c.master.ID.String(), content,
		"Content-Type", "application/octet-stream")
}

// work lets the stages of a file run until it waits for people.
func (c *customer) work(id string) {
	c.t.Helper()
	if err := c.files.RunFile(context.Background(), "test", c.ID, must[bank.ID](c.t)(bank.ParseID(id))); err != nil {
		c.t.Fatal(err)
	}
}

// executed takes a file through its life.
func (c *customer) executed(by *caller, name, content string) TransactionFile {
	c.t.Helper()
	var f TransactionFile
	c.upload(by, name, content).ok(201, &f)
	c.work(f.ID)
	by.do("POST", "/secure/transaction-files/"+f.ID+"/execute", nil).ok(202, nil)
	c.work(f.ID)
	by.do("GET", "/secure/transaction-files/"+f.ID, nil).ok(200, &f)
	if f.Status != "Executed" {
		c.t.Fatalf("%s is %s: %s", name, f.Status, f.StopReason)
	}
	return f
}

// fund gives the customer own funds: money for the master account itself, assigned.
func (c *customer) fund(by *caller, amount int64) {
	c.t.Helper()
	c.executed(by, fmt.Sprintf("funds-%d.pli", amount), line(outsideNRB, c.master.IBAN.String()[2:], amount, "FUNDS"))
	var list ItemList
	by.do("GET", "/secure/technical-items?status=OPEN", nil).ok(200, &list)
	for _, item := range list.Items {
		by.do("POST", "/secure/technical-items/"+item.ID+"/assign", map[string]any{"ownFunds": true, "reason": "funding"}).ok(200, nil)
	}
}
