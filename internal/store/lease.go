package store

import (
	"context"
	"errors"
	"time"

	"ims/internal/bank"
)

// ErrLeaseLost is why work under a lease ended: it was silent for too long, and another worker has taken over.
var ErrLeaseLost = errors.New("the lease was lost")

// UnderLease runs work while the lease that the caller has taken is extended, three times in its length and by the time all
// replicas agree on. extend writes the new end; once it finds that the lease is another's (bank.ErrNotFound), the context of
// work ends. The result is ErrLeaseLost then, otherwise what work returned. Giving the lease back is the caller's.
func (db *DB) UnderLease(ctx context.Context, length time.Duration, extend func(tx *Tx, until time.Time) error, work func(ctx context.Context) error) error {
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		db.extendLease(working, cancel, length, extend)
	}()
	err := work(working)
	cancel(nil)
	<-ended
	if errors.Is(err, ErrLeaseLost) || errors.Is(context.Cause(working), ErrLeaseLost) {
		return ErrLeaseLost
	}
	return err
}

// extendLease extends a lease until the work ends, and ends the work when the lease is lost. A store that does not answer is
// asked again: the lease may still be ours.
func (db *DB) extendLease(ctx context.Context, lost context.CancelCauseFunc, length time.Duration, extend func(tx *Tx, until time.Time) error) {
	ticker := time.NewTicker(length / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := db.Write(ctx, func(tx *Tx) error {
			now, err := tx.Now()
			if err != nil {
				return err
			}
			return extend(tx, now.Add(length))
		})
		if errors.Is(err, bank.ErrNotFound) {
			lost(ErrLeaseLost)
			return
		}
	}
}
