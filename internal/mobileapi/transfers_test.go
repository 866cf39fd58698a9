package mobileapi

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestTransfer: an order waits, a session alone does not send it, a signature of Trusted Identity does, once; then it is the
// end user's to see and, until the bank has it, to take back.
func TestTransfer(t *testing.T) { storetest.Each(t, transfer) }

func transfer(t *testing.T, db *store.DB) {
	s := sceneOn(t, db, nil)
	p := s.example().person("Ada")
	path := "/mobile/transfers/" + p.order.ID
	if p.order.Status != "RECEIVED" || p.order.PayeeIBAN != "PL39222222220000000012345678" || p.order.TransactionID != 0 || p.order.PayeeCheck.Result != "NOT_POSSIBLE" {
		t.Errorf("ordered %+v", p.order)
	}
	if c := p.order.Challenge; c == nil || !c.ExpiresAt.Equal(s.now().Add(10*time.Minute)) || c.PasskeyChallenge != digestOf(c.Text) ||
		c.Text != strings.Join([]string{"ims-transfer-1", p.order.ID, "100 PLN", p.order.PayeeIBAN, c.Challenge}, "\n") {
		t.Errorf("the challenge is %+v", c)
	}
	var again OrderedTransfer
	if a := p.app.send("/mobile/transfers", p.gift(), "gift").ok(201, &again); *again.Challenge != *p.order.Challenge || a.header.Get("Idempotent-Replayed") != "true" ||
		a.header.Get("Location") != path {
		t.Errorf("again %s: %s", a.header, a.body)
	}
	p.app.do("POST", "/mobile/transfers", p.gift()).refused(bank.ErrIdempotencyRequired)
	p.app.do("POST", path+"/confirm", Confirmation{}).refused(bank.ErrSignatureRefused)
	if got := p.available(); got != 1234 {
		t.Errorf("%d available before anything is signed", got)
	}
	signer := p.identity()
	p.app.do("POST", path+"/confirm", Confirmation{JWS: signer.sign(t, p.claims("amount", 101))}).refused(bank.ErrSignatureRefused)
	var held Transfer
	signed := Confirmation{JWS: signer.sign(t, p.claims("", nil))}
	first := p.app.send(path+"/confirm", signed, "sign").ok(200, &held)
	if held.Status != "HELD" || held.TransactionID == 0 || p.available() != 1134 {
		t.Errorf("confirmed %+v, %d available", held, p.available())
	}
	if a := p.app.send(path+"/confirm", signed, "sign").ok(200, nil); !bytes.Equal(a.body, first.body) || a.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again %s: %s", a.header, a.body)
	}
	p.app.do("POST", path+"/confirm", signed).refused(bank.ErrConflict)
	var story TransferStory
	p.app.get(path).ok(200, &story)
	statuses := make([]string, len(story.Steps))
	for i, step := range story.Steps {
		statuses[i] = step.Status
	}
	if !slices.Equal(statuses, []string{"RECEIVED", "HELD"}) || story.Transfer != held {
		t.Errorf("the story is %+v", story)
	}
	var cancelled Transfer
	p.app.do("POST", path+"/cancel", nil).ok(200, &cancelled)
	if cancelled.Status != "CANCELLED" || cancelled.Reason == nil || cancelled.Reason.Code != "WITHDRAWN" || p.available() != 1234 {
		t.Errorf("cancelled %+v, %d available", cancelled, p.available())
	}
	p.app.do("POST", path+"/cancel", nil).refused(bank.ErrConflict)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// claims are what a JWS over the person's order says, with one of them changed.
func (p *person) claims(changed string, to any) map[string]any {
	claims := map[string]any{"orderId": p.order.ID, "amount": 100, "currency": "PLN", "payeeIban": p.order.PayeeIBAN, "challenge": p.order.Challenge.Challenge,
		"iat": p.now().Unix(), "jti": bank.NewID().String()}
	if changed != "" {
		claims[changed] = to
	}
	return claims
}

func (p *person) available() int64 {
	p.t.Helper()
	var list BalanceList
	p.app.get("/mobile/balances").ok(200, &list)
	return list.Items[0].Available.Amount
}

// TestTransferByPasskey: what a browser answers confirms, as it is; a passkey of somebody else, or over another order, does
// not.
func TestTransferByPasskey(t *testing.T) {
	s := newScene(t)
	c := s.example()
	p, other := c.person("Ada"), c.person("Bob")
	key, stranger := p.passkey(), other.passkey()
	path := "/mobile/transfers/" + p.order.ID + "/confirm"
	p.app.do("POST", path, map[string]any{"passkey": stranger.assert(t, p.order.Challenge)}).refused(bank.ErrSignatureRefused)
	p.app.do("POST", path, map[string]any{"passkey": key.assert(t, other.order.Challenge)}).refused(bank.ErrSignatureRefused)
	var held Transfer
	p.app.do("POST", path, map[string]any{"passkey": key.assert(t, p.order.Challenge)}).ok(200, &held)
	if held.Status != "HELD" {
		t.Errorf("confirmed %+v", held)
	}
}

// passkey is an authenticator with one credential, as far as we see of it.
type passkey struct {
	key *ecdsa.PrivateKey
	id  []byte
}

func (p *person) passkey() *passkey {
	p.t.Helper()
	k := &passkey{must[*ecdsa.PrivateKey](p.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), []byte("credential of " + p.user.FirstName)}
	point := must[[]byte](p.t)(k.key.PublicKey.Bytes())
	cose := must[[]byte](p.t)(webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))
	must[bank.UserPasskey](p.t)(p.sessions.AddPasskey(p.t.Context(), p.program, p.user.ID,
		access.NewPasskey{CredentialID: k.id, PublicKey: cose, RPID: "pay.example", Origins: []string{"https://pay.example"}}))
	return k
}

// assert is what PublicKeyCredential.toJSON says of an answer to the challenge, by a user who was verified.
func (k *passkey) assert(t *testing.T, c *Challenge) map[string]any {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	client := must[[]byte](t)(json.Marshal(map[string]any{"type": "webauthn.get", "challenge": c.PasskeyChallenge, "origin": "https://pay.example", "crossOrigin": false}))
	domain := sha256.Sum256([]byte("pay.example"))
	auth := append(domain[:], 0x05, 0, 0, 0, 0)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature := must[[]byte](t)(ecdsa.SignASN1(rand.Reader, k.key, signed[:]))
	return map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "authenticatorAttachment": "platform", "clientExtensionResults": map[string]any{"appid": false},
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64(k.id)}}
}

// TestTransferRefused: what is wrong is said before anything is signed; keys of two end users never meet.
func TestTransferRefused(t *testing.T) {
	s := newScene(t)
	c := s.example()
	p, other := c.person("Ada"), c.person("Bob") // each has used the key "gift"
	wrong := p.gift()
	wrong.PayeeIBAN, wrong.Amount.Amount = "PL40222222220000000012345678", 0
	if e := p.app.send("/mobile/transfers", wrong, "k").refused(bank.ErrInvalid); len(e.Errors) != 2 {
		t.Errorf("told of %+v", e.Errors)
	}
	dear := p.gift()
	dear.Amount = zlotys(1235)
	p.app.send("/mobile/transfers", dear, "dear").refused(bank.ErrInsufficientFunds)
	p.app.send("/mobile/transfers", other.gift(), "theirs").refused(bank.ErrNotFound)
	p.app.send("/mobile/transfers", dear, "gift").refused(bank.ErrKeyReused)
	var list TransferList
	p.app.get("/mobile/transfers").ok(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != p.order.ID {
		t.Errorf("listed %+v", list.Items)
	}
	p.app.get("/mobile/transfers?minAmount=101").ok(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("found %+v", list.Items)
	}
	s.pass(9 * time.Minute)
	p.app.send("/mobile/transfers/"+p.order.ID+"/confirm", Confirmation{JWS: p.identity().sign(t, p.claims("iat", s.now().Add(-2*time.Minute).Unix()))}, "old").refused(bank.ErrAssertionExpired)
}
