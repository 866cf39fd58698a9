package serverapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ims/internal/bank"
)

// told lets events be sent until nothing is due.
func (s *scene) told() {
	s.t.Helper()
	for {
		s.advance(time.Second)
		worked, err := s.notify.RunDue(context.Background(), "test")
		if err != nil {
			s.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

// TestNotifications: a customer names its endpoint, tries it, is told of a credit, sees what failed, and has it sent again.
func TestNotifications(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	api.do("GET", "/secure/notification-endpoint", nil).refused(bank.ErrNotFound)
	var heard []string
	status := http.StatusNoContent
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Header.Get("Webhook-Id"))
		w.WriteHeader(status)
	}))
	defer receiver.Close()
	setting := map[string]any{"url": receiver.URL, "authentication": "BASIC", "username": "ims", "password": "invented"}
	var set EndpointSet
	api.do("PUT", "/secure/notification-endpoint", setting).ok(200, &set)
	if !strings.HasPrefix(set.SigningSecret, "whsec_") || set.Endpoint.State != "WORKING" {
		t.Fatalf("set %+v", set)
	}
	var attempt Attempt
	api.do("POST", "/secure/notification-endpoint/test", nil).ok(200, &attempt)
	if attempt.Status != 204 || len(heard) != 1 {
		t.Fatalf("test %+v, heard %v", attempt, heard)
	}
	status = http.StatusInternalServerError
	c.fund(api, 500)
	s.told()
	var list NotificationList
	api.do("GET", "/secure/notifications?state=PENDING", nil).ok(200, &list)
	if len(list.Items) == 0 || list.Items[0].LastAttempt.Status != 500 || list.Items[0].NextAttemptAt == nil {
		t.Fatalf("list %+v", list)
	}
	status = http.StatusNoContent
	entry := list.Items[0]
	first := api.do("POST", "/secure/notifications/"+entry.ID+"/retry", nil, "Idempotency-Key", "again-1").ok(202, nil)
	second := api.do("POST", "/secure/notifications/"+entry.ID+"/retry", nil, "Idempotency-Key", "again-1").ok(202, nil)
	if string(first.body) != string(second.body) || second.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("a repeated retry: %s, first %s", second.body, first.body)
	}
	s.told()
	var detail NotificationDetail
	api.do("GET", "/secure/notifications/"+entry.ID, nil).ok(200, &detail)
	if detail.State != "DELIVERED" || len(detail.Log) != 2 {
		t.Errorf("detail %+v", detail)
	}
	var rotated EndpointSet
	api.do("PUT", "/secure/notification-endpoint/signing-secret", nil).ok(200, &rotated)
	var shown Endpoint
	api.do("GET", "/secure/notification-endpoint", nil).ok(200, &shown)
	if rotated.SigningSecret == set.SigningSecret || len(shown.Secrets) != 2 || shown.Secrets[1].Until == nil {
		t.Errorf("rotated %+v, shown %+v", rotated, shown)
	}
	setting["url"] = "ftp://example.com"
	p := api.do("PUT", "/secure/notification-endpoint", setting).refused(bank.ErrInvalid)
	if len(p.Errors) != 1 || p.Errors[0].Pointer != "/url" {
		t.Errorf("%+v", p)
	}
}

// TestResend: everything since a transaction, or since a time.
func TestResend(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	heard := 0
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard++ }))
	defer receiver.Close()
	api.do("PUT", "/secure/notification-endpoint", map[string]any{"url": receiver.URL, "authentication": "BASIC", "username": "ims", "password": "invented"}).ok(200, nil)
	c.fund(api, 500)
	s.told()
	before := heard
	api.do("POST", "/secure/notification-endpoint/resend", map[string]any{"after": 0}).ok(202, nil)
	s.told()
	if heard <= before {
		t.Error("nothing was sent again")
	}
	var resent Resent
	api.do("POST", "/secure/notification-endpoint/resend", map[string]any{"since": s.now().Add(-time.Hour)}).ok(202, &resent)
	if resent.After != 0 {
		t.Errorf("since an hour ago, when nothing was yet: behind %d", resent.After)
	}
	for pointer, wrong := range map[string]map[string]any{"/after": {}, "/since": {"since": s.now().Add(time.Hour)}} {
		if p := api.do("POST", "/secure/notification-endpoint/resend", wrong).refused(bank.ErrInvalid); p.Errors[0].Pointer != pointer {
			t.Errorf("%v: %+v", wrong, p.Errors)
		}
	}
	api.do("POST", "/secure/notification-endpoint/resend", map[string]any{"after": 1, "since": s.now()}).refused(bank.ErrInvalid)
	api.do("POST", "/secure/notification-endpoint/resend", map[string]any{"after": 1 << 40}).refused(bank.ErrConflict)
}

// TestNotificationsNeedPermission: reading history is not enough to say where events go.
func TestNotificationsNeedPermission(t *testing.T) {
	s := newScene(t)
	c := s.example()
	reader := c.caller("V-Example-Reader", bank.PermHistoryRead)
	reader.do("PUT", "/secure/notification-endpoint", map[string]any{"url": "https://example.com", "authentication": "MTLS"}).refused(bank.ErrForbidden)
	reader.do("POST", "/secure/notification-endpoint/test", nil).refused(bank.ErrForbidden)
	reader.do("GET", "/secure/notifications", nil).ok(200, nil)
}
