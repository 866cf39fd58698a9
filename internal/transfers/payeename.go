package transfers

import (
	"context"
	"fmt"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/names"
	"ims/internal/store"
)

// compare asks whether the payee's name fits, unless the request came before: it may ask a bank, so no lock is held. Where the
// customer wants a name that matches, another one is refused.
func (s *Service) compare(ctx context.Context, actor bank.Actor, key bank.Idempotency, o Order, payee iban.IBAN) (answer PayeeAnswer, err error) {
	must, known := false, false
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.Customer(actor.Customer)
		if err != nil {
			return fmt.Errorf("customer: %w", err)
		}
		must = c.Settings.PayeeNameMustMatch
		uses, err := tx.KeyUses(actor.Customer, []string{key.Key})
		known = len(uses) > 0
		return err
	})
	if err != nil || known || s.payees == nil {
		return answer, err
	}
	answer, err = s.payees.Check(ctx, PayeeQuery{Customer: actor.Customer, IBAN: payee, Name: o.PayeeName})
	if err != nil {
		return answer, fmt.Errorf("check payee: %w", err)
	}
	if must {
		err = nameRefused(answer)
	}
	return answer, err
}

// nameRefused refuses a name that is another's. What nobody can tell refuses nothing.
func nameRefused(a PayeeAnswer) error {
	e := bank.ErrPayeeName.With("the payee's name is not that of who holds the IBAN")
	switch a.Result {
	case names.NoMatch:
		return e.Field("/payeeName", "no-match", "is not the name of who holds the IBAN")
	case names.CloseMatch:
		return e.Field("/payeeName", "close-match", "the IBAN is held by "+a.Name)
	}
	return nil
}
