package panel

import "github.com/chromedp/chromedp"

// customerViews are the pages of end users, their balances and the payment history.
func customerViews(s *scene) []view {
	s.arrive(0, 123400, "FIKCYJNY PŁATNIK", "czynsz za marzec", 2)
	user, balance, empty := "/users/"+s.users[0].ID.String(), "/balances/"+s.balanceOf(0).ID.String(), "/balances/"+s.balanceOf(1).ID.String()
	return []view{
		{name: "cust-user-new", path: "/users/new", as: adminEmail},
		{name: "cust-balances", path: user + "/balances", as: adminEmail},
		{name: "cust-balance-new", path: user + "/balances/new", as: adminEmail},
		{name: "cust-balance", path: balance, as: adminEmail},
		{name: "cust-balance-revealed", path: balance, as: adminEmail, setUp: func(c *chrome) {
			c.click(".iban button")
			c.do(chromedp.WaitVisible(".iban [data-copy]", chromedp.ByQuery))
		}},
		{name: "cust-close", path: empty + "/close", as: adminEmail},
		{name: "cust-close-not", path: balance + "/close", as: adminEmail},
		{name: "cust-block", path: balance + "/block", as: adminEmail},
		{name: "cust-statement-wrong", path: balance + "/statement?from=2026-02-02&to=2026-02-01&form=pdf", as: adminEmail},
		{name: "cust-history", path: "/history", as: adminEmail},
		{name: "cust-history-user", path: user + "/history?amount.from=x", as: adminEmail},
		{name: "cust-transaction", path: "/history", as: adminEmail, setUp: func(c *chrome) {
			c.click("#results a.row")
			c.do(chromedp.WaitVisible(".sides", chromedp.ByQuery))
		}},
		{name: "cust-report-new", path: "/reports/new", as: adminEmail},
		{name: "cust-reports", path: "/reports", as: adminEmail},
		{name: "cust-audit", path: user + "/audit", as: adminEmail},
	}
}
