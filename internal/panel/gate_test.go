package panel

import (
	"context"

	"ims/internal/access"
	"ims/internal/bank"
)

// sceneGate lets the operators of a scene in.
type sceneGate struct{ s *access.Service }

var errWrong = bank.ErrUnauthenticated.With("the sign-in is wrong")

func (g *sceneGate) SignIn(ctx context.Context, v Visit, email, given string) (Step, error) {
	if given != password {
		return Step{}, errWrong
	}
	return Step{Ticket: email, Email: email, TOTP: true}, nil
}
func (g *sceneGate) SecondFactor(ctx context.Context, v Visit, ticket, code string) (Opened, error) {
	if code != "123456" {
		return Opened{}, errWrong
	}
	return Opened{Token: ticket}, nil
}
func (g *sceneGate) Authenticate(ctx context.Context, v Visit, token string, renew bool) (bank.Actor, OperatorSession, error) {
	a, err := g.s.Operator(ctx, v.Customer, token)
	if err != nil {
		return a, OperatorSession{}, errWrong
	}
	return a, OperatorSession{Email: token, Role: bank.Admin}, nil
}
func (g *sceneGate) SignOut(ctx context.Context, v Visit, token string) error { return nil }
