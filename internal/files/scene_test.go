package files_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// day is the day on which all scenes play.
var day = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// outside is an invented account at another bank.
const outside = "39222222220000000012345678"

// masterNRB is the customer's account at the bank.
const masterNRB = "83111111110000000000000010"

// scene is a customer with some end users on a throw-away store.
type scene struct {
	t        tb
	db       *store.DB
	files    *files.Service
	accounts *accounts.Service
	actor    bank.Actor
	master   bank.MasterAccount
	user     bank.User
}

// tb is what a scene needs of a test; a property is one too.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func clock() time.Time { return day }

func newScene(t tb, db *store.DB, acceptance bank.Acceptance) *scene {
	t.Helper()
	return newSceneAt(t, db, acceptance, masterNRB, "PL111111117700")
}

// newSceneAt is newScene for one of several customers of a store: with a master account and a base IBAN of its own.
func newSceneAt(t tb, db *store.DB, acceptance bank.Acceptance, master, base string) *scene {
	t.Helper()
	ctx := context.Background()
	s := &scene{t: t, db: db, accounts: accounts.New(db, clock)}
	onboard := customers.New(db, clock)
	settings := bank.DefaultSettings()
	settings.FourEyes = false
	c, err := onboard.Create(ctx, bank.System(0, "test"), "Demo Pay", settings)
	must(t, err)
	s.actor = bank.System(c.ID, "test")
	s.master, err = onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: master, Currency: money.PLN, Acceptance: acceptance})
	must(t, err)
	_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: base, MasterAccount: s.master.ID})
	must(t, err)
	s.user, err = s.accounts.CreateUser(ctx, s.actor, accounts.NewUser{Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY"})
	must(t, err)
	s.files = s.service(7)
	return s
}

// service returns a file service with chunks of a few records, so that small files have many.
func (s *scene) service(chunk int) *files.Service {
	return files.New(files.Config{DB: s.db, Now: clock, Lease: 300 * time.Millisecond, Chunk: chunk})
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// balance opens a balance and returns it with its account number (26 digits).
func (s *scene) balance() (accounts.BalanceView, string) {
	s.t.Helper()
	v, err := s.accounts.CreateBalance(context.Background(), s.actor, s.user.ID, money.PLN)
	must(s.t, err)
	if len(v.Accounts) != 1 {
		s.t.Fatalf("balance without IBAN: %s", v.NoIBAN)
	}
	return v, v.Accounts[0].IBAN.String()[2:]
}

// now returns a balance as it is now.
func (s *scene) now(v accounts.BalanceView) bank.Balance {
	s.t.Helper()
	v, err := s.accounts.Balance(context.Background(), s.actor, v.ID)
	must(s.t, err)
	return v.Balance
}

// line writes one record: from account to account, in grosze.
func line(payer, payee string, amount int64, title string) string {
	return fmt.Sprintf("110,20261120,%d,%s,0,%q,%q,%q,%q,0,%s,%q,\"\",\"\",\"51\",\"\"\r\n", amount, bankNo(payer), payer, payee,
		"JAN TESTOWY", "ANNA PROBNA", bankNo(payee), title)
}

func bankNo(account string) string {
	if len(account) < 10 {
		return ""
	}
	return account[2:10]
}

// upload receives a file.
func (s *scene) upload(name, content string) (bank.TransactionFile, error) {
	return s.files.Receive(context.Background(), s.actor, files.Upload{Name: name, MasterAccount: s.master.ID, Body: strings.NewReader(content)})
}

// validated uploads and validates a file.
func (s *scene) validated(name, content string) bank.TransactionFile {
	s.t.Helper()
	f, err := s.upload(name, content)
	must(s.t, err)
	must(s.t, s.files.RunFile(context.Background(), "w", s.actor.Customer, f.ID))
	f, err = s.files.File(context.Background(), s.actor, f.ID)
	must(s.t, err)
	return f
}

// executed uploads, validates and executes a file that must be good.
func (s *scene) executed(name, content string) (bank.TransactionFile, map[string]bank.Sum) {
	s.t.Helper()
	ctx := context.Background()
	f := s.validated(name, content)
	if f.Status != bank.FileValidated {
		findings, _ := s.files.Findings(ctx, s.actor, f.ID, "en", 0, 10)
		s.t.Fatalf("%s is %s: %+v", name, f.Status, findings)
	}
	_, _, err := s.files.Execute(ctx, s.actor, f.ID)
	must(s.t, err)
	must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
	f, err = s.files.File(ctx, s.actor, f.ID)
	must(s.t, err)
	if f.Status != bank.FileExecuted {
		s.t.Fatalf("%s is %s", name, f.Status)
	}
	outcomes, err := s.files.Outcomes(ctx, s.actor, f.ID)
	must(s.t, err)
	return f, outcomes
}

// proven fails unless the ledger's invariants hold.
func (s *scene) proven() {
	s.t.Helper()
	proof, err := ledger.Verify(context.Background(), s.db, s.actor.Customer)
	must(s.t, err)
	for _, c := range proof.Checks {
		if !c.OK {
			s.t.Errorf("%s: %v", c.Name, c.Violations)
		}
	}
}

// items returns the reasons of open items with their amounts.
func (s *scene) items() map[bank.Reason]int64 {
	s.t.Helper()
	list, err := s.files.Items(context.Background(), s.actor, files.ItemFilter{Status: bank.ItemOpen})
	must(s.t, err)
	found := map[bank.Reason]int64{}
	for _, i := range list {
		found[i.Reason] += i.Amount
	}
	return found
}

// each runs a test on both engines.
func each(t *testing.T, acceptance bank.Acceptance, test func(*scene)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newScene(t, db, acceptance)) })
}

func storeFilter() store.ItemFilter { return files.ItemFilter{Status: bank.ItemOpen} }

// block sets a block on a balance.
func (s *scene) block(balance bank.ID, d bank.BlockDirection) (bank.ID, error) {
	b, err := s.accounts.Block(context.Background(), s.actor, accounts.NewBlock{Target: bank.BlockBalance, TargetKey: balance.String(),
		Kind: bank.BlockByCourt, Direction: d, Reference: "I Co 1/26"})
	return b.ID, err
}

// fundOwn brings money to own funds the way it really comes: to the master account, then assigned.
func (s *scene) fundOwn(amount int64) {
	s.t.Helper()
	ctx := context.Background()
	s.executed(fmt.Sprintf("fund %d.pli", amount), line(outside, masterNRB, amount, fmt.Sprintf("FUNDS %d", amount)))
	list, err := s.files.Items(ctx, s.actor, storeFilter())
	must(s.t, err)
	for _, i := range list {
		if i.Reason == bank.ReasonMasterAccount && i.Amount == amount {
			_, _, err := s.files.Assign(ctx, s.actor, i.ID, files.Target{OwnFunds: true}, "funds of the customer")
			must(s.t, err)
			return
		}
	}
	s.t.Fatal("no item for the master account")
}
