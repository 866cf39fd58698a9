package files_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestEverythingAtOnce executes two files with several workers each while the API credits and debits the same balances, and
// blocks and locks come and go: nobody fails but by a rule, no money is lost, and nothing stays frozen.
func TestEverythingAtOnce(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		s.fundOwn(100_000)
		var views []accounts.BalanceView
		var contents [2]strings.Builder
		for range 3 {
			v, no := s.balance()
			views = append(views, v)
			for i := range 2 * 12 {
				c := &contents[i%2]
				c.WriteString(line(outside, no, 1_000, fmt.Sprintf("CREDIT %d", i)) + line(no, outside, 990, fmt.Sprintf("DEBIT %d", i)))
				c.WriteString(line(no, masterNRB, 1, fmt.Sprintf("SWEEP %d", i)) + line(masterNRB, no, 1, fmt.Sprintf("FUNDING %d", i)))
			}
		}
		jobs := []func() error{s.blockAndLift(views[0]), s.blockAndLift(views[1]), s.lockAndUnlock}
		for i := range contents {
			f := s.validated(fmt.Sprintf("%d.pli", i), contents[i].String())
			_, _, err := s.files.Execute(context.Background(), s.actor, f.ID)
			must(s.t, err)
			for w := range 2 {
				jobs = append(jobs, func() error {
					return s.service(5).RunFile(context.Background(), fmt.Sprintf("w%d", w), s.actor.Customer, f.ID)
				})
			}
		}
		writer := ledger.NewWriter(s.db, clock)
		defer writer.Close()
		for _, v := range views {
			jobs = append(jobs, s.singles(writer, v, false), s.singles(writer, v, true))
		}
		errs := make(chan error)
		for _, job := range jobs {
			go func() { errs <- job() }()
		}
		for range jobs {
			if err := <-errs; err != nil {
				s.t.Error(err)
			}
		}
		for _, v := range views {
			if got := s.now(v); got.Held != 0 {
				s.t.Errorf("balance %d: %d held without a block", got.No, got.Held)
			}
		}
		s.proven()
	})
}

func (s *scene) blockAndLift(v accounts.BalanceView) func() error {
	return func() error {
		for range 8 {
			id, err := s.block(v.ID, bank.BlockBoth)
			if err != nil {
				return err
			}
			if err := s.accounts.Lift(context.Background(), s.actor, v.ID.String(), id); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *scene) lockAndUnlock() error {
	for i := range 16 {
		status := []bank.UserStatus{bank.UserLocked, bank.UserActive}[i%2]
		_, err := s.accounts.UpdateUser(context.Background(), s.actor, s.user.ID, func(u *bank.User) error { u.Status = status; return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// singles credits or debits a balance through the API, again and again.
func (s *scene) singles(w *ledger.Writer, v accounts.BalanceView, debit bool) func() error {
	return func() error {
		for i := range 30 {
			key := fmt.Sprint(v.ID, debit, i)
			_, err := w.Post(context.Background(), ledger.Single{Actor: s.actor, Debit: debit, Balance: v.ID, Amount: money.New(7, money.PLN),
				Key: bank.Idempotency{Key: key, Digest: sha256.Sum256([]byte(key))}})
			if err != nil && !errors.Is(err, bank.ErrInsufficientFunds) && !errors.Is(err, bank.ErrBlocked) {
				return err
			}
		}
		return nil
	}
}

// TestOwnFundsAreNotInTheWay executes a file of credits while another transaction holds the customer's own balances: files
// and API operations meet at the head only, and at what they really move.
func TestOwnFundsAreNotInTheWay(t *testing.T) {
	db := storetest.OpenPostgres(t) // an embedded store has one writer
	s := newScene(t, db, bank.Strict)
	v, no := s.balance()
	f := s.validated("credits.pli", line(outside, no, 700, "CREDIT")+line(outside, neverIssued, 5, "LOST")+line(no, outside, 100, "DEBIT"))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, _, err := s.files.Execute(ctx, s.actor, f.ID)
	must(t, err)
	must(t, db.Write(ctx, func(tx *store.Tx) error {
		special, err := tx.SpecialBalances(s.actor.Customer)
		if err != nil {
			return err
		}
		numbers := make([]bank.BalanceNo, len(special))
		for i, b := range special {
			numbers[i] = b.No
		}
		slices.Sort(numbers)
		if _, err := tx.LockBalances(s.actor.Customer, numbers); err != nil {
			return err
		}
		return s.files.RunFile(ctx, "w", s.actor.Customer, f.ID)
	}))
	if got := s.now(v).Booked; got != 600 {
		t.Errorf("booked %d", got)
	}
	s.proven()
}
