package access_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// Whatever is wrong, the answer is one, and so is the work: one hash and one write.
func TestEveryWrongCombinationIsTheSame(t *testing.T) {
	g := openGate(t)
	g.enrol(adaMail, bank.Admin)
	g.link("new@example.test", bank.Employee)
	locked := g.enrol("eli@example.test", bank.Employee)
	if err := g.service.LockOperator(g.ctx, system(g.c), g.c.ID, locked.email, ""); err != nil {
		t.Fatal(err)
	}
	elsewhere := g.at
	elsewhere.Customer = g.customer("Other").ID
	for name, try := range map[string]struct {
		at              access.Visit
		email, password string
	}{
		"wrong password":    {g.at, adaMail, "another password it is"},
		"unknown":           {g.at, "nobody@example.test", password},
		"locked":            {g.at, locked.email, password},
		"not accepted":      {g.at, "new@example.test", password},
		"another customer":  {elsewhere, adaMail, password},
		"empty":             {g.at, adaMail, ""},
		"too long a secret": {g.at, adaMail, strings.Repeat("a", 5000)},
	} {
		before := g.gate.Hashes()
		_, err := g.gate.SignIn(g.ctx, try.at, try.email, try.password)
		if err == nil || err.Error() != access.ErrSignIn.Error() {
			t.Errorf("%s: %v", name, err)
		}
		if n := g.gate.Hashes() - before; n != 1 {
			t.Errorf("%s: %d hashes, want 1", name, n)
		}
	}
}

func TestFailuresMakeAnAccountWait(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	fail := func() {
		g.at.Remote = g.at.Remote.Next() // so that it is the account that waits
		if _, err := g.gate.SignIn(g.ctx, g.at, adaMail, "not the password at all"); !errors.Is(err, access.ErrSignIn) {
			t.Fatal(err)
		}
	}
	for range 4 {
		fail()
	}
	g.signIn(p) // four failures cost nothing, and a success forgets them
	wait := 30 * time.Second
	for range 4 {
		fail()
	}
	for range 9 {
		fail()
		fail() // while it waits nothing is counted
		if _, err := g.gate.SignIn(g.ctx, g.at, adaMail, password); !errors.Is(err, access.ErrSignIn) {
			t.Fatalf("the right password lets in after %v at once", wait)
		}
		g.pass(wait - time.Second)
		if _, err := g.gate.SignIn(g.ctx, g.at, adaMail, password); err == nil {
			t.Fatalf("a second before %v are over", wait)
		}
		g.pass(time.Second)
		must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, password)) // and the password alone forgets nothing
		wait = min(2*wait, time.Hour)
	}
	g.signIn(p)
	if n := strings.Count(strings.Join(g.actions(g.c), "\n"), "operator.sign-in-failed"); n != 9 {
		t.Errorf("%d events of 26 failures, want 9", n)
	}
}

func TestAnAddressThatFailsWaits(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	for range 20 {
		_, err := g.gate.SignIn(g.ctx, g.at, "nobody@example.test", password)
		wantError(t, err, access.ErrSignIn, "")
	}
	_, err := g.gate.SignIn(g.ctx, g.at, p.email, password)
	wantError(t, err, bank.ErrRateLimited, "address")
	g.at.Remote = netip.MustParseAddr("2001:db8::1")
	g.signIn(p)
}

func TestSecondFactorFailuresCount(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	step := must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, password))
	for range 5 {
		_, err := g.gate.SecondFactor(g.ctx, g.at, step.Ticket, "000000")
		wantError(t, err, access.ErrSignIn, "")
	}
	_, err := g.gate.SecondFactor(g.ctx, g.at, step.Ticket, g.code(p.secret))
	wantError(t, err, access.ErrSignIn, "")
	g.pass(time.Minute)
	must[access.Opened](t)(g.gate.SecondFactor(g.ctx, g.at, step.Ticket, g.code(p.secret)))
}

// Of many who use the same code at once, one gets in.
func TestACodeCountsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGateScene(t, db, false)
		p := g.enrol(adaMail, bank.Admin)
		for name, code := range map[string]string{"app": g.code(p.secret), "recovery": strings.ToLower(p.recovery[3])} {
			step := must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, password))
			var in atomic.Int64
			var rivals sync.WaitGroup
			for range 4 {
				rivals.Go(func() {
					_, err := g.gate.SecondFactor(g.ctx, g.at, step.Ticket, code)
					if err == nil {
						in.Add(1)
					} else if !errors.Is(err, access.ErrSignIn) {
						t.Error(err)
					}
				})
			}
			rivals.Wait()
			if in.Load() != 1 {
				t.Errorf("%s: %d got in with one code", name, in.Load())
			}
		}
		f := must[access.Factors](t)(g.gate.Factors(g.ctx, g.at, p.opened.Token))
		if !f.TOTP || f.RecoveryLeft != 9 {
			t.Errorf("factors %+v", f)
		}
	})
}

func TestTicketsAreNobodyElses(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	step := must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, password))
	other := g.at
	other.Customer = g.customer("Other").ID
	_, err := g.gate.SecondFactor(g.ctx, other, step.Ticket, g.code(p.secret))
	wantError(t, err, bank.ErrUnauthenticated, "over")
	_, err = g.gate.EnrolTOTP(g.ctx, g.at, step.Ticket, "")
	wantError(t, err, bank.ErrUnauthenticated, "over")
	_, err = g.gate.SecondFactor(g.ctx, g.at, step.Ticket[:len(step.Ticket)-3]+"abc", g.code(p.secret))
	wantError(t, err, bank.ErrUnauthenticated, "over")
	g.pass(10 * time.Minute)
	_, err = g.gate.SecondFactor(g.ctx, g.at, step.Ticket, g.code(p.secret))
	wantError(t, err, bank.ErrUnauthenticated, "over")
}

func TestSessionTimes(t *testing.T) {
	g := openGate(t)
	token := g.enrol(adaMail, bank.Admin).opened.Token
	g.pass(13 * time.Minute)
	if !g.isIn(token) { // which does not renew it
		t.Fatal("over after 14 minutes")
	}
	g.pass(time.Minute)
	if g.isIn(token) {
		t.Fatal("in after 15 idle minutes")
	}
	p := person{email: adaMail}
	p.secret = g.reenrolSecret(t)
	token = g.signIn(p).Token
	for range 12*60/10 - 1 {
		g.pass(10 * time.Minute)
		if _, _, err := g.gate.Authenticate(g.ctx, g.at, token, true); err != nil {
			t.Fatalf("at %v: %v", g.now(), err)
		}
	}
	g.pass(10 * time.Minute)
	if g.isIn(token) {
		t.Error("in after 12 hours")
	}
}

// reenrolSecret takes away ada's factor and enrols another.
func (g *gateScene) reenrolSecret(t *testing.T) string {
	t.Helper()
	letter := must[access.Letter](t)(g.gate.ResetSecondFactor(g.ctx, system(g.c), g.at, adaMail))
	step := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, token(letter.URL), password))
	return g.finish(adaMail, step).secret
}

func TestOwnSessions(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	bob := g.enrol(bobMail, bank.Admin)
	second, third := g.signIn(p), g.signIn(p)
	list := must[[]access.OperatorSession](t)(g.gate.Sessions(g.ctx, g.at, third.Token))
	if len(list) != 3 || !list[2].Current || list[0].Current {
		t.Fatalf("sessions %+v", list)
	}
	wantError(t, g.gate.RevokeSession(g.ctx, g.at, third.Token, bob.opened.Session.ID), bank.ErrNotFound, "over")
	if err := g.gate.RevokeSession(g.ctx, g.at, third.Token, second.Session.ID); err != nil {
		t.Fatal(err)
	}
	if g.isIn(second.Token) || !g.isIn(p.opened.Token) {
		t.Error("another one was revoked")
	}
	if n := must[int](t)(g.gate.RevokeOthers(g.ctx, g.at, third.Token)); n != 1 || g.isIn(p.opened.Token) || !g.isIn(third.Token) || !g.isIn(bob.opened.Token) {
		t.Errorf("%d others revoked", n)
	}
	if err := g.gate.SignOut(g.ctx, g.at, third.Token); err != nil || g.isIn(third.Token) {
		t.Errorf("signed out: %v", err)
	}
	if err := g.gate.SignOut(g.ctx, g.at, third.Token); err != nil {
		t.Errorf("signed out again: %v", err)
	}
}

func TestLockAndRoleActAtOnce(t *testing.T) {
	g := openGate(t)
	g.enrol(adaMail, bank.Admin)
	eli := g.enrol("eli@example.test", bank.Employee)
	g.invite(g.c, eli.email, bank.Manager, false)
	actor, _, err := g.gate.Authenticate(g.ctx, g.at, eli.opened.Token, false)
	if err != nil || !slices.Contains(actor.Permissions, bank.PermOperatorsWrite) {
		t.Errorf("a new role: %+v, %v", actor, err)
	}
	if err := g.service.LockOperator(g.ctx, system(g.c), g.c.ID, eli.email, ""); err != nil || g.isIn(eli.opened.Token) {
		t.Errorf("locked, and in: %v", err)
	}
	if err := g.service.UnlockOperator(g.ctx, system(g.c), g.c.ID, eli.email, ""); err != nil || g.isIn(eli.opened.Token) {
		t.Errorf("the old session lives again: %v", err)
	}
	g.signIn(eli)
	if err := g.service.LockAccount(g.ctx, system(g.c), eli.email, true); err != nil || g.isIn(eli.opened.Token) {
		t.Errorf("account locked, and in: %v", err)
	}
	wantError(t, g.service.LockAccount(g.ctx, system(g.c), adaMail, true), bank.ErrConflict, "last active ADMIN")
}

// An ADMIN who was only invited may never come, so who has come stays.
func TestTheLastAdminWhoCameStays(t *testing.T) {
	g := openGate(t)
	g.enrol(adaMail, bank.Admin)
	g.invite(g.c, bobMail, bank.Admin, true)
	wantError(t, g.service.LockOperator(g.ctx, system(g.c), g.c.ID, adaMail, ""), bank.ErrConflict, "last active ADMIN")
	if err := g.service.LockOperator(g.ctx, system(g.c), g.c.ID, bobMail, ""); err != nil {
		t.Error(err)
	}
}

func TestConfirm(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	fresh := func() bool {
		_, s, err := g.gate.Authenticate(g.ctx, g.at, p.opened.Token, true)
		return err == nil && s.Confirmed(g.now())
	}
	for name, secret := range map[string]func() string{
		"password": func() string { return password },
		"app":      func() string { return g.code(p.secret) },
		"recovery": func() string { return p.recovery[0] },
	} {
		g.pass(5 * time.Minute)
		if fresh() {
			t.Fatalf("%s: confirmed for too long", name)
		}
		_, err := g.gate.NewRecoveryCodes(g.ctx, g.at, p.opened.Token)
		wantError(t, err, bank.ErrConfirmation, "confirm")
		wantError(t, g.gate.Confirm(g.ctx, g.at, p.opened.Token, "wrong "+name), access.ErrSignIn, "")
		if err := g.gate.Confirm(g.ctx, g.at, p.opened.Token, secret()); err != nil || !fresh() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if codes := must[[]string](t)(g.gate.NewRecoveryCodes(g.ctx, g.at, p.opened.Token)); slices.Contains(codes, p.recovery[1]) || len(codes) != 10 {
		t.Errorf("codes %v", codes)
	}
	wantError(t, g.gate.Confirm(g.ctx, g.at, p.opened.Token, p.recovery[1]), access.ErrSignIn, "")
}

func TestPasswordChange(t *testing.T) {
	g := openGate(t)
	p := g.enrol(adaMail, bank.Admin)
	mine := g.signIn(p)
	const other = "a quite different sentence"
	wantError(t, g.gate.ChangePassword(g.ctx, g.at, mine.Token, "wrong as can be", other), access.ErrSignIn, "")
	wantError(t, g.gate.ChangePassword(g.ctx, g.at, mine.Token, password, "short"), bank.ErrInvalid, "12 characters")
	if err := g.gate.ChangePassword(g.ctx, g.at, mine.Token, password, other); err != nil {
		t.Fatal(err)
	}
	if g.isIn(p.opened.Token) || !g.isIn(mine.Token) {
		t.Error("the others must be over, and mine not")
	}
	_, err := g.gate.SignIn(g.ctx, g.at, adaMail, password)
	wantError(t, err, access.ErrSignIn, "")
	must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, other))
}
