package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// Incoming is a transfer, or several equal ones, that the simulated bank books.
type Incoming struct {
	Amount    money.Amount // positive; its last two digits may ask for an Effect
	Payee     iban.IBAN    // in one of the customer's base IBANs, or a master account
	PayerName string       // up to about 140 characters, as a transaction file carries them
	Payer     iban.IBAN    // Polish; zero: an invented account at another bank
	Title     string       // empty: DefaultTitle
	Transfers int          // 1 to MaxTransfers
}

// MaxTransfers is how many equal transfers one request books at most.
const MaxTransfers = 50

// DefaultTitle is the title of a transfer that has none.
const DefaultTitle = "Sandbox transfer"

// Outcome is what became of a simulation: its file, Executed or Invalid once all is done.
type Outcome struct {
	File     bank.TransactionFile
	Effect   Effect
	Sums     map[string]bank.Sum // per outcome of its records, as files.Outcomes
	Findings []bank.FileFinding  // the first ones
}

// Done tells whether nothing more will happen by itself.
func (o Outcome) Done() bool {
	return o.File.Status == bank.FileExecuted || o.File.Status == bank.FileInvalid
}

// patience is how long a caller waits; what is not done by then goes on when the request is repeated with its key.
const patience = 10 * time.Second

// Simulate lets transfers arrive: it writes the file that a bank would send, and takes it through receiving, validation and
// execution. It is done once per idempotency key of the context, and a repeated request goes on with the same file where
// the first one did not see its end. The actor needs bank.PermMoneyPost.
//
// Errors: bank.ErrIdempotencyRequired and those of store.DB.Once, bank.ErrInvalid with fields, bank.ErrAmountInvalid,
// bank.ErrCurrencyMismatch, bank.ErrForbidden, bank.ErrConflict where the files cannot name an account, and those of the
// rooms that make what an Effect needs.
func (s *Service) Simulate(ctx context.Context, actor bank.Actor, in Incoming) (o Outcome, err error) {
	if err := actor.May(bank.PermMoneyPost); err != nil {
		return Outcome{}, err
	}
	if err := in.check(); err != nil {
		return Outcome{}, err
	}
	way, err := s.wayOf(ctx, actor.Customer, in)
	if err != nil {
		return Outcome{}, err
	}
	id, err := s.claim(ctx, actor.Customer, bank.IdempotencyOf(ctx))
	if err != nil {
		return Outcome{}, err
	}
	sim := simulation{service: s, actor: simulator(actor), id: id, in: in, way: way}
	// The key stands for all that follows, not for the first thing that another room does.
	if o, err = sim.run(bank.WithIdempotency(ctx, &bank.Idempotency{})); err != nil {
		return Outcome{}, fmt.Errorf("simulate transfer: %w", err)
	}
	if !o.Done() {
		return o, nil
	}
	return o, s.db.Once(ctx, actor.Customer, s.now(), func(*store.Tx) (any, error) { return o, nil })
}

// run brings the simulation as far as it comes.
func (sim *simulation) run(ctx context.Context) (Outcome, error) {
	f, err := sim.received(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if f, err = sim.advance(ctx, f); err != nil {
		return Outcome{}, fmt.Errorf("file %s: %w", f.ID, err)
	}
	return sim.outcome(ctx, f)
}

// advance takes a file as far as it comes within the caller's patience.
func (sim *simulation) advance(ctx context.Context, f bank.TransactionFile) (bank.TransactionFile, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for f.StopReason == "" && f.Status != bank.FileExecuted && f.Status != bank.FileInvalid {
		err := sim.step(waiting, f)
		if waiting.Err() != nil {
			return sim.service.files.File(ctx, sim.actor, f.ID)
		}
		if err != nil {
			return f, err
		}
		if f, err = sim.service.files.File(ctx, sim.actor, f.ID); err != nil {
			return f, err
		}
	}
	return f, nil
}

// step executes a Validated file, and runs the stages that follow. What makes a file stop it tells itself.
func (sim *simulation) step(ctx context.Context, f bank.TransactionFile) error {
	if f.Status == bank.FileValidated {
		_, _, err := sim.service.files.Execute(ctx, sim.actor, f.ID)
		if err != nil && !errors.Is(err, bank.ErrFileNotExecutable) { // a request with the same key was faster
			return err
		}
	}
	err := sim.service.files.RunFile(ctx, sim.actor.Name, f.Customer, f.ID)
	if errors.Is(err, bank.ErrConflict) { // it stopped
		return nil
	}
	return err
}

// shownFindings is how many findings an answer tells.
const shownFindings = 20

func (sim *simulation) outcome(ctx context.Context, f bank.TransactionFile) (Outcome, error) {
	o := Outcome{File: f, Effect: EffectOf(sim.in.Amount.Minor())}
	var err error
	if o.Sums, err = sim.service.files.Outcomes(ctx, sim.actor, f.ID); err != nil {
		return o, fmt.Errorf("outcomes of file %s: %w", f.ID, err)
	}
	if o.Findings, err = sim.service.files.Findings(ctx, sim.actor, f.ID, "en", 0, shownFindings); err != nil {
		return o, fmt.Errorf("findings of file %s: %w", f.ID, err)
	}
	return o, nil
}
