package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// foldDeltas moves the deltas of balances without a hot row into their rows, so that reading them stays cheap. Each balance
// is a transaction of its own.
func (r *rooms) foldDeltas(ctx context.Context) (bool, error) {
	list, err := r.customers.List(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		waiting, err := r.waitingDeltas(ctx, c.ID)
		if err != nil {
			return false, err
		}
		for _, no := range waiting {
			err := r.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.FoldDeltas(c.ID, no); return err })
			if err != nil {
				return false, fmt.Errorf("fold balance %d of customer %d: %w", no, c.ID, err)
			}
		}
	}
	return false, nil // what comes meanwhile has time until the next round
}

// waitingDeltas lists the balances whose row is behind. Deltas that add up to nothing may wait.
func (r *rooms) waitingDeltas(ctx context.Context, customer bank.CustomerID) (waiting []bank.BalanceNo, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		special, err := tx.SpecialBalances(customer)
		if err != nil {
			return err
		}
		for _, b := range special {
			if b.Kind.HasRow() {
				continue
			}
			booked, err := tx.BookedWithDeltas(customer, b.No)
			if err != nil {
				return err
			}
			if booked != b.Booked {
				waiting = append(waiting, b.No)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("deltas of customer %d: %w", customer, err)
	}
	return waiting, nil
}

// proveLightly holds the sums of each customer's balances against each other, as often as proofEvery says in all processes
// together. Customers whose sums are wrong do not keep the others from being looked at.
func (r *rooms) proveLightly(ctx context.Context) (worked bool, err error) {
	list, err := r.customers.List(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		_, failed := ledger.ProveLightly(ctx, r.db, c.ID, r.clock, r.clock().Add(-proofEvery))
		err = errors.Join(err, failed)
	}
	return false, err
}

// Answers to requests with an idempotency key are kept for 30 days.
const (
	answersKept = 30 * 24 * time.Hour
	answersStep = 1000 // removed in one transaction
)

// sweep removes what broken uploads left behind, reports whose time is over, answers that nobody will ask for again, and sessions
// that are over.
func (r *rooms) sweep(ctx context.Context) (bool, error) {
	list, err := r.customers.List(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := r.files.Sweep(ctx, c.ID); err != nil {
			return false, fmt.Errorf("sweep uploads of customer %d: %w", c.ID, err)
		}
		if err := r.notify.Sweep(ctx, c.ID); err != nil {
			return false, err
		}
		if err := r.reports.Sweep(ctx, c.ID); err != nil {
			return false, err
		}
		if err := r.sweepAnswers(ctx, c.ID); err != nil {
			return false, fmt.Errorf("sweep answers of customer %d: %w", c.ID, err)
		}
		if err := r.eraseDue(ctx, c.ID); err != nil {
			return false, fmt.Errorf("erase what customer %d need not keep: %w", c.ID, err)
		}
		if err := r.access.SweepSessions(ctx, c.ID); err != nil {
			return false, fmt.Errorf("customer %d: %w", c.ID, err)
		}
		if err := r.gate.Sweep(ctx, c.ID); err != nil {
			return false, fmt.Errorf("customer %d: %w", c.ID, err)
		}
	}
	return false, nil
}

// eraseDue erases end users whose retention period is over. Where work rests after a restore, nobody is erased: a legal hold
// may have been set behind the backup.
func (r *rooms) eraseDue(ctx context.Context, customer bank.CustomerID) error {
	_, err := r.customers.WorkPause(ctx, customer)
	if errors.Is(err, bank.ErrNotFound) {
		_, err = r.accounts.EraseDue(ctx, customer)
		return err
	}
	return err
}

func (r *rooms) sweepAnswers(ctx context.Context, customer bank.CustomerID) error {
	for dropped := int64(answersStep); dropped == answersStep; {
		err := r.db.Write(ctx, func(tx *store.Tx) error {
			now, err := tx.Now()
			if err == nil {
				dropped, err = tx.DropAnswers(customer, now.Add(-answersKept), answersStep)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachAtWork runs fn for each customer whose work does not rest since a restore, and tells whether any of it did something.
func (r *rooms) eachAtWork(ctx context.Context, fn func(bank.CustomerID) (done int, err error)) (worked bool, err error) {
	list, err := r.customers.List(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if _, err := r.customers.WorkPause(ctx, c.ID); err == nil {
			continue
		} else if !errors.Is(err, bank.ErrNotFound) {
			return false, err
		}
		done, err := fn(c.ID)
		if err != nil {
			return false, fmt.Errorf("customer %d: %w", c.ID, err)
		}
		worked = worked || done > 0
	}
	return worked, nil
}

// endBlocks lifts the blocks whose time is over. Where the work of a customer rests, they stand: somebody may have prolonged
// them behind the backup.
func (r *rooms) endBlocks(ctx context.Context) (bool, error) {
	return r.eachAtWork(ctx, func(c bank.CustomerID) (int, error) { return r.accounts.EndBlocks(ctx, c) })
}

// endWaits cancels transfers that were not confirmed in time. Where the work of a customer rests, they wait: they may have been
// confirmed behind the backup.
func (r *rooms) endWaits(ctx context.Context) (bool, error) {
	return r.eachAtWork(ctx, func(c bank.CustomerID) (int, error) { return r.transfers.EndWaits(ctx, c) })
}

// collectOrders gathers orders whose cut-off has come. Where the work of a customer rests, they wait: they may have been sent
// behind the backup.
func (r *rooms) collectOrders(ctx context.Context) (bool, error) {
	return r.eachAtWork(ctx, func(c bank.CustomerID) (int, error) { return r.transfers.CollectDue(ctx, c) })
}
