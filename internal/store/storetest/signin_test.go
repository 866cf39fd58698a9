package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func operatorSession(c bank.CustomerID, n int) bank.OperatorSession {
	return bank.OperatorSession{Customer: c, ID: id(n), Operator: id(1), TokenHash: digest("panel " + string(rune('a'+n))), Epoch: 3,
		Address: "192.0.2.1", Agent: "Browser", CreatedAt: at(n), UsedAt: at(n), ConfirmedAt: at(n)}
}

func operatorLink(c bank.CustomerID, n int, kind bank.LinkKind) bank.OperatorLink {
	return bank.OperatorLink{Customer: c, Operator: id(n), Kind: kind, TokenHash: digest("link " + string(kind) + string(rune('a'+n))), CreatedBy: "ada",
		CreatedAt: at(n), ExpiresAt: at(n + 60)}
}

func passkey(operator, n int) bank.Passkey {
	return bank.Passkey{Operator: id(operator), ID: id(n), Host: "panel.example", Name: "key", CredentialID: []byte{byte(operator), byte(n)},
		Credential: []byte(`{}`), CreatedAt: at(n)}
}

// TestCredentials proves that they are made once, and come back whole, with the secret sealed in the store.
func TestCredentials(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		read := func(o bank.ID) func(tx *store.Tx) (bank.Credentials, error) {
			return func(tx *store.Tx) (bank.Credentials, error) { return tx.Credentials(o) }
		}
		wantError(t, "before the first", s.try(t, func(tx *store.Tx) error { return found(tx.Credentials(id(1))) }), bank.ErrNotFound)
		wantError(t, "set before the first", s.try(t, func(tx *store.Tx) error { return tx.SetCredentials(bank.Credentials{Operator: id(1)}) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error {
			c, err := tx.LockCredentials(id(1))
			equal(t, "empty ones", c, bank.Credentials{Operator: id(1)})
			return err
		})
		full := bank.Credentials{Operator: id(1), Password: "$argon2id$", TOTP: []byte("twenty secret bytes."), TOTPStep: 7, Epoch: 2, Failures: 3, LockedUntil: at(9)}
		s.write(t, func(tx *store.Tx) error { return tx.SetCredentials(full) })
		equal(t, "full ones", get(t, s, read(id(1))), full)
		if n := s.strings(t, "SELECT CAST(COUNT(*) AS text) FROM operator_credentials WHERE totp = $1", full.TOTP)[0]; n != "0" {
			t.Error("the secret stands in the store as it is")
		}
		s.write(t, func(tx *store.Tx) error {
			c, err := tx.LockCredentials(id(1))
			equal(t, "locked", c, full)
			full.TOTP, full.LockedUntil = nil, time.Time{}
			return steps(func() error { return err }, func() error { return tx.SetCredentials(full) })
		})
		equal(t, "without the app", get(t, s, read(id(1))), full)
		wantError(t, "somebody else", s.try(t, func(tx *store.Tx) error { return found(tx.Credentials(id(2))) }), bank.ErrNotFound)
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		first, second := digest("one"), digest("two")
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.SetRecoveryCodes(id(1), [][32]byte{digest("old")}) },
				func() error { return tx.SetRecoveryCodes(id(1), [][32]byte{first, second}) },
				func() error { return tx.SetRecoveryCodes(id(2), [][32]byte{first}) })
		})
		count := func(o bank.ID) int {
			return get(t, s, func(tx *store.Tx) (int, error) { return tx.CountRecoveryCodes(o) })
		}
		equal(t, "replaced", count(id(1)), 2)
		wantError(t, "an old one", s.try(t, func(tx *store.Tx) error { return isNew(tx.UseRecoveryCode(id(1), digest("old"))) }), errNotNew)
		var used atomic.Int64
		var rivals sync.WaitGroup
		for range 8 {
			rivals.Go(func() {
				err := s.Write(context.Background(), func(tx *store.Tx) error { return isNew(tx.UseRecoveryCode(id(1), first)) })
				if err == nil {
					used.Add(1)
				}
			})
		}
		rivals.Wait()
		equal(t, "one of many used it", used.Load(), int64(1))
		equal(t, "left", count(id(1)), 1)
		equal(t, "somebody else's", count(id(2)), 1)
	})
}

func TestPasskeys(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		one, two, other := passkey(1, 1), passkey(1, 2), passkey(2, 1)
		for _, p := range []bank.Passkey{one, two, other} {
			s.write(t, func(tx *store.Tx) error { return tx.AddPasskey(p) })
		}
		again := passkey(2, 3)
		again.CredentialID = one.CredentialID
		wantError(t, "the same key", s.try(t, func(tx *store.Tx) error { return tx.AddPasskey(again) }), bank.ErrAlreadyExists)
		one.Credential, one.UsedAt, two.Name = []byte(`{"n":1}`), at(5), "phone"
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.UsePasskey(one) }, func() error { return tx.RenamePasskey(id(1), two.ID, "phone") })
		})
		list := func(o bank.ID) []bank.Passkey {
			return get(t, s, func(tx *store.Tx) ([]bank.Passkey, error) { return tx.Passkeys(o) })
		}
		equal(t, "own", list(id(1)), []bank.Passkey{one, two})
		for what, call := range map[string]func(tx *store.Tx) error{
			"used":    func(tx *store.Tx) error { p := two; p.Operator = id(2); return tx.UsePasskey(p) },
			"renamed": func(tx *store.Tx) error { return tx.RenamePasskey(id(2), two.ID, "x") },
			"removed": func(tx *store.Tx) error { return tx.RemovePasskey(id(2), two.ID) },
		} {
			wantError(t, what+" by somebody else", s.try(t, call), bank.ErrNotFound)
		}
		s.write(t, func(tx *store.Tx) error { return tx.RemovePasskey(id(1), one.ID) })
		equal(t, "left", list(id(1)), []bank.Passkey{two})
		equal(t, "somebody else's", list(id(2)), []bank.Passkey{other})
	})
}

// TestAcceptRole proves that a role is taken up once, with one customer.
func TestAcceptRole(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		ada := operator(c, 1)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddOperator(ada) },
				func() error { return tx.SetRole(bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Admin}) },
				func() error {
					return tx.SetRole(bank.OperatorRole{Customer: other, Operator: ada.ID, Role: bank.Admin})
				},
				func() error { return tx.AcceptRole(c, ada.ID, at(1)) },
				func() error { return tx.AcceptRole(c, ada.ID, at(2)) },
				func() error { return tx.SetRole(bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Manager}) },
				func() error { return found(tx.LockCredentials(ada.ID)) },
				func() error { return tx.SetCredentials(bank.Credentials{Operator: ada.ID, LockedUntil: at(8)}) })
		})
		staff := func(c bank.CustomerID) store.Staff {
			return get(t, s, func(tx *store.Tx) (store.Staff, error) { return tx.StaffByID(c, ada.ID) })
		}
		equal(t, "here", staff(c), store.Staff{Operator: ada, OperatorRole: bank.OperatorRole{Customer: c, Operator: ada.ID, Role: bank.Manager},
			AcceptedAt: at(1), LockedUntil: at(8)})
		equal(t, "not there", staff(other).AcceptedAt, time.Time{})
		list := get(t, s, func(tx *store.Tx) ([]bank.CustomerID, error) { return tx.CustomersOfOperator(ada.ID) })
		equal(t, "works for", list, []bank.CustomerID{c, other})
		wantError(t, "nobody", s.try(t, func(tx *store.Tx) error { return tx.AcceptRole(c, id(99), at(1)) }), bank.ErrNotFound)
	})
}

func TestOperatorLinks(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		old := operatorLink(c, 1, bank.LinkInvitation)
		fresh, reset, neighbour := old, operatorLink(c, 1, bank.LinkReset), operatorLink(other, 1, bank.LinkInvitation)
		fresh.TokenHash, fresh.CreatedBy, fresh.ExpiresAt = digest("fresh"), "bob", at(500)
		for _, l := range []bank.OperatorLink{old, fresh, reset, neighbour} {
			s.write(t, func(tx *store.Tx) error { return tx.PutOperatorLink(l) })
		}
		read := func(l bank.OperatorLink) error {
			return s.try(t, func(tx *store.Tx) error {
				got, err := tx.OperatorLink(l.Customer, l.TokenHash)
				if err == nil {
					equal(t, "link", got, l)
				}
				return err
			})
		}
		wantError(t, "replaced", read(old), bank.ErrNotFound)
		wantError(t, "the new one", read(fresh), nil)
		wantError(t, "of another kind", read(reset), nil)
		wantError(t, "another customer's", s.try(t, func(tx *store.Tx) error { return found(tx.OperatorLink(other, fresh.TokenHash)) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.UseOperatorLink(c, fresh.TokenHash) })
		wantError(t, "used twice", s.try(t, func(tx *store.Tx) error { return tx.UseOperatorLink(c, fresh.TokenHash) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.PutOperatorLink(fresh) })
		drop := func(before int) (n int64) {
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.DropOperatorLinks(c, at(before), 5); return err })
			return n
		}
		equal(t, "none is over", drop(61), int64(0))
		equal(t, "one is over", drop(62), int64(1))
		wantError(t, "the neighbour's", read(neighbour), nil)
		s.write(t, func(tx *store.Tx) error { return tx.EndOperatorLinks(c, id(1)) })
		wantError(t, "ended", read(fresh), bank.ErrNotFound)
		wantError(t, "not the neighbour's", read(neighbour), nil)
	})
}

func TestOperatorSessions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		one, two, neighbour := operatorSession(c, 1), operatorSession(c, 2), operatorSession(other, 1)
		for _, v := range []bank.OperatorSession{one, two, neighbour} {
			s.write(t, func(tx *store.Tx) error { return tx.AddOperatorSession(v) })
		}
		list := func(c bank.CustomerID) []bank.OperatorSession {
			return get(t, s, func(tx *store.Tx) ([]bank.OperatorSession, error) { return tx.OperatorSessions(c, id(1)) })
		}
		equal(t, "own", list(c), []bank.OperatorSession{one, two})
		wantError(t, "another customer's token", s.try(t, func(tx *store.Tx) error { return found(tx.OperatorSession(other, two.TokenHash)) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.TouchOperatorSession(c, one.ID, at(50)) },
				func() error { return tx.TouchOperatorSession(c, one.ID, at(40)) },
				func() error { return tx.ConfirmOperatorSession(c, two.ID, 4, at(60)) })
		})
		one.UsedAt, two.Epoch, two.ConfirmedAt = at(50), 4, at(60)
		equal(t, "used and confirmed", list(c), []bank.OperatorSession{one, two})
		equal(t, "by token", get(t, s, func(tx *store.Tx) (bank.OperatorSession, error) { return tx.OperatorSession(c, one.TokenHash) }), one)

		wantError(t, "ended by somebody else", s.try(t, func(tx *store.Tx) error { return tx.EndOperatorSession(c, id(2), one.ID) }), bank.ErrNotFound)
		wantError(t, "ended by its owner", s.try(t, func(tx *store.Tx) error { return tx.EndOperatorSession(c, id(1), one.ID) }), nil)
		end := func(but bank.ID) (n int64) {
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.EndOperatorSessions(c, id(1), but); return err })
			return n
		}
		equal(t, "all but one", end(two.ID), int64(1))
		equal(t, "all", end(bank.ID{}), int64(1))
		wantError(t, "used after its end", s.try(t, func(tx *store.Tx) error { return tx.TouchOperatorSession(c, two.ID, at(70)) }), bank.ErrNotFound)
		equal(t, "the neighbour's", list(other), []bank.OperatorSession{neighbour})
	})
}

func TestDropOperatorSessions(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, other := newCustomer(t, s), newCustomer(t, s)
		for n := 1; n <= 3; n++ {
			s.write(t, func(tx *store.Tx) error { return tx.AddOperatorSession(operatorSession(c, n)) })
		}
		s.write(t, func(tx *store.Tx) error { return tx.AddOperatorSession(operatorSession(other, 1)) })
		drop := func(before, limit int) (n int64) {
			s.write(t, func(tx *store.Tx) (err error) { n, err = tx.DropOperatorSessions(c, at(before), limit); return err })
			return n
		}
		equal(t, "none is old", drop(1, 5), int64(0))
		equal(t, "no more than the limit", drop(3, 1), int64(1))
		equal(t, "the rest", drop(3, 5), int64(1))
		left := func(c bank.CustomerID) int {
			return len(get(t, s, func(tx *store.Tx) ([]bank.OperatorSession, error) { return tx.OperatorSessions(c, id(1)) }))
		}
		equal(t, "left", left(c), 1)
		equal(t, "the neighbour's", left(other), 1)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.PutOperatorLink(operatorLink(c, 1, bank.LinkReset)) }, func() error { return tx.EndOperatorLogins() })
		})
		equal(t, "after a restore", left(c)+left(other), 0)
		link := operatorLink(c, 1, bank.LinkReset)
		wantError(t, "a link after a restore", s.try(t, func(tx *store.Tx) error { return found(tx.OperatorLink(c, link.TokenHash)) }), bank.ErrNotFound)
	})
}
