package access_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func (s *scene) role(actor bank.Actor, role bank.Role) []bank.Permission {
	s.t.Helper()
	for _, r := range must[[]access.RolePermissions](s.t)(s.service.Roles(s.ctx, actor)) {
		if r.Role == role {
			return r.Permissions
		}
	}
	return nil
}

func TestSetRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c, ada, bob := s.active("Example")
		before := s.role(ada, bank.Employee)
		more := append(slices.Clone(before), bank.PermAuditRead)
		wantError(t, s.service.SetRole(s.ctx, ada, bank.Employee, more), bank.ErrFourEyes, "roles.set waits")
		waiting := s.approvals(c, bank.ApprovalPending)
		if len(waiting) != 1 || waiting[0].Summary != "the role EMPLOYEE gets audit:read" {
			t.Fatalf("%+v waits", waiting)
		}
		if n := must[int64](t)(s.service.ApprovalsWaiting(s.ctx, ada)); n != 0 {
			t.Errorf("%d wait for the one who asked", n)
		}
		if n := must[int64](t)(s.service.ApprovalsWaiting(s.ctx, bob)); n != 1 {
			t.Errorf("%d wait for the second person", n)
		}
		must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, waiting[0].ID, true, ""))
		if n := must[int64](t)(s.service.ApprovalsWaiting(s.ctx, bob)); n != 0 {
			t.Errorf("%d wait though it is decided", n)
		}
		if err := s.service.SetRole(s.ctx, ada, bank.Employee, more); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(more, s.role(ada, bank.Employee)); diff != "" {
			t.Error(diff)
		}
		if actions := s.actions(c); actions[len(actions)-1] != "ada@example.test role.set" {
			t.Error(actions)
		}
		if err := s.service.SetRole(s.ctx, ada, bank.Employee, more); err != nil {
			t.Errorf("a change to what is already there: %v", err)
		}
	})
}

// TestSetRoleIsBound: an approval stands for the permissions before as well as for those after.
func TestSetRoleIsBound(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	before := s.role(ada, bank.Employee)
	more := append(slices.Clone(before), bank.PermAuditRead)
	_ = s.service.SetRole(s.ctx, ada, bank.Employee, more)
	must[bank.Approval](t)(s.service.Decide(s.ctx, bob, c.ID, s.approvals(c, bank.ApprovalPending)[0].ID, true, ""))
	err := s.db.Write(s.ctx, func(tx *store.Tx) error { return tx.SetPermissions(c.ID, bank.Employee, nil) })
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, s.service.SetRole(s.ctx, ada, bank.Employee, more), bank.ErrFourEyes, "waits")
}

func TestSetRoleRefusals(t *testing.T) {
	s := open(t)
	c, ada, _ := s.active("Example")
	s.appoint(c, "eve@example.test", bank.Admin, false)
	eve := s.actor(c, "eve@example.test")
	employee := s.role(ada, bank.Employee)
	with := func(p bank.Permission) []bank.Permission { return append(slices.Clone(employee), p) }
	admin := s.role(ada, bank.Admin)
	less := func(p bank.Permission) []bank.Permission {
		return slices.DeleteFunc(slices.Clone(admin), func(q bank.Permission) bool { return q == p })
	}
	for _, one := range []struct {
		name  string
		actor bank.Actor
		role  bank.Role
		list  []bank.Permission
		want  *bank.Error
		says  string
	}{
		{"outside the issuing institution", eve, bank.Employee, with(bank.PermFilesRead), bank.ErrForbidden, "without holding"},
		{"nobody holds it", ada, bank.Employee, with(bank.PermSessionsWrite), bank.ErrForbidden, "without holding"},
		{"unknown role", ada, "OWNER", employee, bank.ErrInvalid, "role"},
		{"unknown permission", ada, bank.Employee, with("all"), bank.ErrInvalid, "permission"},
		{"the permission to change roles", ada, bank.Admin, less(bank.PermCustomerWrite), bank.ErrConflict, "give customer:write back"},
		{"what nobody else has", ada, bank.Admin, less(bank.PermAuditRead), bank.ErrConflict, "give audit:read back"},
		{"without the permission", bank.Actor{Customer: c.ID, Kind: bank.ActorOperator, Name: "x"}, bank.Employee, nil, bank.ErrForbidden, "customer:write"},
	} {
		t.Run(one.name, func(t *testing.T) {
			wantError(t, s.service.SetRole(s.ctx, one.actor, one.role, one.list), one.want, one.says)
		})
	}
	// What an EMPLOYEE loses an ADMIN still has, and so can give back.
	wantError(t, s.service.SetRole(s.ctx, ada, bank.Employee, nil), bank.ErrFourEyes, "waits")
}

// appoint gives a role to somebody where four eyes bind already.
func (s *scene) appoint(c bank.Customer, email string, role bank.Role, institution bool) {
	s.t.Helper()
	o := bank.Operator{ID: bank.NewID(), Email: email, CreatedAt: s.now()}
	err := s.db.Write(s.ctx, func(tx *store.Tx) error {
		if err := tx.AddOperator(o); err != nil {
			return err
		}
		return tx.SetRole(bank.OperatorRole{Customer: c.ID, Operator: o.ID, Role: role, Institution: institution})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestOneApproval(t *testing.T) {
	s := open(t)
	c, ada, _ := s.active("Example")
	s.appoint(c, "kim@example.test", bank.Employee, true)
	kim := s.actor(c, "kim@example.test")
	_, pending := s.require(ada, execute("day 1"))
	if a := must[bank.Approval](t)(s.service.Approval(s.ctx, ada, pending.ID)); a.Summary != "execute day 1" {
		t.Errorf("%+v", a)
	}
	_, err := s.service.Approval(s.ctx, kim, pending.ID)
	wantError(t, err, bank.ErrNotFound, "no such approval")
	_, other, _ := s.active("Another")
	_, err = s.service.Approval(s.ctx, other, pending.ID)
	wantError(t, err, bank.ErrNotFound, "")
	if n := must[int64](t)(s.service.ApprovalsWaiting(s.ctx, kim)); n != 0 {
		t.Errorf("%d wait for somebody who may not decide", n)
	}
}

func TestPreferences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		_, ada, bob := s.active("Example")
		for range maxPreferences {
			name := bank.NewID().String()
			if err := s.service.SetPreference(s.ctx, ada, name, "x"); err != nil {
				t.Fatal(err)
			}
		}
		all := must[map[string]string](t)(s.service.Preferences(s.ctx, ada))
		var one string
		for name := range all {
			one = name
		}
		wantError(t, s.service.SetPreference(s.ctx, ada, "one more", "x"), bank.ErrConflict, "remove one")
		for _, change := range []string{"y", ""} {
			if err := s.service.SetPreference(s.ctx, ada, one, change); err != nil {
				t.Errorf("changing one that is there to %q: %v", change, err)
			}
		}
		if got := must[map[string]string](t)(s.service.Preferences(s.ctx, ada)); len(got) != maxPreferences-1 {
			t.Errorf("%d preferences", len(got))
		}
		if got := must[map[string]string](t)(s.service.Preferences(s.ctx, bob)); len(got) != 0 {
			t.Errorf("bob has %v", got)
		}
		wantError(t, s.service.SetPreference(s.ctx, ada, "", "x"), bank.ErrInvalid, "name")
		wantError(t, s.service.SetPreference(s.ctx, ada, "a", "x\x00"), bank.ErrInvalid, "value")
		wantError(t, s.service.SetPreference(s.ctx, system(bank.Customer{ID: ada.Customer}), "a", "x"), bank.ErrForbidden, "no operator")
	})
}

const maxPreferences = 100
