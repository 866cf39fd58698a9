package customers

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"ims/internal/bank"
	"ims/internal/store"
)

// Create makes a customer in SETUP, with the default permissions of the three roles. Its audit trail begins with this.
// bank.ErrInvalid if the name is empty or longer than 140 characters, or a setting is unknown.
func (s *Service) Create(ctx context.Context, actor bank.Actor, name string, settings bank.Settings) (bank.Customer, error) {
	if err := actor.May(bank.PermCustomerWrite); err != nil {
		return bank.Customer{}, err
	}
	c := bank.Customer{Name: strings.TrimSpace(name), Status: bank.CustomerSetup, Settings: settings, CreatedAt: s.instant()}
	if err := required("/name", c.Name, maxName); err != nil {
		return bank.Customer{}, err
	}
	if err := checkSettings(settings); err != nil {
		return bank.Customer{}, err
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.create(tx, actor, &c) })
	if err != nil {
		return bank.Customer{}, err
	}
	return c, nil
}

func (s *Service) create(tx *store.Tx, actor bank.Actor, c *bank.Customer) (err error) {
	if c.ID, err = tx.AddCustomer(*c); err != nil {
		return fmt.Errorf("create customer: %w", err)
	}
	for _, role := range []bank.Role{bank.Employee, bank.Manager, bank.Admin} {
		if err := tx.SetPermissions(c.ID, role, bank.DefaultPermissions(role)); err != nil {
			return fmt.Errorf("create customer: permissions of %s: %w", role, err)
		}
	}
	return s.audit(tx, actor, c.ID, "customer.created", fmt.Sprint(c.ID), nil, map[string]any{"name": c.Name, "settings": c.Settings})
}

func checkSettings(settings bank.Settings) error {
	switch settings.IBANMode {
	case bank.IssueAutomatic, bank.IssueByAPI, bank.IssueFromPanel:
		return nil
	}
	return bank.ErrInvalid.With("unknown mode of issuing IBANs").Field("/ibanMode", "unknown", "AUTOMATIC, API or PANEL")
}

// Get returns a customer or bank.ErrNotFound.
func (s *Service) Get(ctx context.Context, customer bank.CustomerID) (c bank.Customer, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { c, err = tx.Customer(customer); return err })
	if err != nil {
		return c, fmt.Errorf("customer %d: %w", customer, err)
	}
	return c, nil
}

// List returns all customers by number.
func (s *Service) List(ctx context.Context) (list []bank.Customer, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { list, err = tx.Customers(); return err })
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return list, nil
}

// UpdateSettings lets mutate change a copy of the settings, which then replace them. mutate may run more than once; its
// error is returned as it is. Nothing is written where nothing changed. Where four eyes bind, switching them off included,
// the change waits for a second person (bank.ErrFourEyes).
func (s *Service) UpdateSettings(ctx context.Context, actor bank.Actor, customer bank.CustomerID, mutate func(*bank.Settings) error) error {
	if err := authorise(&actor, customer); err != nil {
		return err
	}
	return s.change(ctx, customer, func(tx *store.Tx, c bank.Customer) (*bank.Approval, error) {
		before := c.Settings
		if err := mutate(&c.Settings); err != nil {
			return nil, err
		}
		if err := checkSettings(c.Settings); err != nil || before == c.Settings {
			return nil, err
		}
		pending, err := s.second.Require(ctx, tx, actor, settingsRequest(c, before))
		if err != nil || pending != nil {
			return pending, err
		}
		if err := tx.UpdateCustomer(c); err != nil {
			return nil, fmt.Errorf("update settings: %w", err)
		}
		return nil, s.audit(tx, actor, c.ID, "customer.settings-changed", fmt.Sprint(c.ID), before, c.Settings)
	})
}

func settingsRequest(c bank.Customer, before bank.Settings) store.ApprovalRequest {
	summary := fmt.Sprintf("settings from %s to %s", toJSON(before), toJSON(c.Settings))
	return store.ApprovalRequest{Action: "customers.settings", Object: fmt.Sprint(c.ID), Digest: sha256.Sum256([]byte(summary)), Summary: summary}
}
