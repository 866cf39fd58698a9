package ledger

import (
	"context"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Prove is Verify, and remembers the result of each customer with the store. now tells when each proof began.
func Prove(ctx context.Context, db *store.DB, now func() time.Time, customers ...bank.CustomerID) (Proof, error) {
	if len(customers) == 0 {
		all, err := allCustomers(ctx, db)
		if err != nil {
			return Proof{}, err
		}
		customers = all
	}
	whole := Proof{OK: true, Checks: newChecks().list()}
	for _, id := range customers {
		began := now()
		proof, err := Verify(ctx, db, id)
		if err != nil {
			return whole, err
		}
		if err := remember(ctx, db, id, store.ProofFull, began, now().Sub(began), proof); err != nil {
			return whole, err
		}
		whole.join(proof)
	}
	return whole, nil
}

// join adds the proof of another customer.
func (p *Proof) join(other Proof) {
	p.OK = p.OK && other.OK
	for i := range p.Checks {
		c, o := &p.Checks[i], other.Checks[i]
		c.OK, c.Checked = c.OK && o.OK, c.Checked+o.Checked
		c.Violations = append(c.Violations, o.Violations[:min(len(o.Violations), maxViolations-len(c.Violations))]...)
	}
}

func remember(ctx context.Context, db *store.DB, id bank.CustomerID, depth store.ProofDepth, began time.Time, took time.Duration, proof Proof) error {
	result := store.ProofResult{Customer: id, Depth: depth, At: began, Duration: took, OK: proof.OK}
	for _, c := range proof.Checks {
		if result.Violation == "" && len(c.Violations) > 0 {
			result.Violation = c.Name + ": " + c.Violations[0]
		}
	}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetProof(result) }); err != nil {
		return fmt.Errorf("remember the proof of customer %d: %w", id, err)
	}
	return nil
}
