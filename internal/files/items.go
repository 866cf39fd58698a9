package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
)

// ItemFilter selects items; it has a name here for the doors, which do not know the store.
type ItemFilter = store.ItemFilter

// Items lists amounts without a home, oldest first.
func (s *Service) Items(ctx context.Context, actor bank.Actor, f ItemFilter) (list []bank.Item, err error) {
	if err := actor.May(bank.PermFundsRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Items(actor.Customer, f)
		return err
	})
	return list, err
}

// Target is where an item's money goes: to a user balance, or to the customer's own funds.
type Target struct {
	Balance  bank.ID
	OwnFunds bool
}

func (t Target) String() string {
	if t.OwnFunds {
		return "own funds"
	}
	return "balance " + t.Balance.String()
}

// decision is what an actor decides about an item.
type decision struct {
	action string
	reason string
	target string // part of what a second person approves
	apply  func(tx *store.Tx, batch *ledger.Batch, item *bank.Item) (posting int, err error)
}

// Assign gives a posted item's money to a balance or to own funds. Errors: ErrConflict (not open, or nothing was posted for
// it), ErrNotFound, ErrCurrencyMismatch, ErrBalanceClosed, ErrForbidden. Where a second person is needed, the approval that
// waits is returned and nothing else happens.
func (s *Service) Assign(ctx context.Context, actor bank.Actor, item bank.ID, to Target, reason string) (bank.Item, *bank.Approval, error) {
	if to.OwnFunds != to.Balance.IsZero() {
		return bank.Item{}, nil, bank.ErrInvalid.With("name either a balance or own funds").Field("/balanceId", "invalid", "either a balance or own funds")
	}
	return s.decideItem(ctx, actor, item, decision{action: "item.assign", reason: reason, target: to.String(),
		apply: func(tx *store.Tx, batch *ledger.Batch, i *bank.Item) (int, error) {
			if i.State != bank.ItemPosted {
				return 0, bank.ErrConflict.With("nothing was posted for this item; it can be settled")
			}
			i.Status = bank.ItemAssigned
			return assign(tx, batch, *i, to, s.now())
		}})
}

// assign posts from the technical balance.
func assign(tx *store.Tx, batch *ledger.Batch, i bank.Item, to Target, now time.Time) (int, error) {
	currency, err := money.ParseCurrency(i.Currency)
	if err != nil {
		return 0, err
	}
	special, err := tx.SpecialBalances(i.Customer)
	if err != nil {
		return 0, err
	}
	var technical bank.Balance
	var target bank.BalanceNo
	for _, b := range special {
		switch {
		case b.Currency != currency:
		case b.Kind == bank.KindTechnical:
			technical = b
		case b.Kind == bank.KindOwn && to.OwnFunds:
			target = b.No
		}
	}
	if !to.OwnFunds {
		b, err := tx.Balance(i.Customer, to.Balance)
		if err != nil || b.Kind != bank.KindUser {
			return 0, bank.ErrNotFound.With("there is no such balance").Because(err)
		}
		target = b.No
	}
	if err := batch.Use(technical); err != nil {
		return 0, err
	}
	if err := batch.Lock(target); err != nil {
		return 0, err
	}
	b, _ := batch.Balance(target)
	frozen, err := ledger.Frozen(tx, b, now)
	if err != nil {
		return 0, err
	}
	return postAssignment(batch, i, technical.No, b, frozen, bank.CivilDate(now))
}

// postAssignment posts to a balance or to own funds; a frozen balance gets the money as it would have from the file: held.
func postAssignment(batch *ledger.Batch, i bank.Item, technical bank.BalanceNo, target bank.Balance, frozen bool, today string) (int, error) {
	if target.Closed {
		return 0, bank.ErrBalanceClosed
	}
	words := i.Details
	words.Salt = store.NewSalt()
	index, err := batch.Post(ledger.NewPosting{From: technical, To: target.No, Amount: i.Amount, Cause: bank.CauseAssignment,
		BookingDate: today, Details: &words})
	if err != nil {
		return 0, err
	}
	if frozen {
		return index, batch.Hold(bank.Hold{Balance: target.No, Amount: i.Amount, Reason: bank.HoldFrozen, Origin: i.Origin})
	}
	return index, batch.Repay(target.No, ledger.NewPosting{BookingDate: today})
}

// Return marks a posted item to be sent back to its payer. The money stays on the technical balance until the bank has
// booked the return.
func (s *Service) Return(ctx context.Context, actor bank.Actor, item bank.ID, reason string) (bank.Item, *bank.Approval, error) {
	return s.decideItem(ctx, actor, item, decision{action: "item.return", reason: reason,
		apply: func(_ *store.Tx, _ *ledger.Batch, i *bank.Item) (int, error) {
			if i.State != bank.ItemPosted {
				return 0, bank.ErrConflict.With("nothing was posted for this item; it can be settled")
			}
			i.Status = bank.ItemReturnOrdered
			return -1, nil
		}})
}

// Settle closes a claimed item with a reason: nothing was posted for it, and nothing is.
func (s *Service) Settle(ctx context.Context, actor bank.Actor, item bank.ID, reason string) (bank.Item, *bank.Approval, error) {
	return s.decideItem(ctx, actor, item, decision{action: "item.settle", reason: reason,
		apply: func(_ *store.Tx, _ *ledger.Batch, i *bank.Item) (int, error) {
			if i.State != bank.ItemClaimed {
				return 0, bank.ErrConflict.With("the item's money lies on the technical balance; it can be assigned or returned")
			}
			i.Status = bank.ItemSettled
			return -1, nil
		}})
}

// decideItem is the one way of deciding: permission, reason, lock, second person, posting, row, audit. It is done once per
// idempotency key of the context, which stays free while an approval waits.
func (s *Service) decideItem(ctx context.Context, actor bank.Actor, id bank.ID, d decision) (item bank.Item, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermItemsDecide); err != nil {
		return item, nil, err
	}
	if reason := bank.CheckText(d.reason, true, 140); reason != "" {
		return item, nil, bank.ErrInvalid.With("the reason %s", reason).Field("/reason", "invalid", "reason "+reason)
	}
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		if item, err = tx.LockItem(actor.Customer, id); err != nil {
			return nil, noItem(err)
		}
		if item.Status != bank.ItemOpen {
			return nil, bank.ErrConflict.With("the item is decided already: %s", item.Status)
		}
		if pending, err = s.approve(ctx, tx, actor, itemApproval(item, d)); err != nil || pending != nil {
			return nil, err
		}
		err = s.applyDecision(tx, actor, &item, d)
		return item, err
	})
	return item, pending, err
}

func noItem(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such item")
	}
	return err
}

func (s *Service) applyDecision(tx *store.Tx, actor bank.Actor, item *bank.Item, d decision) error {
	batch := ledger.NewBatch(tx, actor.Customer, s.now())
	posting, err := d.apply(tx, batch, item)
	if err != nil {
		return err
	}
	batch.Audit(actor, d.action, item.ID.String(), string(bank.ItemOpen), string(item.Status))
	if err := batch.Commit(); err != nil {
		return err
	}
	if posting >= 0 {
		item.Resolution = batch.PostingID(posting)
	}
	item.DecidedAt, item.DecidedBy, item.Decision = batch.At(), actor.Name, d.reason
	return tx.DecideItem(*item)
}

// itemApproval binds an approval to the item, what is done with it, and why.
func itemApproval(i bank.Item, d decision) store.ApprovalRequest {
	verb, _ := strings.CutPrefix(d.action, "item.")
	text := fmt.Sprintf("%s %s", verb, amountText(i))
	if d.target != "" {
		text += " to " + d.target
	}
	text += ": " + d.reason
	return store.ApprovalRequest{Action: d.action, Object: i.ID.String(), Digest: sha256.Sum256([]byte(i.ID.String() + text)), Summary: text}
}

func amountText(i bank.Item) string {
	c, err := money.ParseCurrency(i.Currency)
	if err != nil {
		return fmt.Sprintf("%d %s", i.Amount, i.Currency) // the store holds supported currencies only
	}
	return money.New(i.Amount, c).String()
}
