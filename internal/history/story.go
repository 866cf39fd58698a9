package history

import (
	"context"
	"errors"
	"fmt"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// Story is all there is to tell of one transaction. What the reader may not see is left out.
type Story struct {
	Row             // with the balance after it and the words beside it
	Posting         bank.Posting
	Payer, Payee    Side                 // of the posting; zero where nothing was posted
	Other           bank.TransactionID   // what the holder of the other side sees of the same posting; 0: the bank's side, which nobody holds
	File            bank.TransactionFile // zero: not of a file, or the reader may not read files
	Items           []bank.Item          // that it opened or resolved
	Approvals       []bank.Approval      // of the file's execution and of the items' decisions
	Deliveries      []bank.Delivery      // of its events, newest first
	NotificationsOn bool                 // the customer has an endpoint that is told
}

// Side is one side of a posting.
type Side struct {
	Balance bank.Balance
	User    bank.User // zero unless it is an end user's, and the reader may read those
	IBAN    iban.IBAN // the open one, or the last; zero where it never had one
}

// mostDeliveries is how many deliveries of one transaction are told.
const mostDeliveries = 20

// Story tells one transaction whole, in one snapshot; it needs bank.PermHistoryRead. bank.ErrNotFound where there is none.
func (s *Service) Story(ctx context.Context, actor bank.Actor, id bank.TransactionID) (t Story, err error) {
	if err := actor.May(bank.PermHistoryRead); err != nil {
		return t, err
	}
	if id <= 0 { // to a filter zero means any
		return t, bank.ErrNotFound.With("there is no such transaction")
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.History(actor.Customer, store.HistoryFilter{ID: id, Limit: 1})
		if err == nil && len(list) == 0 {
			return bank.ErrNotFound.With("there is no such transaction")
		}
		if err != nil {
			return err
		}
		n := narrator{tx: tx, actor: actor, Story: Story{Row: list[0]}}
		for _, part := range []func() error{n.posting, n.sides, n.file, n.items, n.links, n.deliveries} {
			if err := part(); err != nil {
				return err
			}
		}
		t = n.Story
		return nil
	})
	if err != nil {
		return Story{}, fmt.Errorf("story of a transaction: %w", err)
	}
	return t, nil
}

// narrator gathers a story.
type narrator struct {
	tx    *store.Tx
	actor bank.Actor
	Story
}

func (n *narrator) may(p bank.Permission) bool { return n.actor.May(p) == nil }

func (n *narrator) posted() bool { return n.Row.Transaction.Posting > 0 }

func (n *narrator) posting() error {
	if !n.posted() {
		return nil
	}
	p, err := n.tx.Posting(n.actor.Customer, n.Row.Transaction.Posting)
	n.Story.Posting = p.Posting
	return err
}

// sides reads both balances with their holders, and the transaction of the other side: each side that is not BANK took an id,
// the payer's first.
func (n *narrator) sides() (err error) {
	if !n.posted() {
		return nil
	}
	p := n.Story.Posting
	if n.Payer, err = n.side(p.From); err != nil {
		return fmt.Errorf("payer: %w", err)
	}
	if n.Payee, err = n.side(p.To); err != nil {
		return fmt.Errorf("payee: %w", err)
	}
	return n.tx.EachTransaction(n.actor.Customer, p.ID, p.ID+1, func(t bank.Transaction) error {
		if t.Posting == p.ID && t.ID != n.ID {
			n.Other = t.ID
		}
		return nil
	})
}

func (n *narrator) side(no bank.BalanceNo) (s Side, err error) {
	list, err := n.tx.BalancesByNo(n.actor.Customer, []bank.BalanceNo{no})
	if err != nil || len(list) == 0 {
		return s, err
	}
	s.Balance = list[0]
	if s.Balance.User.IsZero() || !n.may(bank.PermUsersRead) {
		return s, nil
	}
	if s.User, err = n.tx.User(n.actor.Customer, s.Balance.User); err != nil {
		return s, err
	}
	accounts, err := n.tx.BankAccountsOf(n.actor.Customer, no)
	for _, a := range accounts {
		if s.IBAN = a.IBAN; a.ClosedAt.IsZero() {
			break
		}
	}
	return s, err
}

// author looks under the first id of the operation, which is its posting's, or the transaction's that was authorised or declined.
func (n *narrator) file() (err error) {
	if n.FileID.IsZero() || !n.may(bank.PermFilesRead) {
		return nil
	}
	if n.File, err = n.tx.File(n.actor.Customer, n.FileID); err != nil {
		return err
	}
	n.Approvals, err = n.tx.ApprovalsOf(n.actor.Customer, n.FileID.String())
	return err
}

func (n *narrator) items() (err error) {
	if !n.posted() || !n.may(bank.PermFundsRead) {
		return nil
	}
	if n.Items, err = n.tx.ItemsOfPosting(n.actor.Customer, n.Origin, n.Story.Posting.ID); err != nil {
		return err
	}
	for _, i := range n.Items {
		list, err := n.tx.ApprovalsOf(n.actor.Customer, i.ID.String())
		if err != nil {
			return err
		}
		n.Approvals = append(n.Approvals, list...)
	}
	return nil
}

func (n *narrator) links() error { return linked(n.tx, n.actor.Customer, &n.Row) }

func (n *narrator) deliveries() (err error) {
	if _, err = n.tx.Endpoint(n.actor.Customer); errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	n.NotificationsOn = err == nil
	if err == nil {
		n.Deliveries, err = n.tx.DeliveriesOf(n.actor.Customer, n.ID, mostDeliveries)
	}
	return err
}
