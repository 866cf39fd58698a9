package accounts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// scene is a customer whose one base IBAN has a hundred numbers.
type scene struct {
	t        *testing.T
	accounts *accounts.Service
	actor    bank.Actor
}

func clock() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func each(t *testing.T, settings bank.Settings, test func(*scene)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := &scene{t: t, accounts: accounts.New(db, clock)}, context.Background()
		onboard := customers.New(db, clock)
		c, err := onboard.Create(ctx, bank.System(0, "test"), "Demo Pay", settings)
		s.must(err)
		s.actor = bank.System(c.ID, "test")
		m, err := onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: "83111111110000000000000010", Currency: money.PLN})
		s.must(err)
		_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: "PL1111111177000000000000", MasterAccount: m.ID})
		s.must(err)
		test(s)
	})
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) user() bank.User {
	s.t.Helper()
	u, err := s.accounts.CreateUser(context.Background(), s.actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	s.must(err)
	return u
}

func (s *scene) balance(u bank.User) accounts.BalanceView {
	s.t.Helper()
	v, err := s.accounts.CreateBalance(context.Background(), s.actor, u.ID, money.PLN)
	s.must(err)
	return v
}

// TestIssueMissing issues what the range has and keeps that when it ends; a balance that was closed gets none.
func TestIssueMissing(t *testing.T) {
	each(t, bank.Settings{IBANMode: bank.IssueByAPI}, func(s *scene) {
		ctx, u := context.Background(), s.user()
		_, err := s.accounts.CloseBalance(ctx, s.actor, s.balance(u).ID)
		s.must(err)
		for range 101 {
			s.balance(u)
		}
		for _, want := range []int{100, 0} {
			issued, err := s.accounts.IssueMissing(ctx, s.actor, money.PLN)
			if issued != want || !errors.Is(err, bank.ErrRangeExhausted) {
				s.t.Errorf("issued %d, %v; want %d and an exhausted range", issued, err, want)
			}
		}
	})
}

// TestKYCGate lets nobody past the gate, neither one by one nor all at once, and an exhausted range does not refuse the
// customer's word on an end user.
func TestKYCGate(t *testing.T) {
	each(t, bank.Settings{IBANMode: bank.IssueAutomatic, KYCGate: true}, func(s *scene) {
		ctx, pending := context.Background(), s.user()
		v := s.balance(pending)
		if len(v.Accounts) != 0 || v.NoIBAN == "" {
			s.t.Errorf("before KYC: %+v, %q", v.Accounts, v.NoIBAN)
		}
		issued, err := s.accounts.IssueMissing(ctx, s.actor, money.PLN)
		s.must(err)
		if issued != 0 {
			s.t.Errorf("issued %d before KYC", issued)
		}
		accept := func(u *bank.User) error { u.KYC = bank.KYCAccepted; return nil }
		first := s.user()
		for range 99 {
			s.balance(first)
		}
		for _, u := range []bank.User{first, pending} { // 99 numbers and the last one
			_, err = s.accounts.UpdateUser(ctx, s.actor, u.ID, accept)
			s.must(err)
		}
		list, err := s.accounts.BankAccounts(ctx, s.actor, v.ID)
		s.must(err)
		if len(list) != 1 {
			s.t.Errorf("after KYC: %d IBANs", len(list))
		}
		last := s.user()
		s.balance(last)
		u, err := s.accounts.UpdateUser(ctx, s.actor, last.ID, accept)
		if err != nil || u.KYC != bank.KYCAccepted {
			s.t.Errorf("accepted when the range is exhausted: %v, %s", err, u.KYC)
		}
	})
}
