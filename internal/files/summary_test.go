package files_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/store"
)

// mixed is a file in which everything happens that a forecast must know.
func (s *scene) mixed() string {
	s.t.Helper()
	_, open := s.balance()
	_, rich := s.balance()
	frozen, held := s.balance()
	gone, closed := s.balance()
	_, err := s.block(frozen.ID, bank.BlockBoth)
	must(s.t, err)
	s.executed("money.pli", line(outside, rich, 900, "MONEY"))
	_, err = s.accounts.CloseBalance(context.Background(), s.actor, gone.ID)
	must(s.t, err)
	never := "83111111117700999999999999"[:24] + "00"
	never = checked(never)
	return strings.Join([]string{
		line(outside, open, 100, "CREDIT"),
		line(outside, held, 50, "TO A BLOCKED ONE"),
		line(outside, closed, 70, "TO A CLOSED ONE"),
		line(outside, never, 30, "TO NOBODY"),
		line(outside, masterNRB, 500, "TO THE MASTER ACCOUNT"),
		line(rich, open, 40, "INTERNAL"),
		line(rich, closed, 20, "INTERNAL TO A CLOSED ONE"),
		line(rich, outside, 300, "DEBIT"),
		line(rich, outside, 5_000, "SHORT"),
		line(closed, outside, 10, "DEBIT FROM A CLOSED ONE"),
		line(rich, masterNRB, 15, "SWEEP"),
	}, "")
}

// checked gives 26 digits the check digits that they need.
func checked(nrb string) string {
	rest := 0
	for _, c := range nrb[2:] + "252100" {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("%02d%s", 98-rest, nrb[2:])
}

// TestForecast: what a summary says before is what execution does, to the last item and amount.
func TestForecast(t *testing.T) {
	each(t, bank.ByRecord, func(s *scene) {
		ctx := context.Background()
		f := s.validated("mixed.pli", s.mixed()+line(outside, "12345", 77, "NOBODY CAN READ THIS"))
		before, err := s.files.Summary(ctx, s.actor, f.ID, "en")
		must(s.t, err)
		if before.Credits != (bank.Sum{Count: 4, Amount: 250}) || before.Debits != (bank.Sum{Count: 4, Amount: 5_325}) ||
			before.Internal != (bank.Sum{Count: 2, Amount: 60}) || before.Unplaced != (bank.Sum{Count: 1, Amount: 500}) {
			s.t.Errorf("sums: %+v", before)
		}
		if len(before.Done) != 0 || !before.Executable || !before.OwnUpload || before.FourEyes {
			s.t.Errorf("%+v", before)
		}
		if len(before.Errors) == 0 || len(before.Warnings) == 0 || before.Errors[0].Example.Message == "" {
			s.t.Errorf("codes: %+v and %+v", before.Errors, before.Warnings)
		}
		known := map[bank.ID]bool{}
		for _, i := range s.allItems() {
			known[i.ID] = true
		}
		_, _, err = s.files.Execute(ctx, s.actor, f.ID)
		must(s.t, err)
		must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID))
		after, err := s.files.Summary(ctx, s.actor, f.ID, "pl")
		must(s.t, err)
		delete(after.Done, ledger.AllPostings)
		if diff := cmp.Diff(after.Done, before.Forecast.Outcomes); diff != "" {
			s.t.Errorf("outcomes (-done +forecast): %s", diff)
		}
		var technical, claimed bank.Sum
		for _, i := range s.allItems() {
			switch {
			case known[i.ID]:
			case i.State == bank.ItemPosted:
				technical = technical.Plus(i.Amount)
			default:
				claimed = claimed.Plus(i.Amount)
			}
		}
		if diff := cmp.Diff([]bank.Sum{technical, claimed}, []bank.Sum{before.Forecast.Technical, before.Forecast.Claimed}); diff != "" {
			s.t.Errorf("technical balance and claims (-done +forecast): %s", diff)
		}
		if after.Executable {
			s.t.Error("an executed file is executable")
		}
		s.proven()
	})
}

func (s *scene) allItems() []bank.Item {
	s.t.Helper()
	list, err := s.files.Items(context.Background(), s.actor, files.ItemFilter{})
	must(s.t, err)
	return list
}

func TestSummaryRefusals(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		f := s.validated("one.pli", line(outside, account, 1, "A"))
		nobody := bank.Actor{Customer: s.actor.Customer, Kind: bank.ActorOperator, Name: "x"}
		if _, err := s.files.Summary(context.Background(), nobody, f.ID, "en"); !errors.Is(err, bank.ErrForbidden) {
			s.t.Error(err)
		}
		if _, err := s.files.Summary(context.Background(), s.actor, bank.NewID(), "en"); !errors.Is(err, bank.ErrNotFound) {
			s.t.Error(err)
		}
		reader := nobody
		reader.Permissions = []bank.Permission{bank.PermFilesRead}
		m, err := s.files.Summary(context.Background(), reader, f.ID, "en")
		must(s.t, err)
		if m.Executable || m.OwnUpload {
			s.t.Errorf("somebody who may only read: %+v", m)
		}
		if err := s.files.Watch(context.Background(), nobody, f.ID, nil); !errors.Is(err, bank.ErrForbidden) {
			s.t.Error(err)
		}
	})
}

// TestWatch follows a file from its upload to its end: what it tells only grows, and the end is told.
func TestWatch(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		_, account := s.balance()
		var content strings.Builder
		for n := range 60 {
			content.WriteString(line(outside, account, int64(n+1), fmt.Sprintf("NO %d", n)))
		}
		f, err := s.upload("watched.pli", content.String())
		must(s.t, err)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		watch := func(run func()) (seen []files.Progress) {
			s.t.Helper()
			done := make(chan error, 1)
			begun := make(chan struct{})
			go func() {
				done <- s.files.Watch(ctx, s.actor, f.ID, func(p files.Progress) error {
					if len(seen) == 0 {
						close(begun)
					}
					seen = append(seen, p)
					return nil
				})
			}()
			<-begun
			run()
			must(s.t, <-done)
			return seen
		}
		validating := watch(func() { must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID)) })
		if first, last := validating[0], validating[len(validating)-1]; first.Stage != "Pending" || last.Stage != "Validated" || last.Total != 60 {
			s.t.Errorf("validating: %+v", validating)
		}
		_, _, err = s.files.Execute(ctx, s.actor, f.ID)
		must(s.t, err)
		executing := watch(func() { must(s.t, s.files.RunFile(ctx, "w", s.actor.Customer, f.ID)) })
		last := executing[len(executing)-1]
		if last.Stage != "Executed" || last.Done != 60 || last.Total != 60 {
			s.t.Errorf("executing: %+v", executing)
		}
		for i := range executing[1:] {
			if executing[i+1].Done < executing[i].Done {
				s.t.Errorf("it goes back: %+v", executing)
			}
		}
		stop := errors.New("the browser is gone")
		if err := s.files.Watch(ctx, s.actor, f.ID, func(files.Progress) error { return stop }); !errors.Is(err, stop) {
			s.t.Error(err)
		}
	})
}

// TestValidatingProgress: the records of a file are reckoned from the share of its bytes that was read.
func TestValidatingProgress(t *testing.T) {
	each(t, bank.Strict, func(s *scene) {
		ctx := context.Background()
		f, err := s.upload("long.pli", strings.Repeat("x", 1000))
		must(s.t, err)
		must(s.t, s.db.Write(ctx, func(tx *store.Tx) error {
			return tx.SetFileStage(f.Customer, f.No, store.FileStage{Began: day.Add(-10 * time.Second), Records: 20, Bytes: 250})
		}))
		p, err := s.files.Progress(ctx, s.actor, f.ID)
		must(s.t, err)
		want := files.Progress{Stage: "Pending", Done: 20, Total: 80, Began: day.Add(-10 * time.Second), Remaining: 30 * time.Second}
		if diff := cmp.Diff(want, p); diff != "" {
			s.t.Error(diff)
		}
	})
}
