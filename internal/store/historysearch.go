package store

import (
	"errors"
	"iter"
	"math"
	"slices"

	"ims/internal/bank"
)

// search finds the transactions that a filter selects: it walks candidate ids in the order of the list, and reads whole rows
// only of those, until the page is full. Every row is held against the filter, so an index may name too many, never too few.
type search struct {
	tx             *Tx
	customer       bank.CustomerID
	f              HistoryFilter
	party, title   needle
	reference      string             // folded
	low, high      int64              // ids, inclusive
	last           bank.TransactionID // that was given
	next           int64              // the first block that the index does not have
	possible       []blockRow         // the blocks in which there may be something, in the order of the list
	sieves         []sieve            // what the blocks are put through, the rarest first; nil before the first ones have taught which
	taught         int                // ids of the blocks that taught
	byBalanceBlock bool               // balances are looked up in the index, as they have too many transactions
}

const (
	// slice is how many candidates are looked at together.
	slice = 100
	// fewOfBalances is up to how many transactions of the balances in question are all looked at.
	fewOfBalances = 2000
)

func (tx *Tx) newSearch(customer bank.CustomerID, f HistoryFilter) (*search, error) {
	s := &search{tx: tx, customer: customer, f: f, party: newNeedle(f.Counterparty), title: newNeedle(f.Title), reference: Fold(f.Reference)}
	s.f.Counterparty, s.f.Title, s.f.Reference = s.party.text, s.title.text, s.reference // blanks alone ask for nothing
	head, err := tx.ReadHead(customer)
	if errors.Is(err, bank.ErrNotFound) {
		return s, nil // no customer: low 0 and high 0 hold no id
	}
	if err != nil {
		return nil, err
	}
	s.last = head.NextID - 1
	s.low, s.high = max(int64(f.After)+1, 1), int64(s.last)
	if f.Before > 0 {
		s.high = min(s.high, int64(f.Before)-1)
	}
	if f.ID != 0 {
		s.low, s.high = max(s.low, int64(f.ID)), min(s.high, int64(f.ID))
	}
	if s.next, err = tx.nextHistoryBlock(customer); err == nil && f.selective() {
		s.possible, err = s.possibleBlocks()
	}
	return s, err
}

func (s *search) run() (list []HistoryRow, err error) {
	if s.low > s.high {
		return nil, nil
	}
	var fitting []int64 // candidates whose words fit
	for ids, err := range s.candidates() {
		if err != nil {
			return nil, err
		}
		for part := range slices.Chunk(ids, slice) {
			if part, err = s.withWords(part); err != nil {
				return nil, err
			}
			if fitting = append(fitting, part...); len(fitting) < s.missing(list) {
				continue // many are read in about the time of one
			}
			rows, err := s.rows(fitting)
			if err != nil {
				return nil, err
			}
			if list, fitting = append(list, rows...), nil; s.missing(list) == 0 {
				return list[:s.f.Limit], nil
			}
		}
	}
	rows, err := s.rows(fitting)
	list = append(list, rows...)
	return list[:min(len(list), s.pageSize())], err
}

// missing is how many rows are read next: what the page lacks, as far as they are read at once.
func (s *search) missing(list []HistoryRow) int {
	return max(min(s.pageSize()-len(list), slice), 0)
}

// pageSize is the limit, if there is one.
func (s *search) pageSize() int {
	if s.f.Limit > 0 {
		return s.f.Limit
	}
	return math.MaxInt
}

// rows reads those of the candidates that fit.
func (s *search) rows(ids []int64) ([]HistoryRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := newWhere("t.customer_id = $1", s.customer)
	condition, arg := s.tx.in("t.id", w.next(), List{Ints: ids})
	w.add(condition, arg)
	if s.f.BalanceNos != nil {
		condition, arg := s.tx.in("t.balance_no", w.next(), List{Ints: s.balances()})
		w.add(condition, arg)
	}
	historyValues(w, s.f)
	return s.tx.historyRows(w, s.f, 0)
}

func (s *search) balances() []int64 {
	list := make([]int64, len(s.f.BalanceNos))
	for i, n := range s.f.BalanceNos {
		list[i] = int64(n)
	}
	return list
}

// withWords keeps the candidates whose words fit, in no order.
func (s *search) withWords(ids []int64) ([]int64, error) {
	if !s.f.worded() {
		return ids, nil
	}
	scan := func(row scanner) (id int64, err error) {
		var amount int64
		var d bank.Details
		err = row.Scan(&id, &amount, &d.PayerName, &d.PayeeName, &d.PayerAccount, &d.PayeeAccount, &d.Title, &d.Reference, &d.Operation)
		if err != nil || !s.fits(amount, &d) {
			return 0, err
		}
		return id, nil
	}
	w := newWhere("t.customer_id = $1", s.customer)
	condition, arg := s.tx.in("t.id", w.next(), List{Ints: ids})
	w.add(condition, arg)
	undated := s.f
	undated.From, undated.To = "", "" // dates stand in the posting
	historyValues(w, undated)
	text, args := w.build(`SELECT t.id, t.amount, d.payer_name, d.payee_name, d.payer_account, d.payee_account, d.title, d.reference,
		d.operation FROM transactions t JOIN details d ON d.customer_id = t.customer_id AND d.file_no = t.file_no AND d.line = t.line`, "", 0)
	found, err := query(s.tx, scan, text, args...)
	return slices.DeleteFunc(found, func(id int64) bool { return id == 0 }), err
}

func (s *search) fits(amount int64, d *bank.Details) bool {
	return (!s.title.given() || s.title.in(Fold(d.Title))) &&
		(!s.party.given() || s.party.in(Fold(counterparty(amount, d)))) &&
		(s.reference == "" || s.reference == Fold(d.Reference) || s.reference == Fold(d.Operation))
}

// candidates yields ids in the order of the list, in pieces.
func (s *search) candidates() iter.Seq2[[]int64, error] {
	return func(yield func([]int64, error) bool) {
		if s.f.BalanceNos != nil {
			ids, all, err := s.ofBalances()
			if all || err != nil {
				yield(ids, err)
				return
			}
			s.byBalanceBlock = true
		}
		if s.f.Ascending {
			_ = s.blocks(yield) && s.tail(yield)
		} else {
			_ = s.tail(yield) && s.blocks(yield)
		}
	}
}

// ofBalances lists the transactions of the balances in question, if they are few or nothing else is asked for.
func (s *search) ofBalances() (ids []int64, all bool, err error) {
	limit := fewOfBalances
	if !s.f.selective() {
		limit = s.f.Limit
	}
	order := " ORDER BY id DESC"
	if s.f.Ascending {
		order = " ORDER BY id"
	}
	if limit > 0 {
		order += " LIMIT $5"
	}
	for _, no := range s.f.BalanceNos {
		low, high := s.span()
		args := []any{s.customer, no, low, high, limit}
		if limit == 0 {
			args = args[:4]
		}
		some, err := query(s.tx, number, "SELECT id FROM transactions WHERE customer_id = $1 AND balance_no = $2 AND id >= $3 AND id <= $4"+order, args...)
		if err != nil {
			return nil, false, err
		}
		if ids = append(ids, some...); s.f.selective() && len(ids) >= fewOfBalances {
			return nil, false, nil
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids) // a balance may be named twice
	s.order(ids)
	return ids, true, nil
}

// span is the range of ids in which there may be something.
func (s *search) span() (low, high int64) {
	if !s.f.selective() {
		return s.low, s.high
	}
	low, high = max(s.low, s.next*blockSize), s.high
	if n := len(s.possible); n > 0 {
		first, last := min(s.possible[0].no, s.possible[n-1].no), max(s.possible[0].no, s.possible[n-1].no)
		if low = max(s.low, first*blockSize); high < s.next*blockSize {
			high = min(high, (last+1)*blockSize-1)
		}
	}
	return low, high
}

// order turns ascending ids into the order of the list.
func (s *search) order(ids []int64) {
	if !s.f.Ascending {
		slices.Reverse(ids)
	}
}

// tail yields what the index does not have yet; it tells whether to go on. Where words are looked for, a long one is left out.
func (s *search) tail(yield func([]int64, error) bool) bool {
	low, high := max(s.low, s.next*blockSize), s.high
	if s.f.worded() {
		high = min(high, int64(searchedTo(s.last, s.next)))
	}
	for low <= high {
		ids, err := s.tailIDs(low, high)
		if len(ids) == 0 || err != nil {
			return err == nil || yield(nil, err)
		}
		if !yield(ids, nil) {
			return false
		}
		if s.f.Ascending {
			low = ids[len(ids)-1] + 1
		} else {
			high = ids[len(ids)-1] - 1
		}
	}
	return true
}

// tailIDs reads ids whose rows fit as far as the transaction itself tells.
func (s *search) tailIDs(low, high int64) ([]int64, error) {
	w := newWhere("t.customer_id = $1 AND t.id >= $2 AND t.id <= $3", s.customer, low, high)
	if s.f.BalanceNos != nil {
		condition, arg := s.tx.in("t.balance_no", w.next(), List{Ints: s.balances()})
		w.add(condition, arg)
	}
	f := s.f
	f.From, f.To = "", "" // dates stand in the posting
	historyValues(w, f)
	order := "ORDER BY t.id DESC"
	if s.f.Ascending {
		order = "ORDER BY t.id"
	}
	text, args := w.build("SELECT t.id FROM transactions t", order, 10*slice)
	return query(s.tx, number, text, args...)
}
