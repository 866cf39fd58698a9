package main

import (
	"fmt"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
)

// currencyFlag reads an ISO 4217 code.
type currencyFlag struct{ money.Currency }

// UnmarshalText refuses what the service has no balances in.
func (c *currencyFlag) UnmarshalText(text []byte) error {
	parsed, err := money.ParseCurrency(string(text))
	if err != nil {
		return fmt.Errorf("%q is none of %v", text, money.Currencies())
	}
	c.Currency = parsed
	return nil
}

// masterOf finds a master account by its identifier, its IBAN in any form, or its currency; empty means the only one.
func masterOf(list []bank.MasterAccount, text string) (bank.MasterAccount, error) {
	var found []bank.MasterAccount
	number, _ := iban.ParseLenient(text) // an error leaves it zero, which no master account is
	for _, m := range list {
		if text == "" || m.ID.String() == text || m.Currency.Code() == text || !number.IsZero() && m.IBAN == number {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(list) == 0:
		return bank.MasterAccount{}, bank.ErrNotFound.With("the customer has no master account yet: ims master-account add")
	case len(found) == 0:
		return bank.MasterAccount{}, bank.ErrNotFound.With("no master account of the customer is %q", text)
	}
	return bank.MasterAccount{}, usage("%d master accounts fit: name one by its IBAN", len(found))
}
