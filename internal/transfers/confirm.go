package transfers

import (
	"context"
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Signature is an end user's signature over an order.
type Signature = bank.TransferSignature

// Confirm carries out an order that was RECEIVED, once: for the end user whose it is with a signature over its challenge, for
// an operator or a program with bank.PermTransfersOrder where a second person has agreed (they give no signature). It is
// decided anew: where the balance refuses now, the transfer is CANCELLED and a declined transaction is left.
//
// Errors: as of Order, bank.ErrNotFound, ErrConflict where it does not wait (any more), ErrFourEyes while nobody has agreed,
// and those of Signatures.
func (s *Service) Confirm(ctx context.Context, actor bank.Actor, id bank.ID, signed Signature) (t bank.Transfer, err error) {
	if err := mayOrder(actor); err != nil {
		return t, err
	}
	if err := s.answered(ctx, actor); err != nil {
		return t, err
	}
	use, err := s.proof(ctx, actor, id, signed)
	if err != nil {
		return t, err
	}
	now := s.stamp()
	var refused error
	err = s.db.Once(keyed(ctx, actor), actor.Customer, now, func(tx *store.Tx) (any, error) {
		c := &confirming{Service: s, ctx: ctx, actor: actor, use: use}
		var err error
		if t, err = c.run(tx, id); err != nil {
			return nil, err
		}
		var made any // nothing where it is refused: the key stays free, the trace is left
		if refused = c.refused; refused == nil {
			made = t
		}
		return made, nil
	})
	if err == nil {
		err = refused
	}
	return t, err
}

// proof verifies an end user's signature, without locks.
func (s *Service) proof(ctx context.Context, actor bank.Actor, id bank.ID, signed Signature) (func(*store.Tx) error, error) {
	if actor.Kind != bank.ActorEndUser {
		return func(*store.Tx) error { return nil }, nil
	}
	var t bank.Transfer
	var w store.TransferWait
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if t, err = read(tx, actor, id); err != nil {
			return err
		}
		if w, err = waitOf(tx, t); err == nil && !w.Signed() {
			err = bank.ErrConflict.With("the transfer waits for a second person of the institution")
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case s.signatures == nil || !signed.Given():
		return nil, bank.ErrSignatureRefused.With("a transfer needs a signature over its challenge")
	}
	return s.signatures.VerifyOrder(ctx, actor, t, w.Digest, signed)
}

// waitOf is what a RECEIVED transfer waits for; bank.ErrConflict where it waits for nothing.
func waitOf(tx *store.Tx, t bank.Transfer) (store.TransferWait, error) {
	if t.Status != bank.TransferReceived {
		return store.TransferWait{}, bank.ErrConflict.With("the transfer is %s", t.Status)
	}
	w, err := tx.TransferWait(t.Customer, t.ID)
	if err != nil {
		return w, fmt.Errorf("what transfer %s waits for: %w", t.ID, err)
	}
	return w, nil
}

// confirming is one attempt to carry out an order that waited.
type confirming struct {
	*Service
	ctx     context.Context
	actor   bank.Actor
	use     func(*store.Tx) error
	scene   *scene
	refused error // by the balance or a rule: the transfer is cancelled, and the transaction commits
}

func (c *confirming) run(tx *store.Tx, id bank.ID) (t bank.Transfer, err error) {
	if t, err = read(tx, c.actor, id); err != nil {
		return t, err
	}
	if c.scene, err = setScene(tx, c.actor, c.stamp(), t.PayerID, t.Payee); err != nil {
		return t, err
	}
	if t, err = lockOne(tx, c.actor.Customer, id); err != nil {
		return t, err
	}
	if err := c.released(tx, t); err != nil {
		return t, err
	}
	if err := tx.EndTransferWait(t.Customer, t.ID); err != nil {
		return t, fmt.Errorf("end wait: %w", err)
	}
	return t, c.carryOut(tx, &t)
}

// released refuses what still waits, or waited too long.
func (c *confirming) released(tx *store.Tx, t bank.Transfer) error {
	w, err := waitOf(tx, t)
	if err != nil {
		return err
	}
	if c.scene.now.After(w.Until) {
		return bank.ErrConflict.With("the transfer was not confirmed in time")
	}
	if w.Signed() != (c.actor.Kind == bank.ActorEndUser) {
		return bank.ErrConflict.With("the transfer waits for somebody else")
	}
	if w.Signed() {
		return c.use(tx)
	}
	pending, err := c.guard.Require(c.ctx, tx, c.actor, approvalOf(t))
	if err == nil && pending != nil {
		err = waitingFor(pending)
	}
	return err
}

// carryOut decides anew and moves the transfer on: to where money is, or to CANCELLED.
func (c *confirming) carryOut(tx *store.Tx, t *bank.Transfer) error {
	step := bank.TransferStep{Actor: c.actor.Name, At: c.scene.now}
	before := auditText(*t)
	why, err := c.scene.decide(*t)
	if err == nil && why == "" {
		reached, err := c.scene.carry(c.actor, t, "", before)
		if err != nil {
			return err
		}
		return move(tx, t, reached, step)
	}
	if err != nil {
		if why = reasonOf(err); why == "" {
			return err
		}
		c.refused = err
	} else {
		c.refused = why.Refusal()
	}
	return c.giveUp(tx, t, why, before, step)
}

// reasonOf is why a transfer is cancelled that breaks a rule by now; empty where it may go on waiting, and for errors of ours.
func reasonOf(err error) bank.Reason {
	switch {
	case errors.Is(err, bank.ErrTransferLimit):
		return bank.ReasonLimit
	case errors.Is(err, bank.ErrPayeeUnusable):
		return bank.ReasonPayee
	}
	return ""
}

// giveUp cancels a transfer that cannot be any more. What the balance refuses leaves a declined transaction.
func (c *confirming) giveUp(tx *store.Tx, t *bank.Transfer, why bank.Reason, before string, step bank.TransferStep) error {
	after := *t
	after.Status, after.Reason = bank.TransferCancelled, why
	c.scene.batch.Audit(c.actor, "transfer.cancelled", t.ID.String(), before, auditText(after))
	commit := c.scene.batch.Commit
	if why.Refusal() != nil {
		commit = func() error { _, err := c.scene.decline(c.actor, *t, "", why); return err }
	}
	if err := commit(); err != nil {
		return err
	}
	step.Reason = why
	return move(tx, t, bank.TransferCancelled, step)
}
