package serverapi

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/web"
)

// Proxies are those that end TLS in front of us and tell the caller's certificate in the header Client-Cert (RFC 9440).
type Proxies struct {
	Networks web.Networks   // where they call from; nobody else is believed
	CA       *x509.CertPool // ours: what the handshake would have checked is checked here
	Now      func() time.Time
}

// clientCertHeader is `Client-Cert: :BASE64 OF DER:`.
const clientCertHeader = "Client-Cert"

// clientCertificate returns the certificate whose chain and dates were verified, in the handshake or, behind a proxy of ours,
// here; nil if there is none. A proxy's own certificate stands for nobody: only what it forwards counts. From anybody else
// the header says nothing.
func (p Proxies) clientCertificate(r *http.Request) (*x509.Certificate, error) {
	if p.Networks.Contains(r.RemoteAddr) {
		return p.forwarded(r.Header[clientCertHeader])
	}
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return nil, nil
	}
	return r.TLS.PeerCertificates[0], nil
}

func (p Proxies) forwarded(values []string) (*x509.Certificate, error) {
	if len(values) == 0 {
		return nil, nil
	}
	malformed := bank.ErrMalformed.With("the header Client-Cert is not one certificate as RFC 9440 writes it")
	if len(values) > 1 {
		return nil, malformed
	}
	text := strings.Trim(values[0], " ")
	if len(text) < 2 || text[0] != ':' || text[len(text)-1] != ':' {
		return nil, malformed
	}
	der, err := base64.StdEncoding.DecodeString(text[1 : len(text)-1])
	if err != nil {
		return nil, malformed.Because(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, malformed.Because(err)
	}
	_, err = cert.Verify(x509.VerifyOptions{Roots: p.CA, CurrentTime: p.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil, bank.ErrUnauthenticated.With("the certificate was not signed for this service, or is not valid now").Because(err)
	}
	return cert, nil
}
