package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"

	"ims/internal/bank"
)

// lookEvery is how often a file is looked at while somebody works on it.
const lookEvery = 200 * time.Millisecond

// settle returns the file when no stage of it runs any more. On an embedded store that a service has open, the service does
// the work; otherwise, and as soon as that service ends, this process does, under the file's lease.
func settle(p *program, r *rooms, actor bank.Actor, id bank.ID) (bank.TransactionFile, error) {
	b := newBar(p.stderr)
	defer b.finish()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		f, err := r.files.File(p.ctx, actor, id)
		if err != nil || f.StopReason != "" || f.Status != bank.FilePending && f.Status != bank.FileExecuting {
			return f, err
		}
		if err := r.files.Paused(p.ctx, actor.Customer); err != nil {
			return f, err
		}
		served, err := r.address.served()
		if err != nil {
			return f, err
		}
		if !served {
			if err := runHere(p, r, actor, id, b, ticker.C); err != nil {
				return f, fmt.Errorf("run the stages of the file (ims file status --wait goes on where it stopped): %w", err)
			}
			return r.files.File(p.ctx, actor, id)
		}
		b.look(p.ctx, r, actor, id)
		select {
		case <-p.ctx.Done():
			return f, fmt.Errorf("the service goes on with the file: %w", p.ctx.Err())
		case <-ticker.C:
		}
	}
}

// runHere runs the stages of a file in this process and draws how far they are.
func runHere(p *program, r *rooms, actor bank.Actor, id bank.ID, b *bar, tick <-chan time.Time) error {
	done := make(chan error, 1)
	go func() {
		done <- r.files.RunFile(p.ctx, fmt.Sprintf("%s %d", commandLine, os.Getpid()), actor.Customer, id)
	}()
	for {
		select {
		case err := <-done: // also when the context ends
			return err
		case <-tick:
			b.look(p.ctx, r, actor, id)
		}
	}
}

// bar draws progress where standard error is a terminal, and nothing elsewhere.
type bar struct {
	w     io.Writer
	stage string
	drawn *progressbar.ProgressBar
}

func newBar(w io.Writer) *bar {
	if !isTerminal(w) {
		w = nil
	}
	return &bar{w: w}
}

// look asks how far a file is and draws it. Where nobody reads it, nobody asks; and an error will be told by others.
func (b *bar) look(ctx context.Context, r *rooms, actor bank.Actor, id bank.ID) {
	if b.w == nil {
		return
	}
	if at, err := r.files.Progress(ctx, actor, id); err == nil {
		b.show(at.Stage, at.Done, at.Total)
	}
}

// show draws how far a stage is; 0 records means that nobody knows how many there are.
func (b *bar) show(stage string, done, total int64) {
	if b.w == nil {
		return
	}
	if total <= 0 {
		total = -1
	}
	if b.stage != stage {
		b.finish()
		b.stage = stage
		b.drawn = progressbar.NewOptions64(total, progressbar.OptionSetWriter(b.w), progressbar.OptionSetDescription(stage),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true))
	}
	_ = b.drawn.Set64(done) // a terminal that went away is no reason to stop
}

func (b *bar) finish() {
	if b.drawn != nil {
		_ = b.drawn.Clear()
	}
}

// isTerminal tells whether a person reads what is written to w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	return err == nil
}
