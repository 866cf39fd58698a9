package panel

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/store"
	"ims/internal/web"
)

// events are the audit events behind one, and the id of the last.
func (s *scene) events(behind bank.TransactionID) (list []bank.AuditEvent, last bank.TransactionID) {
	s.t.Helper()
	err := s.db.Read(s.t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.AuditEvents(s.customer.ID, behind+1, 1<<50)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if last = behind; len(list) > 0 {
		last = list[len(list)-1].ID
	}
	return list, last
}

// origins watches what every form that a test sends leaves in the audit trail: each event of an operator says from where, and by
// which request.
type origins struct {
	last    bank.TransactionID
	audited map[string]bool // patterns of routes whose forms left an event
	sent    map[string]bool
	mux     *http.ServeMux
}

func (s *scene) watchOrigins() *origins {
	o := &origins{audited: map[string]bool{}, sent: map[string]bool{}, mux: http.NewServeMux()}
	for _, r := range routes() {
		o.mux.HandleFunc(r.method+" "+r.path, http.NotFound)
	}
	_, o.last = s.events(0)
	s.origins = o
	return o
}

// begin skips what was written outside of the panel.
func (o *origins) begin(s *scene) { _, o.last = s.events(o.last) }

func (o *origins) end(s *scene, r *http.Request, id string) {
	s.t.Helper()
	_, pattern := o.mux.Handler(r)
	o.sent[pattern] = true
	var list []bank.AuditEvent
	list, o.last = s.events(o.last)
	for _, e := range list {
		if !strings.Contains(e.Actor, "@") {
			continue // a worker of ours
		}
		o.audited[pattern] = true
		if e.Origin != "127.0.0.1 request "+id {
			s.t.Errorf("%s: %s of %s comes from %q, want the request %s", pattern, e.Action, e.Actor, e.Origin, id)
		}
	}
}

// silent are forms that change nothing of the customer's, so that they leave no event, or that need a device or a letter: the
// tests of the passkeys and of the links hold those.
var silent = []string{"/certificates/new", "/confirm", "/preferences", "/columns", "/items/several/look", "/recovery-codes/kept", "/views/new", "/views/{id}",
	"/views/{id}/remove", "/reports/new", "/notifications/test", "/notifications/log/{id}/retry", "/transactions/{id}/resend/{delivery}",
	"/enrol/passkey", "/sign-in", "/sign-in/passkey", "/profile/passkeys/new", "/profile/passkeys/{id}/name", "/profile/passkeys/{id}/remove",
	"/invitation/{token}", "/second-factor/{token}", "/forgotten", "/reset/{token}", "/profile/totp/remove", "/profile/sessions/{id}/end", "/profile/sessions/others/end", "/audit/proof"}

// ordering are forms whose ways have tests of their own, which begin with what no scene here has: orders and order files.
var ordering = []string{"/transfers/{id}/cancel", "/balances/{id}/transfer/look", "/balances/{id}/transfer", "/order-files/collect", "/order-files/{id}/approve",
	"/order-files/{id}/hand-over", "/order-files/{id}/discard", "/order-files/{id}/reject", "/order-files/{id}/report"}

// TestOrigins sends the forms of the panel: whatever changes something leaves an event, and each says from which address and by
// which request, as those of the APIs do; the page of the event shows it.
func TestOrigins(t *testing.T) {
	s := newScene(t).withItems()
	o := s.watchOrigins()
	b, second := s.signedIn(adminEmail), s.signedIn(secondEmail)
	s.sendAboutPeople(b)
	s.sendSettings(b)
	s.sendFiles(b)
	s.sendApprovals(b, second)
	b.post("/profile/recovery-codes", url.Values{}).expect(http.StatusOK)
	b.post("/profile/password", url.Values{"current": {password}, "password": {newPassword}}).expect(http.StatusSeeOther)
	b.post("/sign-out", url.Values{}).expect(http.StatusSeeOther)
	for _, r := range routes() {
		pattern := r.method + " " + r.path
		if r.method == http.MethodPost && !o.audited[pattern] && !slices.Contains(silent, r.path) && !slices.Contains(ordering, r.path) {
			t.Errorf("%s left no audit event (it was sent: %v)", pattern, o.sent[pattern])
		}
	}
	list, _ := s.events(0)
	e := list[slices.IndexFunc(list, func(e bank.AuditEvent) bool { return e.Action == "customer.settings-changed" })]
	second.get("/audit?action=customer.settings-changed").expect(http.StatusOK, e.Origin)
}

// sendAboutPeople sends the forms about end users, their balances, operators and roles.
func (s *scene) sendAboutPeople(b *browser) {
	user, balance := "/users/"+s.users[0].ID.String(), "/balances/"+s.balanceOf(0).ID.String()
	s.newUser(b, "u")
	b.post(user+"/edit", url.Values{"firstName": {"JAN"}, "lastName": {"INNY"}, "kycStatus": {"ACCEPTED"}}).expect(http.StatusSeeOther)
	empty := "/balances/" + s.newestBalance(b, user, "EUR")
	b.post(empty+"/close", url.Values{"ending": {empty[len(empty)-4:]}}).expect(http.StatusSeeOther)
	b.post(balance+"/reveal", nil).expect(http.StatusOK)
	b.post(user+"/block", url.Values{"kind": {"COURT"}, "direction": {"BOTH"}, "reference": {"K 1/26"}, "key": {"k"}}).expect(http.StatusSeeOther)
	b.post(balance+"/block", url.Values{"target": {"BALANCE"}, "kind": {"FRAUD"}, "direction": {"DEBITS"}}).expect(http.StatusSeeOther)
	b.post(user+"/lock", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post(user+"/unlock", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	for page, part := range map[string]string{user: user + "/lift/", balance: balance + "/lift/"} {
		b.post(part+between(b.get(page).body, part, `"`), nil).expect(http.StatusSeeOther)
	}
	b.post("/operators/invite", url.Values{"email": {newEmail}, "role": {"EMPLOYEE"}}).expect(http.StatusOK)
	b.post(s.operatorPage(newEmail)+"/invite", url.Values{}).expect(http.StatusOK)
	b.post(s.operatorPage(employeeEmail)+"/role", url.Values{"role": {"MANAGER"}}).expect(http.StatusSeeOther)
	b.post(s.operatorPage(employeeEmail)+"/lock", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post(s.operatorPage(employeeEmail)+"/unlock", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post(s.operatorPage(managerEmail)+"/second-factor", url.Values{}).expect(http.StatusOK)
	b.post("/roles/EMPLOYEE", url.Values{"permission": {"users:read"}}).expect(http.StatusSeeOther)
	page := b.get("/profile/totp").expect(http.StatusOK)
	b.post("/profile/totp", url.Values{"state": {page.found(stateField)}, "code": {s.app(page)}})
	link := b.post(s.operatorPage(newEmail)+"/invite", url.Values{}).expect(http.StatusOK).found(regexp.MustCompile(`<code>(http[^<]+/invitation/[^<]+)</code>`))
	s.stranger().enrolled(strings.TrimPrefix(link, s.address()))
}

// newUser makes an end user by the form, and returns their page.
func (s *scene) newUser(b *browser, key string) string {
	form := url.Values{"type": {"PERSON"}, "firstName": {"OLA"}, "lastName": {"NOWA"}, "kycStatus": {"ACCEPTED"}, "key": {key}}
	return b.post("/users/new", form).expect(http.StatusSeeOther).header.Get("Location")
}

// newestBalance adds a balance to an end user by its form.
func (s *scene) newestBalance(b *browser, user, currency string) string {
	b.post(user+"/balances/new", url.Values{"currency": {currency}, "key": {bank.NewID().String()}}).expect(http.StatusSeeOther)
	id := must[bank.ID](s.t)(bank.ParseID(strings.TrimPrefix(user, "/users/")))
	list := must[[]accounts.BalanceView](s.t)(s.panel.Accounts.UserBalances(s.t.Context(), s.admin, id))
	return list[len(list)-1].ID.String()
}

// sendSettings sends the forms of the customer's settings.
func (s *scene) sendSettings(b *browser) {
	b.post("/settings/edit", url.Values{"ibanMode": {"PANEL"}, "addBalanceRoles": {"ADMIN"}, "retentionYears": {"7"}}).expect(http.StatusSeeOther)
	b.post("/balances/"+s.newestBalance(b, s.newUser(b, "a"), "PLN")+"/issue", nil).expect(http.StatusSeeOther)
	s.newestBalance(b, s.newUser(b, "b"), "PLN")
	b.post("/master-accounts/issue", url.Values{"currency": {"PLN"}}).expect(http.StatusSeeOther)
	master := "/master-accounts/" + s.masterAccount().ID.String()
	b.post("/master-accounts/new", url.Values{"iban": {"DE89370400440532013000"}, "currency": {"EUR"}, "acceptance": {"STRICT"}}).expect(http.StatusSeeOther)
	b.post(master+"/edit", url.Values{"name": {"Other name"}, "acceptance": {"BY_RECORD"}}).expect(http.StatusSeeOther)
	b.post(master+"/base", url.Values{"base": {"PL111111117788"}}).expect(http.StatusSeeOther)
	certificate := b.post("/certificates/sign", url.Values{"csr": {csrOf(s.t, "V-Demo-App")}, "permissions": {"users:read"}}).expect(http.StatusSeeOther).header.Get("Location")
	b.post(certificate+"/revoke", url.Values{"confirm": {"V-Demo-App"}, "reason": {"x"}}).expect(http.StatusSeeOther)
	b.post("/domains", url.Values{"host": {"new.demo.example"}}).expect(http.StatusSeeOther)
	b.post("/domains/remove", url.Values{"host": {"new.demo.example"}, "confirm": {"new.demo.example"}}).expect(http.StatusSeeOther)
	b.post("/notifications/edit", basic("https://hooks.example/ims")).expect(http.StatusOK)
	b.post("/notifications/pause", url.Values{}).expect(http.StatusSeeOther)
	b.post("/notifications/continue", url.Values{}).expect(http.StatusSeeOther)
	b.post("/notifications/rotate", url.Values{}).expect(http.StatusOK)
	b.post("/notifications/resend", url.Values{"after": {"0"}}).expect(http.StatusSeeOther)
}

// sendFiles sends the forms about transaction files and items.
func (s *scene) sendFiles(b *browser) {
	path := s.uploaded(b, "day.pli", s.goodFile())
	s.stop(path, "mend it")
	b.post(path+"/retry", nil).expect(http.StatusSeeOther)
	s.worked(path)
	b.post(path+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
	bad := s.uploaded(b, "bad.pli", "this is no record\r\n")
	b.post(bad+"/validate", nil).expect(http.StatusSeeOther)
	b.post("/items/"+s.itemOf(12_50).ID.String()+"/assign", url.Values{"target": {ownFunds}, "reason": {"x"}}).expect(http.StatusSeeOther)
	b.post("/items/"+s.itemOf(99_00).ID.String()+"/return", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post("/items/"+s.itemOf(7_00).ID.String()+"/settle", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther)
	b.post("/items/several", url.Values{"item": {s.itemOf(1_00).ID.String()}, "action": {"RETURN"}, "reason": {"x"}, "count": {"1"}}).expect(http.StatusOK)
}

// sendApprovals sends the forms of those who decide what another asked for.
func (s *scene) sendApprovals(b, second *browser) {
	err := s.panel.Customers.UpdateSettings(s.t.Context(), s.admin, s.customer.ID, func(c *customers.Settings) error { c.FourEyes = true; return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	page := b.post("/items/"+s.itemOf(2_00).ID.String()+"/return", url.Values{"reason": {"x"}}).expect(http.StatusSeeOther).header.Get("Location")
	second.post(page+"/approve", url.Values{}).expect(http.StatusSeeOther)
	second.post(page+"/carry-out", url.Values{}).expect(http.StatusSeeOther)
	page = b.post("/domains", url.Values{"host": {"other.demo.example"}}).expect(http.StatusSeeOther).header.Get("Location")
	b.post(page+"/reject", url.Values{"why": {"x"}}).expect(http.StatusSeeOther)
	file := s.uploaded(b, "next.pli", s.goodFile()+paid(s.payees()[0], 5, "X"))
	b.post(file+"/execute", url.Values{"secret": {password}}).expect(http.StatusSeeOther)
	approval := s.waitingOne().ID.String()
	second.post(file+"/reject", url.Values{"approval": {approval}, "reason": {"x"}}).expect(http.StatusSeeOther)
}

// asked is the id of a request, as the answer tells it.
func asked(header http.Header) string { return header.Get(web.RequestIDHeader) }
