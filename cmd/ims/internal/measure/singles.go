package measure

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/pli"
)

// callers is how many API callers act at once.
const callers = 64

// Singles measures credits through the API over mutual TLS to different balances of one customer: one caller alone, then 64
// at once. Nothing is acknowledged before it is durable, so one caller alone is the floor that a commit costs.
func Singles(ctx context.Context, o Options) ([]Result, error) {
	return onStage(ctx, o, callers, func(ctx context.Context, s *stage, engine string) ([]Result, error) {
		if err := s.estate.fund(ctx); err != nil {
			return nil, fmt.Errorf("own funds: %w", err)
		}
		return s.singles(ctx, o, engine)
	})
}

func (s *stage) singles(ctx context.Context, o Options, engine string) ([]Result, error) {
	o.Log("credits over mutual TLS by one caller, then by %d", callers)
	alone, err := s.credit(1, o.Duration)
	if err != nil {
		return nil, err
	}
	many, err := s.credit(callers, o.Duration)
	if err != nil {
		return nil, err
	}
	proof, err := ledger.Verify(ctx, s.estate.db)
	if err == nil && !proof.OK {
		err = fmt.Errorf("the ledger is not proven: %+v", proof.Checks)
	}
	return []Result{{Name: engine + " credits, 1 caller", Value: alone, Unit: "credits/s"},
		{Name: fmt.Sprintf("%s credits, %d callers", engine, callers), Value: many, Unit: "credits/s",
			Against: fmt.Sprintf("one caller, %.0f credits/s", alone), Ratio: many / alone}}, err
}

// fund brings money to own funds the only way there is: through the bank and an item.
func (e *estate) fund(ctx context.Context) error {
	outside, err := outsideIBAN()
	if err != nil {
		return err
	}
	var text strings.Builder
	err = pli.NewWriter(&text, pli.WriterOptions{}).Write(pli.Order{Date: bank.CivilDate(time.Now()), Amount: bankfile.MaxAmount, Payer: outside,
		Payee: e.master.IBAN, PayerName: "FUNDS", Title: "FUNDS"})
	if err != nil {
		return err
	}
	service, actor := files.New(files.Config{DB: e.db, Now: time.Now}), system(e.customer)
	f, err := service.Receive(ctx, actor, files.Upload{Name: "funds.pli", MasterAccount: e.master.ID, Body: strings.NewReader(text.String())})
	if err != nil {
		return err
	}
	if err := service.RunFile(ctx, "benchmark", e.customer, f.ID); err != nil {
		return err
	}
	if _, _, err := service.Execute(ctx, actor, f.ID); err != nil {
		return err
	}
	if err := service.RunFile(ctx, "benchmark", e.customer, f.ID); err != nil {
		return err
	}
	items, err := service.Items(ctx, actor, files.ItemFilter{Status: bank.ItemOpen})
	if err != nil {
		return err
	}
	_, _, err = service.Assign(ctx, actor, items[0].ID, files.Target{OwnFunds: true}, "benchmark")
	return err
}

// credit lets some callers credit their balances for a while and returns credits a second.
func (s *stage) credit(n int, d time.Duration) (float64, error) {
	transport := &http.Transport{TLSClientConfig: s.client, MaxIdleConnsPerHost: callers, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var done atomic.Int64
	failures := make(chan error, n)
	var wg sync.WaitGroup
	start := time.Now()
	for c := range n {
		wg.Go(func() {
			for i := 0; time.Since(start) < d; i++ {
				if err := s.creditOnce(client, c, fmt.Sprintf("%d-%d-%d", n, c, i)); err != nil {
					failures <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	close(failures)
	return float64(done.Load()) / time.Since(start).Seconds(), <-failures
}

func (s *stage) creditOnce(client *http.Client, balance int, key string) error {
	request, err := http.NewRequest(http.MethodPost, s.oursAt+"/secure/balances/"+s.estate.balances[balance].ID.String()+"/credit",
		strings.NewReader(`{"amount": {"amount": 1, "currency": "PLN"}, "title": "BENCHMARK"}`))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	r, err := client.Do(request)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusCreated {
		err = fmt.Errorf("credit answered %s: %s", r.Status, body)
	}
	return err
}
