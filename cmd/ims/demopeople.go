package main

import (
	"ims/iban"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/store"
)

// demoPerson is an end user who does not exist.
type demoPerson struct {
	accounts.NewUser
	currencies []money.Currency
}

var demoPeople = []demoPerson{
	{accounts.NewUser{ExternalID: "demo-1", Type: bank.Person, FirstName: "JAN", LastName: "TESTOWY", Email: "jan@testowy.example",
		KYC: bank.KYCAccepted}, []money.Currency{money.PLN}},
	{accounts.NewUser{ExternalID: "demo-2", Type: bank.Person, FirstName: "ANNA", LastName: "PRZYKŁADOWA", KYC: bank.KYCAccepted},
		[]money.Currency{money.PLN, money.EUR}},
	{accounts.NewUser{ExternalID: "demo-3", Type: bank.Corporation, CompanyName: "WZORCOWA FIKCJA SP. Z O.O.", KYC: bank.KYCAccepted},
		[]money.Currency{money.PLN, money.EUR}},
}

// The places of the PLN balances in the list that people makes.
const (
	janPLN  = 0
	annaPLN = 1
	firmPLN = 3
)

// demoBalance is a balance of the demonstration.
type demoBalance struct {
	owner  string
	user   bank.ID
	id     bank.ID
	number iban.IBAN
	before accounts.BalanceView // the transaction file
}

// people makes the end users and their balances, as far as they are missing. Each balance is born with its IBAN.
func (d *demo) people() error {
	d.title("It opens balances for its end users")
	t := newTable("END USER", "TYPE", "CURRENCY", "IBAN", ">BOOKED")
	for _, person := range demoPeople {
		u, err := d.user(person.NewUser)
		if err != nil {
			return err
		}
		for _, currency := range person.currencies {
			v, err := d.balance(u, currency)
			if err != nil {
				return err
			}
			b := demoBalance{owner: viewUser(u).name(), user: u.ID, id: v.ID, before: v}
			if len(v.Accounts) > 0 {
				b.number = v.Accounts[0].IBAN
			}
			d.balances = append(d.balances, b)
			t.row(b.owner, u.Type, currency, b.number.Format(), amountText(v.Booked, currency.Code()))
		}
	}
	d.say("Every balance is born with an IBAN of its own, from the base IBAN of its currency.")
	d.table(t)
	return nil
}

func (d *demo) user(n accounts.NewUser) (bank.User, error) {
	list, err := d.accounts.Users(d.ctx, d.admin, store.UserFilter{ExternalID: n.ExternalID, Limit: 1})
	if err != nil {
		return bank.User{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	u, err := d.accounts.CreateUser(d.ctx, d.admin, n)
	return u, err
}

func (d *demo) balance(u bank.User, currency money.Currency) (accounts.BalanceView, error) {
	list, err := d.accounts.UserBalances(d.ctx, d.admin, u.ID)
	if err != nil {
		return accounts.BalanceView{}, err
	}
	for _, v := range list {
		if v.Currency == currency && !v.Closed {
			return v, nil
		}
	}
	v, err := d.accounts.CreateBalance(d.ctx, d.admin, u.ID, currency)
	return v, err
}
