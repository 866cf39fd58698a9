package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// NewUser describes an end user to create.
type NewUser struct {
	ExternalID          string
	Type                bank.UserType
	FirstName, LastName string
	CompanyName         string
	Email, Phone        string
	KYC                 bank.KYCStatus // empty: PENDING
}

// CreateUser adds an end user, once per idempotency key of the context. Errors: ErrInvalid with fields, ErrAlreadyExists,
// ErrForbidden, and those of store.DB.Once.
func (s *Service) CreateUser(ctx context.Context, actor bank.Actor, n NewUser) (u bank.User, err error) {
	if err := actor.May(bank.PermUsersWrite); err != nil {
		return u, err
	}
	now := s.now().UTC()
	u = bank.User{Customer: actor.Customer, ID: bank.NewID(), ExternalID: n.ExternalID, Type: n.Type, FirstName: n.FirstName,
		LastName: n.LastName, CompanyName: n.CompanyName, Email: n.Email, Phone: n.Phone, KYC: n.KYC, Status: bank.UserActive,
		CreatedAt: now, UpdatedAt: now}
	if u.KYC == "" {
		u.KYC = bank.KYCPending
	}
	if err := checkUser(u); err != nil {
		return bank.User{}, err
	}
	err = s.db.Once(ctx, actor.Customer, now, func(tx *store.Tx) (any, error) {
		if err := tx.AddUser(u); err != nil {
			return nil, err
		}
		return u, tx.Audit(actor.Customer, now, auditEvent(actor, "user.create", u.ID.String(), "", publicFacts(u)))
	})
	if err != nil {
		return bank.User{}, err
	}
	return u, nil
}

// publicFacts are what the audit trail keeps of an end user: it is never erased, so it holds no names.
func publicFacts(u bank.User) string {
	text, _ := json.Marshal(map[string]string{"type": string(u.Type), "kycStatus": string(u.KYC), "status": string(u.Status)})
	return string(text) // a map of strings always marshals
}

const (
	maxName  = 140
	maxEmail = 254
	maxPhone = 32
	maxID    = 128
)

// checkUser reports every field that breaks a rule.
func checkUser(u bank.User) error {
	e := bank.ErrInvalid.With("the end user has invalid fields")
	bad := func(field, reason string) {
		if reason != "" {
			e = e.Field("/"+field, "invalid", field+" "+reason)
		}
	}
	person := u.Type == bank.Person
	if !person && u.Type != bank.Corporation {
		bad("type", "must be PERSON or CORPORATION")
	}
	if u.KYC != bank.KYCPending && u.KYC != bank.KYCAccepted && u.KYC != bank.KYCRejected {
		bad("kycStatus", "must be PENDING, ACCEPTED or REJECTED")
	}
	if u.Status != bank.UserActive && u.Status != bank.UserLocked {
		bad("status", "must be ACTIVE or LOCKED")
	}
	bad("externalId", bank.CheckText(u.ExternalID, false, maxID))
	bad("firstName", bank.CheckText(u.FirstName, person, maxName))
	bad("lastName", bank.CheckText(u.LastName, person, maxName))
	bad("companyName", bank.CheckText(u.CompanyName, u.Type == bank.Corporation, maxName))
	bad("phone", bank.CheckText(u.Phone, false, maxPhone))
	bad("email", bank.CheckText(u.Email, false, maxEmail))
	if u.Email != "" && !strings.Contains(u.Email, "@") {
		bad("email", "must be an e-mail address")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// User returns an end user.
func (s *Service) User(ctx context.Context, actor bank.Actor, id bank.ID) (u bank.User, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return u, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		u, err = tx.User(actor.Customer, id)
		return notFound(err, "end user")
	})
	return u, err
}

// UserFilter selects end users; it has a name here for the doors, which do not know the store.
type UserFilter = store.UserFilter

// Users lists end users in the order of creation. The filter's IBAN may hold spaces.
func (s *Service) Users(ctx context.Context, actor bank.Actor, f UserFilter) (list []bank.User, err error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return nil, err
	}
	if f.IBAN != "" {
		number, err := iban.ParseLenient(f.IBAN)
		if err != nil {
			return nil, bank.ErrInvalid.Field("iban", "invalid", "not an IBAN")
		}
		f.IBAN = number.String()
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Users(actor.Customer, f)
		return err
	})
	return list, err
}

// UpdateUser changes an end user: patch is given the present one, locked. Where the customer's IBANs wait for KYC, the
// moment it is accepted issues them; an end user who becomes active again gets the credits that were frozen meanwhile. An
// error of patch ends the change. Who is locked is signed out everywhere.
func (s *Service) UpdateUser(ctx context.Context, actor bank.Actor, id bank.ID, patch func(*bank.User) error) (u bank.User, err error) {
	if err := actor.May(bank.PermUsersWrite); err != nil {
		return u, err
	}
	now := s.now().UTC()
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.LockUser(actor.Customer, id)
		if err != nil {
			return notFound(err, "end user")
		}
		if !before.ErasedAt.IsZero() {
			return bank.ErrConflict.With("the end user is erased")
		}
		u = before
		if err := patch(&u); err != nil {
			return err
		}
		u.Customer, u.ID, u.ExternalID, u.CreatedAt, u.UpdatedAt = before.Customer, before.ID, before.ExternalID, before.CreatedAt, now
		if err := checkUser(u); err != nil {
			return err
		}
		if err := tx.UpdateUser(u); err != nil {
			return err
		}
		batch := ledger.NewBatch(tx, actor.Customer, now)
		if err := s.followUser(tx, batch, actor, before, u); err != nil {
			return err
		}
		batch.Audit(actor, "user.update", u.ID.String(), publicFacts(before), publicFacts(u))
		if err := signOut(tx, batch, actor, u); err != nil {
			return err
		}
		return batch.Commit()
	})
	if err == nil {
		s.cache.drop("")
	}
	return u, err
}

// signOut ends the sessions of an end user who is locked.
func signOut(tx *store.Tx, batch *ledger.Batch, actor bank.Actor, u bank.User) error {
	if u.Status == bank.UserActive {
		return nil
	}
	ended, err := tx.EndUserSessions(u.Customer, u.ID)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	for _, session := range ended {
		batch.Audit(actor, "session.ended", session.ID.String(), `{"userId":"`+u.ID.String()+`"}`, "")
	}
	return nil
}

// followUser does to the balances of an end user what a change of the end user means for them. It locks the balances first,
// then the range of IBANs.
func (s *Service) followUser(tx *store.Tx, batch *ledger.Batch, actor bank.Actor, before, u bank.User) error {
	unlocked := u.Status == bank.UserActive && before.Status != bank.UserActive
	accepted := u.KYC == bank.KYCAccepted && before.KYC != bank.KYCAccepted
	if !unlocked && !accepted {
		return nil
	}
	balances, err := tx.UserBalances(u.Customer, u.ID)
	if err != nil {
		return err
	}
	if err := thaw(tx, batch, balances, u.UpdatedAt); err != nil || !accepted {
		return err
	}
	return s.issueForUser(tx, actor, userKind(balances))
}
