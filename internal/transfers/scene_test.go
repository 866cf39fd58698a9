package transfers_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"ims/iban"
	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
	"ims/internal/transfers"
)

// Invented numbers of an invented bank.
const (
	ownMaster = "PL83111111110000000000000010"
	ownBase   = "PL111111117700"
	outside   = "PL39222222220000000012345678"
)

// desk is a customer with end users, on a store that others may look into, with a clock that tests turn by hand.
type desk struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	onboard *customers.Service
	people  *access.Service
	office  *accounts.Service
	signs   *signs
	service *transfers.Service
	system  bank.Actor // a program of the customer with all permissions
	master  bank.MasterAccount

	mu sync.Mutex
	at time.Time
}

// signs accepts the signature "yes" over any order, once; it notes what was asked about.
type signs struct {
	mu   sync.Mutex
	used map[bank.ID]bool
	last [32]byte
}

func (s *signs) VerifyOrder(_ context.Context, _ bank.Actor, t bank.Transfer, digest [32]byte, signed transfers.Signature) (func(*store.Tx) error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = digest
	if signed.JWS != "yes" {
		return nil, bank.ErrSignatureRefused
	}
	return func(tx *store.Tx) error {
		fresh, err := tx.UseAssertion(t.Customer, "order "+t.ID.String(), t.CreatedAt.Add(time.Hour))
		if err == nil && !fresh {
			err = bank.ErrAssertionUsed
		}
		return err
	}, nil
}

// each runs a test on every engine, at a desk of its own.
func each(t *testing.T, test func(d *desk)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newDesk(t, db)) })
}

func newDesk(t *testing.T, db *store.DB) *desk {
	t.Helper()
	d := &desk{t: t, ctx: t.Context(), db: db, at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), signs: &signs{used: map[bank.ID]bool{}}}
	d.people = access.New(db, d.now)
	d.onboard, d.office = customers.New(db, d.now).WithSecondPerson(d.people), accounts.New(db, d.now)
	d.service = transfers.New(db, d.people, transfers.WithClock(d.now), transfers.WithSignatures(d.signs),
		transfers.WithPayeeChecker(transfers.NewPayees(transfers.PayeesConfig{Own: transfers.NewOwnPayees(db)})))
	settings := bank.DefaultSettings()
	c, err := d.onboard.Create(d.ctx, bank.System(0, "test"), "Demo Pay", settings)
	d.must(err)
	d.system = bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-Demo-App", Permissions: bank.AllPermissions()}
	d.master, err = d.onboard.AddMasterAccount(d.ctx, bank.System(c.ID, "test"), customers.NewMasterAccount{IBAN: ownMaster, Currency: money.PLN})
	d.must(err)
	_, err = d.onboard.AddBaseIBAN(d.ctx, bank.System(c.ID, "test"), customers.NewBaseIBAN{Base: ownBase, MasterAccount: d.master.ID})
	d.must(err)
	return d
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// want wants an error of a code that points at the fields.
func (d *desk) want(what string, err error, want *bank.Error, fields ...string) {
	d.t.Helper()
	e, ok := bank.AsError(err)
	if !errors.Is(err, want) || !ok {
		d.t.Errorf("%s: error %v, want %s", what, err, want.Code)
		return
	}
	var got []string
	for _, f := range e.Fields {
		got = append(got, f.Pointer)
	}
	if !slices.Equal(got, fields) {
		d.t.Errorf("%s: fields %q, want %q", what, got, fields)
	}
}

// holder is an end user with one balance in PLN.
type holder struct {
	user    bank.User
	balance bank.Balance
	iban    iban.IBAN
}

func (h holder) actor() bank.Actor {
	return bank.Actor{Customer: h.user.Customer, Kind: bank.ActorEndUser, Name: "end user " + h.user.ID.String(), User: h.user.ID}
}

// holder makes an end user whose balance has an amount.
func (d *desk) holder(amount int64) holder {
	d.t.Helper()
	u, err := d.office.CreateUser(d.ctx, d.system, accounts.NewUser{Type: bank.Person, FirstName: "ANNA", LastName: "TESTOWA"})
	d.must(err)
	return d.opens(u, money.PLN, amount)
}

// opens opens another balance of an end user.
func (d *desk) opens(u bank.User, currency money.Currency, amount int64) holder {
	d.t.Helper()
	v, err := d.office.CreateBalance(d.ctx, d.system, u.ID, currency)
	d.must(err)
	h := holder{user: u, balance: v.Balance}
	if len(v.Accounts) > 0 {
		h.iban = v.Accounts[0].IBAN
	}
	if amount > 0 {
		d.pay(h, amount)
	}
	return h
}

// pay brings money from the bank.
func (d *desk) pay(h holder, amount int64) {
	d.t.Helper()
	d.must(d.db.Write(d.ctx, func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, d.system.Customer, d.now())
		special, err := tx.SpecialBalances(d.system.Customer)
		if err != nil {
			return err
		}
		for _, s := range special {
			if s.Kind != bank.KindBank || s.Currency != h.balance.Currency {
				continue
			}
			if err := errors.Join(b.Use(s), b.Lock(h.balance.No)); err != nil {
				return err
			}
			if _, err := b.Post(ledger.NewPosting{From: s.No, To: h.balance.No, Amount: amount, Cause: bank.CauseIncoming, BookingDate: "2026-11-20"}); err != nil {
				return err
			}
		}
		return b.Commit()
	}))
}

// amounts are what is booked and held on a balance.
func (d *desk) amounts(h holder) string {
	d.t.Helper()
	v, err := d.office.Balance(d.ctx, d.system, h.balance.ID)
	d.must(err)
	return fmt.Sprintf("%d held %d", v.Booked, v.Held)
}

// order is one of 100.00 PLN.
func order(h holder, payee string) transfers.Order {
	return transfers.Order{Payer: h.balance.ID, Amount: money.New(10_000, money.PLN), Payee: payee, PayeeName: "Anna Testowa", Title: "Rent", Reference: "R-1"}
}

// key is a context with an idempotency key, whose request has a body.
func (d *desk) key(key, body string) context.Context {
	return bank.WithIdempotency(d.ctx, &bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(body))})
}

// place orders under a key of its own.
func (d *desk) place(actor bank.Actor, o transfers.Order) (transfers.Placed, error) {
	return d.service.Order(d.key(bank.NewID().String(), "body"), actor, o)
}

func (d *desk) placed(actor bank.Actor, o transfers.Order) transfers.Placed {
	d.t.Helper()
	p, err := d.place(actor, o)
	d.must(err)
	return p
}

// life is the statuses of a transfer's steps, in order, with the reason of the last.
func (d *desk) life(id bank.ID) string {
	d.t.Helper()
	t, steps, err := d.service.Transfer(d.ctx, d.system, id)
	d.must(err)
	var all []string
	for i, s := range steps {
		if s.No != int64(i+1) {
			d.t.Errorf("step %d has number %d", i+1, s.No)
		}
		all = append(all, strings.TrimSpace(string(s.Status)+" "+string(s.Reason)))
	}
	if t.Status != steps[len(steps)-1].Status || t.Reason != steps[len(steps)-1].Reason {
		d.t.Errorf("the transfer is %s %s, its steps end with %+v", t.Status, t.Reason, steps[len(steps)-1])
	}
	return strings.Join(all, ", ")
}

// history is what a balance's history says of each transaction, oldest first: type, status, amount.
func (d *desk) history(h holder) (list []string) {
	d.t.Helper()
	d.must(d.db.Read(d.ctx, func(tx *store.Tx) error {
		rows, err := tx.History(d.system.Customer, store.HistoryFilter{BalanceNos: []bank.BalanceNo{h.balance.No}, Ascending: true})
		for _, r := range rows {
			list = append(list, fmt.Sprintf("%s %s %d", r.Type, r.Status, r.Amount))
		}
		return err
	}))
	return list[min(1, len(list)):] // behind the money that was brought
}

func (d *desk) equal(what string, got, want any) {
	d.t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		d.t.Errorf("%s: %s, want %s", what, g, w)
	}
}

// proven fails unless the ledger's invariants hold.
func (d *desk) proven() {
	d.t.Helper()
	proof, err := ledger.Verify(d.ctx, d.db, d.system.Customer)
	d.must(err)
	for _, c := range proof.Checks {
		if !c.OK {
			d.t.Errorf("%s: %v", c.Name, c.Violations)
		}
	}
}
