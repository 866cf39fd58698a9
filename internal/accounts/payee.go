package accounts

import (
	"context"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// Payee returns an open IBAN and the name of the end user who holds it, for those who are to pay there. A blocked IBAN is
// told like any other: credits to it are kept for its holder, and a payer learns nothing of blocks. Errors: ErrNotFound;
// ErrConflict for a closed IBAN.
func (s *Service) Payee(ctx context.Context, actor bank.Actor, number iban.IBAN) (bank.BankAccount, string, error) {
	if err := actor.May(bank.PermUsersRead); err != nil {
		return bank.BankAccount{}, "", err
	}
	return s.payee(ctx, actor.Customer, number, bank.ID{})
}

// HeldPayee is Payee for the end user who asks, who has no IBANs but their own.
func (s *Service) HeldPayee(ctx context.Context, actor bank.Actor, number iban.IBAN) (bank.BankAccount, string, error) {
	user, err := actor.Self()
	if err != nil {
		return bank.BankAccount{}, "", err
	}
	return s.payee(ctx, actor.Customer, number, user)
}

// payee reads for one end user, or for the customer where holder is zero.
func (s *Service) payee(ctx context.Context, customer bank.CustomerID, number iban.IBAN, holder bank.ID) (a bank.BankAccount, name string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if a, err = accountOf(tx, customer, number, s.now()); err != nil {
			return err
		}
		b, err := tx.Balance(customer, a.BalanceID)
		if err != nil {
			return notFound(err, "balance")
		}
		if !holder.IsZero() && b.User != holder { // before anything is told of its state
			return bank.ErrNotFound.With("there is no such IBAN")
		}
		if a.Status == bank.IBANClosed {
			return bank.ErrConflict.With("the IBAN is closed; nobody can pay there any more")
		}
		u, err := tx.User(customer, b.User)
		name = u.Name()
		return notFound(err, "end user")
	})
	if err != nil {
		return bank.BankAccount{}, "", err
	}
	return a, name, nil
}
