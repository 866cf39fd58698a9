package transfers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

const (
	// signTime is how long an order waits for its signature.
	signTime = 10 * time.Minute
	// agreeTime is how long it waits for a second person.
	agreeTime = 7 * 24 * time.Hour
)

// Order orders a transfer, once per idempotency key of the context, which is required and kept for ever. A program or an
// operator needs bank.PermTransfersOrder; what they order is HELD at once, or SETTLED where the payee is one of the
// customer's own IBANs. An operator's order waits for a second person where the customer's settings say so (Placed.Approval), an
// end user's for a signature (Placed.Challenge); both are carried out by Confirm. What lacks funds, or is stopped by a block
// or a closed balance, leaves a transaction of status DECLINED, as a refused debit does, and uses the key up.
//
// Errors: bank.ErrInvalid with a message for each field, ErrIdempotencyRequired, ErrKeyReused, ErrForbidden, ErrNotFound about
// the balance, ErrCurrencyMismatch, ErrBalanceClosed, ErrBlocked, ErrUserLocked, ErrInsufficientFunds, ErrTransferLimit,
// ErrPayeeUnusable, ErrPayeeName, ErrConflict where the balance has no IBAN; a *bank.ReplayError or bank.RepeatedError for a
// request that came before.
func (s *Service) Order(ctx context.Context, actor bank.Actor, o Order) (Placed, error) {
	if err := mayOrder(actor); err != nil {
		return Placed{}, err
	}
	key := keyOf(ctx, actor)
	if !key.Given() {
		return Placed{}, bank.ErrIdempotencyRequired
	}
	now := s.stamp()
	payee, err := o.check(now)
	if err != nil {
		return Placed{}, err
	}
	answer, err := s.compare(ctx, actor, key, o, payee)
	if err != nil {
		return Placed{}, err
	}
	for attempt := 0; ; attempt++ {
		p := &placing{Service: s, ctx: ctx, actor: actor, key: key, order: o, payee: payee, now: now}
		p.placed.Check = answer
		err := s.db.Write(ctx, p.run)
		if attempt == 0 && errors.Is(err, errKeyRace) {
			continue // the winner's use of the key is now there to be read
		}
		if err == nil {
			err = p.refused
		}
		if err != nil {
			return Placed{}, err
		}
		return p.placed, nil
	}
}

// errKeyRace says that an idempotency key was used by somebody else between reading and writing it.
var errKeyRace = errors.New("an idempotency key was used at the same time")

// placing is one attempt to place an order in one transaction.
type placing struct {
	*Service
	ctx     context.Context
	actor   bank.Actor
	key     bank.Idempotency
	order   Order
	payee   iban.IBAN
	now     time.Time
	scene   *scene
	placed  Placed
	refused error // by the balance: the transaction leaves a trace and commits
}

func (p *placing) run(tx *store.Tx) error {
	check := p.placed.Check
	p.placed, p.refused = Placed{Check: check}, nil
	if done, err := p.earlier(tx); done || err != nil {
		return err
	}
	var err error
	if p.scene, err = setScene(tx, p.actor, p.now, p.order.Payer, p.payee); err != nil {
		return err
	}
	t := p.transfer()
	why, err := p.scene.decide(t)
	if err != nil {
		return err
	}
	if why != "" {
		p.refused = why.Refusal()
		id, err := p.scene.decline(p.actor, t, p.key.Key, why)
		if err != nil {
			return err
		}
		return p.keep(tx, fmt.Sprint(int64(id)), false)
	}
	if err := p.place(tx, t); err != nil {
		return err
	}
	return p.keep(tx, transferObject+p.placed.Transfer.ID.String(), true)
}

func (p *placing) transfer() bank.Transfer {
	o, payer := p.order, p.scene.payer
	return bank.Transfer{Customer: p.actor.Customer, ID: bank.NewID(), Status: bank.TransferReceived, Payer: payer.No, PayerID: payer.ID,
		User: payer.User, Amount: o.Amount, Payee: p.payee, PayeeName: o.PayeeName, Title: o.Title, Reference: o.Reference,
		RequestedOn: o.RequestedOn, Internal: p.scene.internal(), OrderedBy: p.actor.Name, CreatedAt: p.now, UpdatedAt: p.now}
}

// place carries the order out, or notes what it waits for.
func (p *placing) place(tx *store.Tx, t bank.Transfer) error {
	switch p.actor.Kind {
	case bank.ActorEndUser:
		return p.challenge(tx, t)
	case bank.ActorOperator:
		pending, err := p.guard.Require(p.ctx, tx, p.actor, approvalOf(t))
		if err != nil {
			return err
		}
		if p.placed.Approval = pending; pending != nil {
			return p.receive(tx, t, store.TransferWait{Transfer: t.ID, Until: p.now.Add(agreeTime)})
		}
	}
	reached, err := p.scene.carry(p.actor, &t, p.key.Key, "")
	if err != nil {
		return err
	}
	received := bank.TransferStep{Status: bank.TransferReceived, Actor: p.actor.Name, At: p.now}
	t.Status = reached
	if err := tx.AddTransfer(t); err != nil {
		return fmt.Errorf("add transfer: %w", err)
	}
	for _, step := range []bank.TransferStep{received, {Status: reached, Actor: p.actor.Name, At: p.now}} {
		if err := tx.AddTransferStep(t.Customer, t.ID, step); err != nil {
			return fmt.Errorf("add step of transfer: %w", err)
		}
	}
	p.placed.Transfer = t
	return nil
}

// challenge lets the order wait for the end user's signature.
func (p *placing) challenge(tx *store.Tx, t bank.Transfer) error {
	c := bank.TransferChallenge{Transfer: t.ID, Amount: t.Amount, Payee: t.Payee, ExpiresAt: p.now.Add(signTime)}
	rand.Read(c.Nonce[:]) // never fails
	p.placed.Challenge = &c
	return p.receive(tx, t, store.TransferWait{Transfer: t.ID, Digest: c.Digest(), Until: c.ExpiresAt})
}

func (p *placing) receive(tx *store.Tx, t bank.Transfer, w store.TransferWait) error {
	p.scene.batch.Audit(p.actor, "transfer.ordered", t.ID.String(), "", auditText(t))
	if err := p.scene.batch.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := tx.AddTransfer(t); err != nil {
		return fmt.Errorf("add transfer: %w", err)
	}
	step := bank.TransferStep{Status: t.Status, Actor: p.actor.Name, At: p.now}
	if err := tx.AddTransferStep(t.Customer, t.ID, step); err != nil {
		return fmt.Errorf("add step of transfer: %w", err)
	}
	p.placed.Transfer = t
	return tx.AddTransferWait(t.Customer, w)
}

// approvalOf binds an approval to an order: to every word of it by the digest. The text, which the audit trail keeps for ever,
// says no more than the second person needs beside the order itself.
func approvalOf(t bank.Transfer) store.ApprovalRequest {
	text := fmt.Sprintf("transfer %s from balance %s to %s", t.Amount, t.PayerID, t.Payee.Masked())
	content := fmt.Sprintf("%s\n%s\n%s\n%q\n%q\n%q\n%s", t.ID, text, t.Payee, t.PayeeName, t.Title, t.Reference, t.RequestedOn)
	return store.ApprovalRequest{Action: ActionOrder, Object: t.ID.String(), Digest: sha256.Sum256([]byte(content)), Summary: text,
		Content: bank.ApprovalContent(OrderContent{Transfer: t.ID, Balance: t.PayerID, Amount: t.Amount.Minor(), Currency: t.Amount.Currency().Code(), Payee: t.Payee.Masked()})}
}

// OrderContent is what an approval of an order holds: enough to find it and to carry it out. Its words stand with the transfer,
// which they leave when they are erased.
type OrderContent struct {
	Transfer bank.ID `json:"transferId"`
	Balance  bank.ID `json:"balanceId"`
	Amount   int64   `json:"amount"`
	Currency string  `json:"currency"`
	Payee    string  `json:"payee"` // masked
}
