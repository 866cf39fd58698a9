package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// past is an invented one of a customer, a file a day: incoming transfers mostly, one in ten outgoing, one in
// a thousand a reversal, one in two thousand refused, and one in ten thousand booked a month late. The first balance is a
// shop's, which has one in fifty.
type past struct {
	*estate
	random  *rand.Rand
	end     time.Time
	days    int
	records int
	written int
	files   []bank.TransactionFile
}

const pastChunk = 20_000

var (
	firstNames = []string{"Anna", "Jan", "Zofia", "Piotr", "Łucja", "Adam", "Żaneta", "Olga", "Ewa", "Igor"}
	purposes   = []string{"Invoice", "Rent", "Zwrot za książki", "Opłata", "Salary", "Składka", "Gift", "Order"}
)

func (p *past) write(ctx context.Context, log func(string, ...any)) error {
	if err := p.db.Write(ctx, p.addFiles); err != nil {
		return err
	}
	for p.written < p.records {
		err := p.db.Write(ctx, p.addChunk)
		if err != nil {
			return err
		}
		if p.written += min(pastChunk, p.records-p.written); p.written%1_000_000 == 0 {
			log("%d written", p.written)
		}
	}
	return nil
}

// addFiles adds a file for each day, without what was in it.
func (p *past) addFiles(tx *store.Tx) error {
	p.files = nil
	for day := range p.days {
		f := bank.TransactionFile{Customer: p.customer, No: bank.FileNo(day + 1), ID: bank.NewID(), MasterAccount: p.master.ID,
			Name: fmt.Sprintf("day-%d.pli", day), Status: bank.FileExecuted, Acceptance: p.master.Acceptance, UploadedAt: p.end}
		f.SHA256[0], f.SHA256[1] = byte(day), byte(day>>8)
		if _, err := tx.AddFile(f); err != nil {
			return err
		}
		p.files = append(p.files, f)
	}
	return nil
}

func (p *past) addChunk(tx *store.Tx) error {
	head, err := tx.LockHead(p.customer)
	if err != nil {
		return err
	}
	first := head.NextID
	head.LastAt = p.noon(p.written) // unlike a real one it goes back, once, behind the opening of the balances
	rows := p.chunk(&head)
	// The words of files are there before their postings, and not part of the link.
	if err := tx.AddDetails(p.customer, rows.Details); err != nil {
		return err
	}
	rows.Details = nil
	return tx.Append(head, first, rows)
}

func (p *past) chunk(head *store.Head) (rows store.Rows) {
	for i := p.written; i < min(p.written+pastChunk, p.records); i++ {
		t := p.transaction(i, head)
		head.NextID++
		rows.Transactions = append(rows.Transactions, t)
		rows.Details = append(rows.Details, p.words(i, t))
		if t.Posting != 0 {
			date := p.booking(i)
			rows.Postings = append(rows.Postings, store.PostingRow{Outcome: bank.OutcomeCredited, Posting: bank.Posting{ID: t.ID, From: p.master.BankBalance,
				To: t.Balance, Amount: max(t.Amount, -t.Amount), Cause: bank.CauseIncoming, BookingDate: date, ValueDate: date, PostedAt: head.LastAt, Origin: t.Origin}})
		}
	}
	return rows
}

func (p *past) transaction(i int, head *store.Head) bank.Transaction {
	t := bank.Transaction{ID: head.NextID, Balance: p.holder().No, Posting: head.NextID, Type: bank.TypeTransferIn, Status: bank.StatusCleared,
		Amount: int64(1 + p.random.ExpFloat64()*20_000), At: head.LastAt, Origin: bank.Origin{File: bank.FileNo(p.day(i) + 1), Line: int64(i)}}
	switch {
	case i%1_000 == 999:
		t.Type = bank.TypeReversal
	case i%2_000 == 500:
		t.Status, t.Posting, t.Amount = bank.StatusDeclined, 0, -t.Amount
	case i%10 == 9:
		t.Type, t.Amount = bank.TypeTransferOut, -t.Amount
	}
	return t
}

// holder is whose transaction the next one is.
func (p *past) holder() bank.Balance {
	if p.random.IntN(50) == 0 {
		return p.balances[0]
	}
	return p.balances[p.random.IntN(len(p.balances))]
}

// day is the number of the day on which a record came.
func (p *past) day(i int) int { return i * p.days / p.records }

// since is how many records came within the last days.
func (p *past) since(days int) int { return max(p.records*min(days, p.days)/p.days, 1) }

func (p *past) noon(i int) time.Time {
	y, m, d := p.end.AddDate(0, 0, p.day(i)-p.days+1).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

func (p *past) booking(i int) string {
	at := p.noon(i)
	if i%10_000 == 0 {
		at = at.AddDate(0, 0, -30)
	}
	return at.Format(time.DateOnly)
}

func (p *past) words(i int, t bank.Transaction) bank.Details {
	name := func() string {
		return fmt.Sprintf("%s Testowa-%s", firstNames[p.random.IntN(len(firstNames))], surname(p.random.IntN(20_000)))
	}
	return bank.Details{Origin: t.Origin, PayerName: name(), PayeeName: name(), PayerAccount: fmt.Sprintf("PL39222222220000%012d", p.random.IntN(1_000_000)),
		PayeeAccount: fmt.Sprintf("PL111111117700%014d", t.Balance), Title: fmt.Sprintf("%s %d/%s", purposes[p.random.IntN(len(purposes))], i, p.booking(i)[:7]),
		Reference: fmt.Sprintf("REF%d", i), Salt: store.NewSalt()}
}

// surname writes a number in syllables.
func surname(n int) (text string) {
	syllables := []string{"ko", "wal", "ski", "no", "wak", "mi", "cha", "lo", "wi", "cza", "rek"}
	for n++; n > 0; n /= len(syllables) {
		text += syllables[n%len(syllables)]
	}
	return text
}
