package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/store/storetest"
)

func TestLinksEnd(t *testing.T) {
	g := openGate(t)
	first := g.link(adaMail, bank.Admin)
	again := must[access.Letter](t)(g.gate.InviteAgain(g.ctx, system(g.c), g.at, adaMail))
	_, err := g.gate.Link(g.ctx, g.at, first)
	wantError(t, err, bank.ErrNotFound, "newer")
	other := g.at
	other.Customer = g.customer("Other").ID
	_, err = g.gate.Link(g.ctx, other, token(again.URL))
	wantError(t, err, bank.ErrNotFound, "not good")
	wantError(t, g.gate.ResetPassword(g.ctx, g.at, token(again.URL), password), bank.ErrNotFound, "not good")
	step := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, token(again.URL), password))
	e := must[access.TOTPEnrolment](t)(g.gate.EnrolTOTP(g.ctx, g.at, step.Ticket, ""))
	third := must[access.Letter](t)(g.gate.InviteAgain(g.ctx, system(g.c), g.at, adaMail))
	_, err = g.gate.ConfirmTOTP(g.ctx, g.at, step.Ticket, e.State, g.code(e.Secret))
	wantError(t, err, bank.ErrNotFound, "newer") // a replaced link carries nobody to the end
	g.pass(time.Hour)
	_, err = g.gate.AcceptInvitation(g.ctx, g.at, token(third.URL), password)
	wantError(t, err, bank.ErrNotFound, "older than an hour")
	p := g.enrol(adaMail, bank.Admin)
	_, err = g.gate.InviteAgain(g.ctx, system(g.c), g.at, adaMail)
	wantError(t, err, bank.ErrConflict, "accepted")
	if l := must[access.Letter](t)(g.gate.Invite(g.ctx, system(g.c), g.at, p.email, bank.Admin, false)); l.Needed || l.URL != "" {
		t.Errorf("a change of the role needs no link: %+v", l)
	}
}

// One account, two customers: what the second can do gives it nothing of the first.
func TestAnInvitationTakesOverNoAccount(t *testing.T) {
	g := openGate(t)
	ada := g.enrol(adaMail, bank.Admin)
	other := g.customer("Other")
	there := g.at
	there.Customer, there.Origin = other.ID, "https://panel.other.example"
	letter := must[access.Letter](t)(g.gate.Invite(g.ctx, system(other), there, adaMail, bank.Admin, true))
	link := token(letter.URL)
	if v := must[access.LinkView](t)(g.gate.Link(g.ctx, there, link)); v.NewPassword {
		t.Error("the inviter may choose a password for an account of somebody else's")
	}
	_, err := g.gate.AcceptInvitation(g.ctx, there, link, "a password of the inviter")
	wantError(t, err, access.ErrSignIn, "")
	_, err = g.gate.SignIn(g.ctx, there, adaMail, password)
	wantError(t, err, access.ErrSignIn, "") // not before she accepted
	step := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, there, link, password))
	if step.Enrol {
		t.Fatal("another second factor is enrolled without the first")
	}
	opened := must[access.Opened](t)(g.gate.SecondFactor(g.ctx, there, step.Ticket, g.code(ada.secret)))
	if _, _, err := g.gate.Authenticate(g.ctx, g.at, opened.Token, false); !errors.Is(err, bank.ErrUnauthenticated) {
		t.Errorf("a session of one panel is good in another: %v", err)
	}
	// Nor may an ADMIN of the second take her second factor away.
	bob := must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, there, token(must[access.Letter](t)(g.gate.Invite(g.ctx, system(other), there, bobMail, bank.Admin, true)).URL), password))
	e := must[access.TOTPEnrolment](t)(g.gate.EnrolTOTP(g.ctx, there, bob.Ticket, ""))
	in := must[access.Opened](t)(g.gate.ConfirmTOTP(g.ctx, there, bob.Ticket, e.State, g.code(e.Secret)))
	actor, _, err := g.gate.Authenticate(g.ctx, there, in.Token, true)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.gate.ResetSecondFactor(g.ctx, actor, there, adaMail)
	wantError(t, err, bank.ErrForbidden, "elsewhere")
}

func TestLetters(t *testing.T) {
	g := newGateScene(t, storetest.Open(t), true)
	l := must[access.Letter](t)(g.gate.Invite(g.ctx, system(g.c), g.at, adaMail, bank.Admin, true))
	if !l.Mailed || l.URL != "" || len(g.letters) != 1 || !strings.HasPrefix(g.letters[0], adaMail+": Invitation to the panel of Example\n") {
		t.Fatalf("letter %+v, %q", l, g.letters)
	}
	i := strings.Index(g.letters[0], "https://panel.example/invitation/")
	link, _, _ := strings.Cut(g.letters[0][i+len("https://panel.example/invitation/"):], "\n")
	g.finish(adaMail, must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, link, password)))
	g.broken = errors.New("no route to the mail server")
	l = must[access.Letter](t)(g.gate.Invite(g.ctx, system(g.c), g.at, "eli@example.test", bank.Employee, false))
	if l.Mailed || l.URL == "" || l.MailError != g.broken.Error() {
		t.Errorf("a letter that was not sent: %+v", l)
	}
}

func TestForgottenPassword(t *testing.T) {
	g := newGateScene(t, storetest.Open(t), true)
	g.enrolMailed(t)
	g.letters = nil
	for _, email := range []string{"nobody@example.test", adaMail} {
		if err := g.gate.RequestReset(g.ctx, g.at, email); err != nil {
			t.Fatal(err)
		}
	}
	g.gate.Close()
	if len(g.letters) != 1 || !strings.HasPrefix(g.letters[0], adaMail) {
		t.Fatalf("letters %q", g.letters)
	}
	_, rest, _ := strings.Cut(g.letters[0], "/reset/")
	link, _, _ := strings.Cut(rest, "\n")
	const other = "a quite different sentence"
	wantError(t, g.gate.ResetPassword(g.ctx, g.at, link, "qwertyuiop123456"), bank.ErrInvalid, "first")
	if err := g.gate.ResetPassword(g.ctx, g.at, link, other); err != nil {
		t.Fatal(err)
	}
	wantError(t, g.gate.ResetPassword(g.ctx, g.at, link, other), bank.ErrNotFound, "used")
	_, err := g.gate.SignIn(g.ctx, g.at, adaMail, password)
	wantError(t, err, access.ErrSignIn, "")
	if step := must[access.Step](t)(g.gate.SignIn(g.ctx, g.at, adaMail, other)); step.Enrol || !step.TOTP {
		t.Errorf("the second factor is gone: %+v", step)
	}
}

// enrolMailed enrols ada where letters are sent.
func (g *gateScene) enrolMailed(t *testing.T) person {
	t.Helper()
	must[access.Letter](t)(g.gate.Invite(g.ctx, system(g.c), g.at, adaMail, bank.Admin, true))
	_, rest, _ := strings.Cut(g.letters[0], "/invitation/")
	link, _, _ := strings.Cut(rest, "\n")
	return g.finish(adaMail, must[access.Step](t)(g.gate.AcceptInvitation(g.ctx, g.at, link, password)))
}

func TestOnlyASandboxTellsCodes(t *testing.T) {
	g := openGate(t)
	g.invite(g.c, adaMail, bank.Admin, true)
	wantError(t, g.gate.EnrolSandbox(g.ctx, g.c.ID, adaMail, password, "KZWQW5FOSDK5QHMU2L3N6KPPTYPJJFTF"), bank.ErrForbidden, "sandbox")
	_, err := g.gate.SandboxCode(g.ctx, adaMail)
	wantError(t, err, bank.ErrForbidden, "sandbox")
}

func TestPasswordRules(t *testing.T) {
	for password, fault := range map[string]string{
		"tulips under seven bridges":     "",
		"zażółć gęślą jaźń":              "",
		"demo-5ov2-whvl-djus":            "",
		"xK9#mQ2$vL7!":                   "",
		"short":                          "too-short",
		"żółćżółćżół":                    "too-short",
		strings.Repeat("xyzqw ", 22):     "too-long",
		"ada.lovelace@example.test":      "is-email",
		" ADA.lovelace@example.test":     "is-email",
		"aaaaaaaaaaaaaaaa":               "repetition",
		"abcxyzabcxyzabcxyz":             "repetition",
		"password12345":                  "common",
		"P@ssw0rd!2026":                  "common",
		"qwertyuiop123456":               "common",
		"adaLovelace2026":                "common",
		"IMS-panel-admin-1":              "common",
		"poiuytrewq0987654321":           "common",
		"bad\xffencoding and more of it": "not-text",
	} {
		err := access.CheckPassword(password, "ada.lovelace@example.test")
		got := ""
		if e, ok := bank.AsError(err); ok {
			got = e.Fields[0].Code
		}
		if got != fault {
			t.Errorf("%q: %q, want %q", password, got, fault)
		}
	}
}

// A password that is taken is never refused for what stands behind it, within the bound of its length.
func TestALongerPasswordIsNoWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z]{12,40}`).Draw(t, "password")
		more := rapid.StringMatching(` [b-df-hj-np-tv-xz]{7}`).Draw(t, "more")
		if access.CheckPassword(text, adaMail) == nil && access.CheckPassword(text+more, adaMail) != nil {
			t.Errorf("%q is taken, %q is not", text, text+more)
		}
	})
}
