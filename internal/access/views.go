package access

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Bounds of the views that an operator keeps for one customer.
const (
	maxViews     = 50
	maxViewName  = 60   // characters
	maxViewQuery = 4000 // characters, also of the columns
)

// SavedViews lists the views of a list that an operator sees: their own first, then what others of the customer share.
func (s *Service) SavedViews(ctx context.Context, actor bank.Actor, list string) (all []bank.SavedView, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		id, err := operatorID(tx, actor)
		if err != nil {
			return err
		}
		all, err = tx.SavedViews(actor.Customer, id, list)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	return all, nil
}

// SavedView returns a view of the actor's own, or bank.ErrNotFound.
func (s *Service) SavedView(ctx context.Context, actor bank.Actor, id bank.ID) (v bank.SavedView, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		v, err = ownView(tx, actor, id)
		return err
	})
	return v, err
}

// ownView finds a view of the actor's own; that of another operator is not there, shared or not.
func ownView(tx *store.Tx, actor bank.Actor, id bank.ID) (bank.SavedView, error) {
	operator, err := operatorID(tx, actor)
	if err != nil {
		return bank.SavedView{}, err
	}
	v, err := tx.SavedView(actor.Customer, id)
	if errors.Is(err, bank.ErrNotFound) || err == nil && v.Operator != operator {
		return bank.SavedView{}, bank.ErrNotFound.With("there is no such view of yours")
	}
	return v, err
}

// SaveView keeps a view of a list under a name: List, Name, Query, Columns and Shared of v count. bank.ErrInvalid with the field
// that is too long or no text, bank.ErrConflict where the name is taken or 50 are kept already.
func (s *Service) SaveView(ctx context.Context, actor bank.Actor, v bank.SavedView) (bank.SavedView, error) {
	v.Customer, v.ID, v.CreatedAt = actor.Customer, bank.NewID(), s.now().UTC()
	if err := checkView(v); err != nil {
		return bank.SavedView{}, err
	}
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if v.Operator, err = operatorID(tx, actor); err != nil {
			return err
		}
		n, err := tx.CountSavedViews(actor.Customer, v.Operator)
		if err != nil {
			return err
		}
		if n >= maxViews {
			return bank.ErrConflict.With("%d views are kept already: remove one first", maxViews)
		}
		if err := named(tx.AddSavedView(v)); err != nil {
			return err
		}
		return s.auditView(tx, actor, "view.shared", v, v.Shared)
	})
	return v, err
}

// ChangeView renames a view of the actor's own and shares it, or no longer. Errors as SaveView; bank.ErrNotFound for another's.
func (s *Service) ChangeView(ctx context.Context, actor bank.Actor, id bank.ID, name string, shared bool) (v bank.SavedView, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		before, err := ownView(tx, actor, id)
		if err != nil {
			return err
		}
		v = before
		v.Name, v.Shared = name, shared
		if err := checkView(v); err != nil {
			return err
		}
		if err := named(tx.UpdateSavedView(v)); err != nil {
			return err
		}
		if before.Shared == shared {
			return nil
		}
		action := "view.shared"
		if !shared {
			action = "view.unshared"
		}
		return s.auditView(tx, actor, action, v, true)
	})
	return v, err
}

// RemoveView forgets a view of the actor's own; bank.ErrNotFound for another's.
func (s *Service) RemoveView(ctx context.Context, actor bank.Actor, id bank.ID) (v bank.SavedView, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if v, err = ownView(tx, actor, id); err != nil {
			return err
		}
		if err := tx.RemoveSavedView(actor.Customer, id); err != nil {
			return err
		}
		return s.auditView(tx, actor, "view.unshared", v, v.Shared)
	})
	return v, err
}

// auditView leaves an event where others see what was done; one's own views are one's own affair, as preferences are.
func (s *Service) auditView(tx *store.Tx, actor bank.Actor, action string, v bank.SavedView, seen bool) error {
	if !seen {
		return nil
	}
	return tx.Audit(v.Customer, s.now(), bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: action, Object: v.ID.String()})
}

// named tells that a name is taken.
func named(err error) error {
	if errors.Is(err, bank.ErrAlreadyExists) {
		return bank.ErrConflict.With("a view of this name is kept already").Field("/name", "taken", "you keep a view of this name")
	}
	return err
}

func checkView(v bank.SavedView) error {
	e := bank.ErrInvalid.With("the view cannot be kept")
	for _, f := range []struct {
		field, text string
		needed      bool
		most        int
	}{{"name", v.Name, true, maxViewName}, {"list", v.List, true, maxPrefName}, {"query", v.Query, false, maxViewQuery}, {"columns", v.Columns, false, maxViewQuery}} {
		if reason := bank.CheckText(f.text, f.needed, f.most); reason != "" {
			e = e.Field("/"+f.field, "invalid", f.field+" "+reason)
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}
