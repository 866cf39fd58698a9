package mobileapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/web"
)

func balanceRoutes() []route {
	return []route{
		{method: http.MethodGet, path: root + "/bank-accounts", id: "getIbanMobile", tag: "IBANs", summary: "The end user's IBANs",
			description: "Of all their balances, or of one: the open IBAN and those the balance had before. Without any the list is empty.",
			problems:    []*bank.Error{bank.ErrNotFound}, answer: map[string]any{"items": []any{bankAccountExample}}, mount: typed((*server).bankAccounts)},
		qrRoute(),
		{method: http.MethodGet, path: root + "/balances", id: "listBalances", tag: "Balances", summary: "The end user's balances",
			description: "All of them, closed ones too. booked is what the transactions add up to, held what is reserved of it, available the rest.",
			answer:      map[string]any{"items": []any{balanceExample}}, mount: typed((*server).balances)},
	}
}

// BankAccount is a virtual IBAN.
type BankAccount struct {
	IBAN          string    `json:"iban" doc:"Electronic form."`
	IBANFormatted string    `json:"ibanFormatted" doc:"In groups of four."`
	BalanceID     string    `json:"balanceId" format:"uuid"`
	Currency      string    `json:"currency" pattern:"^[A-Z]{3}$"`
	Status        string    `json:"status" enum:"ACTIVE,BLOCKED,CLOSED"`
	CreatedAt     time.Time `json:"createdAt"`
}

func bankAccountFrom(a bank.BankAccount) BankAccount {
	return BankAccount{IBAN: a.IBAN.String(), IBANFormatted: a.IBAN.Format(), BalanceID: a.BalanceID.String(),
		Currency: a.Currency.Code(), Status: string(a.Status), CreatedAt: web.Moment(a.CreatedAt)}
}

// BankAccountList is the answer of getIbanMobile.
type BankAccountList struct {
	Items []BankAccount `json:"items" nullable:"false"`
}

type bankAccountListAnswer struct{ Body BankAccountList }

type bankAccountsInput struct {
	BalanceID string `query:"balanceId" format:"uuid" doc:"Of this balance only."`
}

func (s *server) bankAccounts(ctx context.Context, c caller, in *bankAccountsInput) (*bankAccountListAnswer, error) {
	only, err := web.OptionalID(in.BalanceID, "balanceId")
	if err != nil {
		return nil, err
	}
	balances, err := s.Accounts.HeldBalances(ctx, c.Actor)
	if err != nil {
		return nil, err
	}
	items, found := []BankAccount{}, only.IsZero()
	for _, b := range balances {
		if only.IsZero() || b.ID == only {
			found = true
			items = append(items, web.Each(b.Accounts, bankAccountFrom)...)
		}
	}
	if !found {
		return nil, bank.ErrNotFound.With("there is no such balance")
	}
	return &bankAccountListAnswer{BankAccountList{items}}, nil
}

// Balance is money in one currency.
type Balance struct {
	ID            string    `json:"id" format:"uuid"`
	Currency      string    `json:"currency" pattern:"^[A-Z]{3}$"`
	Status        string    `json:"status" enum:"ACTIVE,BLOCKED,CLOSED"`
	Available     web.Money `json:"available" doc:"What can be spent: booked less held."`
	Held          web.Money `json:"held"`
	Booked        web.Money `json:"booked"`
	IBAN          string    `json:"iban,omitempty" doc:"The open IBAN, electronic form."`
	IBANFormatted string    `json:"ibanFormatted,omitempty" doc:"In groups of four."`
	CreatedAt     time.Time `json:"createdAt"`
}

// balanceFrom leaves out why there is no IBAN: that is between the customer and its institution.
func balanceFrom(v accounts.BalanceView) Balance {
	b := Balance{ID: v.ID.String(), Currency: v.Currency.Code(), Status: "ACTIVE", Available: web.MoneyOf(v.Available(), v.Currency),
		Held: web.MoneyOf(v.Held, v.Currency), Booked: web.MoneyOf(v.Booked, v.Currency), CreatedAt: web.Moment(v.CreatedAt)}
	switch {
	case v.Closed:
		b.Status = "CLOSED"
	case v.Blocked:
		b.Status = "BLOCKED"
	}
	for _, a := range v.Accounts {
		if a.Status != bank.IBANClosed {
			b.IBAN, b.IBANFormatted = a.IBAN.String(), a.IBAN.Format()
		}
	}
	return b
}

// BalanceList is all balances of the end user.
type BalanceList struct {
	Items []Balance `json:"items" nullable:"false"`
}

type balanceListAnswer struct{ Body BalanceList }

func (s *server) balances(ctx context.Context, c caller, _ *struct{}) (*balanceListAnswer, error) {
	rows, err := s.Accounts.HeldBalances(ctx, c.Actor)
	if err != nil {
		return nil, err
	}
	return &balanceListAnswer{BalanceList{web.Each(rows, balanceFrom)}}, nil
}
