package notify

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"ims/internal/bank"
	"ims/internal/store/storetest"
)

// TestEveryTransactionIsTold: what was posted before the endpoint was named is not told, all after it is, once, signed, in
// the original's form; the log has one run.
func TestEveryTransactionIsTold(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		before := x.post(x.actor.Customer, 3)
		r := newReceiver(t)
		secret := x.set(r.URL)
		ids := x.post(x.actor.Customer, 1500)
		x.work(x.s)
		x.wantAll(r, ids)
		if r.asked != len(ids) || r.got[before[0]] != 0 {
			t.Errorf("%d requests for %d transactions", r.asked, len(ids))
		}
		hook, err := webhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		for i, body := range r.bodies[:50] {
			if err := hook.VerifyIgnoringTimestamp([]byte(body), r.heads[i]); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if user, password, _ := (&http.Request{Header: r.heads[i]}).BasicAuth(); user != "ims" || password != "invented" {
				t.Fatalf("user %q, password %q", user, password)
			}
		}
		if !strings.HasSuffix(r.bodies[0], `, "timestamp": 1795176000}`) || !strings.HasPrefix(r.bodies[0], `{"id": `) {
			t.Errorf("body %s", r.bodies[0])
		}
		var told int64
		for _, d := range x.deliveries(Filter{}) {
			told += d.Events
			if d.State != bank.DeliveryDelivered || d.Latest.Status != http.StatusNoContent {
				t.Errorf("%+v", d)
			}
		}
		if e := x.endpoint(); told != 1500 || e.Cursor < ids[len(ids)-1] || len(x.deliveries(Filter{Transaction: ids[700]})) != 1 {
			t.Errorf("%d events in the log, cursor %d", told, e.Cursor)
		}
	})
}

// TestFailedEventsWaitAlone: events that the endpoint refuses are tried again with growing pauses, each attempt is logged,
// and all others go through at once.
func TestFailedEventsWaitAlone(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		x.set(r.URL)
		ids := x.post(x.actor.Customer, 300)
		r.answers(func(w http.ResponseWriter, id bank.TransactionID, times int) {
			if id%100 == 0 && times <= 3 {
				http.Error(w, "not \x1b[31mtoday", http.StatusInternalServerError)
			}
		})
		x.work(x.s)
		x.wantAll(r, ids)
		waiting := x.deliveries(Filter{State: bank.DeliveryPending})
		if len(waiting) != 3 || r.asked != 300 {
			t.Fatalf("%d events wait after %d requests", len(waiting), r.asked)
		}
		for range 3 {
			x.clock.pass(5 * time.Minute)
			x.work(x.s)
		}
		if n := len(x.deliveries(Filter{State: bank.DeliveryPending})); n != 0 || r.asked != 300+3*3 {
			t.Errorf("%d events wait after %d requests", n, r.asked)
		}
		d, attempts, err := x.s.Delivery(t.Context(), x.actor, waiting[0].ID)
		if err != nil || d.State != bank.DeliveryDelivered || len(attempts) != 4 || attempts[0].Status != 500 || attempts[3].Failure != "" {
			t.Errorf("%+v, %+v, %v", d, attempts, err)
		}
		if a := attempts[0].Answer; !strings.HasPrefix(a, "not  [31mtoday") {
			t.Errorf("answer kept as %q", a)
		}
	})
}

// TestDownAndBack: an endpoint that is down is asked less and less, loses nothing, and has everything soon after it is back.
func TestDownAndBack(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		x.set(r.URL)
		down := atomic.Bool{}
		down.Store(true)
		r.answers(func(w http.ResponseWriter, _ bank.TransactionID, _ int) {
			if down.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		ids := x.post(x.actor.Customer, 2000)
		for range 24 {
			x.work(x.s)
			x.clock.pass(10 * time.Minute)
		}
		if r.requests() > tolerated+64+24 {
			t.Errorf("an endpoint that is down got %d requests in four hours", r.requests())
		}
		if e := x.endpoint(); !e.ProbeAt.After(x.clock.Now().Add(-time.Hour)) || e.Failures < tolerated {
			t.Errorf("it does not rest: %+v", e)
		}
		down.Store(false)
		x.clock.pass(2 * time.Hour)
		x.work(x.s)
		x.wantAll(r, ids)
		if n := len(x.deliveries(Filter{State: bank.DeliveryPending})); n != 0 || x.endpoint().Failures != 0 {
			t.Errorf("%d events still wait", n)
		}
	})
}

// TestGivenUp: after three days an event is given up, can be seen, and can be sent again by hand.
func TestGivenUp(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	r := newReceiver(t)
	x.set(r.URL)
	ids := x.post(x.actor.Customer, 2)
	r.answers(func(w http.ResponseWriter, id bank.TransactionID, times int) {
		if id == ids[0] && times < 100 {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	for range 100 {
		x.work(x.s)
		x.clock.pass(time.Hour)
	}
	given := x.deliveries(Filter{State: bank.DeliveryGivenUp})
	if len(given) != 1 || given[0].First != ids[0] || given[0].Attempts > 40 {
		t.Fatalf("%+v", given)
	}
	r.answers(nil)
	if _, err := x.s.Retry(t.Context(), x.actor, given[0].ID); err != nil {
		t.Fatal(err)
	}
	x.work(x.s)
	if d, _, _ := x.s.Delivery(t.Context(), x.actor, given[0].ID); d.State != bank.DeliveryDelivered {
		t.Errorf("%+v", d)
	}
}

// TestGone: 410 means that nothing more is wanted, until a person sets the endpoint again.
func TestGone(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	r := newReceiver(t)
	x.set(r.URL)
	r.answers(func(w http.ResponseWriter, _ bank.TransactionID, _ int) { w.WriteHeader(http.StatusGone) })
	ids := x.post(x.actor.Customer, 1)
	x.work(x.s)
	x.clock.pass(24 * time.Hour)
	x.work(x.s)
	if e := x.endpoint(); e.Active || e.Stopped == "" || r.requests() != 1 {
		t.Fatalf("%+v after %d requests", e, r.requests())
	}
	r.answers(nil)
	x.set(r.URL)
	x.work(x.s)
	if e := x.endpoint(); !e.Active || r.got[ids[0]] != 2 {
		t.Errorf("%+v, told %d times", e, r.got[ids[0]])
	}
}

// TestResend: one run, or all since a transaction.
func TestResend(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		x.set(r.URL)
		ids := x.post(x.actor.Customer, 100)
		x.work(x.s)
		if _, err := x.s.Retry(t.Context(), x.actor, x.deliveries(Filter{})[0].ID); err != nil {
			t.Fatal(err)
		}
		x.work(x.s)
		if r.requests() != 200 {
			t.Errorf("%d requests after a run was sent again", r.requests())
		}
		if after, err := x.s.Resend(t.Context(), x.actor, Since{After: ids[89]}); err != nil || after != ids[89] {
			t.Fatalf("behind %d, %v", after, err)
		}
		x.work(x.s)
		if r.requests() != 210 || r.got[ids[89]] != 2 || r.got[ids[90]] != 3 {
			t.Errorf("%d requests, %d and %d times", r.requests(), r.got[ids[89]], r.got[ids[90]])
		}
		_, err := x.s.Resend(t.Context(), x.actor, Since{After: ids[99] + 1000})
		wantKind(t, err, bank.ErrConflict)
	})
}

// TestResendSinceATime: from the first transaction of the instant on, nothing before it; at any instant the same as by id.
func TestResendSinceATime(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		x.set(r.URL)
		begin := x.clock.Now()
		var ids []bank.TransactionID
		for range 40 {
			x.clock.pass(time.Minute)
			ids = append(ids, x.post(x.actor.Customer, 3)...)
		}
		x.work(x.s)
		for _, c := range []struct {
			since time.Duration
			again int // transactions
		}{{0, 120}, {time.Minute, 120}, {time.Minute + time.Microsecond, 117}, {20*time.Minute - time.Second, 63}, {20 * time.Minute, 63}, {40 * time.Minute, 3}} {
			before := r.requests()
			after, err := x.s.Resend(t.Context(), x.actor, Since{At: begin.Add(c.since)})
			if err != nil {
				t.Fatal(err)
			}
			if first := ids[len(ids)-c.again]; after >= first || c.again < len(ids) && after != ids[len(ids)-c.again-1] {
				t.Errorf("since %v: behind %d, want all from %d on", c.since, after, first)
			}
			x.work(x.s)
			if got := r.requests() - before; got != c.again {
				t.Errorf("since %v: %d events, want %d", c.since, got, c.again)
			}
		}
		x.clock.pass(time.Minute)
		before := r.requests()
		after, err := x.s.Resend(t.Context(), x.actor, Since{At: x.clock.Now()})
		if x.work(x.s); err != nil || after != ids[len(ids)-1] || r.requests() != before {
			t.Errorf("since now: behind %d, %d events, %v", after, r.requests()-before, err)
		}
		_, err = x.s.Resend(t.Context(), x.actor, Since{At: x.clock.Now().Add(time.Second)})
		wantKind(t, err, bank.ErrInvalid)
	})
}

// TestSeveralProcesses: replicas, one of which is stopped in the middle again and again, lose nothing.
func TestSeveralProcesses(t *testing.T) {
	each(t, func(t *testing.T, x *scene) {
		r := newReceiver(t)
		x.set(r.URL)
		ids := x.post(x.actor.Customer, 1200)
		stops := make(chan struct{}, 1)
		r.answers(func(http.ResponseWriter, bank.TransactionID, int) {
			if r.requests()%300 == 0 {
				select {
				case stops <- struct{}{}: // whoever works now is stopped
				default:
				}
			}
		})
		var all sync.WaitGroup
		for _, owner := range []string{"a", "b", "c"} {
			s := x.service()
			all.Go(func() {
				for x.endpoint().Cursor < ids[len(ids)-1] {
					ctx, cancel := context.WithCancel(context.Background())
					ended := make(chan struct{})
					go func() {
						defer cancel()
						select {
						case <-stops:
						case <-ended:
						}
					}()
					if _, err := s.RunDue(ctx, owner); err != nil && ctx.Err() == nil {
						t.Error(err)
					}
					close(ended)
					x.clock.pass(time.Millisecond)
				}
			})
		}
		all.Wait()
		x.clock.pass(time.Minute)
		x.work(x.s)
		x.wantAll(r, ids)
	})
}

// TestOneDoesNotBlockAnother: while one customer's endpoint does not answer at all, another's gets everything.
func TestOneDoesNotBlockAnother(t *testing.T) {
	x := newScene(t, storetest.Open(t))
	slow, quick := newReceiver(t), newReceiver(t)
	release := make(chan struct{})
	slow.answers(func(http.ResponseWriter, bank.TransactionID, int) { <-release })
	x.set(slow.URL)
	x.post(x.actor.Customer, 200)
	other := bank.System(x.customer(), "test")
	if _, _, _, err := x.s.Set(t.Context(), other, basic(quick.URL)); err != nil {
		t.Fatal(err)
	}
	ids := x.post(other.Customer, 700)
	var stuck sync.WaitGroup
	stuck.Go(func() { _, _ = x.s.RunDue(context.Background(), "first") })
	for slow.requests() == 0 {
	}
	x.work(x.s)
	x.wantAll(quick, ids)
	close(release)
	stuck.Wait()
}

// TestNothingIsLost: whatever the endpoint does and wherever the process stops, in the end everything was told.
func TestNothingIsLost(t *testing.T) {
	db := storetest.Open(t)
	rapid.Check(t, func(p *rapid.T) {
		x := newScene(t, db)
		r := newReceiver(t)
		x.set(r.URL)
		chance := rapid.IntRange(0, 100).Draw(p, "failing")
		var n atomic.Int64
		r.answers(func(w http.ResponseWriter, _ bank.TransactionID, _ int) {
			if int(n.Add(1)*37%100) < chance {
				w.WriteHeader(http.StatusBadGateway)
			}
		})
		var ids []bank.TransactionID
		for range rapid.IntRange(1, 5).Draw(p, "steps") {
			ids = append(ids, x.post(x.actor.Customer, rapid.IntRange(0, 300).Draw(p, "posted"))...)
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rapid.IntRange(0, 20).Draw(p, "stop after ms"))*time.Millisecond)
			_, _ = x.s.RunDue(ctx, "test")
			cancel()
			x.clock.pass(time.Duration(rapid.IntRange(0, 7200).Draw(p, "seconds")) * time.Second)
		}
		r.answers(nil)
		for range 3 {
			x.clock.pass(8 * time.Hour)
			x.work(x.s)
		}
		x.wantAll(r, ids)
		if left := len(x.deliveries(Filter{State: bank.DeliveryPending})); left != 0 {
			p.Fatalf("%d events wait for ever", left)
		}
	})
}
