package access

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Bounds of what an operator keeps for one customer.
const (
	maxPreferences = 100
	maxPreference  = 4096 // characters of a value
	maxPrefName    = 100  // characters of a name
)

// Preferences returns what an operator keeps for the customer they work for, by name: language, time zone, theme, columns of
// lists, saved views. What a name and its value mean is the door's affair. Actors who are no operators have none.
func (s *Service) Preferences(ctx context.Context, actor bank.Actor) (all map[string]string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		id, err := operatorID(tx, actor)
		if err != nil {
			return err
		}
		all, err = tx.Preferences(actor.Customer, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("preferences: %w", err)
	}
	return all, nil
}

// SetPreference keeps a value of the actor's own under a name, in place of an earlier one; an empty value is forgotten. It
// changes nothing of the customer's, so it leaves no audit event. bank.ErrInvalid for a name or value that is too long or no
// text, bank.ErrConflict where 100 are kept already.
func (s *Service) SetPreference(ctx context.Context, actor bank.Actor, name, value string) error {
	if reason := bank.CheckText(name, true, maxPrefName); reason != "" {
		return bank.ErrInvalid.With("the name %s", reason).Field("/name", "invalid", "name "+reason)
	}
	if reason := bank.CheckText(value, false, maxPreference); reason != "" {
		return bank.ErrInvalid.With("the value %s", reason).Field("/value", "invalid", "value "+reason)
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		id, err := operatorID(tx, actor)
		if err != nil {
			return err
		}
		all, err := tx.Preferences(actor.Customer, id)
		if err != nil {
			return err
		}
		if _, there := all[name]; !there && value != "" && len(all) >= maxPreferences {
			return bank.ErrConflict.With("%d views and settings are kept already: remove one first", maxPreferences)
		}
		return tx.SetPreference(actor.Customer, id, name, value)
	})
	if err != nil {
		return fmt.Errorf("set preference: %w", err)
	}
	return nil
}

// operatorID finds the account of an operator who acts for a customer.
func operatorID(tx *store.Tx, actor bank.Actor) (bank.ID, error) {
	if actor.Kind != bank.ActorOperator {
		return bank.ID{}, bank.ErrForbidden.With("%s is no operator", actor.Name)
	}
	staff, err := tx.StaffByEmail(actor.Customer, actor.Name)
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ID{}, bank.ErrForbidden.With("%s is no operator of this customer", actor.Name)
	}
	return staff.ID, err
}
