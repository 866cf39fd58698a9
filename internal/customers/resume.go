package customers

import (
	"context"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// WorkPause tells since when and why the work of a customer rests; bank.ErrNotFound where it goes on.
func (s *Service) WorkPause(ctx context.Context, customer bank.CustomerID) (p store.Pause, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error { p, err = tx.WorkPause(customer); return err })
	return p, err
}

// Resume lets the work of the actor's customer go on, which rests since the store came back from a backup. It needs
// bank.PermCustomerWrite, and a full proof of the ledger (ledger.Prove) that began behind that and found nothing.
//
// Errors: bank.ErrNotFound if the work does not rest, bank.ErrConflict without such a proof.
func (s *Service) Resume(ctx context.Context, actor bank.Actor) error {
	if err := authorise(&actor, actor.Customer); err != nil {
		return err
	}
	return s.change(ctx, actor.Customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		p, err := tx.WorkPause(c.ID)
		if isNotFound(err) {
			return nil, bank.ErrNotFound.With("the work of customer %d does not rest", c.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("resume: %w", err)
		}
		if err := proven(tx, p); err != nil {
			return nil, err
		}
		if err := tx.ResumeWork(c.ID); err != nil {
			return nil, fmt.Errorf("resume: %w", err)
		}
		return nil, s.audit(tx, actor, c.ID, "work.resumed", fmt.Sprint(c.ID), map[string]any{"since": p.Since, "reason": p.Reason}, nil)
	})
}

// proven refuses to resume what nobody has proved since.
func proven(tx *store.Tx, p store.Pause) error {
	list, err := tx.Proofs(p.Customer)
	if err != nil {
		return fmt.Errorf("last proof: %w", err)
	}
	for _, proof := range list {
		if proof.Depth != store.ProofFull || proof.At.Before(p.Since) {
			continue
		}
		if !proof.OK {
			return bank.ErrConflict.With("the ledger breaks an invariant: %s", proof.Violation)
		}
		return nil
	}
	return bank.ErrConflict.With("the ledger was not proved since %s, when %s: run ims verify", p.Since.Format("2006-01-02 15:04:05Z"), p.Reason)
}
