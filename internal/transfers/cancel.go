package transfers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// Cancel takes an order back that was not handed to the bank: what was reserved is free again, and history shows REVERSED. An
// end user may cancel their own, everybody else needs bank.PermTransfersOrder. reason is theirs, up to 140 characters. It is
// done once per idempotency key of the context.
//
// Errors: bank.ErrNotFound; ErrConflict where the transfer is in an order file, or its status is neither RECEIVED nor HELD;
// ErrInvalid about the reason.
func (s *Service) Cancel(ctx context.Context, actor bank.Actor, id bank.ID, reason string) (t bank.Transfer, err error) {
	if err := mayOrder(actor); err != nil {
		return t, err
	}
	if why := bank.CheckText(reason, false, mostTitle); why != "" {
		return t, bank.ErrInvalid.With("the reason %s", why).Field("/reason", "invalid", "reason "+why)
	}
	err = s.db.Once(keyed(ctx, actor), actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		var err error
		if t, err = read(tx, actor, id); err != nil {
			return nil, err
		}
		step := bank.TransferStep{Reason: bank.ReasonWithdrawn, Actor: actor.Name, Note: reason, At: s.stamp()}
		t, err = cancel(tx, actor, t, step, bank.TransferReceived, bank.TransferHeld)
		return t, err
	})
	return t, err
}

// cancel gives a transfer up for the reason of the step, if it has one of the statuses by now.
func cancel(tx *store.Tx, actor bank.Actor, t bank.Transfer, step bank.TransferStep, from ...bank.TransferStatus) (bank.Transfer, error) {
	batch := ledger.NewBatch(tx, t.Customer, step.At)
	if err := batch.Lock(t.Payer); err != nil {
		return t, err
	}
	t, err := lockOne(tx, t.Customer, t.ID)
	if err != nil {
		return t, err
	}
	if !slices.Contains(from, t.Status) {
		return t, bank.ErrConflict.With("the transfer is %s", t.Status)
	}
	if err := free(tx, batch, t, step); err != nil {
		return t, err
	}
	before, after := auditText(t), t
	after.Status, after.Reason = bank.TransferCancelled, step.Reason
	batch.Audit(actor, "transfer.cancelled", t.ID.String(), before, auditText(after))
	if err := batch.Commit(); err != nil {
		return t, fmt.Errorf("commit: %w", err)
	}
	return t, move(tx, &t, bank.TransferCancelled, step)
}

// free gives back what a transfer has: what it waits for, or the money that is reserved for it.
func free(tx *store.Tx, batch *ledger.Batch, t bank.Transfer, step bank.TransferStep) error {
	if t.Status == bank.TransferReceived {
		return endWait(tx, t, step.At)
	}
	if !t.OrderFile.IsZero() {
		return bank.ErrConflict.With("the transfer is in order file %s: discard that first", t.OrderFile)
	}
	return batch.Void(authorized(t), step.Reason)
}

// authorized is what the ledger knows of a transfer whose money is reserved.
func authorized(t bank.Transfer) ledger.Authorized {
	return ledger.Authorized{Transaction: t.Transaction, Hold: t.Hold, Balance: t.Payer, Amount: t.Amount.Minor()}
}

// endWait removes what a transfer waits for; nobody need decide about it any more.
func endWait(tx *store.Tx, t bank.Transfer, now time.Time) error {
	if err := tx.EndTransferWait(t.Customer, t.ID); err != nil && !errors.Is(err, bank.ErrNotFound) {
		return fmt.Errorf("end wait: %w", err)
	}
	open, err := tx.OpenApproval(t.Customer, ActionOrder, t.ID.String())
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open approval: %w", err)
	}
	open.Status, open.DecidedAt, open.Reason = bank.ApprovalRejected, now, "the order was cancelled"
	if err := tx.DecideApproval(open); err != nil {
		return fmt.Errorf("withdraw approval: %w", err)
	}
	return nil
}

// waitsStep is how many transfers EndWaits cancels at once.
const waitsStep = 100

// EndWaits cancels transfers of a customer that were not confirmed in time, or to which the second person has said no. It
// tells how many; a worker runs it.
func (s *Service) EndWaits(ctx context.Context, customer bank.CustomerID) (ended int, err error) {
	var due []store.TransferWait
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.DueTransferWaits(customer, ActionOrder, s.now(), waitsStep)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("due transfers: %w", err)
	}
	actor := bank.System(customer, "transfers")
	for _, w := range due {
		step := bank.TransferStep{Reason: bank.ReasonNotConfirmed, Actor: actor.Name, At: s.stamp()}
		if !w.Signed() {
			step.Reason = bank.ReasonNotApproved
		}
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			t, err := tx.Transfer(customer, w.Transfer)
			if err == nil {
				_, err = cancel(tx, actor, t, step, bank.TransferReceived)
			}
			return err
		})
		if errors.Is(err, bank.ErrConflict) {
			continue // somebody was faster
		}
		if err != nil {
			return ended, fmt.Errorf("cancel transfer %s: %w", w.Transfer, err)
		}
		ended++
	}
	return ended, nil
}
