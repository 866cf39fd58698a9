package history

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/store"
)

// What SearchAny finds beside what Find does.
const (
	FoundApproval FoundKind = "APPROVAL"
	FoundOperator FoundKind = "OPERATOR" // its ID is the e-mail
)

// Hit is what an identifier names, with what a page about it needs to be found.
type Hit struct {
	Found
	Balance bank.ID // of a balance or an IBAN of ours
	User    bank.ID // whose it is; zero where it is the customer's own
	Owner   string  // the name of that end user, where the actor may read it
}

// SearchAny is Find for the one search box of operators: it also finds approvals by id and operators by e-mail, and says where
// balances and IBANs belong. Of what the actor may not read it tells nothing.
func (s *Service) SearchAny(ctx context.Context, actor bank.Actor, text string) ([]Hit, error) {
	found, err := s.Find(ctx, actor, text)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(found))
	for i, f := range found {
		hits[i].Found = f
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		for i := range hits {
			if err := hits[i].place(tx, actor); err != nil && !errors.Is(err, bank.ErrNotFound) {
				return err
			}
		}
		more, err := staffHits(tx, actor, strings.TrimSpace(text))
		hits = append(hits, more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return hits, nil
}

// place finds out to whom a balance or an IBAN belongs.
func (h *Hit) place(tx *store.Tx, actor bank.Actor) (err error) {
	customer := actor.Customer
	switch h.Kind {
	case FoundUser:
		h.User, err = bank.ParseID(h.ID)
		return err
	case FoundBankAccount:
		number, err := iban.ParseISO(h.ID)
		if err != nil {
			return err
		}
		a, err := tx.BankAccount(customer, number)
		if err != nil {
			return err
		}
		h.Balance = a.BalanceID
	case FoundBalance:
		if h.Balance, err = bank.ParseID(h.ID); err != nil {
			return err
		}
	default:
		return nil
	}
	b, err := tx.Balance(customer, h.Balance)
	h.User = b.User
	if err != nil || b.User.IsZero() || actor.May(bank.PermUsersRead) != nil {
		return err
	}
	u, err := tx.User(customer, b.User)
	h.Owner = u.Name()
	return err
}

// staffHits finds what only operators look for.
func staffHits(tx *store.Tx, actor bank.Actor, text string) (hits []Hit, err error) {
	if id, bad := bank.ParseID(text); bad == nil {
		a, err := tx.Approval(actor.Customer, id)
		switch {
		case errors.Is(err, bank.ErrNotFound):
		case err != nil:
			return nil, err
		case a.RequestedBy == actor.Name || actor.May(bank.ApprovalPermission(a.Action)) == nil:
			hits = append(hits, Hit{Found: Found{FoundApproval, text, "id", a.Summary}})
		}
	}
	if strings.Contains(text, "@") && actor.May(bank.PermOperatorsRead) == nil {
		o, err := tx.StaffByEmail(actor.Customer, strings.ToLower(text))
		switch {
		case errors.Is(err, bank.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			hits = append(hits, Hit{Found: Found{FoundOperator, o.Email, "email", string(o.Role)}})
		}
	}
	return hits, nil
}
