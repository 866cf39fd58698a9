package files

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// chunkRun executes one chunk in one database transaction: marker first, then decisions on locked balances, then the bulk
// write.
type chunkRun struct {
	*execution
	tx         *store.Tx
	batch      *ledger.Batch
	now        time.Time
	sides      []side
	outcomes   map[string]bank.Sum
	record     record
	settlement *settlement
	backs      []back
}

// chunk executes a chunk unless it is marked.
func (x *execution) chunk(ctx context.Context, no int64) error {
	return x.s.db.Write(ctx, func(tx *store.Tx) error {
		now := x.s.now().UTC()
		fresh, err := tx.MarkChunk(x.file.Customer, x.file.No, no, now)
		if err != nil || !fresh {
			return err
		}
		packed, err := tx.PlanChunk(x.file.Customer, x.file.No, no)
		if err != nil {
			return fmt.Errorf("read plan: %w", err)
		}
		c, err := unpack(packed)
		if err != nil {
			return err
		}
		run := &chunkRun{execution: x, tx: tx, batch: ledger.NewBatch(tx, x.file.Customer, now), now: now, outcomes: map[string]bank.Sum{},
			settlement: newSettlement(tx, x.file, x.account)}
		if err := run.execute(c); err != nil {
			return err
		}
		return tx.SetChunkOutcomes(x.file.Customer, x.file.No, no, run.outcomes)
	})
}

func (r *chunkRun) execute(c chunk) (err error) {
	if r.sides, err = resolve(r.tx, r.account, c.ibans, r.now); err != nil {
		return err
	}
	if err := r.settlement.read(c.entries, r.sides); err != nil {
		return err
	}
	if err := r.lock(c); err != nil {
		return err
	}
	if err := r.settlement.lock(); err != nil {
		return err
	}
	// Asked again under the locks: a balance is closed under its lock, so what is seen now stays true until the commit.
	// An IBAN that was issued in between is not locked; to this chunk it was not yet there.
	before := r.sides
	if r.sides, err = resolve(r.tx, r.account, c.ibans, r.now); err != nil {
		return err
	}
	for i := range before {
		if !before[i].known {
			r.sides[i] = before[i]
		}
	}
	for _, e := range c.entries {
		if err := r.entry(e, c.dates[e.dates.value()]); err != nil {
			return fmt.Errorf("line %d: %w", e.line, err)
		}
	}
	if err := r.batch.Commit(); err != nil {
		return err
	}
	return r.finishReturns()
}

// lock locks every balance that the chunk may change: own funds and the customer's receivable, which all files and API
// operations share, only where a record needs them.
func (r *chunkRun) lock(c chunk) error {
	numbers := r.orderPayers()
	for _, s := range r.sides {
		if s.known {
			numbers = append(numbers, s.balance)
		}
	}
	for _, e := range c.entries {
		switch e.direction {
		case bankfile.Funding, bankfile.Charges, bankfile.Sweep:
			numbers = append(numbers, r.special.own)
		}
		if e.payer > 0 {
			if _, ok := payable(r.sides[e.payer-1]); !ok {
				numbers = append(numbers, r.special.receivable)
			}
		}
	}
	slices.Sort(numbers)
	if err := r.batch.Use(r.special.bank, r.special.technical); err != nil {
		return err
	}
	return r.batch.Lock(slices.Compact(numbers)...)
}

// record is the entry that is being decided.
type record struct {
	entry
	on           dates
	payer, payee side
}

// entry decides one record and counts its outcome.
func (r *chunkRun) entry(e entry, on dates) error {
	r.record = record{entry: e, on: on}
	if e.payer > 0 {
		r.record.payer = r.sides[e.payer-1]
	}
	if e.payee > 0 {
		r.record.payee = r.sides[e.payee-1]
	}
	before := r.batch.Count()
	outcome, err := r.decide()
	if err != nil {
		return err
	}
	r.outcomes[outcome.String()] = r.outcomes[outcome.String()].Plus(e.amount)
	sum := r.outcomes[ledger.AllPostings]
	count, amount := r.batch.PostedSince(before)
	r.outcomes[ledger.AllPostings] = bank.Sum{Count: sum.Count + int64(count), Amount: sum.Amount + amount}
	return nil
}

// decide finds the outcome of the record and posts it.
func (r *chunkRun) decide() (bank.Outcome, error) {
	if r.record.direction == bankfile.Unknown {
		r.claim(bank.ReasonUnreadable, r.record.amount)
		return bank.OutcomeUnreadable, nil
	}
	if _, found := slices.BinarySearch(r.surplus, r.record.line); found {
		r.claim(bank.ReasonDuplicate, r.record.amount)
		return bank.OutcomeDuplicate, nil
	}
	if pays(r.record.direction) {
		if outcome, done, err := r.settle(); done || err != nil {
			return outcome, err
		}
	}
	if r.record.dates.mark() != unmarked {
		if outcome, done, err := r.comeBack(); done || err != nil {
			return outcome, err
		}
	}
	switch r.record.direction {
	case bankfile.Credit:
		return r.credit()
	case bankfile.Unallocated:
		return r.toTechnical(r.special.bank.No, bank.CauseIncoming, bank.OutcomeTechnical, bank.ReasonMasterAccount)
	case bankfile.Internal:
		return r.internal()
	case bankfile.Debit:
		return r.debit(r.special.bank.No, bank.CauseOutgoing)
	case bankfile.Sweep:
		return r.sweep()
	case bankfile.Funding:
		return r.funding()
	case bankfile.Charges:
		return r.fromOwn(r.special.bank.No, bank.CauseCharges)
	}
	return 0, fmt.Errorf("direction %s has no outcome", r.record.direction)
}
