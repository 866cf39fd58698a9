package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ims/internal/access"
	"ims/internal/bank"
)

// The caller of the demonstration's API.
const demoCN = "V-DemoPay-App"

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// certify makes the authority, and a key, a request and a certificate for the customer's application, as far as they are
// missing or no longer valid. The key never leaves the folder, as it would not leave a customer.
func (d *demo) certify() error {
	d.title("Its application gets a certificate")
	ca, err := d.rooms.customers.InitCA(d.ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path("ca.pem"), certificatePEM(ca), 0o600); err != nil {
		return err
	}
	if !d.certified() {
		csr, err := d.request()
		if err != nil {
			return err
		}
		_, chain, err := d.rooms.customers.Sign(d.ctx, d.admin, d.customer.ID, csr, nil)
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.path("client.pem"), chain, 0o600); err != nil {
			return err
		}
	}
	d.say("The application keeps its key (%s) and sends a request (client.csr);", d.path("client.key"))
	d.say("our authority (ca.pem) signs it: %s (client.pem) now authorises the caller.", demoCN)
	return nil
}

// certified tells whether the folder's certificate authorises, and fits the folder's key.
func (d *demo) certified() bool {
	text, err := os.ReadFile(d.path("client.pem"))
	if err != nil {
		return false
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return false
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return false
	}
	if _, customer, err := access.NewAuthenticator(d.db, d.now).Authenticate(d.ctx, cert); err != nil || customer != d.customer.ID {
		return false
	}
	key, err := d.readKey()
	return err == nil && key.PublicKey.Equal(cert.PublicKey)
}

// request writes a certificate request for the folder's key, which is made where there is none.
func (d *demo) request() ([]byte, error) {
	key, err := d.readKey()
	if errors.Is(err, fs.ErrNotExist) {
		key, err = d.makeKey()
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: demoCN},
		EmailAddresses: []string{"ops@demo-pay.example"}}, key)
	if err != nil {
		return nil, err
	}
	csr := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	return csr, os.WriteFile(d.path("client.csr"), csr, 0o600)
}

func (d *demo) readKey() (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(d.path("client.key"))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", d.path("client.key"))
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.path("client.key"), err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, bank.ErrCSR.With("%s is no ECDSA key", d.path("client.key"))
	}
	return ec, nil
}

func (d *demo) makeKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(d.path("client.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}
