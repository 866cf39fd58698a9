package files

import (
	"context"
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

// SomeItems returns those of the items that there are, in the order of their opening. It needs bank.PermFundsRead.
func (s *Service) SomeItems(ctx context.Context, actor bank.Actor, ids []bank.ID) (list []bank.Item, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.ItemsByID(actor.Customer, ids)
		return err
	})
	return list, err
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

// MostBulk is how many items are decided at once.
const MostBulk = 1000

// Bulk is one decision about several items that are alike: of one reason, state and currency.
type Bulk struct {
	Items  []bank.ID // at most MostBulk, each once
	Action BulkAction
	Reason string
}

// DecideAll makes one decision about several items, all or none of them, in one transaction and, where a second person is
// needed, under one approval, which is returned while it waits. All must be open and alike. Errors: bank.ErrInvalid,
// bank.ErrNotFound, bank.ErrConflict, or what refuses one of them. It needs bank.PermItemsDecide.
func (s *Service) DecideAll(ctx context.Context, actor bank.Actor, b Bulk) ([]bank.Item, *bank.Approval, error) {
	if err := actor.May(bank.PermItemsDecide); err != nil {
		return nil, nil, err
	}
	d, err := b.decision()
	if err != nil {
		return nil, nil, err
	}
	if err := s.alike(ctx, actor, b.Items); err != nil {
		return nil, nil, fmt.Errorf("decide several items: %w", err)
	}
	return s.decide(ctx, actor, b.Items, d, func(list []bank.Item) any { return list })
}

// BulkOf is the decision about several items that an approval is about; false where it is about something else.
func BulkOf(a bank.Approval) (b Bulk, ok bool) {
	var c DecisionContent
	if !a.Read(&c) {
		return b, false
	}
	b = Bulk{Reason: c.Reason}
	switch a.Action {
	case "items.return":
		b.Action = BulkReturn
	case "items.settle":
		b.Action = BulkSettle
	case "items.assign":
		b.Action = BulkOwnFunds
	default:
		return b, false
	}
	for _, i := range c.Items {
		b.Items = append(b.Items, i.ID)
	}
	return b, true
}

func (b Bulk) decision() (decision, error) {
	switch b.Action {
	case BulkReturn:
		return returning(b.Reason), nil
	case BulkSettle:
		return settling(b.Reason), nil
	case BulkOwnFunds:
		return assigning(Target{OwnFunds: true}, b.Reason), nil
	}
	return decision{}, bank.ErrInvalid.With("unknown decision").Field("/action", "unknown", "RETURN, OWN_FUNDS or SETTLE")
}

// alike refuses items that are not all open and of one reason, state and currency.
func (s *Service) alike(ctx context.Context, actor bank.Actor, ids []bank.ID) error {
	if len(ids) == 0 || len(ids) > MostBulk {
		return bank.ErrInvalid.With("choose 1 to %d items", MostBulk).Field("/items", "out-of-range", fmt.Sprintf("1 to %d", MostBulk))
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
