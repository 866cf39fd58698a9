package customers_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

func TestCreate(t *testing.T) {
	s := open(t)
	c := must[bank.Customer](t)(s.service.Create(s.ctx, bank.System(0, "ims"), "  Example Pay  ", bank.DefaultSettings()))
	want := bank.Customer{ID: 1, Name: "Example Pay", Status: bank.CustomerSetup, Settings: bank.DefaultSettings(), CreatedAt: noon}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, must[bank.Customer](t)(s.service.Get(s.ctx, c.ID))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]bank.Customer{want}, must[[]bank.Customer](t)(s.service.List(s.ctx))); diff != "" {
		t.Error(diff)
	}
	event := s.lastAudit(c)
	if event.Action != "customer.created" || event.Actor != "ims" || !strings.Contains(event.After, `"Example Pay"`) {
		t.Errorf("audit event %+v", event)
	}
	for _, role := range []bank.Role{bank.Employee, bank.Manager, bank.Admin} {
		var got []bank.Permission
		err := s.db.Read(s.ctx, func(tx *store.Tx) (err error) { got, err = tx.Permissions(c.ID, role); return err })
		if err != nil || len(got) != len(bank.DefaultPermissions(role)) {
			t.Errorf("%s has %v, %v", role, got, err)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	s := open(t)
	settings := bank.DefaultSettings()
	_, err := s.service.Create(s.ctx, bank.System(0, "ims"), " ", settings)
	wantError(t, err, bank.ErrInvalid, "missing")
	_, err = s.service.Create(s.ctx, bank.System(0, "ims"), strings.Repeat("ż", 141), settings)
	wantError(t, err, bank.ErrInvalid, "too long")
	_, err = s.service.Create(s.ctx, bank.System(0, "ims"), "a\x1b[31mb", settings)
	wantError(t, err, bank.ErrInvalid, "cannot be shown")
	_, err = s.service.Create(s.ctx, bank.System(0, "ims"), "Example", bank.Settings{})
	wantError(t, err, bank.ErrInvalid, "mode")
	_, err = s.service.Create(s.ctx, bank.Actor{Kind: bank.ActorOperator, Name: "eve@example.test"}, "Example", settings)
	wantError(t, err, bank.ErrForbidden, "customer:write")
	if list, err := s.service.List(s.ctx); err != nil || len(list) != 0 {
		t.Errorf("something was created: %v, %v", list, err)
	}
	_, err = s.service.Get(s.ctx, 1)
	wantError(t, err, bank.ErrNotFound, "")
}

// Customers made at the same time get numbers of their own.
func TestCreateConcurrently(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		const n = 8
		var ids sync.Map
		var group sync.WaitGroup
		for i := range n {
			group.Go(func() {
				c, err := s.service.Create(s.ctx, bank.System(0, "ims"), fmt.Sprintf("Example %d", i), bank.DefaultSettings())
				if err != nil {
					t.Error(err)
				}
				ids.Store(c.ID, true)
			})
		}
		group.Wait()
		for id := range bank.CustomerID(n) {
			if _, ok := ids.Load(id + 1); !ok {
				t.Errorf("no customer %d", id+1)
			}
		}
	})
}

func TestUpdateSettings(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	err := s.service.UpdateSettings(s.ctx, system(c), c.ID, func(x *customers.Settings) error {
		x.IBANMode, x.KYCGate = bank.IssueByAPI, true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := bank.Settings{IBANMode: bank.IssueByAPI, FourEyes: true, KYCGate: true, TransferFourEyes: true}
	if diff := cmp.Diff(want, must[bank.Customer](t)(s.service.Get(s.ctx, c.ID)).Settings); diff != "" {
		t.Error(diff)
	}
	event := s.lastAudit(c)
	if !strings.Contains(event.Before, `"AUTOMATIC"`) || !strings.Contains(event.After, `"API"`) {
		t.Errorf("audit event %+v", event)
	}
}

func TestUpdateSettingsRefuses(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	before := len(s.audits(c))
	wanted := errors.New("stop")
	if err := s.service.UpdateSettings(s.ctx, system(c), c.ID, func(*customers.Settings) error { return wanted }); !errors.Is(err, wanted) {
		t.Errorf("error %v", err)
	}
	err := s.service.UpdateSettings(s.ctx, system(c), c.ID, func(x *customers.Settings) error { x.IBANMode = "LATER"; return nil })
	wantError(t, err, bank.ErrInvalid, "mode")
	if err := s.service.UpdateSettings(s.ctx, system(c), c.ID, func(*customers.Settings) error { return nil }); err != nil {
		t.Error(err)
	}
	err = s.service.UpdateSettings(s.ctx, bank.System(7, "ims"), 7, func(*customers.Settings) error { return nil })
	wantError(t, err, bank.ErrNotFound, "")
	if after := len(s.audits(c)); after != before {
		t.Errorf("%d audit events were added", after-before)
	}
}

// Switching four eyes off is itself a change that takes two people, and what was approved is what happens.
func TestSettingsWaitForASecondPerson(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	ada, bob := s.active(c)
	off := func(x *customers.Settings) error { x.FourEyes = false; return nil }
	err := s.service.UpdateSettings(s.ctx, ada, c.ID, off)
	wantError(t, err, bank.ErrFourEyes, "approval")
	if !must[bank.Customer](t)(s.service.Get(s.ctx, c.ID)).Settings.FourEyes {
		t.Fatal("changed without a second person")
	}
	if n := s.approveAll(bob); n != 1 {
		t.Fatalf("%d approvals waited, want 1", n)
	}
	err = s.service.UpdateSettings(s.ctx, ada, c.ID, func(x *customers.Settings) error { x.FourEyes, x.KYCGate = false, true; return nil })
	wantError(t, err, bank.ErrFourEyes, "approval")
	s.approveAll(bob)
	err = s.service.UpdateSettings(s.ctx, ada, c.ID, off)
	wantError(t, err, bank.ErrFourEyes, "approval") // the approval was of the other change
	s.approveAll(bob)
	if err := s.service.UpdateSettings(s.ctx, ada, c.ID, off); err != nil {
		t.Fatal(err)
	}
	if got := must[bank.Customer](t)(s.service.Get(s.ctx, c.ID)); got.Settings.FourEyes || got.Settings.KYCGate || got.Status != bank.CustomerActive {
		t.Errorf("customer %+v", got)
	}
	on := func(x *customers.Settings) error { x.FourEyes = true; return nil }
	if err := s.service.UpdateSettings(s.ctx, ada, c.ID, on); err != nil {
		t.Errorf("with four eyes off one person suffices: %v", err)
	}
}

// A program that forgot to wire approvals must not thereby switch them off.
func TestWithoutApprovalsFourEyesRefuse(t *testing.T) {
	s := open(t)
	c := s.customer("Example")
	ada, _ := s.active(c)
	bare := customers.New(s.db, s.now)
	err := bare.UpdateSettings(s.ctx, ada, c.ID, func(x *customers.Settings) error { x.FourEyes = false; return nil })
	wantError(t, err, bank.ErrFourEyes, "")
}

// Nobody changes another customer, nor anything without the permission.
func TestEveryChangeIsAuthorised(t *testing.T) {
	s := open(t)
	mine, other := s.customer("Mine"), s.customer("Other")
	m := s.master(mine, master, 1)
	stranger, _ := s.active(other)
	powerless := bank.Actor{Customer: mine.ID, Kind: bank.ActorCertificate, Name: "V-Mine-App", Permissions: bank.CertificatePermissions()}
	request := simpleCSR(t, newKey(t), "V-Mine-App")
	changes := map[string]func(bank.Actor) error{
		"settings": func(a bank.Actor) error {
			return s.service.UpdateSettings(s.ctx, a, mine.ID, func(*customers.Settings) error { return nil })
		},
		"sign":   func(a bank.Actor) error { _, _, err := s.service.Sign(s.ctx, a, mine.ID, request, nil); return err },
		"revoke": func(a bank.Actor) error { return s.service.Revoke(s.ctx, a, mine.ID, "ff", "lost") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			wantError(t, change(stranger), bank.ErrForbidden, "does not act for this customer")
			wantError(t, change(powerless), bank.ErrForbidden, "customer:write")
		})
	}
	_, err := s.service.AddBaseIBAN(s.ctx, powerless, customers.NewBaseIBAN{Base: base, MasterAccount: m.ID})
	wantError(t, err, bank.ErrForbidden, "customer:write")
	_, err = s.service.AddMasterAccount(s.ctx, powerless, customers.NewMasterAccount{IBAN: otherMaster, Currency: 1})
	wantError(t, err, bank.ErrForbidden, "customer:write")
	_, err = s.service.AddBaseIBAN(s.ctx, system(other), customers.NewBaseIBAN{Base: base, MasterAccount: m.ID})
	wantError(t, err, bank.ErrNotFound, "")
}

// Which roles may add balances is a setting like the others: checked, approved, audited, and what the roles then may do.
func TestAddBalanceRoles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db)
		c := s.customer("Example")
		set := func(list ...bank.Role) error {
			return s.service.UpdateSettings(s.ctx, system(c), c.ID, func(x *customers.Settings) error { x.AddBalanceRoles = list; return nil })
		}
		got := func() []bank.Role {
			return must[customers.Settings](t)(s.service.Settings(s.ctx, c.ID)).AddBalanceRoles
		}
		if diff := cmp.Diff([]bank.Role{bank.Employee, bank.Manager, bank.Admin}, got()); diff != "" {
			t.Error(diff)
		}
		wantError(t, set("CLERK"), bank.ErrInvalid, "role")
		for _, list := range [][]bank.Role{{bank.Manager, bank.Admin}, {}, {bank.Employee}} {
			if err := set(list...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(list, got()); diff != "" {
				t.Error(diff)
			}
		}
		if event := s.lastAudit(c); !strings.Contains(event.Before, `"addBalanceRoles":[]`) || !strings.Contains(event.After, `"addBalanceRoles":["EMPLOYEE"]`) {
			t.Errorf("audit event %+v", event)
		}
		ada, bob := s.active(c)
		if ada.May(bank.PermBalancesWrite) == nil || ada.May(bank.PermUsersWrite) != nil {
			t.Errorf("an ADMIN may %v", ada.Permissions)
		}
		again := func() error {
			return s.service.UpdateSettings(s.ctx, ada, c.ID, func(x *customers.Settings) error {
				x.AddBalanceRoles, x.KYCGate = append(x.AddBalanceRoles, bank.Admin), true
				return nil
			})
		}
		wantError(t, again(), bank.ErrFourEyes, "approval")
		s.approveAll(bob)
		if err := again(); err != nil {
			t.Fatal(err)
		}
		after := must[customers.Settings](t)(s.service.Settings(s.ctx, c.ID))
		if !after.KYCGate || len(after.AddBalanceRoles) != 2 {
			t.Errorf("%+v", after)
		}
		_, err := s.service.Settings(s.ctx, 99)
		wantError(t, err, bank.ErrNotFound, "")
	})
}
