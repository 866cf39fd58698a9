package access_test

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// office is a customer with end users, and a program of its own that signs them in.
type office struct {
	*scene
	customer bank.Customer
	accounts *accounts.Service
	sessions *access.Sessions
	backend  bank.Actor
}

func newOffice(t testing.TB, db *store.DB) *office {
	s := newScene(t, db)
	ca := must[*x509.Certificate](t)(s.customers.InitCA(s.ctx))
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	c := s.customer("Example Pay")
	return &office{scene: s, customer: c, accounts: accounts.New(db, s.now),
		sessions: access.NewSessions(db, access.NewAuthenticator(db, s.now), roots, s.now),
		backend: bank.Actor{Customer: c.ID, Kind: bank.ActorCertificate, Name: "V-Example-Backend",
			Permissions: []bank.Permission{bank.PermSessionsWrite, bank.PermUsersWrite}}}
}

// user adds an end user who does not exist.
func (o *office) user() bank.ID {
	o.t.Helper()
	return must[bank.User](o.t)(o.accounts.CreateUser(o.ctx, o.backend, accounts.NewUser{Type: bank.Person, FirstName: "ADA", LastName: "TESTOWA"})).ID
}

func (o *office) signIn(user bank.ID, device string) access.IssuedSession {
	o.t.Helper()
	return must[access.IssuedSession](o.t)(o.sessions.Issue(o.ctx, o.backend, user, device))
}

// holds tells whether a token lets its end user in.
func (o *office) holds(token string) bool {
	o.t.Helper()
	_, _, err := o.sessions.Authenticate(o.ctx, token)
	if err != nil {
		wantError(o.t, err, bank.ErrUnauthenticated, "there is no session with this token, or it is over")
	}
	return err == nil
}

func (o *office) setStatus(user bank.ID, status bank.UserStatus) {
	o.t.Helper()
	must[bank.User](o.t)(o.accounts.UpdateUser(o.ctx, o.backend, user, func(u *bank.User) error { u.Status = status; return nil }))
}

// settled compares the audit trail of sessions.
func (o *office) settled(want ...string) {
	o.t.Helper()
	about := slices.DeleteFunc(o.actions(o.customer), func(s string) bool { return !strings.Contains(s, " session.") })
	if !slices.Equal(about, want) {
		o.t.Errorf("audit trail %q, want %q", about, want)
	}
}

// TestSession is the life of one: it stands for one end user for ten minutes, and is told of in the audit trail.
func TestSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		user := o.user()
		issued := o.signIn(user, "phone")
		actor, session, err := o.sessions.Authenticate(t.Context(), issued.Token)
		if err != nil || actor.Customer != o.customer.ID || actor.User != user || actor.Kind != bank.ActorEndUser || len(actor.Permissions) > 0 {
			t.Fatalf("actor %+v, %v", actor, err)
		}
		if session.ID != issued.ID || session.Device != "phone" || !session.ExpiresAt.Equal(noon.Add(10*time.Minute)) {
			t.Errorf("session %+v", session)
		}
		o.pass(10*time.Minute - time.Microsecond)
		if !o.holds(issued.Token) {
			t.Error("the session ended early, or its use changed it")
		}
		o.pass(time.Microsecond)
		if o.holds(issued.Token) {
			t.Error("the session outlived its time")
		}
		wantError(t, o.sessions.End(t.Context(), o.backend, issued.ID), bank.ErrNotFound, "")
		o.settled("V-Example-Backend session.issued")
	})
}

// TestTokenIsNotKept: whoever reads the store cannot sign in.
func TestTokenIsNotKept(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	issued := o.signIn(o.user(), "phone")
	other := o.signIn(o.user(), "phone")
	_, secret, _ := strings.Cut(strings.TrimPrefix(issued.Token, "ims_"), "_")
	if issued.Token == other.Token || len(secret) != 43 || strings.Contains(issued.Token, string(issued.TokenHash[:])) {
		t.Errorf("tokens %q and %q", issued.Token, other.Token)
	}
	var events []bank.AuditEvent
	err := o.db.Read(t.Context(), func(tx *store.Tx) (err error) { events, err = tx.AuditEvents(o.customer.ID, 1, 1000); return err })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if strings.Contains(e.After+e.Before+e.Object, secret) || strings.Contains(e.After, "phone") {
			t.Errorf("the audit trail tells the token or the device: %+v", e)
		}
	}
}

// TestWrongTokens: there is one answer to all of them.
func TestWrongTokens(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	other := o.scene.customer("Other Pay")
	token := o.signIn(o.user(), "phone").Token
	elsewhere := strings.Replace(token, "ims_1_", "ims_2_", 1)
	if other.ID != 2 || elsewhere == token {
		t.Fatalf("token %q", token)
	}
	for _, wrong := range []string{"", "ims_", "ims_1_", "ims__x", "ims_x_" + token, elsewhere, "ims_01_" + token[6:], "ims_+1_" + token[6:], "ims_-1_" + token[6:],
		"ims_99_" + token[6:], "ims_99999999999999999999_" + token[6:], token[4:], token + " ", token + "A", token[:len(token)-1], strings.ToUpper(token),
		"ims_1_" + strings.Repeat("A", 43), "ims_1_" + strings.Repeat("A", 10_000)} {
		if o.holds(wrong) {
			t.Errorf("%.80q lets somebody in", wrong)
		}
	}
	if !o.holds(token) {
		t.Error("the right one does not")
	}
}

// TestOneSessionPerDevice: a new session ends the one of the same device and end user, and no other.
func TestOneSessionPerDevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		ada, bob := o.user(), o.user()
		phone, tablet, shared := o.signIn(ada, "phone"), o.signIn(ada, "tablet"), o.signIn(bob, "phone")
		again := o.signIn(ada, "phone")
		if o.holds(phone.Token) {
			t.Error("the device's earlier session goes on")
		}
		for name, token := range map[string]string{"the new one": again.Token, "another device": tablet.Token, "another end user": shared.Token} {
			if !o.holds(token) {
				t.Errorf("%s was ended", name)
			}
		}
		const issued = "V-Example-Backend session.issued"
		o.settled(issued, issued, issued, "V-Example-Backend session.ended", issued)
	})
}

// TestSignInsAtOnce: of many sign-ins on one device at once, one session is left.
func TestSignInsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		user := o.user()
		tokens := make([]string, 20)
		atOnce(t, len(tokens), func(i int) error {
			issued, err := o.sessions.Issue(context.Background(), o.backend, user, "phone")
			tokens[i] = issued.Token
			return err
		})
		held := 0
		for _, token := range tokens {
			if o.holds(token) {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%d sessions are left, want 1", held)
		}
	})
}

// atOnce runs fn n times at once and fails the test for every error.
func atOnce(t testing.TB, n int, fn func(i int) error) {
	t.Helper()
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			if err := fn(i); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
}

// TestSignOut: an end user ends their own session; a program any of its customer's; nobody another's.
func TestSignOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		ada, bob := o.user(), o.user()
		hers, his := o.signIn(ada, "phone"), o.signIn(bob, "phone")
		actor, _, err := o.sessions.Authenticate(t.Context(), hers.Token)
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, o.sessions.End(t.Context(), actor, his.ID), bank.ErrNotFound, "")
		stranger := o.backend
		stranger.Customer = o.scene.customer("Other Pay").ID
		wantError(t, o.sessions.End(t.Context(), stranger, his.ID), bank.ErrNotFound, "")
		powerless := o.backend
		powerless.Permissions = []bank.Permission{bank.PermUsersRead}
		wantError(t, o.sessions.End(t.Context(), powerless, his.ID), bank.ErrForbidden, "")
		if !o.holds(his.Token) {
			t.Fatal("somebody ended what is not theirs")
		}
		if err := o.sessions.End(t.Context(), actor, hers.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.sessions.End(t.Context(), o.backend, his.ID); err != nil {
			t.Fatal(err)
		}
		if o.holds(hers.Token) || o.holds(his.Token) {
			t.Error("an ended session goes on")
		}
		wantError(t, o.sessions.End(t.Context(), o.backend, his.ID), bank.ErrNotFound, "")
		o.settled("V-Example-Backend session.issued", "V-Example-Backend session.issued", "end user "+ada.String()+" session.ended",
			"V-Example-Backend session.ended")
	})
}

// TestLockEndsSessions: a locked end user is out at once, gets no new session, and the old ones do not come back.
func TestLockEndsSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		ada, bob := o.user(), o.user()
		phone, tablet, his := o.signIn(ada, "phone"), o.signIn(ada, "tablet"), o.signIn(bob, "phone")
		o.setStatus(ada, bank.UserLocked)
		locked := func() {
			t.Helper()
			if o.holds(phone.Token) || o.holds(tablet.Token) || !o.holds(his.Token) {
				t.Error("not exactly the locked end user's sessions are over")
			}
		}
		locked()
		_, err := o.sessions.Issue(t.Context(), o.backend, ada, "phone")
		wantError(t, err, bank.ErrUserLocked, "")
		o.setStatus(ada, bank.UserActive)
		locked()
		const issued, ended = "V-Example-Backend session.issued", "V-Example-Backend session.ended"
		o.settled(issued, issued, issued, ended, ended)
	})
}

// TestLockAgainstSignIn: however a lock and sign-ins meet, no session outlives the lock.
func TestLockAgainstSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for range 5 {
			user := o.user()
			tokens := make([]string, 4)
			atOnce(t, len(tokens)+1, func(i int) error {
				if i == len(tokens) {
					_, err := o.accounts.UpdateUser(context.Background(), o.backend, user, func(u *bank.User) error { u.Status = bank.UserLocked; return nil })
					return err
				}
				issued, err := o.sessions.Issue(context.Background(), o.backend, user, "phone")
				if e, ok := bank.AsError(err); ok && e.Code == bank.ErrUserLocked.Code {
					return nil
				}
				tokens[i] = issued.Token
				return err
			})
			o.setStatus(user, bank.UserActive) // or the lock would hide what it left
			for _, token := range tokens {
				if token != "" && o.holds(token) {
					t.Error("a session outlived the lock")
				}
			}
		}
	})
}

// TestSlidingSessions: only where the customer says so does a use prolong a session, and never beyond twelve hours.
func TestSlidingSessions(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	err := o.customers.UpdateSettings(t.Context(), system(o.customer), o.customer.ID, func(s *customers.Settings) error { s.SlidingSessions = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	user := o.user()
	idle, used := o.signIn(user, "idle"), o.signIn(user, "used")
	for range 72 { // nearly twelve hours
		o.pass(10*time.Minute - time.Second)
		if !o.holds(used.Token) {
			t.Fatalf("a session in use ended at %v", o.now())
		}
	}
	if o.holds(idle.Token) {
		t.Error("a session that rests goes on")
	}
	o.pass(noon.Add(12*time.Hour - time.Second).Sub(o.now()))
	if !o.holds(used.Token) {
		t.Error("a session in use ended before its limit")
	}
	o.pass(time.Second)
	if o.holds(used.Token) {
		t.Error("a session goes on for ever")
	}
}

func TestSessionsOfNobody(t *testing.T) {
	o := newOffice(t, storetest.Open(t))
	user := o.user()
	issue := func(actor bank.Actor, user bank.ID, device string) error {
		_, err := o.sessions.Issue(t.Context(), actor, user, device)
		return err
	}
	wantError(t, issue(o.backend, bank.NewID(), "phone"), bank.ErrNotFound, "no such end user")
	stranger := o.backend
	stranger.Customer = o.scene.customer("Other Pay").ID
	wantError(t, issue(stranger, user, "phone"), bank.ErrNotFound, "no such end user")
	powerless := o.backend
	powerless.Permissions = []bank.Permission{bank.PermUsersWrite}
	wantError(t, issue(powerless, user, "phone"), bank.ErrForbidden, "sessions:write")
	for _, device := range []string{"", " ", "a\x00b", "a\nb", "\xff", strings.Repeat("x", 129)} {
		wantError(t, issue(o.backend, user, device), bank.ErrInvalid, "device")
	}
	if err := issue(o.backend, user, strings.Repeat("ż", 128)); err != nil {
		t.Error(err)
	}
	o.settled("V-Example-Backend session.issued")
}

// TestSweep removes what is over and nothing else.
func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		user := o.user()
		old := o.signIn(user, "old")
		o.pass(5 * time.Minute)
		young := o.signIn(user, "young")
		o.pass(5*time.Minute + time.Second)
		if err := o.service.SweepSessions(t.Context(), o.customer.ID); err != nil {
			t.Fatal(err)
		}
		for token, want := range map[bank.ID]bool{old.ID: false, young.ID: true} {
			hash := map[bank.ID][32]byte{old.ID: old.TokenHash, young.ID: young.TokenHash}[token]
			err := db.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.SessionByToken(o.customer.ID, hash); return err })
			if (err == nil) != want {
				t.Errorf("session %v: %v", token, err)
			}
		}
	})
}
