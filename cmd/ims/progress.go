package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"

	"ims/internal/bank"
)

// lookEvery is how often a file is looked at while somebody works on it.
const lookEvery = 200 * time.Millisecond

// settle returns the file when no stage of it runs any more. On an embedded store that a service has open, the service does
// the work; otherwise this process does, under the file's lease.
func settle(p *program, r *rooms, actor bank.Actor, id bank.ID) (bank.TransactionFile, error) {
	served, err := r.address.served()
	if err != nil {
		return bank.TransactionFile{}, err
	}
	worked := make(chan error, 1)
	if !served {
		var running sync.WaitGroup
		defer running.Wait() // the store is closed behind this
		ctx, cancel := context.WithCancel(p.ctx)
		defer cancel()
		running.Go(func() {
			worked <- r.files.RunFile(ctx, fmt.Sprintf("%s %d", commandLine, os.Getpid()), actor.Customer, id)
		})
	}
	bar := newBar(p.stderr)
	defer bar.finish()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case err := <-worked:
			if err != nil {
				return bank.TransactionFile{}, fmt.Errorf("run the stages of the file: %w", err)
			}
			return r.files.File(p.ctx, actor, id)
		case <-p.ctx.Done():
			return bank.TransactionFile{}, errors.Join(p.ctx.Err(), errors.New("the file goes on where it stopped: ims file status --wait"))
		case <-ticker.C:
		}
		f, err := r.files.File(p.ctx, actor, id)
		if err != nil {
			return f, err
		}
		if served && (f.StopReason != "" || f.Status != bank.FilePending && f.Status != bank.FileExecuting) {
			return f, nil
		}
		if done, err := r.files.Progress(p.ctx, actor, id); err == nil {
			bar.show(string(f.Status), done.Done, done.Total)
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
