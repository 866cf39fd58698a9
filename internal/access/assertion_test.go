package access_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/cert"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// identity is a key with the certificate it was given.
type identity struct {
	t     testing.TB
	key   crypto.Signer
	chain [][]byte // DER, the leaf first
}

func ecKey(t testing.TB, curve elliptic.Curve) crypto.Signer {
	return must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(curve, rand.Reader))
}

// identify lets the customer's CA sign a key under a CN.
func (o *office) identify(cn string, key crypto.Signer, permissions ...bank.Permission) *identity {
	o.t.Helper()
	der := must[[]byte](o.t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}, key))
	_, chain, err := o.customers.Sign(o.ctx, system(o.customer), o.customer.ID, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), permissions)
	if err != nil {
		o.t.Fatal(err)
	}
	i := &identity{t: o.t, key: key}
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		i.chain = append(i.chain, block.Bytes)
	}
	return i
}

// signer is an identity that assertions may come from.
func (o *office) signer() *identity {
	return o.identify("V-Example-Backend", ecKey(o.t, elliptic.P256()))
}

// headers lead with the certificates.
func (i *identity) headers() jws.Headers {
	i.t.Helper()
	chain, h := &cert.Chain{}, jws.NewHeaders()
	for _, der := range i.chain {
		if err := chain.AddString(base64.StdEncoding.EncodeToString(der)); err != nil {
			i.t.Fatal(err)
		}
	}
	if err := h.Set(jws.X509CertChainKey, chain); err != nil {
		i.t.Fatal(err)
	}
	return h
}

// say is what an assertion of now claims.
func (o *office) say(user bank.ID) map[string]any {
	return map[string]any{"userId": user.String(), "deviceId": "phone", "iat": o.now().Unix(), "jti": bank.NewID().String()}
}

// with returns claims of which one is another; nil takes it away.
func with(claims map[string]any, name string, value any) map[string]any {
	claims[name] = value
	if value == nil {
		delete(claims, name)
	}
	return claims
}

// sign makes a compact JWS; the algorithm is that of the key.
func (i *identity) sign(claims any, headers ...any) string {
	i.t.Helper()
	algorithm := jwa.ES256()
	switch k := i.key.(type) {
	case *rsa.PrivateKey:
		algorithm = jwa.RS256()
	case ed25519.PrivateKey:
		algorithm = jwa.EdDSA()
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P384() {
			algorithm = jwa.ES384()
		}
	}
	h := i.headers()
	for n := 0; n < len(headers); n += 2 {
		if err := h.Set(headers[n].(string), headers[n+1]); err != nil {
			i.t.Fatal(err)
		}
	}
	signed := must[[]byte](i.t)(jws.Sign(must[[]byte](i.t)(json.Marshal(claims)), jws.WithKey(algorithm, i.key, jws.WithProtectedHeaders(h))))
	return string(signed)
}

func anybody(bank.CustomerID) error { return nil }

func (o *office) redeem(assertion string) error {
	_, err := o.sessions.Redeem(o.ctx, assertion, anybody)
	return err
}

// TestAssertion signs an end user in with each kind of key that may, also with the leaf alone in x5c.
func TestAssertion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		user := o.user()
		leafOnly := o.signer()
		leafOnly.chain = leafOnly.chain[:1]
		for _, i := range []*identity{o.signer(), leafOnly, o.identify("V-Example-Legacy", must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)))} {
			issued := must[access.IssuedSession](t)(o.sessions.Redeem(t.Context(), i.sign(o.say(user)), anybody))
			actor, _, err := o.sessions.Authenticate(t.Context(), issued.Token)
			if err != nil || actor.User != user || issued.Device != "phone" {
				t.Errorf("session %+v of %+v, %v", issued, actor, err)
			}
		}
		o.settled("V-Example-Backend session.issued", "V-Example-Backend session.ended", "V-Example-Backend session.issued",
			"V-Example-Legacy session.ended", "V-Example-Legacy session.issued")
	})
}

// TestAssertionOnce: of twenty who bring one assertion, one gets a session, whichever replica they ask.
func TestAssertionOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		assertion := o.signer().sign(o.say(o.user()))
		var issued, used atomic.Int64
		atOnce(t, 20, func(int) error {
			_, err := o.sessions.Redeem(context.Background(), assertion, anybody)
			switch {
			case err == nil:
				issued.Add(1)
			case errors.Is(err, bank.ErrAssertionUsed):
				used.Add(1)
			default:
				return err
			}
			return nil
		})
		if issued.Load() != 1 || used.Load() != 19 {
			t.Errorf("%d sessions, %d refusals", issued.Load(), used.Load())
		}
		o.settled("V-Example-Backend session.issued")
	})
}

// TestAssertionAge: it counts for a minute from iat; as long as it could count, its jti is known.
func TestAssertionAge(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	i, user := o.signer(), o.user()
	for name, c := range map[string]struct {
		claim string
		at    time.Duration
		want  *bank.Error
	}{
		"a minute old":         {"iat", -60 * time.Second, nil},
		"too old":              {"iat", -61 * time.Second, bank.ErrAssertionExpired},
		"a clock ahead":        {"iat", 10 * time.Second, nil},
		"a clock far ahead":    {"iat", 11 * time.Second, bank.ErrAssertionExpired},
		"over":                 {"exp", 0, bank.ErrAssertionExpired},
		"not over":             {"exp", time.Second, nil},
		"not yet":              {"nbf", time.Minute, bank.ErrAssertionExpired},
		"now, by our clock":    {"nbf", 10 * time.Second, nil},
		"of the age of stones": {"iat", -100 * 365 * 24 * time.Hour, bank.ErrAssertionExpired},
	} {
		err := o.redeem(i.sign(with(o.say(user), c.claim, o.now().Add(c.at).Unix())))
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantError(t, o.redeem(i.sign(with(o.say(user), "iat", 1e300))), bank.ErrAssertionExpired, "future")
	wantError(t, o.redeem(i.sign(with(o.say(user), "iat", -1e300))), bank.ErrAssertionExpired, "old")

	latest := i.sign(with(o.say(user), "iat", o.now().Add(10*time.Second).Unix()))
	if err := o.redeem(latest); err != nil {
		t.Fatal(err)
	}
	o.pass(70 * time.Second)
	if err := o.service.SweepSessions(t.Context(), o.customer.ID); err != nil {
		t.Fatal(err)
	}
	wantError(t, o.redeem(latest), bank.ErrAssertionUsed, "")
	o.pass(time.Second)
	wantError(t, o.redeem(latest), bank.ErrAssertionExpired, "")
	o.pass(10 * time.Minute)
	if err := o.service.SweepSessions(t.Context(), o.customer.ID); err != nil {
		t.Fatal(err)
	}
	again := must[bool](t)(useAgain(o, latest))
	if !again {
		t.Error("a jti is remembered for ever")
	}
}

// useAgain tells whether the jti of an assertion is free again.
func useAgain(o *office, assertion string) (fresh bool, err error) {
	payload := must[[]byte](o.t)(base64.RawURLEncoding.DecodeString(strings.Split(assertion, ".")[1]))
	var c struct{ JTI string }
	if err := json.Unmarshal(payload, &c); err != nil {
		return false, err
	}
	err = o.db.Write(o.ctx, func(tx *store.Tx) error { fresh, err = tx.UseAssertion(o.customer.ID, c.JTI, noon); return err })
	return fresh, err
}

// TestAssertionClaims: what is missing is named, as only the holder of a registered key hears it.
func TestAssertionClaims(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	i, user := o.signer(), o.user()
	for _, c := range []struct {
		claim string
		value any
	}{
		{"userId", nil}, {"userId", "7"}, {"deviceId", nil}, {"deviceId", ""}, {"deviceId", "a\x00"}, {"jti", nil}, {"jti", ""}, {"jti", strings.Repeat("x", 129)},
		{"iat", nil},
	} {
		wantError(t, o.redeem(i.sign(with(o.say(user), c.claim, c.value))), bank.ErrAssertionRefused, c.claim)
	}
	for _, payload := range []any{"text", []int{1}, map[string]any{"iat": "now"}, map[string]any{"userId": 7}} {
		wantError(t, o.redeem(i.sign(payload)), bank.ErrAssertionRefused, "claims")
	}
	wantError(t, o.redeem(i.sign(o.say(bank.NewID()))), bank.ErrNotFound, "no such end user")
	o.setStatus(user, bank.UserLocked)
	locked := i.sign(o.say(user))
	wantError(t, o.redeem(locked), bank.ErrUserLocked, "")
	o.setStatus(user, bank.UserActive)
	if err := o.redeem(locked); err != nil { // no session came of it, so it was not used
		t.Error(err)
	}
}

// TestAssertionSigner: the certificate passes what one on a connection must.
func TestAssertionSigner(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	user := o.user()
	i := o.signer()

	powerless := o.identify("V-Example-Reader", ecKey(t, elliptic.P256()), bank.PermUsersRead)
	wantError(t, o.redeem(powerless.sign(o.say(user))), bank.ErrForbidden, "sessions:write")

	revoked := o.identify("V-Example-Lost", ecKey(t, elliptic.P256()))
	if err := o.redeem(revoked.sign(o.say(user))); err != nil {
		t.Fatal(err)
	}
	leaf := must[*x509.Certificate](t)(x509.ParseCertificate(revoked.chain[0]))
	if err := o.customers.Revoke(t.Context(), system(o.customer), o.customer.ID, fmt.Sprintf("%x", leaf.SerialNumber), "lost"); err != nil {
		t.Fatal(err)
	}
	o.pass(time.Second)
	wantError(t, o.redeem(revoked.sign(o.say(user))), bank.ErrCertificateUnknown, "V-Example-Lost")

	other := o.scene.customer("Other Pay")
	theirs := &office{scene: o.scene, customer: other, sessions: o.sessions}
	wantError(t, o.redeem(theirs.identify("V-Other-Backend", ecKey(t, elliptic.P256())).sign(o.say(user))), bank.ErrNotFound, "no such end user")

	o.pass(398 * 24 * time.Hour)
	refusedAsAll(t, o, "an expired certificate", i.sign(o.say(user)))
}

// refusedAsAll wants the one refusal that tells nothing.
func refusedAsAll(t *testing.T, o *office, name, assertion string) {
	t.Helper()
	err := o.redeem(assertion)
	e, ok := bank.AsError(err)
	if !ok || e.Code != bank.ErrAssertionRefused.Code || e.Message != "the assertion is not a JWS of a registered certificate" || e.Unwrap() == nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestForgedAssertions: whatever is wrong before the signature has proved who asks, the answer is one and the same.
func TestForgedAssertions(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	i, user := o.signer(), o.user()
	good := i.sign(o.say(user))
	part := strings.Split(good, ".")
	other := strings.Split(i.sign(o.say(o.user())), ".")
	encode := base64.RawURLEncoding.EncodeToString

	thief := &identity{t, ecKey(t, elliptic.P256()), i.chain} // our certificate, their key
	self := selfSigned(t)
	led := selfSigned(t)
	led.chain = append(led.chain, i.chain...)
	server := must[tls.Certificate](t)(o.customers.ServerCertificate(t.Context(), []string{"localhost"}))
	listener := &identity{t, server.PrivateKey.(crypto.Signer), server.Certificate}
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)

	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.chain[0]})
	hmac := must[[]byte](t)(jws.Sign([]byte(`{}`), jws.WithKey(jwa.HS256(), publicPEM, jws.WithProtectedHeaders(i.headers()))))

	for name, assertion := range map[string]string{
		"nothing":                 "",
		"words":                   "an assertion",
		"two parts":               part[0] + "." + part[1],
		"no signature":            part[0] + "." + part[1] + ".",
		"another's signature":     part[0] + "." + part[1] + "." + other[2],
		"another's payload":       part[0] + "." + other[1] + "." + part[2],
		"no algorithm":            encode([]byte(`{"alg":"none","x5c":["`+base64.StdEncoding.EncodeToString(i.chain[0])+`"]}`)) + "." + part[1] + ".",
		"a certificate as secret": string(hmac),
		"no x5c":                  encode([]byte(`{"alg":"ES256"}`)) + "." + part[1] + "." + part[2],
		"empty x5c":               encode([]byte(`{"alg":"ES256","x5c":[]}`)) + "." + part[1] + "." + part[2],
		"x5c of nothing":          encode([]byte(`{"alg":"ES256","x5c":["AAAA"]}`)) + "." + part[1] + "." + part[2],
		"JSON serialisation":      `{"payload":"` + part[1] + `","protected":"` + part[0] + `","signature":"` + part[2] + `"}`,
		"somebody else's key":     thief.sign(o.say(user)),
		"self-signed":             self.sign(o.say(user)),
		"self-signed, ours next":  led.sign(o.say(user)),
		"our listener's":          listener.sign(o.say(user)),
		"P-384":                   o.identify("V-Example-Other", ecKey(t, elliptic.P384())).sign(o.say(user)),
		"Ed25519":                 o.identify("V-Example-Other", edKey).sign(o.say(user)),
		"critical extension":      i.sign(o.say(user), "crit", []string{"exp"}, "exp", 1),
		"too long":                i.sign(with(o.say(user), "more", strings.Repeat("x", 16<<10))),
	} {
		refusedAsAll(t, o, name, assertion)
	}
	if err := o.redeem(good); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

// selfSigned has the right name and nobody's signature but its own.
func selfSigned(t testing.TB) *identity {
	t.Helper()
	key := ecKey(t, elliptic.P256())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "V-Example-Backend"}, NotBefore: noon.Add(-time.Hour),
		NotAfter: noon.AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	return &identity{t, key, [][]byte{must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))}}
}
