package ledger

import (
	"errors"
	"fmt"

	"ims/internal/bank"
	"ims/internal/money"
)

// original is the posting that an operation takes back, or why it cannot be.
type original struct {
	posting bank.TransactionID
	err     error
}

// side is the end user's transaction of what is taken back. Both sides of a credit and a debit took an id, the payer's first,
// which is the posting's; where a debit takes it back it was a credit, of which the end user was the payee.
func (o original) side(debit bool) bank.TransactionID {
	if o.posting != 0 && debit {
		return o.posting + 1
	}
	return o.posting
}

// resolved returns the operations with those that take one back completed: from whom, how much, and in which direction follows
// from what they take back, which never changes. It is read before anything is locked.
func (s *scene) resolved(ops []Single) ([]Single, error) {
	all := make([]Single, len(ops))
	for i, op := range ops {
		if op.Reverses != 0 {
			refused, err := s.resolve(&op)
			if err != nil {
				return nil, fmt.Errorf("find what is reversed: %w", err)
			}
			if refused != nil {
				op.of.err = refused
			}
		}
		all[i] = op
	}
	return all, nil
}

// resolve finds what an operation takes back. Either side of a posting names it.
func (s *scene) resolve(op *Single) (refused, err error) {
	var named bank.Transaction
	err = s.tx.EachTransaction(s.customer, op.Reverses, op.Reverses, func(t bank.Transaction) error { named = t; return nil })
	if err != nil {
		return nil, err
	}
	if named.ID == 0 {
		return bank.ErrNotFound.With("there is no such transaction"), nil
	}
	if named.Posting == 0 {
		return bank.ErrConflict.With("the transaction moved nothing, so there is nothing to take back"), nil
	}
	p, err := s.tx.Posting(s.customer, named.Posting)
	if err != nil {
		return nil, err
	}
	holder := p.To
	switch p.Cause {
	case bank.CauseCredit:
		op.Debit = true
	case bank.CauseDebit:
		holder = p.From
	default:
		return bank.ErrConflict.With("only a credit or a debit of a balance by the customer is taken back; this one is %s", p.Cause), nil
	}
	list, err := s.tx.BalancesByNo(s.customer, []bank.BalanceNo{holder})
	if err != nil || len(list) == 0 {
		return nil, errors.Join(err, fmt.Errorf("balance %d of posting %d", holder, p.ID))
	}
	op.of.posting, op.Balance, op.Amount = p.ID, list[0].ID, money.New(p.Amount, list[0].Currency)
	return nil, nil
}

// readReversals finds out under the locks what was taken back already: each is taken back once.
func (s *scene) readReversals(ops []Single) error {
	for _, op := range ops {
		if op.of.posting == 0 {
			continue
		}
		by, err := s.tx.ReversalOf(s.customer, op.of.posting)
		if err == nil {
			s.reversed[op.of.posting] = by.ID
		} else if !errors.Is(err, bank.ErrNotFound) {
			return err
		}
	}
	return nil
}

// mayReverse refuses what was taken back before, also by another operation of this batch.
func (s *scene) mayReverse(op Single) error {
	if op.of.err != nil {
		return op.of.err
	}
	if by, ok := s.reversed[op.of.posting]; ok && op.of.posting != 0 {
		if by == 0 {
			return bank.ErrConflict.With("another request takes the transaction back at this moment")
		}
		return bank.ErrConflict.With("the transaction was taken back before, by %d", by)
	}
	return nil
}

// causeOf is why an operation moves money.
func causeOf(op Single) bank.Cause {
	switch {
	case op.of.posting != 0:
		return bank.CauseReversal
	case op.Debit:
		return bank.CauseDebit
	}
	return bank.CauseCredit
}
