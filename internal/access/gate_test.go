package access_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// gateScene is a scene with a gate whose hashes are cheap and whose letters a test can read.
type gateScene struct {
	*scene
	gate *access.Gate
	c    bank.Customer
	at   access.Visit

	post    sync.Mutex
	letters []string // "to: text"
	broken  error    // of the mail server
}

const (
	adaMail  = "ada@example.test"
	bobMail  = "bob@example.test"
	password = "tulips under seven bridges"
)

func newGateScene(t testing.TB, db *store.DB, mail bool) *gateScene {
	g := &gateScene{scene: newScene(t, db)}
	g.c = g.customer("Example")
	g.at = access.Visit{Customer: g.c.ID, Origin: "https://panel.example", Remote: netip.MustParseAddr("192.0.2.7"), UserAgent: "Browser/1"}
	config := access.GateConfig{DB: db, Now: g.now, Access: g.service, Work: access.HashWork{Memory: 64, Passes: 1}}
	if mail {
		config.Mail = g.mail
	}
	g.gate = access.NewGate(config)
	t.Cleanup(g.gate.Close)
	return g
}

func openGate(t testing.TB) *gateScene { return newGateScene(t, storetest.Open(t), false) }

func (g *gateScene) mail(_ context.Context, to, subject, text string) error {
	g.post.Lock()
	defer g.post.Unlock()
	if g.broken != nil {
		return g.broken
	}
	g.letters = append(g.letters, to+": "+subject+"\n"+text)
	return nil
}

// token is the last part of a link.
func token(url string) string { return url[strings.LastIndex(url, "/")+1:] }

// person is an operator with what they keep for themselves.
type person struct {
	email, secret string
	recovery      []string
	opened        access.Opened
}

func (g *gateScene) code(secret string) string {
	g.t.Helper()
	return must[string](g.t)(totp.GenerateCode(secret, g.now()))
}

// link is an invitation's token.
func (g *gateScene) link(email string, role bank.Role) string {
	g.t.Helper()
	l := must[access.Letter](g.t)(g.gate.Invite(g.ctx, system(g.c), g.at, email, role, true))
	return token(l.URL)
}

// enrol goes the whole way from an invitation to the first session.
func (g *gateScene) enrol(email string, role bank.Role) person {
	g.t.Helper()
	step := must[access.Step](g.t)(g.gate.AcceptInvitation(g.ctx, g.at, g.link(email, role), password))
	return g.finish(email, step)
}

// finish enrols an authenticator app for a ticket.
func (g *gateScene) finish(email string, step access.Step) person {
	g.t.Helper()
	if !step.Enrol {
		g.t.Fatalf("step %+v", step)
	}
	e := must[access.TOTPEnrolment](g.t)(g.gate.EnrolTOTP(g.ctx, g.at, step.Ticket, ""))
	opened := must[access.Opened](g.t)(g.gate.ConfirmTOTP(g.ctx, g.at, step.Ticket, e.State, g.code(e.Secret)))
	g.pass(time.Minute) // so that the next code is another one
	return person{email, e.Secret, opened.RecoveryCodes, opened}
}

// signIn signs somebody in with password and app.
func (g *gateScene) signIn(p person) access.Opened {
	g.t.Helper()
	step := must[access.Step](g.t)(g.gate.SignIn(g.ctx, g.at, p.email, password))
	opened := must[access.Opened](g.t)(g.gate.SecondFactor(g.ctx, g.at, step.Ticket, g.code(p.secret)))
	g.pass(time.Minute)
	return opened
}

func (g *gateScene) isIn(token string) bool {
	g.t.Helper()
	_, _, err := g.gate.Authenticate(g.ctx, g.at, token, false)
	if err != nil && !errors.Is(err, bank.ErrUnauthenticated) {
		g.t.Fatal(err)
	}
	return err == nil
}

func TestFromInvitationToSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGateScene(t, db, false)
		letter := must[access.Letter](t)(g.gate.Invite(g.ctx, system(g.c), g.at, adaMail, bank.Admin, true))
		if !letter.Needed || letter.Mailed || !strings.HasPrefix(letter.URL, "https://panel.example/invitation/") || !letter.Expires.Equal(noon.Add(time.Hour)) {
			t.Fatalf("letter %+v", letter)
		}
		link := token(letter.URL)
		v := must[access.LinkView](t)(g.gate.Link(g.ctx, g.at, link))
		if want := (access.LinkView{Kind: bank.LinkInvitation, Email: adaMail, Customer: "Example", NewPassword: true, Expires: noon.Add(time.Hour)}); v != want {
			t.Fatalf("link %+v, want %+v", v, want)
		}
		step := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, link, password))
		// The password alone is nothing yet.
		_, err := g.gate.SignIn(g.ctx, g.at, adaMail, password)
		wantError(t, err, access.ErrSignIn, "fit together")
		e := must[access.TOTPEnrolment](t)(g.gate.EnrolTOTP(g.ctx, g.at, step.Ticket, ""))
		if again := must[access.TOTPEnrolment](t)(g.gate.EnrolTOTP(g.ctx, g.at, step.Ticket, e.State)); again != e {
			t.Errorf("another enrolment %+v, want %+v", again, e)
		}
		_, err = g.gate.ConfirmTOTP(g.ctx, g.at, step.Ticket, e.State, "000000")
		wantError(t, err, bank.ErrInvalid, "clock")
		opened := must[access.Opened](t)(g.gate.ConfirmTOTP(g.ctx, g.at, step.Ticket, e.State, " "+g.code(e.Secret)))
		if len(opened.RecoveryCodes) != 10 || opened.RecoveryLeft != 10 {
			t.Errorf("recovery codes %v, %d left", opened.RecoveryCodes, opened.RecoveryLeft)
		}
		actor, session, err := g.gate.Authenticate(g.ctx, g.at, opened.Token, true)
		if err != nil || actor.Name != adaMail || actor.Kind != bank.ActorOperator || actor.Customer != g.c.ID || actor.May(bank.PermFilesExecute) != nil {
			t.Fatalf("actor %+v, %v", actor, err)
		}
		if session.Role != bank.Admin || session.Remote != "192.0.2.7" || session.UserAgent != "Browser/1" || !session.Confirmed(g.now()) {
			t.Errorf("session %+v", session)
		}
		_, err = g.gate.Link(g.ctx, g.at, link)
		wantError(t, err, bank.ErrNotFound, "not good any more")
		g.pass(time.Minute)
		if p := (person{email: " ADA@example.test", secret: e.Secret}); !g.isIn(g.signIn(p).Token) {
			t.Error("signed in, and not in")
		}
		if staff := must[[]access.Staff](t)(g.service.Operators(g.ctx, g.c.ID)); !staff[0].Accepted {
			t.Errorf("staff %+v", staff)
		}
	})
}
