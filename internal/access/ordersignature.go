package access

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"

	"ims/internal/bank"
	"ims/internal/store"
)

// errSignature is the one answer to whatever is wrong before a signature has proved who signs; see errAssertion.
var errSignature = bank.ErrSignatureRefused.With("the signature is not that of a registered key over this order")

// orderClaims are what a JWS over an order says. Others are ignored, as RFC 7519 asks.
type orderClaims struct {
	OrderID   string      `json:"orderId"`
	Amount    json.Number `json:"amount"` // minor units
	Currency  string      `json:"currency"`
	PayeeIBAN string      `json:"payeeIban"` // electronic
	Challenge string      `json:"challenge"` // as the order was answered
	JTI       string      `json:"jti"`
	IssuedAt  *float64    `json:"iat"` // seconds since 1970
	Expires   *float64    `json:"exp"`
	NotBefore *float64    `json:"nbf"`
}

// VerifyOrder proves that an end user's order was signed: by a key of Trusted Identity (a compact JWS as Redeem takes them,
// about orderId, amount, currency, payeeIban, challenge, iat and jti; its certificate needs bank.PermTransfersOrder), or by a
// passkey of the end user whose challenge was digest. digest is that of the bank.TransferChallenge that the end user was given.
// What it returns uses the signature up, in the transaction that carries the order out: the same one does not count again, nor
// does a passkey that was copied.
//
// Errors: bank.ErrSignatureRefused, bank.ErrAssertionExpired, bank.ErrAssertionUsed, bank.ErrCertificateUnknown,
// bank.ErrForbidden, the store's.
func (s *Sessions) VerifyOrder(ctx context.Context, actor bank.Actor, t bank.Transfer, digest [32]byte, signed bank.TransferSignature) (func(*store.Tx) error, error) {
	switch {
	case signed.JWS != "" && len(signed.Passkey) == 0:
		return s.verifyOrderJWS(ctx, actor, t, digest, signed.JWS)
	case signed.JWS == "" && len(signed.Passkey) > 0:
		return s.verifyOrderPasskey(ctx, actor, digest, signed.Passkey)
	}
	return nil, bank.ErrSignatureRefused.With("an order needs one signature: a JWS or a passkey's")
}

func (s *Sessions) verifyOrderJWS(ctx context.Context, actor bank.Actor, t bank.Transfer, digest [32]byte, text string) (func(*store.Tx) error, error) {
	leaf, payload, err := s.verify(text)
	if err != nil {
		return nil, errSignature.Because(err)
	}
	signer, customer, err := s.auth.Authenticate(ctx, leaf)
	if err != nil {
		return nil, err
	}
	if customer != actor.Customer { // as if it were a stranger's
		return nil, errSignature
	}
	if err := signer.May(bank.PermTransfersOrder); err != nil {
		return nil, err
	}
	c, err := readOrderClaims(payload, t, digest)
	if err != nil {
		return nil, err
	}
	times := claims{IssuedAt: c.IssuedAt, Expires: c.Expires, NotBefore: c.NotBefore}
	if err := times.current(s.now()); err != nil {
		return nil, err
	}
	return func(tx *store.Tx) error {
		fresh, err := tx.UseAssertion(customer, "order "+c.JTI, s.now().Add(assertionAge+assertionSkew+assertionKept))
		switch {
		case err != nil:
			return fmt.Errorf("use signature: %w", err)
		case !fresh:
			return bank.ErrAssertionUsed.With("a signature with this jti was used before")
		}
		return nil
	}, nil
}

// readOrderClaims holds the claims against the order and names the first that is not of it.
func readOrderClaims(payload []byte, t bank.Transfer, digest [32]byte) (c orderClaims, err error) {
	bad := func(name string) error {
		return bank.ErrSignatureRefused.With("the claim %s is missing or not that of the order", name)
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, bank.ErrSignatureRefused.With("the claims are not a JSON object of the kinds they must be").Because(err)
	}
	nonce, err := base64.RawURLEncoding.DecodeString(c.Challenge)
	order := bank.TransferChallenge{Transfer: t.ID, Amount: t.Amount, Payee: t.Payee}
	switch {
	case c.OrderID != t.ID.String():
		return c, bad("orderId")
	case c.Amount.String() != fmt.Sprint(t.Amount.Minor()):
		return c, bad("amount")
	case c.Currency != t.Amount.Currency().Code():
		return c, bad("currency")
	case c.PayeeIBAN != t.Payee.String():
		return c, bad("payeeIban")
	case err != nil || len(nonce) != len(order.Nonce):
		return c, bad("challenge")
	case bank.CheckText(c.JTI, true, maxJTI) != "":
		return c, bad("jti")
	case c.IssuedAt == nil:
		return c, bad("iat")
	}
	copy(order.Nonce[:], nonce)
	if order.Digest() != digest {
		return c, bad("challenge")
	}
	return c, nil
}

// verifyOrderPasskey asks for a user whom the device has verified: by a finger, a face or its code.
func (s *Sessions) verifyOrderPasskey(ctx context.Context, actor bank.Actor, digest [32]byte, response []byte) (func(*store.Tx) error, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, errSignature.Because(err)
	}
	key, err := s.passkeyOf(ctx, actor, parsed.RawID)
	if err != nil {
		return nil, err
	}
	challenge := base64.RawURLEncoding.EncodeToString(digest[:])
	err = parsed.Verify(challenge, key.RPID, "", key.Origins, key.Origins, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, key.PublicKey, protocol.SignaturePolicy{})
	if err != nil {
		return nil, errSignature.Because(err)
	}
	key.Count, key.UsedAt = int64(parsed.Response.AuthenticatorData.Counter), stamp(s.now())
	return func(tx *store.Tx) error {
		if err := tx.UseUserPasskey(key); err != nil {
			return errSignature.Because(fmt.Errorf("use passkey: %w", err)) // copied, used at the same time, or removed
		}
		return nil
	}, nil
}

// passkeyOf finds the passkey of an end user by what its device calls it.
func (s *Sessions) passkeyOf(ctx context.Context, actor bank.Actor, credential []byte) (found bank.UserPasskey, err error) {
	ok := false
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.UserPasskeys(actor.Customer, actor.User)
		for _, p := range list {
			if bytes.Equal(p.CredentialID, credential) {
				found, ok = p, true
			}
		}
		return err
	})
	if err != nil {
		return found, fmt.Errorf("passkeys: %w", err)
	}
	if !ok {
		return found, errSignature
	}
	return found, nil
}
