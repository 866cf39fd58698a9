package measure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ims/internal/bank"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
	"ims/internal/store"
	"ims/pli"
)

// callers is how many API callers act at once.
const callers = 64

// Singles measures API credits to different balances of one customer: one caller alone, then 64 at once. Nothing is
// acknowledged before it is durable, so one caller alone is the floor that a commit costs.
func Singles(ctx context.Context, o Options) (results []Result, err error) {
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
	e, err := newEstate(ctx, db, callers)
	if err != nil {
		return nil, err
	}
	if err := e.fund(ctx); err != nil {
		return nil, fmt.Errorf("own funds: %w", err)
	}
	return e.singles(ctx, o, engine.Name())
}

func (e *estate) singles(ctx context.Context, o Options, engine string) ([]Result, error) {
	writer := ledger.NewWriter(e.db, time.Now)
	defer writer.Close()
	o.Log("credits by one caller, then by %d", callers)
	alone, err := e.credit(ctx, writer, 1, o.Duration)
	if err != nil {
		return nil, err
	}
	many, err := e.credit(ctx, writer, callers, o.Duration)
	if err != nil {
		return nil, err
	}
	proof, err := ledger.Verify(ctx, e.db)
	if err == nil && !proof.OK {
		err = fmt.Errorf("the ledger is not proven: %+v", proof.Checks)
	}
	return []Result{{Name: engine + " credits, 1 caller", Value: alone, Unit: "credits/s"},
		{Name: fmt.Sprintf("%s credits, %d callers", engine, callers), Value: many, Unit: "credits/s",
			Against: fmt.Sprintf("one caller, %.0f credits/s", alone), Ratio: many / alone}}, err
}

// fund brings money to own funds the only way there is: through the bank and an item.
func (e *estate) fund(ctx context.Context) error {
	service, actor := files.New(files.Config{DB: e.db, Now: time.Now}), system(e.customer)
	text := &strings.Builder{}
	w := pli.NewWriter(text, pli.WriterOptions{})
	o := pli.Order{Date: bank.CivilDate(time.Now()), Amount: pli.MaxAmount, Payer: e.ibans[0], Payee: e.master.IBAN, PayerName: "FUNDS", Title: "FUNDS"}
	outside, err := outsideIBAN()
	if err != nil {
		return err
	}
	o.Payer = outside
	if err := w.Write(o); err != nil {
		return err
	}
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
	items, err := service.Items(ctx, actor, store.ItemFilter{Status: bank.ItemOpen})
	if err != nil {
		return err
	}
	_, _, err = service.Assign(ctx, actor, items[0].ID, files.Target{OwnFunds: true}, "benchmark")
	return err
}

// credit lets some callers credit their balances for a while and returns credits a second.
func (e *estate) credit(ctx context.Context, writer *ledger.Writer, n int, d time.Duration) (float64, error) {
	var done atomic.Int64
	failures := make(chan error, n)
	var wg sync.WaitGroup
	start := time.Now()
	for c := range n {
		wg.Go(func() {
			for i := 0; time.Since(start) < d; i++ {
				op := ledger.Single{Actor: system(e.customer), Key: bank.Idempotency{Key: fmt.Sprintf("%d-%d-%d", n, c, i)},
					Balance: e.balances[c].ID, Amount: money.New(1, money.PLN), Title: "BENCHMARK"}
				if _, err := writer.Post(ctx, op); err != nil {
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
