package customers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// Feed is what may be changed of a master account: what people call it, and how the files that the bank writes about it are
// read. A file that is there already is judged by it when it is validated again.
type Feed struct {
	Name       string          `json:"name"`
	Acceptance bank.Acceptance `json:"acceptance"`
	Dialect    bank.Dialect    `json:"dialect"`
	Ordering   bank.Ordering   `json:"ordering"` // how orders go to the bank
}

// UpdateMasterAccount lets mutate change a copy of the feed of a master account, which then replaces it. mutate may run more
// than once; its error is returned as it is. Nothing is written where nothing changed. Where four eyes bind, the change
// waits for a second person (bank.ErrFourEyes). bank.ErrNotFound for an account that the customer does not have,
// bank.ErrInvalid for a name, an acceptance or a dialect without a meaning.
func (s *Service) UpdateMasterAccount(ctx context.Context, actor bank.Actor, id bank.ID, mutate func(*Feed) error) (m bank.MasterAccount, err error) {
	if err := authorise(&actor, actor.Customer); err != nil {
		return m, err
	}
	err = s.change(ctx, actor.Customer, func(tx *store.Tx, _ bank.Customer) (*bank.Approval, error) {
		var pending *bank.Approval
		m, pending, err = s.updateMasterAccount(ctx, tx, actor, id, mutate)
		return pending, err
	})
	return m, err
}

func (s *Service) updateMasterAccount(ctx context.Context, tx *store.Tx, actor bank.Actor, id bank.ID, mutate func(*Feed) error) (bank.MasterAccount, *bank.Approval, error) {
	m, err := tx.MasterAccount(actor.Customer, id)
	if errors.Is(err, bank.ErrNotFound) {
		return m, nil, bank.ErrNotFound.With("there is no such master account")
	}
	if err != nil {
		return m, nil, fmt.Errorf("update master account: %w", err)
	}
	before := feedOf(m)
	after := feedOf(m)
	after.Dialect.Types = slices.Clone(after.Dialect.Types)
	o := &after.Ordering
	o.CutOffs, o.Weekdays, o.Holidays = slices.Clone(o.CutOffs), slices.Clone(o.Weekdays), slices.Clone(o.Holidays)
	if err := mutate(&after); err != nil {
		return m, nil, err
	}
	m.Name, m.Acceptance, m.Dialect, m.Ordering = strings.TrimSpace(after.Name), after.Acceptance, after.Dialect, after.Ordering
	if after = feedOf(m); reflect.DeepEqual(before, after) {
		return m, nil, nil
	}
	if err := checkFeed(m); err != nil {
		return m, nil, err
	}
	if pending, err := s.second.Require(ctx, tx, actor, feedRequest(m, before)); err != nil || pending != nil {
		return m, pending, err
	}
	if err := tx.UpdateMasterAccount(m); err != nil {
		return m, nil, fmt.Errorf("update master account: %w", err)
	}
	return m, nil, s.audit(tx, actor, m.Customer, "master-account.changed", m.ID.String(), before, after)
}

func feedOf(m bank.MasterAccount) Feed { return Feed{m.Name, m.Acceptance, m.Dialect, m.Ordering} }

// checkFeed refuses what a feed cannot be.
func checkFeed(m bank.MasterAccount) error {
	if m.Acceptance != bank.Strict && m.Acceptance != bank.ByRecord {
		return bank.ErrInvalid.With("unknown acceptance").Field("/acceptance", "unknown", "STRICT or BY_RECORD")
	}
	if err := words("/name", m.Name, maxName); err != nil {
		return err
	}
	if err := m.Ordering.Check(); err != nil {
		return err
	}
	return m.Dialect.Check()
}

// FeedContent is what exactly is approved with a change of a master account.
type FeedContent struct {
	MasterAccount bank.ID `json:"masterAccount"`
	IBAN          string  `json:"iban"`
	Before        Feed    `json:"before"`
	After         Feed    `json:"after"`
}

func feedRequest(m bank.MasterAccount, before Feed) store.ApprovalRequest {
	after := feedOf(m)
	return store.ApprovalRequest{Action: "customers.master-account", Object: m.ID.String(),
		Digest:  sha256.Sum256([]byte(m.IBAN.String() + toJSON(before) + toJSON(after))),
		Summary: fmt.Sprintf("master account %s from %s to %s", m.IBAN, before, after),
		Content: bank.ApprovalContent(FeedContent{m.ID, m.IBAN.String(), before, after})}
}

// String is the feed as a second person reads it.
func (f Feed) String() string {
	return fmt.Sprintf("(name: %s; acceptance: %s; dialect: %s; orders: %s)", f.Name, f.Acceptance, f.Dialect, f.Ordering)
}
