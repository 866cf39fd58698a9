package access

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Authenticator tells who presented a certificate. It is safe for concurrent use and called on every request.
type Authenticator struct {
	db    *store.DB
	now   func() time.Time
	mutex sync.RWMutex
	known map[string]knownCaller // by the certificate's DER: a map hashes it faster than SHA-256 would
}

// knownCaller is a positive answer. Negative ones are not kept: a new certificate works at once.
type knownCaller struct {
	actor   bank.Actor
	readAt  time.Time // before the store was asked
	expires time.Time // the certificate
}

const (
	// answerLife is how long an answer may be used again: revocation must act within a second.
	answerLife = time.Second
	// maxKnown bounds the answers that are kept; about 2 KiB each.
	maxKnown = 4096
)

// NewAuthenticator returns an authenticator that reads registrations from the store.
func NewAuthenticator(db *store.DB, now func() time.Time) *Authenticator {
	return &Authenticator{db: db, now: now, known: map[string]knownCaller{}}
}

// Authenticate returns who a certificate stands for and for which customer: its CN and its public key must be registered
// and active, and neither the certificate nor its registration expired; a certificate revoked by its serial is refused even
// if another one has the same key. The handshake must have checked the chain. Callers must not change the permissions of
// the actor, which are shared.
//
// Errors: bank.ErrUnauthenticated without a certificate, bank.ErrCertificateUnknown naming the CN, the store's.
func (a *Authenticator) Authenticate(ctx context.Context, cert *x509.Certificate) (bank.Actor, bank.CustomerID, error) {
	if cert == nil {
		return bank.Actor{}, 0, bank.ErrUnauthenticated.With("a client certificate is required")
	}
	now := a.now()
	if k, ok := a.recall(cert.Raw, now); ok {
		return k.actor, k.actor.Customer, nil
	}
	c, err := a.lookUp(ctx, cert, now)
	if err != nil {
		return bank.Actor{}, 0, err
	}
	k := knownCaller{readAt: now, expires: earlier(cert.NotAfter, c.NotAfter), actor: bank.Actor{Customer: c.Customer,
		Kind: bank.ActorCertificate, Name: c.CN, Permissions: c.Permissions}}
	a.remember(string(cert.Raw), k, now)
	return k.actor, k.actor.Customer, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// recall finds an answer that is fresh. One from the future means that the clock was set back: it is not used.
func (a *Authenticator) recall(der []byte, now time.Time) (knownCaller, bool) {
	a.mutex.RLock()
	k, ok := a.known[string(der)]
	a.mutex.RUnlock()
	return k, ok && k.fresh(now)
}

func (k *knownCaller) fresh(now time.Time) bool {
	age := now.Sub(k.readAt)
	return age >= 0 && age < answerLife && now.Before(k.expires)
}

// remember keeps an answer. When there are too many it drops the stale ones, and all if none is.
func (a *Authenticator) remember(der string, k knownCaller, now time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.known) >= maxKnown {
		for other, v := range a.known {
			if !v.fresh(now) {
				delete(a.known, other)
			}
		}
		if len(a.known) >= maxKnown {
			clear(a.known)
		}
	}
	a.known[der] = k
}

// lookUp finds the registration of a certificate.
func (a *Authenticator) lookUp(ctx context.Context, cert *x509.Certificate, now time.Time) (bank.Certificate, error) {
	var list []bank.Certificate
	cn := cert.Subject.CommonName
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		customer, err := tx.CustomerOfCN(cn)
		if err != nil {
			return err
		}
		list, err = tx.Certificates(customer, cn)
		return err
	})
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return bank.Certificate{}, fmt.Errorf("authenticate certificate: %w", err)
	}
	if c, ok := registration(list, cert, now); ok {
		return c, nil
	}
	return bank.Certificate{}, bank.ErrCertificateUnknown.With("the certificate with the CN %q is not authorised", shortened(cn))
}

// registration picks the active registration of the certificate's key, the one with its own serial first.
func registration(list []bank.Certificate, cert *x509.Certificate, now time.Time) (found bank.Certificate, ok bool) {
	if cn := cert.Subject.CommonName; cn == "" || !now.Before(cert.NotAfter) {
		return found, false
	}
	key, serial := sha256.Sum256(cert.RawSubjectPublicKeyInfo), fmt.Sprintf("%032x", cert.SerialNumber)
	for _, c := range list {
		active := c.Status == bank.CertificateActive && now.Before(c.NotAfter)
		switch {
		case c.KeyHash != key:
		case c.Serial == serial:
			return c, active
		case active:
			found, ok = c, true
		}
	}
	return found, ok
}

// shortened bounds a CN in a message.
func shortened(cn string) string {
	const most = 64
	if len(cn) > most {
		return cn[:most] + "..."
	}
	return cn
}
