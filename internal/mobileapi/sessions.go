package mobileapi

import (
	"context"
	"net/http"

	"ims/internal/bank"
	"ims/internal/web"
)

func sessionRoutes() []route {
	const tag = "Sessions"
	return []route{
		{method: http.MethodPost, path: root + "/sessions", id: "createSession", tag: tag, summary: "Sign in by Trusted Identity", status: http.StatusCreated,
			description: "For an assertion that your backend made: a compact JWS, RS256 or ES256 (P-256), signed with the key of its client certificate, which leads x5c in the header and needs the permission sessions:write. " +
				"Claims: userId, deviceId (your name of one installation of the app), iat (at most 60 seconds old), jti (once; such as a random UUID); exp and nbf are observed, others ignored. " +
				"The session that the end user had on the device is over. Whatever is wrong with the signature or the chain is assertion-refused without more.",
			open: true, request: assertionExample, answer: sessionExample,
			problems: []*bank.Error{bank.ErrAssertionRefused, bank.ErrAssertionExpired, bank.ErrAssertionUsed, bank.ErrCertificateUnknown, bank.ErrForbidden,
				bank.ErrNotFound, bank.ErrUserLocked},
			mount: typed((*server).createSession)},
		{method: http.MethodDelete, path: root + "/sessions/current", id: "endSession", tag: tag, summary: "Sign out", status: http.StatusNoContent,
			description: "Ends the session of the token that you call with, at once and everywhere.",
			problems:    []*bank.Error{bank.ErrNotFound}, mount: typed((*server).endSession)},
	}
}

// Assertion is what a session is asked for with.
type Assertion struct {
	Assertion string `json:"assertion" minLength:"1" maxLength:"16384" doc:"A JWS in compact serialisation."`
}

// Session is a session with its token.
type Session = web.Session

type sessionAnswer struct{ Body Session }

func (s *server) createSession(ctx context.Context, _ caller, in *struct{ Body Assertion }) (*sessionAnswer, error) {
	issued, err := s.Sessions.Redeem(ctx, in.Body.Assertion, func(customer bank.CustomerID) error {
		if err := web.OriginFits(ctx, customer); err != nil {
			return err
		}
		return s.SignIns.OfCustomer.Admit(web.HeaderOf(ctx), customer, "sign-in")
	})
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{web.SessionOf(issued)}, nil
}

func (s *server) endSession(ctx context.Context, c caller, _ *struct{}) (*struct{}, error) {
	return nil, s.Sessions.End(ctx, c.Actor, c.session.ID)
}
