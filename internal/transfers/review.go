package transfers

import (
	"context"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// Review is what is known of an order before it is given.
type Review struct {
	Payee    iban.IBAN
	Internal bool        // to one of the customer's own IBANs: it is settled at once
	Check    PayeeAnswer // whether the payee's name fits; empty where nobody was asked
}

// Review tells of an order what Order finds out without the money: what is wrong with its fields, and whether the payee's name
// fits. It needs bank.PermTransfersOrder, and changes nothing.
//
// Errors: bank.ErrInvalid with a message for each field, ErrForbidden, ErrPayeeUnusable, and ErrPayeeName where the customer wants
// a name that matches.
func (s *Service) Review(ctx context.Context, actor bank.Actor, o Order) (r Review, err error) {
	if err := actor.May(bank.PermTransfersOrder); err != nil {
		return r, err
	}
	now := s.stamp()
	if r.Payee, err = o.check(now); err != nil {
		return r, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		payer, err := tx.Balance(actor.Customer, o.Payer)
		if err != nil {
			return err
		}
		to, err := destinationOf(tx, actor.Customer, r.Payee)
		if err != nil {
			return err
		}
		r.Internal = to.ours
		return to.refusal(payer, o.RequestedOn, bank.CivilDate(now))
	})
	if err != nil {
		return r, err
	}
	r.Check, err = s.compare(ctx, actor, bank.Idempotency{}, o, r.Payee)
	return r, err
}
