package access

import (
	"context"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Approval returns one approval of the actor's customer that the actor asked for or may decide, or bank.ErrNotFound.
func (s *Service) Approval(ctx context.Context, actor bank.Actor, id bank.ID) (a bank.Approval, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		a, err = tx.Approval(actor.Customer, id)
		return err
	})
	if err != nil {
		return bank.Approval{}, fmt.Errorf("approval %s: %w", id, err)
	}
	if !visible(actor, a) {
		return bank.Approval{}, bank.ErrNotFound.With("there is no such approval")
	}
	return a, nil
}

// ApprovalsWaiting counts the approvals that wait for the actor: pending ones that they may approve. It
// reads a few rows, so that every page can show it.
func (s *Service) ApprovalsWaiting(ctx context.Context, actor bank.Actor) (n int64, err error) {
	if actor.Kind != bank.ActorOperator {
		return 0, nil
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		n = 0
		list, err := tx.PendingApprovals(actor.Customer)
		for _, p := range list {
			if p.RequestedBy != actor.Name && p.Barred != actor.Name && actor.May(bank.ApprovalPermission(p.Action)) == nil {
				n += p.Approvals
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("approvals that wait: %w", err)
	}
	return n, nil
}
