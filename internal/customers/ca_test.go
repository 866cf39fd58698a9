package customers_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func (s *scene) ca() *x509.Certificate {
	s.t.Helper()
	return must[*x509.Certificate](s.t)(s.service.InitCA(s.ctx))
}

func pool(ca *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(ca)
	return p
}

func TestInitCA(t *testing.T) {
	s := open(t)
	_, err := s.service.CACertificate(s.ctx)
	wantError(t, err, bank.ErrNotFound, "no certificate authority")
	ca := s.ca()
	if !ca.IsCA || !ca.MaxPathLenZero || ca.NotAfter != noon.AddDate(10, 0, 0) || ca.KeyUsage&x509.KeyUsageCertSign == 0 {
		t.Errorf("CA %+v", ca)
	}
	if cn := ca.Subject.CommonName; !strings.HasPrefix(cn, "ims ") || !strings.HasSuffix(cn, " CA") || strings.Contains(cn, "SANDBOX") {
		t.Errorf("CN %q", cn)
	}
	if again := s.ca(); !again.Equal(ca) {
		t.Error("a second InitCA made another CA")
	}
	var sealed []byte
	err = s.db.Read(s.ctx, func(tx *store.Tx) (err error) { sealed, err = tx.Fact("ca-key"); return err })
	if _, open := x509.ParsePKCS8PrivateKey(sealed); err != nil || open == nil {
		t.Errorf("the key lies open in the store: %v", err)
	}
}

// A sandbox's certificates are told from real ones by whoever signed them.
func TestInitCAOfASandbox(t *testing.T) {
	s := open(t)
	if err := s.db.Write(s.ctx, func(tx *store.Tx) error { return tx.Stamp(true) }); err != nil {
		t.Fatal(err)
	}
	if cn := s.ca().Subject.CommonName; !strings.HasSuffix(cn, " SANDBOX CA") {
		t.Errorf("CN %q", cn)
	}
	if !must[bool](t)(s.service.Sandbox(s.ctx)) {
		t.Error("no sandbox")
	}
}

// Replicas that start together agree on one CA, and its key is the one of its certificate.
func TestInitCAConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		cas := make([]*x509.Certificate, 4)
		var group sync.WaitGroup
		for i := range cas {
			group.Go(func() {
				var err error
				if cas[i], err = s.service.InitCA(s.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, ca := range cas {
			if !ca.Equal(cas[0]) {
				t.Error("two CAs")
			}
		}
		c := s.customer("Example")
		_, chain, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := leafOf(t, chain).CheckSignatureFrom(cas[0]); err != nil {
			t.Error(err)
		}
	})
}

// A customer's certificate opens a TLS 1.3 connection to a listener with a server certificate of the same CA.
func TestMutualTLS(t *testing.T) {
	s := open(t)
	s.turn(time.Now())
	ca := s.ca()
	c := s.customer("Example")
	key := newKey(t)
	_, chain, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, key, "V-Example-App"), nil)
	if err != nil {
		t.Fatal(err)
	}
	certificates := must[*customers.ServerCertificates](t)(s.service.ServerCertificates(s.ctx, []string{"ims.example.test", "127.0.0.1", "::1"}))
	server := &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: certificates.GetCertificate, ClientCAs: pool(ca), ClientAuth: tls.RequireAndVerifyClientCert}
	for _, host := range []string{"ims.example.test", "127.0.0.1"} {
		caller := &tls.Config{RootCAs: pool(ca), ServerName: host, Certificates: []tls.Certificate{{Certificate: [][]byte{leafOf(t, chain).Raw}, PrivateKey: key}}}
		seen, err := handshake(s.ctx, server, caller)
		if err != nil || seen.Subject.CommonName != "V-Example-App" {
			t.Errorf("%s: the server saw %v, %v", host, seen, err)
		}
	}
	wrong := &tls.Config{RootCAs: pool(ca), ServerName: "other.example.test"}
	if _, err := handshake(s.ctx, server, wrong); err == nil {
		t.Error("the certificate is good for any host")
	}
	// A client certificate is none for servers, and the other way round.
	if _, err := leafOf(t, chain).Verify(x509.VerifyOptions{Roots: pool(ca)}); err == nil {
		t.Error("a client certificate is good for servers")
	}
	if _, err := must[tls.Certificate](t)(s.service.ServerCertificate(s.ctx, []string{"a.test"})).Leaf.Verify(x509.VerifyOptions{Roots: pool(ca),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("a server certificate is good for callers")
	}
}

// handshake returns the caller's certificate as the server saw it, over the loopback.
func handshake(ctx context.Context, server, caller *tls.Config) (*x509.Certificate, error) {
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	type sight struct {
		cert *x509.Certificate
		err  error
	}
	seen := make(chan sight, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			seen <- sight{err: err}
			return
		}
		defer conn.Close()
		if err := conn.(*tls.Conn).HandshakeContext(ctx); err != nil {
			seen <- sight{err: err}
			return
		}
		seen <- sight{cert: conn.(*tls.Conn).ConnectionState().PeerCertificates[0]}
	}()
	conn, err := (&tls.Dialer{Config: caller}).DialContext(ctx, "tcp", listener.Addr().String())
	if err == nil {
		defer conn.Close()
	}
	answer := <-seen
	return answer.cert, errors.Join(err, answer.err)
}

func TestServerCertificateIsRenewed(t *testing.T) {
	s := open(t)
	s.ca()
	certificates := must[*customers.ServerCertificates](t)(s.service.ServerCertificates(s.ctx, []string{"ims.example.test"}))
	serve := func() *x509.Certificate {
		t.Helper()
		return must[*tls.Certificate](t)(certificates.GetCertificate(&tls.ClientHelloInfo{})).Leaf
	}
	first := serve()
	s.turn(noon.AddDate(0, 0, 59))
	if !serve().Equal(first) {
		t.Error("renewed too early")
	}
	s.turn(noon.AddDate(0, 0, 61))
	second := serve()
	if second.Equal(first) || second.NotAfter.Before(s.now().AddDate(0, 0, 89)) {
		t.Errorf("not renewed: valid until %s", second.NotAfter)
	}
	// Where the store is gone, the last certificate serves on.
	s.turn(noon.AddDate(0, 0, 125))
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if !serve().Equal(second) {
		t.Error("the current certificate was dropped")
	}
}

func TestServerCertificateRefuses(t *testing.T) {
	s := open(t)
	_, err := s.service.ServerCertificate(s.ctx, []string{"ims.example.test"})
	wantError(t, err, bank.ErrNotFound, "no certificate authority")
	s.ca()
	for _, hosts := range [][]string{nil, {""}, {"a.test", "b.test:443"}, {"http://a.test"}, {"a..test"}, {"-a.test"}, {"ż.test"}, {"*"}, {strings.Repeat("a", 64) + ".test"}} {
		_, err := s.service.ServerCertificate(s.ctx, hosts)
		wantError(t, err, bank.ErrInvalid, "")
	}
	for _, host := range []string{"localhost", "*.example.test", "xn--fa-hia.test", "::1", strings.Repeat("a.", 40) + "test"} {
		if _, err := s.service.ServerCertificate(s.ctx, []string{host}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// No certificate outlives the CA, and an expired CA signs no more.
func TestTheEndOfTheCA(t *testing.T) {
	s := open(t)
	ca := s.ca()
	c := s.customer("Example")
	s.turn(ca.NotAfter.AddDate(0, -1, 0))
	certificate, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil)
	if err != nil || !certificate.NotAfter.Equal(ca.NotAfter) {
		t.Errorf("valid until %s, the CA until %s, %v", certificate.NotAfter, ca.NotAfter, err)
	}
	s.turn(ca.NotAfter)
	_, _, err = s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, newKey(t), "V-Example-App"), nil)
	wantError(t, err, bank.ErrConflict, "expired")
}
