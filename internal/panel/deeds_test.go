package panel

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ims/internal/bank"
)

// TestDeeds asks for each change that needs a second person, shows it to them in both languages, and carries out exactly what
// was approved: in turns by who asked and by who approved.
func TestDeeds(t *testing.T) {
	eachScene(t, func(s *scene) {
		s.withFourEyes()
		asker, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
		master := s.masterAccount().ID.String()
		asker.post(s.operatorPage(employeeEmail)+"/lock", url.Values{"reason": {"on leave"}}).expect(http.StatusSeeOther)
		for n, d := range []struct {
			action, path string
			form         url.Values
			shows        []string // in both languages
			polish       string
			then, says   string // a page that says what happened
		}{
			{"customers.settings", "/settings/edit", url.Values{"ibanMode": {"API"}, "fourEyes": {"1"}, "retentionYears": {"7"}, "addBalanceRoles": {"ADMIN"}},
				[]string{"7"}, "Zasada czterech oczu", "/settings", "7 years"},
			{"customers.master-account", "/master-accounts/" + master + "/edit", url.Values{"name": {"Renamed account"}, "acceptance": {"BY_RECORD"}, "types": {"110 210"}, "twoHundreds": {"STATEMENT_PKO"}},
				[]string{"Renamed account", "Collective account in PLN", "PL83111111110000000000000010"}, "Rekord z błędem", "/master-accounts", "Renamed account"},
			{"base-ibans.add", "/master-accounts/" + master + "/base", url.Values{"base": {"PL111111117788"}, "issuing": {"1"}},
				[]string{"PL111111117788", "PLN"}, "Bazowy IBAN", "/master-accounts", "PL111111117788"},
			{"certificates.sign", "/certificates/sign", url.Values{"csr": {csrOf(s.t, "V-Demo-App")}, "permissions": {"users:read", "history:read"}},
				[]string{"V-Demo-App"}, "historii płatności", "/certificates", "V-Demo-App"},
			{"domain.add", "/domains", url.Values{"host": {"new.demo.example"}}, []string{"new.demo.example"}, "Rejestracja domeny", "/domains", "new.demo.example"},
			{"operators.invite", "/operators/invite", url.Values{"email": {newEmail}, "role": {"MANAGER"}}, []string{newEmail}, "Nadanie roli", "/operators", newEmail},
			{"operators.unlock", s.operatorPage(employeeEmail) + "/unlock", url.Values{"reason": {"back again"}}, []string{employeeEmail, "back again"}, "Odblokowanie", "/operators?operatorStatus=ACTIVE", employeeEmail},
			{"operators.second-factor", s.operatorPage(managerEmail) + "/second-factor", url.Values{}, []string{managerEmail}, "Reset drugiego", "/operators", managerEmail},
			{"roles.set", "/roles/EMPLOYEE", url.Values{"permission": {"users:read"}}, nil, "Historia", "/roles", "Employee"},
			{"notification-endpoint.set", "/notifications/edit", basic("https://hooks.example/ims"), []string{"https://hooks.example/ims"}, "Adres", "/notifications", "https://hooks.example/ims"},
			{"notification-endpoint.rotate", "/notifications/rotate", url.Values{}, nil, "klucz", "/notifications", "hooks.example"},
		} {
			page := asker.post(d.path, d.form).expect(http.StatusSeeOther).header.Get("Location")
			a := s.waitingOne()
			if page != "/approvals/"+a.ID.String() || a.Action != d.action {
				s.t.Fatalf("%s leads to %s, %s waits", d.path, page, a.Action)
			}
			second.get(page).expect(http.StatusOK, d.shows...).lacks("{&#34;ibanMode", d.action+"<")
			second.get(page, "Accept-Language", "pl").expect(http.StatusOK, append(d.shows, d.polish)...).lacks(a.Summary)
			second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
			who := []*browser{asker, second}[n%2]
			if got := who.carriesOut(page); got.status != http.StatusSeeOther && got.status != http.StatusOK {
				got.expect(http.StatusOK)
			}
			asker.get(d.then).expect(http.StatusOK, d.says)
		}
		if m := s.masterAccount(); m.Name != "Renamed account" || m.Acceptance != bank.ByRecord || m.Dialect.TwoHundreds != bank.StatementPKO || strings.Join(m.Dialect.Types, " ") != "110 210" {
			s.t.Errorf("the master account is %+v", m)
		}
	})
}

func (s *scene) masterAccount() bank.MasterAccount {
	s.t.Helper()
	return must[[]bank.MasterAccount](s.t)(s.panel.Customers.MasterAccounts(s.t.Context(), s.customer.ID))[0]
}
