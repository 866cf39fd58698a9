package transfers

import (
	"time"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/money"
)

// Order is what somebody wants to be paid.
type Order struct {
	Payer       bank.ID      // the end user's balance that pays
	Amount      money.Amount // positive, in the currency of the balance
	Payee       string       // IBAN as typed: spaces and small letters are forgiven
	PayeeName   string       // 1 to 70 characters
	Title       string       // 1 to 140 characters
	Reference   string       // of whoever orders, up to 35 characters
	RequestedOn string       // ISO date before which it must not be sent, up to a year ahead; empty: as soon as possible
}

// The bounds of an order's words, in characters, which every bank order file can carry.
const (
	mostName      = 70
	mostTitle     = 140
	mostReference = 35
)

// check refuses what needs no store to be refused, with a message for each field, and returns the payee's IBAN.
func (o Order) check(now time.Time) (iban.IBAN, error) {
	e := bank.ErrInvalid.With("the order has invalid fields")
	if o.Amount.Minor() <= 0 {
		e = e.Field("/amount/amount", "invalid", "must be a positive integer of minor units")
	}
	verdict := iban.Check(o.Payee, iban.Lenient)
	for _, f := range verdict.Faults {
		e = e.Field("/payeeIban", string(f.Kind), f.Message)
	}
	for _, w := range []struct {
		field, text string
		required    bool
		limit       int
	}{
		{"payeeName", o.PayeeName, true, mostName}, {"title", o.Title, true, mostTitle}, {"reference", o.Reference, false, mostReference},
	} {
		if reason := bank.CheckText(w.text, w.required, w.limit); reason != "" {
			e = e.Field("/"+w.field, "invalid", w.field+" "+reason)
		}
	}
	if reason := checkDay(o.RequestedOn, now); reason != "" {
		e = e.Field("/requestedOn", "invalid", "requestedOn "+reason)
	}
	if len(e.Fields) > 0 {
		return iban.IBAN{}, e
	}
	payee, err := iban.ParseLenient(o.Payee)
	if err != nil { // Check and Parse agree
		return iban.IBAN{}, bank.ErrInvalid.With("the payee's IBAN is invalid").Because(err)
	}
	return payee, nil
}

// checkDay says what is wrong with the day before which an order must not be sent.
func checkDay(day string, now time.Time) string {
	if day == "" {
		return ""
	}
	at, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return "must be a date, YYYY-MM-DD"
	case day < bank.CivilDate(now):
		return "must not lie in the past"
	case at.After(now.AddDate(1, 0, 0)):
		return "must lie within a year"
	}
	return ""
}

// Placed is what became of an order.
type Placed struct {
	Transfer  bank.Transfer           // HELD, or SETTLED to one of our own IBANs; RECEIVED where it waits
	Challenge *bank.TransferChallenge // an end user must sign it; nil: nobody need sign
	Approval  *bank.Approval          // a second person must agree; nil: nobody need
	Check     PayeeAnswer             // whether the payee's name fits; empty where nobody was asked
	Replayed  bool                    // an earlier request with the same key did it, whose answer is not kept any more
}
