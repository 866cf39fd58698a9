package customers

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"net/mail"
	"regexp"
	"strings"

	"ims/internal/bank"
)

const (
	maxCSR     = 64 << 10 // bytes; a request with the longest key has less than three KiB
	minRSABits = 2048
	maxRSABits = 8192 // TLS libraries refuse longer ones
	maxCN      = 64   // ub-common-name of RFC 5280
	maxEmail   = 254
)

// commonName is V-<Company>-<Application>.
var commonName = regexp.MustCompile(`^V-[A-Za-z0-9][A-Za-z0-9._-]*-[A-Za-z0-9][A-Za-z0-9._-]*$`)

var (
	oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidEmail      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// request is what is kept of a CSR; all else in it is ignored.
type request struct {
	cn, email string
	public    crypto.PublicKey
	publicDER []byte // SubjectPublicKeyInfo
}

// parseCSR reads one PEM block with a certificate request of RFC 2986 and checks it. Every error is bank.ErrCSR with the
// exact reason.
func parseCSR(text []byte) (r request, err error) {
	der, err := decodeCSR(text)
	if err != nil {
		return r, err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return r, bank.ErrCSR.With("the certificate request cannot be read").Because(err)
	}
	if err := checkKey(csr.PublicKey); err != nil {
		return r, err
	}
	if err := csr.CheckSignature(); err != nil {
		return r, bank.ErrCSR.With("the certificate request is not signed with its own key").Because(err)
	}
	r.public, r.publicDER = csr.PublicKey, csr.RawSubjectPublicKeyInfo
	if r.cn, err = cnOf(csr); err != nil {
		return r, err
	}
	r.email, err = emailOf(csr)
	return r, err
}

// decodeCSR finds the one PEM block. A private key that came along is refused loudly: it is secret no more.
func decodeCSR(text []byte) ([]byte, error) {
	if len(text) > maxCSR {
		return nil, bank.ErrCSR.With("the certificate request is longer than 64 KiB")
	}
	if bytes.Contains(text, []byte("PRIVATE KEY-----")) {
		return nil, bank.ErrCSR.With("a private key was sent along: it is no longer secret. Make a new key and send the certificate request only")
	}
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, bank.ErrCSR.With("no PEM block: expected -----BEGIN CERTIFICATE REQUEST-----")
	}
	if block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
		return nil, bank.ErrCSR.With("the PEM block is a %q, not a CERTIFICATE REQUEST", clip(block.Type))
	}
	if another, _ := pem.Decode(rest); another != nil {
		return nil, bank.ErrCSR.With("more than one PEM block: send one certificate request")
	}
	return block.Bytes, nil
}

// clip bounds foreign text in a message.
func clip(text string) string {
	if len(text) > maxCN {
		return text[:maxCN] + "..."
	}
	return text
}

func checkKey(public crypto.PublicKey) error {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() && k.Curve != elliptic.P384() {
			return bank.ErrCSR.With("the key is on the curve %s: use P-256 or P-384", k.Curve.Params().Name)
		}
		return nil
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return bank.ErrCSR.With("the RSA key has %d bits: use %d to %d", n, minRSABits, maxRSABits)
		}
		return nil
	}
	return bank.ErrCSR.With("the kind of key is not supported: use ECDSA P-256 or P-384, Ed25519, or RSA of at least %d bits", minRSABits)
}

// cnOf returns the only CN, trimmed.
func cnOf(csr *x509.CertificateRequest) (string, error) {
	n := 0
	for _, name := range csr.Subject.Names {
		if name.Type.Equal(oidCommonName) {
			n++
		}
	}
	cn := strings.TrimSpace(csr.Subject.CommonName)
	switch {
	case n > 1:
		return "", bank.ErrCSR.With("the subject has %d CNs: give one", n)
	case cn == "":
		return "", bank.ErrCSR.With("the subject has no CN: expected V-<Company>-<Application>")
	case len(cn) > maxCN:
		return "", bank.ErrCSR.With("the CN is longer than %d characters", maxCN)
	case !commonName.MatchString(cn):
		return "", bank.ErrCSR.With("the CN is not V-<Company>-<Application>, of letters, digits, '-', '.' and '_'")
	}
	return cn, nil
}

// emailOf returns the e-mail of the subject or else of the alternative names; empty if there is none.
func emailOf(csr *x509.CertificateRequest) (string, error) {
	email := ""
	for _, name := range csr.Subject.Names {
		if text, ok := name.Value.(string); ok && email == "" && name.Type.Equal(oidEmail) {
			email = strings.TrimSpace(text)
		}
	}
	if email == "" && len(csr.EmailAddresses) > 0 {
		email = csr.EmailAddresses[0]
	}
	if email == "" {
		return "", nil
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || len(email) > maxEmail {
		return "", bank.ErrCSR.With("the e-mail in the subject is not an address").Because(err)
	}
	return email, nil
}

// CSR is what is kept of a certificate request, for whoever looks at it before it is signed.
type CSR struct {
	CN, Email string
	Key       string   // its kind and size
	KeyHash   [32]byte // SHA-256 of the SubjectPublicKeyInfo, as of the certificate to be
}

// ReadCSR checks a certificate request as Sign does, and signs nothing. bank.ErrCSR with the exact reason.
func ReadCSR(csrPEM []byte) (CSR, error) {
	r, err := parseCSR(csrPEM)
	if err != nil {
		return CSR{}, err
	}
	return CSR{CN: r.cn, Email: r.email, Key: keyName(r.public), KeyHash: sha256.Sum256(r.publicDER)}, nil
}

// keyName names a key that checkKey let pass.
func keyName(public crypto.PublicKey) string {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d bits", k.N.BitLen())
	}
	return "Ed25519"
}
