package store

import (
	"slices"

	"ims/internal/bank"
)

// sieve holds the ids of blocks against one thing that is asked for: a column, or a piece of text that every row which fits has.
type sieve struct {
	// through clears the bits of ids that do not fit, in the blocks with these numbers.
	through func(nos []int64, bits map[int64]*bitmap) error
	// holds tells that all of a block fits, so that it need not be looked up; nil: one cannot tell.
	holds func(b blockRow) bool
	// passed is how many ids of the blocks that taught fit.
	passed int
}

const (
	// rowCost is how many look-ups reading a row costs that did not fit after all.
	rowCost = 2
	// surprise is one part in how many a sieve is always expected to rule out, as other blocks may differ from those that taught.
	surprise = 8
)

// lookUp tells for each block which ids may fit.
func (s *search) lookUp(blocks []blockRow) ([]bitmap, error) {
	bits := make([]bitmap, len(blocks))
	for i, b := range blocks {
		bits[i] = between(int(s.low-b.no*blockSize), int(min(s.high-b.no*blockSize, blockSize-1)))
	}
	if s.sieves == nil {
		return bits, s.learn(blocks, bits)
	}
	for _, v := range s.sieves {
		if err := v.sift(blocks, bits, func(b *bitmap) bool { return s.worthIt(v, b) }); err != nil {
			return nil, err
		}
	}
	return bits, nil
}

// worthIt tells whether a look-up is likely to cost less than reading the rows that it would rule out.
func (s *search) worthIt(v sieve, b *bitmap) bool {
	return rowCost*b.count()*max(s.taught-v.passed, s.taught/surprise) >= s.taught
}

// sift clears the ids that do not fit in those blocks that are worth it.
func (v sieve) sift(blocks []blockRow, bits []bitmap, worthIt func(*bitmap) bool) error {
	var nos []int64
	of := map[int64]*bitmap{}
	for i, b := range blocks {
		if worthIt(&bits[i]) && (v.holds == nil || !v.holds(b)) {
			nos, of[b.no] = append(nos, b.no), &bits[i]
		}
	}
	if len(nos) == 0 {
		return nil
	}
	return v.through(nos, of)
}

// learn puts the blocks through every sieve alone, to see what is rare: that comes first from then on, as what is left in a
// block may soon be nothing, and what nearly all ids have is not asked for any more.
func (s *search) learn(blocks []blockRow, bits []bitmap) error {
	all := slices.Clone(bits)
	s.taught = max(countAll(all), 1)
	words := s.wordSieves()
	columns := s.columnSieves()
	for _, list := range [][]sieve{words, columns} {
		for i := range list {
			alone := slices.Clone(all)
			if err := list[i].sift(blocks, alone, func(*bitmap) bool { return true }); err != nil {
				return err
			}
			list[i].passed = countAll(alone)
			for k := range bits {
				bits[k].and(&alone[k])
			}
		}
		slices.SortStableFunc(list, func(a, b sieve) int { return a.passed - b.passed })
	}
	s.sieves = append(words[:min(len(words), maxGrams)], columns...)
	slices.SortStableFunc(s.sieves, func(a, b sieve) int { return a.passed - b.passed })
	return nil
}

func countAll(list []bitmap) (n int) {
	for i := range list {
		n += list[i].count()
	}
	return n
}

// wordSieves are those of the grams that every row which fits has.
func (s *search) wordSieves() (list []sieve) {
	add := func(gram int64) {
		list = append(list, sieve{through: func(nos []int64, bits map[int64]*bitmap) error { return s.throughGram(gram, nos, bits) }})
	}
	if s.reference != "" {
		add(identifierGram(s.reference))
	}
	for _, gram := range s.party.grams() {
		add(gram)
	}
	for _, gram := range s.title.grams() {
		add(-gram)
	}
	return list
}

func (s *search) throughGram(gram int64, nos []int64, bits map[int64]*bitmap) error {
	list, arg := s.tx.in("block", 3, List{Ints: nos})
	err := each(s.tx, scanPacked, func(p packedRow) error {
		found, err := unpackOffsets(p.data)
		bits[p.block].and(&found)
		delete(bits, p.block)
		return err
	}, "SELECT block, packed FROM history_grams WHERE customer_id = $1 AND gram = $2 AND "+list, s.customer, gram, arg)
	for _, without := range bits {
		*without = bitmap{}
	}
	return err
}

// columnSieves are those of the filters that are read off the rows.
func (s *search) columnSieves() (list []sieve) {
	f := s.f
	add := func(field int64, fits func(value uint64) bool, holds func(blockRow) bool) {
		through := func(nos []int64, bits map[int64]*bitmap) error { return s.throughColumn(field, fits, nos, bits) }
		list = append(list, sieve{through: through, holds: holds})
	}
	if len(f.Types)+len(f.Statuses) > 0 {
		add(f.kinds())
	}
	if f.MinAmount > 0 || f.MaxAmount > 0 {
		fits := amountsFit(f.MinAmount, f.MaxAmount)
		add(fieldAmount, fits, func(b blockRow) bool { return fits(uint64(b.minAmount)) && fits(uint64(b.maxAmount)) })
	}
	if s.byBalanceBlock {
		add(fieldBalance, anyOf(f.BalanceNos), nil)
	}
	if f.File != 0 {
		file := uint64(f.File)
		add(fieldFile, func(v uint64) bool { return v == file }, func(b blockRow) bool { return b.firstFile == b.lastFile })
	}
	if f.From != "" || f.To != "" {
		add(f.dated())
	}
	return list
}

// anyOf is the filter of balances. It is asked for every id of a block, so one balance is not looked up in a list.
func anyOf(balances []bank.BalanceNo) func(uint64) bool {
	if len(balances) == 1 {
		only := balanceCode(balances[0])
		return func(v uint64) bool { return v == only }
	}
	codes := map[uint64]bool{}
	for _, no := range balances {
		codes[balanceCode(no)] = true
	}
	return func(v uint64) bool { return codes[v] }
}

// kinds is the filter of types and statuses together.
func (f HistoryFilter) kinds() (field int64, fits func(uint64) bool, holds func(blockRow) bool) {
	types, statuses := mask(f.Types), mask(f.possibleStatuses())
	fits = func(v uint64) bool {
		return v != 0 && (types == 0 || types>>(v>>3)&1 == 1) && (statuses == 0 || statuses>>(v&7)&1 == 1)
	}
	return fieldKind, fits, func(b blockRow) bool {
		return (types == 0 || b.types&^types == 0) && (statuses == 0 || b.statuses&^statuses == 0)
	}
}

// dated is the filter of dates.
func (f HistoryFilter) dated() (field int64, fits func(uint64) bool, holds func(blockRow) bool) {
	first, last := dayNumber(f.From), dayNumber(f.To)
	return fieldDay, func(v uint64) bool { return v == 0 || v >= first && (last == 0 || v <= last) },
		func(b blockRow) bool { return b.from >= f.From && (f.To == "" || b.to <= f.To) }
}

func (s *search) throughColumn(field int64, fits func(uint64) bool, nos []int64, bits map[int64]*bitmap) error {
	list, arg := s.tx.in("block", 3, List{Ints: nos})
	return each(s.tx, scanPacked, func(p packedRow) error { return keepColumn(bits[p.block], p.data, fits) },
		"SELECT block, packed FROM history_columns WHERE customer_id = $1 AND field = $2 AND "+list, s.customer, field, arg)
}

type packedRow struct {
	block int64
	data  []byte
}

func scanPacked(row scanner) (p packedRow, err error) {
	return p, row.Scan(&p.block, &p.data)
}

// mask has a bit for each of a list of small numbers.
func mask[T ~int8](list []T) (bits int64) {
	for _, n := range list {
		bits |= 1 << n
	}
	return bits
}

// possibleStatuses are those that a row may have been indexed with: an authorized one has moved on since.
func (f HistoryFilter) possibleStatuses() []bank.TransactionStatus {
	list := slices.Clone(f.Statuses)
	if slices.ContainsFunc(list, func(s bank.TransactionStatus) bool { return s == bank.StatusCleared || s == bank.StatusReversed }) {
		list = append(list, bank.StatusAuthorized)
	}
	return list
}
