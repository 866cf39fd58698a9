package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Staff is an operator with the role for one customer. Locked tells whether they may sign in to this customer.
type Staff struct {
	bank.Operator
	Role        bank.Role
	Institution bool      // belongs to the IBAN issuing institution
	Accepted    bool      // they took up the invitation, and may sign in to the panel
	LockedUntil time.Time // after failed attempts to sign in; zero or past: they need not wait
	App         bool      // has an authenticator app
	Passkeys    int64
	LastSignIn  time.Time // to this customer's panel; zero: never
}

// Status is INVITED until they take up the invitation, then ACTIVE; LOCKED while they are.
func (s Staff) Status() string {
	switch {
	case s.Locked:
		return "LOCKED"
	case !s.Accepted:
		return "INVITED"
	}
	return "ACTIVE"
}

// Grantable lists the roles of the actor's customer that the actor may give, and take from whoever has them: those all of whose
// permissions they hold. Institution says for operators of the issuing institution. It needs bank.PermOperatorsWrite.
func (s *Service) Grantable(ctx context.Context, actor bank.Actor, institution bool) (roles []bank.Role, err error) {
	if err := actor.May(bank.PermOperatorsWrite); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		roles = nil
		for _, role := range everyRole() {
			err := holdsAll(tx, actor, bank.OperatorRole{Customer: actor.Customer, Role: role, Institution: institution})
			if errors.Is(err, bank.ErrForbidden) {
				continue
			}
			if err != nil {
				return err
			}
			roles = append(roles, role)
		}
		return nil
	})
	return roles, err
}

// Operator returns what an operator may do for a customer: the permissions of the role there, those about files, items and
// funds only if they belong to the issuing institution. bank.ErrForbidden if they are unknown there or locked.
func (s *Service) Operator(ctx context.Context, customer bank.CustomerID, email string) (bank.Actor, error) {
	actor := bank.Actor{Customer: customer, Kind: bank.ActorOperator, Name: foldEmail(email)}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		staff, err := tx.StaffByEmail(customer, actor.Name)
		if errors.Is(err, bank.ErrNotFound) || err == nil && staff.Locked {
			return bank.ErrForbidden.With("no active operator of this customer has the e-mail given")
		}
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		actor.Permissions, err = effective(tx, staff.OperatorRole)
		return err
	})
	if err != nil {
		return bank.Actor{}, err
	}
	return actor, nil
}

// Operators lists the operators of a customer by e-mail.
func (s *Service) Operators(ctx context.Context, customer bank.CustomerID) ([]Staff, error) {
	var list []Staff
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Operators(customer)
		if err != nil {
			return fmt.Errorf("list operators: %w", err)
		}
		list = make([]Staff, len(rows))
		for i, r := range rows {
			list[i] = Staff{Operator: r.Operator, Role: r.Role, Institution: r.Institution, Accepted: !r.AcceptedAt.IsZero(), LockedUntil: r.LockedUntil,
				App: r.App, Passkeys: r.Passkeys, LastSignIn: r.LastSignIn}
		}
		return nil
	})
	return list, err
}

// effective lists what a role allows, with and without belonging to the issuing institution.
func effective(tx *store.Tx, r bank.OperatorRole) ([]bank.Permission, error) {
	list, err := tx.Permissions(r.Customer, r.Role)
	if err != nil {
		return nil, fmt.Errorf("permissions of %s: %w", r.Role, err)
	}
	return slices.DeleteFunc(list, func(p bank.Permission) bool { return bank.InstitutionOnly(p) && !r.Institution }), nil
}

// holdsAll refuses an actor who lacks a permission of a role: nobody gives, or takes from others, what they do not hold. So
// a MANAGER can make no ADMIN and lock none, and nobody outside the issuing institution can let somebody in.
func holdsAll(tx *store.Tx, actor bank.Actor, r bank.OperatorRole) error {
	list, err := effective(tx, r)
	if err != nil {
		return err
	}
	for _, p := range list {
		if actor.May(p) != nil {
			return bank.ErrForbidden.With("%s may not decide about the role %s: it has the permission %s", actor.Name, r.Role, p)
		}
	}
	return nil
}

// LacksAdmins tells whether the customer has too few active ADMINs for one to ask and another to approve. Whoever holds the
// store can then ask for another one, and the one who is left approve.
func (s *Service) LacksAdmins(ctx context.Context, customer bank.CustomerID) (lacks bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		n, err := activeAdmins(tx, customer)
		lacks = n < wantedAdmins
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count ADMINs: %w", err)
	}
	return lacks, nil
}

// InviteOperator gives a person a role with the customer, in place of an earlier one, and makes the account if there is
// none. It needs bank.PermOperatorsWrite and every permission that the role has before and after. Where four eyes bind it
// waits for a second person (bank.ErrFourEyes). The customer becomes ACTIVE with the second active ADMIN
// who has signed in.
func (s *Service) InviteOperator(ctx context.Context, actor bank.Actor, customer bank.CustomerID, email string, role bank.Role, institution bool) (bank.Operator, error) {
	if err := mayManage(&actor, customer); err != nil {
		return bank.Operator{}, err
	}
	address, err := parseEmail(email)
	if err != nil {
		return bank.Operator{}, err
	}
	if !role.Known() {
		return bank.Operator{}, bank.ErrInvalid.With("unknown role").Field("/role", "unknown", "EMPLOYEE, MANAGER or ADMIN")
	}
	var invited bank.Operator
	err = s.change(ctx, customer, func(tx *store.Tx, c bank.Customer) (pending *bank.Approval, err error) {
		r := bank.OperatorRole{Customer: customer, Role: role, Institution: institution}
		if err := mayGive(tx, actor, address, r); err != nil {
			return nil, err
		}
		pending, err = s.Require(ctx, tx, actor, inviteRequest(address, r))
		if err != nil || pending != nil {
			return pending, err
		}
		invited, err = s.give(tx, actor, c, address, r)
		return nil, err
	})
	if err != nil {
		return bank.Operator{}, err
	}
	return invited, nil
}

// The actions about operators and roles that wait for a second person.
const (
	ActionInvite       = "operators.invite"
	ActionUnlock       = "operators.unlock"
	ActionSecondFactor = "operators.second-factor"
	ActionSetRole      = "roles.set"
)

// OperatorContent is what exactly is approved about an operator: the role that is given, the reason of an unlocking; who loses
// the second factor has neither.
type OperatorContent struct {
	Email       string    `json:"email"`
	Role        bank.Role `json:"role,omitempty"`
	Institution bool      `json:"institution,omitempty"`
	Reason      string    `json:"reason,omitempty"`
}

func inviteRequest(email string, r bank.OperatorRole) Request {
	summary := fmt.Sprintf("%s becomes %s", email, r.Role)
	if r.Institution {
		summary += " of the issuing institution"
	}
	return Request{Action: ActionInvite, Object: email, Digest: sha256.Sum256([]byte(summary)), Summary: summary,
		Content: bank.ApprovalContent(OperatorContent{Email: email, Role: r.Role, Institution: r.Institution})}
}

// mayManage checks what does not depend on the other operator. A worker acts for the customer it names.
func mayManage(actor *bank.Actor, customer bank.CustomerID) error {
	if err := actor.May(bank.PermOperatorsWrite); err != nil {
		return err
	}
	if err := belongs(*actor, customer); err != nil {
		return err
	}
	actor.Customer = customer
	return nil
}

// mayGive checks the new role and the one it replaces.
func mayGive(tx *store.Tx, actor bank.Actor, email string, r bank.OperatorRole) error {
	if err := holdsAll(tx, actor, r); err != nil {
		return err
	}
	staff, err := tx.StaffByEmail(r.Customer, email)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("invite operator: %w", err)
	}
	if err := holdsAll(tx, actor, staff.OperatorRole); err != nil {
		return err
	}
	return keepsAnAdmin(tx, staff, r.Role == bank.Admin)
}

// give writes account and role, activates the customer if it is time, and audits.
func (s *Service) give(tx *store.Tx, actor bank.Actor, c bank.Customer, email string, r bank.OperatorRole) (bank.Operator, error) {
	before := ""
	if staff, err := tx.StaffByEmail(c.ID, email); err == nil {
		before = roleJSON(staff, "")
	} else if !errors.Is(err, bank.ErrNotFound) {
		return bank.Operator{}, fmt.Errorf("invite operator: %w", err)
	}
	o, err := s.account(tx, email)
	if err != nil {
		return o, fmt.Errorf("invite operator: %w", err)
	}
	r.Operator = o.ID
	if err := tx.SetRole(r); err != nil {
		return o, fmt.Errorf("invite operator: set role: %w", err)
	}
	return o, s.changed(tx, actor, c, email, "operator.invited", before, "")
}

// account returns the account of an e-mail, made now if there is none.
func (s *Service) account(tx *store.Tx, email string) (bank.Operator, error) {
	o, err := tx.OperatorByEmail(email)
	if !errors.Is(err, bank.ErrNotFound) {
		return o, err
	}
	o = bank.Operator{ID: bank.NewID(), Email: email, CreatedAt: stamp(s.now())}
	err = tx.AddOperator(o)
	if errors.Is(err, bank.ErrAlreadyExists) { // another customer invited the same person at the same time
		return tx.OperatorByEmail(email)
	}
	return o, err
}

// changed audits what an operator now is and activates the customer if two ADMINs are there.
func (s *Service) changed(tx *store.Tx, actor bank.Actor, c bank.Customer, email, action, before, reason string) error {
	staff, err := tx.StaffByEmail(c.ID, email)
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	events := []bank.AuditEvent{{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: email, Before: before, After: roleJSON(staff, reason)}}
	activated, err := activate(tx, actor, c)
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	events = append(events, activated...)
	if err := tx.Audit(c.ID, s.now(), events...); err != nil {
		return fmt.Errorf("%s: audit: %w", action, err)
	}
	return nil
}

// wantedAdmins is how many active ADMINs make a customer ACTIVE: one to ask and one to approve. Who was only invited may never
// come, and does not count.
const wantedAdmins = 2

// activate makes a customer, whose row is locked, ACTIVE if it has enough ADMINs, and returns what is to be audited. It never
// goes back to SETUP, or four eyes could be put to sleep by locking somebody.
func activate(tx *store.Tx, actor bank.Actor, c bank.Customer) ([]bank.AuditEvent, error) {
	if c.Status == bank.CustomerActive {
		return nil, nil
	}
	n, err := activeAdmins(tx, c.ID)
	if err != nil || n < wantedAdmins {
		return nil, err
	}
	c.Status = bank.CustomerActive
	if err := tx.UpdateCustomer(c); err != nil {
		return nil, fmt.Errorf("activate customer: %w", err)
	}
	return []bank.AuditEvent{actor.Event("customer.activated", fmt.Sprint(c.ID), "", "")}, nil
}

// come notes that an operator has come to the customer's panel for the first time, which may make the customer ACTIVE, and
// returns what is to be audited.
func come(tx *store.Tx, actor bank.Actor, staff store.Staff, at time.Time) ([]bank.AuditEvent, error) {
	if !staff.AcceptedAt.IsZero() {
		return nil, nil
	}
	if err := tx.AcceptRole(staff.Customer, staff.ID, at); err != nil {
		return nil, fmt.Errorf("accept invitation: %w", err)
	}
	events := []bank.AuditEvent{actor.Event("operator.accepted", staff.Email, "", roleJSON(staff, ""))}
	c, err := tx.LockCustomer(staff.Customer)
	if err != nil {
		return nil, fmt.Errorf("lock customer: %w", err)
	}
	activated, err := activate(tx, actor, c)
	return append(events, activated...), err
}

func activeAdmins(tx *store.Tx, customer bank.CustomerID) (int, error) {
	list, err := tx.Operators(customer)
	n := 0
	for _, o := range list {
		if o.Role == bank.Admin && !o.Locked && !o.AcceptedAt.IsZero() {
			n++
		}
	}
	return n, err
}

// keepsAnAdmin refuses to take away the last active ADMIN: nobody could approve anything then, ever. Of one who has come to
// the panel, another must be left who has: who was only invited may never come.
func keepsAnAdmin(tx *store.Tx, staff store.Staff, staysAdmin bool) error {
	if staff.Role != bank.Admin || staff.Locked || staysAdmin {
		return nil
	}
	list, err := tx.Operators(staff.Customer)
	if err != nil {
		return fmt.Errorf("count ADMINs: %w", err)
	}
	for _, o := range list {
		if o.ID != staff.ID && o.Role == bank.Admin && !o.Locked && (!o.AcceptedAt.IsZero() || staff.AcceptedAt.IsZero()) {
			return nil
		}
	}
	return bank.ErrConflict.With("%s is the last active ADMIN: make another one first", staff.Email)
}

// LockOperator ends what an operator may do for the customer, their sessions and links too, at once and without a second
// person, as it only takes away.
// With other customers the account works on. It needs bank.PermOperatorsWrite and every permission of the operator's role;
// nobody locks themselves or the last active ADMIN (bank.ErrConflict). Unknown: bank.ErrNotFound. The reason goes to the audit
// trail: at most 500 characters (bank.ErrInvalid about /reason), or none.
func (s *Service) LockOperator(ctx context.Context, actor bank.Actor, customer bank.CustomerID, email, reason string) error {
	if err := mayManage(&actor, customer); err != nil {
		return err
	}
	if err := words("/reason", reason); err != nil {
		return err
	}
	address := foldEmail(email)
	if actor.Kind == bank.ActorOperator && actor.Name == address {
		return bank.ErrConflict.With("nobody locks themselves: ask another operator")
	}
	return s.change(ctx, customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		staff, err := s.manageable(tx, actor, customer, address)
		if err != nil {
			return nil, err
		}
		if err := keepsAnAdmin(tx, staff, false); err != nil {
			return nil, err
		}
		return nil, s.setLocked(tx, actor, c, staff, true, reason)
	})
}

// UnlockOperator gives it back, waiting for a second person where four eyes bind (bank.ErrFourEyes). An account that is
// locked as a whole (LockAccount) stays so. Who works for this customer only need not wait any more after failed attempts. The
// reason is as in LockOperator; an approval is not bound to its words.
func (s *Service) UnlockOperator(ctx context.Context, actor bank.Actor, customer bank.CustomerID, email, reason string) error {
	if err := mayManage(&actor, customer); err != nil {
		return err
	}
	if err := words("/reason", reason); err != nil {
		return err
	}
	return s.change(ctx, customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		staff, err := s.manageable(tx, actor, customer, foldEmail(email))
		if err != nil {
			return nil, err
		}
		summary := fmt.Sprintf("%s is unlocked as %s", staff.Email, staff.Role)
		pending, err := s.Require(ctx, tx, actor, Request{Action: ActionUnlock, Object: staff.Email,
			Digest: sha256.Sum256([]byte(summary)), Summary: summary,
			Content: bank.ApprovalContent(OperatorContent{Email: staff.Email, Role: staff.Role, Institution: staff.Institution, Reason: reason})})
		if err != nil || pending != nil {
			return pending, err
		}
		return nil, s.setLocked(tx, actor, c, staff, false, reason)
	})
}

// manageable returns an operator whose role the actor may decide about.
func (s *Service) manageable(tx *store.Tx, actor bank.Actor, customer bank.CustomerID, email string) (store.Staff, error) {
	staff, err := tx.StaffByEmail(customer, email)
	if err != nil {
		return staff, fmt.Errorf("operator: %w", err)
	}
	return staff, holdsAll(tx, actor, staff.OperatorRole)
}

func (s *Service) setLocked(tx *store.Tx, actor bank.Actor, c bank.Customer, staff store.Staff, locked bool, reason string) error {
	action := "operator.unlocked"
	if locked {
		action = "operator.locked"
	}
	if err := tx.SetRoleLocked(c.ID, staff.ID, locked); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	settle := forgive
	if locked {
		settle = throwOut
	}
	if err := settle(tx, staff); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return s.changed(tx, actor, c, staff.Email, action, roleJSON(staff, ""), reason)
}

// roleJSON is what the audit trail keeps of an operator, and why it came to be so.
func roleJSON(o store.Staff, reason string) string {
	return toJSON(struct {
		Role        bank.Role `json:"role"`
		Institution bool      `json:"institution"`
		Locked      bool      `json:"locked"`
		Reason      string    `json:"reason,omitempty"`
	}{o.Role, o.Institution, o.Locked, reason})
}

// foldEmail is how an e-mail is kept: without spaces around it and in small letters.
func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// maxEmail is the longest address that mail can carry (RFC 5321, path without its angle brackets).
const maxEmail = 254

// parseEmail accepts a bare address and returns it folded.
func parseEmail(email string) (string, error) {
	folded := foldEmail(email)
	address, err := mail.ParseAddress(folded)
	if err != nil || address.Address != folded || len(folded) > maxEmail {
		return "", bank.ErrInvalid.With("the e-mail is not an address").Field("/email", "not-an-address", "name@host, at most 254 characters")
	}
	return folded, nil
}
