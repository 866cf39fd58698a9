package serverapi

import (
	"context"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// TestReports: asked for, listed, written by the worker, downloaded; asked for twice with one key it is one.
func TestReports(t *testing.T) { storetest.Each(t, reports) }

func reports(t *testing.T, db *store.DB) {
	s := sceneOn(t, db)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 100_000)
	api.do("POST", "/secure/balances/"+b.ID+"/credit", Order{Amount: Money{Amount: 500, Currency: "PLN"}, Title: "=2+2"}, "Idempotency-Key", "r-1").ok(201, nil)
	order := ReportOrder{Format: "csv", Lang: "pl", BalanceID: b.ID, Type: []string{"CREDIT"}, MinAmount: 500}
	var first, again, ready Report
	a := api.do("POST", "/secure/reports", order, "Idempotency-Key", "report-1").ok(202, &first)
	api.do("POST", "/secure/reports", order, "Idempotency-Key", "report-1").ok(202, &again)
	if first.ID != again.ID || first.Status != "PENDING" || a.header.Get("Location") != "/secure/reports/"+first.ID {
		t.Errorf("%+v, %+v, %v", first, again, a.header)
	}
	api.do("GET", "/secure/reports/"+first.ID+"/content", nil).refused(bank.ErrConflict)
	if worked, err := s.reports.RunDue(context.Background(), "test"); !worked || err != nil {
		t.Fatalf("the worker: %v, %v", worked, err)
	}
	api.do("GET", "/secure/reports/"+first.ID, nil).ok(200, &ready)
	if ready.Status != "READY" || ready.Percent != 100 || ready.Rows != 1 || ready.ExpiresAt == nil {
		t.Errorf("%+v", ready)
	}
	file := api.do("GET", "/secure/reports/"+first.ID+"/content", nil).ok(200, nil)
	if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") || !strings.Contains(file.header.Get("Content-Disposition"), ready.Name) ||
		!strings.Contains(string(file.body), "'=2+2") || !strings.Contains(string(file.body), "Kwota") || int64(len(file.body)) != ready.Bytes {
		t.Errorf("%v\n%s", file.header, file.body)
	}
	var page, rest ReportList
	api.do("POST", "/secure/reports", ReportOrder{Format: "xlsx"}).ok(202, nil)
	api.do("GET", "/secure/reports?limit=1", nil).ok(200, &page)
	api.do("GET", "/secure/reports?limit=1&cursor="+page.NextCursor, nil).ok(200, &rest)
	if len(page.Items) != 1 || page.Items[0].Format != "xlsx" || len(rest.Items) != 1 || rest.Items[0].ID != first.ID || rest.NextCursor != "" {
		t.Errorf("%+v, %+v", page, rest)
	}
	api.do("POST", "/secure/reports", ReportOrder{Format: "pdf"}).refused(bank.ErrInvalid)
	api.do("POST", "/secure/reports", ReportOrder{Format: "csv", From: "2026-02-30"}).refused(bank.ErrInvalid)
	api.do("POST", "/secure/reports", ReportOrder{Format: "csv", UserID: nowhere}).refused(bank.ErrNotFound)
	api.do("GET", "/secure/reports/"+nowhere+"/content", nil).refused(bank.ErrNotFound)
}
