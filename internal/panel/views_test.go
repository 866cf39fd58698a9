package panel

import (
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"ims/internal/bank"
)

// views lists every page; a new page gets its line in one of these lists, with one for what is empty and one for what is wrong.
func views(s *scene) []view {
	return slices.Concat(doorViews(s), generalViews(s), profileViews(), peopleViews(s), userViews(s), settingsViews(s), fileViews(s), itemViews(s),
		customerViews(s))
}

// doorViews are the pages before somebody is signed in.
func doorViews(s *scene) []view {
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
		{name: "recovery-code", path: "/sign-in", setUp: func(c *chrome) {
			c.fill("#field-email", adminEmail)
			c.fill("#field-password", password)
			c.press("\r")
			c.do(chromedp.WaitVisible("a[href*=recovery]"))
			c.click("a[href*=recovery]")
			c.do(chromedp.WaitReady("[name=with]", chromedp.ByQuery))
		}},
		{name: "invitation", path: s.invited("invited@demo-pay.example", bank.Employee)},
		{name: "invitation-wrong", path: s.invited("invited-too@demo-pay.example", bank.Employee), setUp: func(c *chrome) {
			c.fill("#field-password", "short")
			c.press("\r")
			c.do(chromedp.WaitVisible(".field .fault"))
		}},
		{name: "enrol", path: s.invited("enrols@demo-pay.example", bank.Employee), setUp: func(c *chrome) {
			c.fill("#field-password", newPassword)
			c.press("\r")
			c.do(chromedp.WaitVisible(".qr"))
		}},
		{name: "link-over", path: "/invitation/nothing"},
		{name: "forgotten", path: "/forgotten"},
		{name: "reset", path: s.resetLink(managerEmail)},
		{name: "recovery-codes", path: s.invited("keeps@demo-pay.example", bank.Employee), setUp: (*chrome).enrolApp},
	}
}

// generalViews are the pages that belong to no subject.
func generalViews(s *scene) []view {
	user := "/users/" + s.users[0].ID.String()
	return []view{
		{name: "home", path: "/", as: adminEmail},
		{name: "search", path: "/search?q=nothing+like+it", as: adminEmail},
		{name: "keys", path: "/keys", as: adminEmail},
		{name: "not-found", path: "/nowhere", as: adminEmail},
		{name: "account", path: "/", as: adminEmail, setUp: func(c *chrome) {
			c.click("button[popovertarget=account]")
			c.do(chromedp.WaitVisible("#account"))
		}},
		{name: "home-employee", path: "/", as: employeeEmail},
		{name: "forbidden", path: user + "/edit", as: employeeEmail},
	}
}

// profileViews are the pages about oneself.
func profileViews() []view {
	return []view{
		{name: "profile", path: "/profile", as: adminEmail},
		{name: "profile-password", path: "/profile/password", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-current", password)
			c.fill("#field-password", "short")
			c.press("\r")
			c.do(chromedp.WaitVisible(".field .fault"))
		}},
		{name: "profile-totp", path: "/profile/totp", as: adminEmail},
		{name: "profile-passkey", path: "/profile/passkeys/new", as: adminEmail},
		{name: "confirm", path: "/confirm?next=/profile", as: adminEmail},
	}
}

// peopleViews are the pages about operators and roles.
func peopleViews(s *scene) []view {
	return []view{
		{name: "operators", path: "/operators", as: adminEmail},
		{name: "operators-nothing", path: "/operators?email=nobody", as: adminEmail},
		{name: "operator", path: s.operatorPage(employeeEmail), as: adminEmail},
		{name: "operator-lock", path: s.operatorPage(employeeEmail) + "/lock", as: adminEmail},
		{name: "operator-lock-dialog", path: s.operatorPage(employeeEmail), as: adminEmail, setUp: func(c *chrome) {
			c.click("a[href$='/lock']")
			c.do(chromedp.WaitVisible("dialog[open] .ask"))
		}},
		{name: "operator-role", path: s.operatorPage(employeeEmail) + "/role", as: adminEmail},
		{name: "operator-factor", path: s.operatorPage(employeeEmail) + "/second-factor", as: adminEmail},
		{name: "operator-invite", path: "/operators/invite", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-email", "name@invented.example")
			c.do(chromedp.Submit("#field-email", chromedp.ByQuery), chromedp.WaitVisible(".copyable", chromedp.ByQuery))
		}},
		{name: "operator-invite-wrong", path: "/operators/invite", as: adminEmail, setUp: func(c *chrome) {
			c.eval(`document.querySelector("main form").noValidate = true`, nil)
			c.fill("#field-email", "no address")
			c.press("\r")
			c.do(chromedp.WaitVisible(".field .fault"))
		}},
		{name: "roles", path: "/roles", as: adminEmail},
		{name: "role", path: "/roles/EMPLOYEE", as: adminEmail},
	}
}

// userViews are the pages of end users.
func userViews(s *scene) []view {
	user := "/users/" + s.users[0].ID.String()
	return []view{
		{name: "users", path: "/users", as: adminEmail},
		{name: "users-filtered", path: "/users?name=T&kyc=ACCEPTED&kyc=PENDING&created.from=2020-01-01&size=20", as: adminEmail},
		{name: "users-nothing", path: "/users?name=nobody", as: adminEmail},
		{name: "users-wrong", path: "/users?iban=PL00&created.from=yesterday", as: adminEmail},
		{name: "users-view-new", path: "/views/new?of=/users%3Fname%3DT&columns=name", as: adminEmail},
		{name: "users-view", path: "/views/new?of=/users%3Fname%3DT&columns=name,phone", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-name", "Names with T")
			c.press("\r")
			c.do(chromedp.WaitVisible(".views [aria-current]", chromedp.ByQuery))
		}},
		{name: "user", path: user, as: adminEmail},
		{name: "user-edit", path: user + "/edit", as: adminEmail},
		{name: "user-lock", path: user + "/lock", as: adminEmail},
		{name: "user-lock-dialog", path: user, as: adminEmail, setUp: func(c *chrome) {
			c.click("a[href$='/lock']")
			c.do(chromedp.WaitVisible("dialog[open] .ask"))
		}},
	}
}

// settingsViews are the pages of settings.
func settingsViews(s *scene) []view {
	cert, delivery := s.furnished()
	return []view{
		{name: "settings", path: "/settings", as: adminEmail},
		{name: "certificates", path: "/certificates", as: adminEmail},
		{name: "certificates-page", path: cert, as: adminEmail},
		{name: "certificates-revoke", path: cert + "/revoke", as: adminEmail},
		{name: "certificates-nothing", path: "/certificates?cn=none", as: adminEmail},
		{name: "certificates-wrong", path: "/certificates/new", as: adminEmail, setUp: func(c *chrome) {
			c.click("main button[type=submit]")
			c.do(chromedp.WaitVisible(".fault"))
		}},
		{name: "notifications", path: "/notifications", as: adminEmail},
		{name: "notifications-edit", path: "/notifications/edit", as: adminEmail},
		{name: "notifications-rotate", path: "/notifications/rotate", as: adminEmail},
		{name: "notifications-resend", path: "/notifications/resend", as: adminEmail},
		{name: "notifications-log", path: "/notifications/log", as: adminEmail},
		{name: "notifications-attempts", path: delivery, as: adminEmail},
		{name: "certificates-new", path: "/certificates/new", as: adminEmail},
		{name: "audit", path: "/audit", as: adminEmail},
		{name: "audit-event", path: "/audit/7", as: adminEmail},
		{name: "audit-proof", path: "/audit/proof", as: adminEmail},
		{name: "masters", path: "/master-accounts", as: adminEmail},
		{name: "masters-new", path: "/master-accounts/new", as: adminEmail},
		{name: "masters-wrong", path: "/master-accounts/new", as: adminEmail, setUp: func(c *chrome) {
			c.fill("#field-iban", "PL00")
			c.press("\r")
			c.do(chromedp.WaitVisible(".fault"))
		}},
		{name: "domains", path: "/domains", as: adminEmail},
		{name: "domains-remove", path: "/domains/remove?host=localhost", as: adminEmail},
		{name: "settings-edit", path: "/settings/edit", as: adminEmail},
	}
}

// enrolApp chooses a password and sets up an authenticator app, up to the recovery codes.
func (c *chrome) enrolApp() {
	c.t.Helper()
	c.fill("#field-password", newPassword)
	c.press("\r")
	c.do(chromedp.WaitVisible(".qr", chromedp.ByQuery))
	var secret string
	c.eval(`document.querySelector("[data-copy]").dataset.copy`, &secret)
	c.fill("#field-code", must[string](c.t)(totp.GenerateCode(strings.TrimSpace(secret), c.s.now())))
	c.press("\r")
	c.do(chromedp.WaitVisible(".codes", chromedp.ByQuery))
}
