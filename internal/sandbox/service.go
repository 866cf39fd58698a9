package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/store"
)

// lease is how long the simulator may be silent about its file; a quarter of a minute, as for the bank's files, would only
// make callers wait where a worker was faster.
const lease = 2 * time.Second

// Service simulates the bank. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	now      func() time.Time
	accounts *accounts.Service
	files    *files.Service
}

// New returns the service of a store that is a sandbox; for a production store the error is bank.ErrConflict, whatever it
// was started with. Files of the simulator need no second person: nobody's money is in them.
func New(ctx context.Context, db *store.DB, now func() time.Time, a *accounts.Service) (*Service, error) {
	var is bool
	err := db.Read(ctx, func(tx *store.Tx) (err error) { is, err = tx.Sandbox(); return err })
	if err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	if !is {
		return nil, bank.ErrConflict.With("a production store has no simulators")
	}
	return &Service{db: db, now: now, accounts: a, files: files.New(files.Config{DB: db, Now: now, Lease: lease})}, nil
}

// simulator acts for a customer on behalf of who called.
func simulator(actor bank.Actor) bank.Actor {
	return bank.System(actor.Customer, "sandbox for "+actor.Name)
}

// claim binds the caller's key to the simulation that it first came with. Where that was answered, the error is the answer
// (*bank.ReplayError).
func (s *Service) claim(ctx context.Context, customer bank.CustomerID, key bank.Idempotency) (id bank.ID, err error) {
	if !key.Given() {
		return id, bank.ErrIdempotencyRequired
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		answered, err := tx.Answers(customer, []string{key.Key})
		if err != nil {
			return fmt.Errorf("answers: %w", err)
		}
		if len(answered) > 0 {
			return answered[0].Replay(key.Digest)
		}
		id, err = s.use(tx, customer, key)
		return err
	})
	return id, err
}

// use returns the simulation that a key stands for: an earlier one that was not done, or a new one.
func (s *Service) use(tx *store.Tx, customer bank.CustomerID, key bank.Idempotency) (bank.ID, error) {
	uses, err := tx.KeyUses(customer, []string{key.Key})
	if err != nil {
		return bank.ID{}, fmt.Errorf("uses of the idempotency key: %w", err)
	}
	if len(uses) > 0 {
		id, err := bank.ParseID(uses[0].Object)
		if err != nil || uses[0].Digest != key.Digest {
			return id, bank.ErrKeyReused
		}
		return id, nil
	}
	id := bank.NewID()
	fresh, err := tx.UseKeys(customer, []store.Key{{Key: key.Key, Digest: key.Digest, Object: id.String(), At: s.now()}})
	if err == nil && !fresh {
		err = bank.ErrKeyRunning
	}
	return id, err
}

// fileNamed returns the file of a simulation that has been received.
func (s *Service) fileNamed(ctx context.Context, customer bank.CustomerID, name string) (f bank.TransactionFile, found bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error { f, err = tx.FileNamed(customer, name); return err })
	if errors.Is(err, bank.ErrNotFound) {
		return f, false, nil
	}
	return f, err == nil, err
}
