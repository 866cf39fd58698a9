package panel

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ims/internal/bank"
	"ims/internal/store"
)

// itemViews are the pages about amounts without a home, approvals, own funds and search.
func itemViews(s *scene) []view {
	s.withItems()
	s.namesake()
	item := "/items/" + s.itemOf(12_50).ID.String()
	waits, change, approved := s.openedApprovals()
	return []view{
		{name: "items", path: "/items", as: adminEmail},
		{name: "items-filtered", path: "/items?words=tytulu&amount.from=0.50&itemStatus=ALL", as: adminEmail},
		{name: "items-nothing", path: "/items?itemStatus=SETTLED", as: adminEmail},
		{name: "items-wrong", path: "/items?amount.from=much", as: adminEmail},
		{name: "item", path: item, as: adminEmail},
		{name: "item-claimed", path: "/items/" + s.itemOf(7_00).ID.String(), as: adminEmail},
		{name: "item-assign", path: item + "/assign?q=TESTOWY", as: adminEmail},
		{name: "item-assign-wrong", path: item + "/assign?q=nobody", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-reason", "x")
			c.press("\r")
			c.do(chromedp.WaitVisible(".fault", chromedp.ByQuery))
		}},
		{name: "item-return-dialog", path: item, as: adminEmail, setUp: func(c *chrome) {
			c.click("a[href$='/return']")
			c.do(chromedp.WaitVisible("dialog[open] .ask"))
		}},
		{name: "items-several", path: "/items/several?all=1&words=tytulu", as: adminEmail},
		{name: "items-several-mixed", path: "/items/several?all=1", as: adminEmail},
		{name: "approvals", path: "/approvals", as: adminEmail},
		{name: "approvals-all", path: "/approvals/all", as: adminEmail},
		{name: "approval", path: "/approvals/" + waits.String(), as: adminEmail},
		{name: "approval-change", path: "/approvals/" + change.String(), as: adminEmail},
		{name: "approval-approved", path: "/approvals/" + approved.String(), as: adminEmail},
		{name: "funds", path: "/funds", as: adminEmail},
		{name: "fund", path: "/funds/" + s.fundOf(bank.KindTechnical).String(), as: adminEmail},
		{name: "search-many", path: "/search?q=items.pli", as: adminEmail},
		{name: "approvals-empty", path: "/approvals", as: employeeEmail},
	}
}

// openedApprovals are three that are open: an item's return and a change of settings wait for the admin, and an item's
// assignment that the admin asked for is approved.
func (s *scene) openedApprovals() (waits, change, approved bank.ID) {
	s.t.Helper()
	add := func(a bank.Approval) bank.ID {
		a.Customer, a.ID, a.RequestedAt = s.customer.ID, bank.NewID(), s.now()
		if err := s.db.Write(s.t.Context(), func(tx *store.Tx) error { _, err := tx.AddApproval(a); return err }); err != nil {
			s.t.Fatal(err)
		}
		return a.ID
	}
	waits = add(bank.Approval{Action: "item.return", Object: s.itemOf(99_00).ID.String(), Summary: "return 99.00 PLN: nobody of this name", Status: bank.ApprovalPending, RequestedBy: secondEmail})
	change = add(bank.Approval{Action: "customers.settings", Object: "1", Summary: `settings from {"fourEyes":true,"ibanMode":"AUTOMATIC"} to {"fourEyes":false,"ibanMode":"API"}`,
		Status: bank.ApprovalPending, RequestedBy: secondEmail})
	approved = add(bank.Approval{Action: "item.assign", Object: s.itemOf(12_50).ID.String(), Summary: "assign 12.50 PLN to balance " + s.candidatesOf(0)[0].ID.String() + ": one slip",
		Status: bank.ApprovalApproved, RequestedBy: adminEmail, DecidedBy: secondEmail})
	return waits, change, approved
}

// TestKeys goes with the keyboard to every entry of the navigation, as the help says it, and through a list.
func TestKeys(t *testing.T) {
	s := newScene(t).withItems()
	c := newChrome(t, s)
	c.signIn(adminEmail)
	var letters []string
	c.eval(`[...document.querySelectorAll("a[data-letter]")].map(a => a.dataset.letter + " " + a.getAttribute("href"))`, &letters)
	if len(letters) < 8 {
		t.Fatalf("only %d entries have a letter", len(letters))
	}
	for _, l := range letters {
		c.press("g")
		c.press(l[:1])
		c.do(chromedp.Poll(`location.pathname === `+quoted(l[2:]), nil), chromedp.WaitReady("#main", chromedp.ByQuery))
	}
	c.press("?")
	c.do(chromedp.WaitVisible("dialog[open] .keys", chromedp.ByQuery))
	for _, l := range letters {
		c.eval(`[...document.querySelectorAll("dialog kbd")].some(k => k.textContent === `+quoted(l[:1])+`)`, new(bool))
	}
	c.press(kb.Escape)
	c.do(chromedp.WaitNotVisible("dialog", chromedp.ByQuery))
	c.press("/")
	c.do(chromedp.WaitVisible("#find:focus", chromedp.ByQuery), chromedp.SendKeys("#find", s.itemOf(99_00).ID.String()+kb.Enter, chromedp.ByQuery))
	c.sees("zwrot dla ANNA PRZYKŁADOWA")
}

// TestWayOfAnAmount finds the amount that is one slip away, with the keyboard, and gives it the home that is suggested.
func TestWayOfAnAmount(t *testing.T) {
	s := newScene(t).withItems()
	c := newChrome(t, s)
	c.signIn(adminEmail)
	c.press("g")
	c.press("t")
	c.sees("one slip in the IBAN")
	c.open("/items?words=marzec")
	c.press("j")
	c.press(kb.Enter)
	c.sees("This may be meant for JAN TESTOWY")
	c.click(".hintbox a.button")
	c.do(chromedp.WaitVisible("input[name=target]:checked", chromedp.ByQuery))
	c.fill("#field-reason", "one digit differs")
	c.press(kb.Enter)
	c.sees("The amount has a home now.")
	if got := s.available(0); got != 12_50 {
		t.Errorf("JAN has %d", got)
	}
}

func quoted(text string) string { return `decodeURIComponent("` + url.PathEscape(text) + `")` }
