package ledger

import (
	"context"
	"sync"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Prover proves the ledger of a customer when an operator asks, beside everything else, and tells of the last proofs. It is
// safe for concurrent use.
type Prover struct {
	life    context.Context
	db      *store.DB
	now     func() time.Time
	mutex   sync.Mutex
	running map[bank.CustomerID]time.Time
	work    sync.WaitGroup
}

// NewProver returns a prover whose proofs end with a context.
func NewProver(life context.Context, db *store.DB, now func() time.Time) *Prover {
	return &Prover{life: life, db: db, now: now, running: map[bank.CustomerID]time.Time{}}
}

// Proofs are the last proofs of a customer.
type Proofs struct {
	Full  store.ProofResult // everything, from the first link on; At zero: never
	Light store.ProofResult // the sums only, which a worker proves all the time
	Since time.Time         // when the proof began that runs in this process; zero: none runs
}

// Proofs returns the last proofs of the actor's customer. It needs bank.PermAuditRead, or bank.PermFundsRead.
func (p *Prover) Proofs(ctx context.Context, actor bank.Actor) (found Proofs, err error) {
	if err := actor.May(bank.PermAuditRead); err != nil && actor.May(bank.PermFundsRead) != nil {
		return found, err
	}
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Proofs(actor.Customer)
		for _, one := range list {
			switch one.Depth {
			case store.ProofFull:
				found.Full = one
			case store.ProofLight:
				found.Light = one
			}
		}
		return err
	})
	p.mutex.Lock()
	defer p.mutex.Unlock()
	found.Since = p.running[actor.Customer]
	return found, err
}

// Prove begins a full proof of the actor's customer and returns at once; Proofs tells of its end. One runs at a time for a
// customer in a process: bank.ErrConflict while it does. It needs bank.PermAuditRead. A proof that fails for reasons of its
// own is not remembered; what it violates is.
func (p *Prover) Prove(_ context.Context, actor bank.Actor) error {
	if err := actor.May(bank.PermAuditRead); err != nil {
		return err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if since, busy := p.running[actor.Customer]; busy {
		return bank.ErrConflict.With("a proof has been running since %s", bank.CivilTime(since))
	}
	p.running[actor.Customer] = p.now()
	p.work.Go(func() {
		_, _ = Prove(p.life, p.db, p.now, actor.Customer) // the result is with the store, where there is one
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.running, actor.Customer)
	})
	return nil
}

// Wait returns when no proof runs any more.
func (p *Prover) Wait() { p.work.Wait() }
