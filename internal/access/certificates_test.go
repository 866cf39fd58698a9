package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	return must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
}

// sign lets the CA make a certificate.
func (s *scene) sign(c bank.Customer, key *ecdsa.PrivateKey, cn string) (bank.Certificate, *x509.Certificate) {
	s.t.Helper()
	if _, err := s.customers.InitCA(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}
	der := must[[]byte](s.t)(x509.CreateCertificateRequest(rand.Reader, template, key))
	got, chain, err := s.customers.Sign(s.ctx, system(c), c.ID, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	block, _ := pem.Decode(chain)
	return got, must[*x509.Certificate](s.t)(x509.ParseCertificate(block.Bytes))
}

func TestAuthenticate(t *testing.T) {
	s := open(t)
	s.customer("Other")
	c := s.customer("Example")
	_, cert := s.sign(c, newKey(t), "V-Example-App")
	a := access.NewAuthenticator(s.db, s.now)
	for range 2 { // from the store, then from memory
		actor, customer, err := a.Authenticate(s.ctx, cert)
		if err != nil || customer != c.ID {
			t.Fatalf("customer %d, %v", customer, err)
		}
		if actor.Kind != bank.ActorCertificate || actor.Name != "V-Example-App" || actor.Customer != c.ID {
			t.Errorf("actor %+v", actor)
		}
		if actor.May(bank.PermMoneyPost) != nil || actor.May(bank.PermFilesExecute) == nil {
			t.Errorf("permissions %v", actor.Permissions)
		}
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	key := newKey(t)
	_, good := s.sign(c, key, "V-Example-App")
	forged := func(cn string, key *ecdsa.PrivateKey, until time.Time) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: cn}, NotBefore: noon, NotAfter: until}
		return must[*x509.Certificate](t)(x509.ParseCertificate(must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))))
	}
	later := noon.AddDate(1, 0, 0)
	for name, cert := range map[string]*x509.Certificate{
		"unknown CN":    forged("V-Other-App", key, later),
		"another key":   forged("V-Example-App", newKey(t), later),
		"no CN":         forged("", key, later),
		"expired":       forged("V-Example-App", key, noon),
		"CN and a tail": forged("V-Example-App ", key, later),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := access.NewAuthenticator(s.db, s.now).Authenticate(s.ctx, cert)
			wantError(t, err, bank.ErrCertificateUnknown, cert.Subject.CommonName)
		})
	}
	_, _, err := access.NewAuthenticator(s.db, s.now).Authenticate(s.ctx, nil)
	wantError(t, err, bank.ErrUnauthenticated, "required")
	if _, _, err := access.NewAuthenticator(s.db, s.now).Authenticate(s.ctx, good); err != nil {
		t.Error(err)
	}
}

// Within a second an answer may be old; after it, revocation acts, on open connections too.
func TestRevocationActsWithinASecond(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	registered, cert := s.sign(c, newKey(t), "V-Example-App")
	a := access.NewAuthenticator(s.db, s.now)
	if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
		t.Fatal(err)
	}
	if err := s.customers.Revoke(s.ctx, system(c), c.ID, registered.Serial, "lost"); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	_, _, err := a.Authenticate(s.ctx, cert)
	wantError(t, err, bank.ErrCertificateUnknown, "V-Example-App")
}

// The store is asked once a second for each caller, however many requests there are.
func TestAnswersAreRememberedForASecond(t *testing.T) {
	s := open(t)
	_, cert := s.sign(s.customer("Example"), newKey(t), "V-Example-App")
	a := access.NewAuthenticator(s.db, s.now)
	if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second - time.Microsecond)
	if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
		t.Errorf("asked the store within the second: %v", err)
	}
	s.pass(-time.Minute) // the clock was set back
	if _, _, err := a.Authenticate(s.ctx, cert); err == nil {
		t.Error("an answer from the future was used")
	}
	s.pass(time.Minute + time.Second)
	_, _, err := a.Authenticate(s.ctx, cert)
	if _, refused := bank.AsError(err); err == nil || refused {
		t.Errorf("the store is gone, which is our fault and not the caller's: %v", err)
	}
}

func TestExpiryActsAtOnce(t *testing.T) {
	s := open(t)
	registered, cert := s.sign(s.customer("Example"), newKey(t), "V-Example-App")
	a := access.NewAuthenticator(s.db, s.now)
	s.pass(registered.NotAfter.Sub(noon) - time.Millisecond)
	if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Millisecond)
	_, _, err := a.Authenticate(s.ctx, cert)
	wantError(t, err, bank.ErrCertificateUnknown, "")
}

// Rotation: several certificates of one CN work side by side, and revoking one leaves the others. A revoked one does not
// come back through another with the same key.
func TestRotation(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	key := newKey(t)
	old, oldCert := s.sign(c, key, "V-Example-App")
	_, renewed := s.sign(c, key, "V-Example-App")
	_, fresh := s.sign(c, newKey(t), "V-Example-App")
	a := access.NewAuthenticator(s.db, s.now)
	for _, cert := range []*x509.Certificate{oldCert, renewed, fresh} {
		if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
			t.Error(err)
		}
	}
	if err := s.customers.Revoke(s.ctx, system(c), c.ID, old.Serial, "replaced"); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	_, _, err := a.Authenticate(s.ctx, oldCert)
	wantError(t, err, bank.ErrCertificateUnknown, "")
	for _, cert := range []*x509.Certificate{renewed, fresh} {
		if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
			t.Error(err)
		}
	}
}

// Many callers at once, more than are remembered, with an answer for each.
func TestAuthenticateConcurrently(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	certs := make([]*x509.Certificate, 8)
	for i := range certs {
		_, certs[i] = s.sign(c, newKey(t), "V-Example-"+string(rune('a'+i)))
	}
	a := access.NewAuthenticator(s.db, s.now)
	var group sync.WaitGroup
	for _, cert := range certs {
		group.Go(func() {
			for range 100 {
				actor, _, err := a.Authenticate(s.ctx, cert)
				if err != nil || actor.Name != cert.Subject.CommonName {
					t.Errorf("%s became %+v, %v", cert.Subject.CommonName, actor, err)
					return
				}
				s.pass(time.Millisecond * 10)
			}
		})
	}
	group.Wait()
}

func BenchmarkAuthenticate(b *testing.B) {
	s := open(b)
	_, cert := s.sign(s.customer("Example"), newKey(b), "V-Example-App")
	a := access.NewAuthenticator(s.db, func() time.Time { return noon })
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := a.Authenticate(s.ctx, cert); err != nil {
			b.Fatal(err)
		}
	}
}
