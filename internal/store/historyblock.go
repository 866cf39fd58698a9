package store

import (
	"maps"
	"math"
	"slices"
	"time"

	"ims/internal/bank"
)

// The columns of a block.
const (
	fieldKind    = 1 // type and status; 0 where the id is no transaction's
	fieldAmount  = 2 // absolute, maybe rounded down
	fieldBalance = 3
	fieldDay     = 4 // days since 1970; 0 where it may yet change
	fieldFile    = 5
)

var blockFields = []int64{fieldKind, fieldAmount, fieldBalance, fieldDay, fieldFile}

// HistoryBlock is what the index of the history knows of one block of ids.
type HistoryBlock struct {
	No      int64
	about   blockRow
	columns map[int64]*[blockSize]uint64
	grams   map[int64][]int
	days    []DayFlow
}

// blockRow bounds what is in a block: it tells which blocks cannot hold what is looked for.
type blockRow struct {
	no                   int64
	from, to             string // dates
	types, statuses      int64  // a bit for each
	minAmount, maxAmount int64
	firstFile, lastFile  int64
}

// Undated transactions may be booked on any day: their dates bound nothing.
const (
	anyDayFrom = ""
	anyDayTo   = "9999-12-31"
)

// indexedRow is what the index takes in of a transaction.
type indexedRow struct {
	bank.Transaction
	booking string
	details bank.Details
}

// ReadHistoryBlock reads a block of ids and makes what is to be added to the index. All its ids must have been given.
func (tx *Tx) ReadHistoryBlock(customer bank.CustomerID, no int64) (HistoryBlock, error) {
	b := HistoryBlock{No: no, columns: map[int64]*[blockSize]uint64{}, grams: map[int64][]int{}}
	for _, field := range blockFields {
		b.columns[field] = &[blockSize]uint64{}
	}
	b.about = blockRow{no: no, from: anyDayTo, minAmount: math.MaxInt64, firstFile: math.MaxInt64}
	next := 0
	err := each(tx, scanIndexed, func(r indexedRow) error {
		at := int(int64(r.ID) - no*blockSize)
		b.add(r, next, at)
		next = at + 1
		return nil
	}, `SELECT t.id, t.balance_no, t.type, t.status, t.amount, t.at, t.file_no, COALESCE(p.booking_date, ''), COALESCE(d.payer_name, ''),
		COALESCE(d.payee_name, ''), COALESCE(d.payer_account, ''), COALESCE(d.payee_account, ''), COALESCE(d.title, ''),
		COALESCE(d.reference, ''), COALESCE(d.operation, '')
		FROM transactions t LEFT JOIN postings p ON p.customer_id = t.customer_id AND p.id = t.posting_id
		LEFT JOIN details d ON d.customer_id = t.customer_id AND d.file_no = t.file_no AND d.line = t.line
		WHERE t.customer_id = $1 AND t.id >= $2 AND t.id < $3 ORDER BY t.id`, customer, no*blockSize, (no+1)*blockSize)
	b.pad(next, blockSize)
	if err == nil {
		b.days, err = tx.flow(customer, no*blockSize, (no+1)*blockSize-1)
	}
	return b, err
}

func scanIndexed(row scanner) (r indexedRow, err error) {
	d := &r.details
	err = row.Scan(&r.ID, &r.Balance, &r.Type, &r.Status, &r.Amount, instant{&r.At}, &r.Origin.File, &r.booking, &d.PayerName, &d.PayeeName,
		&d.PayerAccount, &d.PayeeAccount, &d.Title, &d.Reference, &d.Operation)
	return r, err
}

// add takes in a row; next is where the one before left off.
func (b *HistoryBlock) add(r indexedRow, next, at int) {
	a, size := &b.about, magnitude(r.Amount)
	day := r.day()
	b.columns[fieldKind][at] = kindCode(r.Type, r.Status)
	b.columns[fieldAmount][at] = uint64(size)
	b.columns[fieldBalance][at] = balanceCode(r.Balance)
	b.columns[fieldDay][at] = dayNumber(day)
	b.columns[fieldFile][at] = uint64(r.Origin.File)
	b.pad(next, at)
	if day == "" {
		a.from, a.to = anyDayFrom, anyDayTo
	} else {
		a.from, a.to = min(a.from, day), max(a.to, day)
	}
	a.types |= 1 << r.Type
	a.statuses |= 1 << r.Status
	a.minAmount, a.maxAmount = min(a.minAmount, size), max(a.maxAmount, size)
	a.firstFile, a.lastFile = min(a.firstFile, int64(r.Origin.File)), max(a.lastFile, int64(r.Origin.File))
	b.addWords(r, at)
}

// pad gives ids that are no transaction's the values of the next one, or at the end of the last one, so that columns stay
// narrow; only their kind says that they are none.
func (b *HistoryBlock) pad(first, end int) {
	like := end
	if end == blockSize {
		like = first - 1
	}
	if like < 0 || first >= end {
		return
	}
	for _, field := range blockFields[1:] {
		for i := first; i < end; i++ {
			b.columns[field][i] = b.columns[field][like]
		}
	}
}

func (b *HistoryBlock) addWords(r indexedRow, at int) {
	note := func(gram int64) {
		if list := b.grams[gram]; len(list) == 0 || list[len(list)-1] != at {
			b.grams[gram] = append(list, at)
		}
	}
	eachRowGram(r, note)
}

// eachRowGram hands the grams of a row's words to fn, some more than once.
func eachRowGram(r indexedRow, fn func(int64)) {
	eachGram(Fold(counterparty(r.Amount, &r.details)), fn)
	eachGram(Fold(r.details.Title), func(gram int64) { fn(-gram) })
	for _, text := range []string{r.details.Reference, r.details.Operation} {
		if folded := Fold(text); folded != "" {
			fn(identifierGram(folded))
		}
	}
}

// day is the booking date; a transaction that was declined has the day on which that happened, and one that waits none yet.
func (r indexedRow) day() string {
	if r.booking == "" && r.Status != bank.StatusAuthorized {
		return bank.CivilDate(r.At)
	}
	return r.booking
}

// counterparty is the other side's name and account.
func counterparty(amount int64, d *bank.Details) string {
	if amount < 0 {
		return d.PayeeName + " " + d.PayeeAccount
	}
	return d.PayerName + " " + d.PayerAccount
}

func magnitude(amount int64) int64 { return max(amount, -amount) }

func kindCode(t bank.TransactionType, s bank.TransactionStatus) uint64 {
	return uint64(t)<<3 | uint64(s)
}

// balanceCode keeps the numbers of balances and of the receivables beside them, which are negative, small.
func balanceCode(no bank.BalanceNo) uint64 { return uint64(no)<<1 ^ uint64(no>>63) }

// dayNumber counts days since 1970; what is no date has none and is 0.
func dayNumber(date string) uint64 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil || t.Unix() <= 0 {
		return 0
	}
	return uint64(t.Unix() / (24 * 60 * 60))
}

// AddHistoryBlock adds the next block to the index, under the lease of owner; bank.ErrNotFound if it was lost or somebody
// has added the block.
func (tx *Tx) AddHistoryBlock(customer bank.CustomerID, owner string, b HistoryBlock) error {
	err := tx.execOne("UPDATE history_progress SET next_block = $3 WHERE customer_id = $1 AND next_block = $2 AND lease_owner = $4",
		customer, b.No, b.No+1, owner)
	if err != nil {
		return err
	}
	if err := tx.addDays(customer, b.days); err != nil {
		return err
	}
	a := b.about
	if a.types == 0 { // ids of audit events only
		return nil
	}
	_, err = tx.exec(`INSERT INTO history_blocks (customer_id, block, from_date, to_date, types, statuses, min_amount, max_amount, first_file,
		last_file) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, customer, a.no, a.from, a.to, a.types, a.statuses, a.minAmount,
		a.maxAmount, a.firstFile, a.lastFile)
	if err == nil {
		err = tx.addColumns(customer, b)
	}
	if err == nil {
		err = tx.addGrams(customer, b)
	}
	return err
}

func (tx *Tx) addColumns(customer bank.CustomerID, b HistoryBlock) error {
	i := 0
	return tx.bulk("history_columns", []string{"customer_id", "field", "block", "packed"}, func(row []any) bool {
		if i == len(blockFields) {
			return false
		}
		field, pack := blockFields[i], packColumn
		if field == fieldAmount {
			pack = packAmounts
		}
		row[0], row[1], row[2], row[3] = int64(customer), field, b.No, pack(b.columns[field])
		i++
		return true
	})
}

func (tx *Tx) addGrams(customer bank.CustomerID, b HistoryBlock) error {
	grams, i := slices.Sorted(maps.Keys(b.grams)), 0
	return tx.bulk("history_grams", []string{"customer_id", "block", "gram", "packed"}, func(row []any) bool {
		if i == len(grams) {
			return false
		}
		row[0], row[1], row[2], row[3] = int64(customer), b.No, grams[i], packOffsets(b.grams[grams[i]])
		i++
		return true
	})
}
