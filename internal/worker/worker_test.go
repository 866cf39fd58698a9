package worker

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestWorkIsDoneBeforeResting: due pieces are taken without a pause, then the stage is asked once per idle time.
func TestWorkIsDoneBeforeResting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start, due, asked := time.Now(), 5, 0
		stage := Stage{"pieces", func(context.Context) (bool, error) {
			asked++
			if due > 0 {
				due--
				if due == 0 && time.Since(start) != 0 {
					t.Errorf("five due pieces took %v", time.Since(start))
				}
				return true, nil
			}
			if asked == 9 {
				cancel()
			}
			return false, nil
		}}
		Loop(ctx, quiet(), time.Second, stage)
		if passed := time.Since(start); passed < 2250*time.Millisecond || passed > 3750*time.Millisecond {
			t.Errorf("three rests of about a second took %v", passed)
		}
	})
}

// TestFailuresBackOff: a broken stage is asked less and less often, never less than every 37.5 seconds, and at once at full
// speed again when it works.
func TestFailuresBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var at []time.Time
		stage := Stage{"broken", func(context.Context) (bool, error) {
			at = append(at, time.Now())
			switch len(at) {
			case 12:
				return true, nil
			case 14:
				cancel()
			}
			if len(at) == 13 {
				return false, nil
			}
			return false, errors.New("no disk")
		}}
		Loop(ctx, quiet(), time.Second, stage)
		if first := at[1].Sub(at[0]); first > 2500*time.Millisecond {
			t.Errorf("after one failure it waited %v", first)
		}
		if long := at[11].Sub(at[10]); long < 22*time.Second || long > 38*time.Second {
			t.Errorf("after many failures it waited %v", long)
		}
		if rest := at[13].Sub(at[12]); rest > 1250*time.Millisecond {
			t.Errorf("after success it still waited %v", rest)
		}
	})
}

// TestOneStageDoesNotStopAnother: a stage that panics or blocks leaves the others their pace, and the panic is logged.
func TestOneStageDoesNotStopAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var log bytes.Buffer
		good := 0
		Loop(ctx, slog.New(slog.NewTextHandler(&log, nil)), time.Second,
			Stage{"panics", func(context.Context) (bool, error) { panic("nil map") }},
			Stage{"blocks", func(ctx context.Context) (bool, error) { <-ctx.Done(); return false, ctx.Err() }},
			Stage{"good", func(context.Context) (bool, error) { good++; return false, nil }})
		if good < 40 {
			t.Errorf("the good stage ran %d times in a minute", good)
		}
		if text := log.String(); !strings.Contains(text, "stage=panics") || !strings.Contains(text, "nil map") || strings.Contains(text, "stage=blocks") {
			t.Errorf("log: %s", text)
		}
	})
}
