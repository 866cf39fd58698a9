package storetest

import (
	"fmt"
	"strings"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

// texts are what bank files and people write: nothing may be read as syntax, folded, normalised or cut.
var texts = []string{"", " ", "'", "''; DROP TABLE postings; --", `"`, `\`, `\\`, `\N`, `\.`, `\n`, "a\tb\nc\r\nd\v", "%_", "$1 ? :a @b", "NULL",
	"Zażółć gęślą jaźń", "ZAŻÓŁĆ", "Straße", "漢字", "e\u0301", "é", "\u00a0\u2028\ufeff", "\U0001f3e6", "\x01\x1f\x7f", "{}", "[1]", "a,b;c|d", strings.Repeat("ż", 5000)}

// TestBulk sends a chunk's worth of rows through COPY and prepared inserts and compares every one.
func TestBulk(t *testing.T) {
	const n = 20_000
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var rows store.Rows
		var words []bank.Details
		s.write(t, func(tx *store.Tx) (err error) {
			if rows, err = post(tx, c, 1, n, at(1)); err != nil {
				return err
			}
			words = manyDetails(c, n)
			return tx.AddDetails(c, words)
		})
		s.write(t, func(tx *store.Tx) error {
			postings, err := gather(func(fn func(store.PostingRow) error) error { return tx.EachPosting(c, 1, n, fn) })
			sameRows(t, "postings", postings, rows.Postings)
			return err
		})
		s.write(t, func(tx *store.Tx) error {
			transactions, err := gather(func(fn func(bank.Transaction) error) error { return tx.EachTransaction(c, 1, n, fn) })
			sameRows(t, "transactions", transactions, rows.Transactions)
			return err
		})
		all := get(t, s, func(tx *store.Tx) ([]bank.Details, error) {
			return gather(func(fn func(bank.Details) error) error { return tx.EachDetails(c, 1, 1, n, fn) })
		})
		sameRows(t, "details", all, words)
		some := get(t, s, func(tx *store.Tx) ([]bank.Details, error) {
			return gather(func(fn func(bank.Details) error) error { return tx.EachDetails(c, 1, 27, 2, fn) })
		})
		sameRows(t, "details of two lines", some, words[26:28])
		some = get(t, s, func(tx *store.Tx) ([]bank.Details, error) {
			return gather(func(fn func(bank.Details) error) error { return tx.EachLineDetails(c, 1, []int64{3}, fn) })
		})
		sameRows(t, "details of one line", some, words[2:3])
		for _, want := range []int64{15_000, 5_000, 0} {
			s.write(t, func(tx *store.Tx) error {
				deleted, err := tx.DeleteDetails(c, 1, 15_000)
				equal(t, "deleted", deleted, want)
				return err
			})
		}
	})
}

func manyDetails(c bank.CustomerID, n int) []bank.Details {
	list := make([]bank.Details, n)
	for i := range list {
		text := func(k int) string {
			if k += i; i > 5*len(texts) {
				k = k % (len(texts) - 1) // the long one a few times only
			}
			return texts[k%len(texts)]
		}
		list[i] = bank.Details{Origin: bank.Origin{File: 1, Line: int64(i + 1)}, PayerName: text(0), PayeeName: text(1), PayerAccount: text(2),
			PayeeAccount: text(3), Title: text(4), Reference: text(5), Operation: text(6), Class: text(7)}
		copy(list[i].Salt[:], fmt.Sprintf("\x00\xff%d", i))
	}
	return list
}

// sameRows compares long lists of plain structures and shows the first difference.
func sameRows[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			equal(t, fmt.Sprintf("%s, row %d", what, i), got[i], want[i])
			return
		}
	}
}

// TestBulkFindingsAndItems proves the bulk inserts that go beside a file's postings.
func TestBulkFindingsAndItems(t *testing.T) {
	const n = 3000
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		var findings []bank.FileFinding
		var items []bank.Item
		for i := 1; i <= n; i++ {
			f := finding(c, i)
			f.Value, f.Message = texts[i%len(texts)], texts[(i+1)%len(texts)]
			it := item(c, i)
			it.Details.Origin = it.Origin
			findings, items = append(findings, f), append(items, it)
		}
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddFindings(c, 1, findings) }, func() error { return tx.AddItems(c, items) })
		})
		sameRows(t, "findings", get(t, s, func(tx *store.Tx) ([]bank.FileFinding, error) { return tx.Findings(c, 1, 0, n+1) }), findings)
		sameRows(t, "items", get(t, s, func(tx *store.Tx) ([]bank.Item, error) { return tx.Items(c, store.ItemFilter{}) }), items)
	})
}

// TestLongLists asks for 0, 1 and 30,000 keys of each kind, of which few exist.
func TestLongLists(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		for _, n := range []int{0, 1, 30_000} {
			var numbers []bank.BalanceNo
			var ids []bank.ID
			var ibans, keys []string
			for i := range n {
				numbers, ids = append(numbers, bank.BalanceNo(5+i*1000)), append(ids, id(105+i*1000))
				ibans, keys = append(ibans, number(5+i*1000).String()), append(keys, fmt.Sprintf("key-%d", 1+i*1000))
			}
			s.write(t, func(tx *store.Tx) error {
				return steps(
					func() error { return wantRows(t, "numbers", min(n, 1))(tx.BalancesByNo(c, numbers)) },
					func() error { return wantRows(t, "locked numbers", min(n, 1))(tx.LockBalances(c, numbers)) },
					func() error { return wantRows(t, "ids", min(n, 1))(tx.BalancesByID(c, ids)) },
					func() error { return wantStates(t, min(n, 1))(tx.States(c, ibans)) },
					func() error { return wantBlocks(t, min(n, 1))(tx.StandingBlocks(c, ibans)) },
					func() error { return wantKeys(t, min(n, 1))(tx.KeyUses(c, keys)) },
				)
			})
		}
	})
}

func wantLength[T any](t *testing.T, what string, n int) func([]T, error) error {
	return func(list []T, err error) error {
		if err == nil && len(list) != n {
			t.Errorf("%s: %d rows, want %d", what, len(list), n)
		}
		return err
	}
}

func wantRows(t *testing.T, what string, n int) func([]bank.Balance, error) error {
	return wantLength[bank.Balance](t, what, n)
}

func wantStates(t *testing.T, n int) func([]store.State, error) error {
	return wantLength[store.State](t, "states", n)
}

func wantBlocks(t *testing.T, n int) func([]bank.Block, error) error {
	return wantLength[bank.Block](t, "blocks", n)
}

func wantKeys(t *testing.T, n int) func([]store.Key, error) error {
	return wantLength[store.Key](t, "keys", n)
}
