package web

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// deadline is context.WithDeadline that is set up when somebody first looks whether the time is over: what is answered from
// memory never does, and a timer would cost as much as the answer.
type deadline struct {
	context.Context
	end   time.Time
	begin sync.Once
	timed atomic.Pointer[timed]
}

type timed struct {
	context.Context
	stop context.CancelFunc
}

func (d *deadline) start() context.Context {
	d.begin.Do(func() {
		ctx, stop := context.WithDeadline(d.Context, d.end)
		d.timed.Store(&timed{ctx, stop})
	})
	return d.timed.Load()
}

// Deadline implements context.Context.
func (d *deadline) Deadline() (time.Time, bool) { return d.start().Deadline() }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} { return d.start().Done() }

// Err implements context.Context.
func (d *deadline) Err() error { return d.start().Err() }

// Value implements context.Context. A context made from this one finds here what ends it, having asked for Done before.
func (d *deadline) Value(key any) any {
	if t := d.timed.Load(); t != nil {
		return t.Value(key)
	}
	return d.Context.Value(key)
}

// release frees the timer at the end of the request. Whoever looks later finds the request's own context over.
func (d *deadline) release() {
	if t := d.timed.Load(); t != nil {
		t.stop()
	}
}
