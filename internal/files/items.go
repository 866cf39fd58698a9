package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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

// decision is what an actor decides about an item, or about several alike.
type decision struct {
	verb   string // assign, return or settle
	to     Target // of assign
	reason string
	state  bank.ItemState // that an item must have
	status bank.ItemStatus
}

// Assign gives a posted item's money to a balance or to own funds. Errors: ErrConflict (not open, or nothing was posted for
// it), ErrNotFound, ErrCurrencyMismatch, ErrBalanceClosed, ErrForbidden. Where a second person is needed, the approval that
// waits is returned and nothing else happens.
func (s *Service) Assign(ctx context.Context, actor bank.Actor, item bank.ID, to Target, reason string) (bank.Item, *bank.Approval, error) {
	if to.OwnFunds != to.Balance.IsZero() {
		return bank.Item{}, nil, bank.ErrInvalid.With("name either a balance or own funds").Field("/balanceId", "invalid", "either a balance or own funds")
	}
	return s.decideItem(ctx, actor, item, assigning(to, reason))
}

func assigning(to Target, reason string) decision {
	return decision{verb: "assign", to: to, reason: reason, state: bank.ItemPosted, status: bank.ItemAssigned}
}

// Return marks a posted item to be sent back to its payer. The money stays on the technical balance until the bank has
// booked the return.
func (s *Service) Return(ctx context.Context, actor bank.Actor, item bank.ID, reason string) (bank.Item, *bank.Approval, error) {
	return s.decideItem(ctx, actor, item, returning(reason))
}

func returning(reason string) decision {
	return decision{verb: "return", reason: reason, state: bank.ItemPosted, status: bank.ItemReturnOrdered}
}

// Settle closes a claimed item with a reason: nothing was posted for it, and nothing is.
func (s *Service) Settle(ctx context.Context, actor bank.Actor, item bank.ID, reason string) (bank.Item, *bank.Approval, error) {
	return s.decideItem(ctx, actor, item, settling(reason))
}

func settling(reason string) decision {
	return decision{verb: "settle", reason: reason, state: bank.ItemClaimed, status: bank.ItemSettled}
}

// decideItem is deciding about one item.
func (s *Service) decideItem(ctx context.Context, actor bank.Actor, id bank.ID, d decision) (item bank.Item, pending *bank.Approval, err error) {
	list, pending, err := s.decide(ctx, actor, []bank.ID{id}, d, func(list []bank.Item) any { return list[0] })
	if len(list) > 0 {
		item = list[0]
	}
	return item, pending, err
}

// decide is the one way of deciding: permission, reason, lock, second person, postings, rows, audit; all items or none of
// them. It is done once per idempotency key of the context, which stays free while an approval waits. made is what was made, for
// the answer that the key keeps.
func (s *Service) decide(ctx context.Context, actor bank.Actor, ids []bank.ID, d decision, made func([]bank.Item) any) (list []bank.Item, pending *bank.Approval, err error) {
	if err := actor.May(bank.PermItemsDecide); err != nil {
		return nil, nil, err
	}
	if reason := bank.CheckText(d.reason, true, 140); reason != "" {
		return nil, nil, bank.ErrInvalid.With("the reason %s", reason).Field("/reason", "invalid", "reason "+reason)
	}
	err = s.db.Once(ctx, actor.Customer, s.now(), func(tx *store.Tx) (any, error) {
		if list, err = lockItems(tx, actor.Customer, ids); err != nil {
			return nil, err
		}
		if pending, err = s.approve(ctx, tx, actor, itemApproval(list, d)); err != nil || pending != nil {
			return nil, err
		}
		err = s.applyDecision(tx, actor, list, d)
		return made(list), err
	})
	return list, pending, err
}

// lockItems locks open items in the order of their ids, in which everybody does.
func lockItems(tx *store.Tx, customer bank.CustomerID, ids []bank.ID) ([]bank.Item, error) {
	list := make([]bank.Item, 0, len(ids))
	for _, id := range slices.SortedFunc(slices.Values(ids), func(a, b bank.ID) int { return bytes.Compare(a[:], b[:]) }) {
		item, err := tx.LockItem(customer, id)
		if err != nil {
			return nil, noItem(err)
		}
		if item.Status != bank.ItemOpen {
			return nil, bank.ErrConflict.With("the item %s is decided already: %s", id, item.Status)
		}
		list = append(list, item)
	}
	return list, nil
}

func noItem(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such item")
	}
	return err
}

// applyDecision posts, writes and audits what was decided, in one batch.
func (s *Service) applyDecision(tx *store.Tx, actor bank.Actor, list []bank.Item, d decision) error {
	batch := ledger.NewBatch(tx, actor.Customer, s.now())
	postings, err := s.post(tx, batch, list, d)
	if err != nil {
		return err
	}
	for n := range list {
		list[n].Status = d.status
		batch.Audit(actor, "item."+d.verb, list[n].ID.String(), string(bank.ItemOpen), string(d.status))
	}
	if err := batch.Commit(); err != nil {
		return err
	}
	for n := range list {
		item := &list[n]
		if postings != nil {
			item.Resolution = batch.PostingID(postings[n])
		}
		item.DecidedAt, item.DecidedBy, item.Decision = batch.At(), actor.Name, d.reason
		if err := tx.DecideItem(*item); err != nil {
			return err
		}
	}
	return nil
}

// post moves the money of items that get a home, and returns the index of each one's posting; nil where nothing moves.
func (s *Service) post(tx *store.Tx, batch *ledger.Batch, list []bank.Item, d decision) (postings []int, err error) {
	for _, i := range list {
		if i.State != d.state && d.state == bank.ItemPosted {
			return nil, bank.ErrConflict.With("nothing was posted for this item; it can be settled")
		}
		if i.State != d.state {
			return nil, bank.ErrConflict.With("the item's money lies on the technical balance; it can be assigned or returned")
		}
	}
	if d.to == (Target{}) {
		return nil, nil
	}
	h, err := findHome(tx, batch, list[0], d.to, s.now())
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		posting, err := postAssignment(batch, i, h, bank.CivilDate(s.now()))
		if err != nil {
			return nil, err
		}
		postings = append(postings, posting)
	}
	return postings, nil
}

// home is where the money of items goes, and comes from.
type home struct {
	technical bank.BalanceNo
	target    bank.Balance
	frozen    bool
}

// findHome locks the target of an item; others of its currency may go there too.
func findHome(tx *store.Tx, batch *ledger.Batch, i bank.Item, to Target, now time.Time) (h home, err error) {
	currency, err := money.ParseCurrency(i.Currency)
	if err != nil {
		return h, err
	}
	special, err := tx.SpecialBalances(i.Customer)
	if err != nil {
		return h, err
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
			return h, bank.ErrNotFound.With("there is no such balance").Because(err)
		}
		target = b.No
	}
	if err := batch.Use(technical); err != nil {
		return h, err
	}
	if err := batch.Lock(target); err != nil {
		return h, err
	}
	b, _ := batch.Balance(target)
	frozen, err := ledger.Frozen(tx, b, now)
	if err == nil && b.Closed {
		err = bank.ErrBalanceClosed
	}
	return home{technical.No, b, frozen}, err
}

// postAssignment posts to a balance or to own funds; a frozen balance gets the money as it would have from the file: held.
func postAssignment(batch *ledger.Batch, i bank.Item, h home, today string) (int, error) {
	words := i.Details
	words.Salt = store.NewSalt()
	index, err := batch.Post(ledger.NewPosting{From: h.technical, To: h.target.No, Amount: i.Amount, Cause: bank.CauseAssignment,
		BookingDate: today, Details: &words})
	if err != nil {
		return 0, err
	}
	if h.frozen {
		return index, batch.Hold(bank.Hold{Balance: h.target.No, Amount: i.Amount, Reason: bank.HoldFrozen, Origin: i.Origin})
	}
	return index, batch.Repay(h.target.No, ledger.NewPosting{BookingDate: today})
}

// DecisionContent is what exactly is approved about items: one, or several that are decided alike.
type DecisionContent struct {
	Items    []DecidedItem `json:"items"` // by id
	Currency string        `json:"currency"`
	Balance  bank.ID       `json:"balance,omitzero"`   // where they go, if to a balance
	OwnFunds bool          `json:"ownFunds,omitempty"` // they go to own funds
	Reason   string        `json:"reason"`
}

// DecidedItem is one item of a decision.
type DecidedItem struct {
	ID     bank.ID `json:"id"`
	Amount int64   `json:"amount"` // minor units
}

// Target of the decision; the zero value where it gives no home.
func (c DecisionContent) Target() Target { return Target{c.Balance, c.OwnFunds} }

// Sum adds the amounts, in minor units.
func (c DecisionContent) Sum() (total int64) {
	for _, i := range c.Items {
		total += i.Amount
	}
	return total
}

func (d decision) content(list []bank.Item) DecisionContent {
	c := DecisionContent{Items: make([]DecidedItem, len(list)), Currency: list[0].Currency, Balance: d.to.Balance, OwnFunds: d.to.OwnFunds, Reason: d.reason}
	for n, i := range list {
		c.Items[n] = DecidedItem{i.ID, i.Amount}
	}
	return c
}

// itemApproval binds an approval to the items, what is done with them, and why. Several wait as one.
func itemApproval(list []bank.Item, d decision) store.ApprovalRequest {
	content := d.content(list)
	written := bank.ApprovalContent(content)
	sum := list[0]
	sum.Amount = content.Sum()
	text := d.verb + " " + amountText(sum)
	if len(list) > 1 {
		text += fmt.Sprintf(" of %d items", len(list))
	}
	if d.to != (Target{}) {
		text += " to " + d.to.String()
	}
	text += ": " + d.reason
	if len(list) == 1 {
		return store.ApprovalRequest{Action: "item." + d.verb, Object: sum.ID.String(), Digest: sha256.Sum256([]byte(sum.ID.String() + text)), Summary: text, Content: written}
	}
	return store.ApprovalRequest{Action: "items." + d.verb, Object: setName(list), Digest: sha256.Sum256([]byte(d.verb + written)), Summary: text, Content: written}
}

// setName names a set of items, so that it waits once.
func setName(list []bank.Item) string {
	ids := sha256.New()
	for _, i := range list {
		ids.Write(i.ID[:])
	}
	return hex.EncodeToString(ids.Sum(nil)[:16])
}

func amountText(i bank.Item) string {
	c, err := money.ParseCurrency(i.Currency)
	if err != nil {
		return fmt.Sprintf("%d %s", i.Amount, i.Currency) // the store holds supported currencies only
	}
	return money.New(i.Amount, c).String()
}
