package access

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// RolePermissions are the permissions of a role of one customer, in the order of bank.AllPermissions.
type RolePermissions struct {
	Role        bank.Role         `json:"role"`
	Permissions []bank.Permission `json:"permissions"`
}

func everyRole() []bank.Role { return []bank.Role{bank.Employee, bank.Manager, bank.Admin} }

// Roles lists the roles of the actor's customer with their permissions: EMPLOYEE, MANAGER, ADMIN. It needs
// bank.PermOperatorsRead. Those that bank.InstitutionOnly names count only for operators of the issuing institution.
func (s *Service) Roles(ctx context.Context, actor bank.Actor) (list []RolePermissions, err error) {
	if err := actor.May(bank.PermOperatorsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = rolesOf(tx, actor.Customer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	return list, nil
}

func rolesOf(tx *store.Tx, customer bank.CustomerID) ([]RolePermissions, error) {
	list := make([]RolePermissions, 0, len(everyRole()))
	for _, role := range everyRole() {
		permissions, err := tx.Permissions(customer, role)
		if err != nil {
			return nil, fmt.Errorf("permissions of %s: %w", role, err)
		}
		list = append(list, RolePermissions{role, inOrder(permissions)})
	}
	return list, nil
}

// inOrder returns permissions once each, as bank.AllPermissions orders them.
func inOrder(list []bank.Permission) []bank.Permission {
	return slices.DeleteFunc(bank.AllPermissions(), func(p bank.Permission) bool { return !slices.Contains(list, p) })
}

// SetRole gives a role of the actor's customer these permissions, in place of those it had. It needs bank.PermCustomerWrite,
// and the actor must hold what they give and what they take. Where four eyes bind it waits for a second person
// (bank.ErrFourEyes), bound to the permissions before and after. Nothing is written where nothing changes.
//
// Errors: bank.ErrInvalid for an unknown role or permission, bank.ErrForbidden, bank.ErrConflict if no active operator would
// be left who could give back what is taken.
func (s *Service) SetRole(ctx context.Context, actor bank.Actor, role bank.Role, permissions []bank.Permission) error {
	if err := actor.May(bank.PermCustomerWrite); err != nil {
		return err
	}
	if !role.Known() {
		return bank.ErrInvalid.With("unknown role").Field("/role", "unknown", "EMPLOYEE, MANAGER or ADMIN")
	}
	for _, p := range permissions {
		if !slices.Contains(bank.AllPermissions(), p) {
			return bank.ErrInvalid.With("unknown permission").Field("/permissions", "unknown", "one of the permissions that there are")
		}
	}
	return s.change(ctx, actor.Customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		before, err := tx.Permissions(c.ID, role)
		if err != nil {
			return nil, fmt.Errorf("permissions of %s: %w", role, err)
		}
		change := roleChange{role: role, before: inOrder(before), after: inOrder(permissions)}
		if slices.Equal(change.before, change.after) {
			return nil, nil
		}
		return s.setRole(ctx, tx, actor, c, change)
	})
}

// roleChange is what a role may before and after.
type roleChange struct {
	role          bank.Role
	before, after []bank.Permission
}

func (c roleChange) given() []bank.Permission { return without(c.after, c.before) }
func (c roleChange) taken() []bank.Permission { return without(c.before, c.after) }

func without(list, other []bank.Permission) []bank.Permission {
	return slices.DeleteFunc(slices.Clone(list), func(p bank.Permission) bool { return slices.Contains(other, p) })
}

// RoleContent is what exactly is approved with a change of a role.
type RoleContent struct {
	Role   bank.Role         `json:"role"`
	Before []bank.Permission `json:"before"`
	After  []bank.Permission `json:"after"`
}

// request binds an approval to the permissions before and after.
func (c roleChange) request() Request {
	content := toJSON([]RolePermissions{{c.role, c.before}, {c.role, c.after}})
	summary := fmt.Sprintf("the role %s", c.role)
	if given := c.given(); len(given) > 0 {
		summary += " gets " + joined(given)
	}
	if taken := c.taken(); len(taken) > 0 {
		summary += " loses " + joined(taken)
	}
	return Request{Action: ActionSetRole, Object: string(c.role), Digest: sha256.Sum256([]byte(content)), Summary: summary,
		Content: bank.ApprovalContent(RoleContent{c.role, c.before, c.after})}
}

func joined(list []bank.Permission) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = string(p)
	}
	return strings.Join(texts, ", ")
}

func (s *Service) setRole(ctx context.Context, tx *store.Tx, actor bank.Actor, c bank.Customer, change roleChange) (*bank.Approval, error) {
	for _, p := range slices.Concat(change.given(), change.taken()) {
		if actor.May(p) != nil {
			return nil, bank.ErrForbidden.With("%s may not decide about the permission %s without holding it", actor.Name, p)
		}
	}
	if c.Status == bank.CustomerActive {
		if err := canGiveBack(tx, c.ID, change); err != nil {
			return nil, err
		}
	}
	pending, err := s.Require(ctx, tx, actor, change.request())
	if err != nil || pending != nil {
		return pending, err
	}
	if err := tx.SetPermissions(c.ID, change.role, change.after); err != nil {
		return nil, fmt.Errorf("set permissions of %s: %w", change.role, err)
	}
	event := actor.Event("role.set", string(change.role), toJSON(change.before), toJSON(change.after))
	if err := tx.Audit(c.ID, s.now(), event); err != nil {
		return nil, fmt.Errorf("set permissions of %s: audit: %w", change.role, err)
	}
	return nil, nil
}

// canGiveBack refuses a change after which nobody could undo it: for each permission that is taken an active operator must
// be left who holds it and may change roles.
func canGiveBack(tx *store.Tx, customer bank.CustomerID, change roleChange) error {
	holders, err := permissionsOfStaff(tx, customer, change)
	if err != nil {
		return err
	}
	for _, p := range change.taken() {
		left := slices.ContainsFunc(holders, func(list []bank.Permission) bool {
			return slices.Contains(list, p) && slices.Contains(list, bank.PermCustomerWrite)
		})
		if !left {
			return bank.ErrConflict.With("nobody would be left who could give %s back", p)
		}
	}
	return nil
}

// permissionsOfStaff lists what each active operator may do after a change.
func permissionsOfStaff(tx *store.Tx, customer bank.CustomerID, change roleChange) ([][]bank.Permission, error) {
	staff, err := tx.Operators(customer)
	if err != nil {
		return nil, fmt.Errorf("operators: %w", err)
	}
	var all [][]bank.Permission
	for _, o := range staff {
		if o.Locked {
			continue
		}
		list, err := effective(tx, o.OperatorRole)
		if err != nil {
			return nil, err
		}
		if o.Role == change.role {
			list = slices.DeleteFunc(slices.Clone(change.after), func(p bank.Permission) bool { return bank.InstitutionOnly(p) && !o.Institution })
		}
		all = append(all, list)
	}
	return all, nil
}
