package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

const (
	maxBatch = 256  // operations of one transaction
	maxQueue = 1024 // operations that wait; more are refused
)

// errKeyRace says that an idempotency key was used by somebody else between reading and writing it.
var errKeyRace = errors.New("an idempotency key was used at the same time")

// Writer is the one writer of single operations of a process: what has gathered while the last transaction was committed
// becomes the next one. Customers take turns. Nothing is acknowledged before it is durable.
type Writer struct {
	db  *store.DB
	now func() time.Time

	mu      sync.Mutex
	wake    *sync.Cond
	queues  map[bank.CustomerID][]*waiting
	turns   []bank.CustomerID // customers with waiting operations, in the order of their turns
	queued  int
	running map[runningKey]bool
	closed  bool
	stopped chan struct{}
}

// waiting is an operation whose caller waits for its result.
type waiting struct {
	op     Single
	result chan outcome
}

type runningKey struct {
	customer bank.CustomerID
	key      string
}

// NewWriter starts a writer; Close ends it.
func NewWriter(db *store.DB, now func() time.Time) *Writer {
	w := &Writer{db: db, now: now, queues: map[bank.CustomerID][]*waiting{}, running: map[runningKey]bool{}, stopped: make(chan struct{})}
	w.wake = sync.NewCond(&w.mu)
	go w.loop()
	return w
}

// Close refuses new operations, finishes those that wait, and returns when the last is answered.
func (w *Writer) Close() {
	w.mu.Lock()
	w.closed = true
	w.wake.Signal()
	w.mu.Unlock()
	<-w.stopped
}

// Post runs one operation and returns when it is durable or refused. Errors: those of the rules, ErrKeyReused,
// ErrKeyRunning, and ErrUnavailable when too many wait. When the context ends first the operation may still happen: its key
// tells.
func (w *Writer) Post(ctx context.Context, op Single) (Done, error) {
	if err := op.check(); err != nil {
		return Done{}, err
	}
	item := &waiting{op: op, result: make(chan outcome, 1)}
	if err := w.enqueue(item); err != nil {
		return Done{}, err
	}
	select {
	case r := <-item.result:
		return r.done, r.err
	case <-ctx.Done():
		return Done{}, ctx.Err()
	}
}

// Queued is how many operations wait; at 1,024 more are refused.
func (w *Writer) Queued() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queued
}

func (w *Writer) enqueue(item *waiting) error {
	customer := item.op.Actor.Customer
	key := runningKey{customer, item.op.Key.Key}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return bank.ErrUnavailable.With("the service is shutting down")
	case w.running[key]:
		return bank.ErrKeyRunning
	case w.queued >= maxQueue:
		return bank.ErrUnavailable.With("too many operations are waiting, try again in a second")
	}
	w.running[key] = true
	if len(w.queues[customer]) == 0 {
		w.turns = append(w.turns, customer)
	}
	w.queues[customer] = append(w.queues[customer], item)
	w.queued++
	w.wake.Signal()
	return nil
}

func (w *Writer) loop() {
	defer close(w.stopped)
	for {
		batch := w.next()
		if batch == nil {
			return
		}
		w.answer(batch, w.run(batch))
	}
}

// next waits for operations and takes those of the customer whose turn it is; nil when closed and empty.
func (w *Writer) next() []*waiting {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.turns) == 0 {
		if w.closed {
			return nil
		}
		w.wake.Wait()
	}
	customer := w.turns[0]
	w.turns = w.turns[1:]
	queue := w.queues[customer]
	batch := queue[:min(len(queue), maxBatch)]
	if rest := queue[len(batch):]; len(rest) > 0 {
		w.queues[customer] = rest
		w.turns = append(w.turns, customer)
	} else {
		delete(w.queues, customer)
	}
	w.queued -= len(batch)
	return batch
}

// run does a batch in one transaction; if that fails, its operations are done one by one, so that none fails for another.
// The callers' contexts do not end it: what was begun is finished and its key remembered.
func (w *Writer) run(batch []*waiting) []outcome {
	ops := make([]Single, len(batch))
	for i, item := range batch {
		ops[i] = item.op
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	results, err := postSingles(ctx, w.db, w.now().UTC(), ops)
	if err == nil {
		return results
	}
	if ctx.Err() != nil {
		err = bank.ErrUnavailable.With("the store did not answer in time; send the request again with the same key").Because(err)
	}
	results = make([]outcome, len(ops))
	for i := range ops {
		if ctx.Err() != nil {
			results[i] = outcome{err: err}
			continue
		}
		results[i] = w.runOne(ctx, ops[i])
	}
	return results
}

// runOne retries a lost race for a key once: the winner's use of it is then there to be read.
func (w *Writer) runOne(ctx context.Context, op Single) outcome {
	for attempt := 0; ; attempt++ {
		results, err := postSingles(ctx, w.db, w.now().UTC(), []Single{op})
		if err == nil {
			return results[0]
		}
		if attempt > 0 || !errors.Is(err, errKeyRace) {
			return outcome{err: err}
		}
	}
}

// answer frees the keys and tells each caller.
func (w *Writer) answer(batch []*waiting, results []outcome) {
	w.mu.Lock()
	for _, item := range batch {
		delete(w.running, runningKey{item.op.Actor.Customer, item.op.Key.Key})
	}
	w.mu.Unlock()
	for i, item := range batch {
		item.result <- results[i]
	}
}
