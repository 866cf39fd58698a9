package mobileapi

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/cert"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"ims/api"
	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
	"ims/internal/web"
	"ims/internal/web/webtest"
)

// scene is a served API on a throw-away store, with the rooms behind it.
type scene struct {
	t         testing.TB
	db        *store.DB
	customers *customers.Service
	accounts  *accounts.Service
	sessions  *access.Sessions
	server    *httptest.Server
	roots     *x509.CertPool
	logs      *logs

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

func (s *scene) pass(d time.Duration) {
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

func newScene(t testing.TB) *scene { return sceneOn(t, storetest.Open(t), nil) }

func sceneOn(t testing.TB, db *store.DB, limit *web.Limiter) *scene {
	return sceneWith(t, db, Config{Limit: limit})
}

// sceneWith serves with what a configuration says of limits.
func sceneWith(t testing.TB, db *store.DB, c Config) *scene {
	t.Helper()
	s := &scene{t: t, db: db, at: time.Now().Truncate(time.Second), logs: &logs{}, roots: x509.NewCertPool()}
	s.customers = customers.New(db, s.now)
	s.accounts = accounts.New(db, s.now)
	s.roots.AddCert(must[*x509.Certificate](t)(s.customers.InitCA(t.Context())))
	s.sessions = access.NewSessions(db, access.NewAuthenticator(db, s.now), s.roots, s.now)
	c.Transfers = transfers.New(db, access.New(db, s.now), transfers.WithClock(s.now), transfers.WithSignatures(s.sessions),
		transfers.WithPayeeChecker(transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)})))
	c.Accounts, c.History, c.Sessions, c.CustomerOfHost = s.accounts, history.New(db), s.sessions, s.customers.CustomerOfHost
	c.Log = slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handler, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewUnstartedServer(handler)
	certificate := must[tls.Certificate](t)(s.customers.ServerCertificate(t.Context(), []string{"127.0.0.1"}))
	s.server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}}
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	return s
}

// customer is a customer who has been onboarded, with a program of its own.
type customer struct {
	bank.Customer
	*scene
	master  bank.MasterAccount
	program bank.Actor
}

func (s *scene) customer(name, nrb, base string) *customer {
	s.t.Helper()
	ctx := context.Background()
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c := must[bank.Customer](s.t)(s.customers.Create(ctx, bank.System(0, "test"), name, settings))
	owner := bank.System(c.ID, "test")
	master := must[bank.MasterAccount](s.t)(s.customers.AddMasterAccount(ctx, owner, customers.NewMasterAccount{IBAN: nrb, Currency: money.PLN}))
	must[bank.BaseIBAN](s.t)(s.customers.AddBaseIBAN(ctx, owner, customers.NewBaseIBAN{Base: base, MasterAccount: master.ID}))
	return &customer{Customer: c, scene: s, master: master, program: bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-" + name + "-Backend",
		Permissions: bank.CertificatePermissions()}}
}

func (s *scene) example() *customer {
	return s.customer("Example", "83111111110000000000000010", "PL111111117700")
}

func (s *scene) second() *customer {
	return s.customer("Second", "56111111110000000000000011", "PL111111118800")
}

// person is an end user with a balance, an IBAN and a transfer that came in.
type person struct {
	*customer
	user     bank.User
	balance  accounts.BalanceView
	transfer bank.TransactionID // that came in
	order    OrderedTransfer    // that waits for a signature
	app      *app
}

func (c *customer) person(name string) *person {
	c.t.Helper()
	ctx := context.Background()
	u := must[bank.User](c.t)(c.accounts.CreateUser(ctx, c.program, accounts.NewUser{Type: bank.Person, FirstName: name, LastName: "Testowa"}))
	b := must[accounts.BalanceView](c.t)(c.accounts.CreateBalance(ctx, c.program, u.ID, money.PLN))
	p := &person{customer: c, user: u, balance: b}
	p.transfer = p.receive(1234, "RENT FOR "+name, "2026-11-20")
	p.app = c.app(must[access.IssuedSession](c.t)(c.sessions.Issue(ctx, c.program, u.ID, "phone of "+name)).Token)
	p.app.send("/mobile/transfers", p.gift(), "gift").ok(201, &p.order)
	return p
}

// gift is an order of the person to an IBAN of another bank.
func (p *person) gift() TransferOrder {
	return TransferOrder{BalanceID: p.balance.ID.String(), Amount: zlotys(100), PayeeIBAN: "PL39 2222 2222 0000 0000 1234 5678", PayeeName: "Bob Example", Title: "GIFT OF " + p.user.FirstName}
}

// receive books a transfer from outside, with everything that is the customer's business beside it.
func (p *person) receive(amount int64, title, date string) (id bank.TransactionID) {
	p.t.Helper()
	err := p.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, p.Customer.ID, p.now())
		if err := b.Lock(p.balance.No, p.master.BankBalance); err != nil {
			return err
		}
		index, err := b.Post(ledger.NewPosting{From: p.master.BankBalance, To: p.balance.No, Amount: amount, Cause: bank.CauseIncoming, BookingDate: date,
			Details: &bank.Details{Title: title, PayerName: "BOB EXAMPLE", PayerAccount: "PL39222222220000000012345678", PayeeName: p.user.FirstName,
				PayeeAccount: p.balance.Accounts[0].IBAN.String(), Reference: "INTERNAL-REFERENCE", Operation: "INTERNAL-OPERATION", Class: "CLASS-51", Salt: store.NewSalt()}})
		if err != nil {
			return err
		}
		if err := b.Commit(); err != nil {
			return err
		}
		id = b.PostingID(index)
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// app is an installation of a customer's app with a token. Every answer is held to the contract.
type app struct {
	t      testing.TB
	token  string
	base   string
	client *http.Client
}

func (s *scene) app(token string) *app {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS13}}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &app{t: s.t, token: token, base: s.server.URL, client: &http.Client{Transport: webtest.Contract(s.t, api.Mobile, transport),
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

// do sends a request; headers are names and values, the last of a name counts.
func (a *app) do(method, path string, body any, headers ...string) answer {
	a.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		reader = bytes.NewReader(must[[]byte](a.t)(json.Marshal(b)))
	}
	request := must[*http.Request](a.t)(http.NewRequest(method, a.base+path, reader))
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := a.client.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	return answer{a.t, method + " " + path, response.StatusCode, response.Header, must[[]byte](a.t)(io.ReadAll(response.Body))}
}

// send posts with an idempotency key.
func (a *app) send(path string, body any, key string) answer {
	a.t.Helper()
	return a.do("POST", path, body, "Idempotency-Key", key)
}

func (a *app) get(path string) answer { a.t.Helper(); return a.do("GET", path, nil) }

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
func (a answer) refused(want *bank.Error) web.Problem {
	a.t.Helper()
	var p web.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != web.ProblemType {
		a.t.Fatalf("%s: got %d, want the problem %s\n%s", a.what, a.status, want.Code, a.body)
	}
	if p.Code != want.Code || a.status != int(want.Kind) || p.RequestID != a.header.Get("Request-Id") {
		a.t.Fatalf("%s: got %d %+v, want %d %s", a.what, a.status, p, int(want.Kind), want.Code)
	}
	return p
}

// identity is a key with its certificate.
type identity struct {
	key   *ecdsa.PrivateKey
	chain cert.Chain
}

// identity lets the customer's CA sign a key of its backend.
func (c *customer) identity() *identity {
	c.t.Helper()
	key := must[*ecdsa.PrivateKey](c.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must[[]byte](c.t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: c.program.Name}}, key))
	signed, _, err := c.customers.Sign(context.Background(), bank.System(c.Customer.ID, "test"), c.Customer.ID,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil)
	i := &identity{key: key}
	if err == nil {
		block, _ := pem.Decode([]byte(signed.PEM))
		err = i.chain.AddString(base64.StdEncoding.EncodeToString(block.Bytes))
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return i
}

// assertion says that an end user is there now.
func (i *identity) assertion(t testing.TB, user bank.ID, at time.Time) string {
	t.Helper()
	return i.sign(t, map[string]any{"userId": user, "deviceId": "tablet", "iat": at.Unix(), "jti": bank.NewID()})
}

// sign is a JWS of claims.
func (i *identity) sign(t testing.TB, of map[string]any) string {
	t.Helper()
	headers := jws.NewHeaders()
	if err := headers.Set(jws.X509CertChainKey, &i.chain); err != nil {
		t.Fatal(err)
	}
	claims := must[[]byte](t)(json.Marshal(of))
	return string(must[[]byte](t)(jws.Sign(claims, jws.WithKey(jwa.ES256(), i.key, jws.WithProtectedHeaders(headers)))))
}
