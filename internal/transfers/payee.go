package transfers

import (
	"context"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/names"
)

// PayeeQuery asks whether a name is that of who holds an IBAN.
type PayeeQuery struct {
	Customer bank.CustomerID // on whose behalf; nobody is told of IBANs of another customer
	IBAN     iban.IBAN
	Name     string // as the payer gives it
}

// PayeeAnswer says how the name fits.
type PayeeAnswer struct {
	Result names.Result
	Name   string // the holder's; with names.CloseMatch only
}

// PayeeChecker answers as a Verification of Payee does. That nothing can be told is an answer, names.NotPossible; an error
// means that the question failed. It keeps nothing, logs no name and is safe for concurrent use.
type PayeeChecker interface {
	Check(ctx context.Context, q PayeeQuery) (PayeeAnswer, error)
}

// notPossible is all that is said of IBANs that are unknown, closed, or somebody else's to tell of.
var notPossible = PayeeAnswer{Result: names.NotPossible}

// PayeeSource says who answered.
type PayeeSource string

// The sources of answers.
const (
	PayeeOwn     PayeeSource = "OWN"     // we, about an IBAN of the customer
	PayeeService PayeeSource = "SERVICE" // the service of a bank, or its silence
	PayeeNobody  PayeeSource = "NOBODY"  // there was nobody to ask
)

// PayeesConfig is what Payees works with.
type PayeesConfig struct {
	Own    *OwnPayees
	Others PayeeChecker // the service of a bank; nil: there is none
	// Told hears of each answer, but not of names; nil: nobody does. It is called by many at once.
	Told func(customer bank.CustomerID, source PayeeSource, result names.Result)
}

// Payees checks whoever the customer's money may go to: the customer's own IBANs are answered by us, all others by the service
// of a bank, where one is plugged in, within PayeeTime. It is a PayeeChecker.
type Payees struct{ PayeesConfig }

// NewPayees returns the check of payees.
func NewPayees(c PayeesConfig) *Payees {
	if c.Told == nil {
		c.Told = func(bank.CustomerID, PayeeSource, names.Result) {}
	}
	return &Payees{c}
}

// Check implements PayeeChecker. Errors: bank.ErrInvalid for a name that is no text or has more than 140 characters, the
// store's and the context's. A service that fails is none: the answer is NotPossible.
func (p *Payees) Check(ctx context.Context, q PayeeQuery) (PayeeAnswer, error) {
	return p.check(ctx, q, p.Others)
}

// Verify is Check for an actor. It needs bank.PermPayeesVerify. About IBANs that are not the customer's own only those are
// told who may order transfers, and so have payees elsewhere; whoever else asks, such as the customer's bank on behalf of a payer,
// asks about the customer's IBANs: what they ask is never passed on.
func (p *Payees) Verify(ctx context.Context, actor bank.Actor, number iban.IBAN, name string) (PayeeAnswer, error) {
	if err := actor.May(bank.PermPayeesVerify); err != nil {
		return PayeeAnswer{}, err
	}
	others := p.Others
	if actor.May(bank.PermTransfersOrder) != nil {
		others = nil
	}
	return p.check(ctx, PayeeQuery{Customer: actor.Customer, IBAN: number, Name: name}, others)
}

// maxPayeeName is the longest name that is compared, in characters: that of ISO 20022.
const maxPayeeName = 140

func (p *Payees) check(ctx context.Context, q PayeeQuery, others PayeeChecker) (PayeeAnswer, error) {
	if reason := bank.CheckText(q.Name, false, maxPayeeName); reason != "" {
		return PayeeAnswer{}, bank.ErrInvalid.With("the name %s", reason).Field("/name", "invalid", reason)
	}
	source := PayeeOwn
	answer, ours, err := p.Own.answer(ctx, q)
	switch {
	case err != nil || ours:
	case others == nil:
		source = PayeeNobody
	default:
		source = PayeeService
		answer, err = within(ctx, others, q)
	}
	if err != nil {
		return PayeeAnswer{}, err
	}
	p.Told(q.Customer, source, answer.Result)
	return answer, nil
}
