package files

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// returnDays is how long after a debit a credit of the same amount between the same accounts is taken for its return.
const returnDays = 30

// crossing is a payment between one of our accounts and one outside, the same for a debit and for the credit that brings it
// back: a hash of both accounts and the amount. Two that are equal by chance cost a needless look.
type crossing struct {
	key  uint64
	line uint32
	day  int32 // number of the booking date, in days
}

// crossingBytes is the size of a stored crossing: the key and the line, big-endian; the date is stored once.
const crossingBytes = 12

// returns look for credits that bring a payment back.
type returns struct {
	compare bool                  // there are executed debits to compare with
	credits []crossing            // where there are any
	marked  []uint32              // lines whose title or format says so
	debits  map[string][]crossing // of the file itself per booking date, for files to come
	date    string                // the last booking date that was read, and its number
	day     int32
	scratch []byte
}

// newReturns asks once whether there is anything to compare with, so that a file costs nothing where there is not.
func newReturns(tx *store.Tx, f bank.TransactionFile) (r returns, err error) {
	oldest := f.ValidatedAt.AddDate(0, 0, -bank.MaxAgeDays-returnDays)
	r.debits = map[string][]crossing{}
	r.compare, err = tx.HasExecutedDebits(f.Customer, bank.CivilDate(oldest))
	return r, err
}

// add takes a record without errors.
func (r *returns) add(rec *bankfile.Record) {
	if rec.Direction == bankfile.Debit {
		c := r.crossing(rec, rec.Payer, rec.Payee)
		r.debits[rec.Date] = append(r.debits[rec.Date], c)
		return
	}
	if rec.Direction != bankfile.Credit && rec.Direction != bankfile.Unallocated {
		return
	}
	if saysReturn(rec) {
		r.marked = append(r.marked, uint32(rec.Line))
	}
	if r.compare && rec.Direction == bankfile.Credit && rec.Payer.Kind != bankfile.None {
		r.credits = append(r.credits, r.crossing(rec, rec.Payee, rec.Payer))
	}
}

func (r *returns) crossing(rec *bankfile.Record, own, outside bankfile.Account) crossing {
	if rec.Date != r.date {
		r.date, r.day = rec.Date, dayOf(rec.Date)
	}
	b := append(append(r.scratch[:0], own.String()...), 0)
	b = strconv.AppendInt(append(append(b, outside.String()...), 0), rec.Amount, 10)
	r.scratch = b
	sum := fnv.New64a()
	sum.Write(b)
	return crossing{sum.Sum64(), uint32(rec.Line), r.day}
}

// dayOf numbers days; a date that passed the reader is one.
func dayOf(date string) int32 {
	t, _ := time.Parse(time.DateOnly, date)
	return int32(t.Unix() / (24 * 60 * 60))
}

func dateOf(day int32) string {
	return time.Unix(int64(day)*24*60*60, 0).UTC().Format(time.DateOnly)
}

// saysReturn tells whether the format or the title of a record says that an earlier payment comes back.
func saysReturn(r *bankfile.Record) bool { return r.Return || titleOfReturn(r.Title) }

// titleOfReturn tells whether a title begins with the word for a return, as Polish banks write it.
func titleOfReturn(title string) bool {
	for _, word := range []string{"ZWROT", "RETURN"} {
		if len(title) >= len(word) && strings.EqualFold(title[:len(word)], word) {
			next, _ := utf8.DecodeRuneInString(title[len(word):])
			return !unicode.IsLetter(next)
		}
	}
	return false
}

// comeback is a line with the debit that it brings back; no file: nothing but the record says so.
type comeback struct {
	line  uint32
	file  bank.FileNo
	debit uint32 // its line
}

// find returns the lines that look like returns, sorted.
func (r *returns) find(tx *store.Tx, customer bank.CustomerID) ([]comeback, error) {
	debits, err := r.match(tx, customer)
	if err != nil {
		return nil, err
	}
	list := make([]comeback, 0, len(debits)+len(r.marked))
	for _, c := range debits {
		list = append(list, c)
	}
	for _, line := range r.marked {
		if _, found := debits[line]; !found {
			list = append(list, comeback{line: line})
		}
	}
	slices.SortFunc(list, func(a, b comeback) int { return cmp.Compare(a.line, b.line) })
	return list, nil
}

// match compares the credits with executed debits; of several debits the latest counts.
func (r *returns) match(tx *store.Tx, customer bank.CustomerID) (map[uint32]comeback, error) {
	found := map[uint32]comeback{}
	if len(r.credits) == 0 {
		return found, nil
	}
	slices.SortFunc(r.credits, func(a, b crossing) int { return cmp.Compare(a.key, b.key) })
	first, last := r.credits[0].day, r.credits[0].day
	for _, c := range r.credits {
		first, last = min(first, c.day), max(last, c.day)
	}
	err := tx.EachExecutedDebits(customer, dateOf(first-returnDays), dateOf(last), func(part store.DebitPart) error {
		day := dayOf(part.Date)
		rest := r.credits
		for b := part.Keys; len(b) >= crossingBytes && len(rest) > 0; b = b[crossingBytes:] {
			key, line := binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])
			at, _ := slices.BinarySearchFunc(rest, key, func(c crossing, key uint64) int { return cmp.Compare(c.key, key) })
			rest = rest[at:]
			for i := 0; i < len(rest) && rest[i].key == key; i++ {
				if age := rest[i].day - day; age >= 0 && age <= returnDays {
					found[rest[i].line] = comeback{rest[i].line, part.File, line}
				}
			}
		}
		return nil
	})
	return found, err
}

// partCrossings is how many crossings one stored part holds.
const partCrossings = 50_000

// storeDebits stores the sorted debits in parts.
func (v *validation) storeDebits() error {
	for date, list := range v.returns.debits {
		slices.SortFunc(list, func(a, b crossing) int { return cmp.Compare(a.key, b.key) })
		no := 0
		for part := range slices.Chunk(list, partCrossings) {
			err := v.write(func(tx *store.Tx) error {
				return tx.AddFileDebits(v.file.Customer, date, v.file.No, no, packCrossings(part))
			})
			if err != nil {
				return err
			}
			no++
		}
	}
	return nil
}

func packCrossings(list []crossing) []byte {
	out := make([]byte, 0, crossingBytes*len(list))
	for _, c := range list {
		out = binary.BigEndian.AppendUint64(out, c.key)
		out = binary.BigEndian.AppendUint32(out, c.line)
	}
	return out
}

// judgeReturns reports credits that bring a payment back, with the transaction that they bring back where it is known.
func (v *validation) judgeReturns(tx *store.Tx) error {
	list, err := v.returns.find(tx, v.file.Customer)
	if err != nil {
		return err
	}
	for _, c := range list {
		f := v.finding(bankfile.DomainReturnReview, bankfile.Warning, c.line, partTitle)
		f.Params.Hint = "return-marked"
		if c.file != 0 {
			f = v.finding(bankfile.DomainReturnReview, bankfile.Warning, c.line, partPayer)
			f.Params.Hint = "return-matched"
		}
		if c.file != 0 && v.domain.keeps(bankfile.Warning) {
			if f.Value, err = transactionOf(tx, v.file.Customer, c.file, c.debit); err != nil {
				return err
			}
		}
		v.domain.add(f)
	}
	return nil
}

// transactionOf names the transaction of the payer that an executed line made; "" if it made none, as a surplus copy.
func transactionOf(tx *store.Tx, customer bank.CustomerID, file bank.FileNo, line uint32) (id string, err error) {
	err = tx.EachFilePosting(customer, file, int64(line), int64(line), func(p store.PostingRow) error {
		if p.Outcome != 0 {
			id = strconv.FormatInt(int64(p.ID), 10) // a posting bears the id of its payer's transaction
		}
		return nil
	})
	return id, err
}
