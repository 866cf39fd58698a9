package access_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"ims/iban"
	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// ordered is an order of an end user with the challenge that was told.
type ordered struct {
	transfer  bank.Transfer
	challenge bank.TransferChallenge
	actor     bank.Actor
}

func (o *office) orders(user bank.ID) ordered {
	o.t.Helper()
	payee := must[iban.IBAN](o.t)(iban.Parse("PL39222222220000000012345678"))
	t := bank.Transfer{Customer: o.customer.ID, ID: bank.NewID(), User: user, Amount: money.New(12_345, money.PLN), Payee: payee}
	c := bank.TransferChallenge{Transfer: t.ID, Amount: t.Amount, Payee: t.Payee, Nonce: sha256.Sum256(t.ID[:])}
	return ordered{t, c, bank.Actor{Customer: o.customer.ID, Kind: bank.ActorEndUser, Name: "end user", User: user}}
}

// says is what a JWS over the order claims.
func (o *office) says(x ordered) map[string]any {
	return map[string]any{"orderId": x.transfer.ID.String(), "amount": x.transfer.Amount.Minor(), "currency": "PLN", "payeeIban": x.transfer.Payee.String(),
		"challenge": x.challenge.Challenge(), "iat": o.now().Unix(), "jti": bank.NewID().String()}
}

// confirm verifies a signature and uses it up, as the room of transfers does.
func (o *office) confirm(x ordered, s bank.TransferSignature) error {
	use, err := o.sessions.VerifyOrder(o.ctx, x.actor, x.transfer, x.challenge.Digest(), s)
	if err != nil {
		return err
	}
	return o.db.Write(o.ctx, use)
}

func TestOrderJWS(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		x := o.orders(o.user())
		signer := o.signer()
		jws := func(claims map[string]any) bank.TransferSignature {
			return bank.TransferSignature{JWS: signer.sign(claims)}
		}
		for name, value := range map[string]any{"orderId": bank.NewID().String(), "amount": 12_346, "currency": "EUR", "payeeIban": "PL97333333330000000012345678",
			"challenge": x.challenge.Challenge()[1:], "jti": "", "iat": nil} {
			wantError(t, o.confirm(x, jws(with(o.says(x), name, value))), bank.ErrSignatureRefused, name)
		}
		another := o.orders(x.transfer.User)
		wantError(t, o.confirm(x, jws(with(o.says(x), "challenge", another.challenge.Challenge()))), bank.ErrSignatureRefused, "challenge")
		wantError(t, o.confirm(x, jws(with(o.says(x), "iat", o.now().Add(-2*time.Minute).Unix()))), bank.ErrAssertionExpired, "old")
		wantError(t, o.confirm(x, jws(with(o.says(x), "iat", o.now().Add(time.Minute).Unix()))), bank.ErrAssertionExpired, "future")
		wantError(t, o.confirm(x, bank.TransferSignature{JWS: "no.such.thing"}), bank.ErrSignatureRefused, "not that of a registered key")
		wantError(t, o.confirm(x, bank.TransferSignature{}), bank.ErrSignatureRefused, "one signature")
		both := jws(o.says(x))
		both.Passkey = []byte("{}")
		wantError(t, o.confirm(x, both), bank.ErrSignatureRefused, "one signature")
		weak := o.identify("V-Example-Signin", ecKey(t, elliptic.P256()), bank.PermSessionsWrite)
		wantError(t, o.confirm(x, bank.TransferSignature{JWS: weak.sign(o.says(x))}), bank.ErrForbidden, "transfers:order")

		stranger := x
		stranger.actor.Customer++
		wantError(t, o.confirm(stranger, jws(o.says(x))), bank.ErrSignatureRefused, "not that of a registered key")
		good := jws(o.says(x))
		if err := o.confirm(x, good); err != nil {
			t.Fatal(err)
		}
		wantError(t, o.confirm(x, good), bank.ErrAssertionUsed, "before")
	})
}

// cose is the device's public key as a backend registers it.
func (d *device) cose() []byte {
	point := must[[]byte](d.t)(d.key.PublicKey.Bytes())
	return must[[]byte](d.t)(webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))
}

// signs answers navigator.credentials.get with a digest as the challenge.
func (d *device) signs(digest [32]byte) bank.TransferSignature {
	client, auth := d.clientData("webauthn.get", b64(digest[:])), d.authData(0)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature := must[[]byte](d.t)(ecdsa.SignASN1(rand.Reader, d.key, signed[:]))
	return bank.TransferSignature{Passkey: d.answer(map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64(d.user)})}
}

func TestOrderPasskey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		x := o.orders(o.user())
		d := newDevice(t, "https://app.pay.example", "pay.example")
		n := access.NewPasskey{CredentialID: d.id, PublicKey: d.cose(), RPID: "pay.example", Origins: []string{d.origin}}
		wantError(t, o.confirm(x, d.signs(x.challenge.Digest())), bank.ErrSignatureRefused, "not that of a registered key")
		p := must[bank.UserPasskey](t)(o.sessions.AddPasskey(t.Context(), o.backend, x.transfer.User, n))
		if err := o.confirm(x, d.signs(x.challenge.Digest())); err != nil {
			t.Fatal(err)
		}
		wantError(t, o.confirm(x, d.signs(o.orders(x.transfer.User).challenge.Digest())), bank.ErrSignatureRefused, "")
		phished, copied, other := *d, *d, *newDevice(t, d.origin, d.host)
		phished.origin, copied.count, other.id = "https://pay.example.evil.test", 0, d.id
		for name, thief := range map[string]*device{"another site": &phished, "a copy": &copied, "another key": &other} {
			if err := o.confirm(x, thief.signs(x.challenge.Digest())); !errors.Is(err, bank.ErrSignatureRefused) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantError(t, o.confirm(o.orders(o.user()), d.signs(x.challenge.Digest())), bank.ErrSignatureRefused, "")
		list := must[[]bank.UserPasskey](t)(o.sessions.Passkeys(t.Context(), o.backend, x.transfer.User))
		if len(list) != 1 || list[0].ID != p.ID || list[0].Count == 0 || list[0].UsedAt.IsZero() {
			t.Errorf("passkeys %+v", list)
		}
		_, err := o.sessions.AddPasskey(t.Context(), o.backend, x.transfer.User, n)
		wantError(t, err, bank.ErrAlreadyExists, "registered")
		if err := o.sessions.RemovePasskey(t.Context(), o.backend, x.transfer.User, p.ID); err != nil {
			t.Fatal(err)
		}
		wantError(t, o.sessions.RemovePasskey(t.Context(), o.backend, x.transfer.User, p.ID), bank.ErrNotFound, "passkey")
		wantError(t, o.confirm(x, d.signs(x.challenge.Digest())), bank.ErrSignatureRefused, "")
	})
}

func TestPasskeyOfEndUserRefused(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	user := o.user()
	d := newDevice(t, "https://pay.example", "pay.example")
	good := access.NewPasskey{CredentialID: d.id, PublicKey: d.cose(), RPID: "pay.example", Origins: []string{"https://pay.example", "android:apk-key-hash:abc"}}
	for field, change := range map[string]func(*access.NewPasskey){
		"/credentialId": func(n *access.NewPasskey) { n.CredentialID = n.CredentialID[:15] },
		"/publicKey":    func(n *access.NewPasskey) { n.PublicKey = []byte("no key") },
		"/rpId":         func(n *access.NewPasskey) { n.RPID = "127.0.0.1" },
		"/origins":      func(n *access.NewPasskey) { n.Origins = []string{"https://evil.example"} },
	} {
		n := good
		change(&n)
		_, err := o.sessions.AddPasskey(t.Context(), o.backend, user, n)
		e, _ := bank.AsError(err)
		if !errors.Is(err, bank.ErrInvalid) || e.Fields[0].Pointer != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := o.sessions.AddPasskey(t.Context(), o.backend, bank.NewID(), good)
	wantError(t, err, bank.ErrNotFound, "end user")
	powerless := o.backend
	powerless.Permissions = []bank.Permission{bank.PermTransfersOrder}
	_, err = o.sessions.AddPasskey(t.Context(), powerless, user, good)
	wantError(t, err, bank.ErrForbidden, "sessions:write")
	if _, err := o.sessions.AddPasskey(t.Context(), o.backend, user, good); err != nil {
		t.Error(err)
	}
}
