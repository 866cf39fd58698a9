package measure

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/store"
)

// History builds a store with many transactions over a year, indexes them, and asks for the first page of every combination
// of filters within the last 90 days, with values that are common and values that are rare.
func History(ctx context.Context, o Options) (results []Result, err error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	engine, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, engine)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o.Log("opening %d balances", o.Balances)
	e, err := newEstate(ctx, db, o.Balances)
	if err != nil {
		return nil, err
	}
	past := &invented{estate: e, random: rand.New(rand.NewPCG(1, 2)), end: time.Now().UTC(), records: o.Records}
	o.Log("writing %d transactions", o.Records)
	writing, err := timed(func() error { return past.write(ctx, o.Log) })
	if err != nil {
		return nil, err
	}
	service := history.New(db)
	o.Log("indexing them")
	indexing, err := timed(func() error { return indexAll(ctx, service) })
	if err != nil {
		return nil, err
	}
	o.Log("asking")
	asked, err := past.ask(ctx, service, o.Log)
	if err != nil {
		return nil, err
	}
	name, rate := engine.Name()+" history ", float64(o.Records)
	return append([]Result{{Name: name + "write", Value: rate / writing.Seconds(), Unit: "transactions/s"},
		{Name: name + "index", Value: rate / indexing.Seconds(), Unit: "transactions/s"}}, asked.results(name)...), nil
}

func indexAll(ctx context.Context, s *history.Service) error {
	for {
		if worked, err := s.IndexDue(ctx, "benchmark"); err != nil || !worked {
			return err
		}
	}
}

// invented is a past of a customer: incoming transfers mostly, one in a thousand a reversal, spread over a year.
type invented struct {
	*estate
	random  *rand.Rand
	end     time.Time
	records int
	written int
}

var (
	firstNames = []string{"Anna", "Jan", "Zofia", "Piotr", "Łucja", "Adam", "Żaneta", "Olga", "Ewa", "Igor"}
	purposes   = []string{"Invoice", "Rent", "Zwrot za książki", "Opłata", "Salary", "Składka", "Gift", "Order"}
)

const inventedChunk = 20_000

func (p *invented) write(ctx context.Context, log func(string, ...any)) error {
	for p.written < p.records {
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			head, err := tx.LockHead(p.customer)
			if err != nil {
				return err
			}
			first := head.NextID
			head.Begin(p.end)
			rows := p.chunk(&head)
			// The words of files are there before their postings, and not part of the link.
			if err := tx.AddDetails(p.customer, rows.Details); err != nil {
				return err
			}
			rows.Details = nil
			return tx.Append(head, first, rows)
		})
		if err != nil {
			return err
		}
		if p.written += min(inventedChunk, p.records-p.written); p.written%1_000_000 == 0 {
			log("%d written", p.written)
		}
	}
	return nil
}

func (p *invented) chunk(head *store.Head) (rows store.Rows) {
	for i := p.written; i < min(p.written+inventedChunk, p.records); i++ {
		t := bank.Transaction{ID: head.NextID, Balance: p.balances[p.random.IntN(len(p.balances))].No, Posting: head.NextID, Type: bank.TypeTransferIn,
			Status: bank.StatusCleared, Amount: int64(1 + p.random.ExpFloat64()*20_000), At: head.LastAt, Origin: bank.Origin{File: bank.FileNo(1 + i/100_000), Line: int64(i)}}
		switch {
		case i%1_000 == 999:
			t.Type = bank.TypeReversal
		case i%10 == 9:
			t.Type, t.Amount = bank.TypeTransferOut, -t.Amount
		}
		head.NextID++
		rows.Transactions = append(rows.Transactions, t)
		rows.Postings = append(rows.Postings, store.PostingRow{Outcome: bank.OutcomeCredited, Posting: bank.Posting{ID: t.ID, From: p.master.BankBalance,
			To: t.Balance, Amount: max(t.Amount, -t.Amount), Cause: bank.CauseIncoming, BookingDate: p.day(i), ValueDate: p.day(i), PostedAt: head.LastAt, Origin: t.Origin}})
		rows.Details = append(rows.Details, p.words(i, t))
	}
	return rows
}

// day is the booking date of a record: in order, but for one in ten thousand that came a month late.
func (p *invented) day(i int) string {
	days := 364 - i*365/p.records
	if i%10_000 == 0 {
		days += 30
	}
	return p.end.AddDate(0, 0, -days).Format(time.DateOnly)
}

func (p *invented) words(i int, t bank.Transaction) bank.Details {
	name := func() string {
		return fmt.Sprintf("%s Testowa-%s", firstNames[p.random.IntN(len(firstNames))], surname(p.random.IntN(20_000)))
	}
	return bank.Details{Origin: t.Origin, PayerName: name(), PayeeName: name(), PayerAccount: fmt.Sprintf("PL39222222220000%012d", p.random.IntN(1_000_000)),
		PayeeAccount: fmt.Sprintf("PL111111117700%014d", t.Balance), Title: fmt.Sprintf("%s %d/%s", purposes[p.random.IntN(len(purposes))], i, p.day(i)[:7]),
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

// answers are how long questions took, and the slowest of them.
type answers struct {
	times   []time.Duration
	slowest history.Filter
	worst   time.Duration
}

// ask asks every combination of filters within the last 90 days, some times each with other values.
func (p *invented) ask(ctx context.Context, s *history.Service, log func(string, ...any)) (a answers, err error) {
	const kinds, rounds = 7, 8
	actor := system(p.customer)
	for round := range rounds {
		for bits := range 1 << kinds {
			f := p.question(bits, round%2 == 0)
			start := time.Now()
			if _, err := s.Page(ctx, actor, f); err != nil {
				return a, err
			}
			took := time.Since(start)
			if round == 0 {
				continue // what is asked first finds cold caches
			}
			if a.times = append(a.times, took); took > a.worst {
				a.worst, a.slowest = took, f
			}
		}
	}
	log("slowest, %v: %+v", a.worst, a.slowest)
	slices.Sort(a.times)
	return a, nil
}

// question combines filters; rare ones match little or nothing.
func (p *invented) question(bits int, rare bool) history.Filter {
	f := history.Filter{From: p.end.AddDate(0, 0, -89).Format(time.DateOnly), To: p.end.Format(time.DateOnly), Limit: 51}
	pick := func(common, seldom string) string {
		if rare {
			return seldom
		}
		return common
	}
	i := p.records - 1 - p.random.IntN(p.records/5)
	for bit, apply := range []func(){
		func() { f.Balance = p.balances[p.random.IntN(len(p.balances))].ID },
		func() {
			f.Types = []bank.TransactionType{bank.TypeTransferOut}
			if rare {
				f.Types = []bank.TransactionType{bank.TypeReversal}
			}
		},
		func() { f.Statuses = []bank.TransactionStatus{bank.StatusCleared} },
		func() {
			f.MinAmount = 1 + p.random.Int64N(30_000)
			f.MaxAmount = 3 * f.MinAmount
			if rare {
				f.MaxAmount = f.MinAmount + 1
			}
		},
		func() { f.Counterparty = pick("żaneta", "testowa-"+surname(p.random.IntN(20_000))) },
		func() { f.Title = pick("ksiazki", fmt.Sprintf(" %d/", i)) },
		func() { f.Reference = fmt.Sprintf("ref%d", i) },
	} {
		if bits>>bit&1 == 1 {
			apply()
		}
	}
	return f
}

func (a answers) results(name string) []Result {
	at := func(share float64) float64 {
		return float64(a.times[int(share*float64(len(a.times)-1))].Microseconds()) / 1_000
	}
	return []Result{{Name: name + "first page p50", Value: at(0.5), Unit: "ms"}, {Name: name + "first page p99", Value: at(0.99), Unit: "ms"},
		{Name: name + "first page slowest", Value: at(1), Unit: "ms"}}
}
