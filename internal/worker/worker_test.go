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
		stage := Stage{Name: "pieces", Run: func(context.Context) (bool, error) {
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
		stage := Stage{Name: "broken", Run: func(context.Context) (bool, error) {
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
		good, stuck := 0, ""
		Loop(ctx, slog.New(slog.NewTextHandler(&log, nil)), time.Second,
			Stage{Name: "panics", Run: func(context.Context) (bool, error) { return []bool{}[len(stuck)], nil }},
			Stage{Name: "blocks", Run: func(ctx context.Context) (bool, error) { <-ctx.Done(); return false, ctx.Err() }},
			Stage{Name: "good", Run: func(context.Context) (bool, error) { good++; return false, nil }})
		if good < 40 {
			t.Errorf("the good stage ran %d times in a minute", good)
		}
		if text := log.String(); !strings.Contains(text, "stage=panics") || !strings.Contains(text, "index out of range") || strings.Contains(text, "stage=blocks") {
			t.Errorf("log: %s", text)
		}
	})
}

// TestWokenStageDoesNotRest: a stage without work is asked at once when it is woken, but not in a circle, and one that fails
// keeps its pause.
func TestWokenStageDoesNotRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		woken, always := make(chan struct{}, 1), make(chan struct{})
		close(always)
		var at []time.Duration
		start, circles, failures := time.Now(), 0, 0
		go func() {
			<-time.After(10 * time.Second)
			woken <- struct{}{}
		}()
		Loop(ctx, quiet(), time.Hour,
			Stage{Name: "woken", Woken: woken, Run: func(context.Context) (bool, error) { at = append(at, time.Since(start)); return false, nil }},
			Stage{Name: "circles", Woken: always, Run: func(context.Context) (bool, error) { circles++; return false, nil }},
			Stage{Name: "fails", Woken: always, Run: func(context.Context) (bool, error) { failures++; return false, errors.New("no disk") }})
		if len(at) != 2 || at[1] != 10*time.Second {
			t.Errorf("asked after %v", at)
		}
		if circles > 3001 || failures != 1 {
			t.Errorf("in a minute one was asked %d times, one that failed %d times", circles, failures)
		}
	})
}
