package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/sandbox"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// scene is a customer of a sandbox with one end user.
type scene struct {
	t         *testing.T
	ctx       context.Context
	db        *store.DB
	customers *customers.Service
	accounts  *accounts.Service
	files     *files.Service
	simulator *sandbox.Service
	actor     bank.Actor
	master    bank.MasterAccount
	user      bank.User
}

func clock() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newScene(t *testing.T, db *store.DB, acceptance bank.Acceptance) *scene {
	t.Helper()
	s := &scene{t: t, ctx: t.Context(), db: db, customers: customers.New(db, clock), accounts: accounts.New(db, clock)}
	s.files = files.New(files.Config{DB: db, Now: clock})
	if err := db.Write(s.ctx, func(tx *store.Tx) error { return tx.Stamp(true) }); err != nil {
		t.Fatal(err)
	}
	s.simulator = must[*sandbox.Service](t)(sandbox.New(s.ctx, db, clock, s.accounts))
	c := must[bank.Customer](t)(s.customers.Create(s.ctx, bank.System(0, "test"), "Demo Pay", bank.Settings{IBANMode: bank.IssueByAPI, KYCGate: true, FourEyes: true}))
	s.actor = bank.System(c.ID, "test")
	s.master = must[bank.MasterAccount](t)(s.customers.AddMasterAccount(s.ctx, s.actor, customers.NewMasterAccount{IBAN: "PL83111111110000000000000010", Currency: money.PLN, Acceptance: acceptance}))
	must[bank.BaseIBAN](t)(s.customers.AddBaseIBAN(s.ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117700", MasterAccount: s.master.ID}))
	s.user = must[bank.User](t)(s.accounts.CreateUser(s.ctx, s.actor, accounts.NewUser{Type: bank.Person, FirstName: "ADA", LastName: "EXAMPLE", KYC: bank.KYCAccepted}))
	return s
}

// balance opens a balance with an IBAN.
func (s *scene) balance() (bank.ID, iban.IBAN) {
	s.t.Helper()
	b := must[accounts.BalanceView](s.t)(s.accounts.CreateBalance(s.ctx, s.actor, s.user.ID, money.PLN))
	return b.ID, must[bank.BankAccount](s.t)(s.accounts.IssueIBAN(s.ctx, s.actor, b.ID)).IBAN
}

// keyed is a request with an idempotency key.
func (s *scene) keyed(key string) context.Context {
	i := bank.Idempotency{Key: key, Answer: func(made any) (bank.Answer, error) {
		return bank.Answer{Status: 201, Body: []byte(made.(sandbox.Outcome).File.ID.String())}, nil
	}}
	copy(i.Digest[:], key)
	return bank.WithIdempotency(s.ctx, &i)
}

func transfer(amount int64, payee iban.IBAN) sandbox.Incoming {
	return sandbox.Incoming{Amount: money.New(amount, money.PLN), Payee: payee, PayerName: "Ewa Atrapa", Transfers: 1}
}

func (s *scene) simulate(key string, in sandbox.Incoming) sandbox.Outcome {
	s.t.Helper()
	return must[sandbox.Outcome](s.t)(s.simulator.Simulate(s.keyed(key), s.actor, in))
}

// outcomes are the names of what became of the records, and how many each.
func outcomes(o sandbox.Outcome) (names []string, records int64) {
	for name, sum := range o.Sums {
		if name != ledger.AllPostings && sum.Count > 0 {
			names, records = append(names, name), records+sum.Count
		}
	}
	if o.File.Status == bank.FileInvalid {
		names = append(names, string(bank.FileInvalid))
	}
	slices.Sort(names)
	return names, records
}

func (s *scene) proven() {
	s.t.Helper()
	for _, c := range must[ledger.Proof](s.t)(ledger.Verify(s.ctx, s.db)).Checks {
		if !c.OK {
			s.t.Errorf("%s: %v", c.Name, c.Violations)
		}
	}
}

// TestPublishedAmounts does what docs/sandbox.md promises, row by row, twice, and leaves books that can be proved.
func TestPublishedAmounts(t *testing.T) {
	rows := published(t, func(cells []string) bool { return len(cells) == 5 && len(cells[0]) == 2 })
	if len(rows) != len(sandbox.Effects())-1 {
		t.Fatalf("%d effects are published, there are %d", len(rows), len(sandbox.Effects())-1)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db, bank.Strict)
		for _, row := range rows {
			digits := must[int64](t)(strconv.ParseInt(row[0], 10, 64))
			_, number := s.balance()
			for _, transfers := range []int{1, 3} {
				in := transfer(10_000+digits, number)
				in.Transfers = transfers
				o := s.simulate(fmt.Sprintf("%s-%d", row[0], transfers), in)
				names, records := outcomes(o)
				want := strings.Split(row[2], ", ")
				cover := int64(len(want) - 1)
				if string(o.Effect) != row[1] || !slices.Equal(names, want) || !o.Done() || o.File.Status != bank.FileInvalid && records != int64(transfers)+cover {
					t.Errorf("%s: %s gives %v of %d records, file %s, findings %+v", row[0], o.Effect, names, records, o.File.Status, o.Findings)
				}
				if items := s.items(o); !slices.Equal(items, repeated(row[3], transfers)) {
					t.Errorf("%s: items %v, published is %q", row[0], items, row[3])
				}
			}
		}
		s.proven()
	})
}

// items are the reasons of the items that a file opened.
func (s *scene) items(o sandbox.Outcome) (reasons []string) {
	s.t.Helper()
	err := s.db.Read(s.ctx, func(tx *store.Tx) error {
		list, err := tx.FileItems(s.actor.Customer, o.File.No, 1, 1000)
		for _, item := range list {
			reasons = append(reasons, string(item.Reason))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return reasons
}

func repeated(reason string, n int) []string {
	if reason == "" {
		return nil
	}
	return slices.Repeat([]string{reason}, n)
}

// TestUnreadableByRecord: nobody waits for somebody else's line.
func TestUnreadableByRecord(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.ByRecord)
	_, number := s.balance()
	o := s.simulate("a", transfer(5009, number))
	names, _ := outcomes(o)
	if !slices.Equal(names, []string{"CREDITED", "UNREADABLE"}) || !slices.Equal(s.items(o), []string{"UNREADABLE"}) {
		t.Errorf("%v, items %v, file %s: %+v", names, s.items(o), o.File.Status, o.Findings)
	}
	s.proven()
}

// TestFrozenMoneyIsSetFree when the simulator's block ends.
func TestFrozenMoneyIsSetFree(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.Strict)
	id, number := s.balance()
	s.simulate("a", transfer(10_002, number))
	if b := must[accounts.BalanceView](t)(s.accounts.Balance(s.ctx, s.actor, id)); b.Booked != 10_002 || b.Available() != 0 {
		t.Errorf("booked %d, available %d", b.Booked, b.Available())
	}
	later := accounts.New(s.db, func() time.Time { return clock().Add(time.Hour) })
	if n, err := later.EndBlocks(s.ctx, s.actor.Customer); n != 1 || err != nil {
		t.Errorf("%d blocks ended, %v", n, err)
	}
	if b := must[accounts.BalanceView](t)(s.accounts.Balance(s.ctx, s.actor, id)); b.Available() != 10_002 {
		t.Errorf("available %d", b.Available())
	}
}

// TestOnce: a repeated request gets the first answer, another request with the key nothing, and what was interrupted goes on.
func TestOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newScene(t, db, bank.Strict)
		id, number := s.balance()
		booked := func() int64 {
			return must[accounts.BalanceView](t)(s.accounts.Balance(s.ctx, s.actor, id)).Booked
		}
		first := s.simulate("a", transfer(500, number))
		_, err := s.simulator.Simulate(s.keyed("a"), s.actor, transfer(500, number))
		if again, ok := errors.AsType[*bank.ReplayError](err); !ok || string(again.Body) != first.File.ID.String() {
			t.Errorf("repeated: %v", err)
		}
		if _, err := s.simulator.Simulate(s.ctx, s.actor, transfer(500, number)); !errors.Is(err, bank.ErrIdempotencyRequired) {
			t.Errorf("without a key: %v", err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				o, err := s.simulator.Simulate(s.keyed("b"), s.actor, transfer(700, number))
				_, replayed := errors.AsType[*bank.ReplayError](err)
				if !replayed && !errors.Is(err, bank.ErrKeyRunning) && (err != nil || !o.Done()) {
					t.Errorf("at once: %+v, %v", o, err)
				}
			})
		}
		group.Wait()
		if got := booked(); got != 1200 {
			t.Errorf("booked %d, want 1200", got)
		}
		// A process dies before the file is executed: the caller repeats the request and the money arrives.
		dying, die := context.WithCancel(s.keyed("c"))
		s.simulator = must[*sandbox.Service](t)(sandbox.New(s.ctx, db, func() time.Time { die(); return clock() }, s.accounts))
		if _, err := s.simulator.Simulate(dying, s.actor, transfer(900, number)); err == nil {
			t.Error("a dead process answered")
		}
		s.simulator = must[*sandbox.Service](t)(sandbox.New(s.ctx, db, clock, s.accounts))
		s.simulate("c", transfer(900, number))
		if got := booked(); got != 2100 {
			t.Errorf("booked %d, want 2100", got)
		}
		s.proven()
	})
}

// TestProduction: no flag makes a simulator there.
func TestProduction(t *testing.T) {
	for _, stamped := range []bool{true, false} {
		db := storetest.Open(t)
		if stamped {
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.Stamp(false) }); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := sandbox.New(t.Context(), db, clock, accounts.New(db, clock)); s != nil || !errors.Is(err, bank.ErrConflict) {
			t.Errorf("stamped %t: %v, %v", stamped, s, err)
		}
	}
}

// TestRefused: nothing is left of what cannot be simulated.
func TestRefused(t *testing.T) {
	s := newScene(t, storetest.Open(t), bank.Strict)
	_, number := s.balance()
	euro := must[bank.MasterAccount](t)(s.customers.AddMasterAccount(s.ctx, s.actor, customers.NewMasterAccount{IBAN: "DE89370400440532013000", Currency: money.EUR}))
	must[bank.BaseIBAN](t)(s.customers.AddBaseIBAN(s.ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117800", MasterAccount: euro.ID}))
	inEuro := must[iban.IBAN](t)(iban.FromBBAN("PL", "111111117800000000000001"))
	ask := func(amount money.Amount, payee iban.IBAN) error {
		in := transfer(0, payee)
		in.Amount = amount
		_, err := s.simulator.Simulate(s.keyed("x"), s.actor, in)
		return err
	}
	for what, c := range map[string]struct{ got, want error }{
		"other currency":         {ask(money.New(100, money.EUR), number), bank.ErrCurrencyMismatch},
		"German master account":  {ask(money.New(104, money.EUR), inEuro), bank.ErrConflict},
		"nobody's":               {ask(money.New(100, money.PLN), must[iban.IBAN](t)(iban.Parse("PL39222222220000000012345678"))), bank.ErrInvalid},
		"without the permission": {found(s.simulator.Simulate(s.keyed("x"), bank.Actor{Customer: s.actor.Customer, Kind: bank.ActorCertificate}, transfer(100, number))), bank.ErrForbidden},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
	if list := must[[]bank.TransactionFile](t)(s.files.Files(s.ctx, s.actor, files.Filter{Limit: 10})); len(list) != 0 {
		t.Errorf("refused, yet files %+v", list)
	}
	// A number that was never issued may be named, and so may the master account.
	for i, payee := range []iban.IBAN{must[iban.IBAN](t)(iban.FromBBAN("PL", "111111117700999999999999")), s.master.IBAN} {
		o := s.simulate(fmt.Sprint(i), transfer(100, payee))
		if names, _ := outcomes(o); !slices.Equal(names, []string{"TECHNICAL"}) {
			t.Errorf("%v, %s", names, o.File.Status)
		}
	}
}

func found[T any](_ T, err error) error { return err }
