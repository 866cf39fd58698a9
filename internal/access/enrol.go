package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// enroller is who enrols a second factor: whoever holds the ticket of an accepted link, or a session that was confirmed.
type enroller struct {
	operator bank.ID
	email    string
	epoch    int64
	ticket   *ticket
	token    string
}

// enroller reads who it is from a ticket or a session's token.
func (g *Gate) enroller(ctx context.Context, v Visit, who string) (e enroller, err error) {
	if strings.HasPrefix(who, sessionPrefix) {
		err = g.DB.Read(ctx, func(tx *store.Tx) error {
			s, staff, _, err := g.find(tx, v, who)
			if err == nil && !view(s, staff, s.ID).Confirmed(g.Now()) {
				err = ErrConfirm
			}
			e = enroller{operator: s.Operator, email: staff.Email, epoch: s.Epoch, token: who}
			return err
		})
		return e, err
	}
	t, err := g.ticket(v, who)
	if err != nil {
		return e, err
	}
	if !t.Enrol {
		return e, errOver
	}
	e = enroller{operator: t.Operator, epoch: t.Epoch, ticket: &t}
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		staff, err := welcome(tx, v.Customer, t.Operator, true)
		e.email = staff.Email
		return over(err)
	})
	return e, err
}

// enrolled keeps a new factor: add writes it, beside what is in the credentials. It opens the session of a ticket. Whoever has
// no recovery codes gets them. factor names it for the trail.
func (g *Gate) enrolled(ctx context.Context, v Visit, e enroller, factor string, add func(*store.Tx, *bank.Credentials) error) (Opened, error) {
	codes, hashes := newRecoveryCodes()
	var opened Opened
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockCredentials(e.operator)
		if err != nil {
			return fmt.Errorf("enrol: %w", err)
		}
		left, err := tx.CountRecoveryCodes(e.operator)
		if err != nil {
			return fmt.Errorf("enrol: %w", err)
		}
		if left == 0 {
			if err := tx.SetRecoveryCodes(e.operator, hashes); err != nil {
				return fmt.Errorf("enrol: recovery codes: %w", err)
			}
		}
		if err := add(tx, &c); err != nil {
			return err
		}
		if opened, err = g.goOn(tx, v, e, &c, factor); err == nil && left == 0 {
			opened.RecoveryCodes = codes
		}
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return opened, nil
}

// goOn opens the session of a ticket, or goes on with the one there is.
func (g *Gate) goOn(tx *store.Tx, v Visit, e enroller, c *bank.Credentials, factor string) (Opened, error) {
	if e.ticket != nil {
		return g.open(tx, v, *e.ticket, c, factor)
	}
	s, staff, _, err := g.confirmed(tx, v, e.token)
	if err != nil {
		return Opened{}, err
	}
	if err := tx.SetCredentials(*c); err != nil {
		return Opened{}, fmt.Errorf("enrol: %w", err)
	}
	left, err := tx.CountRecoveryCodes(e.operator)
	if err != nil {
		return Opened{}, fmt.Errorf("enrol: %w", err)
	}
	err = g.audit(tx, v, staff.Email, "operator.second-factor-added", staff.Email, struct {
		Factor string `json:"secondFactor"`
	}{factor})
	return Opened{Session: view(s, staff, s.ID), RecoveryLeft: left}, err
}

// TOTPEnrolment is what an authenticator app is told. State is sealed text to hand back with the first code.
type TOTPEnrolment struct {
	Secret string // base 32, for typing
	URL    string // otpauth://..., for a QR code
	State  string
}

// totpState is what State seals.
type totpState struct {
	Operator bank.ID   `json:"o"`
	Epoch    int64     `json:"e"`
	Secret   []byte    `json:"s"`
	Expires  time.Time `json:"x"`
}

// EnrolTOTP begins to enrol an authenticator app, for the ticket of an accepted link or for a session that was confirmed
// (ErrConfirm). With the state of an enrolment that began it returns the same one again. Nothing is kept before ConfirmTOTP.
func (g *Gate) EnrolTOTP(ctx context.Context, v Visit, who, state string) (TOTPEnrolment, error) {
	e, err := g.enroller(ctx, v, who)
	if err != nil {
		return TOTPEnrolment{}, err
	}
	var s totpState
	if state == "" {
		s = totpState{Operator: e.operator, Epoch: e.epoch, Secret: make([]byte, totpSecret), Expires: stamp(g.Now()).Add(ticketTime)}
		rand.Read(s.Secret) // never fails
		state = g.sealJSON("operator-totp-enrolment", s)
	} else if s, err = g.totpState(e, state); err != nil {
		return TOTPEnrolment{}, err
	}
	secret := base32Text.EncodeToString(s.Secret)
	return TOTPEnrolment{Secret: secret, URL: otpauth(v, e.email, secret), State: state}, nil
}

// otpauth is the URL that authenticator apps read; its name holds the host, so that one app can hold several panels'.
func otpauth(v Visit, email, secret string) string {
	host, err := v.host()
	if err != nil {
		host = "IBAN management"
	}
	values := url.Values{"secret": {secret}, "issuer": {host}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(host+":"+email) + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
}

func (g *Gate) totpState(e enroller, text string) (s totpState, err error) {
	if err := g.openJSON("operator-totp-enrolment", text, &s); err != nil {
		return s, err
	}
	if s.Operator != e.operator || s.Epoch != e.epoch || !g.Now().Before(s.Expires) {
		return s, errOver
	}
	return s, nil
}

// ConfirmTOTP keeps the authenticator app of an enrolment, in place of an earlier one, once a code of it proves that it works:
// bank.ErrInvalid about /code otherwise. With a ticket it ends the sign-in and opens the session.
func (g *Gate) ConfirmTOTP(ctx context.Context, v Visit, who, state, code string) (Opened, error) {
	e, err := g.enroller(ctx, v, who)
	if err != nil {
		return Opened{}, err
	}
	s, err := g.totpState(e, state)
	if err != nil {
		return Opened{}, err
	}
	code, _ = digits(code)
	step, err := matchStep(s.Secret, code, g.Now(), 0)
	if err != nil {
		return Opened{}, fmt.Errorf("check code: %w", err)
	}
	if step == 0 {
		return Opened{}, bank.ErrInvalid.With("This is not the code that the app should show now. Is the phone's clock right?").
			Field("/code", "wrong", "the six digits that the app shows now")
	}
	return g.enrolled(ctx, v, e, "TOTP", func(_ *store.Tx, c *bank.Credentials) error {
		c.TOTP, c.TOTPStep = s.Secret, step
		return nil
	})
}

// Factors are the second factors of an operator.
type Factors struct {
	TOTP         bool
	RecoveryLeft int
	Passkeys     []Passkey
}

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	ID         bank.ID
	Name       string
	Host       string
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never
}

// Factors lists the operator's own second factors.
func (g *Gate) Factors(ctx context.Context, v Visit, token string) (f Factors, err error) {
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		s, _, c, err := g.find(tx, v, token)
		if err != nil {
			return err
		}
		f = Factors{TOTP: len(c.TOTP) > 0}
		if f.RecoveryLeft, err = tx.CountRecoveryCodes(s.Operator); err != nil {
			return err
		}
		keys, err := tx.Passkeys(s.Operator)
		for _, p := range keys {
			f.Passkeys = append(f.Passkeys, Passkey{ID: p.ID, Name: p.Name, Host: p.Host, CreatedAt: p.CreatedAt, LastUsedAt: p.UsedAt})
		}
		return err
	})
	if err != nil {
		return Factors{}, fmt.Errorf("second factors: %w", err)
	}
	return f, nil
}

// NewRecoveryCodes replaces the operator's recovery codes, those that are left too. ErrConfirm without a fresh proof.
func (g *Gate) NewRecoveryCodes(ctx context.Context, v Visit, token string) ([]string, error) {
	codes, hashes := newRecoveryCodes()
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, _, err := g.confirmed(tx, v, token)
		if err != nil {
			return err
		}
		if err := tx.SetRecoveryCodes(s.Operator, hashes); err != nil {
			return fmt.Errorf("new recovery codes: %w", err)
		}
		return g.audit(tx, v, staff.Email, "operator.recovery-codes-made", staff.Email, nil)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RenamePasskey gives one of the operator's own passkeys another name, 1 to 64 characters; bank.ErrNotFound if it is not
// there.
func (g *Gate) RenamePasskey(ctx context.Context, v Visit, token string, id bank.ID, name string) error {
	name, err := passkeyName(name)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		s, _, _, err := g.lockOwn(tx, v, token)
		if err != nil {
			return err
		}
		return noPasskey(tx.RenamePasskey(s.Operator, id, name))
	})
}

func noPasskey(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("You have no such passkey.")
	}
	return err
}

// passkeyName checks what an operator calls a passkey.
func passkeyName(name string) (string, error) {
	const most = 64
	name = strings.TrimSpace(name)
	if why := bank.CheckText(name, true, most); why != "" {
		return "", bank.ErrInvalid.With("Please choose another name: it %s.", why).Field("/name", "invalid", why)
	}
	return name, nil
}

// RemovePasskey removes one of the operator's own passkeys. ErrConfirm without a fresh proof, bank.ErrConflict if it is the
// last second factor, bank.ErrNotFound if it is not there.
func (g *Gate) RemovePasskey(ctx context.Context, v Visit, token string, id bank.ID) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, c, err := g.confirmed(tx, v, token)
		if err != nil {
			return err
		}
		if err := noPasskey(tx.RemovePasskey(s.Operator, id)); err != nil {
			return err
		}
		left, err := tx.Passkeys(s.Operator)
		if err != nil {
			return fmt.Errorf("remove passkey: %w", err)
		}
		if len(left) == 0 && len(c.TOTP) == 0 {
			return bank.ErrConflict.With("This is your last second factor. Enrol another one first.")
		}
		return g.audit(tx, v, staff.Email, "operator.second-factor-removed", staff.Email, struct {
			Passkey bank.ID `json:"passkey"`
		}{id})
	})
}

// RemoveTOTP removes the operator's own authenticator app. ErrConfirm without a fresh proof, bank.ErrConflict if it is the last
// second factor or there is none.
func (g *Gate) RemoveTOTP(ctx context.Context, v Visit, token string) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		s, staff, c, err := g.confirmed(tx, v, token)
		if err != nil {
			return err
		}
		if len(c.TOTP) == 0 {
			return bank.ErrConflict.With("You have no authenticator app.")
		}
		keys, err := tx.Passkeys(s.Operator)
		if err != nil {
			return fmt.Errorf("remove authenticator app: %w", err)
		}
		if len(keys) == 0 {
			return bank.ErrConflict.With("This is your last second factor. Enrol another one first.")
		}
		c.TOTP = nil
		if err := tx.SetCredentials(c); err != nil {
			return fmt.Errorf("remove authenticator app: %w", err)
		}
		return g.audit(tx, v, staff.Email, "operator.second-factor-removed", staff.Email, struct {
			Factor string `json:"secondFactor"`
		}{"TOTP"})
	})
}
