package store

import (
	"fmt"
)

// The number of blocks that are looked up together: few at first, as the page is often full soon, and they teach what is rare.
const (
	firstBlocks = 4
	mostBlocks  = 128
)

// blocks yields candidates of the index; it tells whether to go on.
func (s *search) blocks(yield func([]int64, error) bool) bool {
	rows := s.possible
	for count := firstBlocks; len(rows) > 0; count = min(2*count, mostBlocks) {
		some := rows[:min(count, len(rows))]
		rows = rows[len(some):]
		bits, err := s.lookUp(some)
		if err != nil {
			return yield(nil, err)
		}
		if !s.inPieces(some, bits, yield) {
			return false
		}
	}
	return true
}

// inPieces yields the ids of blocks in pieces of some size, as looking at one id takes about the time of many.
func (s *search) inPieces(blocks []blockRow, bits []bitmap, yield func([]int64, error) bool) bool {
	var list []int64
	for i, b := range blocks {
		ids := bits[i].ids(b.no * blockSize)
		s.order(ids)
		if list = append(list, ids...); len(list) >= slice {
			if !yield(list, nil) {
				return false
			}
			list = nil
		}
	}
	return len(list) == 0 || yield(list, nil)
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
