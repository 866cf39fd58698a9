package serverapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
)

const nowhere = "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10" // the id of nothing

// wrong is a request and the refusal that it deserves; pointer is the field that must be named, if any.
type wrong struct {
	name, method, path string
	body               any
	headers            []string
	want               *bank.Error
	pointer            string
}

// TestRefusals: the right code for each wrong request, with the field where there is one.
func TestRefusals(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	for _, x := range slices.Concat(wrongShapes(), wrongObjects(b), wrongDecisions(b, c.master.ID.String())) {
		t.Run(x.name, func(t *testing.T) {
			p := api.do(x.method, x.path, x.body, x.headers...).refused(x.want)
			var pointers []string
			for _, f := range p.Errors {
				pointers = append(pointers, f.Pointer)
			}
			if x.pointer != "" && !slices.Contains(pointers, x.pointer) {
				t.Errorf("pointers %v, want %s", pointers, x.pointer)
			}
		})
	}
	if logged := s.logs.text(); strings.Contains(logged, `"ERROR"`) {
		t.Errorf("refusals were taken for failures:\n%s", logged)
	}
}

// wrongShapes cannot be read, or hold what the document does not know.
func wrongShapes() []wrong {
	return []wrong{
		{"unknown address", "GET", "/secure/nothing", nil, nil, bank.ErrNotFound, ""},
		{"unknown address outside", "GET", "/nothing", nil, nil, bank.ErrNotFound, ""},
		{"wrong method", "PUT", "/secure/users", nil, nil, bank.ErrMethodNotAllowed, ""},
		{"wrong method of the fast one", "DELETE", "/secure/bank-accounts", nil, nil, bank.ErrMethodNotAllowed, ""},
		{"not JSON", "POST", "/secure/users", `{"type":`, nil, bank.ErrMalformed, ""},
		{"a field twice", "POST", "/secure/users", `{"type":"PERSON","firstName":"A","lastName":"B","firstName":"C"}`, nil, bank.ErrMalformed, ""},
		{"not UTF-8", "POST", "/secure/users", `{"type":"PERSON","firstName":"` + "\xc5" + `","lastName":"B"}`, nil, bank.ErrMalformed, ""},
		{"half a character", "POST", "/secure/users", `{"type":"PERSON","firstName":"\ud83d","lastName":"B"}`, nil, bank.ErrMalformed, ""},
		{"no body", "POST", "/secure/users", nil, nil, bank.ErrMalformed, ""},
		{"an array", "POST", "/secure/users", `[]`, nil, bank.ErrInvalid, ""},
		{"not what we read", "POST", "/secure/users", `a=1`, []string{"Content-Type", "application/x-www-form-urlencoded"}, bank.ErrUnsupportedMedia, ""},
		{"too long", "POST", "/secure/users", `{"type":"` + strings.Repeat("A", bodyLimit) + `"}`, nil, bank.ErrTooLarge, ""},
		{"missing field", "POST", "/secure/users", `{}`, nil, bank.ErrInvalid, "/type"},
		{"unknown field", "POST", "/secure/users", `{"type":"PERSON","firstName":"A","lastName":"B","colour":1}`, nil, bank.ErrInvalid, "/colour"},
		{"field in another case", "POST", "/secure/users", `{"type":"PERSON","firstName":"A","LastName":"B"}`, nil, bank.ErrInvalid, "/LastName"},
		{"wrong type", "POST", "/secure/users", `{"type":"PERSON","firstName":7,"lastName":"B"}`, nil, bank.ErrInvalid, "/firstName"},
		{"wrong value", "POST", "/secure/users", `{"type":"ROBOT","firstName":"A","lastName":"B"}`, nil, bank.ErrInvalid, "/type"},
		{"rule of the room", "POST", "/secure/users", `{"type":"PERSON"}`, nil, bank.ErrInvalid, "/firstName"},
		{"control characters", "POST", "/secure/users", `{"type":"PERSON","firstName":"A\u0000","lastName":"B"}`, nil, bank.ErrInvalid, "/firstName"},
		{"unknown parameter", "GET", "/secure/users?colour=red", nil, nil, bank.ErrInvalid, "colour"},
		{"limit", "GET", "/secure/users?limit=201", nil, nil, bank.ErrInvalid, "limit"},
		{"limit of nothing", "GET", "/secure/users?limit=0", nil, nil, bank.ErrInvalid, "limit"},
		{"limit of words", "GET", "/secure/users?limit=many", nil, nil, bank.ErrInvalid, "limit"},
		{"cursor", "GET", "/secure/users?cursor=xyz", nil, nil, bank.ErrInvalid, "cursor"},
		{"IBAN of a filter", "GET", "/secure/users?iban=PL00", nil, nil, bank.ErrInvalid, "iban"},
		{"address in no encoding", "GET", "/secure/users?name=%zz", nil, nil, bank.ErrMalformed, ""},
		{"address with NUL", "GET", "/secure/users?name=%00", nil, nil, bank.ErrMalformed, ""},
		{"address in Latin-1", "GET", "/secure/users?name=%E9", nil, nil, bank.ErrMalformed, ""},
	}
}

// wrongObjects ask for what is not there, or for what cannot be done with money.
func wrongObjects(b Balance) []wrong {
	credit := "/secure/balances/" + b.ID + "/credit"
	return []wrong{
		{"no such user", "GET", "/secure/users/" + nowhere, nil, nil, bank.ErrNotFound, ""},
		{"no id", "GET", "/secure/users/7", nil, nil, bank.ErrInvalid, "userId"},
		{"balance of nobody", "POST", "/secure/users/" + nowhere + "/balances", `{"currency":"PLN"}`, nil, bank.ErrNotFound, ""},
		{"currency", "POST", "/secure/users/" + b.UserID + "/balances", `{"currency":"XTS"}`, nil, bank.ErrCurrencyUnsupported, "/currency"},
		{"getIban of nothing", "GET", "/secure/bank-accounts?balanceId=" + nowhere, nil, nil, bank.ErrNotFound, ""},
		{"getIban without", "GET", "/secure/bank-accounts", nil, nil, bank.ErrInvalid, "balanceId"},
		{"getIban of no id", "GET", "/secure/bank-accounts?balanceId=7", nil, nil, bank.ErrInvalid, "balanceId"},
		{"getIban twice", "GET", "/secure/bank-accounts?balanceId=" + b.ID + "&balanceId=" + b.ID, nil, nil, bank.ErrInvalid, "balanceId"},
		{"getIban and more", "GET", "/secure/bank-accounts?x=1&balanceId=" + b.ID, nil, nil, bank.ErrInvalid, ""},
		{"no IBAN", "GET", "/secure/bank-accounts/PL00", nil, nil, bank.ErrInvalid, "iban"},
		{"IBAN of somewhere", "GET", "/secure/bank-accounts/PL" + outsideNRB, nil, nil, bank.ErrNotFound, ""},
		{"no key", "POST", credit, Order{Amount: Money{Amount: 1, Currency: "PLN"}}, []string{}, bank.ErrIdempotencyRequired, ""},
		{"bad key", "POST", credit, Order{Amount: Money{Amount: 1, Currency: "PLN"}}, []string{"Idempotency-Key", "two words"}, bank.ErrMalformed, "Idempotency-Key"},
		{"two keys", "POST", credit, Order{Amount: Money{Amount: 1, Currency: "PLN"}}, []string{"Idempotency-Key", "a", "X-Idempotency-Key", "b"}, bank.ErrMalformed, "Idempotency-Key"},
		{"no funds", "POST", credit, Order{Amount: Money{Amount: 1, Currency: "PLN"}}, []string{"Idempotency-Key", "k"}, bank.ErrInsufficientFunds, ""},
		{"zero", "POST", credit, Order{Amount: Money{Amount: 0, Currency: "PLN"}}, []string{"Idempotency-Key", "k"}, bank.ErrAmountInvalid, "/amount/amount"},
		{"negative", "POST", credit, Order{Amount: Money{Amount: -1, Currency: "PLN"}}, []string{"Idempotency-Key", "k"}, bank.ErrAmountInvalid, "/amount/amount"},
		{"two amounts", "POST", credit, `{"amount":{"amount":1,"amount":2,"currency":"PLN"}}`, []string{"Idempotency-Key", "k"}, bank.ErrMalformed, ""},
		{"fraction", "POST", credit, `{"amount":{"amount":1.5,"currency":"PLN"}}`, []string{"Idempotency-Key", "k"}, bank.ErrInvalid, "/amount/amount"},
		{"too much to count", "POST", credit, `{"amount":{"amount":99999999999999999999,"currency":"PLN"}}`, []string{"Idempotency-Key", "k"}, bank.ErrInvalid, "/amount/amount"},
		{"text for money", "POST", credit, `{"amount":{"amount":"1","currency":"PLN"}}`, []string{"Idempotency-Key", "k"}, bank.ErrInvalid, "/amount/amount"},
		{"other currency", "POST", credit, Order{Amount: Money{Amount: 1, Currency: "EUR"}}, []string{"Idempotency-Key", "k"}, bank.ErrCurrencyMismatch, ""},
		{"debit of nothing", "POST", "/secure/balances/" + b.ID + "/debit", Order{Amount: Money{Amount: 1, Currency: "PLN"}}, []string{"Idempotency-Key", "k"}, bank.ErrInsufficientFunds, ""},
		{"no such transaction", "GET", "/secure/transactions/9", nil, nil, bank.ErrNotFound, ""},
		{"transaction of words", "GET", "/secure/transactions/nine", nil, nil, bank.ErrInvalid, "transactionId"},
		{"date", "GET", "/secure/transactions?from=20261120", nil, nil, bank.ErrInvalid, "from"},
		{"type", "GET", "/secure/transactions?type=GIFT", nil, nil, bank.ErrInvalid, "type"},
		{"history of nothing", "GET", "/secure/transactions?balanceId=" + nowhere, nil, nil, bank.ErrNotFound, ""},
	}
}

// wrongDecisions are about items, files, blocks, and from where they come.
func wrongDecisions(b Balance, account string) []wrong {
	files := "/secure/transaction-files?name=a.pli&masterAccountId="
	return []wrong{
		{"no such item", "POST", "/secure/technical-items/" + nowhere + "/return", `{"reason":"x"}`, nil, bank.ErrNotFound, ""},
		{"no reason", "POST", "/secure/technical-items/" + nowhere + "/return", `{}`, nil, bank.ErrInvalid, "/reason"},
		{"two homes", "POST", "/secure/technical-items/" + nowhere + "/assign", `{"reason":"x","ownFunds":true,"balanceId":"` + b.ID + `"}`, nil, bank.ErrInvalid, "/balanceId"},
		{"no such file", "GET", "/secure/transaction-files/" + nowhere, nil, nil, bank.ErrNotFound, ""},
		{"findings of no file", "GET", "/secure/transaction-files/" + nowhere + "/findings", nil, nil, bank.ErrNotFound, ""},
		{"validation report of no file", "GET", "/secure/transaction-files/" + nowhere + "/validation-report", nil, nil, bank.ErrNotFound, ""},
		{"rejected records of no file", "GET", "/secure/transaction-files/" + nowhere + "/rejected-records", nil, nil, bank.ErrNotFound, ""},
		{"report of no file", "GET", "/secure/transaction-files/" + nowhere + "/report", nil, nil, bank.ErrNotFound, ""},
		{"execution of no file", "POST", "/secure/transaction-files/" + nowhere + "/execute", nil, nil, bank.ErrNotFound, ""},
		{"file for no account", "POST", files + nowhere, "x", []string{"Content-Type", "text/plain"}, bank.ErrNotFound, ""},
		{"file without name", "POST", "/secure/transaction-files?masterAccountId=" + account, "x", []string{"Content-Type", "text/plain"}, bank.ErrInvalid, "name"},
		{"file with a path", "POST", "/secure/transaction-files?name=..%2Fa&masterAccountId=" + account, "x", []string{"Content-Type", "text/plain"}, bank.ErrInvalid, "name"},
		{"file in a form", "POST", files + account, "x", []string{"Content-Type", "multipart/form-data; boundary=b"}, bank.ErrUnsupportedMedia, ""},
		{"block of a wrong kind", "POST", "/secure/users/" + b.UserID + "/blocks", `{"kind":"WHIM","direction":"BOTH"}`, nil, bank.ErrInvalid, "/kind"},
		{"block that ends before it begins", "POST", "/secure/users/" + b.UserID + "/blocks", `{"kind":"COURT","direction":"BOTH","to":"2001-01-01T00:00:00Z"}`, nil, bank.ErrInvalid, "/to"},
		{"origin", "GET", "/secure/users", nil, []string{"Origin", "https://elsewhere.example"}, bank.ErrOriginRefused, ""},
		{"origin of a file", "GET", "/secure/users", nil, []string{"Origin", "null"}, bank.ErrOriginRefused, ""},
	}
}

// TestCertificates: who is let in, and what the others are told.
func TestCertificates(t *testing.T) {
	s := newScene(t)
	c := s.example()
	s.connect(nil).do("GET", "/secure/users", nil).refused(bank.ErrUnauthenticated)
	s.connect(nil).do("GET", "/secure/nothing", nil).refused(bank.ErrUnauthenticated)
	s.connect(nil).do("GET", "/secure", nil).refused(bank.ErrUnauthenticated)

	revoked := c.certificate("V-Example-Revoked", bank.AllPermissions())
	api := s.connect(revoked)
	api.do("GET", "/secure/users", nil).ok(200, nil)
	c.revoke(revoked)
	s.advance(time.Second) // on the same, open connection
	if p := api.do("GET", "/secure/users", nil).refused(bank.ErrCertificateUnknown); !strings.Contains(p.Detail, "V-Example-Revoked") {
		t.Errorf("the refusal does not name the CN: %s", p.Detail)
	}

	foreign := foreignCertificate(t, "V-Example-Backend")
	insist := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return foreign, nil } // Go would not even send it
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, GetClientCertificate: insist}}
	t.Cleanup(transport.CloseIdleConnections)
	if response, err := (&http.Client{Transport: transport}).Get(s.server.URL + "/secure/users"); err == nil {
		defer response.Body.Close()
		t.Errorf("a certificate of another CA was let in: %s", response.Status)
	}
	old := &tls.Config{RootCAs: s.roots, MaxVersion: tls.VersionTLS12} //nolint:gosec // that is what is tested
	if conn, err := tls.Dial("tcp", s.server.Listener.Addr().String(), old); err == nil {
		defer conn.Close()
		t.Error("TLS 1.2 was accepted")
	}
}

// TestNoWayAround: no spelling of an address gets past authentication.
func TestNoWayAround(t *testing.T) {
	s := newScene(t)
	anybody := s.connect(nil)
	for _, path := range []string{"/secure/whoami", "/%73ecure/whoami", "/x/../secure/whoami", "//secure/whoami", "/./secure/whoami", "/secure//whoami", "/secure/../secure/whoami"} {
		if a := anybody.do("GET", path, nil); a.status != 401 && a.status/100 != 3 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for _, r := range routes() {
		err := r.check(t.Context())
		if r.secured() && !errors.Is(err, bank.ErrUnauthenticated) || !r.secured() && err != nil {
			t.Errorf("%s lets in whoever was not authenticated: %v", r.id, err)
		}
	}
}

// TestResumedConnections: a session that is taken up again stands for the same certificate, and its revocation is seen.
func TestResumedConnections(t *testing.T) {
	s := newScene(t)
	c := s.example()
	certificate := c.certificate("V-Example-Backend", bank.AllPermissions())
	config := &tls.Config{RootCAs: s.roots, Certificates: []tls.Certificate{*certificate}, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	ask := func() (status int, resumed bool) {
		transport := &http.Transport{TLSClientConfig: config.Clone()}
		defer transport.CloseIdleConnections()
		response, err := (&http.Client{Transport: transport}).Get(s.server.URL + "/secure/whoami")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode, response.TLS.DidResume
	}
	if status, resumed := ask(); status != 200 || resumed {
		t.Fatalf("first: %d, resumed %v", status, resumed)
	}
	if status, resumed := ask(); status != 200 || !resumed {
		t.Errorf("second: %d, resumed %v", status, resumed)
	}
	c.revoke(certificate)
	s.advance(time.Second)
	if status, _ := ask(); status != 403 {
		t.Errorf("after revocation: %d", status)
	}
}

// foreignCertificate has the right name and the wrong issuer.
func foreignCertificate(t *testing.T, cn string) *tls.Certificate {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestEveryPermissionIsAsked: a certificate with every permission but the one a row names is refused, before its request is
// looked at.
func TestEveryPermissionIsAsked(t *testing.T) {
	s := newScene(t)
	c := s.example()
	without := map[bank.Permission]*caller{}
	for i, need := range bank.AllPermissions() {
		var others []bank.Permission
		for _, p := range bank.AllPermissions() {
			if p != need {
				others = append(others, p)
			}
		}
		without[need] = c.caller(fmt.Sprintf("V-Example-Program%d", i), others...)
	}
	for _, r := range routes() {
		if api := without[r.need]; api != nil {
			api.do(r.method, strings.NewReplacer("{iban}", "PL"+outsideNRB, "{transactionId}", "1").Replace(r.path), nil).refused(bank.ErrForbidden)
		}
	}
}

// TestRequestIDs: ours or the caller's, on every answer.
func TestRequestIDs(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	if a := api.do("GET", "/secure/users", nil, "Request-Id", "mine-1.a_B"); a.header.Get("Request-Id") != "mine-1.a_B" {
		t.Errorf("Request-Id %q", a.header.Get("Request-Id"))
	}
	for _, bad := range []string{"two words", strings.Repeat("a", 65), "<script>"} {
		if a := api.do("GET", "/secure/nothing", nil, "Request-Id", bad); a.header.Get("Request-Id") == bad || len(a.header.Get("Request-Id")) != 36 {
			t.Errorf("Request-Id %q", a.header.Get("Request-Id"))
		}
	}
}

// TestSecurityHeaders are on answers and refusals.
func TestSecurityHeaders(t *testing.T) {
	s := newScene(t)
	for _, path := range []string{"/healthz", "/secure/users", "/nothing"} {
		h := s.connect(nil).do("GET", path, nil).header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Strict-Transport-Security") == "" || h.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

// TestAllowHeader names what would have been right.
func TestAllowHeader(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	a := api.do("PUT", "/secure/balances/"+nowhere, nil)
	a.refused(bank.ErrMethodNotAllowed)
	if a.header.Get("Allow") != "GET, DELETE" {
		t.Errorf("Allow: %s", a.header.Get("Allow"))
	}
	if a := api.do(http.MethodHead, "/secure/users", nil); a.status != 200 || len(a.body) != 0 {
		t.Errorf("HEAD: %d %s", a.status, a.body)
	}
}

// TestRevokedWhileUploading: what a certificate has begun does not outlive it.
func TestRevokedWhileUploading(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := s.example()
	certificate := c.certificate("V-Example-Uploader", bank.AllPermissions())
	api, admin := s.connect(certificate), c.caller("V-Example-Admin")
	body, pen := io.Pipe()
	defer pen.Close()
	request := must[*http.Request](t)(http.NewRequest("POST", api.base+"/secure/transaction-files?name=late.pli&masterAccountId="+c.master.ID.String(), body))
	request.Header.Set("Content-Type", "application/octet-stream")
	go func() {
		_, _ = io.WriteString(pen, line(outsideNRB, c.master.IBAN.String()[2:], 100, "LATE")) // the service has begun to read
		c.revoke(certificate)
		s.advance(time.Second)
	}()
	response, err := api.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	refused := answer{t, "upload", response.StatusCode, response.Header, must[[]byte](t)(io.ReadAll(response.Body))}
	refused.refused(bank.ErrCertificateUnknown)
	var list TransactionFileList
	admin.do("GET", "/secure/transaction-files", nil).ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("a file is there: %+v", list.Items)
	}
}
