package panel

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestWayToALockedUser goes the way of an operator with hands on the keyboard: to the list by g u, narrowed by an IBAN, into the
// user with Enter, through the dialog, and out again.
func TestWayToALockedUser(t *testing.T) {
	s := newScene(t)
	c := newChrome(t, s)
	c.signIn(adminEmail)
	c.press("g")
	c.press("u")
	c.sees("Rows a page")
	c.fill("#field-name", "TESTOWY")
	c.press(kb.Enter)
	c.do(chromedp.Poll(`document.querySelectorAll("#results a.row").length === 1 && !document.querySelector(".htmx-request, .htmx-settling")`, nil))
	var address string
	c.eval("location.search", &address)
	if address != "?name=TESTOWY" {
		t.Errorf("the address holds %q", address)
	}
	c.do(chromedp.Evaluate("document.activeElement.blur()", nil))
	c.press("j")
	c.press(kb.Enter)
	c.do(chromedp.WaitVisible(".facts", chromedp.ByQuery))
	c.sees("jan@testowy.example")
	c.click("a[href$='/lock']")
	c.do(chromedp.WaitVisible("dialog[open] button.danger", chromedp.ByQuery))
	c.press(kb.Escape)
	c.do(chromedp.WaitNotVisible("dialog", chromedp.ByQuery))
	c.click("a[href$='/lock']")
	c.do(chromedp.WaitVisible("dialog[open] button.danger", chromedp.ByQuery), chromedp.Click("dialog button.danger", chromedp.ByQuery))
	c.sees("JAN TESTOWY is locked.")
	c.do(chromedp.Reload(), chromedp.WaitReady("#main", chromedp.ByQuery))
	c.sees("Locked")
	c.press("?")
	c.sees("Keyboard shortcuts")
}

// TestHomeStaysUpToDate sees on Home, without a reload, what another operator did.
func TestHomeStaysUpToDate(t *testing.T) {
	s := newScene(t)
	c := newChrome(t, s)
	c.signIn(adminEmail)
	c.open("/")
	c.sees("3 of 1,000,000,000,000 numbers given")
	s.people(t.Context(), "more-")
	c.sees("6 of 1,000,000,000,000 numbers given")
}
