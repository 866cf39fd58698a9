package transfers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Guard decides whether an operator's order must wait for a second person, as Require of the access room does: nil, nil means
// go on; an approval means commit, do nothing more, and tell the caller to wait.
type Guard interface {
	Require(ctx context.Context, tx *store.Tx, actor bank.Actor, r store.ApprovalRequest) (*bank.Approval, error)
}

// Signatures proves end users' signatures over orders, as the access room does. VerifyOrder proves everything but that the
// signature was not used before; the function it returns uses it up, in the transaction that carries the order out. digest is
// that of the bank.TransferChallenge that the end user was given. Errors: bank.ErrSignatureRefused, ErrAssertionExpired,
// ErrAssertionUsed, the store's.
type Signatures interface {
	VerifyOrder(ctx context.Context, actor bank.Actor, t bank.Transfer, digest [32]byte, s bank.TransferSignature) (use func(*store.Tx) error, err error)
}

// Service orders transfers and keeps them. It is safe for concurrent use.
type Service struct {
	db         *store.DB
	guard      Guard
	now        func() time.Time
	signatures Signatures
	payees     PayeeChecker
	lease      time.Duration // of an order file by a worker
	chunk      int           // orders that are moved on in one database transaction
	between    func() error  // runs behind each of them; tests fail here
}

// Option is something a Service works with.
type Option func(*Service)

// WithClock lets the service go by another clock.
func WithClock(now func() time.Time) Option { return func(s *Service) { s.now = now } }

// WithSignatures lets end users confirm what they order; without, nobody confirms.
func WithSignatures(v Signatures) Option { return func(s *Service) { s.signatures = v } }

// WithPayeeChecker compares names of payees before an order; without, there is no answer.
func WithPayeeChecker(c PayeeChecker) Option { return func(s *Service) { s.payees = c } }

// WithLease sets how long a worker that is silent keeps an order file; without, or with 0, 15 seconds.
func WithLease(lease time.Duration) Option {
	return func(s *Service) {
		if lease > 0 {
			s.lease = lease
		}
	}
}

// New returns the service on an open store.
func New(db *store.DB, guard Guard, opts ...Option) *Service {
	s := &Service{db: db, guard: guard, now: time.Now, lease: 15 * time.Second, chunk: 1000, between: func() error { return nil }}
	for _, o := range opts {
		o(s)
	}
	return s
}

// With returns the service with other options.
func (s *Service) With(opts ...Option) *Service {
	with := *s
	for _, o := range opts {
		o(&with)
	}
	return &with
}

// ActionOrder is what a second person approves: that one order of an operator is carried out.
const ActionOrder = "transfer.order"

// stamp is an instant as the store keeps it.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// mayOrder refuses whoever may neither order for the customer nor is an end user, who orders from their own balances.
func mayOrder(actor bank.Actor) error {
	if actor.Kind == bank.ActorEndUser {
		_, err := actor.Self()
		return err
	}
	return actor.May(bank.PermTransfersOrder)
}

// owns tells whether an actor may touch what belongs to an end user: all of the customer's, or one's own.
func owns(actor bank.Actor, user bank.ID) bool {
	return actor.Kind != bank.ActorEndUser || actor.User == user && !user.IsZero()
}

// errNone is told of transfers that do not exist, and of those of others.
var errNone = bank.ErrNotFound.With("there is no such transfer")

// read returns a transfer that the actor may touch. It locks nothing.
func read(tx *store.Tx, actor bank.Actor, id bank.ID) (bank.Transfer, error) {
	t, err := tx.Transfer(actor.Customer, id)
	if err != nil {
		return t, noTransfer(err)
	}
	if !owns(actor, t.User) {
		return t, errNone
	}
	return t, nil
}

func noTransfer(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return errNone
	}
	return err
}

// waitingFor is the error for a caller whose order waits for a second person; it names the approval as access.Waiting does.
func waitingFor(a *bank.Approval) error {
	return bank.ErrFourEyes.With("%s waits for a second person: approval %s", a.Action, a.ID)
}

// move writes the next status of a locked transfer with its step. What else changes of the transfer the caller has set.
func move(tx *store.Tx, t *bank.Transfer, to bank.TransferStatus, step bank.TransferStep) error {
	if !t.Status.MayBecome(to) {
		return bank.ErrConflict.With("the transfer is %s", t.Status)
	}
	t.Status, t.Reason, t.UpdatedAt = to, step.Reason, step.At
	if err := tx.MoveTransfer(*t); err != nil {
		return fmt.Errorf("move transfer: %w", err)
	}
	step.Status = to
	if err := tx.AddTransferStep(t.Customer, t.ID, step); err != nil {
		return fmt.Errorf("add step of transfer: %w", err)
	}
	return nil
}

// lockOne locks a transfer behind its balances and returns it as it is now.
func lockOne(tx *store.Tx, customer bank.CustomerID, id bank.ID) (bank.Transfer, error) {
	list, err := tx.LockTransfers(customer, id)
	switch {
	case err != nil:
		return bank.Transfer{}, fmt.Errorf("lock transfer: %w", err)
	case len(list) == 0:
		return bank.Transfer{}, errNone
	}
	return list[0], nil
}
