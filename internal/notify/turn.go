package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	newBatch   = 512 // events of new transactions between two commits
	dueBatch   = 128 // events sent again between two commits
	claimsSeen = 16  // due endpoints that a process looks at before it gives up finding a free one
)

// RunDue works one endpoint that has something to be told, for one turn, and tells whether there was one. owner names the
// process and the loop.
func (s *Service) RunDue(ctx context.Context, owner string) (bool, error) {
	t, err := s.claim(ctx, owner)
	if err != nil || t == nil {
		return false, err
	}
	extend := func(tx *store.Tx, until time.Time) error { return tx.RenewEndpoint(t.endpoint.Customer, owner, until) }
	err = s.DB.UnderLease(ctx, s.Lease, extend, func(ctx context.Context) (err error) {
		var end func(error)
		t.ctx, end = store.Span(ctx, "notify", attribute.Int64("ims.customer", int64(t.endpoint.Customer)))
		defer func() { end(err) }()
		return t.run()
	})
	if errors.Is(err, store.ErrLeaseLost) {
		return true, nil // the other process goes on
	}
	return err == nil, errors.Join(err, t.release(ctx))
}

// turn is the work of one process for one endpoint.
type turn struct {
	s        *Service
	ctx      context.Context
	owner    string
	ends     time.Time
	endpoint bank.NotificationEndpoint
	client   *http.Client
}

// claim takes the lease of a due endpoint; nil if there is none.
func (s *Service) claim(ctx context.Context, owner string) (t *turn, err error) {
	var due []bank.CustomerID
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		agreed, err := tx.Now()
		if err == nil {
			due, err = tx.DueEndpoints(s.Now(), agreed, claimsSeen)
		}
		return err
	})
	for _, customer := range due {
		var e bank.NotificationEndpoint
		var taken bool
		if e, taken, err = s.take(ctx, customer, owner); err != nil {
			break
		}
		if taken {
			return &turn{s: s, ctx: ctx, owner: owner, ends: s.Now().Add(s.Turn), endpoint: e}, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("claim an endpoint: %w", err)
	}
	return nil, nil
}

// take leases an endpoint, unless somebody else was quicker.
func (s *Service) take(ctx context.Context, customer bank.CustomerID, owner string) (e bank.NotificationEndpoint, taken bool, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		if taken, err = tx.LeaseEndpoint(customer, owner, now, now.Add(s.Lease)); err != nil || !taken {
			return err
		}
		e, err = tx.Endpoint(customer)
		return err
	})
	return e, taken, err
}

// release gives the lease back, also when the process is asked to stop.
func (t *turn) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return t.s.DB.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		return tx.ReleaseEndpoint(t.endpoint.Customer, t.owner, now)
	})
}

// errSetAnew ends a turn whose endpoint a person has changed, or whose lease was lost.
var errSetAnew = errors.New("the endpoint was set anew, or its lease was lost")

// run sends until nothing is due, the endpoint has to rest, or the turn is over.
func (t *turn) run() (err error) {
	if t.client, err = t.s.clientFor(t.ctx, &t.endpoint); err != nil {
		return t.rest(err)
	}
	for {
		w, err := t.gather()
		if err != nil {
			return fmt.Errorf("gather events of customer %d: %w", t.endpoint.Customer, err)
		}
		_, end := store.Span(t.ctx, "deliver", attribute.Int("ims.events", len(w.jobs)))
		t.deliver(w)
		end(nil)
		if err := t.commit(w); err != nil {
			return t.over(err)
		}
		if len(w.jobs) == 0 || t.ended() {
			return nil
		}
	}
}

// ended tells that the turn is over, whatever is left to tell.
func (t *turn) ended() bool { return t.resting() || t.ctx.Err() != nil || !t.s.Now().Before(t.ends) }

// over is how a turn ends that could not commit. An endpoint that was set anew is no failure: what was sent is sent again.
func (t *turn) over(err error) error {
	if errors.Is(err, errSetAnew) {
		return nil
	}
	return fmt.Errorf("commit deliveries of customer %d: %w", t.endpoint.Customer, err)
}

// rest pauses an endpoint for which no client can be made, such as one whose certificate is spoilt.
func (t *turn) rest(cause error) error {
	t.endpoint.Failures = max(t.endpoint.Failures+1, tolerated)
	t.endpoint.ProbeAt = t.s.Now().Add(probePause(t.endpoint.Failures))
	err := t.s.DB.Write(t.ctx, func(tx *store.Tx) error { return t.move(tx) })
	return errors.Join(fmt.Errorf("endpoint of customer %d: %w", t.endpoint.Customer, cause), err)
}

// resting tells that the endpoint fails or was switched off.
func (t *turn) resting() bool { return !t.endpoint.Active || t.endpoint.ProbeAt.After(t.s.Now()) }

// job is one event with, if it failed before, its row.
type job struct {
	event    event
	row      *bank.Delivery
	attempt  bank.Attempt
	attempts bool // it was attempted
}

// work is what is sent between two commits: rows that are due, then new transactions in the order of their ids.
type work struct {
	jobs []job
	rows int                // the first jobs are those of rows
	head bank.TransactionID // no transaction up to this one is missing in jobs
}

// gather reads what is due. A failing endpoint gets a single event, as a probe.
func (t *turn) gather() (w *work, err error) {
	w = &work{}
	rows, fresh := dueBatch, newBatch
	if t.endpoint.Failures >= tolerated {
		rows, fresh = 1, 1
	}
	customer := t.endpoint.Customer
	err = t.s.DB.Read(t.ctx, func(tx *store.Tx) error {
		w.jobs = w.jobs[:0]
		head, err := tx.ReadHead(customer) // first: every id below it is committed
		if err != nil {
			return err
		}
		w.head = head.NextID - 1
		due, err := tx.DueDeliveries(customer, t.s.Now(), rows)
		if err != nil {
			return err
		}
		for i := range due {
			d := &due[i]
			w.jobs = append(w.jobs, job{row: d, event: event{customer: customer, id: d.First, version: d.Version, at: d.EventAt}})
		}
		w.rows = len(due)
		if fresh == 1 && w.rows == 1 {
			w.head = t.endpoint.Cursor
			return nil
		}
		created, err := tx.TransactionsAfter(customer, t.endpoint.Cursor, fresh)
		for _, c := range created {
			w.jobs = append(w.jobs, job{event: event{customer: customer, id: c.ID, at: c.At}})
		}
		if len(created) == fresh {
			w.head = created[fresh-1].ID
		}
		return err
	})
	return w, err
}

// deliver sends the jobs in their order, many at once, until all are done or too many failed one after the other. Those
// that were not begun are the last ones.
func (t *turn) deliver(w *work) {
	ctx := context.WithoutCancel(t.ctx) // what was begun is finished; the client's timeout bounds it
	var mutex sync.Mutex
	next, failures := 0, t.endpoint.Failures
	take := func() *job {
		mutex.Lock()
		defer mutex.Unlock()
		// The first failure above what is tolerated ends the batch; a probe is the one job of its batch.
		if next == len(w.jobs) || t.ctx.Err() != nil || next > 0 && failures >= tolerated {
			return nil
		}
		next++
		return &w.jobs[next-1]
	}
	done := func(j *job, a bank.Attempt) {
		mutex.Lock()
		defer mutex.Unlock()
		j.attempt, j.attempts = a, true
		if failures++; a.Failure == "" {
			failures = 0
		}
	}
	var sending sync.WaitGroup
	for range min(t.s.Parallel, len(w.jobs)) {
		sending.Go(func() {
			for j := take(); j != nil; j = take() {
				done(j, t.s.send(ctx, t.client, &t.endpoint, j.event))
			}
		})
	}
	sending.Wait()
	t.endpoint.Failures = failures
}
