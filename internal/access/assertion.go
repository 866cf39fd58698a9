package access

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lestrrat-go/jwx/v3/cert"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	// assertionAge is how old an assertion may be: it is made for one sign-in, just before it.
	assertionAge = 60 * time.Second
	// assertionSkew is how far the customer's clock may go ahead of ours.
	assertionSkew = 10 * time.Second
	// assertionKept is for how much longer than it counts a jti is remembered, as the clocks of replicas differ.
	assertionKept = 5 * time.Minute
	// maxAssertion bounds the text, in bytes: an RSA certificate of 4096 bits with its CA's takes 6 KiB.
	maxAssertion = 16 << 10
	// maxJTI bounds the name of an assertion, in characters.
	maxJTI = 128
)

// errAssertion is the one answer to whatever is wrong before the signature has proved who asks. Up to there the text may be
// anybody's, and telling which part failed would let a stranger try one after the other. What is wrong behind it is told
// exactly: only the holder of a registered key hears it, and clocks and user ids are what integrators get wrong.
var errAssertion = bank.ErrAssertionRefused.With("the assertion is not a JWS of a registered certificate")

// claims are what an assertion says. Others are ignored, as RFC 7519 asks.
type claims struct {
	UserID    string   `json:"userId"`
	DeviceID  string   `json:"deviceId"`
	JTI       string   `json:"jti"`
	IssuedAt  *float64 `json:"iat"` // seconds since 1970
	Expires   *float64 `json:"exp"`
	NotBefore *float64 `json:"nbf"`
}

// Redeem signs an end user in for a Trusted Identity assertion: a compact JWS (RS256, or ES256 on P-256) with the key of
// the client certificate that leads x5c, about userId, deviceId, iat and jti. The certificate passes the checks of a client
// certificate on a connection: chain to our CA, CN and key registered and active; and it needs bank.PermSessionsWrite. An
// assertion counts for 60 seconds, once for its jti, whichever replica gets it. admit is asked once the customer is known, before
// anything is made; its error is passed on.
//
// Errors: bank.ErrAssertionRefused, bank.ErrAssertionExpired, bank.ErrAssertionUsed, bank.ErrCertificateUnknown,
// bank.ErrForbidden, bank.ErrNotFound and bank.ErrUserLocked about the end user.
func (s *Sessions) Redeem(ctx context.Context, assertion string, admit func(bank.CustomerID) error) (IssuedSession, error) {
	leaf, payload, err := s.verify(assertion)
	if err != nil {
		return IssuedSession{}, errAssertion.Because(err)
	}
	actor, customer, err := s.auth.Authenticate(ctx, leaf)
	if err != nil {
		return IssuedSession{}, err
	}
	if err := admit(customer); err != nil {
		return IssuedSession{}, err
	}
	if err := actor.May(bank.PermSessionsWrite); err != nil {
		return IssuedSession{}, err
	}
	c, user, err := readClaims(payload)
	if err != nil {
		return IssuedSession{}, err
	}
	if err := c.current(s.now()); err != nil {
		return IssuedSession{}, err
	}
	var issued IssuedSession
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		issued, err = s.redeem(tx, actor, c, user)
		return err
	})
	return issued, err
}

// redeem uses the jti up where a session comes of it.
func (s *Sessions) redeem(tx *store.Tx, actor bank.Actor, c claims, user bank.ID) (IssuedSession, error) {
	fresh, err := tx.UseAssertion(actor.Customer, c.JTI, s.now().Add(assertionAge+assertionSkew+assertionKept))
	switch {
	case err != nil:
		return IssuedSession{}, fmt.Errorf("use assertion: %w", err)
	case !fresh:
		return IssuedSession{}, bank.ErrAssertionUsed.With("an assertion with this jti was used before")
	}
	return s.issue(tx, actor, user, c.DeviceID)
}

// verify checks the chain before the signature: so no key counts that we have not accepted, however large it is.
func (s *Sessions) verify(assertion string) (*x509.Certificate, []byte, error) {
	if len(assertion) > maxAssertion {
		return nil, nil, errors.New("the assertion is too long")
	}
	leaf, err := leafOf(assertion)
	if err != nil {
		return nil, nil, err
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: s.ca, CurrentTime: s.now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil, nil, fmt.Errorf("chain: %w", err)
	}
	algorithm, err := algorithmFor(leaf.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	// It refuses another algorithm in the header, and extensions (crit, b64) that would change what was signed.
	payload, err := jws.VerifyCompactFast(leaf.PublicKey, []byte(assertion), algorithm)
	if err != nil {
		return nil, nil, fmt.Errorf("signature: %w", err)
	}
	return leaf, payload, nil
}

// leafOf reads the certificate that leads x5c in the protected header.
func leafOf(assertion string) (*x509.Certificate, error) {
	message, err := jws.Parse([]byte(assertion), jws.WithCompact())
	if err != nil {
		return nil, fmt.Errorf("read JWS: %w", err)
	}
	signatures := message.Signatures()
	if len(signatures) != 1 {
		return nil, fmt.Errorf("%d signatures", len(signatures))
	}
	chain, ok := signatures[0].ProtectedHeaders().X509CertChain()
	if !ok {
		return nil, errors.New("no x5c")
	}
	encoded, ok := chain.Get(0)
	if !ok {
		return nil, errors.New("x5c is empty")
	}
	return cert.Parse(encoded)
}

// algorithmFor takes the algorithm from the key and not from the header, which is the signer's word.
func algorithmFor(key crypto.PublicKey) (jwa.SignatureAlgorithm, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return jwa.RS256(), nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return jwa.ES256(), nil
		}
	}
	return jwa.EmptySignatureAlgorithm(), fmt.Errorf("a %T signs no RS256 or ES256", key)
}

// readClaims names the claim that is missing or cannot be read.
func readClaims(payload []byte) (c claims, user bank.ID, err error) {
	bad := func(name string) error {
		return bank.ErrAssertionRefused.With("the claim %s is missing or not what it must be", name)
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, user, bank.ErrAssertionRefused.With("the claims are not a JSON object of the kinds they must be").Because(err)
	}
	user, err = bank.ParseID(c.UserID)
	switch {
	case err != nil:
		return c, user, bad("userId")
	case bank.CheckText(c.DeviceID, true, maxDevice) != "":
		return c, user, bad("deviceId")
	case bank.CheckText(c.JTI, true, maxJTI) != "":
		return c, user, bad("jti")
	case c.IssuedAt == nil:
		return c, user, bad("iat")
	}
	return c, user, nil
}

// current compares seconds as they come, since a number may be beyond all instants.
func (c claims) current(now time.Time) error {
	at, skew := float64(now.UnixMicro())/1e6, assertionSkew.Seconds()
	switch {
	case at-*c.IssuedAt > assertionAge.Seconds():
		return bank.ErrAssertionExpired.With("iat is more than %.0f seconds old", assertionAge.Seconds())
	case *c.IssuedAt-at > skew:
		return bank.ErrAssertionExpired.With("iat lies in the future: compare the clocks")
	case c.Expires != nil && *c.Expires <= at:
		return bank.ErrAssertionExpired.With("exp is over")
	case c.NotBefore != nil && *c.NotBefore-at > skew:
		return bank.ErrAssertionExpired.With("nbf lies in the future: compare the clocks")
	}
	return nil
}
