package worker

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// Stage is one kind of background work. Run does one due piece of it and tells whether there was any; it claims the piece
// itself, so that any number of processes may run the same stage.
type Stage struct {
	Name  string
	Run   func(ctx context.Context) (worked bool, err error)
	Woken <-chan struct{} // ends the rest of a stage that had no work; nil: nothing does
	// Trace is called before each run, whose context it returns, and end behind it; nil: nobody looks.
	Trace func(ctx context.Context) (traced context.Context, end func(worked bool, err error))
}

// breath is how long a stage without work rests at least, however often it is woken.
const breath = 20 * time.Millisecond

// longestPause bounds the pause after repeated failures.
const longestPause = 30 * time.Second

// Loop runs the stages side by side until the context ends, and returns when the pieces at hand are finished. A stage that
// worked is asked again at once, one without work after idle or when it is woken, one that failed after a pause that doubles from idle up to 30
// seconds. All pauses are random within a quarter, so that replicas do not march in step. A panic counts as a failure.
func Loop(ctx context.Context, log *slog.Logger, idle time.Duration, stages ...Stage) {
	var running sync.WaitGroup
	for _, s := range stages {
		running.Go(func() { repeat(ctx, log, idle, s) })
	}
	running.Wait()
}

func repeat(ctx context.Context, log *slog.Logger, idle time.Duration, s Stage) {
	failures := 0
	for ctx.Err() == nil {
		traced, worked, err := attempt(ctx, s)
		switch {
		case ctx.Err() != nil:
			return // what a stage says about being stopped is no failure
		case err != nil:
			failures++
			pause := backoff(idle, failures)
			log.ErrorContext(traced, "a stage failed", "stage", s.Name, "failures", failures, "pause", pause, "error", err)
			rest(ctx, pause, nil)
		default:
			failures = 0
			if !worked {
				rest(ctx, idle, s.Woken)
			}
		}
	}
}

// attempt runs a stage once and makes a panic an error: one broken file must not end the service for all others.
func attempt(ctx context.Context, s Stage) (traced context.Context, worked bool, err error) {
	if s.Trace != nil {
		var end func(bool, error)
		ctx, end = s.Trace(ctx)
		defer func() { end(worked, err) }()
	}
	defer func() {
		if r := recover(); r != nil {
			traced, err = ctx, fmt.Errorf("stage %s: panic: %s\n%s", s.Name, describe(r), debug.Stack())
		}
	}()
	worked, err = s.Run(ctx)
	return ctx, worked, err
}

// describe says what a panic was about: the runtime's own words, otherwise no more than its type, as the text may repeat what
// stands in a file. The stack tells the rest.
func describe(fault any) string {
	if err, ok := fault.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", fault)
}

// backoff doubles the pause with each failure after the first.
func backoff(idle time.Duration, failures int) time.Duration {
	pause := idle
	for range failures - 1 {
		if pause *= 2; pause >= longestPause {
			return longestPause
		}
	}
	return pause
}

// rest rests for three to five quarters of the pause, or until it is woken or the context ends.
func rest(ctx context.Context, pause time.Duration, woken <-chan struct{}) {
	pause = pause*3/4 + rand.N(pause/2+1)
	if woken != nil && pause > breath {
		wait(ctx, breath, nil)
		pause -= breath
	}
	wait(ctx, pause, woken)
}

func wait(ctx context.Context, pause time.Duration, woken <-chan struct{}) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-woken:
	}
}
