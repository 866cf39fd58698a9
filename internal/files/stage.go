package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"ims/internal/bank"
	"ims/internal/store"
)

// stageAttempts is how often a stage that fails is tried before it stops and waits for somebody.
const stageAttempts = 5

// retryPause is the first pause behind a failed attempt; it doubles with each.
const retryPause = 500 * time.Millisecond

// RunDue runs one stage of one file that waits for it, if no other worker has it; it tells whether there was work. An error
// of the stage itself is noted with the file and returned.
func (s *Service) RunDue(ctx context.Context, owner string) (worked bool, err error) {
	var due []store.DueFile
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		due, err = tx.DueFiles(now, 20)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("list due files: %w", err)
	}
	for _, d := range due {
		taken, err := s.take(ctx, d, owner)
		if err != nil {
			return false, err
		}
		if taken {
			return true, s.runLeased(ctx, d, owner)
		}
	}
	return false, nil
}

// RunFile runs the stages of one file here and now and returns when it waits for nobody but people: Validated, Invalid,
// Executed or stopped. While another worker has the lease it waits.
func (s *Service) RunFile(ctx context.Context, owner string, customer bank.CustomerID, id bank.ID) error {
	for {
		f, err := s.file(ctx, customer, id)
		if err != nil {
			return err
		}
		if f.StopReason != "" {
			return bank.ErrConflict.With("the file stopped: %s", f.StopReason)
		}
		if f.Status != bank.FilePending && f.Status != bank.FileExecuting {
			return nil
		}
		if err := s.Paused(ctx, customer); err != nil {
			return err
		}
		if err := s.runOr(ctx, store.DueFile{Customer: customer, ID: id, Status: f.Status}, owner); err != nil {
			return err
		}
	}
}

// runOr runs a stage if it can be leased, and waits a moment if not.
func (s *Service) runOr(ctx context.Context, d store.DueFile, owner string) error {
	taken, err := s.take(ctx, d, owner)
	if err != nil {
		return err
	}
	if taken {
		err := s.runLeased(ctx, d, owner)
		if _, rule := bank.AsError(err); rule {
			return err
		}
		return ctx.Err() // other failures are noted with the file and tried again
	}
	timer := time.NewTimer(s.lease / 20)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (s *Service) take(ctx context.Context, d store.DueFile, owner string) (taken bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		taken, err = tx.LeaseFile(d, owner, now, now.Add(s.lease))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease file %s: %w", d.ID, err)
	}
	return taken, nil
}

// runLeased runs the stage under the lease, which is renewed all the while and given back at the end.
func (s *Service) runLeased(ctx context.Context, d store.DueFile, owner string) error {
	extend := func(tx *store.Tx, until time.Time) error { return tx.RenewLease(d, owner, until) }
	err := s.db.UnderLease(ctx, s.lease, extend, func(ctx context.Context) error { return s.runStage(ctx, d, owner) })
	if errors.Is(err, store.ErrLeaseLost) {
		return nil // the other worker goes on
	}
	if ctx.Err() != nil {
		err = nil // asked to stop: the lease goes back and somebody else resumes
	}
	defer s.changes.tell()
	return errors.Join(err, s.giveBack(ctx, d, owner, err))
}

func (s *Service) runStage(ctx context.Context, d store.DueFile, owner string) error {
	f, err := s.file(ctx, d.Customer, d.ID)
	if err != nil {
		return err
	}
	about := []attribute.KeyValue{attribute.Int64("ims.customer", int64(f.Customer)), attribute.String("ims.file", f.ID.String())}
	switch f.Status {
	case bank.FilePending:
		ctx, end := store.Span(ctx, "validate", about...)
		err = s.validate(ctx, d, owner, f)
		end(err)
	case bank.FileExecuting:
		ctx, end := store.Span(ctx, "execute", about...)
		err = s.execute(ctx, f)
		end(err)
	}
	return err
}

// giveBack ends the lease and notes a failure: after some attempts, or at once when a rule forbids it, the stage stops with
// its reason until somebody retries it. A failure under a lease that was lost meanwhile is nobody's.
func (s *Service) giveBack(ctx context.Context, d store.DueFile, owner string, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if failure == nil {
			return tx.ReleaseLease(d, owner, time.Time{})
		}
		err := tx.HoldLease(d, owner)
		if errors.Is(err, bank.ErrNotFound) {
			return tx.ReleaseLease(d, owner, time.Time{})
		}
		if err != nil {
			return err
		}
		f, err := tx.LockFile(d.Customer, d.ID)
		if err != nil {
			return err
		}
		f.Attempts++
		f.StopReason = stopReason(f.Attempts, failure)
		if err := tx.UpdateFile(f); err != nil {
			return err
		}
		now, err := tx.Now()
		if err != nil {
			return err
		}
		return tx.ReleaseLease(d, owner, now.Add(retryPause<<f.Attempts))
	})
}

// stopReason says why a stage stops after so many attempts; empty while it is worth another one.
func stopReason(attempts int, failure error) string {
	rule, refused := bank.AsError(failure)
	switch {
	case refused && rule.Kind != bank.Unavailable:
		return cmp.Or(rule.Message, rule.Title)
	case attempts >= stageAttempts:
		return fmt.Sprintf("failed %d times: %v", attempts, failure)
	}
	return ""
}
