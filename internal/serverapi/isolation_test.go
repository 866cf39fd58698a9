package serverapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// estate is one of everything that a customer can have, by the name of its path parameter.
type estate struct {
	ids     map[string]string
	blocks  map[string]string // by the noun of the operation
	secrets []string          // what nobody else may ever see
}

// furnish gives a customer one of everything.
func (c *customer) furnish(api *caller) estate {
	c.t.Helper()
	b := api.balance()
	c.fund(api, 5000)
	endpoint := "http://127.0.0.1:1/" + c.Name // nobody listens there
	api.do("PUT", "/secure/notification-endpoint", map[string]any{"url": endpoint, "authentication": "BASIC", "username": "u", "password": "p"}).ok(200, nil)
	var x Transaction
	api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 11, Currency: "PLN"}, Title: "TITLE OF " + c.Name}, "Idempotency-Key", "k").ok(201, &x)
	var sent PlacedTransfer
	api.send("/secure/transfers", c.order(b, 2, "TRANSFER OF "+c.Name), "sent").ok(201, &sent)
	var key SigningKey
	credential := base64.RawURLEncoding.EncodeToString([]byte("passkey of " + c.Name))
	api.do("POST", "/secure/users/"+b.UserID+"/signing-keys", NewSigningKey{CredentialID: credential, PublicKey: newSigningKeyExample.PublicKey, RPID: "pay.example", Origins: []string{"https://pay.example"}}).ok(201, &key)
	f := c.executed(api, c.Name+".pli", line(outsideNRB, c.master.IBAN.String()[2:], 77, "ITEM OF "+strings.ToUpper(c.Name)))
	var items ItemList
	api.do("GET", "/secure/technical-items?status=OPEN", nil).ok(200, &items)
	c.told()
	var events NotificationList
	api.do("GET", "/secure/notifications", nil).ok(200, &events)
	var report Report
	api.do("POST", "/secure/reports", ReportOrder{Format: "csv"}).ok(202, &report)
	if _, err := c.reports.Run(context.Background(), "test", c.ID, must[bank.ID](c.t)(bank.ParseID(report.ID))); err != nil {
		c.t.Fatal(err)
	}
	var session Session
	api.do("POST", "/secure/sessions", NewSession{UserID: b.UserID, DeviceID: "phone OF " + c.Name}).ok(201, &session)
	e := estate{blocks: map[string]string{}, ids: map[string]string{"userId": b.UserID, "balanceId": b.ID, "iban": b.IBAN,
		"transferId": sent.ID, "signingKeyId": key.ID,
		"fileId": f.ID, "itemId": items.Items[0].ID, "transactionId": fmt.Sprint(x.ID), "notificationId": events.Items[0].ID, "sessionId": session.ID, "reportId": report.ID}}
	for noun, path := range map[string]string{"User": "/secure/users/" + b.UserID, "Balance": "/secure/balances/" + b.ID, "Iban": "/secure/bank-accounts/" + b.IBAN} {
		var block Block
		api.do("POST", path+"/blocks", map[string]any{"kind": "COURT", "direction": "DEBITS", "reference": "K OF " + c.Name}).ok(201, &block)
		e.blocks[noun] = block.ID
		e.secrets = append(e.secrets, block.ID)
	}
	for name, id := range e.ids {
		if name != "transactionId" { // numbers are each customer's own
			e.secrets = append(e.secrets, id)
		}
	}
	e.secrets = append(e.secrets, endpoint, credential, session.Token, "OF "+c.Name, "OF "+strings.ToUpper(c.Name), c.Name+".pli", c.master.ID.String(), c.master.IBAN.String())
	return e
}

// path fills a row's path with the estate's objects.
func (e estate) path(r route) string {
	path := r.path
	for name, id := range e.ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	if r.id == "search" {
		path += "?q=" + e.ids["userId"]
	}
	for noun, id := range e.blocks {
		if r.id == "unblock"+noun {
			path = strings.ReplaceAll(path, "{blockId}", id)
		}
	}
	return path
}

// TestCustomersNeverMeet walks every route as one customer with the objects of another: they are not found, and no answer
// tells of them.
func TestCustomersNeverMeet(t *testing.T) { storetest.Each(t, customersNeverMeet) }

func customersNeverMeet(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	first, second := s.example(), s.second()
	theirs := first.furnish(first.caller("V-Example-Backend"))
	api := second.caller("V-Second-Backend")
	mine := second.furnish(api)
	for _, r := range routes() {
		if !r.secured() {
			continue
		}
		path := theirs.path(r)
		asks := strings.Contains(r.path, "{") && !strings.Contains(r.path, "{transactionId}") // the same number is one of the caller's own
		var body any
		if r.request != nil {
			body = r.request
		}
		switch r.id {
		case "getIban":
			path, asks = path+"?balanceId="+theirs.ids["balanceId"], true
		case "createSession":
			body, asks = NewSession{UserID: theirs.ids["userId"], DeviceID: "phone"}, true
		case "verifyPayee":
			body = Payee{IBAN: theirs.ids["iban"], Name: "Ada Exampel"}
		case "orderTransfer":
			body, asks = first.order(Balance{ID: theirs.ids["balanceId"]}, 1, "mine"), true
		case "issueIban":
			body, asks = map[string]any{"balanceId": theirs.ids["balanceId"]}, true
		case "assignTechnicalItem":
			body = map[string]any{"balanceId": mine.ids["balanceId"], "reason": "mine"}
		case "uploadTransactionFile":
			path, body, asks = path+"?name=a.pli&masterAccountId="+first.master.ID.String(), "x", true
		}
		headers := []string{"Idempotency-Key", "meet-" + r.id}
		if r.id == "uploadTransactionFile" {
			headers = append(headers, "Content-Type", "text/plain")
		}
		a := api.do(r.method, path, body, headers...)
		if asks && a.status != 404 {
			t.Errorf("%s: %d %s", a.what, a.status, a.body)
		}
		for _, secret := range theirs.secrets {
			if strings.Contains(string(a.body), secret) {
				t.Errorf("%s tells %q: %s", a.what, secret, a.body)
			}
		}
	}
	checkFilters(t, api, theirs)
	checkAssignment(t, api, mine, theirs)
}

// checkFilters: another's objects as filters find nothing.
func checkFilters(t *testing.T, api *caller, theirs estate) {
	for _, filter := range []string{"balanceId", "userId", "iban", "fileId"} {
		if a := api.do("GET", "/secure/transactions?"+filter+"="+theirs.ids[filter], nil); a.status != 404 {
			t.Errorf("%s: %d %s", a.what, a.status, a.body)
		}
	}
	for noun, id := range theirs.ids {
		var found FoundList
		api.do("GET", "/secure/search?q="+id, nil).ok(200, &found)
		if len(found.Items) != 0 && noun != "transactionId" { // the same number is one of the caller's own
			t.Errorf("search by another's %s: %+v", noun, found.Items)
		}
	}
	for _, filter := range []string{"balanceId", "userId"} {
		if a := api.do("GET", "/secure/transfers?"+filter+"="+theirs.ids[filter], nil); a.status != 404 {
			t.Errorf("%s: %d %s", a.what, a.status, a.body)
		}
	}
	var users UserList
	api.do("GET", "/secure/users?iban="+theirs.ids["iban"], nil).ok(200, &users)
	if len(users.Items) != 0 {
		t.Errorf("users with another's IBAN: %+v", users)
	}
	if a := api.do("GET", "/secure/technical-items?fileId="+theirs.ids["fileId"], nil); a.status != 404 {
		t.Errorf("%s: %d %s", a.what, a.status, a.body)
	}
}

// checkAssignment: nobody can send money to another customer's balance.
func checkAssignment(t *testing.T, api *caller, mine, theirs estate) {
	a := api.do("POST", "/secure/technical-items/"+mine.ids["itemId"]+"/assign", map[string]any{"balanceId": theirs.ids["balanceId"], "reason": "theirs"})
	if a.status != 404 {
		t.Errorf("%s: %d %s", a.what, a.status, a.body)
	}
}

// TestOwnObjectsAreFound guards the test above: with their owner's certificate the same addresses answer.
func TestOwnObjectsAreFound(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	e := c.furnish(api)
	for _, r := range routes() {
		if r.method != "GET" || !r.secured() || r.id == "getIban" {
			continue
		}
		a, want := api.do("GET", e.path(r), nil), 200
		if r.id == "getRejectedRecords" {
			want = 409 // the file is there, and none of its records has an error
		}
		if a.status != want {
			t.Errorf("%s: %d %s", a.what, a.status, a.body)
		}
		if strings.HasPrefix(a.header.Get("Content-Type"), "application/json") && !json.Valid(a.body) {
			t.Errorf("%s: %s", a.what, a.body)
		}
	}
	for noun, id := range e.blocks {
		api.do("DELETE", fmt.Sprintf("%s/blocks/%s", map[string]string{"User": "/secure/users/" + e.ids["userId"],
			"Balance": "/secure/balances/" + e.ids["balanceId"], "Iban": "/secure/bank-accounts/" + e.ids["iban"]}[noun], id), nil).ok(204, nil)
	}
}
