package storetest

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

func TestCustomers(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		want := []bank.Customer{customer("Zeta Pay"), customer("alpha ' \" \\ 漢")}
		for i := range want {
			s.write(t, func(tx *store.Tx) (err error) {
				want[i].ID, err = tx.AddCustomer(want[i])
				return err
			})
		}
		if want[0].ID != 1 || want[1].ID != 2 {
			t.Errorf("numbers %d and %d, want 1 and 2", want[0].ID, want[1].ID)
		}
		equal(t, "customers", get(t, s, (*store.Tx).Customers), want)

		changed := want[1]
		changed.Name, changed.Status, changed.Settings = "Beta Pay", bank.CustomerActive, bank.DefaultSettings()
		s.write(t, func(tx *store.Tx) error { return tx.UpdateCustomer(changed) })
		equal(t, "after the update", get(t, s, (*store.Tx).Customers), []bank.Customer{want[0], changed})
		equal(t, "one", get(t, s, func(tx *store.Tx) (bank.Customer, error) { return tx.Customer(2) }), changed)
		s.write(t, func(tx *store.Tx) error {
			locked, err := tx.LockCustomer(2)
			equal(t, "locked", locked, changed)
			return err
		})
		head := get(t, s, func(tx *store.Tx) (store.Head, error) { return tx.ReadHead(2) })
		equal(t, "a new head", head, store.Head{Customer: 2, NextID: 1, NextLink: 1, LastAt: at(0)})
	})
}

func TestMasterAccounts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		want := []bank.MasterAccount{master(c, 1), master(c, 2)}
		want[1].Currency, want[1].Acceptance = eur, bank.Strict
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddMasterAccount(want[1]) }, func() error { return tx.AddMasterAccount(want[0]) })
		})
		equal(t, "master accounts", get(t, s, func(tx *store.Tx) ([]bank.MasterAccount, error) { return tx.MasterAccounts(c) }), want)
		equal(t, "one", get(t, s, func(tx *store.Tx) (bank.MasterAccount, error) { return tx.MasterAccount(c, id(2)) }), want[1])

		changed := want[0]
		changed.Name, changed.Acceptance, changed.Dialect = "renamed", bank.Strict, bank.Dialect{TwoHundreds: bank.StatementPKO, MaxAgeDays: 30}
		s.write(t, func(tx *store.Tx) error { return tx.UpdateMasterAccount(changed) })
		equal(t, "changed", get(t, s, func(tx *store.Tx) ([]bank.MasterAccount, error) { return tx.MasterAccounts(c) }), []bank.MasterAccount{changed, want[1]})
		wantError(t, "nobody's", s.try(t, func(tx *store.Tx) error { return tx.UpdateMasterAccount(master(c, 7)) }), bank.ErrNotFound)

		again := master(c, 3)
		again.IBAN = want[0].IBAN
		wantError(t, "the same IBAN again", s.try(t, func(tx *store.Tx) error { return tx.AddMasterAccount(again) }), bank.ErrAlreadyExists)
		again.Customer = newCustomer(t, s)
		wantError(t, "the same IBAN of another customer", s.try(t, func(tx *store.Tx) error { return tx.AddMasterAccount(again) }), nil)
	})
}

func TestBaseIBANs(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		old, euros, reserve, fresh := baseIBAN(c, "DE1111"), baseIBAN(c, "DE2222"), baseIBAN(c, "DE3333"), baseIBAN(c, "DE4444")
		euros.Currency, reserve.Issuing, fresh.Capacity = eur, false, 10_000_000_000_000
		for _, b := range []bank.BaseIBAN{old, euros, reserve, fresh} {
			s.write(t, func(tx *store.Tx) error { return tx.AddBaseIBAN(b) })
		}
		old.Issuing = false // since the fresh one was added; the reserve never did
		s.write(t, func(tx *store.Tx) error { return tx.AdvanceBase(c, fresh.Base, 41) })
		fresh.Next = 41
		all := get(t, s, func(tx *store.Tx) ([]bank.BaseIBAN, error) { return tx.BaseIBANs(c) })
		equal(t, "base IBANs", all, []bank.BaseIBAN{old, euros, reserve, fresh})
		s.write(t, func(tx *store.Tx) error {
			for code, want := range map[string]bank.BaseIBAN{"PLN": fresh, "EUR": euros} {
				got, err := tx.IssuingBase(c, code)
				if err != nil {
					return err
				}
				equal(t, "issuing "+code, got, want)
			}
			return nil
		})
		wantError(t, "no base in USD", s.try(t, func(tx *store.Tx) error { return found(tx.IssuingBase(c, "USD")) }), bank.ErrNotFound)
		if keys := s.strings(t, "SELECT CAST(COUNT(*) AS text) FROM base_ibans WHERE sealed_key = $1", fresh.Key); keys[0] != "0" {
			t.Error("the key of a base IBAN lies open in the store")
		}
	})
}

func TestRegistryOfBases(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		for i, base := range []string{"DE12", "DE1234", "DE123456", "DE1235", "DE12AB", "DE", "PL12345", "PL1234"} {
			s.write(t, func(tx *store.Tx) error { return tx.RegisterBase(base, bank.CustomerID(i+1)) })
		}
		wantError(t, "registered twice", s.try(t, func(tx *store.Tx) error { return tx.RegisterBase("DE1234", 9) }), bank.ErrBaseIBANOverlap)
		for base, want := range map[string][]string{
			"DE1234":  {"DE", "DE12", "DE1234", "DE123456"}, // equal, containing, within
			"DE12345": {"DE", "DE12", "DE1234", "DE123456"},
			"DE12A":   {"DE", "DE12", "DE12AB"},
			"DE12a":   {"DE", "DE12"}, // no folding
			"PL123":   {"PL1234", "PL12345"},
			"PL13":    nil,
			"FR1":     nil,
		} {
			got := get(t, s, func(tx *store.Tx) ([]string, error) { return tx.Overlapping(base) })
			equal(t, "overlapping "+base, got, want)
		}
		equal(t, "registered in PL", get(t, s, func(tx *store.Tx) ([]store.RegisteredBase, error) { return tx.RegisteredBases("PL") }),
			[]store.RegisteredBase{{Base: "PL1234", Customer: 8}, {Base: "PL12345", Customer: 7}})
		equal(t, "registered in FR", get(t, s, func(tx *store.Tx) ([]store.RegisteredBase, error) { return tx.RegisteredBases("FR") }), []store.RegisteredBase(nil))
	})
}

func TestUsers(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		bare := bank.User{Customer: c, ID: id(3), Type: bank.Corporation, CompanyName: "Only a name", KYC: bank.KYCPending,
			Status: bank.UserLocked, CreatedAt: at(3), UpdatedAt: at(3)}
		alsoBare := bare
		alsoBare.ID = id(4)
		want := []bank.User{user(c, 1), user(c, 2), bare, alsoBare} // several without an external id
		for _, u := range want {
			s.write(t, func(tx *store.Tx) error { return tx.AddUser(u) })
		}
		taken := user(c, 9)
		taken.ExternalID = "ext-1"
		wantError(t, "external id taken", s.try(t, func(tx *store.Tx) error { return tx.AddUser(taken) }), bank.ErrAlreadyExists)
		equal(t, "users", get(t, s, func(tx *store.Tx) ([]bank.User, error) { return tx.Users(c, store.UserFilter{}) }), want)

		changed := user(c, 9)
		changed.ID, changed.Status, changed.KYC, changed.Type, changed.Phone = id(2), bank.UserLocked, bank.KYCRejected, bank.Corporation, ""
		s.write(t, func(tx *store.Tx) error { return tx.UpdateUser(changed) })
		changed.ExternalID, changed.CreatedAt = want[1].ExternalID, want[1].CreatedAt // identity and creation stay
		equal(t, "updated", get(t, s, func(tx *store.Tx) (bank.User, error) { return tx.User(c, id(2)) }), changed)
		s.write(t, func(tx *store.Tx) error {
			locked, err := tx.LockUser(c, id(2))
			equal(t, "locked", locked, changed)
			return err
		})
	})
}
