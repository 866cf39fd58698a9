package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"ims/internal/bank"
	"ims/internal/store"
)

// leaseTime is how long a customer's index is left to a process that has died.
const leaseTime = 15 * time.Second

// blocksOfTurn bounds what is indexed for one customer before the next one's turn comes.
const blocksOfTurn = 16

// IndexDue adds complete blocks of ids of the customer who waited longest to the index that searches use. It runs after the
// commit, so that nothing that moves money waits for it; it takes a lease, and goes on where the last one stopped. It tells
// whether there was anything to do.
func (s *Service) IndexDue(ctx context.Context, owner string) (bool, error) {
	var due []bank.CustomerID
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		now, err := tx.Now()
		if err == nil {
			due, err = tx.DueHistory(now, 1)
		}
		return err
	})
	if err != nil || len(due) == 0 {
		return false, wrapIndex(err)
	}
	for range blocksOfTurn {
		spanned, end := store.Span(ctx, "index", attribute.Int64("ims.customer", int64(due[0])))
		more, err := s.indexBlock(spanned, due[0], owner)
		end(err)
		if err != nil || !more {
			return err == nil, wrapIndex(errors.Join(err, s.release(ctx, due[0], owner)))
		}
	}
	return true, wrapIndex(s.release(ctx, due[0], owner))
}

func wrapIndex(err error) error {
	if err != nil {
		return fmt.Errorf("index the history: %w", err)
	}
	return nil
}

// indexBlock reads a block and makes its part of the index in a snapshot, so that the writer is held up only to store it.
func (s *Service) indexBlock(ctx context.Context, customer bank.CustomerID, owner string) (more bool, err error) {
	no, taken, err := s.lease(ctx, customer, owner)
	if err != nil || !taken {
		return false, err
	}
	var b store.HistoryBlock
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if more, err = tx.HistoryBlockComplete(customer, no); err != nil || !more {
			return err
		}
		b, err = tx.ReadHistoryBlock(customer, no)
		return err
	})
	if err != nil || !more {
		return false, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return tx.AddHistoryBlock(customer, owner, b) })
	if errors.Is(err, bank.ErrNotFound) {
		return false, nil // somebody else has the lease now
	}
	return true, err
}

func (s *Service) lease(ctx context.Context, customer bank.CustomerID, owner string) (no int64, taken bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err == nil {
			no, taken, err = tx.LeaseHistory(customer, owner, now, now.Add(leaseTime))
		}
		return err
	})
	return no, taken, err
}

func (s *Service) release(ctx context.Context, customer bank.CustomerID, owner string) error {
	return s.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		return tx.ReleaseHistory(customer, owner, now)
	})
}
