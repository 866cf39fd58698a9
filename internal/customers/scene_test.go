package customers_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// Invented account numbers of an invented bank.
const (
	master      = "PL83111111110000000000000010"
	otherMaster = "PL39222222220000000012345678"
	base        = "PL111111117700"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// scene is a store with a clock that tests turn by hand.
type scene struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	service *customers.Service
	access  *access.Service

	mutex sync.Mutex
	at    time.Time
}

func newScene(t *testing.T, db *store.DB) *scene {
	s := &scene{t: t, ctx: t.Context(), db: db, at: noon}
	s.access = access.New(db, s.now)
	s.service = customers.New(db, s.now).WithSecondPerson(s.access)
	return s
}

func (s *scene) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.at
}

func (s *scene) turn(to time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.at = to
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func system(c bank.Customer) bank.Actor { return bank.System(c.ID, "ims") }

func (s *scene) customer(name string) bank.Customer {
	s.t.Helper()
	return must[bank.Customer](s.t)(s.service.Create(s.ctx, bank.System(0, "ims"), name, bank.DefaultSettings()))
}

func (s *scene) master(c bank.Customer, number string, currency money.Currency) bank.MasterAccount {
	s.t.Helper()
	return must[bank.MasterAccount](s.t)(s.service.AddMasterAccount(s.ctx, system(c), customers.NewMasterAccount{IBAN: number, Name: "main", Currency: currency}))
}

// active gives a customer its two ADMINs, of the issuing institution, so that four eyes bind.
func (s *scene) active(c bank.Customer) (first, second bank.Actor) {
	s.t.Helper()
	for _, email := range []string{"ada@example.test", "bob@example.test"} {
		if _, err := s.access.InviteOperator(s.ctx, system(c), c.ID, email, bank.Admin, true); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := storetest.Come(s.db, c.ID, "ada@example.test", "bob@example.test"); err != nil {
		s.t.Fatal(err)
	}
	return must[bank.Actor](s.t)(s.access.Operator(s.ctx, c.ID, "ada@example.test")),
		must[bank.Actor](s.t)(s.access.Operator(s.ctx, c.ID, "bob@example.test"))
}

// approveAll lets an operator approve whatever waits.
func (s *scene) approveAll(approver bank.Actor) int {
	s.t.Helper()
	list := must[[]bank.Approval](s.t)(s.access.Approvals(s.ctx, approver, approver.Customer, access.ApprovalFilter{Status: bank.ApprovalPending}))
	for _, a := range list {
		must[bank.Approval](s.t)(s.access.Decide(s.ctx, approver, a.Customer, a.ID, true, ""))
	}
	return len(list)
}

func (s *scene) audits(c bank.Customer) (list []bank.AuditEvent) {
	s.t.Helper()
	err := s.db.Read(s.ctx, func(tx *store.Tx) (err error) { list, err = tx.AuditEvents(c.ID, 1, 1<<50); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func (s *scene) lastAudit(c bank.Customer) bank.AuditEvent {
	s.t.Helper()
	list := s.audits(c)
	return list[len(list)-1]
}

// wantError checks code and, so that people learn the reason, a part of the message.
func wantError(t *testing.T, err error, want *bank.Error, says string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %s", err, want.Code)
	}
	if e, _ := bank.AsError(err); !strings.Contains(e.Message, says) {
		t.Fatalf("message %q does not say %q", e.Message, says)
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	return must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	return must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, bits))
}

func ed25519Key(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must[ed25519.PrivateKey](t)(key, err)
}

// csr makes a PEM certificate request.
func csr(t *testing.T, key crypto.Signer, subject pkix.Name) []byte {
	t.Helper()
	der := must[[]byte](t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject}, key))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

func simpleCSR(t *testing.T, key crypto.Signer, cn string) []byte {
	t.Helper()
	return csr(t, key, pkix.Name{CommonName: cn})
}

func leafOf(t *testing.T, chain []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(chain)
	return must[*x509.Certificate](t)(x509.ParseCertificate(block.Bytes))
}

func open(t *testing.T) *scene { return newScene(t, storetest.Open(t)) }
