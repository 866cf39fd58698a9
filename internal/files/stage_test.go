package files

import (
	"context"
	"errors"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestEveryStopHasAReason stops at once where a rule forbids a stage, whether or not the rule has words of its own.
func TestEveryStopHasAReason(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		attempts int
		failure  error
		stops    bool
	}{
		{1, bank.ErrChart, true}, {1, bank.ErrInsufficientFunds.With("own funds are short"), true}, {1, bank.ErrUnavailable, false},
		{1, broken, false}, {stageAttempts, broken, true}, {stageAttempts, bank.ErrUnavailable, true},
	} {
		if reason := stopReason(c.attempts, c.failure); (reason != "") != c.stops {
			t.Errorf("attempt %d, %v: %q", c.attempts, c.failure, reason)
		}
	}
}

// TestLateWorkerChangesNothing lets a worker fail whose lease another one has taken meanwhile.
func TestLateWorkerChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := context.Background(), time.Now()
		s := New(Config{DB: db, Now: time.Now})
		f := bank.TransactionFile{Customer: 1, No: 1, ID: bank.NewID(), MasterAccount: bank.NewID(), Name: "a.pli",
			Status: bank.FilePending, Acceptance: bank.Strict, UploadedBy: "test", UploadedAt: now}
		due := store.DueFile{Customer: 1, ID: f.ID, Status: bank.FilePending}
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *store.Tx) error { _, err := tx.AddFile(f); return err })
		write(func(tx *store.Tx) error { _, err := tx.LeaseFile(due, "other", now, now.Add(time.Minute)); return err })
		if err := s.giveBack(ctx, due, "late", bank.ErrChart.With("refused")); err != nil {
			t.Fatal(err)
		}
		late := &validation{s: s, ctx: ctx, due: due, owner: "late", file: f}
		if err := late.write(func(*store.Tx) error { return errors.New("was let in") }); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("a late worker writes: %v", err)
		}
		write(func(tx *store.Tx) error {
			got, err := tx.LockFile(1, f.ID)
			if got.StopReason != "" || got.Attempts != 0 {
				t.Errorf("a late worker noted %q, %d attempts", got.StopReason, got.Attempts)
			}
			return errors.Join(err, tx.HoldLease(due, "other"))
		})
	})
}

// TestPartsOfAFileStay drops what a refused upload left, not what became a file, whatever the caller believes.
func TestPartsOfAFileStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		s := New(Config{DB: db, Now: time.Now})
		c := bank.Customer{Name: "Demo Pay", Status: bank.CustomerSetup, Settings: bank.DefaultSettings(), CreatedAt: time.Now()}
		f := bank.TransactionFile{No: 1, ID: bank.NewID(), MasterAccount: bank.NewID(), Name: "a.pli", Status: bank.FilePending,
			Acceptance: bank.Strict, UploadedAt: time.Now()}
		err := db.Write(ctx, func(tx *store.Tx) error {
			id, err := tx.AddCustomer(c)
			if err != nil {
				return err
			}
			f.Customer = id
			if _, err := tx.AddFile(f); err != nil {
				return err
			}
			return tx.AddFilePart(f.Customer, f.ID, 0, []byte("content"), f.UploadedAt)
		})
		if err != nil {
			t.Fatal(err)
		}
		s.dropParts(ctx, f)
		err = db.Read(ctx, func(tx *store.Tx) error { _, err := tx.FilePart(f.Customer, f.ID, 0); return err })
		if err != nil {
			t.Error(err)
		}
	})
}
