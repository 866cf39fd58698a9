package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// ProveLightly proves what the sums of a customer's balances can tell (they add up to zero, available is nowhere below zero,
// the technical balance equals its open posted items) unless that was done after an instant, and remembers the result. It
// reads each balance once, in constant memory. It tells whether it did.
func ProveLightly(ctx context.Context, db *store.DB, customer bank.CustomerID, now func() time.Time, after time.Time) (bool, error) {
	began := now()
	proof := Proof{OK: true}
	due := true
	err := db.Read(ctx, func(tx *store.Tx) error {
		last, err := tx.Proofs(customer)
		if err != nil {
			return err
		}
		for _, p := range last {
			due = due && (p.Depth != store.ProofLight || p.At.Before(after))
		}
		if due {
			proof, err = glance(tx, customer)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("light proof of customer %d: %w", customer, err)
	}
	if !due {
		return false, nil
	}
	if err := remember(ctx, db, customer, store.ProofLight, began, now().Sub(began), proof); err != nil {
		return false, err
	}
	if !proof.OK {
		return true, errors.New("the ledger breaks an invariant: run ims verify")
	}
	return true, nil
}

// glance holds the sums against each other in one snapshot.
func glance(tx *store.Tx, customer bank.CustomerID) (Proof, error) {
	c := newChecks()
	sums, err := tx.BalanceSums(customer)
	if err != nil {
		return Proof{}, err
	}
	deltas, err := tx.DeltaSums(customer)
	if err != nil {
		return Proof{}, err
	}
	trial, technical := map[string]int64{}, map[string]int64{}
	for _, s := range append(sums, deltas...) {
		trial[s.Currency] += s.Booked
		if s.Kind == bank.KindTechnical {
			technical[s.Currency] += s.Booked
		}
	}
	for _, s := range sums {
		if !s.Kind.MayGoBelowZero() && s.Kind.HasRow() && s.Lowest < 0 {
			c.funds.violated("customer %d: a %s balance in %s has %d available", customer, s.Kind, s.Currency, s.Lowest)
		}
	}
	for currency, sum := range trial {
		if sum != 0 {
			c.trial.violated("customer %d %s: the balances add up to %d", customer, currency, sum)
		}
	}
	v := &verification{checks: c, tx: tx, customer: customer}
	if err := v.compareItems(technical); err != nil {
		return Proof{}, err
	}
	proof := Proof{Checks: []Check{c.trial, c.funds, c.technical}}
	proof.OK = c.trial.OK && c.funds.OK && c.technical.OK
	return proof, nil
}
