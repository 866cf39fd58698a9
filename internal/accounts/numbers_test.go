package accounts_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

// counters are all that moves when a balance is opened.
const counters = `SELECT next_counter FROM base_ibans UNION ALL SELECT next_balance FROM heads UNION ALL SELECT COUNT(*) FROM balances
	UNION ALL SELECT COUNT(*) FROM ibans UNION ALL SELECT COUNT(*) FROM idempotency_keys`

// TestBalanceAndIBANAreOneTransaction makes the last statement fail: neither balance nor IBAN nor key nor counter is left.
func TestBalanceAndIBANAreOneTransaction(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.open(money.PLN)
		before := o.numbers(counters)
		hide := func(from, to string) {
			_, err := o.raw.ExecContext(o.ctx, "ALTER TABLE "+from+" RENAME TO "+to)
			o.must(err)
		}
		hide("audit_events", "hidden")
		if _, err := o.service.CreateBalance(o.with("k", 1), o.actor, o.user.ID, money.PLN); err == nil {
			o.t.Error("a balance was opened without an audit event")
		}
		hide("hidden", "audit_events")
		if after := o.numbers(counters); !slices.Equal(after, before) {
			o.t.Errorf("counters %v, were %v", after, before)
		}
		v, err := o.service.CreateBalance(o.with("k", 1), o.actor, o.user.ID, money.PLN)
		if err != nil || len(v.Accounts) != 1 {
			o.t.Errorf("the same key afterwards: %+v, %v", v, err)
		}
		o.proven()
	})
}

// TestManyBalancesAtOnce: every one has its own number, counters are dense, and whoever sees a balance sees its IBAN.
func TestManyBalancesAtOnce(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		const n = 50
		var readers sync.WaitGroup
		readers.Go(func() {
			for range 10 {
				list, err := o.service.UserBalances(o.ctx, o.actor, o.user.ID)
				for _, v := range list {
					if len(v.Accounts) != 1 {
						err = errors.New("a balance was seen without its IBAN")
					}
				}
				if err != nil {
					o.t.Error(err)
				}
			}
		})
		var mu sync.Mutex
		var numbers []iban.IBAN
		atOnce(n, func(int) {
			v, err := o.service.CreateBalance(o.ctx, o.actor, o.user.ID, money.PLN)
			if err != nil || len(v.Accounts) != 1 {
				o.t.Errorf("%+v, %v", v, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			numbers = append(numbers, v.Accounts[0].IBAN)
		})
		readers.Wait()
		o.must(distinct(numbers))
		for i, counter := range o.numbers("SELECT counter FROM ibans ORDER BY counter") {
			if counter != int64(i) {
				o.t.Fatalf("counter %d is at place %d", counter, i)
			}
		}
		if next := o.numbers("SELECT next_counter FROM base_ibans"); next[0] != n || len(numbers) != n {
			o.t.Errorf("next counter %d, %d numbers", next[0], len(numbers))
		}
		o.proven()
	})
}

// TestNoBaseIBAN: the balance is there, says why it has no IBAN, and gets one when the base comes.
func TestNoBaseIBAN(t *testing.T) {
	eachOffice(t, automatic(), "", func(o *office) {
		o.watch(o.service)
		v := o.open(money.PLN)
		euro := o.open(money.EUR)
		o.mustSay("PLN", v.NoIBAN, "PLN")
		o.mustSay("EUR", euro.NoIBAN, "EUR")
		if len(v.Accounts) != 0 || len(o.ibans(o.service, v.ID)) != 0 {
			o.t.Errorf("IBANs from nowhere: %+v", v.Accounts)
		}
		_, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
		o.want("by hand", err, bank.ErrNoBaseIBAN)
		if issued, err := o.service.IssueMissing(o.ctx, o.actor, money.PLN); issued != 0 || err != nil {
			o.t.Errorf("issued %d, %v", issued, err)
		}
		_, err = o.onboard.AddBaseIBAN(o.ctx, o.actor, customers.NewBaseIBAN{Base: wideBase, MasterAccount: o.master.ID})
		o.must(err)
		later := o.open(money.PLN)
		for _, want := range []int{1, 0} {
			if issued, err := o.service.IssueMissing(o.ctx, o.actor, money.PLN); issued != want || err != nil {
				o.t.Errorf("issued %d, %v; want %d", issued, err, want)
			}
		}
		if o.status(o.service, v.ID) != bank.IBANActive || len(o.ibans(o.service, later.ID)) != 1 || o.status(o.service, euro.ID) != "" {
			o.t.Error("IBANs are not where they belong")
		}
	})
}

// TestModes: by API or from the panel the balance waits until somebody asks; it never has two open IBANs.
func TestModes(t *testing.T) {
	for _, mode := range []bank.IBANMode{bank.IssueByAPI, bank.IssueFromPanel} {
		t.Run(string(mode), func(t *testing.T) {
			eachOffice(t, bank.Settings{IBANMode: mode}, wideBase, func(o *office) {
				v := o.open(money.PLN)
				if len(v.Accounts) != 0 || v.NoIBAN == "" {
					o.t.Errorf("issued %+v, says %q", v.Accounts, v.NoIBAN)
				}
				var mu sync.Mutex
				issued := 0
				atOnce(8, func(int) {
					a, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
					mu.Lock()
					defer mu.Unlock()
					if err == nil && a.Balance == v.No && a.Status == bank.IBANActive {
						issued++
						return
					}
					o.want("another one", err, bank.ErrAlreadyExists)
				})
				if list := o.ibans(o.service, v.ID); issued != 1 || len(list) != 1 {
					o.t.Errorf("issued %d, has %+v", issued, list)
				}
				_, err := o.service.IssueIBAN(o.ctx, o.actor, bank.NewID())
				o.want("unknown balance", err, bank.ErrNotFound)
			})
		})
	}
}

func TestKYCHoldsBackSingleIssue(t *testing.T) {
	eachOffice(t, bank.Settings{IBANMode: bank.IssueByAPI, KYCGate: true}, wideBase, func(o *office) {
		v := o.open(money.PLN)
		set := func(k bank.KYCStatus) {
			_, err := o.service.UpdateUser(o.ctx, o.actor, o.user.ID, func(u *bank.User) error { u.KYC = k; return nil })
			o.must(err)
		}
		for _, k := range []bank.KYCStatus{bank.KYCPending, bank.KYCRejected} {
			set(k)
			_, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
			o.want(string(k), err, bank.ErrKYCNotAccepted)
		}
		set(bank.KYCAccepted)
		if len(o.ibans(o.service, v.ID)) != 0 {
			o.t.Error("acceptance issued although the API must ask")
		}
		_, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
		o.must(err)
	})
}

// TestTinyRange: ten numbers and not one more; a closed one never comes back.
func TestTinyRange(t *testing.T) {
	eachOffice(t, automatic(), tinyBase, func(o *office) {
		var numbers []iban.IBAN
		var first bank.ID
		for range 10 {
			v := o.open(money.PLN)
			if len(v.Accounts) != 1 {
				o.t.Fatalf("no IBAN after %d: %s", len(numbers), v.NoIBAN)
			}
			numbers, first = append(numbers, v.Accounts[0].IBAN), v.ID
		}
		o.must(distinct(numbers))
		without := o.open(money.PLN)
		o.mustSay("the eleventh", without.NoIBAN, "10 numbers")
		if len(without.Accounts) != 0 {
			o.t.Errorf("the eleventh is %+v", without.Accounts)
		}
		_, err := o.service.CloseBalance(o.ctx, o.actor, first)
		o.must(err)
		_, err = o.service.IssueIBAN(o.ctx, o.actor, without.ID)
		o.want("after one was closed", err, bank.ErrRangeExhausted)
		_, err = o.onboard.AddBaseIBAN(o.ctx, o.actor, customers.NewBaseIBAN{Base: wideBase + "1", MasterAccount: o.master.ID})
		o.must(err)
		a, err := o.service.IssueIBAN(o.ctx, o.actor, without.ID)
		o.must(err)
		o.must(distinct(append(numbers, a.IBAN)))
	})
}

// TestRangeAroundTheMasterAccount: its own number is never given away.
func TestRangeAroundTheMasterAccount(t *testing.T) {
	eachOffice(t, automatic(), "PL11111111000000000000001", func(o *office) {
		var numbers []iban.IBAN
		for range 10 {
			v := o.open(money.PLN)
			for _, a := range v.Accounts {
				if a.IBAN == o.master.IBAN {
					o.t.Error("the master account was issued")
				}
				numbers = append(numbers, a.IBAN)
			}
		}
		o.must(distinct(numbers))
		if len(numbers) != 9 {
			o.t.Errorf("%d numbers of 9", len(numbers))
		}
	})
}

// TestClosing: only what is empty, for ever, and the balance may live on without or with another number.
func TestClosing(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		v, full := o.open(money.PLN), o.open(money.PLN)
		o.pay(full.No, 5, false)
		_, err := o.service.CloseBalance(o.ctx, o.actor, full.ID)
		o.want("money on it", err, bank.ErrBalanceNotEmpty)
		_, err = o.service.CloseIBAN(o.ctx, o.actor, full.Accounts[0].IBAN)
		o.want("money behind it", err, bank.ErrBalanceNotEmpty)
		number := v.Accounts[0].IBAN
		closed, err := o.service.CloseIBAN(o.ctx, o.actor, number)
		o.must(err)
		if closed.Status != bank.IBANClosed || closed.ClosedAt.IsZero() {
			o.t.Errorf("closed: %+v", closed)
		}
		_, err = o.service.CloseIBAN(o.ctx, o.actor, number)
		o.want("again", err, bank.ErrConflict)
		next, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
		o.must(err)
		if next.IBAN == number {
			o.t.Error("a closed IBAN was issued again")
		}
		gone, err := o.service.CloseBalance(o.ctx, o.actor, v.ID)
		o.must(err)
		if !gone.Closed || len(gone.Accounts) != 2 {
			o.t.Errorf("closed: %+v", gone)
		}
		for _, a := range gone.Accounts {
			if a.Status != bank.IBANClosed {
				o.t.Errorf("%s is %s", a.IBAN, a.Status)
			}
		}
		_, err = o.service.CloseBalance(o.ctx, o.actor, v.ID)
		o.want("close again", err, bank.ErrBalanceClosed)
		_, err = o.service.IssueIBAN(o.ctx, o.actor, v.ID)
		o.want("issue for a closed one", err, bank.ErrBalanceClosed)
		o.proven()
	})
}

func TestLockedUserOpensNothing(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		_, err := o.service.UpdateUser(o.ctx, o.actor, o.user.ID, func(u *bank.User) error { u.Status = bank.UserLocked; return nil })
		o.must(err)
		before := o.numbers(counters)
		_, err = o.service.CreateBalance(o.ctx, o.actor, o.user.ID, money.PLN)
		o.want("locked", err, bank.ErrUserLocked)
		if after := o.numbers(counters); !slices.Equal(after, before) {
			o.t.Errorf("counters %v, were %v", after, before)
		}
	})
}

// TestNumbersWithSuffix: a base IBAN of a country whose numbers end in something with a meaning issues, closes and goes on as
// any other.
func TestNumbersWithSuffix(t *testing.T) {
	eachOffice(t, automatic(), "", func(o *office) {
		_, err := o.onboard.AddBaseIBAN(o.ctx, o.actor, customers.NewBaseIBAN{Base: "IS01592600", Suffix: "5510730339", MasterAccount: o.master.ID})
		o.must(err)
		var numbers []iban.IBAN
		for range 3 {
			v := o.open(money.PLN)
			number := v.Accounts[0].IBAN
			if _, err := iban.Parse(number.String()); err != nil || number.String()[16:] != "5510730339" || number.Country() != "IS" {
				o.t.Errorf("%s, %v", number, err)
			}
			_, err := o.service.CloseIBAN(o.ctx, o.actor, number)
			o.must(err)
			next, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
			o.must(err)
			numbers = append(numbers, number, next.IBAN)
		}
		o.must(distinct(numbers))
	})
}

// TestRangeAroundEveryMasterAccount: also those that the base IBAN does not belong to are never given away.
func TestRangeAroundEveryMasterAccount(t *testing.T) {
	eachOffice(t, automatic(), "", func(o *office) {
		inside, err := iban.FromBBAN("PL", "111111117700000000000005")
		o.must(err)
		_, err = o.onboard.AddMasterAccount(o.ctx, o.actor, customers.NewMasterAccount{IBAN: inside.String(), Currency: money.EUR})
		o.must(err)
		_, err = o.onboard.AddBaseIBAN(o.ctx, o.actor, customers.NewBaseIBAN{Base: tinyBase, MasterAccount: o.master.ID})
		o.must(err)
		issued := 0
		for range 10 {
			for _, a := range o.open(money.PLN).Accounts {
				issued++
				if a.IBAN == inside {
					o.t.Error("a master account was issued")
				}
			}
		}
		if issued != 9 {
			o.t.Errorf("%d numbers of 9", issued)
		}
	})
}

// TestKYCGateIsOneTransaction: the word ACCEPTED and the IBANs of all balances that waited for it are seen together or not
// at all, and what was issued stays whatever is said later.
func TestKYCGateIsOneTransaction(t *testing.T) {
	eachOffice(t, bank.Settings{IBANMode: bank.IssueAutomatic, KYCGate: true}, wideBase, func(o *office) {
		first, second, euro := o.open(money.PLN), o.open(money.PLN), o.open(money.EUR)
		o.mustSay("before", first.NoIBAN, "kycStatus is ACCEPTED")
		closed := o.open(money.PLN)
		_, err := o.service.CloseBalance(o.ctx, o.actor, closed.ID)
		o.must(err)
		set := func(k bank.KYCStatus) error {
			_, err := o.service.UpdateUser(o.ctx, o.actor, o.user.ID, func(u *bank.User) error { u.KYC = k; return nil })
			return err
		}
		o.must(set(bank.KYCRejected))
		hide := func(from, to string) {
			_, err := o.raw.ExecContext(o.ctx, "ALTER TABLE "+from+" RENAME TO "+to)
			o.must(err)
		}
		hide("audit_events", "hidden")
		if set(bank.KYCAccepted) == nil {
			o.t.Error("accepted without an audit event")
		}
		hide("hidden", "audit_events")
		u, err := o.service.User(o.ctx, o.actor, o.user.ID)
		o.must(err)
		if n := o.numbers("SELECT COUNT(*) FROM ibans"); u.KYC != bank.KYCRejected || n[0] != 0 {
			o.t.Errorf("half of it is there: %s, %d IBANs", u.KYC, n[0])
		}
		o.must(set(bank.KYCAccepted))
		for _, k := range []bank.KYCStatus{bank.KYCRejected, bank.KYCPending, bank.KYCAccepted} {
			o.must(set(k))
			for _, v := range []bank.ID{first.ID, second.ID} {
				if list := o.ibans(o.service, v); len(list) != 1 || list[0].Status != bank.IBANActive {
					o.t.Errorf("after %s: %+v", k, list)
				}
			}
		}
		o.must(set(bank.KYCPending))
		later := o.open(money.PLN)
		o.mustSay("pending again", later.NoIBAN, "kycStatus is ACCEPTED")
		o.must(set(bank.KYCAccepted))
		v, err := o.service.Balance(o.ctx, o.actor, euro.ID)
		o.must(err)
		o.mustSay("no base for it", v.NoIBAN, "EUR")
		if len(o.ibans(o.service, later.ID)) != 1 || len(o.ibans(o.service, closed.ID)) != 0 {
			o.t.Error("IBANs are not where they belong")
		}
		o.proven()
	})
}

// TestAcceptedWhileOpening: a balance that is opened while its owner is accepted has its IBAN in the end, whoever was first.
func TestAcceptedWhileOpening(t *testing.T) {
	eachOffice(t, bank.Settings{IBANMode: bank.IssueAutomatic, KYCGate: true}, wideBase, func(o *office) {
		for range 10 {
			u := o.person(o.actor)
			atOnce(4, func(i int) {
				var err error
				if i == 0 {
					_, err = o.service.UpdateUser(o.ctx, o.actor, u.ID, func(u *bank.User) error { u.KYC = bank.KYCAccepted; return nil })
				} else {
					_, err = o.service.CreateBalance(o.ctx, o.actor, u.ID, money.PLN)
				}
				if err != nil {
					o.t.Error(err)
				}
			})
			list, err := o.service.UserBalances(o.ctx, o.actor, u.ID)
			o.must(err)
			for _, v := range list {
				if len(v.Accounts) != 1 {
					o.t.Errorf("a balance of an accepted end user has no IBAN: %q", v.NoIBAN)
				}
			}
		}
	})
}

// TestWhyNoIBAN: the reason is that of now, in the first answer and every later reading.
func TestWhyNoIBAN(t *testing.T) {
	for mode, says := range map[bank.IBANMode]string{bank.IssueByAPI: "POST /secure/bank-accounts", bank.IssueFromPanel: "by an operator"} {
		t.Run(string(mode), func(t *testing.T) {
			eachOffice(t, bank.Settings{IBANMode: mode, KYCGate: true}, wideBase, func(o *office) {
				v, err := o.service.CreateBalance(o.ctx, o.actor, o.user.ID, money.PLN)
				o.must(err)
				o.mustSay("before KYC", v.NoIBAN, "kycStatus is ACCEPTED")
				_, err = o.service.UpdateUser(o.ctx, o.actor, o.user.ID, func(u *bank.User) error { u.KYC = bank.KYCAccepted; return nil })
				o.must(err)
				now := func() string {
					v, err := o.service.Balance(o.ctx, o.actor, v.ID)
					o.must(err)
					return v.NoIBAN
				}
				o.mustSay("after", now(), says)
				a, err := o.service.IssueIBAN(o.ctx, o.actor, v.ID)
				o.must(err)
				if reason := now(); reason != "" {
					o.t.Errorf("with an IBAN it says %q", reason)
				}
				_, err = o.service.CloseIBAN(o.ctx, o.actor, a.IBAN)
				o.must(err)
				o.mustSay("closed", now(), "was closed")
			})
		})
	}
}

// TestClosedOnce: of several who close one IBAN, one does and the others are told that it is closed.
func TestClosedOnce(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		number := o.open(money.PLN).Accounts[0].IBAN
		var mu sync.Mutex
		done := 0
		atOnce(4, func(int) {
			_, err := o.service.CloseIBAN(o.ctx, o.actor, number)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done++
				return
			}
			o.want("closed by another", err, bank.ErrConflict)
		})
		if done != 1 {
			o.t.Errorf("closed %d times", done)
		}
	})
}
