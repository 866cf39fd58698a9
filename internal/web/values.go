package web

import (
	"time"

	"ims/iban"
	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/money"
)

// Money is an exact amount.
type Money struct {
	Amount   int64  `json:"amount" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"In minor units of the currency." example:"12345"`
	Currency string `json:"currency" pattern:"^[A-Z]{3}$" doc:"ISO 4217 code." example:"PLN"`
}

// MoneyOf writes minor units of a currency.
func MoneyOf(amount int64, c money.Currency) Money { return Money{amount, c.Code()} }

// Exact reads an amount of a request; pointer is where it stands.
func (m Money) Exact(pointer string) (money.Amount, error) {
	c, err := CurrencyOf(m.Currency, pointer+"/currency")
	return money.New(m.Amount, c), err
}

// CurrencyOf reads the code of a currency; pointer is where it stands.
func CurrencyOf(code, pointer string) (money.Currency, error) {
	c, err := money.ParseCurrency(code)
	if err != nil {
		return c, bank.ErrCurrencyUnsupported.With("the currency is not supported").Field(pointer, "unsupported", "must be a supported currency")
	}
	return c, nil
}

// IDOf reads an identifier; the name of its parameter or field is told where it is none.
func IDOf(text, name string) (bank.ID, error) {
	id, err := bank.ParseID(text)
	if err != nil {
		return id, bank.ErrInvalid.With("the request has invalid fields").Field(name, "invalid", "must be a UUID")
	}
	return id, nil
}

// OptionalID is IDOf, the zero ID for the empty text.
func OptionalID(text, name string) (bank.ID, error) {
	if text == "" {
		return bank.ID{}, nil
	}
	return IDOf(text, name)
}

// IBANOf reads an IBAN as people write it, with spaces or without.
func IBANOf(text string) (iban.IBAN, error) { return IBANIn(text, "iban") }

// IBANIn is IBANOf for a field of a body; pointer is where it stands.
func IBANIn(text, pointer string) (iban.IBAN, error) {
	number, err := iban.ParseLenient(text)
	if err != nil {
		return number, bank.ErrInvalid.With("the request has invalid fields").Field(pointer, "invalid", "must be an IBAN")
	}
	return number, nil
}

// Moment is a time as the store keeps it, so that an answer about something new is the same when it is repeated.
func Moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Instant is nil for the zero time, which answers leave out.
func Instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	at := Moment(t)
	return &at
}

// Page is what every list takes.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Elements of one page."`
	Cursor string `query:"cursor" maxLength:"200" doc:"nextCursor or previousCursor of another page of the same list with the same filters."`
}

// Each is Paged without pages, and never nil: an empty list is [] in JSON.
func Each[R, W any](rows []R, wire func(R) W) []W {
	items := make([]W, len(rows))
	for i, row := range rows {
		items[i] = wire(row)
	}
	return items
}

// Party is one side of a payment.
type Party struct {
	Name    string `json:"name,omitempty"`
	Account string `json:"account,omitempty" doc:"Electronic IBAN, or the bank's text where it is none."`
}

// PartyOf is nil where nothing is known.
func PartyOf(name, account string) *Party {
	if name == "" && account == "" {
		return nil
	}
	return &Party{name, account}
}

// Session is a session of an end user with its token, which is told once.
type Session struct {
	ID        string    `json:"id" format:"uuid"`
	Token     string    `json:"token" doc:"For Authorization: Bearer. Treat it as a password."`
	UserID    string    `json:"userId" format:"uuid"`
	DeviceID  string    `json:"deviceId"`
	ExpiresAt time.Time `json:"expiresAt" doc:"Where your settings let sessions slide, each use moves it, for 12 hours at most."`
}

// SessionOf writes what was issued.
func SessionOf(s access.IssuedSession) Session {
	return Session{ID: s.ID.String(), Token: s.Token, UserID: s.User.String(), DeviceID: s.Device, ExpiresAt: Moment(s.ExpiresAt)}
}
