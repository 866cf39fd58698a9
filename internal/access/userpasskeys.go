package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"ims/internal/bank"
	"ims/internal/store"
)

// NewPasskey is a passkey of an end user as the customer's backend, which made it with the end user's device, registers it.
type NewPasskey struct {
	CredentialID []byte
	PublicKey    []byte   // COSE_Key
	RPID         string   // the domain it was made for, such as "pay.example"
	Origins      []string // where it may be used: https origins under the domain, or "android:apk-key-hash:..." of an app
}

// Bounds of a passkey.
const (
	maxCredential  = 1023 // WebAuthn Level 3, 4: bytes of a credential's id
	maxPublicKey   = 4096 // bytes
	maxOrigins     = 10
	maxOriginText  = 255
	mostUserPasses = 20 // passkeys of one end user
)

func (p NewPasskey) check() error {
	e := bank.ErrInvalid.With("the passkey has invalid fields")
	if len(p.CredentialID) < 16 || len(p.CredentialID) > maxCredential {
		e = e.Field("/credentialId", "invalid", "16 to 1023 bytes")
	}
	if _, err := webauthncose.ParsePublicKey(p.PublicKey); err != nil || len(p.PublicKey) > maxPublicKey {
		e = e.Field("/publicKey", "invalid", "a COSE key of a supported algorithm")
	}
	if _, err := netip.ParseAddr(p.RPID); err == nil || bank.CheckText(p.RPID, true, maxOriginText) != "" || strings.ContainsAny(p.RPID, "/: ") {
		e = e.Field("/rpId", "invalid", "a domain")
	}
	if len(p.Origins) == 0 || len(p.Origins) > maxOrigins || slices.ContainsFunc(p.Origins, func(o string) bool { return !underDomain(o, p.RPID) }) {
		e = e.Field("/origins", "invalid", "1 to 10 https origins under the domain, or android:apk-key-hash: of an app")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// underDomain tells whether a passkey of a domain may be used from an origin.
func underDomain(origin, domain string) bool {
	if hash, ok := strings.CutPrefix(origin, "android:apk-key-hash:"); ok {
		return hash != "" && len(origin) <= maxOriginText
	}
	host, ok := strings.CutPrefix(origin, "https://")
	host, _, _ = strings.Cut(host, ":")
	return ok && len(origin) <= maxOriginText && (host == domain || strings.HasSuffix(host, "."+domain))
}

// AddPasskey registers a passkey of an end user, who then confirms transfers with it. The actor, a program of the customer that
// knows who the end user is, needs bank.PermSessionsWrite. Errors: bank.ErrInvalid, ErrNotFound, ErrUserLocked,
// ErrAlreadyExists, ErrConflict where the end user has twenty.
func (s *Sessions) AddPasskey(ctx context.Context, actor bank.Actor, user bank.ID, n NewPasskey) (bank.UserPasskey, error) {
	if err := actor.May(bank.PermSessionsWrite); err != nil {
		return bank.UserPasskey{}, err
	}
	if err := n.check(); err != nil {
		return bank.UserPasskey{}, err
	}
	p := bank.UserPasskey{Customer: actor.Customer, ID: bank.NewID(), User: user, CredentialID: n.CredentialID, PublicKey: n.PublicKey, RPID: n.RPID,
		Origins: n.Origins, CreatedAt: stamp(s.now())}
	err := s.db.Once(ctx, actor.Customer, p.CreatedAt, func(tx *store.Tx) (any, error) {
		if err := addable(tx, p); err != nil {
			return nil, err
		}
		if err := tx.AddUserPasskey(p); err != nil {
			return nil, fmt.Errorf("add passkey: %w", err)
		}
		return p, tx.Audit(p.Customer, p.CreatedAt, actor.Event("passkey.added", p.ID.String(), "", toJSON(struct {
			User bank.ID `json:"userId"`
		}{user})))
	})
	if err != nil {
		return bank.UserPasskey{}, err
	}
	return p, nil
}

// addable locks the end user, so that nobody gets a passkey while being locked.
func addable(tx *store.Tx, p bank.UserPasskey) error {
	u, err := tx.LockUser(p.Customer, p.User)
	switch {
	case errors.Is(err, bank.ErrNotFound):
		return bank.ErrNotFound.With("there is no such end user")
	case err != nil:
		return fmt.Errorf("add passkey: %w", err)
	case u.Status != bank.UserActive:
		return bank.ErrUserLocked
	}
	list, err := tx.UserPasskeys(p.Customer, p.User)
	if err == nil && len(list) >= mostUserPasses {
		err = bank.ErrConflict.With("the end user has %d passkeys: remove one first", len(list))
	}
	return err
}

// Passkeys lists the passkeys of an end user in the order they were registered. The actor needs bank.PermSessionsWrite.
func (s *Sessions) Passkeys(ctx context.Context, actor bank.Actor, user bank.ID) (list []bank.UserPasskey, err error) {
	if err := actor.May(bank.PermSessionsWrite); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.User(actor.Customer, user); err != nil {
			if errors.Is(err, bank.ErrNotFound) {
				return bank.ErrNotFound.With("there is no such end user")
			}
			return fmt.Errorf("passkeys: %w", err)
		}
		list, err = tx.UserPasskeys(actor.Customer, user)
		return err
	})
	return list, err
}

// RemovePasskey takes a passkey from an end user; it confirms nothing any more. The actor needs bank.PermSessionsWrite.
// bank.ErrNotFound if the end user has none of this id.
func (s *Sessions) RemovePasskey(ctx context.Context, actor bank.Actor, user, id bank.ID) error {
	if err := actor.May(bank.PermSessionsWrite); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.RemoveUserPasskey(actor.Customer, user, id); err != nil {
			if errors.Is(err, bank.ErrNotFound) {
				return bank.ErrNotFound.With("there is no such passkey")
			}
			return fmt.Errorf("remove passkey: %w", err)
		}
		return tx.Audit(actor.Customer, stamp(s.now()), actor.Event("passkey.removed", id.String(), "", ""))
	})
}
