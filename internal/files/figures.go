package files

import (
	"context"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// FileFigure and ItemFigure have names here for the doors, which do not know the store.
type (
	FileFigure = store.FileFigure
	ItemFigure = store.ItemFigure
)

// FileFigures counts the files of the actor's customer by status. It needs bank.PermFilesRead.
func (s *Service) FileFigures(ctx context.Context, actor bank.Actor) (list []FileFigure, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error { list, err = tx.FileFigures(actor.Customer); return err })
	if err != nil {
		return nil, fmt.Errorf("count files: %w", err)
	}
	return list, nil
}

// ItemFigures adds the open items of the actor's customer by currency, state and reason, in this order. It needs
// bank.PermFundsRead.
func (s *Service) ItemFigures(ctx context.Context, actor bank.Actor) (list []ItemFigure, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error { list, err = tx.ItemFigures(actor.Customer); return err })
	if err != nil {
		return nil, fmt.Errorf("add open items: %w", err)
	}
	return list, nil
}
