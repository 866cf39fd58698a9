package panel

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ims/internal/bank"
	"ims/internal/customers"
)

// TestAuditTrail shows who changed what, before and after, and narrows it; the export holds what is narrowed.
func TestAuditTrail(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.post("/settings/edit", url.Values{"ibanMode": {"PANEL"}, "kycGate": {"1"}, "addBalanceRoles": {"ADMIN"}, "retentionYears": {"0"}}).expect(http.StatusSeeOther)
	list := b.get("/audit?action=customer.settings-changed").expect(http.StatusOK, "1 row", adminEmail, "Settings changed", "addBalanceRoles", "EMPLOYEE, MANAGER, ADMIN", "and 1 more", "127.0.0.1")
	at := hrefs(list.body, "row")[0]
	b.get(at).expect(http.StatusOK, "<del>AUTOMATIC</del>", "<ins>PANEL</ins>", "<del>false</del>", "<ins>true</ins>", "values stayed as they were", "127.0.0.1")
	b.get("/audit?actor="+url.QueryEscape(adminEmail)+"&action=domain.added").expect(http.StatusOK, "Nothing matches")
	b.get("/audit?day.from=2999-01-01").expect(http.StatusOK, "Nothing matches")
	csv := b.get("/audit?action=customer.settings-changed&format=csv").expect(http.StatusOK, "customer.settings-changed").lacks("user.create")
	if got := csv.header.Get("Content-Disposition"); got != `attachment; filename="audit.csv"` {
		t.Error(got)
	}
	if body := b.get("/audit?format=xlsx").expect(http.StatusOK).body; !strings.HasPrefix(body, "PK") {
		t.Error("that is no workbook")
	}
	b.get("/audit?format=pdf").expect(http.StatusUnprocessableEntity)
	b.get("/audit/9007199254740991").expect(http.StatusNotFound)
	b.get("/audit/x").expect(http.StatusNotFound)
	s.signedIn(managerEmail).get("/audit").expect(http.StatusForbidden)
}

// TestAuditPages turns pages to the end and back.
func TestAuditPages(t *testing.T) {
	s := newScene(t)
	for i := range 50 {
		err := s.panel.Customers.UpdateSettings(t.Context(), s.admin, s.customer.ID, func(c *customers.Settings) error { c.RetentionYears = i + 1; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	b := s.signedIn(adminEmail)
	first := b.get("/audit?action=customer.settings-changed&size=20").expect(http.StatusOK)
	second := b.get(turn(first.body, "next")).expect(http.StatusOK)
	third := b.get(turn(second.body, "next")).expect(http.StatusOK)
	if n := len(hrefs(third.body, "row")); n != 10 || turn(third.body, "next") != "" {
		t.Errorf("%d on the last page, which leads to %q", n, turn(third.body, "next"))
	}
	back := b.get(turn(third.body, "prev")).expect(http.StatusOK)
	if diff := cmp.Diff(hrefs(second.body, "row"), hrefs(back.body, "row")); diff != "" {
		t.Error(diff)
	}
}

// TestDifferences sets values of all shapes beside each other, and loses no digit of them.
func TestDifferences(t *testing.T) {
	got := differences(bank.AuditEvent{Before: `{"a":{"b":1,"c":"<x>"},"n":9007199254740993,"l":["p","q"],"gone":true}`, After: `{"a":{"b":2,"c":"<x>"},"n":9007199254740993,"l":[],"o":[1,{"z":0}]}`})
	want := []difference{{path: "a.b", before: "1", after: "2"}, {path: "a.c", before: "<x>", after: "<x>"}, {path: "gone", before: "true", after: ""}, {path: "l", before: "p, q", after: ""}, {path: "n", before: "9007199254740993", after: "9007199254740993"}, {path: "o", before: "", after: `[1,{"z":0}]`}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(difference{})); diff != "" {
		t.Error(diff)
	}
	if got := differences(bank.AuditEvent{After: "no JSON"}); len(got) != 1 || got[0].after != "no JSON" {
		t.Errorf("%v", got)
	}
	if got := differences(bank.AuditEvent{}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// TestProveNow begins a proof and shows its result.
func TestProveNow(t *testing.T) {
	s := newScene(t)
	b := s.signedIn(adminEmail)
	b.get("/audit/proof").expect(http.StatusOK, "The ledger has not been proven yet", "Prove now")
	b.post("/audit/proof", url.Values{}).expect(http.StatusSeeOther)
	s.panel.Prover.Wait()
	b.get("/audit/proof").expect(http.StatusOK, "A full proof has begun", "Every posting proven", "The last full proof took", "Prove now")
	b.get("/live/proof?once=1").expect(http.StatusOK, "Every posting proven")
}
