package storetest

import (
	"slices"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func TestBalances(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		euros, closed := balance(c, 7), balance(c, 6)
		euros.Currency, euros.Booked, euros.Held = eur, 1<<53, 0
		companion := special(c, -5, bank.KindReceivable, pln)
		companion.User, companion.Booked = id(1), -1<<53
		all := []bank.Balance{companion, special(c, 1, bank.KindOwn, pln), special(c, 2, bank.KindTechnical, pln), special(c, 3, bank.KindBank, eur),
			special(c, 4, bank.KindReceivable, eur), balance(c, 5), closed, euros}
		for _, b := range slices.Backward(all) {
			s.write(t, func(tx *store.Tx) error { return tx.AddBalance(b) })
		}
		s.write(t, func(tx *store.Tx) error { return tx.CloseBalance(c, 6) })
		all[6].Closed = true
		wantError(t, "closed twice", s.try(t, func(tx *store.Tx) error { return tx.CloseBalance(c, 6) }), bank.ErrNotFound)

		numbers := []bank.BalanceNo{7, 6, 5, 4, 3, 2, 1, -5, 0, 99, -1}
		equal(t, "by number", get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.BalancesByNo(c, numbers) }), all)
		s.write(t, func(tx *store.Tx) error {
			locked, err := tx.LockBalances(c, numbers)
			equal(t, "locked", locked, all)
			return err
		})
		equal(t, "by id", get(t, s, func(tx *store.Tx) (bank.Balance, error) { return tx.Balance(c, id(107)) }), euros)
		equal(t, "some by id", get(t, s, func(tx *store.Tx) ([]bank.Balance, error) {
			return tx.BalancesByID(c, []bank.ID{id(107), id(1), {}})
		}), []bank.Balance{euros})
		// Companions belong to the end user as well, and come first by their numbers.
		equal(t, "of the end user", get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.UserBalances(c, id(1)) }),
			[]bank.Balance{companion, all[5], all[6], euros})
		equal(t, "the customer's own", get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.SpecialBalances(c) }),
			[]bank.Balance{all[4], all[3], all[1], all[2]})
	})
}

func TestBalanceConflicts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		again := balance(c, 5)
		again.Booked = 77
		wantError(t, "number taken", s.try(t, func(tx *store.Tx) error { return tx.AddBalance(again) }), bank.ErrAlreadyExists)
		again.No = 55
		wantError(t, "identifier taken", s.try(t, func(tx *store.Tx) error { return tx.AddBalance(again) }), bank.ErrAlreadyExists)
		several := []bank.Balance{balance(c, 8), again}
		wantError(t, "one of several taken", s.try(t, func(tx *store.Tx) error { return tx.AddBalances(c, several) }), bank.ErrAlreadyExists)
		s.write(t, func(tx *store.Tx) error { return tx.AddBalances(c, []bank.Balance{balance(c, 8), balance(c, 9)}) })
		s.write(t, func(tx *store.Tx) error { return tx.AddBalances(c, nil) })
		equal(t, "the first stays", get(t, s, func(tx *store.Tx) (bank.Balance, error) { return tx.Balance(c, id(105)) }), balance(c, 5))
	})
}

// TestSetAmounts crosses the size of one pipeline, exactly and by one.
func TestSetAmounts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		const n = 2001
		var all []bank.Balance
		var numbers []bank.BalanceNo
		for i := 1; i <= n; i++ {
			all, numbers = append(all, balance(c, i)), append(numbers, bank.BalanceNo(i))
		}
		s.write(t, func(tx *store.Tx) error {
			for _, b := range all {
				if err := tx.AddBalance(b); err != nil {
					return err
				}
			}
			return nil
		})
		for _, count := range []int{0, 1, 999, 1000, 1001, 2000, n} {
			for i := range all[:count] {
				all[i].Booked, all[i].Held = all[i].Booked+int64(count), int64(i)
			}
			s.write(t, func(tx *store.Tx) error { return tx.SetAmounts(c, all[:count]) })
			sameRows(t, "amounts", get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.BalancesByNo(c, numbers) }), all)
		}
		gone := append(all[:2:2], balance(c, n+1))
		wantError(t, "one is missing", s.try(t, func(tx *store.Tx) error { return tx.SetAmounts(c, gone) }), bank.ErrNotFound)
	})
}

func TestBalancesWithoutIBAN(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		euros := balance(c, 4)
		euros.Currency = eur
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddBalance(special(c, 1, bank.KindOwn, pln)) },
				func() error { return tx.AddBalance(balance(c, 2)) },
				func() error { return tx.AddBalance(balance(c, 3)) },
				func() error { return tx.AddBalance(euros) },
				func() error { return tx.AddBalance(balance(c, 5)) },
				func() error { return tx.AddBalance(balance(c, 6)) },
				func() error { return tx.AddBalance(balance(c, 7)) },
				func() error { return tx.CloseBalance(c, 5) },
				func() error { return tx.AddIBAN(c, number(3), 3, "DE", 1, at(1)) },
				func() error { return tx.AddIBAN(c, number(6), 6, "DE", 2, at(1)) },
				func() error { return tx.CloseIBAN(c, number(6), at(2)) }, // it had one: it is not issued another by itself
			)
		})
		waiting := func(after bank.BalanceNo, limit int) []bank.Balance {
			return get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.BalancesWithoutIBAN(c, "PLN", after, limit) })
		}
		equal(t, "all", waiting(0, 10), []bank.Balance{balance(c, 2), balance(c, 7)})
		equal(t, "behind 2", waiting(2, 10), []bank.Balance{balance(c, 7)})
		equal(t, "one", waiting(0, 1), []bank.Balance{balance(c, 2)})
	})
}

func TestDeltas(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		b := special(c, 3, bank.KindBank, pln)
		b.Booked, b.Held = -1000, 0
		s.write(t, func(tx *store.Tx) error { return tx.AddBalance(b) })
		booked := func() int64 {
			return get(t, s, func(tx *store.Tx) (int64, error) { return tx.BookedWithDeltas(c, 3) })
		}
		equal(t, "without deltas", booked(), int64(-1000))
		for i, amount := range []int64{-1 << 52, 30, 0} {
			s.write(t, func(tx *store.Tx) error { return tx.AddDelta(c, 3, bank.TransactionID(i+1), amount) })
		}
		equal(t, "with deltas", booked(), int64(-1<<52-970))
		for _, want := range []int64{3, 0} {
			s.write(t, func(tx *store.Tx) error {
				n, err := tx.FoldDeltas(c, 3)
				equal(t, "folded", n, want)
				return err
			})
			equal(t, "after folding", booked(), int64(-1<<52-970))
		}
		row := get(t, s, func(tx *store.Tx) (bank.Balance, error) { return tx.Balance(c, id(103)) })
		equal(t, "in the row", row.Booked, int64(-1<<52-970))
	})
}

func TestHolds(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		second, other := hold(c, 2), hold(c, 3)
		second.Origin, other.Balance = bank.Origin{}, 6
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddHolds(c, other) }, func() error { return tx.AddHolds(c, second) })
		})
		open := func() []bank.Hold {
			return get(t, s, func(tx *store.Tx) ([]bank.Hold, error) { return tx.OpenHolds(c, 5) })
		}
		equal(t, "open", open(), []bank.Hold{hold(c, 1), second})
		released := hold(c, 1)
		released.ReleasedAt = at(9)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseHolds(c, released) })
		equal(t, "after a release", open(), []bank.Hold{second})
		wantError(t, "released twice", s.try(t, func(tx *store.Tx) error { return tx.ReleaseHolds(c, released) }), bank.ErrNotFound)
	})
}

func TestIBANs(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		account := bank.BankAccount{Customer: c, IBAN: number(5), Balance: 5, BalanceID: id(105), Currency: pln, Status: bank.IBANActive, CreatedAt: at(5)}
		ask := func() bank.BankAccount {
			return get(t, s, func(tx *store.Tx) (bank.BankAccount, error) { return tx.BankAccount(c, number(5)) })
		}
		equal(t, "open", ask(), account)
		// An IBAN is bound once, and a balance has at most one open.
		for what, bind := range map[string]func(tx *store.Tx) error{
			"the same IBAN":     func(tx *store.Tx) error { return tx.AddIBAN(c, number(5), 6, baseOf(c), 8, at(6)) },
			"a second open one": func(tx *store.Tx) error { return tx.AddIBAN(c, number(6), 5, baseOf(c), 8, at(6)) },
		} {
			if err := s.try(t, bind); err == nil {
				t.Errorf("%s was bound", what)
			}
		}
		s.write(t, func(tx *store.Tx) error { return tx.CloseIBAN(c, number(5), at(6)) })
		account.Status, account.ClosedAt = bank.IBANClosed, at(6)
		equal(t, "closed", ask(), account)
		wantError(t, "closed twice", s.try(t, func(tx *store.Tx) error { return tx.CloseIBAN(c, number(5), at(7)) }), bank.ErrNotFound)

		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddIBAN(c, number(7), 5, baseOf(c), 1<<62, at(7)) },
				func() error { return tx.AddIBAN(c, number(6), 6, baseOf(c), 9, at(8)) })
		})
		second := account
		second.IBAN, second.Status, second.CreatedAt, second.ClosedAt = number(7), bank.IBANActive, at(7), time.Time{}
		third := second
		third.IBAN, third.Balance, third.BalanceID, third.CreatedAt = number(6), 6, id(106), at(8)
		equal(t, "of two balances", get(t, s, func(tx *store.Tx) ([]bank.BankAccount, error) { return tx.BankAccountsOf(c, 6, 5, 99) }),
			[]bank.BankAccount{account, second, third})
		equal(t, "of none", get(t, s, func(tx *store.Tx) ([]bank.BankAccount, error) { return tx.BankAccountsOf(c) }), []bank.BankAccount(nil))
	})
}

func TestStates(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		locked := user(c, 2)
		locked.Status = bank.UserLocked
		ofLocked := balance(c, 8)
		ofLocked.User = id(2)
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.UpdateUser(locked) },
				func() error { return tx.AddBalance(ofLocked) },
				func() error { return tx.AddIBAN(c, number(8), 8, baseOf(c), 1, at(1)) },
				func() error { return tx.AddIBAN(c, number(6), 6, baseOf(c), 2, at(1)) },
				func() error { return tx.CloseIBAN(c, number(6), at(2)) },
				func() error { return tx.CloseBalance(c, 6) },
			)
		})
		asked := []string{number(5).String(), number(6).String(), number(8).String(), number(99).String(), "", "no IBAN"}
		got := map[string]store.State{}
		for _, state := range get(t, s, func(tx *store.Tx) ([]store.State, error) { return tx.States(c, asked) }) {
			got[state.IBAN] = state
		}
		want := map[string]store.State{}
		for n, state := range map[int]store.State{5: {UserActive: true}, 6: {UserActive: true, IBANClosed: true}, 8: {}} {
			state.IBAN, state.Balance = number(n).String(), balance(c, n)
			if n == 8 {
				state.Balance = ofLocked
			}
			// Amounts are for whoever locks the balance.
			state.Balance.Booked, state.Balance.Held, state.Balance.CreatedAt = 0, 0, time.Time{}
			state.Balance.Closed = n == 6
			want[state.IBAN] = state
		}
		equal(t, "states", got, want)
	})
}

func TestBlocks(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		onIBAN, onUser, forEver := block(c, 1, number(5).String()), block(c, 2, id(1).String()), block(c, 3, number(5).String())
		onUser.Target, onUser.Kind, onUser.Direction = bank.BlockUser, bank.BlockDeath, bank.BlockBoth
		forEver.To = time.Time{}
		for _, b := range []bank.Block{forEver, onUser, onIBAN} {
			s.write(t, func(tx *store.Tx) error { return tx.AddBlock(b) })
		}
		standing := func(targets ...string) []bank.Block {
			return get(t, s, func(tx *store.Tx) ([]bank.Block, error) { return tx.StandingBlocks(c, targets) })
		}
		equal(t, "on both", standing(number(5).String(), id(1).String(), "?"), []bank.Block{onIBAN, onUser, forEver})
		equal(t, "on one", standing(id(1).String()), []bank.Block{onUser})
		equal(t, "on nothing", standing(), []bank.Block(nil))
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddBalance(balance(c, 5)) },
				func() error { return tx.AddIBAN(c, number(5), 5, baseOf(c), 5, at(1)) },
			)
		})
		onIBANs := func(of ...bank.BalanceNo) []store.IBANBlock {
			return get(t, s, func(tx *store.Tx) ([]store.IBANBlock, error) { return tx.IBANBlocks(c, of) })
		}
		equal(t, "on IBANs", onIBANs(4, 5), []store.IBANBlock{{Balance: 5, Block: onIBAN}, {Balance: 5, Block: forEver}})
		equal(t, "on the IBANs of nobody", onIBANs(), []store.IBANBlock(nil))
		ended := func(at time.Time) []bank.Block {
			return get(t, s, func(tx *store.Tx) ([]bank.Block, error) { return tx.EndedBlocks(c, at, 10) })
		}
		equal(t, "before any has ended", ended(onIBAN.To.Add(-time.Microsecond)), []bank.Block(nil))
		equal(t, "the first has ended", ended(onIBAN.To), []bank.Block{onIBAN})
		equal(t, "all that end", ended(onUser.To), []bank.Block{onIBAN, onUser})
		s.write(t, func(tx *store.Tx) error { return tx.LiftBlock(c, id(1), at(9)) })
		equal(t, "after lifting", standing(number(5).String()), []bank.Block{forEver})
		equal(t, "on IBANs after lifting", onIBANs(5), []store.IBANBlock{{Balance: 5, Block: forEver}})
		equal(t, "a lifted one", get(t, s, func(tx *store.Tx) (bank.Block, error) { return tx.Block(c, id(1)) }), onIBAN)
		wantError(t, "lifted twice", s.try(t, func(tx *store.Tx) error { return tx.LiftBlock(c, id(1), at(9)) }), bank.ErrNotFound)
	})
}
