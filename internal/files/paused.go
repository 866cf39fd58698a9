package files

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Paused returns nil while the work of a customer goes on, and bank.ErrConflict with the reason while it rests: then no stage
// of a file runs, wherever it is asked for.
func (s *Service) Paused(ctx context.Context, customer bank.CustomerID) error {
	var p store.Pause
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) { p, err = tx.WorkPause(customer); return err })
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("is the work paused: %w", err)
	}
	return bank.ErrConflict.With("the work of customer %d rests, as %s: prove the ledger with ims verify, then ims resume", customer, p.Reason)
}
