package mobileapi

import (
	"fmt"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// estate is what nobody else may see of a person, by the names of parameters.
func (p *person) estate() map[string]string {
	return map[string]string{"userId": p.user.ID.String(), "balanceId": p.balance.ID.String(), "iban": p.balance.Accounts[0].IBAN.String(),
		"transactionId": fmt.Sprint(p.transfer), "transferId": p.order.ID}
}

// secrets are texts that must be in no answer to somebody else. Numbers of transactions are each customer's own.
func (p *person) secrets() []string {
	e := p.estate()
	return []string{e["transferId"], "GIFT OF " + p.user.FirstName, p.order.Challenge.Challenge, e["userId"], e["balanceId"], e["iban"], p.balance.Accounts[0].IBAN.Format(), "RENT FOR " + p.user.FirstName, p.app.token, "phone of " + p.user.FirstName}
}

// walk is how the test asks one row for somebody's objects; a row that is not here has not been thought about.
var walk = map[string]struct {
	queries []string               // with the names of parameters in braces
	missing bool                   // another's object must be not found
	body    func(them *person) any // nil: none
}{
	"createSession":    {queries: []string{""}}, // TestTrustedIdentity tells whose session an assertion makes
	"endSession":       {queries: []string{""}},
	"getIbanMobile":    {queries: []string{"", "?balanceId={balanceId}"}, missing: true},
	"getQrCode":        {queries: []string{"", "?format=svg"}, missing: true},
	"listBalances":     {queries: []string{""}},
	"listTransactions": {queries: []string{"", "?balanceId={balanceId}", "?title=RENT", "?counterparty=BOB"}, missing: true},
	"getTransaction":   {queries: []string{""}, missing: true},
	"orderTransfer":    {queries: []string{"?"}, missing: true, body: func(them *person) any { return them.gift() }},
	"confirmTransfer":  {queries: []string{""}, missing: true, body: func(*person) any { return Confirmation{JWS: "not.even.one"} }},
	"listTransfers":    {queries: []string{"", "?balanceId={balanceId}", "?status=RECEIVED"}, missing: true},
	"getTransfer":      {queries: []string{""}, missing: true},
	"cancelTransfer":   {queries: []string{""}, missing: true},
	"getDocument":      {queries: []string{""}},
}

// TestEndUsersNeverMeet walks every route as one end user with the objects of another, of the same customer and of another
// one: they are not found, and no answer tells of them.
func TestEndUsersNeverMeet(t *testing.T) { storetest.Each(t, endUsersNeverMeet) }

func endUsersNeverMeet(t *testing.T, db *store.DB) {
	s := sceneOn(t, db, nil)
	c := s.example()
	ada, bob := c.person("Ada"), c.person("Bob")
	eve := s.second().person("Eve")
	eve.receive(1, "MORE THAN OTHERS HAVE", "2026-11-20")
	for _, pair := range [][2]*person{{ada, bob}, {bob, ada}, {eve, ada}, {ada, eve}} {
		me, them := pair[0], pair[1]
		for _, r := range routes() {
			w, known := walk[r.id]
			if !known {
				t.Fatalf("%s is not walked: say in this test whose objects it tells", r.id)
			}
			if r.id == "endSession" || r.open {
				continue // last, or open
			}
			for _, query := range w.queries {
				var body any
				if w.body != nil {
					body = w.body(them)
				}
				me.meets(t, r, query, w.missing, them, body)
			}
		}
	}
	// Signing out ends nobody else's session.
	ada.app.do("DELETE", "/mobile/sessions/current", nil).ok(204, nil)
	for _, p := range []*person{bob, eve} {
		p.app.get("/mobile/balances").ok(200, nil)
	}
}

// meets asks one row for what is somebody else's.
func (p *person) meets(t *testing.T, r route, query string, missing bool, them *person, body any) {
	t.Helper()
	path := fill(r.path+query, them.estate())
	named := path != r.path+query || r.id == "orderTransfer" // whose body names the balance
	if them.Customer.ID != p.Customer.ID && strings.Contains(r.path, "{transactionId}") && fmt.Sprint(them.transfer) == fmt.Sprint(p.transfer) {
		return // numbers are each customer's own: this one is mine, too
	}
	var headers []string
	if r.key == keyRequired {
		headers = []string{"Idempotency-Key", "meets-" + them.user.ID.String()}
	}
	a := p.app.do(r.method, path, body, headers...)
	if named && missing && a.status != 404 {
		t.Errorf("%s: %d %s", a.what, a.status, a.body)
	}
	if !named && a.status != 200 {
		t.Errorf("%s: %d %s", a.what, a.status, a.body)
	}
	for _, secret := range them.secrets() {
		if strings.Contains(string(a.body), secret) {
			t.Errorf("%s tells %q: %s", a.what, secret, a.body)
		}
	}
}

func fill(path string, estate map[string]string) string {
	for name, id := range estate {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return path
}

// TestOwnObjectsAreFound guards the test above: with their owner's token the same addresses answer.
func TestOwnObjectsAreFound(t *testing.T) {
	p := newScene(t).example().person("Ada")
	for _, r := range routes() {
		if r.method != "GET" {
			continue
		}
		for _, query := range walk[r.id].queries {
			path := fill(r.path+query, p.estate())
			a := p.app.get(path).ok(200, nil)
			if r.id == "getQrCode" {
				continue // TestQRCode tells whose the picture is
			}
			if path != r.path && !strings.Contains(string(a.body), p.balance.ID.String()) {
				t.Errorf("%s does not tell of the balance: %s", a.what, a.body)
			}
		}
	}
}

// TestNobodyIsWalked: without a token, and with one that is over, no row that needs a session answers.
func TestNobodyIsWalked(t *testing.T) {
	s := newScene(t)
	p := s.example().person("Ada")
	if err := p.sessions.End(t.Context(), p.program, must[bank.Session](t)(sessionOf(p)).ID); err != nil {
		t.Fatal(err)
	}
	for _, r := range routes() {
		if r.open {
			continue
		}
		for _, a := range []*app{s.app(""), p.app} {
			a.do(r.method, fill(r.path, p.estate()), nil).refused(bank.ErrUnauthenticated)
		}
	}
	if len(walk) != len(routes()) {
		t.Errorf("%d rows are walked, the table has %d", len(walk), len(routes()))
	}
}

func sessionOf(p *person) (bank.Session, error) {
	_, session, err := p.sessions.Authenticate(p.t.Context(), p.app.token)
	return session, err
}
