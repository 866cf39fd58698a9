package ledger_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

const bookingDay = "2026-11-20"

// books are a customer with one balance of each kind and some end users', opened by the store alone.
type books struct {
	db                   *store.DB
	customer             bank.CustomerID
	own, technical, bank bank.BalanceNo
	users                []bank.Balance // in PLN
	euro                 bank.Balance   // an end user's in EUR
	all                  []bank.BalanceNo
}

// failer is what tests and properties have in common.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// newBooks opens a customer with some balances of end users.
func newBooks(t failer, db *store.DB, users int) *books {
	t.Helper()
	k := &books{db: db}
	must(t, db.Write(context.Background(), func(tx *store.Tx) (err error) {
		*k = books{db: db}
		k.customer, err = tx.AddCustomer(bank.Customer{Name: "Demo Pay", Status: bank.CustomerSetup, Settings: bank.DefaultSettings(), CreatedAt: noon})
		if err != nil {
			return err
		}
		return k.open(tx, users)
	}))
	return k
}

func (k *books) open(tx *store.Tx, users int) error {
	for _, special := range []struct {
		no   *bank.BalanceNo
		kind bank.BalanceKind
	}{{&k.own, bank.KindOwn}, {&k.technical, bank.KindTechnical}, {&k.bank, bank.KindBank}} {
		b, err := k.add(tx, special.kind, money.PLN)
		if err != nil {
			return err
		}
		*special.no = b.No
	}
	for range users {
		b, err := k.add(tx, bank.KindUser, money.PLN)
		if err != nil {
			return err
		}
		k.users = append(k.users, b)
	}
	var err error
	k.euro, err = k.add(tx, bank.KindUser, money.EUR)
	return err
}

func (k *books) add(tx *store.Tx, kind bank.BalanceKind, currency money.Currency) (bank.Balance, error) {
	no, err := tx.NextBalanceNo(k.customer)
	if err != nil {
		return bank.Balance{}, err
	}
	b := bank.Balance{Customer: k.customer, No: no, ID: bank.NewID(), Kind: kind, Currency: currency, CreatedAt: noon}
	if kind == bank.KindUser {
		b.User = bank.NewID()
	}
	k.all = append(k.all, no)
	return b, tx.AddBalance(b)
}

// batch runs fn on a batch over all balances and commits it.
func (k *books) batch(fn func(b *ledger.Batch) error) error {
	return k.db.Write(context.Background(), func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, k.customer, noon)
		if err := b.Lock(k.all...); err != nil {
			return err
		}
		if err := fn(b); err != nil {
			return err
		}
		return b.Commit()
	})
}

func posting(from, to bank.BalanceNo, amount int64, cause bank.Cause) ledger.NewPosting {
	return ledger.NewPosting{From: from, To: to, Amount: amount, Cause: cause, BookingDate: bookingDay}
}

// fund brings money to own funds over the technical balance, in one breath.
func (k *books) fund(t failer, amount int64) {
	t.Helper()
	must(t, k.batch(func(b *ledger.Batch) error {
		_, in := b.Post(posting(k.bank, k.technical, amount, bank.CauseIncoming))
		_, out := b.Post(posting(k.technical, k.own, amount, bank.CauseAssignment))
		return errors.Join(in, out)
	}))
}

// pay brings money from the bank to an end user.
func (k *books) pay(t failer, to bank.BalanceNo, amount int64) {
	t.Helper()
	must(t, k.batch(func(b *ledger.Batch) error {
		_, err := b.Post(posting(k.bank, to, amount, bank.CauseIncoming))
		return err
	}))
}

// balances returns all balances as the store has them, with what no hot row holds.
func (k *books) balances(t failer) map[bank.BalanceNo]bank.Balance {
	t.Helper()
	all := map[bank.BalanceNo]bank.Balance{}
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		clear(all)
		if err := tx.EachBalance(k.customer, func(b bank.Balance) error { all[b.No] = b; return nil }); err != nil {
			return err
		}
		return tx.EachDeltaSum(k.customer, func(no bank.BalanceNo, amount int64) error {
			b := all[no]
			b.Booked += amount
			all[no] = b
			return nil
		})
	}))
	return all
}

// transactions returns all transactions by id.
func (k *books) transactions(t failer) (list []bank.Transaction) {
	t.Helper()
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		list = nil
		return tx.EachTransaction(k.customer, 1, 1<<53, func(x bank.Transaction) error { list = append(list, x); return nil })
	}))
	return list
}

// postings returns all postings by id.
func (k *books) postings(t failer) (list []store.PostingRow) {
	t.Helper()
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		list = nil
		return tx.EachPosting(k.customer, 1, 1<<53, func(p store.PostingRow) error { list = append(list, p); return nil })
	}))
	return list
}

// batches returns the instants of all links.
func (k *books) batches(t failer) (list []time.Time) {
	t.Helper()
	must(t, k.db.Read(context.Background(), func(tx *store.Tx) error {
		list = nil
		return tx.EachLink(k.customer, 1, func(l store.Link) error { list = append(list, l.At); return nil })
	}))
	return list
}

// violated returns what Verify says about each check that failed.
func violated(t failer, db *store.DB, customers ...bank.CustomerID) map[string][]string {
	t.Helper()
	proof, err := ledger.Verify(context.Background(), db, customers...)
	must(t, err)
	failed := map[string][]string{}
	for _, c := range proof.Checks {
		if !c.OK {
			failed[c.Name] = c.Violations
		}
	}
	if proof.OK != (len(failed) == 0) {
		t.Errorf("the proof says %t, its checks %v", proof.OK, failed)
	}
	return failed
}

// proven fails unless all invariants hold.
func proven(t failer, db *store.DB, customers ...bank.CustomerID) {
	t.Helper()
	if failed := violated(t, db, customers...); len(failed) > 0 {
		t.Errorf("not proven: %v", failed)
	}
}

func wantError(t failer, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
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

// await asks until something is so; it gives up after a time in which it must have been.
func await(t failer, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: waited in vain", what)
		}
	}
}

// waiting awaits that so many operations are in the house of a writer.
func waiting(t failer, w *ledger.Writer, n int) {
	t.Helper()
	await(t, fmt.Sprintf("%d operations wait", n), func() bool { have, _ := w.Waiting(); return have >= n })
}

// key is an idempotency key with the digest of a body.
func key(name, body string) bank.Idempotency {
	return bank.Idempotency{Key: name, Digest: sha256.Sum256([]byte(body))}
}

// credit is an API credit to a balance.
func (k *books) credit(to bank.Balance, amount int64, name string) ledger.Single {
	return ledger.Single{Actor: bank.System(k.customer, "test"), Key: key(name, fmt.Sprintf("%s %d", to.ID, amount)), Balance: to.ID,
		Amount: money.New(amount, to.Currency), Title: "PAYOUT", Reference: "R1"}
}

func (k *books) debit(from bank.Balance, amount int64, name string) ledger.Single {
	s := k.credit(from, amount, name)
	s.Debit = true
	return s
}

func each(t *testing.T, users int, test func(t *testing.T, k *books)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newBooks(t, db, users)) })
}
