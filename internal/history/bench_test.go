package history_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/store/storetest"
)

// BenchmarkStatement writes the statement of a balance with many transactions in each form and tells lines a second and the
// most memory in use: it does not grow with the lines. By hand, with more: go test -bench Statement -benchtime 1x.
func BenchmarkStatement(b *testing.B) {
	const lines = 200_000
	d := newDesk(b, storetest.Open(b), here)
	d.many(lines)
	for _, form := range history.StatementForms() {
		if form == history.StatementPDF {
			continue // it has a limit instead
		}
		b.Run(string(form), func(b *testing.B) {
			var peak atomic.Uint64
			stop := watchHeap(&peak)
			for b.Loop() {
				if err := d.history.WriteStatement(context.Background(), d.actor, d.balances[0].ID, history.Period{From: "2026-11-01", To: "2026-11-30"}, form, "en", io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			stop()
			b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s")
			b.ReportMetric(float64(peak.Load())/1e6, "MB-heap")
		})
	}
}

// many posts one grosz so many times, a thousand in a transaction.
func (d *desk) many(times int) {
	d.t.Helper()
	for done := 0; done < times; done += 1000 {
		d.must(d.db.Write(context.Background(), func(tx *store.Tx) error {
			batch := ledger.NewBatch(tx, d.actor.Customer, day)
			if err := batch.Lock(d.bank, d.balances[0].No); err != nil {
				return err
			}
			for i := range 1000 {
				if _, err := batch.Post(ledger.NewPosting{From: d.bank, To: d.balances[0].No, Amount: 1, Cause: bank.CauseIncoming, BookingDate: "2026-11-20",
					Details: &bank.Details{Title: fmt.Sprintf("faktura %d za usługi", done+i), PayerName: "ANNA ŁĄCKA", PayerAccount: outside, Salt: store.NewSalt()}}); err != nil {
					return err
				}
			}
			return batch.Commit()
		}))
	}
}

// watchHeap keeps the most memory that was in use until it is told to stop.
func watchHeap(peak *atomic.Uint64) (stop func()) {
	runtime.GC()
	ended, ticks := make(chan struct{}), time.NewTicker(20*time.Millisecond)
	go func() {
		var m runtime.MemStats
		for {
			select {
			case <-ended:
				return
			case <-ticks.C:
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapInuse))
			}
		}
	}()
	return func() { ticks.Stop(); close(ended) }
}
