package customers_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func TestSign(t *testing.T) {
	s := open(t)
	ca := s.ca()
	c := s.customer("Example")
	p384 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	for name, key := range map[string]crypto.Signer{"P-256": newKey(t), "P-384": p384, "Ed25519": ed25519Key(t), "RSA 2048": rsaKey(t, 2048)} {
		t.Run(name, func(t *testing.T) {
			got, chain, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, key, "V-Example-App"), nil)
			if err != nil {
				t.Fatal(err)
			}
			leaf := leafOf(t, chain)
			spki := must[[]byte](t)(x509.MarshalPKIXPublicKey(key.Public()))
			want := bank.Certificate{Customer: c.ID, CN: "V-Example-App", KeyHash: sha256.Sum256(spki), Serial: leaf.SerialNumber.Text(16),
				NotBefore: leaf.NotBefore, NotAfter: noon.AddDate(0, 0, 397), Status: bank.CertificateActive,
				Permissions: bank.CertificatePermissions(), CreatedAt: noon}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(got, "ID", "PEM")); diff != "" {
				t.Error(diff)
			}
			if string(chain) != got.PEM+string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})) {
				t.Error("the chain is not the certificate and then the CA")
			}
			_, err = leaf.Verify(x509.VerifyOptions{Roots: pool(ca), CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
			if err != nil || leaf.IsCA || leaf.SerialNumber.BitLen() != 128 {
				t.Errorf("leaf %+v, %v", leaf, err)
			}
		})
	}
	if list := must[[]bank.Certificate](t)(s.service.Certificates(s.ctx, c.ID)); len(list) != 4 {
		t.Errorf("%d certificates are registered", len(list))
	}
	if event := s.lastAudit(c); event.Action != "certificate.signed" || !strings.Contains(event.After, "V-Example-App") {
		t.Errorf("audit event %+v", event)
	}
}

// Of the subject only CN and e-mail count; nothing else that was asked for gets into the certificate.
func TestSignKeepsCNAndEmailOnly(t *testing.T) {
	s := open(t)
	s.ca()
	c := s.customer("Example")
	email := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "ops@example.test"}
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: "  V-Example-App ", Organization: []string{"Somebody Else"}, ExtraNames: []pkix.AttributeTypeAndValue{email}},
		DNSNames: []string{"ims.example.test"}, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 3, 1, 1, 0xff}}}}
	der := must[[]byte](t)(x509.CreateCertificateRequest(rand.Reader, template, newKey(t)))
	got, chain, err := s.service.Sign(s.ctx, system(c), c.ID, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.CN != "V-Example-App" || got.Email != "ops@example.test" {
		t.Errorf("CN %q, e-mail %q", got.CN, got.Email)
	}
	leaf := leafOf(t, chain)
	if leaf.Subject.String() != "CN=V-Example-App" || leaf.IsCA || len(leaf.DNSNames) != 0 || len(leaf.ExtKeyUsage) != 1 {
		t.Errorf("subject %s, CA %v, names %v", leaf.Subject, leaf.IsCA, leaf.DNSNames)
	}
}

func TestSignRefusesCSRs(t *testing.T) {
	s := open(t)
	s.ca()
	c := s.customer("Example")
	key := newKey(t)
	good := simpleCSR(t, key, "V-Example-App")
	der, _ := pem.Decode(good)
	block := func(name string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: name, Bytes: b}) }
	twice := pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "V-Example-App"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "V-Other-App"}}}
	badEmail := pkix.Name{CommonName: "V-Example-App", ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "ops at example"}}}
	forged := bytes.Clone(der.Bytes)
	forged[len(forged)-1] ^= 1
	p521 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	p224 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	for _, bad := range []struct {
		name string
		csr  []byte
		says string
	}{
		{"nothing", nil, "no PEM block"},
		{"text", []byte("hello"), "no PEM block"},
		{"DER", der.Bytes, "no PEM block"},
		{"too long", make([]byte, 65<<10), "longer than 64 KiB"},
		{"a certificate", block("CERTIFICATE", der.Bytes), `a "CERTIFICATE"`},
		{"with the private key", slices.Concat(good, block("EC PRIVATE KEY", []byte{1})), "a private key was sent along"},
		{"two", slices.Concat(good, good), "more than one"},
		{"cut", block("CERTIFICATE REQUEST", der.Bytes[:len(der.Bytes)-3]), "cannot be read"},
		{"trailing bytes", block("CERTIFICATE REQUEST", append(bytes.Clone(der.Bytes), 0)), "cannot be read"},
		{"signature", block("CERTIFICATE REQUEST", forged), "not signed with its own key"},
		{"key of somebody else", swapKey(t, der.Bytes, key, newKey(t)), "not signed with its own key"},
		{"RSA 1024", simpleCSR(t, rsaKey(t, 1024), "V-Example-App"), "has 1024 bits"},
		{"P-521", simpleCSR(t, p521, "V-Example-App"), "curve P-521"},
		{"P-224", simpleCSR(t, p224, "V-Example-App"), "curve P-224"},
		{"Ed448", block("CERTIFICATE REQUEST", ed448CSR(t)), "kind of key"},
		{"no CN", csr(t, key, pkix.Name{Organization: []string{"Example"}}), "no CN"},
		{"blank CN", simpleCSR(t, key, "   "), "no CN"},
		{"two CNs", csr(t, key, twice), "2 CNs"},
		{"form", simpleCSR(t, key, "Example-App"), "V-<Company>-<Application>"},
		{"small v", simpleCSR(t, key, "v-Example-App"), "V-<Company>-<Application>"},
		{"no application", simpleCSR(t, key, "V-Example"), "V-<Company>-<Application>"},
		{"empty company", simpleCSR(t, key, "V--App"), "V-<Company>-<Application>"},
		{"empty application", simpleCSR(t, key, "V-Example-"), "V-<Company>-<Application>"},
		{"space inside", simpleCSR(t, key, "V-Exa mple-App"), "V-<Company>-<Application>"},
		{"letters of others", simpleCSR(t, key, "V-Exаmple-App"), "V-<Company>-<Application>"},
		{"line break", simpleCSR(t, key, "V-Example-App\nV"), "V-<Company>-<Application>"},
		{"long CN", simpleCSR(t, key, "V-Example-"+strings.Repeat("a", 55)), "longer than 64"},
		{"e-mail", csr(t, key, badEmail), "e-mail"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			_, _, err := s.service.Sign(s.ctx, system(c), c.ID, bad.csr, nil)
			wantError(t, err, bank.ErrCSR, bad.says)
		})
	}
	if list := must[[]bank.Certificate](t)(s.service.Certificates(s.ctx, c.ID)); len(list) != 0 {
		t.Errorf("refused, yet %d certificates", len(list))
	}
	for _, cn := range []string{"V-Example-" + strings.Repeat("a", 54), "V-a-b", "V-Ex.am_p-le-App.2", "V-1-2"} {
		if _, _, err := s.service.Sign(s.ctx, system(c), c.ID, simpleCSR(t, key, cn), nil); err != nil {
			t.Errorf("%s: %v", cn, err)
		}
	}
}

// swapKey puts another public key into a signed request.
func swapKey(t *testing.T, der []byte, from, to *ecdsa.PrivateKey) []byte {
	t.Helper()
	a := must[[]byte](t)(x509.MarshalPKIXPublicKey(from.Public()))
	b := must[[]byte](t)(x509.MarshalPKIXPublicKey(to.Public()))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: bytes.Replace(der, a, b, 1)})
}

// ed448CSR says Ed448 in place of Ed25519, which no Go program knows.
func ed448CSR(t *testing.T) []byte {
	t.Helper()
	der, _ := pem.Decode(simpleCSR(t, ed25519Key(t), "V-Example-App"))
	return bytes.ReplaceAll(der.Bytes, []byte{6, 3, 0x2b, 0x65, 0x70}, []byte{6, 3, 0x2b, 0x65, 0x71})
}

// The command of the documentation works, with keys and the subject as openssl writes them.
func TestSignWhatOpenSSLMakes(t *testing.T) {
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	s := open(t)
	s.turn(time.Now())
	ca := s.ca()
	c := s.customer("Example")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(s.ctx, program, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for name, algorithm := range map[string][]string{"ec": {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"}, "rsa": {"-newkey", "rsa:2048"}, "ed25519": {"-newkey", "ed25519"}} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"req", "-new", "-nodes", "-keyout", at(name + ".key"), "-out", at(name + ".csr"), "-text",
				"-subj", "/C=PL/O=Example/CN=V-Example-App/emailAddress=ops@example.test"}, algorithm...)
			run(args...)
			got, chain, err := s.service.Sign(s.ctx, system(c), c.ID, must[[]byte](t)(os.ReadFile(at(name+".csr"))), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Email != "ops@example.test" {
				t.Errorf("e-mail %q", got.Email)
			}
			caFile, certFile := at("ca.pem"), at(name+".pem")
			write(t, caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}))
			write(t, certFile, chain)
			if out := run("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", caFile, certFile); !strings.Contains(out, "OK") {
				t.Error(out)
			}
			// openssl shows the serial in capitals; so typed it must revoke.
			serial := strings.TrimPrefix(strings.TrimSpace(run("x509", "-noout", "-serial", "-in", certFile)), "serial=")
			if err := s.service.Revoke(s.ctx, system(c), c.ID, serial, "test"); err != nil {
				t.Error(err)
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCNBelongsToOneCustomerForEver(t *testing.T) {
	s := open(t)
	s.ca()
	mine, other := s.customer("Mine"), s.customer("Other")
	got, _, err := s.service.Sign(s.ctx, system(other), other.ID, simpleCSR(t, newKey(t), "V-Other-App"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.service.Sign(s.ctx, system(mine), mine.ID, simpleCSR(t, newKey(t), "V-Other-App"), nil)
	wantError(t, err, bank.ErrCSR, "CN is taken")
	if err := s.service.Revoke(s.ctx, system(other), other.ID, got.Serial, "lost"); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.service.Sign(s.ctx, system(mine), mine.ID, simpleCSR(t, newKey(t), "V-Other-App"), nil)
	wantError(t, err, bank.ErrCSR, "CN is taken")
	if _, _, err := s.service.Sign(s.ctx, system(other), other.ID, simpleCSR(t, newKey(t), "V-Other-App"), nil); err != nil {
		t.Errorf("the owner gets another certificate: %v", err)
	}
}

func TestCNRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		s.ca()
		rivals := []bank.Customer{s.customer("Mine"), s.customer("Other")}
		errs := make([]error, len(rivals))
		var group sync.WaitGroup
		for i, c := range rivals {
			request := simpleCSR(t, newKey(t), "V-Wanted-App")
			group.Go(func() { _, _, errs[i] = s.service.Sign(s.ctx, system(c), c.ID, request, nil) })
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v, %v: want one owner", errs[0], errs[1])
		}
	})
}

func TestRevoke(t *testing.T) {
	s := open(t)
	s.ca()
	mine, other := s.customer("Mine"), s.customer("Other")
	key := newKey(t)
	got, _, err := s.service.Sign(s.ctx, system(mine), mine.ID, simpleCSR(t, key, "V-Mine-App"), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, s.service.Revoke(s.ctx, system(mine), mine.ID, got.Serial, " "), bank.ErrInvalid, "reason")
	wantError(t, s.service.Revoke(s.ctx, system(other), other.ID, got.Serial, "lost"), bank.ErrNotFound, "serial")
	for _, serial := range []string{"", "no", "-1", strings.Repeat("f", 40)} {
		wantError(t, s.service.Revoke(s.ctx, system(mine), mine.ID, serial, "lost"), bank.ErrNotFound, "serial")
	}
	if err := s.service.Revoke(s.ctx, system(mine), mine.ID, got.Serial, "laptop lost"); err != nil {
		t.Fatal(err)
	}
	wantError(t, s.service.Revoke(s.ctx, system(mine), mine.ID, got.Serial, "again"), bank.ErrNotFound, "serial")
	if list := must[[]bank.Certificate](t)(s.service.Certificates(s.ctx, mine.ID)); list[0].Status != bank.CertificateRevoked {
		t.Errorf("status %s", list[0].Status)
	}
	if event := s.lastAudit(mine); event.Action != "certificate.revoked" || !strings.Contains(event.After, "laptop lost") {
		t.Errorf("audit event %+v", event)
	}
	_, _, err = s.service.Sign(s.ctx, system(mine), mine.ID, simpleCSR(t, key, "V-Mine-App"), nil)
	wantError(t, err, bank.ErrCSR, "revoked")
}

func TestPermissionsOfCertificates(t *testing.T) {
	s := open(t)
	s.ca()
	c := s.customer("Example")
	outside := bank.Actor{Customer: c.ID, Kind: bank.ActorOperator, Name: "eve@example.test", Permissions: []bank.Permission{bank.PermCustomerWrite}}
	request := simpleCSR(t, newKey(t), "V-Example-App")
	_, _, err := s.service.Sign(s.ctx, outside, c.ID, request, []bank.Permission{bank.PermFilesExecute})
	wantError(t, err, bank.ErrForbidden, "files:execute")
	_, _, err = s.service.Sign(s.ctx, outside, c.ID, request, []bank.Permission{"everything"})
	wantError(t, err, bank.ErrInvalid, "permission")
	if _, _, err := s.service.Sign(s.ctx, outside, c.ID, request, nil); err != nil {
		t.Errorf("what every certificate has: %v", err)
	}
	want := []bank.Permission{bank.PermFilesRead, bank.PermFilesExecute}
	got, _, err := s.service.Sign(s.ctx, system(c), c.ID, request, want)
	if err != nil || !slices.Equal(got.Permissions, want) {
		t.Errorf("permissions %v, %v", got.Permissions, err)
	}
}

// The approval is of one key: a CSR that is swapped after it waits anew.
func TestSignWaitsForASecondPerson(t *testing.T) {
	s := open(t)
	s.ca()
	c := s.customer("Example")
	ada, bob := s.active(c)
	seen, swapped := simpleCSR(t, newKey(t), "V-Example-App"), simpleCSR(t, newKey(t), "V-Example-App")
	_, _, err := s.service.Sign(s.ctx, ada, c.ID, seen, nil)
	wantError(t, err, bank.ErrFourEyes, "approval")
	s.approveAll(bob)
	_, _, err = s.service.Sign(s.ctx, ada, c.ID, swapped, nil)
	wantError(t, err, bank.ErrFourEyes, "approval")
	if list := must[[]bank.Certificate](t)(s.service.Certificates(s.ctx, c.ID)); len(list) != 0 {
		t.Fatal("signed what nobody approved")
	}
	s.approveAll(bob)
	got, _, err := s.service.Sign(s.ctx, ada, c.ID, swapped, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.service.Revoke(s.ctx, ada, c.ID, got.Serial, "in a hurry"); err != nil {
		t.Errorf("revoking needs no second person: %v", err)
	}
}
