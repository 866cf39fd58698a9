package transfers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/names"
	"ims/internal/store"
)

// OwnPayees answers about the IBANs of the customer who asks. It is a PayeeChecker.
type OwnPayees struct{ db *store.DB }

// NewOwnPayees returns the answers of an open store.
func NewOwnPayees(db *store.DB) *OwnPayees { return &OwnPayees{db: db} }

// Check implements PayeeChecker: with names.NotPossible for a closed IBAN, and for one that the customer does not have,
// whosever it is. A blocked IBAN is answered like any other: credits to it are kept for its holder, and a payer learns
// nothing of blocks.
func (o *OwnPayees) Check(ctx context.Context, q PayeeQuery) (PayeeAnswer, error) {
	answer, _, err := o.answer(ctx, q)
	return answer, err
}

// answer is Check, and tells whether nobody else can know more: the IBAN is the customer's, or could only be.
func (o *OwnPayees) answer(ctx context.Context, q PayeeQuery) (answer PayeeAnswer, ours bool, err error) {
	answer = notPossible
	err = o.db.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.BankAccount(q.Customer, q.IBAN)
		if errors.Is(err, bank.ErrNotFound) {
			ours, err = inRange(tx, q)
			return err
		}
		if err != nil {
			return err
		}
		ours = true
		if a.Status == bank.IBANClosed {
			return nil
		}
		h, err := holderOf(tx, a)
		if err == nil {
			answer = told(h, q.Name)
		}
		return err
	})
	if err != nil {
		return notPossible, false, fmt.Errorf("payee of one of our IBANs: %w", err)
	}
	return answer, ours, nil
}

// inRange tells whether the IBAN lies in a base IBAN of the customer: then it was never issued, and nobody else issues it.
func inRange(tx *store.Tx, q PayeeQuery) (bool, error) {
	bases, err := tx.BaseIBANs(q.Customer)
	return slices.ContainsFunc(bases, func(b bank.BaseIBAN) bool {
		return strings.HasPrefix(q.IBAN.Country()+q.IBAN.BBAN(), b.Base)
	}), err
}

// holderOf is the name to be answered for an IBAN: of the end user who holds its balance, first and last name or that of the
// company.
func holderOf(tx *store.Tx, a bank.BankAccount) (bank.User, error) {
	b, err := tx.Balance(a.Customer, a.BalanceID)
	if err != nil {
		return bank.User{}, err
	}
	return tx.User(a.Customer, b.User)
}

// told compares, and tells the holder's name where that is due.
func told(u bank.User, name string) PayeeAnswer {
	h := names.Holder{Given: u.FirstName, Family: u.LastName}
	if u.Type == bank.Corporation {
		h = names.Holder{Company: u.CompanyName}
	}
	answer := PayeeAnswer{Result: h.Compare(name)}
	if answer.Result == names.CloseMatch {
		answer.Name = u.Name()
	}
	return answer
}
