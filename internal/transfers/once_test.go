package transfers_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
	"ims/internal/transfers"
)

// atOnce runs fn n times concurrently, all starting together.
func atOnce(n int, fn func(i int)) {
	var done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		done.Go(func() { <-start; fn(i) })
	}
	close(start)
	done.Wait()
}

// TestLastMoney: of many who order the last money at once, one gets it, whether it leaves or stays with us.
func TestLastMoney(t *testing.T) {
	each(t, func(d *desk) {
		h, payee := d.holder(10_000), d.holder(0)
		var placed, short atomic.Int64
		atOnce(8, func(i int) {
			to := outside
			if i%2 == 0 {
				to = payee.iban.String()
			}
			_, err := d.place(d.system, order(h, to))
			switch {
			case err == nil:
				placed.Add(1)
			case errors.Is(err, bank.ErrInsufficientFunds):
				short.Add(1)
			default:
				t.Error(err)
			}
		})
		d.equal("placed and refused", []int64{placed.Load(), short.Load()}, []int64{1, 7})
		d.proven()
	})
}

// TestDayAtOnce: a limit of the end user's day holds over balances that order at once.
func TestDayAtOnce(t *testing.T) {
	each(t, func(d *desk) {
		d.settings(func(s *bank.Settings) { s.TransferLimits = []bank.TransferLimit{{Currency: "PLN", UserDay: 30_000}} })
		first := d.holder(100_000)
		all := []holder{first, d.opens(first.user, first.balance.Currency, 100_000), d.opens(first.user, first.balance.Currency, 100_000)}
		var placed atomic.Int64
		atOnce(9, func(i int) {
			if _, err := d.place(d.system, order(all[i%3], outside)); err == nil {
				placed.Add(1)
			} else if !errors.Is(err, bank.ErrTransferLimit) {
				t.Error(err)
			}
		})
		d.equal("placed", placed.Load(), 3)
	})
}

// TestOneKey: of many requests with one key one orders; all are told of the same transfer.
func TestOneKey(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(100_000)
		var mu sync.Mutex
		told := map[bank.ID]int{}
		atOnce(8, func(int) {
			p, err := d.service.Order(d.key("one", "body"), d.system, order(h, outside))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			told[p.Transfer.ID]++
		})
		if len(told) != 1 {
			t.Errorf("told of %v", told)
		}
		d.equal("balance", d.amounts(h), "100000 held 10000")
		_, err := d.service.Order(d.key("one", "another body"), d.system, order(h, outside))
		d.want("another request", err, bank.ErrKeyReused)
		p, err := d.service.Order(d.key("one", "body"), d.system, order(h, outside))
		d.must(err)
		if !p.Replayed {
			t.Error("a repeated request is not told so")
		}
	})
}

// TestAnswers: where answers are kept, a repeated request gets the first one, also the challenge of an end user; keys of end
// users are their own.
func TestAnswers(t *testing.T) {
	each(t, func(d *desk) {
		h, other := d.holder(100_000), d.holder(100_000)
		keyed := func() context.Context {
			ctx := d.key("k", "body")
			bank.AnswerWith(ctx, func(made any) (bank.Answer, error) {
				return bank.Answer{Status: 201, Body: []byte(made.(transfers.Placed).Transfer.ID.String())}, nil
			})
			return ctx
		}
		first, err := d.service.Order(keyed(), h.actor(), order(h, outside))
		d.must(err)
		_, err = d.service.Order(keyed(), h.actor(), order(h, outside))
		var replay *bank.ReplayError
		if !errors.As(err, &replay) || string(replay.Body) != first.Transfer.ID.String() {
			t.Errorf("repeated: %v", err)
		}
		second, err := d.service.Order(keyed(), other.actor(), order(other, outside))
		d.must(err)
		if second.Transfer.ID == first.Transfer.ID {
			t.Error("one end user's key is another's")
		}
	})
}

// errCrash is what a transaction fails with behind its last statement.
var errCrash = errors.New("crash")

// TestCrash: an order, a confirmation or a cancelling whose transaction fails leaves nothing at all, and can be done again.
func TestCrash(t *testing.T) {
	each(t, func(d *desk) {
		h, payee := d.holder(50_000), d.holder(0)
		crash := func(name string, again func(ctx context.Context) error) {
			t.Helper()
			before, rows := d.amounts(h), d.history(h)
			ctx := bank.WithIdempotency(d.ctx, &bank.Idempotency{Key: name, Answer: func(any) (bank.Answer, error) { return bank.Answer{}, errCrash }})
			if err := again(ctx); !errors.Is(err, errCrash) {
				t.Errorf("%s: %v, want a crash", name, err)
			}
			d.equal(name+": balance after the crash", d.amounts(h), before)
			d.equal(name+": history after the crash", d.history(h), rows)
			d.proven()
			ctx = bank.WithIdempotency(d.ctx, &bank.Idempotency{Key: name, Answer: func(any) (bank.Answer, error) { return bank.Answer{Status: 200, Body: []byte("{}")}, nil }})
			d.must(again(ctx))
		}
		crash("order out", func(ctx context.Context) error {
			_, err := d.service.Order(ctx, d.system, order(h, outside))
			return err
		})
		crash("order within", func(ctx context.Context) error {
			_, err := d.service.Order(ctx, d.system, order(h, payee.iban.String()))
			return err
		})
		waits := d.placed(h.actor(), order(h, outside)).Transfer.ID
		yes := bank.TransferSignature{JWS: "yes"}
		crash("confirm", func(ctx context.Context) error { _, err := d.service.Confirm(ctx, h.actor(), waits, yes); return err })
		d.equal("life", d.life(waits), "RECEIVED, HELD")
		crash("cancel", func(ctx context.Context) error { _, err := d.service.Cancel(ctx, h.actor(), waits, ""); return err })
		d.equal("life", d.life(waits), "RECEIVED, HELD, CANCELLED WITHDRAWN")
		d.equal("balance", d.amounts(h), "40000 held 10000")
		list, err := d.service.Transfers(d.ctx, d.system, transfers.Filter{})
		d.must(err)
		d.equal("transfers", len(list), 3)
	})
}

// TestConfirmAndCancelAtOnce: one of them wins, and the money is either reserved or free.
func TestConfirmAndCancelAtOnce(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(10_000)
		id := d.placed(h.actor(), order(h, outside)).Transfer.ID
		d.pass(11 * time.Minute)
		_, err := d.service.Confirm(d.ctx, h.actor(), id, bank.TransferSignature{JWS: "yes"})
		d.want("too late", err, bank.ErrConflict)
		d.pass(-11 * time.Minute)
		var confirmed, cancelled atomic.Int64
		atOnce(6, func(i int) {
			if i%2 == 0 {
				if _, err := d.service.Confirm(d.ctx, h.actor(), id, bank.TransferSignature{JWS: "yes"}); err == nil {
					confirmed.Add(1)
				}
				return
			}
			if _, err := d.service.Cancel(d.ctx, h.actor(), id, ""); err == nil {
				cancelled.Add(1)
			}
		})
		if confirmed.Load() > 1 || cancelled.Load() != 1 {
			t.Errorf("%d confirmed, %d cancelled", confirmed.Load(), cancelled.Load())
		}
		d.equal("balance", d.amounts(h), "10000 held 0")
		d.proven()
	})
}

// TestEndWaits cancels what was not confirmed in time, and nothing else.
func TestEndWaits(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(100_000)
		late, held := d.placed(h.actor(), order(h, outside)).Transfer.ID, d.placed(h.actor(), order(h, outside)).Transfer.ID
		_, err := d.service.Confirm(d.ctx, h.actor(), held, bank.TransferSignature{JWS: "yes"})
		d.must(err)
		d.pass(9 * time.Minute)
		young := d.placed(h.actor(), order(h, outside)).Transfer.ID
		ended := func() int {
			n, err := d.service.EndWaits(d.ctx, d.system.Customer)
			d.must(err)
			return n
		}
		d.equal("before", ended(), 0)
		d.pass(2 * time.Minute)
		d.equal("after", ended(), 1)
		d.equal("again", ended(), 0)
		d.equal("late", d.life(late), "RECEIVED, CANCELLED NOT_CONFIRMED")
		d.equal("held", d.life(held), "RECEIVED, HELD")
		d.equal("young", d.life(young), "RECEIVED")
		_, err = d.service.Confirm(d.ctx, h.actor(), late, bank.TransferSignature{JWS: "yes"})
		d.want("too late", err, bank.ErrConflict)
	})
}

// TestBankAnswers settles, rejects and returns what was sent, each once.
func TestBankAnswers(t *testing.T) {
	each(t, func(d *desk) {
		h := d.holder(50_000)
		settled, rejected := d.sent(h), d.sent(h)
		if _, err := d.service.Cancel(d.ctx, d.system, settled.ID, ""); !errors.Is(err, bank.ErrConflict) {
			t.Errorf("cancelling what was sent: %v", err)
		}
		told := transfers.Told{Actor: "bank", Note: "AC04", At: d.now()}
		settle := func(tx *store.Tx, b *ledger.Batch, x *bank.Transfer) error {
			special, err := tx.SpecialBalances(x.Customer)
			if err != nil {
				return err
			}
			for _, s := range special {
				if s.Kind == bank.KindBank {
					if err := b.Use(s); err != nil {
						return err
					}
					_, err = transfers.Settle(tx, b, x, ledger.NewPosting{To: s.No, Cause: bank.CauseOutgoing, BookingDate: "2026-11-20"}, told)
				}
			}
			return err
		}
		d.must(d.bank(settled, settle))
		if err := d.bank(settled, settle); !errors.Is(err, bank.ErrConflict) {
			t.Errorf("settled twice: %v", err)
		}
		told.Reason = bank.ReasonPayee
		reject := func(tx *store.Tx, b *ledger.Batch, x *bank.Transfer) error { return transfers.Reject(tx, b, x, told) }
		d.must(d.bank(rejected, reject))
		for _, x := range []bank.Transfer{settled, rejected} {
			if err := d.bank(x, reject); !errors.Is(err, bank.ErrConflict) {
				t.Errorf("rejected twice, or what was settled: %v", err)
			}
		}
		d.equal("settled", d.life(settled.ID), "RECEIVED, HELD, SENT, SETTLED")
		d.equal("rejected", d.life(rejected.ID), "RECEIVED, HELD, SENT, REJECTED PAYEE_UNUSABLE")
		d.equal("balance", d.amounts(h), "40000 held 0")
		d.equal("history", d.history(h), []string{"TRANSFER_OUT CLEARED -10000", "TRANSFER_OUT REVERSED -10000"})
		back := func(tx *store.Tx, _ *ledger.Batch, x *bank.Transfer) error {
			return transfers.Returned(tx, x, 999, told)
		}
		d.must(d.bank(settled, back))
		if err := d.bank(settled, back); !errors.Is(err, bank.ErrConflict) {
			t.Errorf("returned twice: %v", err)
		}
		d.equal("returned", d.life(settled.ID), "RECEIVED, HELD, SENT, SETTLED, RETURNED PAYEE_UNUSABLE")
		d.proven()
	})
}

// sent orders and hands over, as an order file does.
func (d *desk) sent(h holder) bank.Transfer {
	d.t.Helper()
	t := d.placed(d.system, order(h, outside)).Transfer
	d.must(d.db.Write(d.ctx, func(tx *store.Tx) error { return transfers.Hand(tx, &t, d.now()) }))
	if list, err := d.outstanding(h); err != nil || len(list) == 0 || list[len(list)-1].ID != t.ID || transfers.Reference(t) == "IMS0" {
		d.t.Errorf("outstanding %v, %v", list, err)
	}
	return t
}

func (d *desk) outstanding(h holder) (list []bank.Transfer, err error) {
	err = d.db.Read(d.ctx, func(tx *store.Tx) error {
		list, err = transfers.Outstanding(tx, d.system.Customer, []bank.BalanceNo{h.balance.No})
		return err
	})
	return list, err
}

// bank does what an answer of the bank does, under the locks.
func (d *desk) bank(t bank.Transfer, do func(*store.Tx, *ledger.Batch, *bank.Transfer) error) error {
	return d.db.Write(d.ctx, func(tx *store.Tx) error {
		b := ledger.NewBatch(tx, t.Customer, d.now())
		if err := b.Lock(t.Payer); err != nil {
			return err
		}
		list, err := transfers.Locked(tx, t.Customer, t.ID)
		if err != nil {
			return err
		}
		if err := do(tx, b, &list[0]); err != nil {
			return err
		}
		return b.Commit()
	})
}
