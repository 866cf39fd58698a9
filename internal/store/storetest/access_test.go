package storetest

import (
	"bytes"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

func TestOperators(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		ada, bea := operator(c, 1), operator(c, 2)
		bea.Locked = true
		for _, o := range []bank.Operator{bea, ada} {
			s.write(t, func(tx *store.Tx) error { return tx.AddOperator(o) })
		}
		taken := operator(c, 3)
		taken.Email = ada.Email
		wantError(t, "e-mail taken", s.try(t, func(tx *store.Tx) error { return tx.AddOperator(taken) }), bank.ErrAlreadyExists)

		role := bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Employee}
		elsewhere := bank.OperatorRole{Customer: other, Operator: ada.ID, Role: bank.Admin, Institution: true}
		late := bank.OperatorRole{Customer: c, Operator: bea.ID, Role: bank.Manager}
		for _, r := range []bank.OperatorRole{role, elsewhere, late} {
			s.write(t, func(tx *store.Tx) error { return tx.SetRole(r) })
		}
		role.Role, role.Institution = bank.Manager, true
		s.write(t, func(tx *store.Tx) error { return tx.SetRole(role) })
		equal(t, "role", get(t, s, func(tx *store.Tx) (bank.OperatorRole, error) { return tx.Role(c, ada.ID) }), role)
		equal(t, "role elsewhere", get(t, s, func(tx *store.Tx) (bank.OperatorRole, error) { return tx.Role(other, ada.ID) }), elsewhere)
		staff := []store.Staff{{Operator: ada, OperatorRole: role}, {Operator: bea, OperatorRole: late}}
		equal(t, "staff", get(t, s, func(tx *store.Tx) ([]store.Staff, error) { return tx.Operators(c) }), staff)
		equal(t, "one", get(t, s, func(tx *store.Tx) (store.Staff, error) { return tx.StaffByEmail(c, bea.Email) }), staff[1])

		s.write(t, func(tx *store.Tx) error { return tx.SetOperatorLocked(bea.ID, false) })
		bea.Locked = false
		equal(t, "unlocked", get(t, s, func(tx *store.Tx) (bank.Operator, error) { return tx.OperatorByEmail(bea.Email) }), bea)
	})
}

// TestRoleLock proves that a lock with one customer binds there only, and survives a change of the role.
func TestRoleLock(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		ada := operator(c, 1)
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddOperator(ada) },
				func() error { return tx.SetRole(bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Admin}) },
				func() error {
					return tx.SetRole(bank.OperatorRole{Customer: other, Operator: ada.ID, Role: bank.Admin})
				},
				func() error { return tx.SetRoleLocked(c, ada.ID, true) },
				func() error { return tx.SetRole(bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Employee}) },
			)
		})
		locked := func(c bank.CustomerID) bool {
			staff := get(t, s, func(tx *store.Tx) (store.Staff, error) { return tx.StaffByEmail(c, ada.Email) })
			return staff.Locked
		}
		equal(t, "locked here", locked(c), true)
		equal(t, "not there", locked(other), false)
		s.write(t, func(tx *store.Tx) error { return tx.SetRoleLocked(c, ada.ID, false) })
		equal(t, "unlocked", locked(c), false)
		s.write(t, func(tx *store.Tx) error { return tx.SetOperatorLocked(ada.ID, true) })
		equal(t, "the account is locked everywhere", locked(other), true)
	})
}

func TestPermissions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		ask := func(role bank.Role) []bank.Permission {
			return get(t, s, func(tx *store.Tx) ([]bank.Permission, error) { return tx.Permissions(c, role) })
		}
		equal(t, "nobody may anything at first", ask(bank.Admin), []bank.Permission(nil))
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.SetPermissions(c, bank.Admin, bank.DefaultPermissions(bank.Admin)) },
				func() error {
					return tx.SetPermissions(c, bank.Employee, []bank.Permission{bank.PermUsersRead, bank.PermFilesRead})
				},
				func() error { return tx.SetPermissions(c, bank.Admin, []bank.Permission{bank.PermFundsRead}) },
			)
		})
		equal(t, "in place of the earlier ones", ask(bank.Admin), []bank.Permission{bank.PermFundsRead})
		equal(t, "of another role", ask(bank.Employee), []bank.Permission{bank.PermFilesRead, bank.PermUsersRead})
	})
}

func TestApprovals(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for _, n := range []int{2, 1} {
			s.write(t, func(tx *store.Tx) error { return isNew(tx.AddApproval(approval(c, n))) })
		}
		again := approval(c, 3)
		again.Object = "file 1"
		add := func() error { return s.try(t, func(tx *store.Tx) error { return isNew(tx.AddApproval(again)) }) }
		wantError(t, "the object waits already", add(), errNotNew)
		decided := approval(c, 1)
		decided.Status, decided.DecidedBy, decided.DecidedAt, decided.Reason = bank.ApprovalApproved, "eve@example.com", at(7), "ok"
		decide := func() { s.write(t, func(tx *store.Tx) error { return tx.DecideApproval(decided) }) }
		decide()
		wantError(t, "one is approved and not used", add(), errNotNew)
		s.write(t, func(tx *store.Tx) error {
			a, err := tx.OpenApproval(c, "file.execute", "file 1")
			equal(t, "open", a, decided)
			return err
		})
		decided.Status = bank.ApprovalUsed
		decide()
		s.write(t, func(tx *store.Tx) error {
			a, err := tx.LockApproval(c, id(1))
			equal(t, "used", a, decided)
			return err
		})
		wantError(t, "none is open", s.try(t, func(tx *store.Tx) error { return found(tx.OpenApproval(c, "file.execute", "file 1")) }), bank.ErrNotFound)
		wantError(t, "the next request", add(), nil)

		list := func(status bank.ApprovalStatus, after bank.ID, limit int) []bank.Approval {
			return get(t, s, func(tx *store.Tx) ([]bank.Approval, error) {
				return tx.Approvals(c, store.ApprovalFilter{Status: status, After: after, Limit: limit})
			})
		}
		equal(t, "all", list("", bank.ID{}, 0), []bank.Approval{decided, approval(c, 2)})
		equal(t, "pending", list(bank.ApprovalPending, bank.ID{}, 0), []bank.Approval{approval(c, 2)})
		equal(t, "behind the first", list("", id(1), 5), []bank.Approval{approval(c, 2)})
		equal(t, "one", list("", bank.ID{}, 1), []bank.Approval{decided})
	})
}

func TestCertificates(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		claim := func(cn string, c bank.CustomerID) (owner bank.CustomerID) {
			s.write(t, func(tx *store.Tx) (err error) {
				owner, err = tx.ClaimCN(cn, c)
				return err
			})
			return owner
		}
		equal(t, "claimed", claim("V-Example-App", c), c)
		equal(t, "claimed again", claim("V-Example-App", c), c)
		equal(t, "somebody else's", claim("V-Example-App", other), c)
		equal(t, "another case is another name", claim("V-EXAMPLE-App", other), other)
		equal(t, "owner", get(t, s, func(tx *store.Tx) (bank.CustomerID, error) { return tx.CustomerOfCN("V-Example-App") }), c)

		none := certificate(c, 3)
		none.CN, none.Permissions = "V-Other-App", nil
		all := []bank.Certificate{certificate(c, 1), certificate(c, 2), none}
		for i := range all {
			s.write(t, func(tx *store.Tx) error { return tx.AddCertificate(all[2-i]) })
		}
		list := func(cn string) []bank.Certificate {
			return get(t, s, func(tx *store.Tx) ([]bank.Certificate, error) { return tx.Certificates(c, cn) })
		}
		equal(t, "all", list(""), all)
		s.write(t, func(tx *store.Tx) error { return tx.RevokeCertificate(c, "0001", "lost", at(9).UnixMicro()) })
		all[0].Status = bank.CertificateRevoked
		equal(t, "of one CN", list(cnOf(c)), all[:2])
		wantError(t, "revoked twice", s.try(t, func(tx *store.Tx) error { return tx.RevokeCertificate(c, "0001", "lost", 1) }), bank.ErrNotFound)
	})
}

func TestFacts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		value := []byte{0, 1, 255, '\''}
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return isNew(tx.SetFact("a fact", value)) },
				func() error { return isNew(tx.SetFact("empty", []byte{})) },
				func() error { return isNew(tx.SetSecret("ca", value)) },
				func() error { return tx.LockFact("a fact") },
			)
		})
		wantError(t, "a fact never changes", s.try(t, func(tx *store.Tx) error { return isNew(tx.SetFact("a fact", []byte("x"))) }), errNotNew)
		wantError(t, "nor a secret", s.try(t, func(tx *store.Tx) error { return isNew(tx.SetSecret("ca", []byte("x"))) }), errNotNew)
		for name, want := range map[string][]byte{"a fact": value, "empty": {}} {
			equal(t, name, get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.Fact(name) }), want)
		}
		equal(t, "secret", get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.Secret("ca") }), value)
		if sealed := get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.Fact("ca") }); bytes.Contains(sealed, value) {
			t.Error("a secret lies open in the store")
		}
	})
}

func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		first := store.Key{Key: "key ' %", Digest: digest("body"), Object: "41", At: at(1)}
		s.write(t, func(tx *store.Tx) error { return isNew(tx.UseKeys(c, []store.Key{first})) })
		replay := store.Key{Key: first.Key, Digest: digest("another body"), Object: "42", At: at(2)}
		wantError(t, "used before", s.try(t, func(tx *store.Tx) error { return isNew(tx.UseKeys(c, []store.Key{replay})) }), errNotNew)
		equal(t, "another case is another key", get(t, s, func(tx *store.Tx) ([]store.Key, error) { return tx.KeyUses(c, []string{"KEY ' %"}) }), []store.Key(nil))

		second, third := store.Key{Key: "2", At: at(3)}, store.Key{Key: "3", At: at(4)}
		s.write(t, func(tx *store.Tx) error { return isNew(tx.UseKeys(c, []store.Key{second, third})) })
		s.write(t, func(tx *store.Tx) error { return isNew(tx.UseKeys(c, nil)) })
		fourth := store.Key{Key: "4", At: at(5)}
		for what, list := range map[string][]store.Key{"used before": {fourth, first}, "twice in one list": {fourth, fourth}} {
			wantError(t, what, s.try(t, func(tx *store.Tx) error { return isNew(tx.UseKeys(c, list)) }), errNotNew)
		}
		uses := get(t, s, func(tx *store.Tx) ([]store.Key, error) { return tx.KeyUses(c, []string{"3", "4", first.Key, "3"}) })
		equal(t, "those that were used", byKey(uses), map[string]store.Key{first.Key: first, "3": third})
		equal(t, "of none", get(t, s, func(tx *store.Tx) ([]store.Key, error) { return tx.KeyUses(c, nil) }), []store.Key(nil))
	})
}

func byKey(list []store.Key) map[string]store.Key {
	all := map[string]store.Key{}
	for _, k := range list {
		all[k.Key] = k
	}
	return all
}
