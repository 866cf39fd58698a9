package notify

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestSecretsAreNotShown: neither what is read nor the audit trail holds a secret, and what is left out stays.
func TestSecretsAreNotShown(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		secret := x.set(r.URL)
		if !strings.HasPrefix(secret, "whsec_") {
			t.Fatalf("secret %q", secret)
		}
		again := basic("http://127.0.0.1:1/other")
		again.Password = ""
		if _, _, _, err := x.s.Set(t.Context(), x.actor, again); err == nil {
			t.Error("the password went to another host")
		}
		again.URL = r.URL + "/other?token=hidden"
		e, second, _, err := x.s.Set(t.Context(), x.actor, again)
		if err != nil || second != "" || e.Secrets.Password != "" || e.Secrets.Signing[0].Secret != "" {
			t.Errorf("%+v, %q, %v", e, second, err)
		}
		x.post(x.actor.Customer, 1)
		x.work(x.s)
		if _, password, _ := (&http.Request{Header: r.heads[0]}).BasicAuth(); password != "invented" {
			t.Errorf("the password became %q", password)
		}
		var trail []bank.AuditEvent
		x.write(func(tx *store.Tx) (err error) { trail, err = tx.AuditEvents(x.actor.Customer, 1, 1000); return err })
		for _, a := range trail {
			if text := a.Before + a.After + a.Object; strings.Contains(text, "invented") || strings.Contains(text, "hidden") || strings.Contains(text, secret) {
				t.Errorf("the audit trail says %s", text)
			}
		}
		if len(trail) != 2 {
			t.Errorf("%d audit events", len(trail))
		}
	})
}

func TestSettingsRefused(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	x.s.Private = false
	for name, change := range map[string]func(*Setting){
		"/url":            func(n *Setting) { n.URL = "http://example.com/" },
		"/url ":           func(n *Setting) { n.URL = "https://user@example.com/" },
		"/url  ":          func(n *Setting) { n.URL = "nonsense" },
		"/username":       func(n *Setting) { n.Username = "" },
		"/password":       func(n *Setting) { n.Password = "" },
		"/authentication": func(n *Setting) { n.Authentication = "NONE" },
		"/ca":             func(n *Setting) { n.CA = "not PEM" },
		"/certificate":    func(n *Setting) { n.Authentication, n.Certificate = bank.EndpointMTLS, "not PEM" },
	} {
		n := basic("https://example.com/events")
		change(&n)
		_, _, _, err := x.s.Set(t.Context(), x.actor, n)
		refusal, ok := bank.AsError(err)
		if !ok || len(refusal.Fields) != 1 || refusal.Fields[0].Pointer != strings.TrimSpace(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := bank.Actor{Customer: x.actor.Customer, Kind: bank.ActorOperator, Name: "nobody"}
	_, _, _, err := x.s.Set(t.Context(), stranger, basic("https://example.com/"))
	wantKind(t, err, bank.ErrForbidden)
}

// TestSecondPerson: while somebody must agree, nothing is set and no secret is told.
func TestSecondPerson(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	x.s.Approve = func(context.Context, *store.Tx, bank.Actor, store.ApprovalRequest) (*bank.Approval, error) {
		return &bank.Approval{}, nil
	}
	_, secret, pending, err := x.s.Set(t.Context(), x.actor, basic("http://127.0.0.1/"))
	if err != nil || pending == nil || secret != "" {
		t.Errorf("%q, %v, %v", secret, pending, err)
	}
	_, _, err = x.s.Endpoint(t.Context(), x.actor)
	wantKind(t, err, bank.ErrNotFound)
}

// TestRotation: for a day both secrets sign, then the new one alone.
func TestRotation(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	r := newReceiver(t)
	first := x.set(r.URL)
	second, _, err := x.s.Rotate(t.Context(), x.actor)
	if err != nil {
		t.Fatal(err)
	}
	signed := func() (byFirst, bySecond bool) {
		x.post(x.actor.Customer, 1)
		x.work(x.s)
		i := len(r.bodies) - 1
		verify := func(secret string) bool {
			hook, err := webhooks.NewWebhook(secret)
			return err == nil && hook.VerifyIgnoringTimestamp([]byte(r.bodies[i]), r.heads[i]) == nil
		}
		return verify(first), verify(second)
	}
	if a, b := signed(); !a || !b {
		t.Errorf("at first: %v, %v", a, b)
	}
	x.clock.pass(overlap + time.Second)
	if a, b := signed(); a || !b {
		t.Errorf("after a day: %v, %v", a, b)
	}
}

// authority makes certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{key: key, cert: &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}}
	a.cert, err = x509.ParseCertificate(a.sign(t, a.cert, key))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a authority) sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (a authority) issue(t *testing.T, cn string, usage x509.ExtKeyUsage) *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := a.sign(t, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: cn}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{{127, 0, 0, 1}}, ExtKeyUsage: []x509.ExtKeyUsage{usage}}, key)
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

// TestMutualTLS: an endpoint of an authority of its own, which asks for ours, is reached; with wrong authorities on either
// side the log says what is wrong.
func TestMutualTLS(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	theirs, ours, strange := newAuthority(t), newAuthority(t), newAuthority(t)
	r := newReceiver(t)
	server := httptest.NewUnstartedServer(r)
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{*theirs.issue(t, "receiver", x509.ExtKeyUsageServerAuth)},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.StartTLS()
	defer server.Close()
	present := ours.issue(t, "ims-notify", x509.ExtKeyUsageClientAuth)
	x.s.Certificate = func(context.Context) (*tls.Certificate, error) { return present, nil }
	mutual := Setting{URL: server.URL, Authentication: bank.EndpointMTLS, CA: theirs.pem(), Active: true}
	try := func(n Setting) bank.Attempt {
		t.Helper()
		if _, _, _, err := x.s.Set(t.Context(), x.actor, n); err != nil {
			t.Fatal(err)
		}
		a, err := x.s.Test(t.Context(), x.actor)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := try(mutual); a.Failure != "" || a.Status != 204 {
		t.Errorf("mutual TLS: %+v", a)
	}
	wrong := mutual
	wrong.CA = strange.pem()
	if a := try(wrong); !strings.Contains(a.Failure, "not trusted") {
		t.Errorf("wrong authority: %+v", a)
	}
	present = strange.issue(t, "ims-notify", x509.ExtKeyUsageClientAuth)
	if a := try(mutual); !strings.HasPrefix(a.Failure, "TLS: ") && a.Failure != "the connection failed" {
		t.Errorf("our certificate is of a stranger: %+v", a)
	}
	uploaded := ours.issue(t, "V-Example-Own", x509.ExtKeyUsageClientAuth)
	key, err := x509.MarshalPKCS8PrivateKey(uploaded.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	mutual.Certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: uploaded.Certificate[0]}))
	mutual.Key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	if a := try(mutual); a.Failure != "" {
		t.Errorf("uploaded certificate: %+v", a)
	}
}

// TestWhatFailsIsTold: each way to fail has words of its own in the log, and no text of the endpoint's acts.
func TestWhatFailsIsTold(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	x.s.Timeout = 100 * time.Millisecond
	r := newReceiver(t)
	elsewhere := newReceiver(t)
	closed := httptest.NewServer(r)
	closed.Close()
	end := make(chan struct{})
	defer close(end)
	for _, c := range []struct {
		name, url, want string
		private         bool
		answer          func(w http.ResponseWriter)
	}{
		{"500", r.URL, "the endpoint answered 500", true, func(w http.ResponseWriter) { w.WriteHeader(500) }},
		{"redirect", r.URL, "redirects", true, func(w http.ResponseWriter) { w.Header().Set("Location", elsewhere.URL); w.WriteHeader(307) }},
		{"slow", r.URL, "no answer within", true, func(http.ResponseWriter) { <-end }},
		{"huge", r.URL, "", true, func(w http.ResponseWriter) { _, _ = w.Write([]byte(strings.Repeat("x", 1<<20))) }},
		{"down", closed.URL, "refused", true, nil},
		{"private", r.URL, "private address", false, nil},
		{"no name", "http://no-such-name.invalid/", "cannot be resolved", true, nil},
	} {
		x.s.Private = true
		x.set(c.url)
		x.s.Private = c.private
		r.answers(func(w http.ResponseWriter, _ bank.TransactionID, _ int) {
			if c.answer != nil {
				c.answer(w)
			}
		})
		a, err := x.s.Test(t.Context(), x.actor)
		if err != nil || c.want == "" && a.Failure != "" || !strings.Contains(a.Failure, c.want) || len(a.Answer) > answerShown {
			t.Errorf("%s: %+v, %v", c.name, a, err)
		}
	}
	if elsewhere.requests() != 0 {
		t.Error("a redirect was followed")
	}
}

// TestPublic: only addresses of the internet are called.
func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450:4001::1": true, "127.0.0.1": false, "10.1.2.3": false, "172.31.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "fe80::1": false, "fd00::1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "::ffff:10.0.0.1": false, "2001:db8::1": false,
		"::10.0.0.1": false, "::ffff:0:10.0.0.1": false, "3fff::1": false, "5f00::1": false,
	} {
		if got := public(netip.MustParseAddr(text).Unmap()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
