package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/web"
)

func sessionRoutes() []route {
	const tag = "Sessions"
	return []route{
		{method: http.MethodPost, path: "/secure/sessions", id: "createSession", tag: tag, summary: "Sign an end user in", status: http.StatusCreated,
			description: "For the end user whom your backend knows to be there: a token with which your app reads the mobile API, as that end user, for 10 minutes. deviceId is your name of one installation of the app; the session that the end user had there is over. The token is told here only: it is kept as a hash, so there is no idempotency key to get it again, and a repeated request makes another session.",
			need:        bank.PermSessionsWrite, problems: []*bank.Error{bank.ErrNotFound, bank.ErrUserLocked},
			request: newSessionExample, answer: sessionExample, mount: typed((*server).createSession)},
		{method: http.MethodDelete, path: "/secure/sessions/{sessionId}", id: "endSession", tag: tag, summary: "Sign an end user out", status: http.StatusNoContent,
			description: "At once and everywhere. All sessions of an end user end when the end user is LOCKED.",
			need:        bank.PermSessionsWrite, mount: typed((*server).endSession)},
	}
}

// Examples of sessions; the token is nobody's.
var (
	newSessionExample = NewSession{UserID: userExample.ID, DeviceID: "6f1c2b7e-ios"}
	sessionExample    = Session{ID: "0190a5d4-c100-7e2f-8a3b-4c5d6e7f8a18", Token: "ims_1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", UserID: userExample.ID,
		DeviceID: newSessionExample.DeviceID, ExpiresAt: noon.Add(10 * time.Minute)}
)

// NewSession says who is to be signed in where.
type NewSession struct {
	UserID   string `json:"userId" format:"uuid"`
	DeviceID string `json:"deviceId" minLength:"1" maxLength:"128" doc:"Your name of one installation of the app."`
}

// Session is a session with its token.
type Session = web.Session

type sessionAnswer struct{ Body Session }

func (s *server) createSession(ctx context.Context, actor bank.Actor, in *struct{ Body NewSession }) (*sessionAnswer, error) {
	user, err := web.IDOf(in.Body.UserID, "/userId")
	if err != nil {
		return nil, err
	}
	issued, err := s.Sessions.Issue(ctx, actor, user, in.Body.DeviceID)
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{web.SessionOf(issued)}, nil
}

// SessionPath names a session.
type SessionPath struct {
	SessionID string `path:"sessionId" format:"uuid" doc:"Of the session."`
}

func (s *server) endSession(ctx context.Context, actor bank.Actor, in *SessionPath) (*struct{}, error) {
	id, err := web.IDOf(in.SessionID, "sessionId")
	if err != nil {
		return nil, err
	}
	return nil, s.Sessions.End(ctx, actor, id)
}
