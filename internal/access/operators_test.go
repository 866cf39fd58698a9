package access_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestTwoAdminsMakeACustomerActive: who was only invited may never come, and could approve nothing.
func TestTwoAdminsMakeACustomerActive(t *testing.T) {
	g := openGate(t)
	s, c := g.scene, g.c
	s.invite(c, " Ada@Example.test", bank.Admin, true)
	s.invite(c, "mia@example.test", bank.Manager, false)
	s.invite(c, bobMail, bank.Admin, false)
	if got := s.status(c); got != bank.CustomerSetup || !must[bool](t)(s.service.LacksAdmins(s.ctx, c.ID)) {
		t.Fatalf("%s with two ADMINs who have not come", got)
	}
	g.enrol(adaMail, bank.Admin)
	s.come(c, "mia@example.test")
	s.invite(c, adaMail, bank.Admin, true)
	if got := s.status(c); got != bank.CustomerSetup {
		t.Fatalf("%s with one ADMIN and one who has not come", got)
	}
	g.enrol(bobMail, bank.Admin)
	if got := s.status(c); got != bank.CustomerActive || must[bool](t)(s.service.LacksAdmins(s.ctx, c.ID)) {
		t.Fatalf("%s with two ADMINs", got)
	}
	var got []string
	for _, o := range must[[]access.Staff](t)(s.service.Operators(s.ctx, c.ID)) {
		got = append(got, o.Email+" "+string(o.Role)+" "+o.Status())
	}
	if diff := cmp.Diff([]string{"ada@example.test ADMIN ACTIVE", "bob@example.test ADMIN ACTIVE", "mia@example.test MANAGER ACTIVE"}, got); diff != "" {
		t.Error(diff)
	}
	want := []string{"bob@example.test operator.accepted", "bob@example.test customer.activated", "bob@example.test operator.signed-in"}
	actions := s.actions(c)
	if diff := cmp.Diff(want, actions[len(actions)-3:]); diff != "" {
		t.Error(diff)
	}
}

// TestAnAdminByPromotion: the second ADMIN who makes a customer ACTIVE may have come in another role.
func TestAnAdminByPromotion(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	s.invite(c, adaMail, bank.Admin, true)
	s.invite(c, bobMail, bank.Employee, true)
	s.come(c, adaMail, bobMail)
	if got := s.status(c); got != bank.CustomerSetup {
		t.Fatalf("%s with one ADMIN", got)
	}
	s.invite(c, bobMail, bank.Admin, true)
	if got := s.status(c); got != bank.CustomerActive {
		t.Fatalf("%s with two ADMINs", got)
	}
}

// Both ADMINs come at the same moment: each transaction must see the other.
func TestActivationRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGateScene(t, db, false)
		if err := db.Write(g.ctx, func(tx *store.Tx) error { return tx.Stamp(true) }); err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			c := g.customer("Example")
			var group sync.WaitGroup
			for _, name := range []string{"ada", "bob"} {
				email := fmt.Sprintf("%s%d@example.test", name, n)
				g.invite(c, email, bank.Admin, true)
				group.Go(func() {
					if err := g.gate.EnrolSandbox(g.ctx, c.ID, email, password, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if got := g.status(c); got != bank.CustomerActive {
				t.Fatalf("%s with two ADMINs", got)
			}
		}
	})
}

func TestPermissionsFollowRoleAndInstitution(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	s.invite(c, "eli@example.test", bank.Employee, true)
	s.invite(c, "in@example.test", bank.Admin, true)
	s.invite(c, "out@example.test", bank.Admin, false)
	for email, may := range map[string]map[bank.Permission]bool{
		"in@example.test":  {bank.PermFilesExecute: true, bank.PermItemsDecide: true, bank.PermCustomerWrite: true, bank.PermUsersRead: true},
		"out@example.test": {bank.PermFilesExecute: false, bank.PermMoneyPost: false, bank.PermCustomerWrite: true},
		"eli@example.test": {bank.PermFilesExecute: false, bank.PermOperatorsWrite: false, bank.PermUsersRead: true},
	} {
		actor := s.actor(c, email)
		if actor.Kind != bank.ActorOperator || actor.Customer != c.ID || actor.Name != email {
			t.Errorf("actor %+v", actor)
		}
		for p, want := range may {
			if got := actor.May(p) == nil; got != want {
				t.Errorf("%s: %s is %v, want %v", email, p, got, want)
			}
		}
	}
	// Permissions are data of this customer.
	err := s.db.Write(s.ctx, func(tx *store.Tx) error {
		return tx.SetPermissions(c.ID, bank.Employee, []bank.Permission{bank.PermFilesRead})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.actor(c, "ELI@example.test ").Permissions; !slices.Equal(got, []bank.Permission{bank.PermFilesRead}) {
		t.Errorf("permissions %v", got)
	}
}

func TestUnknownOperatorsAreNobody(t *testing.T) {
	s := open(t)
	mine, other := s.customer("Mine"), s.customer("Other")
	s.invite(other, "ada@example.test", bank.Admin, true)
	for _, email := range []string{"ada@example.test", "nobody@example.test", ""} {
		_, err := s.service.Operator(s.ctx, mine.ID, email)
		wantError(t, err, bank.ErrForbidden, "no active operator")
	}
}

func TestInviteRefuses(t *testing.T) {
	s := open(t)
	c, other := s.customer("Example"), s.customer("Other")
	s.invite(c, "mia@example.test", bank.Manager, false)
	s.invite(c, "out@example.test", bank.Admin, false)
	s.invite(c, "eli@example.test", bank.Employee, false)
	mia, out, eli := s.actor(c, "mia@example.test"), s.actor(c, "out@example.test"), s.actor(c, "eli@example.test")
	certificate := bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-Example-App", Permissions: bank.CertificatePermissions()}
	for _, bad := range []struct {
		name        string
		actor       bank.Actor
		to          bank.Customer
		email       string
		role        bank.Role
		institution bool
		want        *bank.Error
		says        string
	}{
		{"MANAGER makes an ADMIN", mia, c, "new@example.test", bank.Admin, false, bank.ErrForbidden, "ADMIN"},
		{"MANAGER makes themselves ADMIN", mia, c, "mia@example.test", bank.Admin, false, bank.ErrForbidden, "ADMIN"},
		{"MANAGER unmakes an ADMIN", mia, c, "out@example.test", bank.Employee, false, bank.ErrForbidden, "ADMIN"},
		{"outsider lets somebody in", out, c, "new@example.test", bank.Admin, true, bank.ErrForbidden, "permission"},
		{"outsider lets themselves in", out, c, "out@example.test", bank.Admin, true, bank.ErrForbidden, "permission"},
		{"EMPLOYEE", eli, c, "new@example.test", bank.Employee, false, bank.ErrForbidden, "operators:write"},
		{"certificate", certificate, c, "new@example.test", bank.Employee, false, bank.ErrForbidden, "operators:write"},
		{"another customer", out, other, "new@example.test", bank.Employee, false, bank.ErrForbidden, "does not act for"},
		{"unknown customer", bank.System(9, "ims"), bank.Customer{ID: 9}, "new@example.test", bank.Employee, false, bank.ErrNotFound, ""},
		{"role", system(c), c, "new@example.test", "ROOT", false, bank.ErrInvalid, "role"},
		{"no address", system(c), c, "new", bank.Employee, false, bank.ErrInvalid, "address"},
		{"a name too", system(c), c, "New <new@example.test>", bank.Employee, false, bank.ErrInvalid, "address"},
		{"long", system(c), c, strings.Repeat("a", 255) + "@example.test", bank.Employee, false, bank.ErrInvalid, "address"},
		{"the only ADMIN", system(c), c, "out@example.test", bank.Manager, false, bank.ErrConflict, "last active ADMIN"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			_, err := s.service.InviteOperator(s.ctx, bad.actor, bad.to.ID, bad.email, bad.role, bad.institution)
			wantError(t, err, bad.want, bad.says)
		})
	}
	if list := must[[]access.Staff](t)(s.service.Operators(s.ctx, c.ID)); len(list) != 3 {
		t.Errorf("refused, yet operators %v", list)
	}
	if _, err := s.service.InviteOperator(s.ctx, mia, c.ID, "new@example.test", bank.Manager, false); err != nil {
		t.Errorf("a MANAGER makes a MANAGER: %v", err)
	}
}

func TestLockOperator(t *testing.T) {
	s := open(t)
	c, ada, bob := s.active("Example")
	s.invite2(c, bob, "mia@example.test", bank.Manager)
	mia := s.actor(c, "mia@example.test")
	wantError(t, s.service.LockOperator(s.ctx, mia, c.ID, ada.Name, ""), bank.ErrForbidden, "ADMIN")
	wantError(t, s.service.LockOperator(s.ctx, ada, c.ID, "Ada@example.test", ""), bank.ErrConflict, "themselves")
	wantError(t, s.service.LockOperator(s.ctx, ada, c.ID, "nobody@example.test", ""), bank.ErrNotFound, "")
	if must[bool](t)(s.service.LacksAdmins(s.ctx, c.ID)) {
		t.Error("two ADMINs are too few")
	}
	if err := s.service.LockOperator(s.ctx, ada, c.ID, bob.Name, ""); err != nil {
		t.Fatal(err)
	}
	_, err := s.service.Operator(s.ctx, c.ID, bob.Name)
	wantError(t, err, bank.ErrForbidden, "no active operator")
	if got := s.status(c); got != bank.CustomerActive {
		t.Errorf("%s: locking somebody puts four eyes to sleep", got)
	}
	wantError(t, s.service.LockOperator(s.ctx, system(c), c.ID, ada.Name, ""), bank.ErrConflict, "last active ADMIN")
	wantError(t, s.service.UnlockOperator(s.ctx, mia, c.ID, bob.Name, ""), bank.ErrForbidden, "ADMIN")
	if !must[bool](t)(s.service.LacksAdmins(s.ctx, c.ID)) {
		t.Error("one ADMIN is enough")
	}
	// With one ADMIN left a worker can still ask, and that ADMIN approve.
	wantError(t, s.service.UnlockOperator(s.ctx, system(c), c.ID, bob.Name, ""), bank.ErrFourEyes, "approval")
	waiting := s.approvals(c, bank.ApprovalPending)
	must[bank.Approval](t)(s.service.Decide(s.ctx, ada, c.ID, waiting[0].ID, true, ""))
	if err := s.service.UnlockOperator(s.ctx, system(c), c.ID, bob.Name, ""); err != nil {
		t.Fatal(err)
	}
	s.actor(c, bob.Name)
}

// invite2 invites where four eyes bind: the worker asks, an operator approves.
func (s *scene) invite2(c bank.Customer, approver bank.Actor, email string, role bank.Role) {
	s.t.Helper()
	_, err := s.service.InviteOperator(s.ctx, system(c), c.ID, email, role, false)
	wantError(s.t, err, bank.ErrFourEyes, "approval")
	for _, a := range s.approvals(c, bank.ApprovalPending) {
		must[bank.Approval](s.t)(s.service.Decide(s.ctx, approver, c.ID, a.ID, true, ""))
	}
	s.invite(c, email, role, false)
}

// One account, two customers: what one does with it is nothing to the other.
func TestLockIsPerCustomer(t *testing.T) {
	s := open(t)
	mine, ada, _ := s.active("Mine")
	other, _, _ := s.active("Other")
	if err := s.service.LockOperator(s.ctx, ada, mine.ID, "bob@example.test", ""); err != nil {
		t.Fatal(err)
	}
	_, err := s.service.Operator(s.ctx, mine.ID, "bob@example.test")
	wantError(t, err, bank.ErrForbidden, "")
	s.actor(other, "bob@example.test")
	// Being invited again does not unlock.
	_, err = s.service.InviteOperator(s.ctx, ada, mine.ID, "bob@example.test", bank.Employee, false)
	wantError(t, err, bank.ErrFourEyes, "")
	list := must[[]access.Staff](t)(s.service.Operators(s.ctx, mine.ID))
	if !list[1].Locked || must[[]access.Staff](t)(s.service.Operators(s.ctx, other.ID))[1].Locked {
		t.Errorf("operators %+v", list)
	}
}

func TestAnAccountMayBeLockedAsAWhole(t *testing.T) {
	s := open(t)
	c, _, bob := s.active("Example")
	err := s.db.Write(s.ctx, func(tx *store.Tx) error {
		o, err := tx.OperatorByEmail(bob.Name)
		if err != nil {
			return err
		}
		return tx.SetOperatorLocked(o.ID, true)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.service.Operator(s.ctx, c.ID, bob.Name)
	wantError(t, err, bank.ErrForbidden, "")
}

// TestOperatorsTellFactors holds what a list of operators says of second factors and the last sign-in, each of its own customer.
func TestOperatorsTellFactors(t *testing.T) {
	g := openGate(t)
	g.enrol(adaMail, bank.Admin)
	g.invite(g.c, bobMail, bank.Admin, true)
	other := g.customer("Other")
	g.invite(other, adaMail, bank.Admin, true)
	for _, o := range must[[]access.Staff](t)(g.service.Operators(g.ctx, g.c.ID)) {
		if in := o.Email == adaMail; o.App != in || !o.LastSignIn.IsZero() != in || o.Passkeys != 0 {
			t.Errorf("%+v", o)
		}
	}
	if list := must[[]access.Staff](t)(g.service.Operators(g.ctx, other.ID)); !list[0].App || !list[0].LastSignIn.IsZero() || list[0].Status() != "INVITED" {
		t.Errorf("with another customer: %+v", list[0])
	}
}
