package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
)

// questions are combinations of the filters that the panel offers, within the last days or, where days is 0, without dates.
// Whether a filter selects much or little is decided anew for each.
type questions struct {
	past   *past
	random *rand.Rand
	days   int
	rounds int
}

// rareDays is how far back a rare value may lie: some are from before the dates that are asked for.
const rareDays = 146

// question is a filter and the names of what is asked for.
type question struct {
	filter history.Filter
	names  []string
}

// ask asks every combination some times, each time with other values.
func (q *questions) ask(ctx context.Context, s *history.Service) (a answers, err error) {
	actor := system(q.past.customer)
	for round := range q.rounds + 1 {
		for bits := range 1 << len(q.kinds(nil, 0)) {
			asked := q.combine(bits)
			start := time.Now()
			list, err := s.List(ctx, actor, asked.filter)
			took := time.Since(start)
			if err != nil {
				return a, fmt.Errorf("%v: %w", asked.names, err)
			}
			if round > 0 { // what is asked first finds cold caches
				a = append(a, answer{question: asked, took: took, rows: len(list)})
			}
		}
	}
	slices.SortFunc(a, func(x, y answer) int { return int(x.took - y.took) })
	return a, nil
}

func (q *questions) combine(bits int) (asked question) {
	asked.filter.Limit = 51
	if q.days > 0 {
		asked.filter.From = q.past.end.AddDate(0, 0, 1-q.days).Format(time.DateOnly)
		asked.filter.To = q.past.end.Format(time.DateOnly)
	}
	i := q.past.records - 1 - q.random.IntN(q.past.since(rareDays))
	for bit, kind := range q.kinds(&asked.filter, i) {
		if bits>>bit&1 == 0 {
			continue
		}
		if q.random.IntN(2) == 0 {
			kind.rare()
			asked.names = append(asked.names, "rare "+kind.name)
		} else {
			kind.common()
			asked.names = append(asked.names, kind.name)
		}
	}
	return asked
}

// kind is a filter that is set to what many transactions have or to what few have.
type kind struct {
	name         string
	common, rare func()
}

// kinds are all filters; rare words and files are those of the record i.
func (q *questions) kinds(f *history.Filter, i int) []kind {
	p := q.past
	amounts := func(width int64) {
		f.MinAmount = 1 + q.random.Int64N(30_000)
		f.MaxAmount = width * f.MinAmount
	}
	file := func(day int) func() { return func() { f.File = p.files[day].ID } }
	return []kind{
		{"balance", func() { f.Balance = p.balances[0].ID }, func() { f.Balance = p.balances[q.random.IntN(len(p.balances))].ID }},
		{"type", func() { f.Types = []bank.TransactionType{bank.TypeTransferOut} }, func() { f.Types = []bank.TransactionType{bank.TypeReversal} }},
		{"status", func() { f.Statuses = []bank.TransactionStatus{bank.StatusCleared} },
			func() { f.Statuses = []bank.TransactionStatus{bank.StatusDeclined} }},
		{"amount", func() { amounts(3) }, func() { amounts(1) }},
		{"counterparty", func() { f.Counterparty = "żaneta" }, func() { f.Counterparty = "testowa-" + surname(q.random.IntN(20_000)) }},
		{"title", func() { f.Title = "ksiazki" }, func() { f.Title = fmt.Sprintf(" %d/", i) }},
		{"reference", func() { f.Reference = fmt.Sprintf("ref%d", i) }, func() { f.Reference = fmt.Sprintf("none%d", i) }},
		{"file", file(p.day(p.records - 1)), file(p.day(i))},
	}
}

// answers are what was asked, the fastest first.
type answers []answer

type answer struct {
	question
	took time.Duration
	rows int
}

// tell logs the slowest questions.
func (a answers) tell(log func(string, ...any)) {
	for _, one := range a[max(len(a)-5, 0):] {
		log("%v for %d rows: %s", one.took.Round(time.Microsecond), one.rows, strings.Join(one.names, ", "))
	}
}

func (a answers) results(name string) []Result {
	at := func(share float64) float64 {
		return float64(a[int(share*float64(len(a)-1))].took.Microseconds()) / 1_000
	}
	return []Result{{Name: name + "p50", Value: at(0.5), Unit: "ms"}, {Name: name + "p99", Value: at(0.99), Unit: "ms"},
		{Name: name + "slowest", Value: at(1), Unit: "ms"}}
}
