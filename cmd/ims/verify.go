package main

import (
	"errors"

	"ims/internal/bank"
	"ims/internal/ledger"
)

type verifyCommand struct {
	listing
}

// proofView is the proof in JSON.
type proofView struct {
	OK     bool        `json:"ok"`
	Checks []checkLine `json:"checks"`
}

// checkLine is one invariant.
type checkLine struct {
	Name       string   `json:"name"`
	OK         bool     `json:"ok"`
	Checked    int64    `json:"checked"`
	Violations []string `json:"violations"` // the first ones
}

// Run proves the ledger of the customer that --customer names, or of all, and notes the result with the store; a violation
// is a refusal.
func (c *verifyCommand) Run(p *program) error {
	return p.with(func(r *rooms) error {
		var only []bank.CustomerID
		if p.Customer != 0 {
			if _, err := r.customers.Get(p.ctx, p.Customer); err != nil {
				return err
			}
			only = append(only, p.Customer)
		}
		proof, err := ledger.Prove(p.ctx, r.db, p.now, only...)
		if err != nil {
			return err
		}
		if err := c.print(p, viewProof(proof), proofTable(viewProof(proof))); err != nil {
			return err
		}
		if !proof.OK {
			return errors.New("verify: the ledger breaks an invariant")
		}
		return nil
	})
}

func viewProof(proof ledger.Proof) proofView {
	v := proofView{OK: proof.OK, Checks: []checkLine{}}
	for _, check := range proof.Checks {
		v.Checks = append(v.Checks, checkLine{check.Name, check.OK, check.Checked, append([]string{}, check.Violations...)})
	}
	return v
}

func proofTable(v proofView) *table {
	t := newTable("OK", "CHECK", ">CHECKED", "VIOLATIONS")
	for _, check := range v.Checks {
		t.row(yesNo(check.OK), check.Name, check.Checked, "")
		for _, violation := range check.Violations {
			t.row("", "", "", violation)
		}
	}
	return t
}
