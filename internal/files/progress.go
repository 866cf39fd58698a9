package files

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ims/internal/bank"
	"ims/internal/ledger"
	"ims/internal/store"
)

// Progress tells how far a running stage is.
type Progress struct {
	Stage       string // the file's status
	Done, Total int64  // records; while validating Total is reckoned from the bytes, and 0 at the beginning
	Began       time.Time
	Remaining   time.Duration // an estimate of this stage's rest; 0 where there is none
	Stopped     string        // why the stage stopped; somebody must mend it
}

// Running tells whether a worker is at work on the file, or will be.
func (p Progress) Running() bool {
	return p.Stopped == "" && (p.Stage == string(bank.FilePending) || p.Stage == string(bank.FileExecuting))
}

// Progress of a file: while validating, the records read; while executing, those of committed chunks.
func (s *Service) Progress(ctx context.Context, actor bank.Actor, id bank.ID) (p Progress, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return p, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.File(actor.Customer, id)
		if err != nil {
			return noFile(err)
		}
		p, err = progress(tx, f, s.now())
		return err
	})
	return p, err
}

// maxRunning bounds how many files of a list are asked how far they are.
const maxRunning = 20

// Running tells how far those of a list are whose stage runs, the first 20 of them, by their ids. It needs bank.PermFilesRead.
func (s *Service) Running(ctx context.Context, actor bank.Actor, list []bank.TransactionFile) (all map[bank.ID]Progress, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	running := slices.DeleteFunc(slices.Clone(list), func(f bank.TransactionFile) bool {
		return f.Customer != actor.Customer || !Progress{Stage: string(f.Status), Stopped: f.StopReason}.Running()
	})
	if len(running) == 0 {
		return nil, nil
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		all = map[bank.ID]Progress{}
		for _, f := range running[:min(len(running), maxRunning)] {
			if all[f.ID], err = progress(tx, f, s.now()); err != nil {
				return fmt.Errorf("progress of %s: %w", f.ID, err)
			}
		}
		return nil
	})
	return all, err
}

func progress(tx *store.Tx, f bank.TransactionFile, now time.Time) (Progress, error) {
	p := Progress{Stage: string(f.Status), Total: f.Totals.Records, Stopped: f.StopReason}
	if f.Status == bank.FilePending {
		return p.validating(tx, f, now)
	}
	total, _, err := outcomes(tx, f)
	for name, sum := range total {
		if name != ledger.AllPostings {
			p.Done += sum.Count
		}
	}
	p.Began = f.ExecutingAt
	return p.estimated(now), err
}

// validating reckons the records of the file from the share of its bytes that was read.
func (p Progress) validating(tx *store.Tx, f bank.TransactionFile, now time.Time) (Progress, error) {
	stage, err := tx.FileStage(f.Customer, f.No)
	p.Began, p.Done, p.Total = stage.Began, stage.Records, 0
	if stage.Bytes > 0 {
		p.Total = max(stage.Records, stage.Records*f.Bytes/stage.Bytes)
	}
	return p.estimated(now), err
}

// estimated adds what is left at the pace so far.
func (p Progress) estimated(now time.Time) Progress {
	if p.Running() && p.Done > 0 && p.Total > p.Done && now.After(p.Began) {
		elapsed := now.Sub(p.Began).Milliseconds() // of which a day times a million records is far below 64 bits
		p.Remaining = (time.Duration(elapsed*(p.Total-p.Done)/p.Done) * time.Millisecond).Round(time.Second)
	}
	return p
}

const (
	watchPoll = time.Second            // how often a watcher looks for what other processes did
	watchGap  = 100 * time.Millisecond // the least time between two looks
)

// Watch hands the progress of a file to fn, now and whenever it changed, until no worker is at work on it or the context
// ends: then it returns nil, or the context's error. An error of fn ends it too. What this process does is told at once,
// what others do within a second.
func (s *Service) Watch(ctx context.Context, actor bank.Actor, id bank.ID, fn func(Progress) error) error {
	var last Progress
	for first := true; ; first = false {
		changed := s.changes.next()
		p, err := s.Progress(ctx, actor, id)
		if err != nil {
			return err
		}
		seen := p
		seen.Remaining = 0 // time alone is no change
		if first || seen != last {
			if err := fn(p); err != nil {
				return err
			}
		}
		if last = seen; !p.Running() {
			return nil
		}
		if err := either(ctx, changed); err != nil {
			return err
		}
	}
}

// either waits for a change, but not too long and not too short.
func either(ctx context.Context, changed <-chan struct{}) error {
	gap, poll := time.NewTimer(watchGap), time.NewTimer(watchPoll)
	defer gap.Stop()
	defer poll.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-gap.C:
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-poll.C:
	}
	return nil
}

// changes wakes everybody who watches files in this process.
type changes struct {
	mutex sync.Mutex
	wake  chan struct{}
}

func newChanges() *changes { return &changes{wake: make(chan struct{})} }

// next returns what is closed at the next change.
func (c *changes) next() <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.wake
}

func (c *changes) tell() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	close(c.wake)
	c.wake = make(chan struct{})
}

// counted opens the bytes of the file and notes how many were read.
func (v *validation) counted() (io.ReadCloser, error) {
	v.bytes.Store(0)
	return &counter{v.s.open(v.ctx, v.file), &v.bytes}, nil
}

// counter counts what is read: by another goroutine, where the reader has one.
type counter struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}
