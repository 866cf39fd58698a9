package panel

import (
	"errors"
	"strings"

	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
)

// candidate is a balance that money may go to, with whose it is.
type candidate struct {
	accounts.BalanceView
	user bank.User
}

// number is its IBAN: the open one, or the last; zero where it has none.
func (c candidate) number() (n iban.IBAN) {
	for _, a := range c.Accounts {
		if n = a.IBAN; a.ClosedAt.IsZero() {
			break
		}
	}
	return n
}

// candidate reads one balance by its id.
func (v *visit) candidate(balance bank.ID) (c candidate, err error) {
	if c.BalanceView, err = v.Accounts.Balance(v.r.Context(), v.actor, balance); err != nil {
		return c, err
	}
	c.user, err = v.Accounts.User(v.r.Context(), v.actor, c.User)
	return c, err
}

// mostCandidates is how many end users a search for a home looks at.
const mostCandidates = 10

// candidates finds open balances in a currency by what people know of them: an IBAN with or without spaces, the id of the
// balance, the external id or the name of its owner. A text that is none of them finds nothing.
func (v *visit) candidates(text, currency string) (list []candidate, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if id, bad := bank.ParseID(text); bad == nil {
		c, err := v.candidate(id)
		return open([]candidate{c}, currency), absent(err)
	}
	if number, bad := iban.ParseLenient(text); bad == nil {
		a, err := v.Accounts.BankAccount(v.r.Context(), v.actor, number)
		if err != nil {
			return nil, absent(err)
		}
		c, err := v.candidate(a.BalanceID)
		return open([]candidate{c}, currency), absent(err)
	}
	users, err := v.namedUsers(text)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		balances, err := v.Accounts.UserBalances(v.r.Context(), v.actor, u.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range balances {
			list = append(list, candidate{b, u})
		}
	}
	return open(list, currency), nil
}

// namedUsers are those with an external id, or else with a name that holds the text.
func (v *visit) namedUsers(text string) ([]bank.User, error) {
	users, err := v.Accounts.Users(v.r.Context(), v.actor, accounts.UserFilter{ExternalID: text, Limit: 1})
	if err != nil || len(users) > 0 {
		return users, err
	}
	return v.Accounts.Users(v.r.Context(), v.actor, accounts.UserFilter{Name: text, Limit: mostCandidates})
}

// open keeps the balances that can take money in the currency.
func open(list []candidate, currency string) []candidate {
	var usable []candidate
	for _, c := range list {
		if c.Kind == bank.KindUser && !c.Closed && c.Currency.Code() == currency {
			usable = append(usable, c)
		}
	}
	return usable
}

// absent takes away the error of what is not there: a search then finds nothing.
func absent(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	return err
}
