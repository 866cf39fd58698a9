package serverapi

import (
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
)

// TestSessions: a backend signs an end user in and out; the token counts as long as it was told.
func TestSessions(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	b := api.balance()
	signIn := func() (v Session) {
		t.Helper()
		api.do("POST", "/secure/sessions", NewSession{UserID: b.UserID, DeviceID: "phone"}).ok(201, &v)
		return v
	}
	holds := func(token string) bool {
		_, _, err := s.config.Sessions.Authenticate(t.Context(), token)
		return err == nil
	}
	first := signIn()
	if first.UserID != b.UserID || first.DeviceID != "phone" || !strings.HasPrefix(first.Token, "ims_1_") || !first.ExpiresAt.Equal(s.now().Add(10*time.Minute).Truncate(time.Microsecond)) {
		t.Errorf("%+v", first)
	}
	second := signIn()
	if second.Token == first.Token || second.ID == first.ID || holds(first.Token) || !holds(second.Token) {
		t.Error("a new session of the same device is not in place of the earlier one")
	}
	api.do("DELETE", "/secure/sessions/"+first.ID, nil).refused(bank.ErrNotFound)
	api.do("DELETE", "/secure/sessions/"+second.ID, nil).ok(204, nil)
	if holds(second.Token) {
		t.Error("the session that was ended goes on")
	}
	api.do("DELETE", "/secure/sessions/"+second.ID, nil).refused(bank.ErrNotFound)

	third := signIn()
	api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"status": "LOCKED"}).ok(200, nil)
	if holds(third.Token) {
		t.Error("a locked end user's session goes on")
	}
	api.do("POST", "/secure/sessions", NewSession{UserID: b.UserID, DeviceID: "phone"}).refused(bank.ErrUserLocked)
	api.do("POST", "/secure/sessions", NewSession{UserID: nowhere, DeviceID: "phone"}).refused(bank.ErrNotFound)
	api.do("POST", "/secure/sessions", NewSession{UserID: b.UserID}).refused(bank.ErrInvalid)
	api.do("POST", "/secure/sessions", NewSession{UserID: b.UserID, DeviceID: " "}).refused(bank.ErrInvalid)
	if logged := s.logs.text(); strings.Contains(logged, "ims_1_") {
		t.Errorf("a token is in the log:\n%s", logged)
	}
}
