package files_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/money"
)

// TestCopiesBeyondThoseExecuted sends ever more of the same payment: only what goes beyond the most that one file had before
// is new. The second file posts nothing, so its copies do not count again.
func TestCopiesBeyondThoseExecuted(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, no := s.balance()
		rent := line(outside, no, 100, "RENT")
		for i, want := range []struct{ copies, booked int64 }{{2, 200}, {2, 200}, {4, 400}, {3, 400}, {5, 500}} {
			other := line(outside, masterNRB, int64(i)+1, "TO BE ANOTHER FILE")
			s.executed(string(rune('a'+i))+".pli", strings.Repeat(rent, int(want.copies))+other)
			if got := s.now(v).Booked; got != want.booked {
				s.t.Errorf("file %d of %d copies: booked %d, want %d", i+1, want.copies, got, want.booked)
			}
		}
		s.proven()
	})
}

// euros opens two balances in euro, whose IBANs the bank may write in files of the master account in zloty too.
func (s *scene) euros() (a, b string) {
	s.t.Helper()
	ctx := context.Background()
	onboard := customers.New(s.db, clock)
	master, err := onboard.AddMasterAccount(ctx, s.actor, customers.NewMasterAccount{IBAN: neighbourNRB, Currency: money.EUR})
	must(s.t, err)
	_, err = onboard.AddBaseIBAN(ctx, s.actor, customers.NewBaseIBAN{Base: "PL111111117701", MasterAccount: master.ID})
	must(s.t, err)
	open := func() string {
		v, err := s.accounts.CreateBalance(ctx, s.actor, s.user.ID, money.EUR)
		must(s.t, err)
		return v.Accounts[0].IBAN.String()[2:]
	}
	return open(), open()
}

// neighbourNRB is another account of the customer at the same bank.
const neighbourNRB = "07111111110000000000000020"

func TestBothSidesOfAnotherCurrency(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		a, b := s.euros()
		_, got := s.executed("euro.pli", line(a, b, 700, "BETWEEN EUROS")+line(a, outside, 50, "OUT"))
		want := map[string]bank.Sum{"INTERNAL": {Count: 1, Amount: 700}, "DEBITED": {Count: 1, Amount: 50}, "POSTINGS": {Count: 2, Amount: 750}}
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Error(diff)
		}
		if diff := cmp.Diff(map[bank.Reason]int64{bank.ReasonCurrency: 700, bank.ReasonDebitCurrency: 750}, s.items()); diff != "" {
			s.t.Error(diff)
		}
		s.proven()
	})
}

// TestFrozenOwner locks an end user: credits are held, lifting somebody's block does not free them, and the moment the end
// user is active again they are free, and repay first.
func TestFrozenOwner(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		v, no := s.balance()
		s.executed("short.pli", line(no, outside, 300, "SHORT"))
		s.setStatus(bank.UserLocked)
		s.executed("credit.pli", line(outside, no, 1_000, "FROZEN"))
		block, err := s.block(v.ID, bank.BlockCredits)
		must(s.t, err)
		must(s.t, s.accounts.Lift(ctx, s.actor, v.ID.String(), block))
		if got := s.now(v); got.Booked != 1_000 || got.Held != 1_000 {
			s.t.Errorf("while the owner is locked: booked %d, held %d", got.Booked, got.Held)
		}
		s.proven()
		s.setStatus(bank.UserActive)
		if got := s.now(v); got.Booked != 700 || got.Held != 0 {
			s.t.Errorf("when the owner is active again: booked %d, held %d, want 700 and 0: 300 are repaid", got.Booked, got.Held)
		}
		list, err := s.accounts.UserBalances(ctx, s.actor, s.user.ID)
		must(s.t, err)
		if len(list) != 1 {
			s.t.Errorf("%d balances of the end user, want 1: the receivable is not one", len(list))
		}
		s.proven()
	})
}

func (s *scene) setStatus(status bank.UserStatus) {
	s.t.Helper()
	_, err := s.accounts.UpdateUser(context.Background(), s.actor, s.user.ID, func(u *bank.User) error { u.Status = status; return nil })
	must(s.t, err)
}

// TestLiftingRepaysFirst frees a credit that was frozen while the balance owed money.
func TestLiftingRepaysFirst(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, no := s.balance()
		s.executed("short.pli", line(no, outside, 300, "SHORT"))
		block, err := s.block(v.ID, bank.BlockBoth)
		must(s.t, err)
		s.executed("credit.pli", line(outside, no, 1_000, "FROZEN"))
		must(s.t, s.accounts.Lift(context.Background(), s.actor, v.ID.String(), block))
		if got := s.now(v); got.Available() != 700 {
			s.t.Errorf("available %d, want 700: 300 are repaid", got.Available())
		}
		s.proven()
	})
}

func TestItemAssignedToABlockedBalanceIsHeld(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		v, _ := s.balance()
		block, err := s.block(v.ID, bank.BlockCredits)
		must(s.t, err)
		s.executed("lost.pli", line(outside, neverIssued, 900, "LOST"))
		list, err := s.files.Items(ctx, s.actor, storeFilter())
		must(s.t, err)
		_, _, err = s.files.Assign(ctx, s.actor, list[0].ID, files.Target{Balance: v.ID}, "name in the title")
		must(s.t, err)
		if got := s.now(v); got.Booked != 900 || got.Held != 900 {
			s.t.Errorf("booked %d, held %d, want 900 held", got.Booked, got.Held)
		}
		must(s.t, s.accounts.Lift(ctx, s.actor, v.ID.String(), block))
		if got := s.now(v); got.Available() != 900 {
			s.t.Errorf("available after lifting: %d", got.Available())
		}
		s.proven()
	})
}

// TestProjectionIsWhatExecutionDoes holds the errors of validation about own funds against what would happen.
func TestProjectionIsWhatExecutionDoes(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, no := s.balance()
		f := s.validated("sweep.pli", line(no, masterNRB, 500, "SWEEP")+line(masterNRB, outside, 100, "CHARGES"))
		if f.Status != bank.FileInvalid || f.Totals.Errors != 1 {
			s.t.Errorf("charges from a sweep of nothing: %s, %d errors", f.Status, f.Totals.Errors)
		}
		_, err := s.accounts.CloseBalance(context.Background(), s.actor, v.ID)
		must(s.t, err)
		s.executed("nobody.pli", line(masterNRB, no, 500, "FUNDING OF A CLOSED BALANCE MOVES NOTHING"))
		s.proven()

		_, other := s.balance()
		s.executed("debt.pli", line(other, outside, 80, "SHORT"))
		f = s.validated("repaid.pli", line(outside, other, 100, "CREDIT")+line(other, masterNRB, 100, "SWEEP")+line(masterNRB, outside, 100, "CHARGES"))
		if f.Status != bank.FileInvalid {
			s.t.Errorf("a credit that repays first cannot pay charges: %s", f.Status)
		}

		s.fundOwn(40)
		charges := line(masterNRB, outside, 40, "CHARGES")
		s.executed("charges.pli", charges)
		if f = s.validated("again.pli", charges+line(outside, masterNRB, 1, "OTHER")); f.Status != bank.FileValidated {
			s.t.Errorf("a surplus copy moves nothing: %s", f.Status)
		}
		s.proven()
	})
}

// TestErrorsAreKeptBesideManyWarnings lists the error that makes a file Invalid, however many warnings come before it.
func TestErrorsAreKeptBesideManyWarnings(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		content := strings.Repeat(line(outside, neverIssued, 1, "LOST"), 1_200) + line(masterNRB, outside, 5, "CHARGES")
		f := s.validated("many.pli", content)
		list, err := s.files.Findings(context.Background(), s.actor, f.ID, "en", 0, 1)
		must(s.t, err)
		if f.Status != bank.FileInvalid || len(list) != 1 || list[0].Code != "domain.insufficient_funds" || list[0].Line != 1_201 {
			s.t.Errorf("%s, first finding %+v", f.Status, list)
		}
	})
}

// TestFrozenCreditsInBulk holds several credits of one file and sets all of them free at once.
func TestFrozenCreditsInBulk(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		v, no := s.balance()
		block, err := s.block(v.ID, bank.BlockBoth)
		must(s.t, err)
		s.executed("many.pli", line(outside, no, 5, "A")+line(outside, no, 6, "B")+line(outside, no, 7, "C"))
		if got := s.now(v); got.Held != 18 {
			s.t.Errorf("held %d", got.Held)
		}
		must(s.t, s.accounts.Lift(context.Background(), s.actor, v.ID.String(), block))
		if err := s.accounts.Lift(context.Background(), s.actor, v.ID.String(), block); !errors.Is(err, bank.ErrNotFound) {
			s.t.Errorf("lifted twice: %v", err)
		}
		if got := s.now(v); got.Available() != 18 {
			s.t.Errorf("available %d", got.Available())
		}
		s.proven()
	})
}
