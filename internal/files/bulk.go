package files

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Item returns one item. It needs bank.PermFundsRead.
func (s *Service) Item(ctx context.Context, actor bank.Actor, id bank.ID) (i bank.Item, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return i, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		i, err = tx.Item(actor.Customer, id)
		return noItem(err)
	})
	return i, err
}

// ItemSum adds open items; it has a name here for the doors, which do not know the store.
type ItemSum = store.ItemFigure

// ItemSums adds the open items by currency, state and reason. It needs bank.PermFundsRead.
func (s *Service) ItemSums(ctx context.Context, actor bank.Actor) (list []ItemSum, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.ItemFigures(actor.Customer)
		return err
	})
	return list, err
}

// BulkAction is what is decided about several items at once.
type BulkAction string

// The actions that are safe for several items: each is decided alike, whoever it belongs to.
const (
	BulkReturn   BulkAction = "RETURN"    // posted items go back to their payers
	BulkOwnFunds BulkAction = "OWN_FUNDS" // posted items go to own funds
	BulkSettle   BulkAction = "SETTLE"    // claimed items are closed
)

// mostBulk is how many items are decided at once.
const mostBulk = 200

// Bulk is one decision about several items that are alike: of one reason, state and currency.
type Bulk struct {
	Items  []bank.ID // at most 200, each once
	Action BulkAction
	Reason string
}

// BulkResult is what became of one item.
type BulkResult struct {
	Item     bank.Item
	Approval *bank.Approval // that waits for a second person; nothing else happened
	Err      error          // why it was refused; the others go on
}

// DecideAll makes one decision about several items, each in a transaction of its own and under an approval of its own where a
// second person is needed. Nothing is decided unless all of them are open and alike: bank.ErrInvalid, bank.ErrNotFound or
// bank.ErrConflict. After that the refusal of one is told with it. It needs bank.PermItemsDecide.
func (s *Service) DecideAll(ctx context.Context, actor bank.Actor, b Bulk) ([]BulkResult, error) {
	if err := actor.May(bank.PermItemsDecide); err != nil {
		return nil, err
	}
	decide, err := s.bulkDecision(b)
	if err != nil {
		return nil, err
	}
	if err := s.alike(ctx, actor, b.Items); err != nil {
		return nil, fmt.Errorf("decide several items: %w", err)
	}
	ctx = bank.WithIdempotency(ctx, &bank.Idempotency{}) // a key would stand for one of them only; deciding twice is refused anyway
	results := make([]BulkResult, len(b.Items))
	for n, id := range b.Items {
		r := &results[n]
		if r.Item, r.Approval, r.Err = decide(ctx, actor, id); r.Err == nil {
			continue
		}
		if _, refused := bank.AsError(r.Err); !refused || errors.Is(r.Err, bank.ErrUnavailable) {
			return results[:n], fmt.Errorf("decide item %s: %w", id, r.Err)
		}
	}
	return results, nil
}

func (s *Service) bulkDecision(b Bulk) (func(context.Context, bank.Actor, bank.ID) (bank.Item, *bank.Approval, error), error) {
	switch b.Action {
	case BulkReturn:
		return func(ctx context.Context, a bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
			return s.Return(ctx, a, id, b.Reason)
		}, nil
	case BulkSettle:
		return func(ctx context.Context, a bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
			return s.Settle(ctx, a, id, b.Reason)
		}, nil
	case BulkOwnFunds:
		return func(ctx context.Context, a bank.Actor, id bank.ID) (bank.Item, *bank.Approval, error) {
			return s.Assign(ctx, a, id, Target{OwnFunds: true}, b.Reason)
		}, nil
	}
	return nil, bank.ErrInvalid.With("unknown decision").Field("/action", "unknown", "RETURN, OWN_FUNDS or SETTLE")
}

// alike refuses items that are not all open and of one reason, state and currency.
func (s *Service) alike(ctx context.Context, actor bank.Actor, ids []bank.ID) error {
	if len(ids) == 0 || len(ids) > mostBulk {
		return bank.ErrInvalid.With("choose 1 to %d items", mostBulk).Field("/items", "out-of-range", fmt.Sprintf("1 to %d", mostBulk))
	}
	return s.db.Read(ctx, func(tx *store.Tx) error {
		var first bank.Item
		seen := map[bank.ID]bool{}
		for n, id := range ids {
			i, err := tx.Item(actor.Customer, id)
			if err != nil {
				return noItem(err)
			}
			if n == 0 {
				first = i
			}
			switch {
			case seen[id]:
				return bank.ErrInvalid.With("an item is named twice").Field("/items", "twice", "each item once")
			case i.Status != bank.ItemOpen:
				return bank.ErrConflict.With("an item is decided already: %s", i.Status)
			case i.Reason != first.Reason || i.State != first.State || i.Currency != first.Currency:
				return bank.ErrInvalid.With("the items differ in reason, state or currency").Field("/items", "mixed", "items of one reason, state and currency")
			}
			seen[id] = true
		}
		return nil
	})
}
