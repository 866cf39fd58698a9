package transfers_test

import (
	"testing"

	"ims/internal/bank"
)

// TestOrderOut holds the money of an order to another bank, and tells of it in the history.
func TestOrderOut(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(25_000)
		p := d.placed(d.system, order(h, "pl39 2222 2222 0000 0000 1234 5678"))
		got := p.Transfer
		if got.Status != bank.TransferHeld || got.Payee.String() != outside || got.Transaction == 0 || got.Hold.IsZero() || got.Internal || p.Challenge != nil || p.Approval != nil {
			t.Errorf("placed %+v", p)
		}
		d.equal("balance", d.amounts(h), "25000 held 10000")
		d.equal("life", d.life(got.ID), "RECEIVED, HELD")
		d.equal("history", d.history(h), []string{"TRANSFER_OUT AUTHORIZED -10000"})
		d.proven()
	})
}

// TestOrderWithin pays one of our own IBANs at once.
func TestOrderWithin(t *testing.T) {
	each(t, func(d *desk) {
		h, payee := d.holder(25_000), d.holder(1)
		got := d.placed(d.system, order(h, payee.iban.Format())).Transfer
		if got.Status != bank.TransferSettled || !got.Internal || got.Transaction == 0 || !got.Hold.IsZero() {
			t.Errorf("placed %+v", got)
		}
		d.equal("payer", d.amounts(h), "15000 held 0")
		d.equal("payee", d.amounts(payee), "10001 held 0")
		d.equal("life", d.life(got.ID), "RECEIVED, SETTLED")
		d.equal("payer's history", d.history(h), []string{"INTERNAL_OUT CLEARED -10000"})
		d.equal("payee's history", d.history(payee), []string{"INTERNAL_IN CLEARED 10000"})
		d.proven()
	})
}

// TestCancel takes back what is held, once.
func TestCancel(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(25_000)
		id := d.placed(d.system, order(h, outside)).Transfer.ID
		got, err := d.service.Cancel(d.ctx, d.system, id, "typing slip")
		d.must(err)
		if got.Status != bank.TransferCancelled || got.Reason != bank.ReasonWithdrawn {
			t.Errorf("cancelled %+v", got)
		}
		d.equal("balance", d.amounts(h), "25000 held 0")
		d.equal("life", d.life(id), "RECEIVED, HELD, CANCELLED WITHDRAWN")
		d.equal("history", d.history(h), []string{"TRANSFER_OUT REVERSED -10000"})
		_, err = d.service.Cancel(d.ctx, d.system, id, "again")
		d.want("again", err, bank.ErrConflict)
		d.proven()
	})
}

// TestEndUserSigns: an end user's order waits for the signature, and nothing moves before.
func TestEndUserSigns(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(25_000)
		p := d.placed(h.actor(), order(h, outside))
		if p.Transfer.Status != bank.TransferReceived || p.Challenge == nil || !p.Challenge.ExpiresAt.After(d.now()) {
			t.Fatalf("placed %+v", p)
		}
		d.equal("balance before", d.amounts(h), "25000 held 0")
		_, err := d.service.Confirm(d.ctx, h.actor(), p.Transfer.ID, bank.TransferSignature{})
		d.want("a session token alone", err, bank.ErrSignatureRefused)
		_, err = d.service.Confirm(d.ctx, h.actor(), p.Transfer.ID, bank.TransferSignature{JWS: "no"})
		d.want("a wrong signature", err, bank.ErrSignatureRefused)
		_, err = d.service.Confirm(d.ctx, d.system, p.Transfer.ID, bank.TransferSignature{JWS: "yes"})
		d.want("somebody else", err, bank.ErrConflict)
		got, err := d.service.Confirm(d.ctx, h.actor(), p.Transfer.ID, bank.TransferSignature{JWS: "yes"})
		d.must(err)
		if d.signs.last != p.Challenge.Digest() {
			t.Error("another digest was proved than that of the challenge")
		}
		d.equal("status", got.Status, bank.TransferHeld)
		d.equal("balance", d.amounts(h), "25000 held 10000")
		d.equal("life", d.life(got.ID), "RECEIVED, HELD")
		_, err = d.service.Confirm(d.ctx, h.actor(), p.Transfer.ID, bank.TransferSignature{JWS: "yes"})
		d.want("again", err, bank.ErrConflict)
		d.proven()
	})
}
