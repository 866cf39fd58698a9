package panel

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/notify"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
)

// The people of a scene; a role of the issuing institution has all permissions.
const (
	adminEmail    = "admin@institution.example"
	managerEmail  = "manager@demo-pay.example"
	employeeEmail = "employee@demo-pay.example"
	password      = "Invented-Pass-1"
	totpSecret    = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// scene is a served panel on a throw-away store with one customer: three operators, end users, balances.
type scene struct {
	t        testing.TB
	db       *store.DB
	panel    *Panel
	server   *httptest.Server
	customer bank.Customer
	admin    bank.Actor
	users    []bank.User
	origins  *origins // nil: nobody watches where actions come from

	mutex sync.Mutex
	at    time.Time
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

func newScene(t testing.TB) *scene {
	t.Helper()
	return newSceneOn(t, storetest.Open(t))
}

// eachScene runs a test on every engine.
func eachScene(t *testing.T, test func(s *scene)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newSceneOn(t, db)) })
}

func newSceneOn(t testing.TB, db *store.DB) *scene {
	t.Helper()
	s := &scene{t: t, db: db, at: time.Now().Truncate(time.Second)}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.Stamp(true) }); err != nil {
		t.Fatal(err)
	}
	people := access.New(db, s.now)
	gate := access.NewGate(access.GateConfig{DB: db, Now: s.now, Access: people, Work: access.HashWork{Memory: 64, Passes: 1}})
	t.Cleanup(gate.Close)
	stop := make(chan struct{})
	s.panel = must[*Panel](t)(New(Config{Access: people, Gate: gate, Customers: customers.New(db, s.now).WithSecondPerson(people), Accounts: accounts.New(db, s.now),
		Files: files.New(files.Config{DB: db, Now: s.now, Approve: people.Require}), History: history.New(db), Reports: history.NewReports(history.ReportsConfig{DB: db, Now: s.now}),
		Prover: ledger.NewProver(t.Context(), db, s.now), Notify: notify.New(notify.Config{DB: db, Now: s.now, Approve: people.Require, Private: true}),
		Transfers: transfers.New(db, people, transfers.WithClock(s.now), transfers.WithPayeeChecker(transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)}))),
		Now:       s.now, Log: slog.New(slog.NewTextHandler(logTo{t}, nil)), Sandbox: true, Stop: stop}))
	s.onboard()
	s.server = httptest.NewServer(s.panel.Handler())
	t.Cleanup(func() { close(stop); s.server.Close() })
	return s
}

// logTo puts what is logged into the log of the test.
type logTo struct{ t testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func (s *scene) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at
}

func (s *scene) advance(by time.Duration) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.at = s.at.Add(by)
}

// onboard makes the customer, with four eyes off so that one person can do everything.
func (s *scene) onboard() {
	s.t.Helper()
	ctx, t := s.t.Context(), s.t
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	root := bank.System(0, "scene")
	must[*x509.Certificate](t)(s.panel.Customers.InitCA(ctx))
	s.customer = must[bank.Customer](t)(s.panel.Customers.Create(ctx, root, "Demo Pay", settings))
	root.Customer = s.customer.ID
	for _, o := range []struct {
		email       string
		role        bank.Role
		institution bool
	}{{adminEmail, bank.Admin, true}, {"second@institution.example", bank.Admin, true}, {managerEmail, bank.Manager, false}, {employeeEmail, bank.Employee, false}} {
		must[bank.Operator](t)(s.panel.Access.InviteOperator(ctx, root, s.customer.ID, o.email, o.role, o.institution))
		if err := s.panel.Gate.EnrolSandbox(ctx, s.customer.ID, o.email, password, totpSecret); err != nil {
			t.Fatal(err)
		}
	}
	for _, host := range []string{"localhost", "demo.localhost"} {
		must[string](t)(s.panel.Customers.AddDomain(ctx, root, host))
	}
	s.admin = must[bank.Actor](t)(s.panel.Access.Operator(ctx, s.customer.ID, adminEmail))
	m := must[bank.MasterAccount](t)(s.panel.Customers.AddMasterAccount(ctx, s.admin, customers.NewMasterAccount{IBAN: "PL83111111110000000000000010", Name: "Collective account in PLN", Currency: money.PLN}))
	must[bank.BaseIBAN](t)(s.panel.Customers.AddBaseIBAN(ctx, s.admin, customers.NewBaseIBAN{Base: "PL111111117700", MasterAccount: m.ID}))
	s.people(ctx, "")
}

// people are end users who do not exist.
func (s *scene) people(ctx context.Context, prefix string) {
	for _, n := range []accounts.NewUser{
		{ExternalID: "demo-1", Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY", Email: "jan@testowy.example", Phone: "+48000000001", KYC: bank.KYCAccepted},
		{ExternalID: "demo-2", Type: bank.Person, FirstName: "ANNA", LastName: "PRZYKŁADOWA", KYC: bank.KYCPending},
		{ExternalID: "demo-3", Type: bank.Corporation, CompanyName: "WZORCOWA FIKCJA SP. Z O.O.", Email: "biuro@fikcja.example", KYC: bank.KYCRejected},
	} {
		n.ExternalID = prefix + n.ExternalID
		u := must[bank.User](s.t)(s.panel.Accounts.CreateUser(ctx, s.admin, n))
		must[accounts.BalanceView](s.t)(s.panel.Accounts.CreateBalance(ctx, s.admin, u.ID, money.PLN))
		s.users = append(s.users, u)
	}
}

// code is a second factor of an operator that is right now. Each counts once, so the clock goes on to the next.
func (s *scene) code(email string) string {
	s.t.Helper()
	s.advance(30 * time.Second)
	return must[string](s.t)(s.panel.Gate.SandboxCode(s.t.Context(), email))
}

// address is the panel's own address: localhost, which the customer registered.
func (s *scene) address() string { return strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1) }

// browser is a client that keeps cookies and does not follow redirects.
type browser struct {
	s      *scene
	client *http.Client
}

func (s *scene) stranger() *browser {
	jar := must[*cookiejar.Jar](s.t)(cookiejar.New(nil))
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a browser of an operator.
func (s *scene) signedIn(email string) *browser {
	s.t.Helper()
	b := s.stranger()
	b.post("/sign-in", url.Values{"email": {email}, "password": {password}}).expect(http.StatusSeeOther)
	b.post("/sign-in/code", url.Values{"code": {s.code(email)}}).expect(http.StatusSeeOther)
	return b
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string, headers ...string) reply {
	b.s.t.Helper()
	r := must[*http.Request](b.s.t)(http.NewRequestWithContext(b.s.t.Context(), http.MethodGet, b.s.address()+path, nil))
	return b.do(r, headers...)
}

func (b *browser) post(path string, form url.Values, headers ...string) reply {
	b.s.t.Helper()
	r := must[*http.Request](b.s.t)(http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.address()+path, strings.NewReader(form.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, headers...)
}

func (b *browser) do(r *http.Request, headers ...string) reply {
	b.s.t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	watched := b.s.origins != nil && r.Method == http.MethodPost
	if watched {
		b.s.origins.begin(b.s)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer response.Body.Close()
	body := must[[]byte](b.s.t)(io.ReadAll(response.Body))
	if watched {
		b.s.origins.end(b.s, r, asked(response.Header))
	}
	return reply{b.s.t, response.StatusCode, response.Header, string(body)}
}

// expect wants a status, and texts in the body.
func (p reply) expect(status int, texts ...string) reply {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d: %s", p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			p.t.Errorf("the page does not say %q: %s", text, p.body)
		}
	}
	return p
}

// lacks wants texts that are not in the body.
func (p reply) lacks(texts ...string) reply {
	p.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			p.t.Errorf("the page says %q", text)
		}
	}
	return p
}

// mails lets the gate send letters, and returns what it sends.
func (s *scene) mails() <-chan string {
	letters := make(chan string, 10)
	s.panel.Gate.Mail = func(_ context.Context, to, subject, text string) error {
		letters <- to + "\n" + subject + "\n" + text
		return nil
	}
	return letters
}
