package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	tolerated    = 8 // failures in a row after which an endpoint rests
	firstProbe   = 15 * time.Second
	longestProbe = time.Hour
	firstRetry   = 30 * time.Second
	longestRetry = 6 * time.Hour
	commitTime   = 10 * time.Second
	patience     = 72 * time.Hour // from an event's first failure until it is given up
)

// doubled is base after the first time and twice as long after each further one, up to most, and a quarter more or less.
func doubled(base, most time.Duration, times int64) time.Duration {
	pause := base
	for i := int64(1); i < times && pause < most; i++ {
		pause *= 2
	}
	pause = min(pause, most)
	return pause*3/4 + rand.N(pause/2)
}

func probePause(failures int64) time.Duration {
	return doubled(firstProbe, longestProbe, failures-tolerated+1)
}

// commit writes what became of the work, all in one database transaction: the cursor behind what was attempted, rows of
// what failed, the log.
func (t *turn) commit(w *work) error {
	now := t.s.Now().UTC()
	before := t.endpoint
	t.judge(w, now)
	t.endpoint.Cursor = max(t.endpoint.Cursor, w.reached(t.endpoint.Cursor))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), commitTime)
	defer cancel()
	return t.s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := t.move(tx); err != nil {
			return err
		}
		if before.Failures >= tolerated && t.endpoint.Failures == 0 {
			if err := tx.WakeDeliveries(t.endpoint.Customer, now); err != nil { // it answers again: nothing waits any longer
				return err
			}
		}
		return w.write(tx, t.endpoint.Customer, now)
	})
}

// judge decides whether the endpoint goes on.
func (t *turn) judge(w *work, now time.Time) {
	t.endpoint.ProbeAt = time.Time{}
	if t.endpoint.Failures >= tolerated {
		t.endpoint.ProbeAt = now.Add(probePause(t.endpoint.Failures))
	}
	for i := range w.jobs {
		if w.jobs[i].attempt.Status == http.StatusGone {
			t.endpoint.Active, t.endpoint.Stopped = false, "the endpoint answered 410: it does not want events any more"
		}
	}
}

// move writes the endpoint's state under our lease.
func (t *turn) move(tx *store.Tx) error {
	err := tx.MoveEndpoint(t.endpoint, t.owner)
	if errors.Is(err, bank.ErrNotFound) {
		return errSetAnew
	}
	return err
}

// reached is the id up to which every transaction was attempted.
func (w *work) reached(cursor bank.TransactionID) bank.TransactionID {
	for _, j := range w.jobs[w.rows:] {
		if !j.attempts {
			return cursor
		}
		cursor = j.event.id
	}
	return w.head
}

// write stores the rows: those that were there, changed; new ones for what failed; one for each run that went through.
func (w *work) write(tx *store.Tx, customer bank.CustomerID, now time.Time) error {
	for i := range w.jobs[:w.rows] {
		if err := writeAgain(tx, &w.jobs[i], now); err != nil {
			return err
		}
	}
	fresh, failed := w.fresh(customer, now)
	if len(fresh) > 0 {
		if err := tx.AddDeliveries(customer, fresh); err != nil {
			return err
		}
	}
	for _, d := range failed {
		if err := tx.AddAttempt(d); err != nil {
			return err
		}
	}
	return nil
}

// writeAgain stores an attempt of an event that failed before or was asked for again.
func writeAgain(tx *store.Tx, j *job, now time.Time) error {
	if !j.attempts {
		return nil
	}
	d := attempted(*j.row, j.attempt, now)
	if err := tx.UpdateDelivery(d); err != nil {
		return err
	}
	return tx.AddAttempt(d)
}

// attempted is a delivery after one more attempt.
func attempted(d bank.Delivery, a bank.Attempt, now time.Time) bank.Delivery {
	d.Attempts++
	d.Latest = a
	switch {
	case a.Failure == "":
		d.State = bank.DeliveryDelivered
	case now.Sub(d.CreatedAt) >= patience:
		d.State = bank.DeliveryGivenUp
	default:
		d.NextAt = now.Add(doubled(firstRetry, longestRetry, d.Attempts))
	}
	return d
}

// fresh makes the rows of new transactions: failed ones each their own, the others in runs.
func (w *work) fresh(customer bank.CustomerID, now time.Time) (all, failed []bank.Delivery) {
	run := -1 // in all
	for i := range w.jobs[w.rows:] {
		j := &w.jobs[w.rows+i]
		if !j.attempts {
			break
		}
		row := bank.Delivery{Customer: customer, ID: bank.NewID(), First: j.event.id, Last: j.event.id, Events: 1, State: bank.DeliveryPending,
			EventAt: j.event.at, CreatedAt: now, NextAt: now}
		row = attempted(row, j.attempt, now)
		switch {
		case row.State != bank.DeliveryDelivered:
			failed, all, run = append(failed, row), append(all, row), -1
		case run < 0:
			all, run = append(all, row), len(all)
		default:
			all[run].Last, all[run].Events = row.Last, all[run].Events+1
		}
	}
	return all, failed
}
