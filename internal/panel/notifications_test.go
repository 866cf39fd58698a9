package panel

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/notify"
	"ims/internal/store"
)

// receiver is an endpoint that answers with a status, and a text that nobody should trust.
func receiver(t testing.TB, status *int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(*status)
		_, _ = w.Write([]byte("<script>alert(1)</script>"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// basic is the form of an endpoint that takes a password.
func basic(address string) url.Values {
	return url.Values{"url": {address}, "authentication": {"BASIC"}, "username": {"ims"}, "password": {"Quiet-Word-9"}, "active": {"1"}}
}

var shownSecret = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)

// TestEndpoint sets one, whose secret is shown once, tests it, rotates the secret, pauses and goes on.
func TestEndpoint(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	status := http.StatusOK
	address := receiver(t, &status)
	b.get("/notifications").expect(http.StatusOK, "Nobody is told of transactions")
	wrong := basic("ftp://nowhere")
	wrong.Set("ca", "none")
	b.post("/notifications/edit", wrong).expect(http.StatusUnprocessableEntity, `id="field-url-fault"`, `id="field-ca-fault"`, `value="ftp://nowhere"`, `value="ims"`).lacks("Quiet-Word-9")
	first := shownSecret.FindString(b.post("/notifications/edit", basic(address)).expect(http.StatusOK, "never shown again").body)
	if first == "" {
		t.Fatal("no secret was shown")
	}
	b.get("/notifications").expect(http.StatusOK, "Events are sent", address, "Basic: user name and password").lacks(first, "whsec_", "Quiet-Word-9")
	b.post("/notifications/test", url.Values{}).expect(http.StatusOK, "The test arrived", "200", "&lt;script&gt;").lacks("<script>alert")
	status = http.StatusTeapot
	b.post("/notifications/test", url.Values{}).expect(http.StatusOK, "The test did not arrive", "418")
	b.get("/notifications/rotate").expect(http.StatusOK, "24 hours")
	if second := shownSecret.FindString(b.post("/notifications/rotate", url.Values{}).expect(http.StatusOK).body); second == "" || second == first {
		t.Errorf("rotated to %q", second)
	}
	b.get("/notifications").expect(http.StatusOK, "signs until")
	b.post("/notifications/pause", url.Values{}).expect(http.StatusSeeOther)
	b.get("/notifications").expect(http.StatusOK, "Paused: nothing is sent")
	b.post("/notifications/continue", url.Values{}).expect(http.StatusSeeOther)
	status = http.StatusOK
	b.post("/notifications/test", url.Values{}).expect(http.StatusOK, "The test arrived") // the password was kept
	b.post("/notifications/resend", url.Values{"after": {"x"}}).expect(http.StatusUnprocessableEntity, `id="field-after-fault"`, `value="x"`)
	b.post("/notifications/resend", url.Values{"after": {"999999"}}).expect(http.StatusUnprocessableEntity, "comes by itself")
	b.post("/notifications/resend", url.Values{"after": {"0"}}).expect(http.StatusSeeOther)
	b.get("/notifications").expect(http.StatusOK, "of all transactions up to 0")
	b.get("/notifications/resend").expect(http.StatusOK, `type="datetime-local"`, "Europe/Warsaw")
	for _, none := range []url.Values{{}, {"after": {"1"}, "since": {"2026-01-01T00:00"}}} {
		b.post("/notifications/resend", none).expect(http.StatusUnprocessableEntity, "a transaction or a time")
	}
	for _, wrong := range []string{"yesterday", s.now().Add(48 * time.Hour).Format("2006-01-02T15:04")} {
		b.post("/notifications/resend", url.Values{"since": {wrong}}).expect(http.StatusUnprocessableEntity, `id="field-since-fault"`, `value="`+wrong+`"`)
	}
	b.post("/notifications/resend", url.Values{"since": {s.now().AddDate(0, 0, -1).Format("2006-01-02T15:04")}}).expect(http.StatusSeeOther)
}

// TestEndpointWaits holds that no secret stands in the page of a change that waits, and that it is carried out with the secret
// that was given.
func TestEndpointWaits(t *testing.T) {
	s := newScene(t)
	s.withFourEyes()
	b := s.signedIn(adminEmail)
	b.waits("/notifications/edit", basic("https://hooks.example/ims"))
	b.get("/notifications").expect(http.StatusOK, `href="/approvals/`, "Nobody is told")
	s.approve()
	b.get("/notifications").expect(http.StatusOK, "Approved by "+secondEmail).lacks("Quiet-Word-9")
	s.signedIn(secondEmail).carriesOut("/notifications").expect(http.StatusOK, "whsec_").lacks("Quiet-Word-9")
}

// failed is a delivery that the endpoint refused once.
func (s *scene) failed() bank.Delivery {
	s.t.Helper()
	d := bank.Delivery{Customer: s.customer.ID, ID: bank.NewID(), First: 41, Last: 41, Events: 1, State: bank.DeliveryPending, EventAt: s.now(), CreatedAt: s.now(), NextAt: s.now().Add(time.Hour)}
	err := s.db.Write(s.t.Context(), func(tx *store.Tx) error {
		if err := tx.AddDeliveries(d.Customer, []bank.Delivery{d}); err != nil {
			return err
		}
		d.Attempts, d.Latest = 1, bank.Attempt{At: s.now(), Status: 503, Duration: 12 * time.Millisecond, Failure: "the endpoint answered 503", Answer: "<b>busy</b>"}
		if err := tx.UpdateDelivery(d); err != nil {
			return err
		}
		return tx.AddAttempt(d)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// TestDeliveries shows what became of an event, attempt by attempt, and sends it again; who may only read sees no button.
func TestDeliveries(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/notifications/log").expect(http.StatusOK, "Nothing was sent yet")
	status := http.StatusOK
	b.post("/notifications/edit", basic(receiver(t, &status))).expect(http.StatusOK)
	d := s.failed()
	b.get("/notifications/log").expect(http.StatusOK, "Transaction 41 created", "Waits", "503", "the endpoint answered 503")
	b.get("/notifications/log?deliveryState=GIVEN_UP").expect(http.StatusOK, "Nothing matches")
	b.get("/notifications/log?ofTransaction=41").expect(http.StatusOK, "1 row")
	b.get("/notifications/log?ofTransaction=x").expect(http.StatusUnprocessableEntity, `id="field-ofTransaction-fault"`)
	b.get("/notifications/log?format=csv").expect(http.StatusOK, "Transaction 41 created", "503")
	at := "/notifications/log/" + d.ID.String()
	b.get(at).expect(http.StatusOK, "12ms", "&lt;b&gt;busy&lt;/b&gt;", "Send again")
	s.signedIn(employeeEmail).get(at).expect(http.StatusOK, "the endpoint answered 503").lacks("Send again", `href="/notifications"`)
	b.post(at+"/retry", url.Values{}).expect(http.StatusSeeOther)
	b.get(at).expect(http.StatusOK, "It is sent again")
}

// furnished gives a scene what pages of settings show: a certificate and a delivery, whose addresses it returns.
func (s *scene) furnished() (certificate, delivery string) {
	s.t.Helper()
	c, _, err := s.panel.Customers.Sign(s.t.Context(), s.admin, s.customer.ID, []byte(csrOf(s.t, "V-Demo-App")), nil)
	if err == nil {
		_, _, _, err = s.panel.Notify.Set(s.t.Context(), s.admin, notify.Setting{URL: "https://hooks.example/ims", Authentication: bank.EndpointMTLS, Active: true})
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return "/certificates/" + c.ID.String(), "/notifications/log/" + s.failed().ID.String()
}
