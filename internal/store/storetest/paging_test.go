package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// book is a listing that is read page by page. Its rows are known by numbers that grow.
type book struct {
	name       string
	descending bool
	insert     func(tx *store.Tx, c bank.CustomerID, n int) error
	// page returns the numbers of up to two rows behind the row from in the order of the list or, back, before it; 0 begins.
	page func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error)
	// forwardOnly is read from its beginning to its end only.
	forwardOnly bool
}

// numbersOf returns what page wants from a query.
func numbersOf[T any](number func(T) int) func([]T, error) ([]int, error) {
	return func(rows []T, err error) ([]int, error) {
		var list []int
		for _, row := range rows {
			list = append(list, number(row))
		}
		return list, err
	}
}

// after is the cursor of listings by identifier.
func after(n int) bank.ID {
	if n == 0 {
		return bank.ID{}
	}
	return id(n)
}

// nth finds the number of an identifier.
func nth(v bank.ID) int {
	for n := range 1000 {
		if v == id(n) {
			return n
		}
	}
	return -1
}

var books = []book{
	{name: "users", insert: func(tx *store.Tx, c bank.CustomerID, n int) error { return tx.AddUser(user(c, n)) },
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			return numbersOf(func(u bank.User) int { return nth(u.ID) })(tx.Users(c, store.UserFilter{After: after(from), Back: back, Limit: 2, Name: "Przy"}))
		}},
	{name: "items", insert: func(tx *store.Tx, c bank.CustomerID, n int) error { return tx.AddItems(c, []bank.Item{item(c, n)}) },
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			f := store.ItemFilter{After: after(from), Limit: 2}
			if back {
				f.After, f.Before = f.Before, f.After
			}
			return numbersOf(func(i bank.Item) int { return nth(i.ID) })(tx.Items(c, f))
		}},
	{name: "approvals", insert: func(tx *store.Tx, c bank.CustomerID, n int) error { return isNew(tx.AddApproval(approval(c, n))) },
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			return numbersOf(func(a bank.Approval) int { return nth(a.ID) })(tx.Approvals(c, store.ApprovalFilter{Status: bank.ApprovalPending, After: after(from), Back: back, Limit: 2}))
		}},
	{name: "balances without IBAN", forwardOnly: true, insert: func(tx *store.Tx, c bank.CustomerID, n int) error { return tx.AddBalance(balance(c, n)) },
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			return numbersOf(func(b bank.Balance) int { return int(b.No) })(tx.BalancesWithoutIBAN(c, "PLN", bank.BalanceNo(from), 2))
		}},
	{name: "details", forwardOnly: true, insert: func(tx *store.Tx, c bank.CustomerID, n int) error {
		return tx.AddDetails(c, []bank.Details{details(c, bank.Origin{File: 1, Line: int64(n)})})
	},
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			return numbersOf(func(d bank.Details) int { return int(d.Origin.Line) })(gather(func(fn func(bank.Details) error) error {
				return tx.EachDetails(c, 1, int64(from+1), 2, fn)
			}))
		}},
	{name: "files", descending: true, insert: func(tx *store.Tx, c bank.CustomerID, n int) error { return isNew(tx.AddFile(file(c, n))) },
		page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
			return numbersOf(func(f bank.TransactionFile) int { return int(f.No) })(tx.Files(c, store.FileFilter{Status: bank.FilePending, Before: bank.FileNo(from), Back: back, Limit: 2}))
		}},
}

// historyBooks are read over the same rows in both directions.
var historyBooks = []book{
	{name: "history", insert: appendHistory, page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
		f := store.HistoryFilter{After: bank.TransactionID(from), Ascending: true, Limit: 2}
		if back {
			f.After, f.Before, f.Back = 0, f.After, true
		}
		return numbersOf(func(h store.HistoryRow) int { return int(h.ID) })(tx.History(c, f))
	}},
	{name: "history, newest first", descending: true, insert: appendHistory, page: func(tx *store.Tx, c bank.CustomerID, from int, back bool) ([]int, error) {
		f := store.HistoryFilter{Before: bank.TransactionID(from), BalanceNos: []bank.BalanceNo{5}, Limit: 2}
		if back {
			f.Before, f.After, f.Back = 0, f.Before, true
		}
		return numbersOf(func(h store.HistoryRow) int { return int(h.ID) })(tx.History(c, f))
	}},
}

func appendHistory(tx *store.Tx, c bank.CustomerID, n int) error {
	if n == 1 {
		if err := tx.AddBalance(balance(c, 5)); err != nil {
			return err
		}
	}
	return found(post(tx, c, 0, 1, at(n)))
}

// TestPagingUnderInserts reads page by page while a row is added between any two: no old row is missed or seen twice, and
// the order holds.
func TestPagingUnderInserts(t *testing.T) {
	const old, added = 7, 3
	each(t, func(t *testing.T, s *scene) {
		for _, b := range append(books, historyBooks...) {
			c := newCustomer(t, s) // a customer each, so that the books do not meet
			add := func(n int) { s.write(t, func(tx *store.Tx) error { return b.insert(tx, c, n) }) }
			for n := 1; n <= old; n++ {
				add(n)
			}
			var seen []int
			last := 0
			for next := old + 1; ; next++ {
				page := get(t, s, func(tx *store.Tx) ([]int, error) { return b.page(tx, c, last, false) })
				if len(page) == 0 {
					break
				}
				seen, last = append(seen, page...), page[len(page)-1]
				if next <= old+added {
					add(next)
				}
			}
			var want []int
			for n := 1; n <= old+added && (!b.descending || n <= old); n++ { // new rows come last, or before the first page
				want = append(want, n)
			}
			if b.descending {
				slices.Reverse(want)
			}
			equal(t, b.name, seen, want)
		}
	})
}

// TestPagingBothWays walks to and fro while rows are added: each page is what stands behind the last row of the one before it or,
// going back, before its first row; so the way back shows the same rows in the same order, and new ones where they belong.
func TestPagingBothWays(t *testing.T) {
	const old, steps = 5, 24
	each(t, func(t *testing.T, s *scene) {
		random := rand.New(rand.NewPCG(7, 7))
		for _, b := range append(books, historyBooks...) {
			if b.forwardOnly {
				continue
			}
			c, rows := newCustomer(t, s), []int{}
			add := func() {
				n := len(rows) + 1
				s.write(t, func(tx *store.Tx) error { return b.insert(tx, c, n) })
				if rows = append(rows, n); b.descending {
					slices.Sort(rows)
					slices.Reverse(rows)
				}
			}
			for range old {
				add()
			}
			shown := []int{}
			for step := range steps {
				back, from := len(shown) > 0 && random.IntN(2) == 0, 0
				want := rows
				switch {
				case back:
					from = shown[0]
					want = rows[:slices.Index(rows, from)]
					want = want[max(len(want)-2, 0):]
				case len(shown) > 0:
					from = shown[len(shown)-1]
					want = rows[slices.Index(rows, from)+1:]
				}
				want = want[:min(len(want), 2)]
				page := get(t, s, func(tx *store.Tx) ([]int, error) { return b.page(tx, c, from, back) })
				equal(t, fmt.Sprintf("%s, step %d from %d, back: %v", b.name, step, from, back), append([]int{}, page...), append([]int{}, want...))
				if len(page) > 0 {
					shown = page
				}
				if random.IntN(3) == 0 {
					add()
				}
			}
		}
	})
}

// TestFindingsByPage reads findings by their sequence, which is how many came before.
func TestFindingsByPage(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var want, seen []bank.FileFinding
		for n := 1; n <= 7; n++ {
			want = append(want, finding(c, 10-n)) // the order is the sequence, not the line
		}
		s.write(t, func(tx *store.Tx) error { return tx.AddFindings(c, 1, want) })
		for {
			page := get(t, s, func(tx *store.Tx) ([]bank.FileFinding, error) { return tx.Findings(c, 1, int64(len(seen)), 3) })
			if len(page) == 0 {
				break
			}
			seen = append(seen, page...)
		}
		equal(t, "findings", seen, want)
	})
}

// TestFilteredFindings narrows findings, and turns their pages both ways.
func TestFilteredFindings(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var all []bank.FileFinding
		for n := 1; n <= 6; n++ {
			f := finding(c, n)
			if n%2 == 0 {
				f.Severity, f.Code = "ERROR", "amount-wrong"
			}
			all = append(all, f)
		}
		s.write(t, func(tx *store.Tx) error { return tx.AddFindings(c, 1, all) })
		for _, test := range []struct {
			filter store.FindingFilter
			want   []int64
		}{
			{store.FindingFilter{}, []int64{1, 2, 3, 4, 5, 6}},
			{store.FindingFilter{Severity: "ERROR"}, []int64{2, 4, 6}},
			{store.FindingFilter{Code: "payee-unknown", After: 1, Limit: 1}, []int64{3}},
			{store.FindingFilter{Code: "payee-unknown", After: 5, Back: true, Limit: 1}, []int64{3}},
			{store.FindingFilter{Severity: "ERROR", Code: "payee-unknown"}, nil},
		} {
			var got []int64
			for _, f := range get(t, s, func(tx *store.Tx) ([]store.NumberedFinding, error) { return tx.FilteredFindings(c, 1, test.filter) }) {
				equal(t, "finding", f.FileFinding, all[f.Seq-1])
				got = append(got, f.Seq)
			}
			equal(t, fmt.Sprintf("%+v", test.filter), got, test.want)
		}
	})
}

// TestFilesByFilter finds files by what people know of them.
func TestFilesByFilter(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		s.write(t, func(tx *store.Tx) error {
			for n := 1; n <= 4; n++ {
				if _, err := tx.AddFile(file(c, n)); err != nil {
					return err
				}
			}
			done := file(c, 2)
			done.Status, done.ExecutedAt = bank.FileExecuted, at(50)
			return tx.UpdateFile(done)
		})
		for name, test := range map[string]struct {
			filter store.FileFilter
			want   []bank.FileNo
		}{
			"statuses":         {store.FileFilter{In: []string{"Executed", "Invalid"}}, []bank.FileNo{2}},
			"name":             {store.FileFilter{Name: "DAY-3"}, []bank.FileNo{3}},
			"pattern":          {store.FileFilter{Name: "day_3"}, nil},
			"id":               {store.FileFilter{Name: id(4).String()}, []bank.FileNo{4}},
			"uploader":         {store.FileFilter{By: of(c, "ada", 1)}, []bank.FileNo{1}},
			"uploaded":         {store.FileFilter{UploadedFrom: at(2), UploadedTo: at(4)}, []bank.FileNo{3, 2}},
			"executed":         {store.FileFilter{ExecutedFrom: at(50), ExecutedTo: at(51)}, []bank.FileNo{2}},
			"executed earlier": {store.FileFilter{ExecutedTo: at(50)}, nil},
			"of the account":   {store.FileFilter{MasterAccount: id(1), Before: 3}, []bank.FileNo{2, 1}},
			"of another one":   {store.FileFilter{MasterAccount: id(99)}, nil},
		} {
			var got []bank.FileNo
			for _, f := range get(t, s, func(tx *store.Tx) ([]bank.TransactionFile, error) { return tx.Files(c, test.filter) }) {
				got = append(got, f.No)
			}
			equal(t, name, got, test.want)
		}
	})
}
