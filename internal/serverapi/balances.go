package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/web"
)

func balanceRoutes() []route {
	const tag = "Balances"
	return []route{
		{method: http.MethodPost, path: "/secure/users/{userId}/balances", id: "createBalance", located: true, tag: tag, summary: "Open a balance", status: http.StatusCreated,
			description: "In automatic mode the answer has the balance's IBAN, bound in the same transaction. Where none can be issued (no base IBAN of the currency, or KYC that is not ACCEPTED and your settings ask for it) the balance exists without one, and noIbanReason says why.",
			need:        bank.PermBalancesWrite, key: keyOptional, problems: []*bank.Error{bank.ErrCurrencyUnsupported, bank.ErrUserLocked},
			request: map[string]any{"currency": "PLN"}, answer: balanceExample, mount: typed((*server).createBalance)},
		{method: http.MethodGet, path: "/secure/users/{userId}/balances", id: "listUserBalances", tag: tag, summary: "List an end user's balances",
			description: "All of them, closed ones too.",
			need:        bank.PermUsersRead, answer: map[string]any{"items": []any{balanceExample}}, mount: typed((*server).listBalances)},
		{method: http.MethodGet, path: "/secure/balances/{balanceId}", id: "getBalance", tag: tag, summary: "Read a balance",
			description: "booked is what the postings add up to, held what is reserved of it, available the rest.",
			need:        bank.PermUsersRead, answer: balanceExample, tagged: true, mount: typed((*server).getBalance)},
		{method: http.MethodDelete, path: "/secure/balances/{balanceId}", id: "closeBalance", tag: tag, summary: "Close a balance",
			description: "For ever, with its IBAN. It must be empty, without holds and debts.",
			need:        bank.PermBalancesWrite, problems: []*bank.Error{bank.ErrBalanceNotEmpty, bank.ErrBalanceClosed},
			answer: closedBalanceExample, mount: typed((*server).closeBalance)},
	}
}

// Balance is an end user's money in one currency.
type Balance struct {
	ID            string    `json:"id" format:"uuid"`
	UserID        string    `json:"userId" format:"uuid"`
	Currency      string    `json:"currency" pattern:"^[A-Z]{3}$"`
	Status        string    `json:"status" enum:"ACTIVE,BLOCKED,CLOSED" doc:"BLOCKED: a block stands on the balance itself."`
	Available     Money     `json:"available" doc:"What can be spent: booked less held."`
	Held          Money     `json:"held"`
	Booked        Money     `json:"booked"`
	IBAN          string    `json:"iban,omitempty" doc:"The open IBAN, electronic form." example:"PL83111111110000000000000010"`
	IBANFormatted string    `json:"ibanFormatted,omitempty" doc:"In groups of four."`
	NoIBANReason  string    `json:"noIbanReason,omitempty" doc:"Why there is no open IBAN, as things stand: KYC, no base IBAN or none left, the mode of issuing."`
	CreatedAt     time.Time `json:"createdAt"`
}

// Location implements web.Located.
func (b Balance) Location() string { return "/secure/balances/" + b.ID }

func balanceFrom(v accounts.BalanceView) Balance {
	b := Balance{ID: v.ID.String(), UserID: v.User.String(), Currency: v.Currency.Code(), Status: balanceStatus(v), NoIBANReason: v.NoIBAN,
		Available: web.MoneyOf(v.Available(), v.Currency), Held: web.MoneyOf(v.Held, v.Currency), Booked: web.MoneyOf(v.Booked, v.Currency),
		CreatedAt: web.Moment(v.CreatedAt)}
	for _, a := range v.Accounts {
		if a.Status != bank.IBANClosed {
			b.IBAN, b.IBANFormatted = a.IBAN.String(), a.IBAN.Format()
		}
	}
	return b
}

func balanceStatus(v accounts.BalanceView) string {
	switch {
	case v.Closed:
		return "CLOSED"
	case v.Blocked:
		return "BLOCKED"
	}
	return "ACTIVE"
}

type balanceAnswer struct{ Body Balance }

type createBalanceInput struct {
	UserPath
	Body struct {
		Currency string `json:"currency" pattern:"^[A-Z]{3}$" doc:"ISO 4217 code." example:"PLN"`
	}
}

func (s *server) createBalance(ctx context.Context, actor bank.Actor, in *createBalanceInput) (*balanceAnswer, error) {
	user, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	currency, err := web.CurrencyOf(in.Body.Currency, "/currency")
	if err != nil {
		return nil, err
	}
	v, err := s.Accounts.CreateBalance(web.Answered(ctx, http.StatusCreated, balanceFrom), actor, user, currency)
	if err != nil {
		return nil, err
	}
	return &balanceAnswer{Body: balanceFrom(v)}, nil
}

// BalanceList is all balances of an end user.
type BalanceList struct {
	Items []Balance `json:"items" nullable:"false"`
}

type balanceListAnswer struct{ Body BalanceList }

func (s *server) listBalances(ctx context.Context, actor bank.Actor, in *UserPath) (*balanceListAnswer, error) {
	user, err := web.IDOf(in.UserID, "userId")
	if err != nil {
		return nil, err
	}
	rows, err := s.Accounts.UserBalances(ctx, actor, user)
	if err != nil {
		return nil, err
	}
	return &balanceListAnswer{BalanceList{web.Each(rows, balanceFrom)}}, nil
}

// BalancePath names a balance.
type BalancePath struct {
	BalanceID string `path:"balanceId" format:"uuid" doc:"Of the balance."`
}

func (s *server) getBalance(ctx context.Context, actor bank.Actor, in *BalancePath) (*balanceAnswer, error) {
	id, err := web.IDOf(in.BalanceID, "balanceId")
	if err != nil {
		return nil, err
	}
	v, err := s.Accounts.Balance(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if v.Kind != bank.KindUser {
		return nil, bank.ErrNotFound.With("there is no such balance; your own are at /secure/own-funds")
	}
	return &balanceAnswer{Body: balanceFrom(v)}, nil
}

func (s *server) closeBalance(ctx context.Context, actor bank.Actor, in *BalancePath) (*balanceAnswer, error) {
	id, err := web.IDOf(in.BalanceID, "balanceId")
	if err != nil {
		return nil, err
	}
	v, err := s.Accounts.CloseBalance(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &balanceAnswer{Body: balanceFrom(v)}, nil
}
