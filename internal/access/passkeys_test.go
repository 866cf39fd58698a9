package access_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// device is an authenticator with one passkey, as a browser would talk to it (WebAuthn Level 3, 6.1 and 7).
type device struct {
	t      testing.TB
	origin string
	host   string
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
}

func newDevice(t testing.TB, origin, host string) *device {
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	d := &device{t: t, origin: origin, host: host, key: key, id: make([]byte, 32)}
	rand.Read(d.id)
	return d
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// options are what both ceremonies' options have.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func (d *device) read(c access.Ceremony) (o options) {
	d.t.Helper()
	if err := json.Unmarshal(c.Options, &o); err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *device) clientData(ceremony, challenge string) []byte {
	return must[[]byte](d.t)(json.Marshal(map[string]any{"type": ceremony, "challenge": challenge, "origin": d.origin, "crossOrigin": false}))
}

// authData begins the authenticator's data: user present and verified, and more.
func (d *device) authData(more byte) []byte {
	d.count++
	host := sha256.Sum256([]byte(d.host))
	return binary.BigEndian.AppendUint32(append(host[:], 0x05|more), d.count)
}

// make answers navigator.credentials.create.
func (d *device) make(c access.Ceremony) []byte {
	d.t.Helper()
	o := d.read(c)
	d.user = must[[]byte](d.t)(base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID))
	point := must[[]byte](d.t)(d.key.PublicKey.Bytes())
	cose := must[[]byte](d.t)(webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))
	auth := append(d.authData(0x40), make([]byte, 16)...)
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(d.id)))
	auth = append(append(auth, d.id...), cose...)
	object := must[[]byte](d.t)(webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": auth}))
	return d.answer(map[string]string{"clientDataJSON": b64(d.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(object)})
}

// use answers navigator.credentials.get.
func (d *device) use(c access.Ceremony) []byte {
	d.t.Helper()
	client, auth := d.clientData("webauthn.get", d.read(c).PublicKey.Challenge), d.authData(0)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature := must[[]byte](d.t)(ecdsa.SignASN1(rand.Reader, d.key, signed[:]))
	return d.answer(map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64(d.user)})
}

func (d *device) answer(response map[string]string) []byte {
	return must[[]byte](d.t)(json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response}))
}

// passkey signs in with a device.
func (g *gateScene) passkey(d *device) (access.Opened, error) {
	g.t.Helper()
	c := must[access.Ceremony](g.t)(g.gate.BeginPasskeySignIn(g.ctx, g.at))
	return g.gate.PasskeySignIn(g.ctx, g.at, c.State, d.use(c))
}

func TestPasskeyInsteadOfPasswordAndCode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGateScene(t, db, false)
		step := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, g.link(adaMail, bank.Admin), password))
		d := newDevice(t, "https://panel.example", "panel.example")
		c := must[access.Ceremony](t)(g.gate.BeginPasskey(g.ctx, g.at, step.Ticket))
		opened := must[access.Opened](t)(g.gate.AddPasskey(g.ctx, g.at, step.Ticket, c.State, "my phone", d.make(c)))
		if !g.isIn(opened.Token) || len(opened.RecoveryCodes) != 10 {
			t.Fatalf("opened %+v", opened)
		}
		again := must[access.Opened](t)(g.passkey(d))
		f := must[access.Factors](t)(g.gate.Factors(g.ctx, g.at, again.Token))
		if len(f.Passkeys) != 1 || f.TOTP || f.Passkeys[0].Name != "my phone" || !f.Passkeys[0].LastUsedAt.Equal(g.now()) {
			t.Errorf("factors %+v", f)
		}
		wantError(t, g.gate.RemovePasskey(g.ctx, g.at, again.Token, f.Passkeys[0].ID), bank.ErrConflict, "last")
		// With a password, a recovery code does beside a passkey.
		step = must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, password))
		if step.TOTP || !step.Passkey {
			t.Errorf("step %+v", step)
		}
		must[access.Opened](t)(g.gate.SecondFactor(g.ctx, g.at, step.Ticket, opened.RecoveryCodes[0]))
		// A second one, from a session; then the first may go.
		other := newDevice(t, d.origin, d.host)
		c = must[access.Ceremony](t)(g.gate.BeginPasskey(g.ctx, g.at, again.Token))
		must[access.Opened](t)(g.gate.AddPasskey(g.ctx, g.at, again.Token, c.State, "key", other.make(c)))
		if err := g.gate.RemovePasskey(g.ctx, g.at, again.Token, f.Passkeys[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err := g.passkey(d)
		wantError(t, err, access.ErrSignIn, "")
		must[access.Opened](t)(g.passkey(other))
	})
}

func TestPasskeysRefused(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	d := newDevice(t, "https://panel.example", "panel.example")
	if err := g.gate.Confirm(g.ctx, g.at, p.opened.Token, password); err != nil {
		t.Fatal(err)
	}
	c := must[access.Ceremony](t)(g.gate.BeginPasskey(g.ctx, g.at, p.opened.Token))
	made := d.make(c)
	must[access.Opened](t)(g.gate.AddPasskey(g.ctx, g.at, p.opened.Token, c.State, "key", made))
	_, err := g.gate.AddPasskey(g.ctx, g.at, p.opened.Token, c.State, "key", made)
	wantError(t, err, bank.ErrUnauthenticated, "over") // the ceremony is spent

	c = must[access.Ceremony](t)(g.gate.BeginPasskeySignIn(g.ctx, g.at))
	answer := d.use(c)
	must[access.Opened](t)(g.gate.PasskeySignIn(g.ctx, g.at, c.State, answer))
	_, err = g.gate.PasskeySignIn(g.ctx, g.at, c.State, answer)
	if err == nil {
		t.Error("the same answer let in twice")
	}
	phished := *d
	phished.origin = "https://panel.example.evil.test"
	if _, err := g.passkey(&phished); err == nil {
		t.Error("an answer that another site got let in")
	}
	copied := *d
	copied.count = 0
	if _, err := g.passkey(&copied); err == nil {
		t.Error("a device that counts backwards let in")
	}
	stranger := newDevice(t, d.origin, d.host)
	stranger.id, stranger.user = d.id, d.user
	if _, err := g.passkey(stranger); err == nil {
		t.Error("another key let in")
	}
	if err := g.service.LockAccount(g.ctx, system(g.c), adaMail, true); err == nil {
		t.Fatal("the last ADMIN was locked")
	}
	other := g.at
	other.Customer = g.customer("Other").ID
	c = must[access.Ceremony](t)(g.gate.BeginPasskeySignIn(g.ctx, other))
	_, err = g.gate.PasskeySignIn(g.ctx, other, c.State, d.use(c))
	wantError(t, err, access.ErrSignIn, "")
	must[access.Opened](t)(g.passkey(d))
}
