package serverapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ims/internal/web"
)

// walk follows a list to its end and back to its beginning, a row added between any two pages: the way back ends with the rows
// of the way there, in the same order, and begins with nothing.
func walk(t *testing.T, api *caller, path string, add func()) {
	t.Helper()
	read := func(cursor string) (rows []string, links web.Links) {
		var list struct {
			Items []json.RawMessage `json:"items"`
			web.Links
		}
		api.do("GET", path+"&cursor="+cursor, nil).ok(200, &list)
		for _, item := range list.Items {
			rows = append(rows, string(item))
		}
		return rows, list.Links
	}
	there, links := read("")
	if links.PreviousCursor != "" || links.NextCursor == "" {
		t.Errorf("%s: the first page has %+v", path, links)
	}
	rows := there
	for pages := 1; links.NextCursor != "" && pages < 9; pages++ {
		if add(); pages > 2 {
			add = func() {} // else what is added at the end is never caught up with
		}
		rows, links = read(links.NextCursor)
		there = append(there, rows...)
	}
	back := rows
	for pages := 0; links.PreviousCursor != "" && pages < 19; pages++ {
		rows, links = read(links.PreviousCursor)
		back = append(slices.Clone(rows), back...)
	}
	if len(there) < 4 || len(back) < len(there) || !slices.Equal(back[len(back)-len(there):], there) {
		t.Errorf("%s: there\n%s\nback\n%s", path, strings.Join(there, "\n"), strings.Join(back, "\n"))
	}
}

// TestPagingBothWays: previousCursor leads back through what nextCursor has shown.
func TestPagingBothWays(t *testing.T) {
	s := newScene(t)
	c := s.example()
	api := c.caller("V-Example-Backend")
	b := api.balance()
	c.fund(api, 10_000)
	credits := 0
	credit := func() {
		credits++
		order := Order{Amount: Money{Amount: int64(credits), Currency: "PLN"}}
		api.do("POST", "/secure/balances/"+b.ID+"/credit", order, "Idempotency-Key", fmt.Sprint(credits)).ok(201, nil)
	}
	for range 4 {
		credit()
		api.balance()
	}
	walk(t, api, "/secure/users?limit=2", func() { api.balance() })
	walk(t, api, "/secure/transactions?limit=2", credit)
	walk(t, api, "/secure/transactions?limit=2&balanceId="+b.ID+"&type=CREDIT", credit)
	walk(t, api, "/secure/transactions?limit=2&after=3", credit)
	bad := strings.Replace(line(outsideNRB, b.IBAN[2:], 500, "A"), ",500,", ",0,", 1)
	file := c.uploaded(api, "bad.pli", strings.Repeat(bad, 3)+"damaged")
	walk(t, api, "/secure/transaction-files/"+file+"/findings?limit=2", func() {})
	files := 0
	add := func() {
		files++
		c.upload(api, fmt.Sprintf("%d.pli", files), strings.Repeat(bad, files)).ok(201, nil)
	}
	for range 4 {
		add()
	}
	walk(t, api, "/secure/transaction-files?limit=2", add)
}
