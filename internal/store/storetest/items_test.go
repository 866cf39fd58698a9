package storetest

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

func TestItems(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		claimed, euros, api := item(c, 2), item(c, 3), item(c, 4)
		claimed.State, claimed.Reason, claimed.Posting = bank.ItemClaimed, bank.ReasonDuplicate, 0
		claimed.Origin = item(c, 1).Origin // the same line may open items for different reasons
		euros.Currency = "EUR"
		api.Origin = bank.Origin{File: 2, Line: 1 << 40}
		want := []bank.Item{item(c, 1), claimed, euros, api}
		words := details(c, want[0].Origin)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddItems(c, []bank.Item{api, euros, claimed, want[0]}) },
				func() error { return tx.AddItems(c, nil) },
				func() error { return tx.AddDetails(c, []bank.Details{words}) })
		})
		for i := range want {
			want[i].Details = bank.Details{Origin: want[i].Origin}
		}
		for i := range 2 {
			want[i].Details = words
			want[i].Details.Reference, want[i].Details.Operation, want[i].Details.Class, want[i].Details.Salt = "", "", "", [16]byte{}
		}
		items := func(f store.ItemFilter) []bank.Item {
			return get(t, s, func(tx *store.Tx) ([]bank.Item, error) { return tx.Items(c, f) })
		}
		equal(t, "all", items(store.ItemFilter{}), want)
		equal(t, "those that there are", get(t, s, func(tx *store.Tx) ([]bank.Item, error) {
			return tx.ItemsByID(c, []bank.ID{id(9999), want[1].ID, want[0].ID})
		}), want[:2])
		equal(t, "one", get(t, s, func(tx *store.Tx) (bank.Item, error) { return tx.Item(c, id(1)) }), want[0])
		lines := func(first, last int64) []bank.Item {
			return get(t, s, func(tx *store.Tx) ([]bank.Item, error) { return tx.FileItems(c, 1, first, last) })
		}
		equal(t, "by line and reason", lines(1, 1<<50), []bank.Item{want[1], want[0], want[2]})
		equal(t, "of lines 2 to 3", lines(2, 3), want[2:3])

		decided := want[0]
		decided.Status, decided.DecidedAt, decided.DecidedBy, decided.Decision, decided.Resolution = bank.ItemAssigned, at(9), "ada", "found 'em", 1<<52
		s.write(t, func(tx *store.Tx) error {
			locked, err := tx.LockItem(c, id(1))
			equal(t, "locked", locked, want[0])
			return steps(func() error { return err }, func() error { return tx.DecideItem(decided) })
		})
		equal(t, "open", items(store.ItemFilter{Status: bank.ItemOpen}), want[1:])
		equal(t, "assigned", items(store.ItemFilter{Status: bank.ItemAssigned}), []bank.Item{decided})
		equal(t, "in EUR", items(store.ItemFilter{Currency: "EUR"}), want[2:3])
		equal(t, "of a file", items(store.ItemFilter{File: 2}), want[3:])
		equal(t, "open of file 1 behind the second", items(store.ItemFilter{Status: bank.ItemOpen, File: 1, After: id(2)}), want[2:3])
		equal(t, "a page", items(store.ItemFilter{After: id(1), Limit: 2}), want[1:3])

		again := item(c, 9)
		again.Origin = want[2].Origin
		if err := s.try(t, func(tx *store.Tx) error { return tx.AddItems(c, []bank.Item{again}) }); err == nil {
			t.Error("one line opened two items for one reason")
		}
	})
}

// TestOpenItemSum proves what the technical balance is compared with: posted items until they have left it.
func TestOpenItemSum(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var all []bank.Item
		statuses := []bank.ItemStatus{bank.ItemOpen, bank.ItemReturnOrdered, bank.ItemAssigned, bank.ItemReturned, bank.ItemSettled}
		for i, status := range statuses {
			posted, claimed := item(c, i+1), item(c, i+11)
			posted.Amount, claimed.Amount, claimed.State = 1<<(4*i), 1<<40, bank.ItemClaimed
			posted.Status, claimed.Status = status, status
			all = append(all, posted, claimed)
		}
		euros := item(c, 30)
		euros.Currency, euros.Amount = "EUR", 1<<50
		s.write(t, func(tx *store.Tx) error { return tx.AddItems(c, append(all, euros)) })
		for _, i := range all {
			s.write(t, func(tx *store.Tx) error { return tx.DecideItem(i) })
		}
		for code, want := range map[string]int64{"PLN": 1 + 1<<4, "EUR": 1 << 50, "USD": 0} {
			equal(t, code, get(t, s, func(tx *store.Tx) (int64, error) { return tx.OpenItemSum(c, code) }), want)
		}
	})
}
