package panel

import "github.com/chromedp/chromedp"

// views lists every page; a new page gets its line here, with one for what is empty and one for what is wrong.
func views(s *scene) []view {
	user := "/users/" + s.users[0].ID.String()
	return []view{
		{name: "sign-in", path: "/sign-in"},
		{name: "sign-in-wrong", path: "/sign-in", setUp: func(c *chrome) {
			c.fill("#field-email", adminEmail)
			c.fill("#field-password", "wrong")
			c.press("\r")
			c.do(chromedp.WaitVisible(".notice"))
		}},
		{name: "sign-in-code", path: "/sign-in", setUp: func(c *chrome) {
			c.fill("#field-email", adminEmail)
			c.fill("#field-password", password)
			c.press("\r")
			c.do(chromedp.WaitVisible("#field-code"))
		}},
		{name: "home", path: "/", as: adminEmail},
		{name: "users", path: "/users", as: adminEmail},
		{name: "users-filtered", path: "/users?name=T&kyc=ACCEPTED&kyc=PENDING&created.from=2020-01-01&size=20", as: adminEmail},
		{name: "users-nothing", path: "/users?name=nobody", as: adminEmail},
		{name: "users-wrong", path: "/users?iban=PL00&created.from=yesterday", as: adminEmail},
		{name: "user", path: user, as: adminEmail},
		{name: "user-edit", path: user + "/edit", as: adminEmail},
		{name: "user-lock", path: user + "/lock", as: adminEmail},
		{name: "user-lock-dialog", path: user, as: adminEmail, setUp: func(c *chrome) {
			c.click("a[href$='/lock']")
			c.do(chromedp.WaitVisible("dialog[open] .ask"))
		}},
		{name: "search", path: "/search?q=nothing+like+it", as: adminEmail},
		{name: "keys", path: "/keys", as: adminEmail},
		{name: "not-found", path: "/nowhere", as: adminEmail},
		{name: "account", path: "/", as: adminEmail, setUp: func(c *chrome) {
			c.click("button[popovertarget=account]")
			c.do(chromedp.WaitVisible("#account"))
		}},
		{name: "home-employee", path: "/", as: employeeEmail},
		{name: "settings", path: "/settings", as: adminEmail},
		{name: "settings-edit", path: "/settings/edit", as: adminEmail},
		{name: "forbidden", path: user + "/edit", as: employeeEmail},
	}
}
