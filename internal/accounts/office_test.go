package accounts_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// Invented numbers of an invented bank.
const (
	ownMaster   = "PL83111111110000000000000010"
	otherMaster = "PL39222222220000000012345678"
	wideBase    = "PL111111117700"
	tinyBase    = "PL11111111770000000000000" // ten numbers
	otherBase   = "PL222222227700"
)

// office is a customer on a site that tests may open again or look into, with a clock that they turn by hand.
type office struct {
	t       *testing.T
	ctx     context.Context
	site    storetest.Site
	db      *store.DB
	raw     *sql.DB
	onboard *customers.Service
	service *accounts.Service
	actor   bank.Actor
	master  bank.MasterAccount
	user    bank.User

	mu sync.Mutex
	at time.Time
}

func automatic() bank.Settings { return bank.Settings{IBANMode: bank.IssueAutomatic} }

// eachOffice runs a test on every engine, in an office with a base IBAN for PLN; without one if base is empty.
func eachOffice(t *testing.T, settings bank.Settings, base string, test func(o *office)) {
	t.Helper()
	t.Parallel()
	storetest.EachSite(t, func(t *testing.T, site storetest.Site) { test(newOffice(t, site, settings, base)) })
}

func newOffice(t *testing.T, site storetest.Site, settings bank.Settings, base string) *office {
	t.Helper()
	o := &office{t: t, ctx: t.Context(), site: site, db: site.Open(t), raw: site.Raw(t), at: clock()}
	o.onboard, o.service = customers.New(o.db, o.now), accounts.New(o.db, o.now)
	o.actor, o.master = o.customer("Demo Pay", ownMaster, base, settings)
	o.user = o.person(o.actor)
	return o
}

func (o *office) customer(name, master, base string, settings bank.Settings) (bank.Actor, bank.MasterAccount) {
	o.t.Helper()
	c, err := o.onboard.Create(o.ctx, bank.System(0, "test"), name, settings)
	o.must(err)
	actor := bank.System(c.ID, "test")
	m, err := o.onboard.AddMasterAccount(o.ctx, actor, customers.NewMasterAccount{IBAN: master, Currency: money.PLN})
	o.must(err)
	if base != "" {
		_, err = o.onboard.AddBaseIBAN(o.ctx, actor, customers.NewBaseIBAN{Base: base, MasterAccount: m.ID})
		o.must(err)
	}
	return actor, m
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(d)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) want(what string, err, want error) {
	o.t.Helper()
	if !errors.Is(err, want) {
		o.t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func (o *office) person(actor bank.Actor) bank.User {
	o.t.Helper()
	u, err := o.service.CreateUser(o.ctx, actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	o.must(err)
	return u
}

func (o *office) open(currency money.Currency) accounts.BalanceView {
	o.t.Helper()
	v, err := o.service.CreateBalance(o.ctx, o.actor, o.user.ID, currency)
	o.must(err)
	return v
}

// ibans asks for the IBANs of a balance as getIban does.
func (o *office) ibans(s *accounts.Service, balance bank.ID) []bank.BankAccount {
	o.t.Helper()
	list, err := s.BankAccounts(o.ctx, o.actor, balance)
	o.must(err)
	return list
}

// status is that of the last IBAN of a balance.
func (o *office) status(s *accounts.Service, balance bank.ID) bank.IBANStatus {
	o.t.Helper()
	list := o.ibans(s, balance)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].Status
}

// numbers reads a list of integers beside the store.
func (o *office) numbers(query string) (list []int64) {
	o.t.Helper()
	rows, err := o.raw.QueryContext(o.ctx, query)
	o.must(err)
	defer rows.Close()
	for rows.Next() {
		var n int64
		o.must(rows.Scan(&n))
		list = append(list, n)
	}
	o.must(rows.Err())
	return list
}

// pay brings money from the bank to a balance; frozen money is held.
func (o *office) pay(no bank.BalanceNo, amount int64, frozen bool) {
	o.t.Helper()
	o.must(o.db.Write(o.ctx, func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, o.actor.Customer, o.now())
		if err := b.Lock(no, o.master.BankBalance); err != nil {
			return err
		}
		_, err := b.Post(ledger.NewPosting{From: o.master.BankBalance, To: no, Amount: amount, Cause: bank.CauseIncoming, BookingDate: "2026-11-23"})
		if err == nil && frozen {
			err = b.Hold(bank.Hold{Balance: no, Amount: amount, Reason: bank.HoldFrozen})
		}
		return errors.Join(err, b.Commit())
	}))
}

func (o *office) await(what string, so func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(deadline) {
			o.t.Fatalf("%s: waited in vain", what)
		}
	}
}

// watch keeps the cache of a service true until the test ends.
func (o *office) watch(s *accounts.Service) (stop func()) {
	ctx, cancel := context.WithCancel(o.ctx)
	ended := make(chan struct{})
	go func() { s.Watch(ctx); close(ended) }()
	stop = sync.OnceFunc(func() { cancel(); <-ended })
	o.t.Cleanup(stop)
	o.await("the cache is on", s.Caching)
	return stop
}

// atOnce runs fn n times concurrently, all starting together.
func atOnce(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// with is a context with an idempotency key whose request is told by a number; the answer is the identifier of what was made.
func (o *office) with(key string, request byte) context.Context {
	answer := func(made any) (bank.Answer, error) {
		switch v := made.(type) {
		case bank.User:
			return bank.Answer{Status: 201, Body: []byte(v.ID.String())}, nil
		case accounts.BalanceView:
			return bank.Answer{Status: 201, Body: []byte(v.ID.String())}, nil
		case bank.Block:
			return bank.Answer{Status: 201, Body: []byte(v.ID.String())}, nil
		case bank.BankAccount:
			return bank.Answer{Status: 201, Body: []byte(v.IBAN.String())}, nil
		}
		return bank.Answer{}, fmt.Errorf("made a %T", made)
	}
	return bank.WithIdempotency(o.ctx, &bank.Idempotency{Key: key, Digest: [32]byte{request}, Answer: answer})
}

// replayed wants the first answer again.
func (o *office) replayed(err error, body string) {
	o.t.Helper()
	r, ok := errors.AsType[*bank.ReplayError](err)
	if !ok || r.Status != 201 || string(r.Body) != body {
		o.t.Errorf("not the answer %s: %+v, %v", body, r, err)
	}
}

// proven fails unless the ledger's invariants hold.
func (o *office) proven() {
	o.t.Helper()
	proof, err := ledger.Verify(o.ctx, o.db)
	o.must(err)
	for _, c := range proof.Checks {
		if !c.OK {
			o.t.Errorf("%s: %v", c.Name, c.Violations)
		}
	}
}

// TestPermissions: every method asks for one, and an empty list means nobody.
func TestPermissions(t *testing.T) {
	o := newOffice(t, storetest.SQLiteSite(t), automatic(), wideBase)
	v := o.open(money.PLN)
	number := v.Accounts[0].IBAN
	nobody := bank.Actor{Customer: o.actor.Customer, Kind: bank.ActorCertificate, Name: "V-Demo-App"}
	s := o.service
	for name, call := range map[string]func() error{
		"CreateUser": func() error {
			_, err := s.CreateUser(o.ctx, nobody, accounts.NewUser{})
			return err
		},
		"User":  func() error { _, err := s.User(o.ctx, nobody, o.user.ID); return err },
		"Users": func() error { _, err := s.Users(o.ctx, nobody, store.UserFilter{}); return err },
		"UpdateUser": func() error {
			_, err := s.UpdateUser(o.ctx, nobody, o.user.ID, func(*bank.User) error { return nil })
			return err
		},
		"CreateBalance": func() error {
			_, err := s.CreateBalance(o.ctx, nobody, o.user.ID, money.PLN)
			return err
		},
		"Balance":      func() error { _, err := s.Balance(o.ctx, nobody, v.ID); return err },
		"UserBalances": func() error { _, err := s.UserBalances(o.ctx, nobody, o.user.ID); return err },
		"Funds":        func() error { _, err := s.Funds(o.ctx, nobody); return err },
		"CloseBalance": func() error { _, err := s.CloseBalance(o.ctx, nobody, v.ID); return err },
		"BankAccounts": func() error { _, err := s.BankAccounts(o.ctx, nobody, v.ID); return err },
		"BankAccount":  func() error { _, err := s.BankAccount(o.ctx, nobody, number); return err },
		"CloseIBAN":    func() error { _, err := s.CloseIBAN(o.ctx, nobody, number); return err },
		"IssueIBAN":    func() error { _, err := s.IssueIBAN(o.ctx, nobody, v.ID); return err },
		"IssueMissing": func() error { _, err := s.IssueMissing(o.ctx, nobody, money.PLN); return err },
		"Block":        func() error { _, err := s.Block(o.ctx, nobody, accounts.NewBlock{}); return err },
		"Blocks":       func() error { _, err := s.Blocks(o.ctx, nobody, v.ID.String()); return err },
		"Lift":         func() error { return s.Lift(o.ctx, nobody, v.ID.String(), bank.NewID()) },
	} {
		o.want(name, call(), bank.ErrForbidden)
	}
}

// TestCustomersNeverMeet: another customer's objects are not there, also when they are in the cache.
func TestCustomersNeverMeet(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		o.watch(o.service)
		v := o.open(money.PLN)
		number := v.Accounts[0].IBAN
		if len(o.ibans(o.service, v.ID)) != 1 || !o.service.Cached(o.actor.Customer, v.ID) {
			o.t.Fatal("the answer was not kept")
		}
		other, _ := o.customer("Other Pay", otherMaster, otherBase, automatic())
		s := o.service
		block := accounts.NewBlock{Target: bank.BlockBalance, TargetKey: v.ID.String(), Kind: bank.BlockFraud, Direction: bank.BlockBoth}
		for name, call := range map[string]func() error{
			"User": func() error { _, err := s.User(o.ctx, other, o.user.ID); return err },
			"UpdateUser": func() error {
				_, err := s.UpdateUser(o.ctx, other, o.user.ID, func(*bank.User) error { return nil })
				return err
			},
			"CreateBalance": func() error {
				_, err := s.CreateBalance(o.ctx, other, o.user.ID, money.PLN)
				return err
			},
			"Balance":      func() error { _, err := s.Balance(o.ctx, other, v.ID); return err },
			"UserBalances": func() error { _, err := s.UserBalances(o.ctx, other, o.user.ID); return err },
			"CloseBalance": func() error { _, err := s.CloseBalance(o.ctx, other, v.ID); return err },
			"BankAccounts": func() error { _, err := s.BankAccounts(o.ctx, other, v.ID); return err },
			"BankAccount":  func() error { _, err := s.BankAccount(o.ctx, other, number); return err },
			"CloseIBAN":    func() error { _, err := s.CloseIBAN(o.ctx, other, number); return err },
			"IssueIBAN":    func() error { _, err := s.IssueIBAN(o.ctx, other, v.ID); return err },
			"Block":        func() error { _, err := s.Block(o.ctx, other, block); return err },
		} {
			o.want(name, call(), bank.ErrNotFound)
		}
		users, err := s.Users(o.ctx, other, store.UserFilter{IBAN: number.String()})
		o.must(err)
		if len(users) > 0 {
			o.t.Error("an end user was found by another customer's IBAN")
		}
		if issued, err := s.IssueMissing(o.ctx, other, money.PLN); issued != 0 || err != nil {
			o.t.Errorf("issued %d, %v", issued, err)
		}
	})
}

// TestKeysOfCreation: the same key gives the same end user and balance, with another request nothing, and at once one.
func TestKeysOfCreation(t *testing.T) {
	eachOffice(t, automatic(), wideBase, func(o *office) {
		n := accounts.NewUser{Type: bank.Corporation, CompanyName: "EXAMPLE SP. Z O.O."}
		one, err := o.service.CreateUser(o.with("user", 1), o.actor, n)
		o.must(err)
		_, err = o.service.CreateUser(o.with("user", 1), o.actor, n)
		o.replayed(err, one.ID.String())
		_, err = o.service.CreateUser(o.with("user", 2), o.actor, n)
		o.want("another body", err, bank.ErrKeyReused)
		var mu sync.Mutex
		seen, fresh := map[string]bool{}, 0
		atOnce(20, func(int) {
			v, err := o.service.CreateBalance(o.with("balance", 1), o.actor, one.ID, money.PLN)
			mu.Lock()
			defer mu.Unlock()
			r, replayed := errors.AsType[*bank.ReplayError](err)
			switch {
			case replayed:
				seen[string(r.Body)] = true
			case err != nil:
				o.t.Error(err)
			default:
				seen[v.ID.String()] = true
				fresh++
			}
		})
		if len(seen) != 1 || fresh != 1 {
			o.t.Errorf("%d balances, %d fresh", len(seen), fresh)
		}
	})
}

// mustSay fails unless a text explains itself with a word.
func (o *office) mustSay(what, text, word string) {
	o.t.Helper()
	if !strings.Contains(text, word) {
		o.t.Errorf("%s: %q does not say %q", what, text, word)
	}
}

func distinct(list []iban.IBAN) error {
	seen := map[iban.IBAN]bool{}
	for _, n := range list {
		if seen[n] {
			return fmt.Errorf("%s was issued twice", n)
		}
		seen[n] = true
	}
	return nil
}
