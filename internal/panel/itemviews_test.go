package panel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/store"
)

// itemViews are the pages about amounts without a home, approvals, own funds and search.
func itemViews(s *scene) []view {
	s.withItems()
	s.namesake()
	item := "/items/" + s.itemOf(12_50).ID.String()
	waits, change, approved, several := s.openedApprovals()
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
		{name: "approval-several", path: "/approvals/" + several.String(), as: adminEmail},
		{name: "approval-approved", path: "/approvals/" + approved.String(), as: adminEmail},
		{name: "funds", path: "/funds", as: adminEmail},
		{name: "fund", path: "/funds/" + s.fundOf(bank.KindTechnical).String(), as: adminEmail},
		{name: "search-many", path: "/search?q=items.pli", as: adminEmail},
		{name: "approvals-empty", path: "/approvals", as: employeeEmail},
	}
}

// openedApprovals are four that are open: returns of an item and of several, and a change of settings wait for the admin, and an item's
// assignment that the admin asked for is approved.
func (s *scene) openedApprovals() (waits, change, approved, several bank.ID) {
	s.t.Helper()
	add := func(a bank.Approval) bank.ID {
		a.Customer, a.ID, a.RequestedAt = s.customer.ID, bank.NewID(), s.now()
		if err := s.db.Write(s.t.Context(), func(tx *store.Tx) error {
			if _, err := tx.AddApproval(a); err != nil {
				return err
			}
			return tx.DecideApproval(a)
		}); err != nil {
			s.t.Fatal(err)
		}
		return a.ID
	}
	waits = add(bank.Approval{Action: "item.return", Object: s.itemOf(99_00).ID.String(), Summary: "return 99.00 PLN: nobody of this name",
		Content: bank.ApprovalContent(files.DecisionContent{Items: []files.DecidedItem{{ID: s.itemOf(99_00).ID, Amount: 99_00}}, Currency: "PLN", Reason: "nobody of this name"}), Status: bank.ApprovalPending, RequestedBy: secondEmail})
	change = add(bank.Approval{Action: "customers.settings", Object: "1", Summary: "settings",
		Content: bank.ApprovalContent(customers.SettingsContent{Before: customers.Settings{Settings: bank.DefaultSettings()},
			After: customers.Settings{Settings: bank.Settings{IBANMode: bank.IssueByAPI, RetentionYears: 7}}}),
		Status: bank.ApprovalPending, RequestedBy: secondEmail})
	approved = add(bank.Approval{Action: "item.assign", Object: s.itemOf(12_50).ID.String(), Summary: "assign 12.50 PLN",
		Content: bank.ApprovalContent(files.DecisionContent{Items: []files.DecidedItem{{ID: s.itemOf(12_50).ID, Amount: 12_50}}, Currency: "PLN", Balance: s.candidatesOf(0)[0].ID, Reason: "one slip"}),
		Status:  bank.ApprovalApproved, RequestedBy: adminEmail, DecidedBy: secondEmail})
	several = add(bank.Approval{Action: "items.return", Object: "several", Summary: "return 3.00 PLN of 2 items",
		Content: bank.ApprovalContent(files.DecisionContent{Items: []files.DecidedItem{{ID: s.itemOf(1_00).ID, Amount: 1_00}, {ID: s.itemOf(2_00).ID, Amount: 2_00}},
			Currency: "PLN", Reason: "nobody asks for it"}),
		Status: bank.ApprovalPending, RequestedBy: secondEmail})
	return waits, change, approved, several
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
		letter, path, _ := strings.Cut(l, " ")
		c.press("g" + letter) // in one go: there is little time between the two
		c.comesTo(path)
	}
	c.press("?")
	c.do(chromedp.WaitVisible("dialog[open] .keys", chromedp.ByQuery))
	var told []string
	c.eval(`[...document.querySelectorAll("dialog .keys div")].map(d => [...d.querySelectorAll("kbd")].map(k => k.textContent).join(" "))`, &told)
	for _, key := range []string{"/", "j", "k", "Enter", "Esc", "?"} {
		if !slices.Contains(told, key) {
			t.Errorf("the help does not tell of %s: %q", key, told)
		}
	}
	for _, l := range letters {
		if letter, _, _ := strings.Cut(l, " "); !slices.Contains(told, "g "+letter) {
			t.Errorf("the help does not tell of g %s: %q", letter, told)
		}
	}
	c.press(kb.Escape)
	c.do(chromedp.WaitNotVisible("dialog", chromedp.ByQuery))
	c.press("/")
	c.do(chromedp.WaitVisible("#find:focus", chromedp.ByQuery))
	c.fill("#find", s.itemOf(99_00).ID.String()) // which first takes away the stroke that chromedp types although the page refuses it
	c.press(kb.Enter)
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

// comesTo waits until the browser shows a whole page of this path.
func (c *chrome) comesTo(path string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	look := chromedp.Poll(fmt.Sprintf("document.readyState === 'complete' && location.pathname === %q", path), nil)
	err := chromedp.Run(ctx, look)
	for err != nil && ctx.Err() == nil { // the page went away meanwhile
		err = chromedp.Run(ctx, look)
	}
	if err != nil {
		c.t.Fatalf("the browser does not come to %s: %v", path, err)
	}
}
