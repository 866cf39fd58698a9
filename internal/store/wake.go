package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Work is a kind of background work, or several of them. A transaction that leaves work of a kind notes it by itself; once it
// is committed, those who wait for such work hear of it, in this process and in all others.
type Work uint8

// The kinds of work.
const (
	WorkFiles   Work = 1 << iota // a file waits to be validated or executed
	WorkEvents                   // something happened that a customer may want to be told
	WorkHistory                  // a block of the history is complete
	WorkReports                  // a report waits to be written
	WorkOrders                   // an order file waits to be written, or its orders to be moved on
	workKinds   = iota
	allWork     = 1<<workKinds - 1
)

const (
	wakeKey      = "wake "               // begins the keys of Publish that say what work there is
	wakePause    = 20 * time.Millisecond // between two of them: under load, many commits share one
	wakePatience = 2 * time.Second
)

// announcer is an engine whose processes do not notice by themselves what others commit.
type announcer interface {
	// Announce publishes a key at once, outside all transactions.
	Announce(ctx context.Context, write *sql.DB, key string) error
}

// wakes tells of work. Telling other processes is left to a goroutine that lives while there is something to tell, so that no
// commit waits for it; what is lost when the process dies, they find when they look for work the next time.
type wakes struct {
	self  string // names this process, which need not be told again
	kinds [workKinds]chan struct{}

	write      *sql.DB
	other      announcer // nil: others notice by themselves
	mutex      sync.Mutex
	untold     Work
	telling    bool
	closed     bool
	stop       chan struct{}
	background sync.WaitGroup
}

func newWakes(e Engine, write *sql.DB) *wakes {
	w := &wakes{self: uuid.NewString(), write: write, stop: make(chan struct{})}
	w.other, _ = e.(announcer)
	for i := range w.kinds {
		w.kinds[i] = make(chan struct{}, 1)
	}
	return w
}

// Woken delivers when there may be work of one kind, to one of those who wait for it: at once where it came from this process,
// and from others while Watch runs. It is a hint only: who waits looks for work by itself now and then.
func (db *DB) Woken(kind Work) <-chan struct{} {
	for i, c := range db.wakes.kinds {
		if kind == 1<<i {
			return c
		}
	}
	panic("store: Woken takes one kind of work")
}

// wake wakes who waits in this process.
func (w *wakes) wake(work Work) {
	for i, c := range w.kinds {
		if work&(1<<i) == 0 {
			continue
		}
		select {
		case c <- struct{}{}:
		default: // it has not been heard yet, and will be
		}
	}
}

// committed tells everybody of the work that a transaction leaves.
func (w *wakes) committed(work Work) {
	if work == 0 {
		return
	}
	w.wake(work)
	if w.other == nil {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.untold |= work
	if !w.telling && !w.closed {
		w.telling = true
		w.background.Go(w.tell)
	}
}

// tell tells other processes until there is nothing to tell.
func (w *wakes) tell() {
	for work := w.next(); work != 0; work = w.next() {
		w.announce(work)
		timer := time.NewTimer(wakePause)
		select {
		case <-timer.C:
		case <-w.stop:
		}
		timer.Stop()
	}
}

func (w *wakes) announce(work Work) {
	ctx, cancel := context.WithTimeout(context.Background(), wakePatience)
	defer cancel()
	// The store may be away; then the others look for work by themselves.
	_ = w.other.Announce(ctx, w.write, wakeKey+w.self+" "+strconv.Itoa(int(work)))
}

func (w *wakes) next() Work {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	work := w.untold
	w.untold, w.telling = 0, work != 0
	return work
}

// close tells what is left.
func (w *wakes) close() {
	w.mutex.Lock()
	if !w.closed {
		w.closed = true
		close(w.stop)
	}
	w.mutex.Unlock()
	w.background.Wait()
}

// heard acts on a published key and tells whether it was one of ours.
func (w *wakes) heard(key string) bool {
	text, ours := strings.CutPrefix(key, wakeKey)
	if !ours {
		return false
	}
	from, kinds, _ := strings.Cut(text, " ")
	if work, err := strconv.ParseUint(kinds, 10, 8); err == nil && from != w.self {
		w.wake(Work(work))
	}
	return true
}
