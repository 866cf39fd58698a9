package panel

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"ims/internal/bank"
)

// TestWayOfANewOperator goes from the invitation's link to the panel with hands and eyes: password, authenticator app, recovery
// codes; out again and in with a recovery code; then with a passkey of the browser's own virtual device.
func TestWayOfANewOperator(t *testing.T) {
	s := newScene(t)
	c := newChrome(t, s)
	c.open(s.invited(newEmail, bank.Manager))
	c.fill("#field-password", "short")
	c.press("\r")
	c.sees("It must have at least 12 characters")
	c.enrolApp()
	var codes []string
	c.eval(`[...document.querySelectorAll(".codes code")].map((c) => c.textContent)`, &codes)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	c.press("\r") // nothing has the focus: the page stays
	c.click("[name=kept]")
	c.click("main button[type=submit]")
	c.do(chromedp.WaitNotPresent(".codes", chromedp.ByQuery))
	c.sees("Home")
	c.leave()

	c.password(newEmail, newPassword)
	c.click("a[href*=recovery]")
	c.do(chromedp.WaitReady("[name=with]", chromedp.ByQuery))
	c.fill("#field-code", "AAAA-BBBB-CCCC-DDDD")
	c.press("\r")
	c.sees("This does not fit together")
	c.fill("#field-code", codes[0])
	c.press("\r")
	c.do(chromedp.WaitReady("#navigation", chromedp.ByQuery))

	c.do(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2,
			Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true,
			AutomaticPresenceSimulation: true}).Do(ctx)
		return err
	}))
	c.open("/profile/passkeys/new")
	c.do(chromedp.WaitVisible("form[data-passkey]", chromedp.ByQuery))
	c.fill("#field-name", "Laptop at work")
	c.press("\r")
	c.sees("The passkey is ready.")
	c.sees("Laptop at work")
	c.sees("9 are left")
	c.axe("profile with a passkey")
	c.leave()

	c.open("/sign-in?next=/profile")
	c.do(chromedp.WaitVisible("form[data-passkey]", chromedp.ByQuery))
	c.click("form[data-passkey] button")
	c.sees("Your profile")
	c.click("a[href$='/remove'][href*=passkeys]")
	c.do(chromedp.WaitVisible("dialog[open] button.danger", chromedp.ByQuery), chromedp.Click("dialog button.danger", chromedp.ByQuery))
	c.sees("The passkey Laptop at work was removed.")
	c.leave()
	c.open("/sign-in")
	c.do(chromedp.WaitVisible("form[data-passkey]", chromedp.ByQuery))
	c.click("form[data-passkey] button")
	c.sees("This does not fit together")
}

// password fills the first step of the sign-in.
func (c *chrome) password(email, password string) {
	c.t.Helper()
	c.open("/sign-in")
	c.fill("#field-email", email)
	c.fill("#field-password", password)
	c.press("\r")
	c.do(chromedp.WaitReady("#field-code", chromedp.ByQuery))
}

// leave signs out.
func (c *chrome) leave() {
	c.t.Helper()
	c.click("button[popovertarget=account]")
	c.do(chromedp.WaitVisible("#account form[action='/sign-out'] button", chromedp.ByQuery), chromedp.Click("#account form[action='/sign-out'] button", chromedp.ByQuery))
	c.sees("You are signed out.")
}
