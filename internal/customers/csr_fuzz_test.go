package customers

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"ims/internal/bank"
)

// FuzzParseCSR: whatever is sent, the answer is a refusal with a reason or a CN of the right form.
func FuzzParseCSR(f *testing.F) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, cn := range []string{"V-Example-App", " V-Example-App ", "V--", ""} {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}, key)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := parseCSR(text)
		if err != nil {
			if e, ok := bank.AsError(err); !ok || !errors.Is(err, bank.ErrCSR) || e.Message == "" {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if parts := strings.SplitN(r.cn, "-", 3); len(r.cn) > maxCN || len(parts) != 3 || parts[0] != "V" || parts[1] == "" || parts[2] == "" {
			t.Errorf("accepted the CN %q", r.cn)
		}
	})
}
