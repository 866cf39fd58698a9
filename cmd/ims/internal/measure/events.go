package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/notify"
	"ims/internal/store"
)

// Events measures notifications: what an endpoint costs the execution of a file, and how fast the events of its transactions
// then arrive at a local receiver, 64 in flight, against the same requests sent by a bare loop of 64 callers.
func Events(ctx context.Context, o Options) (results []Result, err error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	engine, err := w.engine(ctx)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, engine)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	e, err := newEstate(ctx, db, o.Balances)
	if err != nil {
		return nil, err
	}
	r := newReceiver()
	defer r.Close()
	plain, told, err := costOfEndpoint(ctx, o, e, r)
	if err != nil {
		return nil, err
	}
	o.Log("delivering the events")
	events, took, err := deliverAll(ctx, e, r)
	if err != nil {
		return nil, err
	}
	floor, err := r.bareLoop(events)
	if err != nil {
		return nil, err
	}
	name, n := engine.Name(), float64(o.Records)
	return []Result{
		{Name: name + " execute with an endpoint", Value: n / told.Seconds(), Unit: "records/s",
			Against: fmt.Sprintf("without one, %.0f records/s", n/plain.Seconds()), Ratio: plain.Seconds() / told.Seconds()},
		{Name: name + " events delivered", Value: float64(events) / took.Seconds(), Unit: "events/s",
			Against: fmt.Sprintf("bare loop, %.0f requests/s", float64(events)/floor.Seconds()), Ratio: floor.Seconds() / took.Seconds()},
	}, nil
}

// costOfEndpoint executes two files of one size in turns, without and with an endpoint. A third one goes first, since the
// first file of a store is the cheapest.
func costOfEndpoint(ctx context.Context, o Options, e *estate, r *receiver) (plain, told time.Duration, err error) {
	service := files.New(files.Config{DB: e.db, Now: time.Now})
	execute := func(title string) (d time.Duration, err error) {
		o.Log("executing a file %s", title)
		var body strings.Builder
		if err := e.writeRecords(&body, o.Records); err != nil {
			return 0, err
		}
		text := strings.ReplaceAll(body.String(), "LISTOPAD", strings.ToUpper(title))
		f, err := service.Receive(ctx, system(e.customer), files.Upload{Name: title + ".pli", MasterAccount: e.master.ID, Body: strings.NewReader(text)})
		if err != nil {
			return 0, err
		}
		if err := service.RunFile(ctx, "benchmark", e.customer, f.ID); err != nil {
			return 0, err
		}
		return timed(func() error {
			if _, _, err := service.Execute(ctx, system(e.customer), f.ID); err != nil {
				return err
			}
			return service.RunFile(ctx, "benchmark", e.customer, f.ID)
		})
	}
	if _, err := execute("first"); err != nil {
		return 0, 0, err
	}
	if plain, err = execute("without"); err != nil {
		return 0, 0, err
	}
	_, _, _, err = r.service(e.db).Set(ctx, system(e.customer), notify.Setting{URL: r.URL, Authentication: bank.EndpointBasic, Username: "ims",
		Password: "benchmark", Active: true})
	if err != nil {
		return 0, 0, err
	}
	told, err = execute("with")
	return plain, told, err
}

// deliverAll runs turns until nothing is due.
func deliverAll(ctx context.Context, e *estate, r *receiver) (events int64, took time.Duration, err error) {
	s := r.service(e.db)
	took, err = timed(func() error {
		for {
			worked, err := s.RunDue(ctx, "benchmark")
			if err != nil || !worked {
				return err
			}
		}
	})
	if err == nil && r.heard.Load() == 0 {
		err = errors.New("no event arrived")
	}
	return r.heard.Load(), took, err
}

// receiver is an endpoint that answers at once.
type receiver struct {
	*httptest.Server
	heard atomic.Int64
}

func newReceiver() *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		r.heard.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	return r
}

func (r *receiver) service(db *store.DB) *notify.Service {
	return notify.New(notify.Config{DB: db, Now: time.Now, Private: true, Parallel: callers})
}

// bareLoop sends as many requests of the same size without anything around them.
func (r *receiver) bareLoop(n int64) (time.Duration, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var left atomic.Int64
	left.Store(n)
	failures := make(chan error, callers)
	took, _ := timed(func() error {
		var sending sync.WaitGroup
		for range callers {
			sending.Go(func() {
				for left.Add(-1) >= 0 {
					answer, err := client.Post(r.URL, "application/json", strings.NewReader(`{"id": 123456, "timestamp": 1795176000}`))
					if err != nil {
						failures <- err
						return
					}
					_ = answer.Body.Close()
				}
			})
		}
		sending.Wait()
		return nil
	})
	select {
	case err := <-failures:
		return took, err
	default:
		return took, nil
	}
}
