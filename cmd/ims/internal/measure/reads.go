package measure

import (
	"context"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"ims/internal/bank"
)

// Reads measures getIban (GET /secure/bank-accounts?balanceId=) over mutual TLS on 64 kept connections against a server
// that answers every request with the same bytes, on the same TLS settings, in turns.
func Reads(ctx context.Context, o Options) ([]Result, error) {
	return onStage(ctx, o, max(callers, min(o.Balances, 10_000)), func(_ context.Context, s *stage, engine string) ([]Result, error) {
		return s.compare(o, engine)
	})
}

// rounds is how often the two servers take turns. Short turns see the same neighbours on a shared machine, and the median of
// the ratios of neighbouring turns is what to quote.
const rounds = 12

func (s *stage) compare(o Options, engine string) ([]Result, error) {
	o.Log("getIban over mutual TLS by %d callers, in turns with a constant answer", callers)
	if err := s.warm(); err != nil {
		return nil, err
	}
	ours, floor := s.caller(s.oursAt), s.caller(s.floorAt)
	defer ours.client.CloseIdleConnections()
	defer floor.client.CloseIdleConnections()
	var ratios []float64
	for round := range rounds + 1 {
		ratio, err := turn(ours, floor, o.Duration/rounds)
		if err != nil {
			return nil, err
		}
		if round == 0 { // all connections are open now
			ours.load, floor.load = load{}, load{}
			continue
		}
		ratios = append(ratios, ratio)
	}
	fresh, err := s.handshakes(o.Duration / 3)
	if err != nil {
		return nil, err
	}
	slices.Sort(ratios)
	return []Result{{Name: engine + " getIban over mutual TLS", Value: ours.rate(), Unit: "requests/s",
		Against: fmt.Sprintf("constant answer, %.0f requests/s", floor.rate()), Ratio: ratios[len(ratios)/2]},
		{Name: engine + " getIban p99", Value: ours.p99(), Unit: "ms", Against: fmt.Sprintf("constant answer, %.2f ms", floor.p99()), Ratio: floor.p99() / ours.p99()},
		{Name: engine + " new connections", Value: fresh, Unit: "connections/s"}}, nil
}

// turn lets both servers work for a while and returns the ratio of their rates.
func turn(ours, floor *caller, d time.Duration) (float64, error) {
	f, err := floor.run(d)
	if err != nil {
		return 0, err
	}
	o, err := ours.run(d)
	return o.rate() / f.rate(), err
}

// caller is 64 callers of one server on connections that stay open.
type caller struct {
	load
	at       string
	client   *http.Client
	balances []bank.Balance
}

func (s *stage) caller(at string) *caller {
	transport := &http.Transport{TLSClientConfig: s.client, MaxIdleConnsPerHost: callers, DisableCompression: true}
	return &caller{at: at, client: &http.Client{Transport: transport}, balances: s.estate.balances}
}

// warm asks for every balance once, as the app of an end user that is opened again has done before.
func (s *stage) warm() error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: s.client}}
	defer client.CloseIdleConnections()
	for _, b := range s.estate.balances {
		if err := fetch(client, s.oursAt+path+b.ID.String()); err != nil {
			return err
		}
	}
	return nil
}

// load is what callers did in some time.
type load struct {
	times []time.Duration
	spent time.Duration
}

func (l *load) add(o load) { l.times, l.spent = append(l.times, o.times...), l.spent+o.spent }

func (l *load) rate() float64 { return float64(len(l.times)) / l.spent.Seconds() }

func (l *load) p99() float64 {
	slices.Sort(l.times)
	return float64(l.times[len(l.times)*99/100]) / float64(time.Millisecond)
}

// run calls for a while and adds what was done to the caller's load.
func (c *caller) run(d time.Duration) (l load, err error) {
	times, failures := make([][]time.Duration, callers), make(chan error, callers)
	var wg sync.WaitGroup
	start := time.Now()
	for n := range callers {
		wg.Go(func() {
			for time.Since(start) < d {
				begun := time.Now()
				b := c.balances[mathrand.IntN(len(c.balances))]
				if err := fetch(c.client, c.at+path+b.ID.String()); err != nil {
					failures <- err
					return
				}
				times[n] = append(times[n], time.Since(begun))
			}
		})
	}
	wg.Wait()
	close(failures)
	l = load{slices.Concat(times...), time.Since(start)}
	c.add(l)
	return l, <-failures
}

const path = "/secure/bank-accounts?balanceId="

func fetch(client *http.Client, url string) error {
	r, err := client.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("getIban answered %s", r.Status)
	}
	return nil
}

// handshakes counts new connections a second, each with one request, without resumption.
func (s *stage) handshakes(d time.Duration) (float64, error) {
	n, start := 0, time.Now()
	for time.Since(start) < d {
		transport := &http.Transport{TLSClientConfig: s.client, DisableKeepAlives: true}
		if err := fetch(&http.Client{Transport: transport}, s.oursAt+path+s.estate.balances[0].ID.String()); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
