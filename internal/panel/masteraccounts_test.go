package panel

import (
	"net/http"
	"net/url"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/money"
)

// TestMasterAccounts adds an account, tells what is wrong with one, and changes how its files are read.
func TestMasterAccounts(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/master-accounts").expect(http.StatusOK, "Collective account in PLN", "PL111111117700", "Issues new IBANs", "0% used", "999,999,999,997", "Elixir-O")
	form := url.Values{"iban": {"DE89370400440532013001"}, "currency": {"EUR"}, "name": {"Euros"}, "acceptance": {"BY_RECORD"}, "types": {"11o"}, "maxAgeDays": {"30"}}
	b.post("/master-accounts/new", form).expect(http.StatusUnprocessableEntity, `id="field-types-fault"`, `value="11o"`, `value="Euros"`, `value="EUR" selected`, `value="BY_RECORD" selected`)
	form.Set("types", "")
	b.post("/master-accounts/new", form).expect(http.StatusUnprocessableEntity, `id="field-iban-fault"`)
	form.Set("iban", "DE89 3704 0044 0532 0130 00")
	b.post("/master-accounts/new", form).expect(http.StatusSeeOther)
	b.get("/master-accounts").expect(http.StatusOK, "Euros", "By record", "camt.054", "at most 30 days old", "No base IBAN of this account issues in EUR")
	m := must[[]bank.MasterAccount](t)(s.panel.Customers.MasterAccounts(t.Context(), s.customer.ID))[0]
	edit := "/master-accounts/" + m.ID.String() + "/edit"
	b.get(edit).expect(http.StatusOK, `value="Collective account in PLN"`).lacks(`name="iban"`)
	b.post(edit, url.Values{"name": {"Renamed"}, "acceptance": {"STRICT"}, "twoHundreds": {"STATEMENT_PKO"}, "maxAgeDays": {"x"}}).expect(http.StatusUnprocessableEntity, `id="field-maxAgeDays-fault"`, `value="Renamed"`)
	b.post(edit, url.Values{"name": {"Renamed"}, "acceptance": {"STRICT"}, "twoHundreds": {"STATEMENT_PKO"}}).expect(http.StatusSeeOther)
	b.get("/master-accounts").expect(http.StatusOK, "Renamed", "2xx STATEMENT_PKO")
}

// TestBaseIBANs warns where numbers run out, adds a range, and issues for the balances that wait.
func TestBaseIBANs(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	m := must[bank.MasterAccount](t)(s.panel.Customers.AddMasterAccount(t.Context(), s.admin, customers.NewMasterAccount{IBAN: "DE89370400440532013000", Currency: money.EUR}))
	must[accounts.BalanceView](t)(s.panel.Accounts.CreateBalance(t.Context(), s.admin, s.users[0].ID, money.EUR))
	add := "/master-accounts/" + m.ID.String() + "/base"
	b.post(add, url.Values{"base": {"XX1"}, "issuing": {"1"}}).expect(http.StatusUnprocessableEntity, `id="field-base-fault"`, `value="XX1"`)
	b.post(add, url.Values{"base": {"PL1111111177"}, "issuing": {"1"}}).expect(http.StatusUnprocessableEntity, `id="field-base-fault"`)
	b.post(add, url.Values{"base": {"DE 37040044 053201301"}, "issuing": {"1"}}).expect(http.StatusSeeOther)
	b.get("/master-accounts").expect(http.StatusOK, "DE37040044053201301", "was added", "Issue missing IBANs")
	b.get("/master-accounts/issue?currency=EUR").expect(http.StatusOK, "wait for an IBAN")
	b.post("/master-accounts/issue", url.Values{"currency": {"EUR"}}).expect(http.StatusSeeOther)
	b.get("/master-accounts").expect(http.StatusOK, "IBANs issued: 1", "10% used")
	for range 7 {
		u := must[bank.User](t)(s.panel.Accounts.CreateUser(t.Context(), s.admin, accounts.NewUser{Type: bank.Person, FirstName: "A", LastName: "B"}))
		must[accounts.BalanceView](t)(s.panel.Accounts.CreateBalance(t.Context(), s.admin, u.ID, money.EUR))
	}
	b.get("/master-accounts").expect(http.StatusOK, "80% used", "Ask for another soon")
}

// TestBaseIBANWaits holds that a base IBAN needs a second person, who sees exactly which.
func TestBaseIBANWaits(t *testing.T) {
	s := newScene(t).withFourEyes()
	b := s.signedIn(adminEmail)
	m := must[[]bank.MasterAccount](t)(s.panel.Customers.MasterAccounts(t.Context(), s.customer.ID))[0]
	add := "/master-accounts/" + m.ID.String() + "/base"
	b.waits(add, url.Values{"base": {"PL111111117788"}, "issuing": {"1"}})
	b.get("/master-accounts").expect(http.StatusOK, `href="/approvals/`).lacks("<code>PL111111117788</code>")
	s.approve()
	b.carriesOut("/master-accounts")
	b.get("/master-accounts").expect(http.StatusOK, "<code>PL111111117788</code>", "Yours, issues nothing")
}

// TestDomains adds a host and takes it away once its name was typed; the one the operator is on has a warning of its own.
func TestDomains(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/domains").expect(http.StatusOK, "localhost", "You are here", "demo.localhost")
	b.post("/domains", url.Values{"host": {"https://panel.example.com/"}}).expect(http.StatusUnprocessableEntity, `id="field-host-fault"`, "without https://", `value="https://panel.example.com/"`)
	b.post("/domains", url.Values{"host": {"localhost"}}).expect(http.StatusUnprocessableEntity, "registered already")
	b.post("/domains", url.Values{"host": {"Panel.Example.com"}}).expect(http.StatusSeeOther)
	b.get("/domains").expect(http.StatusOK, "panel.example.com was added")
	b.get("/domains/remove?host=localhost").expect(http.StatusOK, "You are on this host")
	b.get("/domains/remove?host=other.example").expect(http.StatusNotFound)
	b.post("/domains/remove", url.Values{"host": {"panel.example.com"}, "confirm": {"panel"}}).expect(http.StatusUnprocessableEntity, "Type exactly panel.example.com")
	b.post("/domains/remove", url.Values{"host": {"panel.example.com"}, "confirm": {"panel.example.com"}}).expect(http.StatusSeeOther)
	b.get("/domains").expect(http.StatusOK, "panel.example.com was removed").lacks("<code>panel.example.com</code>")
}
