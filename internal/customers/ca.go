package customers

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	caYears         = 10
	clientDays      = 397
	serverDays      = 90
	serialBytes     = 16
	clockTolerance  = 5 * time.Minute // certificates begin a little earlier, as clocks differ
	caKeySecret     = "ca-key"
	caCertificate   = "ca-certificate"
	certificateType = "CERTIFICATE"
)

// authority is the certificate of the installation's CA and its key.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// InitCA makes the certificate authority of the installation: ECDSA P-256, 10 years, its key sealed in the store; that of a
// sandbox says SANDBOX in its subject. There is one for ever; called again it returns the one that is there.
func (s *Service) InitCA(ctx context.Context) (*x509.Certificate, error) {
	sandbox, err := s.Sandbox(ctx)
	if err != nil {
		return nil, fmt.Errorf("make CA: %w", err)
	}
	der, key, err := newAuthority(s.now(), sandbox)
	if err != nil {
		return nil, fmt.Errorf("make CA: %w", err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		fresh, err := tx.SetSecret(caKeySecret, key)
		if err == nil && fresh {
			_, err = tx.SetFact(caCertificate, der)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep CA: %w", err)
	}
	return s.CACertificate(ctx)
}

// Sandbox tells whether the money in the installation's store is invented.
func (s *Service) Sandbox(ctx context.Context) (is bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error { is, err = tx.Sandbox(); return err })
	if err != nil {
		return false, fmt.Errorf("sandbox: %w", err)
	}
	return is, nil
}

func newAuthority(now time.Time, sandbox bool) (der, pkcs8 []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, kind := newSerial(), "CA"
	if sandbox {
		kind = "SANDBOX CA"
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "ims " + hex.EncodeToString(serial.Bytes()[:4]) + " " + kind},
		NotBefore: now.Add(-clockTolerance), NotAfter: now.AddDate(caYears, 0, 0),
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key); err != nil {
		return nil, nil, err
	}
	pkcs8, err = x509.MarshalPKCS8PrivateKey(key)
	return der, pkcs8, err
}

// newSerial returns 128 random bits; the highest is set, so that all serials have the same length and none is zero.
func newSerial() *big.Int {
	b := make([]byte, serialBytes)
	rand.Read(b)
	b[0] |= 0x80
	return new(big.Int).SetBytes(b)
}

// serialText is how a serial is kept and shown: 32 hexadecimal digits.
func serialText(serial *big.Int) string { return fmt.Sprintf("%0*x", 2*serialBytes, serial) }

// CACertificate returns the certificate of the CA, or bank.ErrNotFound before InitCA.
func (s *Service) CACertificate(ctx context.Context) (cert *x509.Certificate, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { cert, err = readCACertificate(tx); return err })
	return cert, err
}

func readCACertificate(tx *store.Tx) (*x509.Certificate, error) {
	der, err := tx.Fact(caCertificate)
	if isNotFound(err) {
		return nil, bank.ErrNotFound.With("there is no certificate authority yet")
	}
	if err != nil {
		return nil, fmt.Errorf("read CA certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// readAuthority refuses a CA that is not there or has expired.
func readAuthority(tx *store.Tx, now time.Time) (a authority, err error) {
	if a.cert, err = readCACertificate(tx); err != nil {
		return a, err
	}
	if !now.Before(a.cert.NotAfter) {
		return a, bank.ErrConflict.With("the certificate authority expired on %s", a.cert.NotAfter.Format(time.DateOnly))
	}
	pkcs8, err := tx.Secret(caKeySecret)
	if err != nil {
		return a, fmt.Errorf("read CA key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return a, fmt.Errorf("read CA key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return a, fmt.Errorf("read CA key: a %T cannot sign", key)
	}
	a.key = signer
	return a, nil
}

// issue signs a certificate for a public key; the template tells subject and usage. It never outlives the CA.
func (a authority) issue(template *x509.Certificate, public crypto.PublicKey, now time.Time, days int) ([]byte, error) {
	template.SerialNumber = newSerial()
	template.NotBefore = now.Add(-clockTolerance).UTC().Truncate(time.Second)
	template.NotAfter = now.AddDate(0, 0, days).UTC().Truncate(time.Second)
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageDigitalSignature
	return x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
}

// ServerCertificate issues a certificate for the listener of this process, for host names and IP addresses. Its key exists
// in memory only. It is valid for 90 days: a process that serves longer asks again, see ServerCertificates. Errors:
// bank.ErrInvalid for hosts, bank.ErrNotFound before InitCA.
func (s *Service) ServerCertificate(ctx context.Context, hosts []string) (tls.Certificate, error) {
	template, err := serverTemplate(hosts)
	if err != nil {
		return tls.Certificate{}, err
	}
	c, err := s.issueOwn(ctx, template)
	if err != nil {
		return c, fmt.Errorf("server certificate: %w", err)
	}
	return c, nil
}

// notifyCN is the name under which customers' endpoints know us.
const notifyCN = "ims-notify"

// NotifyCertificate issues the client certificate that this process presents to customers' notification endpoints: CN
// ims-notify, valid for 90 days, its key in memory only. It is registered for no customer, so no API of ours takes it.
// Errors: bank.ErrNotFound before InitCA.
func (s *Service) NotifyCertificate(ctx context.Context) (*tls.Certificate, error) {
	c, err := s.issueOwn(ctx, &x509.Certificate{Subject: pkix.Name{CommonName: notifyCN}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil, fmt.Errorf("certificate for notifications: %w", err)
	}
	return &c, nil
}

// issueOwn issues a certificate of this process.
func (s *Service) issueOwn(ctx context.Context, template *x509.Certificate) (tls.Certificate, error) {
	var a authority
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) { a, err = readAuthority(tx, s.now()); return err })
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := a.issue(template, key.Public(), s.now(), serverDays)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

func serverTemplate(hosts []string) (*x509.Certificate, error) {
	template := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, h := range hosts {
		switch ip := net.ParseIP(h); {
		case ip != nil:
			template.IPAddresses = append(template.IPAddresses, ip)
		case hostName(h):
			template.DNSNames = append(template.DNSNames, strings.ToLower(h))
		default:
			return nil, bank.ErrInvalid.With("%q is no host name or IP address", h).Field("/hosts", "not-a-host", "host names and IP addresses without ports")
		}
	}
	if len(hosts) == 0 {
		return nil, bank.ErrInvalid.With("a server certificate needs a host name").Field("/hosts", "required", "at least one")
	}
	template.Subject.CommonName = hosts[0]
	if len(hosts[0]) > maxCN {
		template.Subject.CommonName = ""
	}
	return template, nil
}

const maxHostName = 253

// hostName accepts letters, digits and hyphens between dots, with a wildcard as the first label.
func hostName(h string) bool {
	labels := strings.Split(strings.TrimPrefix(h, "*."), ".")
	return len(h) <= maxHostName && !slices.ContainsFunc(labels, func(label string) bool {
		const most = 63
		inside := strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-")
		return label == "" || len(label) > most || inside != "" || label[0] == '-' || label[len(label)-1] == '-'
	})
}

func encodePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certificateType, Bytes: der})
}
