package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"ims/internal/bank"
	"ims/internal/store"
)

// Ceremony is what a browser needs to make or use a passkey (WebAuthn Level 3). Options go to navigator.credentials; State is
// sealed text to hand back with the answer, once, within ten minutes.
type Ceremony struct {
	Options json.RawMessage
	State   string
}

// ceremonyState is what State seals.
type ceremonyState struct {
	Customer bank.CustomerID      `json:"c"`
	Host     string               `json:"h"`
	Epoch    int64                `json:"e"`
	Session  webauthn.SessionData `json:"s"`
	Expires  time.Time            `json:"x"`
}

// relying is the panel as passkeys know it: bound to its host and origin.
func relying(v Visit) (*webauthn.WebAuthn, string, error) {
	host, err := v.host()
	if err != nil {
		return nil, "", err
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil, "", bank.ErrConflict.With("Passkeys work under a name only, not under %s.", host)
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: host, RPOrigins: []string{v.Origin}})
	if err != nil {
		return nil, "", bank.ErrConflict.With("Passkeys do not work under the name of this panel.").Because(err)
	}
	return rp, host, nil
}

// owner is an operator as the library knows one.
type owner struct {
	id    bank.ID
	email string
	keys  []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return o.id[:] }
func (o owner) WebAuthnName() string                       { return o.email }
func (o owner) WebAuthnDisplayName() string                { return o.email }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// owner reads an operator's passkeys for one host.
func (g *Gate) owner(tx *store.Tx, operator bank.ID, email, host string) (owner, []bank.Passkey, error) {
	o := owner{id: operator, email: email}
	all, err := tx.Passkeys(operator)
	if err != nil {
		return o, nil, fmt.Errorf("passkeys: %w", err)
	}
	var here []bank.Passkey
	for _, p := range all {
		if p.Host != host {
			continue
		}
		var key webauthn.Credential
		if err := json.Unmarshal(p.Credential, &key); err != nil {
			return o, nil, fmt.Errorf("passkey %s: %w", p.ID, err)
		}
		here, o.keys = append(here, p), append(o.keys, key)
	}
	return o, here, nil
}

func (g *Gate) ceremony(v Visit, host string, epoch int64, purpose string, options any, s *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkey options: %w", err)
	}
	s.Expires = time.Time{} // ours is by our clock
	state := ceremonyState{Customer: v.Customer, Host: host, Epoch: epoch, Session: *s, Expires: stamp(g.Now()).Add(ticketTime)}
	return Ceremony{Options: text, State: g.sealJSON(purpose, state)}, nil
}

func (g *Gate) resume(v Visit, host, purpose, text string) (s ceremonyState, err error) {
	if err := g.openJSON(purpose, text, &s); err != nil {
		return s, err
	}
	if s.Customer != v.Customer || s.Host != host || !g.Now().Before(s.Expires) {
		return s, errOver
	}
	return s, nil
}

// spend uses up a ceremony: its challenge counts once.
func (g *Gate) spend(tx *store.Tx, s ceremonyState) error {
	fresh, err := tx.UseAssertion(s.Customer, "passkey "+s.Session.Challenge, s.Expires)
	if err == nil && !fresh {
		err = errOver
	}
	return err
}

const (
	makingPasskey = "operator-passkey-making"
	usingPasskey  = "operator-passkey-using"
)

// BeginPasskey begins to make a passkey, for the ticket of an accepted link or for a session that was confirmed (ErrConfirm).
// bank.ErrConflict where the panel's host is an address, for which there are none.
func (g *Gate) BeginPasskey(ctx context.Context, v Visit, who string) (Ceremony, error) {
	e, err := g.enroller(ctx, v, who)
	if err != nil {
		return Ceremony{}, err
	}
	rp, host, err := relying(v)
	if err != nil {
		return Ceremony{}, err
	}
	var o owner
	err = g.DB.Read(ctx, func(tx *store.Tx) (err error) {
		o, _, err = g.owner(tx, e.operator, e.email, host)
		return err
	})
	if err != nil {
		return Ceremony{}, err
	}
	exclude := make([]protocol.CredentialDescriptor, len(o.keys))
	for i := range o.keys {
		exclude[i] = o.keys[i].Descriptor()
	}
	options, session, err := rp.BeginRegistration(o, webauthn.WithExclusions(exclude), webauthn.WithConveyancePreference(protocol.PreferNoAttestation),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey: %w", err)
	}
	return g.ceremony(v, host, e.epoch, makingPasskey, options, session)
}

// errPasskey answers to a browser whose answer does not fit; why is for the log.
func errPasskey(why error) error {
	return bank.ErrInvalid.With("The passkey could not be made. Please try again.").Field("/passkey", "invalid", "another answer").Because(why)
}

// AddPasskey keeps the passkey that the browser made. response is the JSON of its PublicKeyCredential, name what the operator
// calls it, 1 to 64 characters. With a ticket it ends the sign-in and opens the session.
func (g *Gate) AddPasskey(ctx context.Context, v Visit, who, state, name string, response []byte) (Opened, error) {
	name, err := passkeyName(name)
	if err != nil {
		return Opened{}, err
	}
	e, err := g.enroller(ctx, v, who)
	if err != nil {
		return Opened{}, err
	}
	rp, host, err := relying(v)
	if err != nil {
		return Opened{}, err
	}
	s, err := g.resume(v, host, makingPasskey, state)
	if err != nil {
		return Opened{}, err
	}
	if s.Epoch != e.epoch {
		return Opened{}, errOver
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Opened{}, errPasskey(err)
	}
	key, err := rp.CreateCredential(owner{id: e.operator, email: e.email}, s.Session, parsed)
	if err != nil {
		return Opened{}, errPasskey(err)
	}
	p := bank.Passkey{Operator: e.operator, ID: bank.NewID(), Host: host, Name: name, CredentialID: key.ID, Credential: []byte(toJSON(key)), CreatedAt: stamp(g.Now())}
	return g.enrolled(ctx, v, e, "passkey", func(tx *store.Tx, _ *bank.Credentials) error {
		if err := g.spend(tx, s); err != nil {
			return err
		}
		return tx.AddPasskey(p)
	})
}

// BeginPasskeySignIn begins a sign-in with a passkey, which needs neither e-mail nor password: the browser offers those it
// has for this host, and the device asks for a finger, a face or its own code.
func (g *Gate) BeginPasskeySignIn(_ context.Context, v Visit) (Ceremony, error) {
	rp, host, err := relying(v)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey: %w", err)
	}
	return g.ceremony(v, host, 0, usingPasskey, options, session)
}

// PasskeySignIn opens a session with the JSON of the browser's PublicKeyCredential. ErrSignIn whatever is wrong with it. As a
// key cannot be guessed, an account that waits after failures lets it in: strangers cannot keep such an operator out.
func (g *Gate) PasskeySignIn(ctx context.Context, v Visit, state string, response []byte) (Opened, error) {
	if err := g.admit(v); err != nil {
		return Opened{}, err
	}
	rp, host, err := relying(v)
	if err != nil {
		return Opened{}, err
	}
	s, err := g.resume(v, host, usingPasskey, state)
	if err != nil {
		return Opened{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil || len(parsed.Response.UserHandle) != len(bank.ID{}) {
		g.failed(v)
		return Opened{}, ErrSignIn
	}
	var opened Opened
	err = g.DB.Write(ctx, func(tx *store.Tx) (err error) {
		opened, err = g.passkeySignIn(tx, v, rp, s, bank.ID(parsed.Response.UserHandle), parsed)
		return err
	})
	if errors.Is(err, ErrSignIn) {
		g.failed(v)
	}
	if err != nil {
		return Opened{}, err
	}
	return opened, nil
}

func (g *Gate) passkeySignIn(tx *store.Tx, v Visit, rp *webauthn.WebAuthn, s ceremonyState, operator bank.ID, parsed *protocol.ParsedCredentialAssertionData) (Opened, error) {
	staff, err := welcome(tx, v.Customer, operator, false)
	if err != nil {
		return Opened{}, err
	}
	c, err := tx.LockCredentials(operator) // also what keeps the count of uses: one at a time
	if err != nil {
		return Opened{}, fmt.Errorf("passkey: %w", err)
	}
	o, keys, err := g.owner(tx, operator, staff.Email, s.Host)
	if err != nil {
		return Opened{}, err
	}
	find := func([]byte, []byte) (webauthn.User, error) { return o, nil }
	key, err := rp.ValidateDiscoverableLogin(find, s.Session, parsed)
	if err != nil || key.Authenticator.CloneWarning {
		g.Log.Info("a passkey was refused", "operator", staff.ID, "copied", err == nil, "reason", err)
		return Opened{}, ErrSignIn
	}
	if err := g.spend(tx, s); err != nil {
		return Opened{}, err
	}
	for _, p := range keys {
		if string(p.CredentialID) != string(key.ID) {
			continue
		}
		p.Credential, p.UsedAt = []byte(toJSON(key)), stamp(g.Now())
		if err := tx.UsePasskey(p); err != nil {
			return Opened{}, fmt.Errorf("passkey: %w", err)
		}
		return g.open(tx, v, ticket{Customer: v.Customer, Operator: operator, Epoch: c.Epoch}, &c, "passkey "+strings.ToValidUTF8(p.Name, ""))
	}
	return Opened{}, ErrSignIn
}
