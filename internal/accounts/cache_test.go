package accounts_test

import (
	"sync"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
)

// TestCacheNeverStaleAfterOwnCommits: the moment a call returns, getIban says what it did.
func TestCacheNeverStaleAfterOwnCommits(t *testing.T) {
	eachOffice(t, bank.Settings{IBANMode: bank.IssueByAPI}, wideBase, func(o *office) {
		stop := o.watch(o.service)
		v := o.open(money.PLN)
		s := o.service
		says := func(what string, want bank.IBANStatus, n int) {
			o.t.Helper()
			for range 2 { // from the store, then perhaps from the cache
				if list := o.ibans(s, v.ID); len(list) != n || n > 0 && list[n-1].Status != want {
					o.t.Errorf("%s: %+v", what, list)
				}
			}
		}
		says("nothing issued", "", 0)
		if s.Cached(o.actor.Customer, v.ID) {
			o.t.Error("the absence of an IBAN was kept")
		}
		a, err := s.IssueIBAN(o.ctx, o.actor, v.ID)
		o.must(err)
		v.Accounts = []bank.BankAccount{a}
		says("issued", bank.IBANActive, 1)
		if !s.Cached(o.actor.Customer, v.ID) {
			o.t.Error("the IBAN was not kept")
		}
		one := o.block(v, bank.BlockIBAN, bank.BlockFraud, bank.BlockBoth, time.Time{}, time.Time{})
		two := o.block(v, bank.BlockIBAN, bank.BlockByCourt, bank.BlockDebits, time.Time{}, time.Time{})
		says("blocked", bank.IBANBlocked, 1)
		o.lift(one)
		says("one lifted", bank.IBANBlocked, 1)
		o.lift(two)
		says("both lifted", bank.IBANActive, 1)
		_, err = s.CloseIBAN(o.ctx, o.actor, a.IBAN)
		o.must(err)
		says("closed", bank.IBANClosed, 1)
		_, err = s.IssueIBAN(o.ctx, o.actor, v.ID)
		o.must(err)
		if n := len(o.ibans(s, v.ID)); n != 2 {
			o.t.Errorf("%d IBANs after another was issued", n)
		}
		_, err = s.CloseBalance(o.ctx, o.actor, v.ID)
		o.must(err)
		for _, a := range o.ibans(s, v.ID) {
			if a.Status != bank.IBANClosed {
				o.t.Errorf("the balance is closed, %s is %s", a.IBAN, a.Status)
			}
		}
		stop()
		o.ibans(s, v.ID)
		if s.Caching() || s.Cached(o.actor.Customer, v.ID) {
			o.t.Error("answers are kept though nobody tells of changes")
		}
	})
}

// TestCacheUnderReaders: many ask while one blocks and lifts; whoever changed something never sees the state before.
func TestCacheUnderReaders(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.watch(o.service)
		v := o.open(money.PLN)
		for i := range 30 {
			var readers sync.WaitGroup
			for range 4 {
				readers.Go(func() {
					for range 10 {
						if list, err := o.service.BankAccounts(o.ctx, o.actor, v.ID); err != nil || len(list) != 1 {
							o.t.Errorf("%+v, %v", list, err)
						}
					}
				})
			}
			b := o.block(v, bank.BlockIBAN, bank.BlockFraud, bank.BlockBoth, time.Time{}, time.Time{})
			if got := o.status(o.service, v.ID); got != bank.IBANBlocked {
				o.t.Errorf("turn %d: %s after the block", i, got)
			}
			o.lift(b)
			if got := o.status(o.service, v.ID); got != bank.IBANActive {
				o.t.Errorf("turn %d: %s after it was lifted", i, got)
			}
			readers.Wait()
		}
	})
}

// TestCacheHearsOfOtherProcesses: two services with stores of their own on one site.
func TestCacheHearsOfOtherProcesses(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		here, there := o.service, accounts.New(o.site.Open(o.t), o.now)
		o.watch(here)
		o.watch(there)
		v := o.open(money.PLN)
		becomes := func(what string, want bank.IBANStatus, act func()) {
			o.t.Helper()
			o.await("the answer is kept", func() bool {
				o.ibans(there, v.ID)
				return there.Cached(o.actor.Customer, v.ID)
			})
			act()
			o.await(what, func() bool { return o.status(there, v.ID) == want })
		}
		var b bank.Block
		becomes("blocked", bank.IBANBlocked, func() {
			b = o.block(v, bank.BlockIBAN, bank.BlockFraud, bank.BlockBoth, time.Time{}, time.Time{})
		})
		becomes("lifted", bank.IBANActive, func() { o.lift(b) })
		becomes("closed", bank.IBANClosed, func() {
			_, err := here.CloseIBAN(o.ctx, o.actor, v.Accounts[0].IBAN)
			o.must(err)
		})
		o.pass(time.Second) // the next number is the younger one
		becomes("issued again", bank.IBANActive, func() {
			_, err := here.IssueIBAN(o.ctx, o.actor, v.ID)
			o.must(err)
		})
	})
}
