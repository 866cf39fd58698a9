package storetest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/store"
)

// past is a customer's history as written and as it must be read.
type past struct {
	c      bank.CustomerID
	stride int                // from one id to the next
	rows   []store.HistoryRow // by id
}

var (
	pastWords  = []string{"", "Anna Nowak", "anna nowak", "100% sure", "1000 sure", "a_b", "axb", `c\d`, "O'Neill", "Żółć", "żółć"}
	pastKinds  = []bank.BalanceKind{bank.KindUser, bank.KindUser, bank.KindOwn, bank.KindTechnical}
	pastMoney  = []string{"PLN", "EUR", "PLN", "EUR"}
	pastDates  = []string{"2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-12-31", "2027-01-01"}
	pastLength = 300
)

// write appends invented transactions: of three files and of API operations, some without posting, some without words.
func (p *past) write(t testing.TB, s *scene) {
	s.write(t, func(tx *store.Tx) error {
		for i, kind := range pastKinds {
			if err := tx.AddBalance(special(p.c, i+1, kind, mustCurrency(pastMoney[i]))); err != nil {
				return err
			}
		}
		for n := 1; n <= 2; n++ { // the row of the third file is gone
			if err := isNew(tx.AddFile(file(p.c, n))); err != nil {
				return err
			}
		}
		return p.append(tx)
	})
}

func (p *past) append(tx *store.Tx) error {
	head, err := tx.LockHead(p.c)
	if err != nil {
		return err
	}
	head.Begin(at(1))
	random := rand.New(rand.NewPCG(1, uint64(p.c)))
	var rows store.Rows
	var items []bank.Item
	p.rows = nil
	for range pastLength {
		h := p.invent(random, head)
		head.NextID += bank.TransactionID(p.stride)
		rows.Transactions = append(rows.Transactions, h.Transaction)
		if h.Posting != 0 {
			rows.Postings = append(rows.Postings, store.PostingRow{Outcome: h.Outcome, Posting: bank.Posting{ID: h.Posting, From: 8, To: 9, Amount: 1,
				Cause: h.Cause, BookingDate: h.Booking, ValueDate: h.Value, PostedAt: head.LastAt, Origin: h.Origin, Reverses: h.Reverses}})
		}
		if h.Details.Title != "" {
			rows.Details = append(rows.Details, h.Details)
		}
		switch {
		case h.Status == bank.StatusDeclined:
			rows.Declines = append(rows.Declines, bank.Decline{ID: h.ID, Reason: h.Reason})
		case h.Type == bank.TypeTechnical && h.Reason != "":
			// Of the same line something else may be claimed, which is not the reason why this lies there.
			of := bank.Item{Currency: "PLN", Amount: 1, State: bank.ItemPosted, Origin: h.Origin, Posting: h.Posting, Reason: h.Reason, OpenedAt: h.At}
			other := of
			of.ID, other.ID, other.State, other.Posting, other.Reason = id(5000+2*len(items)), id(5001+2*len(items)), bank.ItemClaimed, 0, bank.ReasonClosedIBAN
			items = append(items, of, other)
		}
		p.rows = append(p.rows, h)
	}
	if err := tx.AddItems(p.c, items); err != nil {
		return err
	}
	return tx.Append(head, 1, rows)
}

// invent makes up one row.
func (p *past) invent(r *rand.Rand, head store.Head) store.HistoryRow {
	word := func() string { return pastWords[r.IntN(len(pastWords))] }
	i := r.IntN(len(pastKinds))
	h := store.HistoryRow{BalanceID: id(101 + i), Kind: pastKinds[i], Currency: pastMoney[i]}
	h.Transaction = bank.Transaction{ID: head.NextID, Balance: bank.BalanceNo(i + 1), Type: bank.TransactionType(1 + r.IntN(12)),
		Status: bank.TransactionStatus(1 + r.IntN(4)), Amount: int64(r.IntN(41) - 20), BalanceAfter: int64(r.IntN(9)), At: head.LastAt}
	h.Origin = bank.Origin{File: bank.FileNo(r.IntN(4)), Line: int64(head.NextID)}
	if n := int(h.Origin.File); n == 1 || n == 2 {
		h.FileID = id(n)
	}
	if h.Status == bank.StatusDeclined {
		h.Reason = []bank.Reason{bank.ReasonFunds, bank.ReasonBlockedCourt}[r.IntN(2)]
	} else if r.IntN(5) > 0 {
		h.Posting, h.Cause, h.Outcome = h.ID, bank.Cause(1+r.IntN(13)), bank.Outcome(r.IntN(10))
		h.Booking, h.Value, h.Reverses = pastDates[r.IntN(len(pastDates))], pastDates[0], bank.TransactionID(r.IntN(2)*7)
		switch {
		case h.Type == bank.TypeTechnical && h.Origin.File != 0:
			h.Reason = []bank.Reason{bank.ReasonUnknownIBAN, bank.ReasonCurrency}[r.IntN(2)]
		case h.Outcome == bank.OutcomeCreditedFrozen && h.Kind == bank.KindUser && h.Amount > 0:
			h.Reason = bank.ReasonFrozen
		}
	}
	h.Details.Origin = h.Origin
	if title := word(); title != "" {
		h.Details = bank.Details{Origin: h.Origin, PayerName: word(), PayeeName: word(), PayerAccount: "PL" + word(), PayeeAccount: "DE" + word(),
			Title: title, Reference: word(), Operation: word(), Class: word()}
	}
	return h
}

// wants is the oracle: the filter read off its documentation, row by row.
func (p *past) wants(f store.HistoryFilter) []store.HistoryRow {
	var list []store.HistoryRow
	for _, h := range p.rows {
		if keysFit(h, f) && valuesFit(h, f) {
			list = append(list, h)
		}
	}
	if !f.Ascending {
		slices.Reverse(list)
	}
	if f.Limit > 0 && len(list) > f.Limit {
		list = list[:f.Limit]
	}
	return list
}

func keysFit(h store.HistoryRow, f store.HistoryFilter) bool {
	return (f.BalanceNos == nil || slices.Contains(f.BalanceNos, h.Balance)) && (f.File == 0 || h.Origin.File == f.File) &&
		(f.ID == 0 || h.ID == f.ID) && (f.After == 0 || h.ID > f.After) && (f.Before == 0 || h.ID < f.Before)
}

func valuesFit(h store.HistoryRow, f store.HistoryFilter) bool {
	date := h.Booking
	if date == "" {
		date = bank.CivilDate(h.At)
	}
	size := max(h.Amount, -h.Amount)
	other := h.Details.PayerName + " " + h.Details.PayerAccount
	if h.Amount < 0 {
		other = h.Details.PayeeName + " " + h.Details.PayeeAccount
	}
	return date >= f.From && (f.To == "" || date <= f.To) && size >= f.MinAmount && (f.MaxAmount == 0 || size <= f.MaxAmount) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, h.Status)) && (len(f.Types) == 0 || slices.Contains(f.Types, h.Type)) &&
		bears(other, f.Counterparty) && bears(h.Details.Title, f.Title) &&
		(f.Reference == "" || store.Fold(h.Details.Reference) == store.Fold(f.Reference) || store.Fold(h.Details.Operation) == store.Fold(f.Reference))
}

// bears tells whether a text has another, or, under three characters, a word that begins with it.
func bears(text, part string) bool {
	text, part = store.Fold(text), store.Fold(part)
	if part == "" || utf8.RuneCountInString(part) > 2 {
		return strings.Contains(text, part)
	}
	return regexp.MustCompile(`(^|[^\pL\pN])`+regexp.QuoteMeta(part)).MatchString(text) ||
		!regexp.MustCompile(`^[\pL\pN]`).MatchString(part) && strings.Contains(text, part)
}

func (p *past) check(t failer, s *scene, f store.HistoryFilter) int {
	t.Helper()
	got := get(t, s, func(tx *store.Tx) ([]store.HistoryRow, error) { return tx.History(p.c, f) })
	if want := p.wants(f); !slices.Equal(got, want) {
		equal(t, fmt.Sprintf("%+v", f), got, want)
	}
	return len(got)
}

func written(t testing.TB, s *scene) *past {
	return writtenApart(t, s, 1)
}

// writtenApart leaves gaps between the ids, as audit events do, so that the rows fill several blocks of the index.
func writtenApart(t testing.TB, s *scene, stride int) *past {
	other, p := &past{c: newCustomer(t, s), stride: stride}, &past{c: newCustomer(t, s), stride: stride}
	other.write(t, s) // another customer with the same keys
	p.write(t, s)
	return p
}

// TestHistoryFilters proves each filter alone, and that none of the cases is empty by accident.
func TestHistoryFilters(t *testing.T) {
	filters := []store.HistoryFilter{
		{}, {Ascending: true}, {Limit: 7}, {BalanceNos: []bank.BalanceNo{1}}, {BalanceNos: []bank.BalanceNo{3, 2, 99}},
		{Statuses: []bank.TransactionStatus{bank.StatusCleared}}, {Statuses: []bank.TransactionStatus{bank.StatusReversed, bank.StatusDeclined}},
		{Types: []bank.TransactionType{bank.TypeTransferIn}}, {Types: []bank.TransactionType{bank.TypeReversal, bank.TypeReturn}},
		{From: "2026-02-28"}, {To: "2026-03-01"}, {From: "2026-03-01", To: "2026-03-01"}, {From: "2026-12-31"}, {MinAmount: 5}, {MaxAmount: 5},
		{MinAmount: 5, MaxAmount: 5}, {Counterparty: "Anna"}, {Counterparty: "anna"}, {Counterparty: "%"}, {Counterparty: "a_b"}, {Counterparty: `\`},
		{Counterparty: "O'N"}, {Counterparty: "DE"}, {Counterparty: "PL"}, {Counterparty: "k PL"}, {Title: "00%"}, {Title: "_"}, {Title: "ZOLC"}, {Title: "zo"}, {Title: "z"}, {Reference: "ANNA nowak"}, {Counterparty: "O'neill", Reference: "zolc"},
		{Title: `c\d`}, {Title: "Żółć"}, {Title: "żółć"}, {File: 1}, {File: 3}, {ID: 17}, {After: 290}, {Before: 10}, {After: 20, Before: 30},
	}
	each(t, func(t *testing.T, s *scene) {
		p := written(t, s)
		for _, f := range filters {
			if n := p.check(t, s, f); n == 0 {
				t.Errorf("%+v finds nothing", f)
			}
		}
		for _, f := range []store.HistoryFilter{{BalanceNos: []bank.BalanceNo{}}, {ID: 301}, {Title: "NOVAK"}, {Title: "ow"}, {Reference: "Anna"}, {Title: "00"}, {From: "2028-01-01"}, {MinAmount: 21}} {
			if n := p.check(t, s, f); n != 0 {
				t.Errorf("%+v finds %d", f, n)
			}
		}
	})
}

// TestHistoryCombined compares filters combined at random with the oracle.
func TestHistoryCombined(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		p := written(t, s)
		rapid.Check(t, func(rt *rapid.T) { p.check(rt, s, drawFilter(rt, 300)) })
	})
}

// indexed runs the index of the history as far as ids are complete, and returns how many blocks it added.
func indexed(t testing.TB, s *scene, c bank.CustomerID) (blocks int) {
	t.Helper()
	for ; ; blocks++ {
		var complete bool
		s.write(t, func(tx *store.Tx) error {
			no, taken, err := tx.LeaseHistory(c, "test", at(0), at(60))
			if err != nil || !taken {
				return fmt.Errorf("lease: %t, %w", taken, err)
			}
			if complete, err = tx.HistoryBlockComplete(c, no); err != nil || !complete {
				return err
			}
			b, err := tx.ReadHistoryBlock(c, no)
			if err != nil {
				return err
			}
			return tx.AddHistoryBlock(c, "test", b)
		})
		if !complete {
			return blocks
		}
	}
}

// TestHistoryIndexed compares combined filters with the oracle where most ids are in the index and some are not yet.
func TestHistoryIndexed(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		const stride = 40
		p := writtenApart(t, s, stride)
		if n := indexed(t, s, p.c); n != 2 {
			t.Fatalf("%d blocks in the index", n)
		}
		rapid.Check(t, func(rt *rapid.T) { p.check(rt, s, drawFilter(rt, stride*pastLength)) })
		if to := get(t, s, func(tx *store.Tx) (bank.TransactionID, error) { return tx.SearchedTo(p.c) }); int(to) != stride*pastLength {
			t.Errorf("searched to %d", to)
		}
	})
}

// TestHistoryIndexBehind: the index says up to which id words are found; other filters do not wait for it.
func TestHistoryIndexBehind(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		const stride = 100
		p := writtenApart(t, s, stride)
		rows := func(f store.HistoryFilter) int {
			return len(get(t, s, func(tx *store.Tx) ([]store.HistoryRow, error) { return tx.History(p.c, f) }))
		}
		byWords, byAmount := store.HistoryFilter{Title: "nowak"}, store.HistoryFilter{MinAmount: 15}
		all := rows(byAmount)
		if to := get(t, s, func(tx *store.Tx) (bank.TransactionID, error) { return tx.SearchedTo(p.c) }); to != 0 || rows(byWords) != 0 {
			t.Errorf("searched to %d without an index", to)
		}
		if n := indexed(t, s, p.c); n != 7 {
			t.Errorf("%d blocks in the index", n)
		}
		if rows(byWords) != len(p.wants(byWords)) || rows(byAmount) != all || all != len(p.wants(byAmount)) {
			t.Errorf("%d by words, %d and %d by amount", rows(byWords), rows(byAmount), all)
		}
	})
}

// TestHistoryForgets: words that are erased leave no trace in the index, of the row's own side or the other's.
func TestHistoryForgets(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		p := writtenApart(t, s, 40)
		before := s.strings(t, "SELECT CAST(COUNT(*) AS text) FROM history_grams")[0]
		var erased []bank.Details
		for i, h := range p.rows {
			if h.Details.Title != "" && i < 150 && (h.Posting != 0 || h.Origin.File == 0) { // lines of files have postings
				erased = append(erased, bank.Details{Origin: h.Origin, Class: h.Details.Class})
			}
		}
		indexed(t, s, p.c)
		if s.strings(t, "SELECT CAST(COUNT(*) AS text) FROM history_grams")[0] == before {
			t.Fatal("there is nothing in the index")
		}
		s.write(t, func(tx *store.Tx) error { return tx.EraseWords(p.c, erased) })
		// A new index of what is left is the same.
		grams := func() []string {
			return s.strings(t, "SELECT CAST(block AS text) || ' ' || CAST(gram AS text) || ' ' || CAST(length(packed) AS text) FROM history_grams ORDER BY block, gram")
		}
		left := grams()
		for _, table := range []string{"history_progress", "history_blocks", "history_columns", "history_grams"} {
			if _, err := s.rawExec("DELETE FROM " + table); err != nil {
				t.Fatal(err)
			}
		}
		indexed(t, s, p.c)
		equal(t, "the index", left, grams())
	})
}

// TestHistoryLease: one worker at a time; who has lost the lease adds nothing.
func TestHistoryLease(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		p := writtenApart(t, s, 100)
		lease := func(owner string, now int) (taken bool) {
			s.write(t, func(tx *store.Tx) (err error) {
				_, taken, err = tx.LeaseHistory(p.c, owner, at(now), at(now+10))
				return err
			})
			return taken
		}
		due := func(now int) []bank.CustomerID {
			return get(t, s, func(tx *store.Tx) ([]bank.CustomerID, error) { return tx.DueHistory(at(now), 10) })
		}
		if len(due(0)) != 2 || !lease("first", 0) || lease("second", 5) || !lease("first", 6) || len(due(7)) != 1 {
			t.Error("the lease is not kept")
		}
		block := get(t, s, func(tx *store.Tx) (store.HistoryBlock, error) { return tx.ReadHistoryBlock(p.c, 0) })
		if !lease("second", 20) {
			t.Error("an old lease cannot be taken")
		}
		wantError(t, "the first adds", s.try(t, func(tx *store.Tx) error { return tx.AddHistoryBlock(p.c, "first", block) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.AddHistoryBlock(p.c, "second", block) })
		wantError(t, "the block once more", s.try(t, func(tx *store.Tx) error { return tx.AddHistoryBlock(p.c, "second", block) }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseHistory(p.c, "first", at(21)) })
		if len(due(22)) != 1 {
			t.Error("the loser of a lease gave it back")
		}
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseHistory(p.c, "second", at(22)) })
		if len(due(23)) != 2 {
			t.Error("a lease that was given back is not free")
		}
	})
}

// drawFilter makes each filter zero about as often as not, so that combinations still find rows.
func drawFilter(t *rapid.T, last int) store.HistoryFilter {
	maybe := func(name string) bool { return rapid.IntRange(0, 2).Draw(t, "use "+name) == 0 }
	f := store.HistoryFilter{Ascending: rapid.Bool().Draw(t, "ascending"), Limit: rapid.SampledFrom([]int{0, 0, 1, 10}).Draw(t, "limit")}
	if maybe("balances") {
		f.BalanceNos = rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, 5), func(n int64) bank.BalanceNo { return bank.BalanceNo(n) }), 0, 3).Draw(t, "balances")
	}
	if maybe("statuses") {
		f.Statuses = rapid.SliceOfN(rapid.Map(rapid.Int8Range(1, 4), func(n int8) bank.TransactionStatus { return bank.TransactionStatus(n) }), 0, 3).Draw(t, "statuses")
	}
	if maybe("types") {
		f.Types = rapid.SliceOfN(rapid.Map(rapid.Int8Range(1, 12), func(n int8) bank.TransactionType { return bank.TransactionType(n) }), 0, 6).Draw(t, "types")
	}
	if maybe("dates") {
		f.From, f.To = rapid.SampledFrom(append(pastDates, "")).Draw(t, "from"), rapid.SampledFrom(append(pastDates, "")).Draw(t, "to")
	}
	if maybe("amounts") {
		f.MinAmount, f.MaxAmount = rapid.Int64Range(0, 10).Draw(t, "min"), rapid.Int64Range(0, 20).Draw(t, "max")
	}
	piece := rapid.SampledFrom([]string{"a", "A", "%", "_", `\`, "'", "0", "Nowak", "ó", "DE", " "})
	if maybe("words") {
		f.Counterparty = piece.Draw(t, "counterparty")
	}
	if maybe("title") {
		f.Title = piece.Draw(t, "title")
	}
	if maybe("reference") {
		f.Reference = rapid.SampledFrom(pastWords).Draw(t, "reference")
	}
	if maybe("file") {
		f.File = bank.FileNo(rapid.IntRange(0, 4).Draw(t, "file"))
	}
	if maybe("page") {
		f.After, f.Before = bank.TransactionID(rapid.IntRange(0, last).Draw(t, "after")), bank.TransactionID(rapid.IntRange(0, last+1).Draw(t, "before"))
	}
	return f
}
