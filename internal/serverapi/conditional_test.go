package serverapi

import (
	"sync"
	"sync/atomic"
	"testing"

	"ims/internal/bank"
)

// TestETags: an object that did not change is not sent again, and one that did is.
func TestETags(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	file := c.uploaded(api, "damaged.pli", "damaged")
	change := func(path string) string {
		first := api.do("GET", path, nil).ok(200, nil)
		tag := first.header.Get("ETag")
		for _, given := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			again := api.do("GET", path, nil, "If-None-Match", given)
			if again.status != 304 || len(again.body) != 0 || again.header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d %s", path, given, again.status, again.body)
			}
		}
		api.do("GET", path, nil, "If-None-Match", `"other"`).ok(200, nil)
		return tag
	}
	paths := []string{"/secure/users/" + b.UserID, "/secure/balances/" + b.ID, "/secure/bank-accounts/" + b.IBAN, "/secure/transaction-files/" + file}
	tags := map[string]string{}
	for _, path := range paths {
		tags[path] = change(path)
	}
	s.advance(1000)
	api.do("POST", "/secure/bank-accounts/"+b.IBAN+"/blocks", map[string]any{"kind": "FRAUD", "direction": "BOTH"}).ok(201, nil)
	api.do("POST", "/secure/balances/"+b.ID+"/blocks", map[string]any{"kind": "FRAUD", "direction": "BOTH"}).ok(201, nil)
	api.do("PATCH", "/secure/users/"+b.UserID, map[string]any{"phone": "+48 500 000 000"}).ok(200, nil)
	api.do("POST", "/secure/transaction-files/"+file+"/validate", nil).ok(202, nil)
	for _, path := range paths {
		if a := api.do("GET", path, nil, "If-None-Match", tags[path]).ok(200, nil); a.header.Get("ETag") == tags[path] {
			t.Errorf("%s changed, its ETag did not", path)
		}
	}
	if a := api.do("GET", "/secure/users/"+nowhere, nil, "If-None-Match", "*"); a.header.Get("ETag") != "" {
		t.Errorf("a refusal has the ETag %s", a.header.Get("ETag"))
	}
}

// TestIfMatch: of many who read the same and change it, one does.
func TestIfMatch(t *testing.T) {
	s := newScene(t)
	api := s.example().caller("V-Example-Backend")
	path := "/secure/users/" + api.balance().UserID
	tag := api.do("GET", path, nil).ok(200, nil).header.Get("ETag")
	s.advance(1000)
	var done, stale atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			switch a := api.do("PATCH", path, map[string]any{"phone": "+48 500 000 000"}, "If-Match", tag); a.status {
			case 200:
				done.Add(1)
			case int(bank.ErrPrecondition.Kind):
				stale.Add(1)
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 || stale.Load() != 7 {
		t.Errorf("%d changed it, %d were late", done.Load(), stale.Load())
	}
	api.do("PATCH", path, map[string]any{"phone": ""}, "If-Match", tag).refused(bank.ErrPrecondition)
	fresh := api.do("GET", path, nil).ok(200, nil).header.Get("ETag")
	changed := api.do("PATCH", path, map[string]any{"phone": "1"}, "If-Match", fresh).ok(200, nil)
	if got := api.do("GET", path, nil).ok(200, nil).header.Get("ETag"); got != changed.header.Get("ETag") {
		t.Errorf("the change answers with ETag %s, reading with %s", changed.header.Get("ETag"), got)
	}
	api.do("PATCH", path, map[string]any{"phone": "2"}, "If-Match", "*").ok(200, nil)
	api.do("PATCH", path, map[string]any{"phone": "3"}, "If-Match", "W/"+changed.header.Get("ETag")).refused(bank.ErrPrecondition)
}
