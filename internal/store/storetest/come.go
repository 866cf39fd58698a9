package storetest

import (
	"context"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Come lets operators have signed in to the customer's panel, as their first sessions would: with two ADMINs the customer is
// ACTIVE. The rule itself is the access room's, which proves it.
func Come(db *store.DB, customer bank.CustomerID, emails ...string) error {
	return db.Write(context.Background(), func(tx *store.Tx) error {
		for _, email := range emails {
			staff, err := tx.StaffByEmail(customer, email)
			if err != nil {
				return err
			}
			if err := tx.AcceptRole(customer, staff.ID, time.Unix(1, 0)); err != nil {
				return err
			}
		}
		c, err := tx.LockCustomer(customer)
		if err != nil {
			return err
		}
		all, err := tx.Operators(customer)
		if err != nil {
			return err
		}
		admins := 0
		for _, o := range all {
			if o.Role == bank.Admin && !o.AcceptedAt.IsZero() {
				admins++
			}
		}
		if admins < 2 {
			return nil
		}
		c.Status = bank.CustomerActive
		return tx.UpdateCustomer(c)
	})
}
