package panel

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// csrOf is a request for a certificate with a new key.
func csrOf(t testing.TB, cn string) string {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must[[]byte](t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}, key))
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

// signed is the address of a certificate that an operator signs through the pages.
func (b *browser) signed(cn string) string {
	b.s.t.Helper()
	page := b.post("/certificates/new", url.Values{"csr": {csrOf(b.s.t, cn)}}).expect(http.StatusOK)
	form := hidden(page.body)
	form["permissions"] = []string{"users:read", "history:read"}
	return b.post("/certificates/sign", form).expect(http.StatusSeeOther).header.Get("Location")
}

// TestSignCertificate goes from a pasted request over the look at it to the download of the chain, which proves itself.
func TestSignCertificate(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/certificates").expect(http.StatusOK, "No certificates yet")
	page := b.post("/certificates/new", url.Values{"csr": {csrOf(t, "V-Demo-App")}}).expect(http.StatusOK, "This would be signed", "V-Demo-App", "ECDSA P-256", "No active certificate",
		`value="users:read" checked`)
	b.get("/certificates").expect(http.StatusOK, "No certificates yet")
	form := hidden(page.body)
	b.post("/certificates/sign", form).expect(http.StatusUnprocessableEntity, "Choose at least one permission", "V-Demo-App")
	form["permissions"] = []string{"users:read"}
	at := b.post("/certificates/sign", form).expect(http.StatusSeeOther).header.Get("Location")
	b.get(at).expect(http.StatusOK, "V-Demo-App was signed", "Valid", "users:read", adminEmail, "Certificate signed")
	chain := b.get(at + "/chain.pem").expect(http.StatusOK)
	if got := chain.header.Get("Content-Disposition"); got != `attachment; filename="V-Demo-App-chain.pem"` {
		t.Error(got)
	}
	leaf, rest := pem.Decode([]byte(chain.body))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(rest)
	certificate := must[*x509.Certificate](t)(x509.ParseCertificate(leaf.Bytes))
	_, err := certificate.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: s.now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil || certificate.Subject.CommonName != "V-Demo-App" {
		t.Errorf("the chain does not prove the certificate of %s: %v", certificate.Subject.CommonName, err)
	}
	if one := b.get(at + "/certificate.pem").expect(http.StatusOK).body; !strings.HasPrefix(chain.body, one) || strings.Count(one, "BEGIN") != 1 {
		t.Error("the certificate alone is not the beginning of the chain")
	}
	b.get(b.signed("V-Demo-App")).expect(http.StatusOK, "Others with this CN")
}

// TestUploadCSR takes a file as browsers send it, with an empty field beside it.
func TestUploadCSR(t *testing.T) {
	b := newScene(t).signedIn(adminEmail)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("csr", "")
	_, _ = must2(form.CreateFormFile("file", "app.csr")).Write([]byte(csrOf(t, "V-Demo-File")))
	_ = form.Close()
	r := must[*http.Request](t)(http.NewRequest(http.MethodPost, b.s.address()+"/certificates/new", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	b.do(r).expect(http.StatusOK, "This would be signed", "V-Demo-File")
}

// must2 is must where a test holds no more than the value.
func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestRefusedCSR says at the field what is wrong, keeps what was pasted, and does not send a private key back.
func TestRefusedCSR(t *testing.T) {
	b := newScene(t).signedIn(adminEmail)
	b.post("/certificates/new", url.Values{"csr": {csrOf(t, "Demo")}}).expect(http.StatusUnprocessableEntity, `id="field-csr-fault"`, "V-&lt;Company&gt;-&lt;Application&gt;", "BEGIN CERTIFICATE REQUEST")
	b.post("/certificates/new", url.Values{"csr": {"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"}}).expect(http.StatusUnprocessableEntity, "no longer secret").lacks("c2VjcmV0")
	b.post("/certificates/new", url.Values{}).expect(http.StatusUnprocessableEntity, "Paste a certificate request")
}

// TestRevokeCertificate asks for the CN and a reason; then the certificate is over, and the trail says who and why.
func TestRevokeCertificate(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	at := b.signed("V-Demo-App")
	b.get(at+"/revoke").expect(http.StatusOK, "cannot be undone", `action="`+at+`/revoke"`)
	b.post(at+"/revoke", url.Values{"reason": {"key lost"}, "confirm": {"V-Demo"}}).expect(http.StatusUnprocessableEntity, "Type exactly V-Demo-App", `value="key lost"`)
	b.post(at+"/revoke", url.Values{"confirm": {"V-Demo-App"}}).expect(http.StatusUnprocessableEntity, `id="field-reason-fault"`)
	b.post(at+"/revoke", url.Values{"reason": {"key lost"}, "confirm": {"V-Demo-App"}}).expect(http.StatusSeeOther)
	b.get(at).expect(http.StatusOK, "Revoked", "Certificate revoked", "key lost").lacks(at + "/revoke")
	b.get(at + "/revoke").expect(http.StatusConflict)
}

// TestCertificateStates tells by colour and word what ends, and filters by it.
func TestCertificateStates(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.signed("V-Demo-Old")
	s.advance(380 * 24 * time.Hour)
	b = s.signedIn(adminEmail)
	b.signed("V-Demo-New")
	b.get("/certificates").expect(http.StatusOK, "Ends in 16 days", "Valid", "2 rows")
	b.get("/certificates?certState=SOON").expect(http.StatusOK, "V-Demo-Old", "1 row").lacks("V-Demo-New")
	b.get("/certificates?cn=new").expect(http.StatusOK, "V-Demo-New", "1 row").lacks("V-Demo-Old")
	s.advance(20 * 24 * time.Hour)
	s.signedIn(adminEmail).get("/certificates?format=csv").expect(http.StatusOK, "EXPIRED", "V-Demo-Old")
}

// TestCertificateWaits holds that a second person sees what would be signed, and that it is signed once they approve.
func TestCertificateWaits(t *testing.T) {
	s := newScene(t).withFourEyes()
	b := s.signedIn(adminEmail)
	form := hidden(b.post("/certificates/new", url.Values{"csr": {csrOf(t, "V-Demo-App")}}).expect(http.StatusOK).body)
	form["permissions"] = []string{"users:read", "history:read"}
	b.waits("/certificates/sign", form)
	s.signedIn(secondEmail).get("/certificates").expect(http.StatusOK, "it waits for your decision")
	s.approve()
	b.carriesOut("/certificates")
	b.get("/certificates").expect(http.StatusOK, "V-Demo-App", "1 row").lacks(`href="/approvals/`)
}
