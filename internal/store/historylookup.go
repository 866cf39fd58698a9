package store

import (
	"fmt"
	"slices"

	"ims/internal/bank"
)

// The number of blocks that are looked up together: few at first, as the page is often full soon.
const (
	firstBlocks = 4
	mostBlocks  = 128
)

// blocks yields candidates of the index; it tells whether to go on.
func (s *search) blocks(yield func([]int64, error) bool) bool {
	rows, err := s.possibleBlocks()
	if err != nil {
		return yield(nil, err)
	}
	for count := firstBlocks; len(rows) > 0; count = min(2*count, mostBlocks) {
		some := rows[:min(count, len(rows))]
		rows = rows[len(some):]
		bits, err := s.lookUp(some)
		if err != nil {
			return yield(nil, err)
		}
		for i, b := range some {
			ids := bits[i].offsets()
			if len(ids) == 0 {
				continue
			}
			list := make([]int64, len(ids))
			for k, offset := range ids {
				list[k] = b.no*blockSize + int64(offset)
			}
			if s.order(list); !yield(list, nil) {
				return false
			}
		}
	}
	return true
}

// possibleBlocks lists the blocks in which there may be something, in the order of the list.
func (s *search) possibleBlocks() ([]blockRow, error) {
	f := s.f
	w := newWhere("customer_id = $1 AND block >= $2 AND block <= $3", s.customer, s.low/blockSize, s.high/blockSize)
	w.text("to_date >= ?", f.From)
	w.text("from_date <= ?", f.To)
	if f.MinAmount > 0 {
		w.add("max_amount >= ?", f.MinAmount)
	}
	if f.MaxAmount > 0 {
		w.add("min_amount <= ?", f.MaxAmount)
	}
	if f.File != 0 {
		w.add("first_file <= ? AND last_file >= ?", f.File, f.File)
	}
	if len(f.Types) > 0 {
		w.literal(fmt.Sprintf("(types & %d) <> 0", mask(f.Types)))
	}
	if len(f.Statuses) > 0 {
		w.literal(fmt.Sprintf("(statuses & %d) <> 0", mask(f.possibleStatuses())))
	}
	order := "ORDER BY block DESC"
	if f.Ascending {
		order = "ORDER BY block"
	}
	text, args := w.build(`SELECT block, from_date, to_date, types, statuses, min_amount, max_amount, first_file, last_file
		FROM history_blocks`, order, 0)
	return query(s.tx, scanHistoryBlock, text, args...)
}

func scanHistoryBlock(row scanner) (b blockRow, err error) {
	err = row.Scan(&b.no, &b.from, &b.to, &b.types, &b.statuses, &b.minAmount, &b.maxAmount, &b.firstFile, &b.lastFile)
	return b, err
}

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

// lookUp tells for each block which ids may fit.
func (s *search) lookUp(blocks []blockRow) ([]bitmap, error) {
	bits, place := make([]bitmap, len(blocks)), map[int64]int{}
	for i, b := range blocks {
		bits[i] = between(int(s.low-b.no*blockSize), int(min(s.high-b.no*blockSize, blockSize-1)))
		place[b.no] = i
	}
	if err := s.lookUpWords(blocks, bits, place); err != nil {
		return nil, err
	}
	for _, c := range s.conditions() {
		var nos []int64
		for i, b := range blocks {
			if bits[i] != (bitmap{}) && !c.holds(b) {
				nos = append(nos, b.no)
			}
		}
		if err := s.keep(c, nos, bits, place); err != nil {
			return nil, err
		}
	}
	return bits, nil
}

// condition is a filter on one column.
type condition struct {
	field int64
	fits  func(value uint64) bool
	holds func(b blockRow) bool // for all of a block, so that the column need not be read
}

// conditions are the filters that stand.
func (s *search) conditions() []condition {
	f, never := s.f, func(blockRow) bool { return false }
	var list []condition
	if len(f.Types)+len(f.Statuses) > 0 {
		types, statuses := mask(f.Types), mask(f.possibleStatuses())
		fits := func(v uint64) bool {
			return v != 0 && (types == 0 || types>>(v>>3)&1 == 1) && (statuses == 0 || statuses>>(v&7)&1 == 1)
		}
		list = append(list, condition{fieldKind, fits, func(b blockRow) bool {
			return (types == 0 || b.types&^types == 0) && (statuses == 0 || b.statuses&^statuses == 0)
		}})
	}
	if f.MinAmount > 0 || f.MaxAmount > 0 {
		fits := func(v uint64) bool {
			return v >= uint64(f.MinAmount) && (f.MaxAmount == 0 || v <= uint64(f.MaxAmount))
		}
		list = append(list, condition{fieldAmount, fits, func(b blockRow) bool { return fits(uint64(b.minAmount)) && fits(uint64(b.maxAmount)) }})
	}
	if s.byBalanceBlock {
		codes := map[uint64]bool{}
		for _, no := range f.BalanceNos {
			codes[balanceCode(no)] = true
		}
		list = append(list, condition{fieldBalance, func(v uint64) bool { return codes[v] }, never})
	}
	if f.File != 0 {
		file := uint64(f.File)
		list = append(list, condition{fieldFile, func(v uint64) bool { return v == file },
			func(b blockRow) bool { return b.firstFile == b.lastFile }})
	}
	if f.From != "" || f.To != "" {
		list = append(list, f.dated())
	}
	return list
}

func (f HistoryFilter) dated() condition {
	first, last := dayNumber(f.From), dayNumber(f.To)
	return condition{fieldDay, func(v uint64) bool { return v == 0 || v >= first && (last == 0 || v <= last) },
		func(b blockRow) bool { return b.from >= f.From && (f.To == "" || b.to <= f.To) }}
}

// keep clears the ids whose column does not fit.
func (s *search) keep(c condition, nos []int64, bits []bitmap, place map[int64]int) error {
	if len(nos) == 0 {
		return nil
	}
	list, arg := s.tx.in("block", 3, List{Ints: nos})
	return each(s.tx, scanPacked, func(p packedRow) error { return keepColumn(&bits[place[p.block]], p.data, c.fits) },
		"SELECT block, packed FROM history_columns WHERE customer_id = $1 AND field = $2 AND "+list, s.customer, c.field, arg)
}

type packedRow struct {
	block int64
	data  []byte
}

func scanPacked(row scanner) (p packedRow, err error) {
	return p, row.Scan(&p.block, &p.data)
}

// grams are the pieces of text that every row which fits has.
func (s *search) grams() []int64 {
	list := s.party.grams()
	for _, gram := range s.title.grams() {
		list = append(list, -gram)
	}
	if s.reference != "" {
		list = append(list, identifierGram(s.reference))
	}
	return list
}

// lookUpWords clears the ids that do not have the grams: gram by gram, only in blocks that may still have something. The first
// blocks teach which grams are rare; those are asked for first from then on, and the most common ones not any more.
func (s *search) lookUpWords(blocks []blockRow, bits []bitmap, place map[int64]int) error {
	learn := s.rarest == nil
	if learn {
		s.rarest = s.grams()
	}
	counts := map[int64]int{}
	for _, gram := range s.rarest {
		found, err := s.withGram(gram, blocks, bits, place, learn)
		if err != nil {
			return err
		}
		for i := range bits {
			counts[gram] += found[i].count()
			bits[i].and(&found[i])
		}
	}
	if learn {
		slices.SortStableFunc(s.rarest, func(a, b int64) int { return counts[a] - counts[b] })
		s.rarest = s.rarest[:min(len(s.rarest), maxGrams)]
	}
	return nil
}

// withGram reads which ids have a gram, of all blocks or of those with bits.
func (s *search) withGram(gram int64, blocks []blockRow, bits []bitmap, place map[int64]int, all bool) ([]bitmap, error) {
	found := make([]bitmap, len(blocks))
	var nos []int64
	for i, b := range blocks {
		if all || bits[i] != (bitmap{}) {
			nos = append(nos, b.no)
		}
	}
	if len(nos) == 0 {
		return found, nil
	}
	list, arg := s.tx.in("block", 3, List{Ints: nos})
	err := each(s.tx, scanPacked, func(p packedRow) (err error) {
		found[place[p.block]], err = unpackOffsets(p.data)
		return err
	}, "SELECT block, packed FROM history_grams WHERE customer_id = $1 AND gram = $2 AND "+list, s.customer, gram, arg)
	return found, err
}
