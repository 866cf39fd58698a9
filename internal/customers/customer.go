package customers

import (
	"context"
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
	if err := (Settings{Settings: settings}).check(); err != nil {
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
	for _, role := range roles() {
		if err := tx.SetPermissions(c.ID, role, bank.DefaultPermissions(role)); err != nil {
			return fmt.Errorf("create customer: permissions of %s: %w", role, err)
		}
	}
	return s.audit(tx, actor, c.ID, "customer.created", fmt.Sprint(c.ID), nil, map[string]any{"name": c.Name, "settings": c.Settings})
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
