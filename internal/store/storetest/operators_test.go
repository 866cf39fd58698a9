package storetest

import (
	"fmt"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// furnishOperators writes what the pages of operators read and keep.
func furnishOperators(tx *store.Tx, c bank.CustomerID) error {
	return steps(
		func() error { return tx.SetPreference(c, id(1), "theme", of(c, "dark", 1)) },
		func() error { return tx.SetFileStage(c, 1, store.FileStage{Began: at(3), Records: 7, Bytes: 900}) },
		func() error { return authored(tx, c, at(15)) },
		func() error { return resolved(tx, c) },
		func() error {
			return tx.AddSavedView(bank.SavedView{Customer: c, ID: id(50), Operator: operator(c, 1).ID, List: "users", Name: "of everybody", Shared: true, CreatedAt: at(1)})
		},
	)
}

// authored appends a reversal that somebody ordered.
func authored(tx *store.Tx, c bank.CustomerID, now time.Time) error {
	head, err := tx.LockHead(c)
	if err != nil {
		return err
	}
	head.Begin(now)
	p := posting(int(head.NextID), 0, head.LastAt)
	p.Cause, p.Reverses = bank.CauseReversal, 1
	head.NextID++
	return tx.Append(head, p.ID, store.Rows{Postings: []store.PostingRow{p}, Authors: []bank.Author{{Posting: p.ID, Actor: cnOf(c), Origin: "192.0.2.1 request r1"}}})
}

// resolved decides item 2 by the posting 4.
func resolved(tx *store.Tx, c bank.CustomerID) error {
	i := item(c, 2)
	i.Status, i.DecidedAt, i.DecidedBy, i.Resolution = bank.ItemAssigned, at(16), "ada", 4
	return tx.DecideItem(i)
}

var operatorProbes = []probe{
	{"FileStage", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.FileStage(c, 1)) }},
	{"SetFileStage", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetFileStage(c, 1, store.FileStage{}) }},
	{"Approval", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.Approval(c, id(1))) }},
	{"SavedView", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.SavedView(c, id(50))) }},
	{"UpdateSavedView", func(tx *store.Tx, c bank.CustomerID) error {
		return tx.UpdateSavedView(bank.SavedView{Customer: c, ID: id(50), Name: "renamed"})
	}},
	{"ReversalOf", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.ReversalOf(c, 1)) }},
}

var operatorListings = []listing{
	{"AuditTrail", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.AuditTrail(c, store.AuditFilter{})) }},
	{"AuditTrail of actions", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.AuditTrail(c, store.AuditFilter{Action: "file."}))
	}},
	{"FirstFindings", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.FirstFindings(c, 1)) }},
	{"DeliveriesOf", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.DeliveriesOf(c, 12, 10)) }},
	{"AuditActions", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.AuditActions(c, "")) }},
	{"Authors", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Authors(c, 1, 1000)) }},
	{"Preferences", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.Preferences(c, id(1))) }},
	{"SavedViews", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.SavedViews(c, id(2), "users")) }},
	{"ApprovalsOf", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.ApprovalsOf(c, "file 1")) }},
	{"PendingApprovals", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.PendingApprovals(c)) }},
	{"ItemsOfPosting", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.ItemsOfPosting(c, bank.Origin{File: 1, Line: 1}, 4))
	}},
	{"UsersNamed", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.UsersNamed(c, "PLN", []string{store.Fold(user(c, 1).Name())}, 10))
	}},
	{"Flow", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		days, _, err := tx.Flow(c, "2026-03-01", "2026-03-31")
		return list(days, err)
	}},
}

// auditScene writes seven events, at(1) to at(7), by two actors about two objects.
func auditScene(t *testing.T, s *scene) (c bank.CustomerID, all []bank.AuditEvent) {
	t.Helper()
	c = newCustomer(t, s)
	for n, action := range []string{"file.upload", "file.execute", "filet.cut", "user.create", "file.upload", "user.update", "file.report"} {
		e := bank.AuditEvent{Actor: "ada", Origin: "192.0.2.1 request r1", Action: action, Object: "x", Before: "{}", After: fmt.Sprint(n)}
		if n%3 == 2 {
			e.Actor, e.Origin = "worker", ""
		}
		if n > 3 {
			e.Object = "y"
		}
		s.write(t, func(tx *store.Tx) error { return tx.Audit(c, at(n+1), e) })
	}
	all = get(t, s, func(tx *store.Tx) ([]bank.AuditEvent, error) { return tx.AuditEvents(c, 1, 1000) })
	if len(all) != 7 || all[0].Origin == "" || all[2].Origin != "" {
		t.Fatalf("%d events, or their origins are lost", len(all))
	}
	return c, all
}

func TestAuditTrail(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, all := auditScene(t, s)
		for name, one := range map[string]struct {
			filter store.AuditFilter
			want   []int // places in all, newest first
		}{
			"everything":           {store.AuditFilter{}, []int{6, 5, 4, 3, 2, 1, 0}},
			"the newest":           {store.AuditFilter{Limit: 2}, []int{6, 5}},
			"behind a page":        {store.AuditFilter{Limit: 2, Before: all[5].ID}, []int{4, 3}},
			"in front of a page":   {store.AuditFilter{Limit: 2, After: all[2].ID}, []int{4, 3}},
			"by actor":             {store.AuditFilter{Actor: "worker"}, []int{5, 2}},
			"by object":            {store.AuditFilter{Object: "y"}, []int{6, 5, 4}},
			"by kind of action":    {store.AuditFilter{Action: "file."}, []int{6, 4, 1, 0}},
			"by action, a page":    {store.AuditFilter{Action: "file.", Limit: 2, Before: all[6].ID}, []int{4, 1}},
			"by action, backwards": {store.AuditFilter{Action: "file.", Limit: 2, After: all[0].ID}, []int{4, 1}},
			"action and object":    {store.AuditFilter{Action: "file.", Object: "x"}, []int{1, 0}},
			"action and actor":     {store.AuditFilter{Action: "user.", Actor: "ada"}, []int{3}},
			"from":                 {store.AuditFilter{From: at(6)}, []int{6, 5}},
			"to":                   {store.AuditFilter{To: at(3)}, []int{1, 0}},
			"between":              {store.AuditFilter{From: at(3), To: at(5)}, []int{3, 2}},
			"later than all":       {store.AuditFilter{From: at(99)}, nil},
			"no such action":       {store.AuditFilter{Action: "nothing."}, nil},
		} {
			var want []bank.AuditEvent
			for _, n := range one.want {
				want = append(want, all[n])
			}
			got := get(t, s, func(tx *store.Tx) ([]bank.AuditEvent, error) { return tx.AuditTrail(c, one.filter) })
			equal(t, name, got, want)
		}
		actions := get(t, s, func(tx *store.Tx) ([]string, error) { return tx.AuditActions(c, "file") })
		equal(t, "actions", actions, []string{"file.execute", "file.report", "file.upload", "filet.cut"})
	})
}

// TestOriginIsCovered: an origin cannot be added to an event that had none, nor changed.
func TestOriginIsCovered(t *testing.T) {
	plain := bank.AuditEvent{ID: 1, At: at(1), Actor: "ada", Action: "a.b", Object: "x"}
	with, other := plain, plain
	with.Origin, other.Origin = "192.0.2.1", "192.0.2.2"
	moved := plain
	moved.After = "192.0.2.1" // the same text in another place
	seen := map[[32]byte]string{}
	for name, e := range map[string]bank.AuditEvent{"none": plain, "one": with, "another": other, "moved": moved} {
		digest := store.Rows{Audits: []bank.AuditEvent{e}}.Digest()
		if twin, ok := seen[digest]; ok {
			t.Errorf("%s and %s have the same digest", name, twin)
		}
		seen[digest] = name
	}
	author := store.Rows{Authors: []bank.Author{{Posting: 1, Actor: "V-A"}}}.Digest()
	if author == (store.Rows{}).Digest() {
		t.Error("an author is not covered")
	}
}

func TestPreferences(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.SetPreference(c, id(1), "theme", "dark") },
				func() error { return tx.SetPreference(c, id(1), "theme", "light") },
				func() error { return tx.SetPreference(c, id(1), "zone", "UTC") },
				func() error { return tx.SetPreference(c, id(1), "zone", "") },
				func() error { return tx.SetPreference(c, id(2), "zone", "CET") })
		})
		got := get(t, s, func(tx *store.Tx) (map[string]string, error) { return tx.Preferences(c, id(1)) })
		equal(t, "preferences", got, map[string]string{"theme": "light"})
	})
}

func TestUsersNamed(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		find := func(currency string, names ...string) int {
			return len(get(t, s, func(tx *store.Tx) ([]store.NamedUser, error) { return tx.UsersNamed(c, currency, names, 10) }))
		}
		name := store.Fold(user(c, 1).Name())
		equal(t, "two balances", find("PLN", "nobody", name), 2)
		equal(t, "another currency", find("EUR", name), 0)
		equal(t, "a part of the name", find("PLN", name[:5]), 0)
		equal(t, "no name", find("PLN", ""), 0)
		renamed := user(c, 1)
		renamed.FirstName, renamed.LastName = "Łucja", "Ćma"
		s.write(t, func(tx *store.Tx) error { return tx.UpdateUser(renamed) })
		equal(t, "the old name", find("PLN", name), 0)
		equal(t, "the new name", find("PLN", "lucja cma"), 2)
		s.write(t, func(tx *store.Tx) error { return tx.EraseUser(c, id(1), at(90)) })
		equal(t, "erased", find("PLN", "lucja cma", ""), 0)
	})
}

func TestItemFilters(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var items []bank.Item
		for n := 1; n <= 6; n++ {
			items = append(items, item(c, n))
		}
		items[1].Currency, items[2].State, items[2].Reason = "EUR", bank.ItemClaimed, bank.ReasonShortfall
		words := details(c, bank.Origin{File: 1, Line: 4})
		words.PayerName = "Łukasz Żółty"
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddItems(c, items) }, func() error { return tx.AddDetails(c, []bank.Details{words}) },
				func() error { i := items[0]; i.Status, i.DecidedAt = bank.ItemSettled, at(9); return tx.DecideItem(i) })
		})
		for name, one := range map[string]struct {
			filter store.ItemFilter
			want   []int
		}{
			"open":             {store.ItemFilter{Status: bank.ItemOpen}, []int{2, 3, 4, 5, 6}},
			"decided":          {store.ItemFilter{Status: bank.ItemSettled}, []int{1}},
			"claimed":          {store.ItemFilter{State: bank.ItemClaimed}, []int{3}},
			"by reason":        {store.ItemFilter{Reason: bank.ReasonShortfall}, []int{3}},
			"by currency":      {store.ItemFilter{Currency: "EUR"}, []int{2}},
			"by amount":        {store.ItemFilter{MinAmount: 40, MaxAmount: 50}, []int{4, 5}},
			"by age":           {store.ItemFilter{OpenedFrom: at(2), OpenedTo: at(4)}, []int{2, 3}},
			"by words":         {store.ItemFilter{Text: "LUKASZ  zolty"}, []int{4}},
			"by other words":   {store.ItemFilter{Text: "nobody"}, nil},
			"in front of five": {store.ItemFilter{Before: id(5), Limit: 2}, []int{3, 4}},
			"behind four":      {store.ItemFilter{After: id(4), Limit: 1}, []int{5}},
		} {
			got := get(t, s, func(tx *store.Tx) ([]int, error) {
				return numbersOf(func(i bank.Item) int { return nth(i.ID) })(tx.Items(c, one.filter))
			})
			equal(t, name, got, one.want)
		}
	})
}

// TestFlow: the days of blocks in the index and of the postings behind it add up to the same as all postings one by one.
func TestFlow(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error { return furnishBalances(tx, c) })
		flow := func() []store.DayFlow {
			return get(t, s, func(tx *store.Tx) ([]store.DayFlow, error) {
				days, complete, err := tx.Flow(c, "2026-03-01", "2026-03-31")
				if !complete {
					t.Error("the flow is not complete")
				}
				return days, err
			})
		}
		var want store.DayFlow
		s.write(t, func(tx *store.Tx) error {
			rows, err := flowRows(tx, c, 4200)
			want = store.DayFlow{Day: "2026-03-13", Currency: "PLN"}
			for _, p := range rows {
				if p.From == 3 {
					want.In = want.In.Plus(p.Amount)
				} else if p.To == 3 {
					want.Out = want.Out.Plus(p.Amount)
				}
			}
			return err
		})
		equal(t, "before the index", flow(), []store.DayFlow{want})
		s.write(t, func(tx *store.Tx) error {
			if _, _, err := tx.LeaseHistory(c, "w", at(1), at(100)); err != nil {
				return err
			}
			b, err := tx.ReadHistoryBlock(c, 0)
			if err != nil {
				return err
			}
			return tx.AddHistoryBlock(c, "w", b)
		})
		equal(t, "behind the index", flow(), []store.DayFlow{want})
		if n := s.strings(t, "SELECT CAST(SUM(in_count) AS text) FROM history_days"); n[0] == "0" {
			t.Error("the index added no day")
		}
	})
}

// flowRows appends postings in, out and between others.
func flowRows(tx *store.Tx, c bank.CustomerID, n int) ([]store.PostingRow, error) {
	head, err := tx.LockHead(c)
	if err != nil {
		return nil, err
	}
	head.Begin(at(7))
	first := head.NextID
	var rows store.Rows
	for i := range n {
		p := posting(int(head.NextID), 1, head.LastAt)
		switch i % 3 {
		case 1:
			p.From, p.To, p.Cause = 5, 3, bank.CauseOutgoing
		case 2:
			p.From, p.To, p.Cause = 5, 6, bank.CauseInternal
		}
		rows.Postings = append(rows.Postings, p)
		rows.Transactions = append(rows.Transactions, transaction(p))
		head.NextID++
	}
	return rows.Postings, tx.Append(head, first, rows)
}
